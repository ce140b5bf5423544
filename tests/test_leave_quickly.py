"""Leaving quickly, in a real browser: by click, by Shift three times, and without script; Back does not return."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from clock import NOW, Clock
from playwright.sync_api import Browser, Page
from real_content import static_files
from site_world import pages_now
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from campaign_site.headers import SecurityHeaders
from campaign_site.prerender import Snapshot, SnapshotLayer, Timeline
from campaign_site.static_files import StaticLayer

pytestmark = pytest.mark.browser
ELSEWHERE = "The weather"


async def leave(_: Request) -> Response:
    return RedirectResponse("/elsewhere", 303)


async def elsewhere(_: Request) -> Response:
    return PlainTextResponse(ELSEWHERE)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The public pages on a free port of this machine, with a neutral site of our own to leave to."""
    shown = Timeline((Snapshot(NOW, pages_now()),))
    behind = Starlette(routes=[Route("/weg", leave), Route("/elsewhere", elsewhere)])
    app = SecurityHeaders(StaticLayer(SnapshotLayer(behind, lambda: shown, Clock()), static_files()), is_https=False)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=5)
    listening.close()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(base_url=site, viewport={"width": 320, "height": 600})
    page = context.new_page()
    page.goto("/nl/")
    page.goto("/nl/hulp")
    yield page
    context.close()


def has_left(page: Page) -> bool:
    page.wait_for_url("**/elsewhere")
    return ELSEWHERE in page.content()


def test_a_click_leaves_and_back_does_not_return(page: Page) -> None:
    page.click("a.exit")
    assert has_left(page)
    page.go_back()
    assert page.url.endswith("/nl/")


def test_shift_three_times_leaves_and_says_how_far_it_is(page: Page) -> None:
    for count, words in (("1", "nog 2 keer"), ("2", "nog 1 keer")):
        page.keyboard.press("Shift")
        assert page.get_attribute("a.exit", "data-shift") == count
        assert words in page.inner_text("#leave-status")
    page.keyboard.press("Shift")
    assert has_left(page)


@pytest.mark.parametrize("other", ["Shift+A", "a", "Escape", "Tab"])
def test_another_key_starts_the_count_again(page: Page, other: str) -> None:
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.keyboard.press(other)
    assert page.get_attribute("a.exit", "data-shift") is None
    page.keyboard.press("Shift")
    assert page.get_attribute("a.exit", "data-shift") == "1"


def test_more_than_five_seconds_between_presses_start_the_count_again(page: Page) -> None:
    page.clock.install()
    page.keyboard.press("Shift")
    page.clock.run_for(4000)
    assert page.get_attribute("a.exit", "data-shift") == "1"
    page.clock.run_for(1100)
    assert page.get_attribute("a.exit", "data-shift") is None
    assert "gestopt" in page.inner_text("#leave-status")


def test_the_page_goes_blank_before_the_next_one_is_there(page: Page) -> None:
    page.route("**/weg", lambda route: route.fulfill(status=204))  # the browser stays where it is
    page.click("a.exit")
    page.wait_for_selector("html.leaving", state="attached", timeout=5000)
    assert page.evaluate("getComputedStyle(document.body).display") == "none"


def test_the_exit_stays_in_view_and_nothing_covers_it(page: Page) -> None:
    page.evaluate("scrollTo(0, 2000)")
    box = page.locator("a.exit").bounding_box()
    assert box is not None
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    assert 0 <= box["y"] < 600
    assert page.evaluate("([x, y]) => document.elementFromPoint(x, y).className", middle) == "exit"


def test_the_exit_works_without_script(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/en/help")
    page.click("a.exit")
    page.wait_for_url("**/elsewhere")
    context.close()


def test_pages_set_no_cookie_store_nothing_and_break_no_policy(page: Page) -> None:
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: requests.append(request.url))
    for path in ("/nl/", "/en/region/", "/nl/regio/eindhoven", "/en/help", "/nl/over-de-meldlijn"):
        page.goto(path)
        assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    assert complaints == []
    assert {url.split("/")[2] for url in requests} == {page.url.split("/")[2]}
