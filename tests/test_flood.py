"""A flood against the real server: thousands of posts without proof, hundreds of wrong codes at a time. Whoever brings
proof, a minute's wait or his code comes through meanwhile, and neither memory nor disk fill up.

`make flood` sends 10,000; the suite only the last ones before the pool is full, and as many after that."""

import os
import re
import secrets
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Lock
from urllib.parse import urlencode

import pytest
from brought import fields_of, worked
from server import FORM, Answer, Report, Server, follow_up

from tipline.admission import Admission
from tipline.pools import LIVE_DRAFTS, Pool
from tipline.settings import AbuseMode
from tipline.tipster.addresses import address

POSTS = int(os.environ.get("FLOOD_POSTS", "400"))
SENDERS = 16
GUESSERS = 200
CODES = tuple(str(number) * 25 for number in range(10))
MB = 1024 * 1024
MOST_MEMORY, MOST_DISK = 60 * MB, 64 * MB
"""By how much process and data directory may grow. A full pool of those who bring nothing is 8 MB, SQLite's log
another 4."""


class Flood:
    """How many posts were sent, by all who send; and the word that it is enough."""

    def __init__(self, size: int) -> None:
        self.sent = 0
        self.is_over = False
        self.has_begun = Event()
        self._size = size
        self._lock = Lock()

    def next(self) -> int:
        with self._lock:
            self.sent += 1
        if self.sent >= self._size:
            self.has_begun.set()
        return self.sent


def tables(server: Server, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(server.database)) as database:
        return database.execute(query).fetchall()


def pools(server: Server) -> Counter[str]:
    return Counter(dict(tables(server, "SELECT pool, count(*) FROM drafts GROUP BY pool")))  # type: ignore[arg-type]  # text and number


def pools_of_tips(server: Server) -> Counter[str]:
    return Counter(str(pool) for (pool,) in tables(server, "SELECT pool FROM cases"))


def memory(server: Server) -> int:
    """Bytes that the server has in memory."""
    told = Path(f"/proc/{server.process.pid}/status").read_text("ascii")
    found = re.search(r"^VmRSS:\s+(\d+) kB$", told, re.MULTILINE)
    assert found
    return int(found[1]) * 1024


def disk(server: Server) -> int:
    return sum(file.stat().st_size for file in server.data.rglob("*") if file.is_file())


def posts(server: Server, flood: Flood, name: str, bodies: Sequence[str]) -> Counter[int]:
    """Posts one body after the other, as fast as it goes, until it is enough; how often each status came."""
    came: Counter[int] = Counter()
    headers = {"Host": f"localhost:{server.port}", "Content-Type": FORM}
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=90)) as connection:
        while not flood.is_over:
            connection.request("POST", address(name, "nl"), bodies[flood.next() % len(bodies)], headers)
            answer = connection.getresponse()
            answer.read()
            came[answer.status] += 1
    return came


@contextmanager
def flooding(server: Server, senders: int, size: int, name: str, *bodies: str) -> Iterator[Flood]:
    """Begins with so many posts, from many at a time, and goes on for as long as the block lasts."""
    flood = Flood(size)
    with ThreadPoolExecutor(senders) as threads:
        running = [threads.submit(posts, server, flood, name, bodies) for _ in range(senders)]
        try:
            assert flood.has_begun.wait(300)
            yield flood
        finally:
            flood.is_over = True
        came: Counter[int] = sum((each.result() for each in running), Counter())
    assert came.keys() == {303}, came


