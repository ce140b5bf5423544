"""What a tip costs the server: sealed in the browser and sent as ready bytes, or sealed by the server; beside the same
posts stored unsealed by a bare application. Then memory after ten thousand tips, and whether a code that is known can
be told from one that is not by the time its answer takes.

The server is the real one, on SQLite with a demonstration's data; the drafts are there before, as after the step of the
place or the check. A crowd in this process sends over connections that it keeps, so both share the machine's cores.

`make bench-tips`; five minutes. Prints; asserts nothing."""

import asyncio
import json
import os
import secrets
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from server import FORM, Server, free_port, running_again
from tip_world import EINDHOVEN, demo_to_serve

from campaign_site.settings import read_settings
from tipline import padding, sealed_posts
from tipline.drafts import Drafts, ReportDraft
from tipline.key_files import read_key_file
from tipline.pools import Entry, Pool
from tipline.receipts import Receipt, derive
from tipline.sealed_files import FileFor
from tipline.sealed_posts import SealedPost
from tipline.sealing import seal
from tipline.storage import Store
from tipline.storage.tips import DraftChange, NewTip
from tipline.tipster.addresses import address

ALL_TIPS = 10_000
BURST = 1_500
"""Tips as fast as they go, of each kind."""
AIMS = {"sealed in the browser": 150, "sealed by the server": 50}
"""Tips a second."""
STEADY_SECONDS = 20
AIM_MILLISECONDS = 50
AIM_MEGABYTES = 120
CONNECTIONS = 8
PAIRS = 2_000
POINT = "lumens-emp"
STORY = "Hij wordt elke donderdag opgehaald door een man met een witte bus. " * 12
BARE = Path(__file__).with_name("bare_tips.py")

say = sys.stdout.write


@dataclass(frozen=True)
class Post:
    path: str
    kind: str
    body: bytes


@dataclass
class Prepared:
    """A data directory with drafts that wait to be sent."""

    data: Path

    def __post_init__(self) -> None:
        environment = {"SIGNAALLIJN_DATA": str(self.data), "SIGNAALLIJN_CONTENT": str(self.data / "content")}
        settings = read_settings(environment, is_demo=True).tipline
        self.salt = settings.salt
        self.store = Store(settings.database_url)
        self.drafts = Drafts(self.store.drafts, settings.secret_keys, lambda: datetime.now(UTC))
        key = read_key_file(settings.content / "keys" / f"{POINT}.toml")
        # One file for all: what is in it, and for which tip, the server can't tell.
        plaintext = padding.pad(STORY.encode())
        self.file = FileFor(key.fingerprint, seal(plaintext, [key.recipient]))

    def posts(self, kind: str, count: int) -> list[Post]:
        """Fresh drafts, and what is posted to make each a tip."""
        return [self._sealed() if kind == "sealed in the browser" else self._plain() for _ in range(count)]

    def _sealed(self) -> Post:
        post = sealed_posts.write(SealedPost(secrets.token_bytes(32), {POINT: self.file}))
        return Post(address("tip_sealed", "nl", self._draft()), "application/octet-stream", post)

    def _plain(self) -> Post:
        return Post(address("tip_check", "nl", self._draft(story=STORY)), FORM, b"")

    def _draft(self, **answers: str) -> str:
        return self.drafts.begin(ReportDraft(place=EINDHOVEN, told=(POINT,), answers=answers), Entry((Pool.PROOF,)))

    def drops_drafts(self) -> None:
        """What would be over within the hour, and has been counted today: the crowd sends a day's tips in a minute."""
        with closing(sqlite3.connect(self.data / "signaallijn.sqlite3")) as database, database:
            database.execute("DELETE FROM drafts")
            database.execute("DELETE FROM admissions")

    def code(self) -> str:
        """The code of a tip that is kept now."""
        receipt = Receipt.new()
        draft_id = self._draft()
        held = self.drafts.held(draft_id, ReportDraft)
        assert held
        tip = NewTip(
            held.draft.tip,
            derive(receipt, self.salt).lookup_digest,
            datetime.now(UTC).date(),
            hidden=False,
            sealed={POINT: self.file.sealed},
        )
        assert self.store.tips.keep(tip, DraftChange(held.digest, held.box, held.box))
        return receipt.digits


# The crowd


