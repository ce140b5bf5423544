"""The audit trail: a chain that shows what was done to it, on both databases, and heads outside it."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from clock import NOW, Clock
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient
from tip_world import copied_settings

from campaign_site.app import create_app
from campaign_site.cli import main
from tipline import audit
from tipline.audit import HeadsFile, TrailWatch, verify
from tipline.storage import Store
from tipline.storage.trail import Deed, digest_of

TODAY = NOW.date()
ENTRIES = 9


def deed(word: str = "fetched", on: date = TODAY, care_point: str = "lumens-emp") -> Deed:
    return Deed(word, "noor", care_point, on, tip="a-tip")


def fill(store: Store) -> None:
    for number in range(1, ENTRIES + 1):
        store.trail.record(deed(f"deed-{number}"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_database"))
    return f"sqlite:///{tmp_path / 'trail.sqlite3'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    made = Store(url)
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def heads(store: Store, tmp_path: Path) -> HeadsFile:
    """A trail whose head was written when it had four entries, and when it was whole."""
    clock, file = Clock(), tmp_path / audit.HEADS_FILE
    for number in range(1, ENTRIES + 1):
        store.trail.record(deed(f"deed-{number}"))
        if number in (4, ENTRIES):
            clock.forward(days=1)
            TrailWatch(store.trail, file, clock).keep()
    return HeadsFile(file)


Forge = Callable[..., None]


@pytest.fixture
def forge(url: str) -> Iterator[Forge]:
    """Writes the database behind the program's back."""
    engine = create_engine(url)

    def deeds(*statements: str) -> None:
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    yield deeds
    engine.dispose()


def fault(store: Store, heads: HeadsFile) -> tuple[str, str]:
    with pytest.raises(audit.TrailFaultError) as caught:
        verify(store.trail, heads.read())
    return type(caught.value).__name__, str(caught.value)


INSERT = (
    "INSERT INTO trail (number, happened_on, deed, actor, care_point, tip, about, digest) "
    "SELECT {number}, happened_on, 'closed', actor, care_point, tip, about, digest FROM trail WHERE number = {of}"
)
SWAP = (
    "UPDATE trail SET number = -1 WHERE number = 5",
    "UPDATE trail SET number = 5 WHERE number = 6",
    "UPDATE trail SET number = 6 WHERE number = -1",
)
FORGERIES: Sequence[tuple[str, Sequence[str], str, str]] = (
    (
        "a deed altered",
        ["UPDATE trail SET deed = 'closed' WHERE number = 5"],
        "AlteredEntryError",
        "entry 5 was altered",
    ),
    (
        "an actor altered",
        ["UPDATE trail SET actor = 'sam' WHERE number = 1"],
        "AlteredEntryError",
        "entry 1 was altered",
    ),
    ("the last altered", ["UPDATE trail SET about = 'x' WHERE number = 9"], "AlteredEntryError", "entry 9 was altered"),
    (
        "a date altered",
        ["UPDATE trail SET happened_on = '2026-01-01' WHERE number = 5"],
        "AlteredEntryError",
        "entry 5 ",
    ),
    ("one deleted", ["DELETE FROM trail WHERE number = 5"], "MissingEntryError", "entry 5 was removed"),
    ("the first deleted", ["DELETE FROM trail WHERE number = 1"], "MissingEntryError", "entry 1 was removed"),
    ("two swapped", SWAP, "BrokenChainError", "entry 5 does not follow"),
    ("the end cut off", ["DELETE FROM trail WHERE number > 7"], "CutTrailError", "entry 8 and what came after"),
    ("all deleted", ["DELETE FROM trail"], "CutTrailError", "entry 1 and what came after"),
    ("one before the first", [INSERT.format(number=0, of=5)], "BrokenChainError", "entry 0 was inserted"),
)


@pytest.mark.parametrize(
    ("statements", "error", "said"), [each[1:] for each in FORGERIES], ids=[each[0] for each in FORGERIES]
)
def test_what_was_done_to_the_trail_is_found_and_named(
    store: Store, heads: HeadsFile, forge: Forge, statements: Sequence[str], error: str, said: str
) -> None:
    assert verify(store.trail, heads.read()).entries == ENTRIES
    forge(*statements)
    found, sentence = fault(store, heads)
    assert (found, said in sentence) == (error, True), sentence


def test_one_inserted_and_one_taken_out_with_the_others_renumbered_are_found(
    store: Store, heads: HeadsFile, forge: Forge
) -> None:
    move = "UPDATE trail SET number = number + {by} WHERE number > 5"
    forge(move.format(by=1000), move.format(by=-999), INSERT.format(number=6, of=5))
    assert fault(store, heads)[0] == "BrokenChainError"
    assert "entry 6 does not follow" in fault(store, heads)[1]
    forge("DELETE FROM trail WHERE number = 6", move.format(by=1000), move.format(by=-1001))
    assert verify(store.trail, heads.read()).entries == ENTRIES
    forge("DELETE FROM trail WHERE number = 5", move.format(by=1000), move.format(by=-1001))
    assert "entry 5 does not follow" in fault(store, heads)[1]


def test_a_chain_made_anew_does_not_agree_with_the_heads(store: Store, heads: HeadsFile, forge: Forge) -> None:
    """Who can write the database can make a chain that hangs together."""
    forge("DELETE FROM trail WHERE number > 5")
    for number in range(6, ENTRIES + 2):
        store.trail.record(deed(f"forged-{number}"))
    name, said = fault(store, heads)
    assert name == "RewrittenTrailError"
    assert "entry 5, or one after it up to 9," in said
    assert verify(store.trail, heads.read()[:1]).entries == ENTRIES + 1


