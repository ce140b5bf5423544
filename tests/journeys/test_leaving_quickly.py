"""Leaving quickly from every kind of page: by click, by keyboard and without script, to a site of our own that stands
in for the everyday one. The link stays in view on a narrow screen and covers nothing; Back shows nothing that was
chosen or told, and with script it does not return to the page."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from people import Ada
from playwright.sync_api import Browser, BrowserContext
from server import PATIENCE_SECONDS, Server

from tipline.tipster.addresses import LEAVE

pytestmark = pytest.mark.browser

STORY = "Kwezelbrugje ziet Zwirrelgast"
NOTICED = "haalt lagere cijfers"
WEATHER = "Zon en wolken"
NARROW = {"width": 320, "height": 640}

COVERED = """() => {
  const bar = document.querySelector("header.bar"), exit = document.querySelector("a.exit");
  const found = [];
  scrollTo(0, 0);
  if (bar.nextElementSibling.getBoundingClientRect().top < bar.getBoundingClientRect().bottom - 0.5)
    found.push("the bar lies over the page");
  const kinds = ["a[href]", "button", "input:not([type=hidden])", "textarea", "summary"];
  const stops = [...document.querySelectorAll(`main :is(${kinds})`)];
  for (const stop of stops.reverse().filter((one) => one.checkVisibility())) {
    stop.focus();
    if (stop.getBoundingClientRect().top < bar.getBoundingClientRect().bottom)
      found.push(`the bar lies over ${stop.outerHTML.slice(0, 80)}`);
  }
  for (const far of [0, document.documentElement.scrollHeight / 2, document.documentElement.scrollHeight]) {
    scrollTo(0, far);
    const { left, right, top, bottom } = exit.getBoundingClientRect();
    const points = [[left + 2, top + 2], [right - 2, top + 2], [left + 2, bottom - 2], [right - 2, bottom - 2]];
    if (!points.every(([x, y]) => document.elementFromPoint(x, y)?.closest("a.exit") === exit))
      found.push(`the way out is not in view at ${far}`);
  }
  return found;
}"""
"""Goes back through all stops, since a stop that comes into view from above is the one that a bar can hide."""


class _Weather(BaseHTTPRequestHandler):
    """The everyday site."""

    def do_GET(self) -> None:
        body = f'<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><p>{WEATHER}'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def weather() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Weather)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def leading_there(site: Server, weather: str) -> Server:
    """The demonstration, after an editor made its way out lead to the site that stands in."""
    file = site.data / "content" / "campaign" / "site.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace('exit_target = "https://www.knmi.nl/"', f'exit_target = "{weather}"'), "utf-8")
    until = time.monotonic() + PATIENCE_SECONDS
    while site.public.get(LEAVE).location != weather:
        assert time.monotonic() < until, "the site did not follow its content"
        time.sleep(0.1)
    return site


def opens(path: str) -> Callable[[Ada], None]:
    return lambda ada: ada.page.goto(ada.site.public_url + path) and None


def answers_the_check(ada: Ada) -> None:
    ada.opens_the_check("school")
    ada.notices("tired", "phone")


def takes_along(ada: Ada) -> None:
    answers_the_check(ada)
    ada.takes_along()


def gives_a_place(ada: Ada) -> None:
    ada.opens("tip_start")
    ada.gives_place("5611")


def tells_a_story(ada: Ada) -> None:
    gives_a_place(ada)
    ada.goes_on()
    ada.tells(STORY)
    assert STORY in ada.page.content()


WAYS: Mapping[str, Callable[[Ada], None]] = {
    "home": opens("/nl/"),
    "region": opens("/nl/regio/eindhoven"),
    "guide": opens("/nl/signalen/school"),
    "guide for himself": opens("/nl/signalen/herken-je-dit"),
    "help": opens("/nl/hulp"),
    "check, to choose": lambda ada: ada.opens_the_check("school"),
    "check, answered": answers_the_check,
    "tip, begun with the check": takes_along,
    "tip, first page": lambda ada: ada.opens("tip_start"),
    "tip, told": tells_a_story,
}
"""How someone gets to each kind of page."""
EVERY_PAGE = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def visits(leading_there: Server, browser: Browser) -> Iterator[Callable[..., Ada]]:
    """Comes from an ordinary page of the site, on a narrow screen, and goes the way to the page that is left."""
    contexts: list[BrowserContext] = []

    def comes(way: str, *, javascript: bool = True) -> Ada:
        contexts.append(browser.new_context(java_script_enabled=javascript, viewport=NARROW))
        ada = Ada(contexts[-1].new_page(), leading_there)
        ada.page.goto(f"{leading_there.public_url}/nl/over-de-meldlijn")
        WAYS[way](ada)
        return ada

    yield comes
    for context in contexts:
        context.close()


def has_left(ada: Ada, weather: str) -> None:
    ada.page.wait_for_url(weather)
    assert WEATHER in ada.page.content()


def nothing_is_shown(ada: Ada) -> None:
    ada.page.wait_for_load_state()
    shown = " ".join(ada.page.locator("body").inner_text().split())
    assert STORY not in ada.page.content()
    assert NOTICED not in shown or ada.page.url.endswith("/school"), "the guide says it too; nobody chose it there"
    assert ada.page.locator("#care-point, #carried, #check :checked").count() == 0


@EVERY_PAGE
def test_a_click_leaves_and_back_does_not_return(visits: Callable[..., Ada], weather: str, way: str) -> None:
    ada = visits(way)
    left = ada.page.url
    ada.page.locator("a.exit").click()
    has_left(ada, weather)
    ada.page.go_back(wait_until="commit")
    # Where the browser seals, the story and the check stand at the same address, one before the other.
    assert ada.page.url != left or way == "tip, told"
    nothing_is_shown(ada)


def test_it_is_in_view_wherever_one_scrolls_and_covers_nothing(visits: Callable[..., Ada]) -> None:
    ada, found = visits("home"), {}
    for name, goes in WAYS.items():
        goes(ada)
        ada.page.wait_for_load_state()  # style sheets and all
        found[name] = ada.page.evaluate(COVERED)
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("way", ["guide", "help", "check, answered", "tip, begun with the check", "tip, told"])
def test_without_script_a_click_leaves_and_back_shows_nothing_that_was_told(
    visits: Callable[..., Ada], weather: str, way: str
) -> None:
    ada = visits(way, javascript=False)
    ada.page.locator("a.exit").click()
    has_left(ada, weather)
    ada.page.go_back(wait_until="commit")
    nothing_is_shown(ada)


@pytest.mark.parametrize("way", ["guide", "check, answered", "tip, told"])
@pytest.mark.parametrize("keys", [["Tab", "Enter"], ["Shift", "Shift", "Shift"]], ids=["Tab", "Shift"])
def test_the_keyboard_leaves(visits: Callable[..., Ada], weather: str, way: str, keys: list[str]) -> None:
    ada = visits(way)
    ada.page.locator("a.skip").focus()  # the first stop of every page
    for key in keys:
        ada.page.keyboard.press(key)
    has_left(ada, weather)


def test_the_keyboard_leaves_without_script(visits: Callable[..., Ada], weather: str) -> None:
    ada = visits("help", javascript=False)
    for key in ("Tab", "Tab", "Enter"):
        ada.page.keyboard.press(key)
    has_left(ada, weather)
