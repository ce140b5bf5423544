"""What the desk costs when a care point has many tips: lists and cases on the server, and opening tips in Chromium.

The server is the real one, on SQLite with a demonstration's data, asked over a socket, one connection for each
request. A shared machine disturbs the time of requests more than the processor time that they cost the server, so both
are told. All tips are one care point's; one in twenty is open, the others closed, one in four has an addition. Their
sealed files are one file of the usual size, many times: the server can't tell. Beside each request the same rows are
read by bare sqlite3, so that a figure means something on another machine.

`make bench-desk`; three minutes, a gigabyte of disk. Prints; asserts nothing."""

import base64
import json
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from desk_world import DeskWorld, make_desk_world
from keys import halves
from people import UNLOCKING_MILLISECONDS, Coordinator
from playwright.sync_api import sync_playwright
from real_content import CAMPAIGN
from server import Login, Server, running_again
from tip_world import a_demo

from tipline.desk.second_way import unused_code
from tipline.heads import Author, Head, Kind, read
from tipline.sealing import open_sealed
from tipline.storage import Store

SIZES = (1_000, 10_000, 100_000)
REQUESTS = 200
BASELINES = 20
AIM_MILLISECONDS = 50
NEW_TIPS = 50
BATCH = 1000
POINT = "lumens-emp"
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
FORM = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
CHROMIUM = "/usr/bin/chromium"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")

OPEN_LIST = "/tips?status=new&status=read&status=in_progress"
LISTS = {
    "open cases": OPEN_LIST,
    "open cases, brief": f"{OPEN_LIST}&brief=",
    "closed, latest first": "/tips?status=closed&latest=",
    "all, oldest first": "/tips",
    "any news": "/tips/news",
    "deleted soon": "/tips/due",
}
BASELINE = "SELECT * FROM cases WHERE care_point = ? AND status = 'new' ORDER BY received_on, tip LIMIT 50"

say = sys.stdout.write


def p95(deed: Callable[[], object], times: int) -> float:
    """Milliseconds that nineteen of twenty runs stay under."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        deed()
        took.append((time.perf_counter() - start) * 1e3)
    return statistics.quantiles(took, n=20)[-1]


# Many tips


def fill(file: Path, sealed: bytes, have: int, want: int) -> None:
    """Adds tips until there are `want`, as sqlite3 writes them fastest."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA synchronous=OFF")
        for start in range(have, want, BATCH):
            tips = [(str(uuid.uuid4()), number) for number in range(start, min(start + BATCH, want))]
            with database:
                database.executemany(
                    "INSERT INTO tips (id, lookup_digest, received_on) VALUES (?, ?, ?)",
                    [(tip, uuid.uuid4().bytes, day(number)) for tip, number in tips],
                )
                insert(database, "cases", [case(tip, number, sealed) for tip, number in tips])
                insert(database, "messages", [addition(tip, number, sealed) for tip, number in tips if number % 4 == 0])


def insert(database: sqlite3.Connection, table: str, rows: list[dict[str, object]]) -> None:
    names = ", ".join(rows[0])
    marks = ", ".join(f":{name}" for name in rows[0])
    database.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608  # our own tables


def day(number: int) -> str:
    return (YESTERDAY - timedelta(days=number % 365)).isoformat()