def test_many_writers_at_once_keep_one_chain(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: store.trail.record(deed(f"deed-{number}")), range(40)))
    verified = verify(store.trail, [])
    assert (verified.entries, verified.heads) == (40, 0)


def test_two_programs_at_once_keep_one_chain(store: Store, url: str) -> None:
    other = Store(url)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(fill, (store, other)))
    other.close()
    assert verify(store.trail, []).entries == 2 * ENTRIES


def test_an_empty_trail_is_whole(store: Store) -> None:
    assert verify(store.trail, []).head is None


# Heads


@pytest.fixture
def file(tmp_path: Path) -> HeadsFile:
    return HeadsFile(tmp_path / audit.HEADS_FILE)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'here.sqlite3'}")
    made.migrate()
    fill(made)
    yield made
    made.close()


def test_a_head_is_written_once_a_day_whoever_starts_the_server_again(here: Store, file: HeadsFile) -> None:
    clock = Clock()
    for _ in range(3):
        TrailWatch(here.trail, file.file, clock).keep()
    here.trail.record(deed())
    watch = TrailWatch(here.trail, file.file, clock)
    watch.keep()
    assert [written.head.number for written in file.read()] == [ENTRIES]
    clock.forward(days=1)
    watch.keep()
    assert [written.head.number for written in file.read()] == [ENTRIES, ENTRIES + 1]
    assert file.file.stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_while_nothing_was_done(tmp_path: Path, file: HeadsFile) -> None:
    with closing(Store(f"sqlite:///{tmp_path / 'empty.sqlite3'}")) as store:
        store.migrate()
        TrailWatch(store.trail, file.file, Clock()).keep()
    assert not file.file.exists()


def test_a_trail_that_does_not_agree_is_told_and_its_head_is_not_written(
    here: Store, file: HeadsFile, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    TrailWatch(here.trail, file.file, clock).keep()
    with closing(sqlite3.connect(tmp_path / "here.sqlite3")) as database, database:
        database.execute("DELETE FROM trail WHERE number = 9")
    clock.forward(days=1)
    watch = TrailWatch(here.trail, file.file, clock)
    watch.keep()
    watch.keep()
    assert not watch.agrees()
    assert len(file.read()) == 1
    assert [record.getMessage() for record in caplog.records] == [
        "the audit trail does not agree with trail-heads.txt; run `signaallijn audit verify`"
    ]


def test_a_line_that_a_power_cut_left_unfinished_is_written_again(here: Store, file: HeadsFile) -> None:
    clock = Clock()
    TrailWatch(here.trail, file.file, clock).keep()
    whole = file.file.read_bytes()
    file.file.write_bytes(whole + b"2026-11-22 9 0123")
    assert len(file.read()) == 1
    clock.forward(days=1)
    TrailWatch(here.trail, file.file, clock).keep()
    assert len(file.read()) == 2
    assert file.file.read_bytes().startswith(whole)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"2026-11-21",
        b"2026-11-21 x " + b"0" * 64,
        b"2026-13-21 1 " + b"0" * 64,
        b"2026-11-21 1 " + b"g" * 64,
        b"\xff",
    ],
)
def test_a_damaged_heads_file_is_told_by_line(here: Store, file: HeadsFile, line: bytes) -> None:
    TrailWatch(here.trail, file.file, Clock()).keep()
    with file.file.open("ab") as heads:
        heads.write(line + b"\n")
    assert "trail-heads.txt, line 2" in fault(here, file)[1]
    assert not TrailWatch(here.trail, file.file, Clock()).agrees()


# The command


def run(data: Path):
    content = {"SIGNAALLIJN_DATA": str(data), "SIGNAALLIJN_CONTENT": str(data / "content")}
    return CliRunner().invoke(main, ["audit", "verify"], env=content)


def test_a_chore_that_fails_holds_up_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Uncovering what waited for its slot comes first, and finds its table gone; the trail's head is written all the
    same, and the log says only where it broke."""
    settings = copied_settings(tmp_path)
    whole = create_app(settings, Clock())
    whole.store.trail.record(deed())
    with closing(sqlite3.connect(settings.data / "signaallijn.sqlite3")) as database, database:
        database.execute("DROP TABLE chores")
    heads = settings.data / "trail-heads.txt"
    with TestClient(whole.app, base_url="http://localhost:8000") as client:
        assert any(heads.exists() for _ in range(5000) if client.get("/healthz"))
    whole.store.close()
    faults = {record.getMessage() for record in caplog.records if record.name == "signaallijn"}
    assert any(fault.startswith("sqlalchemy.exc.OperationalError in tipline.storage.") for fault in faults)
    assert "DROP" not in str(faults)
    assert "chores WHERE" not in str(faults)


def test_the_running_whole_writes_heads_and_the_command_verifies_them(tmp_path: Path) -> None:
    settings = copied_settings(tmp_path)
    whole = create_app(settings, Clock())
    whole.store.trail.record(deed())
    whole.tipline.run_chores()
    found = run(settings.data)
    digest = digest_of(bytes(32), 1, deed()).hex()
    assert (found.exit_code, found.stderr) == (0, ""), found.exc_info
    assert found.stdout == (
        f"The audit trail hangs together, 1 entry, and it agrees with all written heads (1). Head: {digest}\n"
    )
    with closing(sqlite3.connect(settings.data / "signaallijn.sqlite3")) as database, database:
        database.execute("DELETE FROM trail")
    found = run(settings.data)
    assert (found.exit_code, found.stdout) == (1, "")
    assert found.stderr == (
        "Error: entry 1 and what came after it is cut off: "
        "on 2026-11-21 the trail ended at entry 1, now it ends at entry 0\n"
    )
    whole.store.close()
