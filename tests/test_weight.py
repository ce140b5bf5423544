"""The first visit to a region's page, weighed in a real browser over the real server: what comes over the line, from
whom, and what is left behind; and what sealing in the browser costs on the one page that does it. The last tests plant
faults and see that the same scales find them."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from crawl import crawl, links, listed
from people import Ada
from playwright.sync_api import Browser, CDPSession, Page, Route
from server import Report, Server

from tipline.tipster.addresses import address

pytestmark = pytest.mark.browser

PAGES = ("/nl/regio/eindhoven", "/en/region/eindhoven")
KB = 1000
MOST_BYTES = {"page and style": 20 * KB, "script": 25 * KB}
MOST_REQUESTS = 6
KINDS = {"Document": "page and style", "Stylesheet": "page and style", "Script": "script"}


@pytest.fixture(scope="module")
def site(site_to_read: Server) -> Server:
    return site_to_read


@dataclass
class Visit:
    """What one visit asked for, by the browser's number for each request, and what the browser had to say of it."""

    kinds: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    """Bytes on the line, headers and all."""
    complaints: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)

    def watch(self, session: CDPSession) -> None:
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._came)
        session.on("Log.entryAdded", lambda event: self.complaints.append(event["entry"]["text"]))
        for domain in ("Network", "Log"):
            session.send(f"{domain}.enable")

    def _asked(self, event: Mapping[str, object]) -> None:
        request = event["request"]
        assert isinstance(request, dict)
        number = str(event["requestId"])
        self.kinds[number], self.addresses[number] = str(event["type"]), str(request["url"])

    def _came(self, event: Mapping[str, float]) -> None:
        self.weights[str(event["requestId"])] = event["encodedDataLength"]

    def weight(self, group: str) -> float:
        return sum(weight for number, weight in self.weights.items() if KINDS.get(self.kinds[number]) == group)

    def faults(self, host: str) -> list[str]:
        """Every promise that the visit broke."""
        heavy = [group for group, most in MOST_BYTES.items() if self.weight(group) > most]
        many = ["requests"] if len(self.addresses) > MOST_REQUESTS else []
        foreign = ["another host" for address in self.addresses.values() if urlsplit(address).netloc != host]
        return heavy + many + foreign + ["a cookie"] * len(self.cookies) + ["a complaint"] * len(self.complaints)


@contextmanager
def first_visit(browser: Browser) -> Iterator[tuple[Page, Visit]]:
    context = browser.new_context()
    try:
        page, visit = context.new_page(), Visit()
        visit.watch(context.new_cdp_session(page))
        page.on("console", lambda said: visit.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        yield page, visit
        visit.cookies = [str(cookie) for cookie in context.cookies()]
    finally:
        context.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_first_visit_to_a_region_is_light_and_asks_nobody_else(site: Server, browser: Browser, path: str) -> None:
    with first_visit(browser) as (page, visit):
        page.goto(site.public_url + path, wait_until="networkidle")
    assert visit.faults(urlsplit(site.public_url).netloc) == []
    assert visit.weights.keys() == visit.addresses.keys()
    assert {"Document", "Stylesheet", "Font"} <= set(visit.kinds.values())


LIBRARY = "/static/vendor/age-"
MOST_TO_SEAL = {"the age library": 48 * KB, "modules of our own": 30 * KB}
"""Bytes of script, packed as a browser gets it over https: 45 and 27 today. It comes while somebody types."""
FOLLOW_UPS = {address("follow_up", language) for language in ("nl", "en")}
SEALING = ("/static/js/tip/", "/static/js/formats/", "/static/vendor/age-")


def comes_to_the_story(ada: Ada) -> None:
    """By a link on the site, with a draft that was begun before."""
    story = Report(ada.site.public).begins("5611").path(2)
    ada.page.goto(f"{ada.site.public_url}/healthz")
    with ada.page.expect_navigation():
        ada.page.evaluate("(there) => { location.href = there; }", story)
    ada.waits_until_it_seals()


def test_what_seals_in_the_browser_stays_light_and_comes_from_here(site: Server, browser: Browser) -> None:
    with browser.new_context() as context:
        ada = Ada(context.new_page(), site)
        asked: dict[str, str] = {}
        # Workers' requests too, which the scales above don't see.
        context.on("request", lambda request: asked.update({request.url: request.resource_type}))
        comes_to_the_story(ada)
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(site.public_url).netloc}
    weights = {
        url: len(site.public.get(url.removeprefix(site.public_url), {"Accept-Encoding": "br"}).body)
        for url, kind in asked.items()
        if kind == "script"
    }
    library = sum(weight for url, weight in weights.items() if LIBRARY in url)
    found = {"the age library": library, "modules of our own": sum(weights.values()) - library}
    assert all(weights.values())
    assert {name: weight for name, weight in found.items() if not 0 < weight <= MOST_TO_SEAL[name]} == {}


def test_no_page_but_the_story_and_the_follow_up_loads_what_seals(site: Server) -> None:
    pages = {path: found.text for path, found in crawl(site.public, "/nl/", "/en/", *listed(site.public)).items()}
    report = Report(site.public).begins("5611")
    pages |= {report.path(step): site.public.get(report.path(step)).text for step in (0, 1, 2)}
    report.tells("Elke dinsdag.")
    pages |= {f"{report.path(step)} later": site.public.get(report.path(step)).text for step in (2, 3)}
    loads = {path for path, html in pages.items() if any(seal in link for link in links(html) for seal in SEALING)}
    assert loads == {report.path(2)}
    assert "/follow_up/page.js" in pages[address("follow_up", "nl")]
    assert not [path for path, html in pages.items() if "/follow_up/" in html and path not in FOLLOW_UPS]


@dataclass(frozen=True)
class Planted:
    """A fault put into the page on its way to the browser."""

    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, route: Route) -> None:
        answer = route.fetch()
        body = answer.text().replace("</main>", f"{self.body}</main>")
        route.fulfill(response=answer, body=body, headers={**answer.headers, **self.headers})


FAULTS = {
    "page and style": Planted(f"<!-- {secrets.token_hex(10_000)} -->"),
    "requests": Planted("".join(f'<img src="/static/img/mark.svg?{number}" alt="">' for number in range(3))),
    "another host": Planted('<img src="http://127.0.0.1:9/picture.png" alt="">', {"content-security-policy": ""}),
    "a cookie": Planted(headers={"set-cookie": "visitor=7; Path=/"}),
    "a complaint": Planted("<style>p { color: red }</style>"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(site: Server, browser: Browser, fault: str) -> None:
    with first_visit(browser) as (page, visit):
        page.route(site.public_url + PAGES[0], lambda route: FAULTS[fault].answer(route))
        page.goto(site.public_url + PAGES[0], wait_until="networkidle")
    assert fault in visit.faults(urlsplit(site.public_url).netloc)