class Connection:
    def __init__(self, port: int) -> None:
        self._port = port

    async def opened(self) -> "Connection":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def post(self, post: Post) -> tuple[int, dict[str, str], bytes]:
        head = (
            f"POST {post.path} HTTP/1.1\r\nHost: localhost:{self._port}\r\nContent-Type: {post.kind}\r\n"
            f"Content-Length: {len(post.body)}\r\nSec-Fetch-Site: same-origin\r\n\r\n"
        )
        return await self._asked(head.encode() + post.body)

    async def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        return await self._asked(f"GET {path} HTTP/1.1\r\nHost: localhost:{self._port}\r\n\r\n".encode())

    async def _asked(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        return int(head[0].split()[1]), headers, body

    def close(self) -> None:
        self._writer.close()


async def burst(port: int, posts: Sequence[Post]) -> float:
    """Tips a second, as fast as they go."""
    waiting = iter(posts)
    connections = [await Connection(port).opened() for _ in range(CONNECTIONS)]

    async def sends(connection: Connection) -> None:
        for post in waiting:
            taken(await connection.post(post))

    start = time.perf_counter()
    await asyncio.gather(*(sends(connection) for connection in connections))
    took = time.perf_counter() - start
    for connection in connections:
        connection.close()
    return len(posts) / took


async def steady(port: int, posts: Sequence[Post], a_second: float) -> float:
    """Milliseconds that nineteen of twenty stay under, at a pace that does not wait for answers."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS * 4):
        free.put_nowait(await Connection(port).opened())
    took: list[float] = []

    async def sends(post: Post, due: float) -> None:
        connection = await free.get()
        taken(await connection.post(post))
        took.append((time.perf_counter() - due) * 1e3)
        free.put_nowait(connection)

    start = time.perf_counter()
    async with asyncio.TaskGroup() as crowd:
        for number, post in enumerate(posts):
            due = start + number / a_second
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            crowd.create_task(sends(post, max(due, time.perf_counter())))
    while not free.empty():
        free.get_nowait().close()
    return statistics.quantiles(took, n=20)[-1]


def taken(answer: tuple[int, dict[str, str], bytes]) -> None:
    status, headers, body = answer
    kept = (
        status == 200 and json.loads(body) == {"is": "sent"} if body else headers.get("location", "").endswith("/code")
    )
    if not kept:
        raise SystemExit(f"a tip was not taken: {status} {headers} {body[:200]!r}")


# The figures


def figures(kind: str, prepared: Prepared, port: int, run: Callable[[Awaitable[float]], float]) -> tuple[float, float]:
    half = AIMS[kind] / 2
    rate = run(burst(port, prepared.posts(kind, BURST)))
    p95 = run(steady(port, prepared.posts(kind, int(half * STEADY_SECONDS)), half))
    return rate, p95


def tell_tips(prepared: Prepared, server: Server) -> None:
    say(f"{'':24}{'tips/s':>9}{'aim':>6}{'unsealed':>10}{'ratio':>7}{'p95 ms at half the aim':>25}{'unsealed':>10}\n")
    for kind, aim in AIMS.items():
        rate, p95 = figures(kind, prepared, server.port, asyncio.run)
        with bare_server(server.data.parent) as port:
            posts = [
                replace(post, path="/tip", body=post.body or STORY.encode()) for post in prepared.posts(kind, BURST)
            ]
            bare = asyncio.run(burst(port, posts))
            bare_p95 = asyncio.run(steady(port, posts[: int(aim / 2 * STEADY_SECONDS)], aim / 2))
        missed = "  MISSED" if rate < aim or p95 > AIM_MILLISECONDS else ""
        say(f"{kind:24}{rate:9.0f}{aim:6}{bare:10.0f}{rate / bare:7.2f}{p95:25.1f}{bare_p95:10.1f}{missed}\n")


@contextmanager
def bare_server(folder: Path) -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen([sys.executable, str(BARE), str(folder / f"bare-{port}.sqlite3"), str(port)])
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                asyncio.run(_is_there(port))
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(20)


async def _is_there(port: int) -> None:
    (await Connection(port).opened()).close()


def tell_memory(prepared: Prepared, server: Server) -> None:
    while (kept := count(server, "tips")) < ALL_TIPS:
        asyncio.run(burst(server.port, prepared.posts("sealed in the browser", min(BURST, ALL_TIPS - kept))))
        prepared.drops_drafts()
    status = Path(f"/proc/{server.process.pid}/status").read_text("ascii")
    (resident,) = [int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")]
    missed = "  MISSED" if resident > AIM_MEGABYTES else ""
    say(f"memory after {count(server, 'tips'):,} tips: {resident:.0f} MB (aim {AIM_MEGABYTES}){missed}\n")


def count(server: Server, table: str) -> int:
    with closing(sqlite3.connect(server.database)) as database:
        ((found,),) = database.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608  # our own tables
    return int(found)


def tell_codes(prepared: Prepared, server: Server) -> None:
    known = prepared.code()
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    lengths: dict[str, set[int]] = {"known": set(), "unknown": set()}

    async def asks() -> None:
        connection = await Connection(server.port).opened()
        for number in range(PAIRS):
            pair = (("known", known), ("unknown", Receipt.new().digits))
            for name, code in pair if number % 2 else reversed(pair):
                post = Post(address("follow_up", "nl"), FORM, f"receipt={code}".encode())
                start = time.perf_counter()
                status, headers, _ = await connection.post(post)
                took[name].append((time.perf_counter() - start) * 1e3)
                assert status == 303, status
                if number < 100:
                    lengths[name].add(len((await connection.get(headers["location"]))[2]))
        connection.close()

    asyncio.run(asks())
    medians = {name: statistics.median(times) for name, times in took.items()}
    apart = abs(medians["known"] - medians["unknown"])
    missed = "  MISSED" if apart > 1 or lengths["known"] != lengths["unknown"] else ""
    say(
        f"codes, {PAIRS:,} pairs: known {medians['known']:.2f} ms, unknown {medians['unknown']:.2f} ms in the median, "
        f"{apart:.2f} apart (aim 1); pages of {sorted(lengths['known'])} and {sorted(lengths['unknown'])} bytes"
        f"{missed}\n"
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="signaallijn-bench-") as folder:
        data = demo_to_serve(Path(folder))
        with running_again(data) as server:
            prepared = Prepared(data)
            say(f"{os.cpu_count()} cores, {CONNECTIONS} connections; unsealed: the same posts stored as they came\n")
            tell_tips(prepared, server)
            tell_memory(prepared, server)
            tell_codes(prepared, server)
            prepared.store.close()


if __name__ == "__main__":
    main()