def case(tip: str, number: int, sealed: bytes) -> dict[str, object]:
    status = ("new", "read", "in_progress")[number // 20 % 3] if number % 20 == 0 else "closed"
    return {
        **dict.fromkeys(("reason", "labels", "assigned_to", "offered_by"), ""),
        **dict.fromkeys(("is_shared", "changes", "answered_to"), 0),
        "tip": tip,
        "care_point": POINT,
        "named": POINT,
        "sealed": sealed,
        "received_on": day(number),
        "status": status,
        "active_on": day(number),
        "closed_on": (YESTERDAY - timedelta(days=number % 85)).isoformat() if status == "closed" else None,
    }


def addition(tip: str, number: int, sealed: bytes) -> dict[str, object]:
    return {
        "id": str(uuid.uuid4()),
        "tip": tip,
        "kind": "addition",
        "number": 1,
        "reader": POINT,
        "named": POINT,
        "written_on": day(number),
        "sealed": sealed,
    }


# The server


def signed_in(server: Server) -> Callable[[str], object]:
    """Asks the desk as Noor's browser does, and refuses an answer that is none."""
    (noor,) = [person for person in a_demo().people if person.login == "noor"]
    half = base64.urlsafe_b64encode(halves(noor.passphrase, "noor", server.salt).sign_in).rstrip(b"=").decode()
    with closing(Store(f"sqlite:///{server.database}")) as store:
        known = store.coordinators.by_login("noor")
    code = None
    while code is None:
        code = unused_code(noor.totp_secret, known.totp_used if known else 0, datetime.now(UTC))
        time.sleep(0.5)  # each code counts once
    answer = server.desk.post("/login", {"login": "noor", "half": half, "code": code}, FORM)
    cookie = answer.headers["set-cookie"].partition(";")[0]

    def ask(path: str) -> object:
        told = server.desk.get(path, {"Cookie": cookie, "Accept": "application/json"})
        if told.status != 200:
            raise SystemExit(f"{path}: {told.status} {told.text}")
        return json.loads(told.text)

    return ask


def world_to_serve(folder: Path) -> DeskWorld:
    """A desk's world has no public texts; a server wants them."""
    world = make_desk_world(folder, lambda: datetime.now(UTC))
    shutil.copytree(CAMPAIGN, world.line.settings.content / "campaign")
    return world


def server_figures(folder: Path) -> None:
    world = world_to_serve(folder)
    data, file = world.line.settings.data, world.line.database
    world.tip(POINT, "Hij wordt elke donderdag opgehaald. " * 20)
    ((sealed,),) = rows(file, "SELECT sealed FROM cases")
    world.store.close()
    say(f"server: p95 of {REQUESTS} requests in milliseconds (aim {AIM_MILLISECONDS}), and times that of bare rows\n")
    say(f"{'tips':>8} {'request':24} {'p95':>8} {'ratio':>7} {'growth':>7} {'cpu':>7}\n")
    before: dict[str, float] = {}
    have = 1
    for size in SIZES:
        fill(file, sealed, have, size)
        have = size
        with running_again(data) as server:
            ask = signed_in(server)
            bare = p95(lambda: rows(file, BASELINE, POINT), BASELINES)
            say(f"{size:8,} {'50 rows by bare sqlite3':24} {bare:8.2f}\n")
            for name, path in {**LISTS, "a case": f"/tips/{some_tip(file)}"}.items():
                used = processor_seconds(server)
                took = p95(partial(ask, path), REQUESTS)
                cpu = (processor_seconds(server) - used) / REQUESTS * 1e3
                grown = f"{took / before[name]:6.1f}x" if name in before else ""
                missed = "  MISSED" if took > AIM_MILLISECONDS else ""
                say(f"{size:8,} {name:24} {took:8.2f} {took / bare:6.1f}x {grown:>7} {cpu:7.2f}{missed}\n")
                before[name] = took


def processor_seconds(server: Server) -> float:
    """What the server process used up to now, all threads."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rows(file: Path, query: str, *values: str) -> list[tuple[bytes, ...]]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute(query, values).fetchall()


def some_tip(file: Path) -> str:
    ((tip,),) = rows(file, "SELECT tip FROM messages LIMIT 1")
    return str(tip)


# The browser


class Noor(Coordinator):
    """Signs in with what the demonstration gave her; `serve` shows it to nobody."""

    def _fresh_code(self) -> str:
        (noor,) = [person for person in a_demo().people if person.login == self.login]
        return unused_code(noor.totp_secret, 0, datetime.now(UTC)) or ""


def browser_figures(folder: Path) -> None:
    world = world_to_serve(folder)
    with running_again(world.line.settings.data) as server, sync_playwright() as playwright:
        people = {person.login: Login(person.login, person.passphrase, "") for person in a_demo().people}
        type(server).people = property(lambda _: people)  # type: ignore[assignment,method-assign]  # printed by `demo` only
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET).new_page(locale="nl-NL")
        noor = Noor(page, server, "noor")
        noor.opens_the_desk()
        for number in range(NEW_TIPS):
            world.tip(POINT, f"Verhaal {number}. " + "Hij wordt elke donderdag opgehaald. " * 20)
        start = time.perf_counter()
        page.locator('[data-slot="refresh"]').click()
        page.locator("#view [data-slot=rows] tr").nth(NEW_TIPS - 1).wait_for(timeout=UNLOCKING_MILLISECONDS)
        took = time.perf_counter() - start
        bare = opened_here(world)
    say(f"\nbrowser: {NEW_TIPS} new tips fetched, opened and shown in Chromium: {took:.2f} s (aim 1 s)\n")
    say(f"         the same files opened in Python: {bare:.2f} s; ratio {took / bare:.1f}x\n")
    world.store.close()


def opened_here(world: DeskWorld) -> float:
    start = time.perf_counter()
    for case in world.store.cases.page(POINT, ["new"], NEW_TIPS):
        head = Head(Kind.TIP, case.tip, case.named, 1, Author.TIPSTER, "nl")
        read(open_sealed(case.sealed, world.keys[POINT]), head)
    return time.perf_counter() - start


def folders() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="signaallijn-bench-") as folder:
        for name in ("server", "browser"):
            (Path(folder) / name).mkdir()
            yield Path(folder) / name


def main() -> None:
    for folder, figures in zip(folders(), (server_figures, browser_figures), strict=True):
        figures(folder)


if __name__ == "__main__":
    main()
