"""The launch, for real: two servers, the real clock, a crowd, and a cache that obeys our headers in between."""

import asyncio
import contextlib
import gzip
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from campaign_world import ANNOUNCEMENT, LEAD, content_copy, write_campaign
from click.testing import CliRunner
from own_loop import run_apart
from real_content import little_content
from server import Server, free_port, running_command
from site_world import library

from campaign_site.addresses import ADDRESSES
from campaign_site.cli import main
from campaign_site.rendering import address
from tipline.geography import load_geography
from tipline.languages import LANGUAGES

AHEAD_SECONDS = (22.0, 75.0, 200.0)
"""From writing the campaign to its launch. Two servers start meanwhile: on an idle machine some 15 are left."""
LEFT_SECONDS = 10.0
AFTER_SECONDS = 6.0
REQUESTS_A_SECOND = 200
PATHS = 100


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def page(self) -> bytes:
        return gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body


@dataclass(frozen=True)
class Visit:
    """One request of the crowd. Times are in seconds since 1970."""

    path: str
    way: str
    began: float
    ended: float
    response: Response


@dataclass(frozen=True)
class Stored:
    response: Response
    fresh_until: float


@dataclass
class ObedientCache:
    """A shared cache in front of one server, as RFC 9111 allows it: a stored answer is used for as long as it is fresh,
    and its age counts from when it was asked for (4.2.3)."""

    port: int
    stored: dict[tuple[str, str], Stored] = field(default_factory=dict)
    hits: int = 0

    async def get(self, path: str, encoding: str) -> Response:
        known = self.stored.get((path, encoding))
        if known and time.time() < known.fresh_until:
            self.hits += 1
            return known.response
        asked = time.time()
        response = await fetch(self.port, path, encoding)
        age = max(0.0, time.time() - parsedate_to_datetime(response.headers["date"]).timestamp(), time.time() - asked)
        max_age = int(response.headers["cache-control"].removeprefix("public, max-age="))
        assert response.headers["vary"] == "accept-encoding"
        self.stored[path, encoding] = Stored(response, time.time() + max_age - age)
        return response


async def fetch(port: int, path: str, encoding: str = "identity") -> Response:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"GET {path} HTTP/1.1", f"Host: localhost:{port}", f"Accept-Encoding: {encoding}", "Connection: close"]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}
    return Response(int(first.split(" ")[1]), headers, body)