def nearly_fill(server: Server) -> None:
    """Puts the most of a flood where it would end, so that the suite need not wait for it."""
    rows = [(secrets.token_bytes(32), b"", 2**31 - 1, "neither") for _ in range(LIVE_DRAFTS[Pool.NEITHER] - POSTS // 2)]
    with closing(sqlite3.connect(server.database)) as database, database:
        database.executemany("INSERT INTO drafts (digest, box, expires, pool) VALUES (?, ?, ?, ?)", rows)


def ripe_ticket(server: Server) -> str:
    """A ticket as it was on a first page a minute ago."""
    keys = [(server.data / "secret.key").read_text("ascii").strip()]
    then = datetime.now(UTC) - timedelta(seconds=61)
    return Admission(keys, AbuseMode.PROOF_OF_WORK, lambda: then).offer().ticket


def reports(server: Server, **brought: str) -> str:
    """A whole report that brings this; its code."""
    report = Report(server.public).begins("5611", **brought).tells("Elke dinsdag haalt een man hem op.")
    answer = report.sends()
    assert answer.location == report.path(4), answer.location
    return report.code()


def first_page(server: Server) -> str:
    return server.public.get(address("tip_start", "nl")).text


FLOOD = tuple(
    urlencode({"place": place, "lives_elsewhere": "x" * 200, **more})
    for place in ("5611", "qqqq", "Elst")
    for more in (
        {},
        {"proof": "x" * 1500},
        {"ticket": "WyJ4IiwxXQ.x"},
        {"website": "https://example.nl"},
        {"typed": "x"},
    )
)


def test_all_who_bring_anything_come_through_a_flood_that_fills_nothing(site: Server) -> None:
    known, before = reports(site, **worked(first_page(site))), pools_of_tips(site)
    memory_before, disk_before = memory(site), disk(site)
    if LIVE_DRAFTS[Pool.NEITHER] > POSTS:
        nearly_fill(site)
    began = time.monotonic()
    with flooding(site, SENDERS, POSTS, "tip_start", *FLOOD) as flood:
        assert pools(site)["neither"] == LIVE_DRAFTS[Pool.NEITHER]
        reports(site, **worked(first_page(site)))
        reports(site, ticket=ripe_ticket(site))
        visit = follow_up(site.public, known)
        assert site.public.post(visit, {"addition": "Het was een rode auto."}).location == visit
        assert 'id="said"' in site.public.get(visit).text
        waits = site.public.post(address("tip_start", "nl"), {"place": "5611", **fields_of(first_page(site))})
        assert site.public.get(waits.location, {"Sec-Fetch-Site": "same-origin"}).status == 503
    assert pools_of_tips(site) - before == {"proof": 1, "ticket": 1}
    took, grown = time.monotonic() - began, (memory(site) - memory_before, disk(site) - disk_before)
    print(f"\n{flood.sent} posts in {took:.0f} s: memory +{grown[0] / MB:.1f} MB, disk +{grown[1] / MB:.1f} MB")  # noqa: T201  # make flood shows it
    assert grown[0] < MOST_MEMORY
    assert grown[1] < MOST_DISK


def test_two_hundred_wrong_codes_at_a_time_hold_up_no_tip_and_no_follow_up(site: Server) -> None:
    """They go on for as long as it takes: what waited for them would wait for ever."""
    bodies = [urlencode({"receipt": code}) for code in ("", "x", *CODES, "11111 22222 33333 44444 55555")]
    with flooding(site, GUESSERS, GUESSERS, "follow_up", *bodies):
        code = reports(site, **worked(first_page(site)))
        assert 'id="no-answers"' in site.public.get(follow_up(site.public, code)).text
    assert pools(site)["wrong-code"] <= LIVE_DRAFTS[Pool.WRONG_CODE]


@pytest.mark.parametrize("brings", ["proof", "ticket"])
def test_the_same_page_posted_by_many_at_once_is_one_draft_and_one_tip(site: Server, brings: str) -> None:
    before, tips_before = pools(site), pools_of_tips(site)
    brought = worked(first_page(site)) if brings == "proof" else {"ticket": ripe_ticket(site)}

    def begins(_: int) -> Answer:
        return site.public.post(address("tip_start", "nl"), {"place": "5611", **brought})

    with ThreadPoolExecutor(16) as threads:
        locations = {answer.location for answer in threads.map(begins, range(16))}
        assert len(locations) == 1
        report = Report(site.public, draft=locations.pop().split("/")[3])
        site.public.get(report.path(1))
        report.tells("Elke dinsdag.")
        assert {answer.location for answer in threads.map(lambda _: report.sends(), range(16))} == {report.path(4)}
    assert pools(site) - before == {"sent": 1}
    assert pools_of_tips(site) - tips_before == {brings: 1}
