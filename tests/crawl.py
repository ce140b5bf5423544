"""Every page that a running demonstration shows, without a browser: by its links, and step by step through forms."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin

from server import Answer, Client, Report, Server, follow_up
from tip_world import GRONINGEN

from campaign_site.addresses import ADDRESSES
from tipline.tipster.addresses import address

LINK = re.compile(r'<(?:a|area|link|script|img|source)\b[^>]*?\s(?:href|src)="([^"]*)"')
FORMS = re.compile(r'<form\b(?=[^>]*\smethod="post")[^>]*\saction="([^"]*)"')
"""Where forms post to."""
IDS = re.compile(r'<[^>]*\sid="([^"]*)"')
"""Our own pages are so regular (the checker sees to that) that these find every one."""


def links(html: str) -> set[str]:
    """Every address within the site that a page leads to or loads, with its fragment; not where its forms lead."""
    return {unescape(link) for link in LINK.findall(html) if link.startswith(("/", "#", "?"))}


def ids(html: str) -> list[str]:
    return [unescape(found) for found in IDS.findall(html)]


def crawl(client: Client, *starts: str) -> dict[str, Answer]:
    """What stands at every address that can be reached from these by links, by path."""
    found: dict[str, Answer] = {}
    waiting = list(starts)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = client.get(path)
        if found[path].headers.get("content-type", "").startswith("text/html"):
            pages = {urljoin(path, link).partition("#")[0] for link in links(found[path].text)}
            waiting += sorted(pages - found.keys(), reverse=True)
    return found


def listed(client: Client) -> list[str]:
    """The paths in the sitemap."""
    addresses = re.findall(r"<loc>https?://[^/]+(/[^<]*)</loc>", client.get("/sitemap.xml").text)
    assert addresses
    return [unescape(path) for path in addresses]


def steps(site: Server, language: str) -> Iterator[tuple[str, Answer]]:
    """What the forms show on the way, and what goes wrong, each with a name."""
    client = site.public
    finder = ADDRESSES["regions"][language]
    for name, place in {"region-choice": "Elst", "region-unknown": "Qwzx"}.items():
        yield name, client.get(client.post(finder, {"place": place}).location)
    yield from _check(client, language)
    yield from _report(client, language)
    yield "not-found", client.get(f"/{language}/is-niet-hier")
    yield "not-allowed", client.post(f"/{language}/")
    yield "too-large", client.post(address("tip_start", language), {"place": "x" * 200_000})
    yield "not-this-kind", client.send("POST", finder, b"place=x", {"Content-Type": "text/plain"})
    yield "desk-login", site.desk.get("/login", {"Accept-Language": language})
    yield "desk-not-found", site.desk.get("/is-niet-hier", {"Accept-Language": language, "Accept": "text/html"})


def _check(client: Client, language: str) -> Iterator[tuple[str, Answer]]:
    """The signal check, and what it takes along into the form."""
    check, told = ADDRESSES["check"][language], {"setting": "school", "step": "answer"}
    for name, fields in {
        "check-choose": {"setting": "friends"},
        "check-none": told,
        "check-stay": {**told, "noticed": "tired"},
        "check-danger": {**told, "noticed": ["tired", "pictures"], "danger": "now"},
    }.items():
        yield name, client.get(client.post(check, fields).location)
    carried = client.post(address("tip_carry", language), {"story": "Dit valt mij op:\n- <b>"}).location
    yield "tip-first", client.get(carried)
    draft = carried.split("/")[3]
    client.post(address("tip_place", language, draft), {"place": "5611"})
    client.get(address("tip_place", language, draft))
    yield "tip-story-carried", client.get(address("tip_story", language, draft))


def _report(client: Client, language: str) -> Iterator[tuple[str, Answer]]:
    yield "tip-start", client.get(address("tip_start", language))
    for name, place in {"tip-place-ask": "Elst", "tip-place-not-known": "Qwzx", "tip-place-missing": ""}.items():
        posted = client.post(address("tip_start", language), {"place": place})
        yield name, client.get(posted.location)
    for name, place in {"tip-place-meant-for": "8911", "tip-place-told": GRONINGEN.text}.items():
        yield name, client.get(client.post(address("tip_start", language), {"place": place}).location)
    report = Report(client, language).begins()
    yield "tip-story", client.get(report.path(2))
    yield "tip-begun", client.get(report.path(2), {"Sec-Fetch-Site": "none"})
    client.post(report.path(2), {"story": "", "others": "x" * 4001})
    yield "tip-story-errors", client.get(report.path(2))
    report.tells("Elke dinsdag.\n\nMet <b>iemand</b> & een auto.", danger="now", age="12-15", source=["seen", "online"])
    yield "tip-check", client.get(report.path(3))
    report.sends()
    yield "tip-code", client.get(report.path(4))
    code = report.code()
    report.acknowledges()
    yield "tip-code-acknowledged", client.get(report.path(4))
    yield "draft-gone", client.get(address("tip_story", language, "A" * 22))
    yield from _visit(client, language, code)


def _visit(client: Client, language: str, code: str) -> Iterator[tuple[str, Answer]]:
    yield "follow-up", client.get(address("follow_up", language))
    yield "follow-up-wrong-code", client.get(client.post(address("follow_up", language), {"receipt": "1234"}).location)
    visit = follow_up(client, code, language)
    yield "conversation-no-answer", client.get(visit)
    client.post(visit, {"addition": ""})
    yield "conversation-error", client.get(visit)
    client.post(visit, {"addition": "Nog iets."})
    yield "conversation-added", client.get(visit)