async def a_crowd_visits(servers: Sequence[Server], paths: Sequence[str], until: float) -> list[Visit]:
    """Two hundred requests a second over all paths, to each server and through a cache in front of each."""
    visits: list[Visit] = []
    caches = [ObedientCache(server.port) for server in servers]

    async def visit(path: str, number: int) -> None:
        which, encoding = number % len(servers), ("identity", "gzip")[number // 4 % 2]
        is_cached = number % 4 >= 2
        began = time.time()
        if is_cached:
            response = await caches[which].get(path, encoding)
        else:
            response = await fetch(servers[which].port, path, encoding)
        way = f"{'cache' if is_cached else 'server'} {which}"
        visits.append(Visit(path, way, began, time.time(), response))

    async with asyncio.TaskGroup() as crowd:
        started = time.time()
        # A prime step spreads paths, servers and caches over each other.
        for number, path in enumerate(cycle(islice(cycle(paths), 0, 37 * len(paths), 37))):
            wait = started + number / REQUESTS_A_SECOND - time.time()
            if wait > 0:
                await asyncio.sleep(wait)
            if time.time() >= until:
                break
            crowd.create_task(visit(path, number))
    assert sum(cache.hits for cache in caches) > 0
    return visits


async def all_pages(server: Server, paths: Sequence[str]) -> dict[str, bytes]:
    return {path: (await fetch(server.port, path)).page for path in paths}


def paths_of(server: Server) -> list[str]:
    """A hundred addresses in both languages: those of the sitemap that follow the campaign, and municipalities."""
    sitemap = server.public.get("/sitemap.xml").text
    found = [urlsplit(address).path for address in re.findall(r"<loc>(.+?)</loc>", sitemap)]
    follows = ("/nl/regio/", "/en/region/", "/nl/campagne/", "/en/campaign/")
    listed = [path for path in found if path.count("/") == 2 or path.startswith(follows)]
    municipalities = [
        address(ADDRESSES, "municipality", language, municipality=each.slug)
        for each in load_geography(little_content() / "tipline").municipalities.values()
        for language in LANGUAGES
    ]
    return [*listed, *municipalities][:PATHS]


@dataclass(frozen=True)
class Evening:
    """Two nodes with the same content, in which a campaign is announced and goes live in some seconds."""

    launch: datetime
    servers: Sequence[Server]
    content: Path


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    """A busy machine may start servers so slowly that the launch is over; then there is another evening."""
    for ahead in AHEAD_SECONDS:
        launch = datetime.fromtimestamp(math.ceil(time.time() + ahead), UTC)
        with contextlib.ExitStack() as running:
            folder = tmp_path_factory.mktemp("launch")
            content = content_copy(folder, little_content())
            servers = [running.enter_context(each) for each in nodes(folder, content, launch)]
            if time.time() < launch.timestamp() - LEFT_SECONDS:
                yield Evening(launch, servers, content)
                return
    raise AssertionError("two servers took minutes to start")


def nodes(folder: Path, content: Path, launch: datetime) -> Iterator[AbstractContextManager[Server]]:
    write_campaign(content, "lente", announced=launch - timedelta(days=1), live=launch)
    for _ in range(2):
        port = free_port()
        data = folder / str(port)
        environment = {"SIGNAALLIJN_CONTENT": str(content), "SIGNAALLIJN_DATA": str(data)}
        assert CliRunner().invoke(main, ["init"], env=environment).exit_code == 0
        yield running_command(["serve", "--port", str(port)], data, port, **environment)


def test_every_page_of_every_region_flips_at_the_instant_on_every_server_and_in_caches(
    evening: Evening,
) -> None:
    instant, servers = evening.launch.timestamp(), evening.servers
    paths = paths_of(servers[0])

    async def the_evening() -> tuple[dict[str, bytes], list[Visit], dict[str, bytes]]:
        before = await all_pages(servers[0], paths)
        visits = await a_crowd_visits(servers, paths, instant + AFTER_SECONDS)
        return before, visits, await all_pages(servers[1], paths)

    before, visits, after = run_apart(the_evening())
    regions = [path for path in paths if path.startswith(("/nl/regio/", "/en/region/")) and path.split("/")[3]]
    assert len(regions) == 2 * len(library().regions)
    municipalities = [path for path in paths if path.startswith(("/nl/gemeente/", "/en/municipality/"))]
    assert len(paths) == PATHS
    assert {path[1:3] for path in municipalities} == {"nl", "en"}
    for path in ("/nl/", "/en/", *regions, *municipalities, "/nl/campagne/lente", "/en/campaign/lente"):
        language = path[1:3]
        assert LEAD[language].encode() not in before[path], path
        assert ANNOUNCEMENT[language].encode() in before[path], path
        assert LEAD[language].encode() in after[path], path
        assert ANNOUNCEMENT[language].encode() not in after[path], path

    assert Counter(visit.response.status for visit in visits) == {200: len(visits)}
    judged = [visit for visit in visits if visit.ended < instant or visit.began >= instant]
    wrong = [
        (visit.path, visit.way, round(visit.began - instant, 3))
        for visit in judged
        if visit.response.page != (before if visit.ended < instant else after)[visit.path]
    ]
    assert wrong == []
    for is_after in (False, True):
        seen = {visit.path for visit in judged if (visit.began >= instant) == is_after}
        assert seen == set(paths), "the crowd did not see every page in both states"
    assert len({visit.way for visit in judged}) == 4
    kept_too_long = [
        visit.path
        for visit in visits
        if visit.ended < instant
        and visit.way.startswith("server")
        and visit.began + int(visit.response.headers["cache-control"].partition("=")[2]) > instant
    ]
    assert kept_too_long == []


def test_what_an_editor_changes_goes_on_air_on_every_server_and_a_fault_does_not(evening: Evening) -> None:
    page = evening.content / "campaign" / "pages" / "about_tip_line.nl.md"
    good = page.read_text("utf-8")
    page.write_text(good.replace("review = ", "reviewed = "), "utf-8")
    for server in evening.servers:
        until(lambda server=server: server.public.get("/healthz").text == "ok; content has a fault\n")
        assert "about_tip_line.nl.md, line " in server.said()
        assert server.public.get("/nl/over-de-meldlijn").status == 200
    page.write_text(good.replace('title = "', 'title = "Verbeterd: '), "utf-8")
    for server in evening.servers:
        until(lambda server=server: "Verbeterd: " in server.public.get("/nl/over-de-meldlijn").text)
        assert server.public.get("/healthz").text == "ok\n"


def until(holds: Callable[[], bool]) -> None:
    """Waits until a server has caught up with its content."""
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("the server did not follow its content within a minute")
