"""The database: what the migrations make, how SQLite is set, and that what is deleted is gone."""

import secrets
import sqlite3
import stat
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from tipline.storage import MIGRATIONS, DatabaseFaultError, Store
from tipline.storage.cases import Closing
from tipline.storage.engine import PRAGMAS
from tipline.storage.tables import metadata
from tipline.storage.tips import DraftChange, NewTip, StoredMessage

TODAY = date(2026, 11, 21)
CLOSING = Closing("unusable", TODAY)
FILLED_BY_TIPSTERS = {"admissions", "spent_proofs", "drafts", "tips", "cases", "messages", "notices"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "tips.sqlite3"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{file}")
    made.migrate()
    yield made
    made.close()


def a_tip(care_point: str = "lumens-emp", **other: object) -> NewTip:
    values = {"id": str(uuid.uuid4()), "lookup_digest": secrets.token_bytes(32), **other}
    values["sealed"] = {care_point: values.get("sealed", b"sealed")}
    return NewTip(**{"received_on": TODAY, "hidden": False, **values})  # type: ignore[arg-type]  # test


def a_message(
    tip: NewTip, number: int = 1, kind: str = "answer", reader: str = "tipster", **other: object
) -> StoredMessage:
    values = {"id": str(uuid.uuid4()), "tip": tip.id, "kind": kind, "number": number, "reader": reader, **other}
    return StoredMessage(**{"named": ("lumens-emp",), "written_on": TODAY, "sealed": b"sealed", **values})  # type: ignore[arg-type]  # test


def keep(store: Store, tip: NewTip) -> bool:
    draft = uuid.uuid4().bytes
    store.drafts.add(draft, b"box", 2**31)
    return store.tips.keep(tip, DraftChange(draft, b"box", b"sent"))


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(store: Store, file: Path) -> None:
    store.check()
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_migrating_again_changes_nothing(store: Store, file: Path) -> None:
    tip = a_tip()
    assert keep(store, tip)
    before = schema(file)
    store.migrate()
    assert schema(file) == before
    assert [each.tip for each in store.cases.page("lumens-emp", ["new"], 9)] == [tip.id]


@pytest.mark.usefixtures("store")
def test_tables_that_are_right_need_no_alembic(file: Path) -> None:
    program = (
        f"import sys, tipline.storage as s; s.Store('sqlite:///{file}').migrate(); print('alembic' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert ran.stdout == "False\n"


def test_a_database_of_a_later_version_is_refused(store: Store, file: Path) -> None:
    store.check()
    database = sqlite3.connect(file)
    with database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(DatabaseFaultError, match="NewerDatabaseError"):
        store.migrate()


def test_migrations_are_found_by_the_number_that_they_begin_with() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    revisions = list(ScriptDirectory.from_config(config).walk_revisions())
    assert {Path(each.path).name.partition("_")[0] for each in revisions} == {each.revision for each in revisions}
    assert revisions[0].revision == max(each.revision for each in revisions)


def schema(file: Path) -> dict[str, str]:
    database = sqlite3.connect(file)
    found = dict(database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall())
    database.close()
    return found


def test_no_table_of_tipsters_tells_in_which_order_rows_came(store: Store, file: Path) -> None:
    store.check()
    tables = schema(file)
    assert set(tables) >= FILLED_BY_TIPSTERS
    assert {name for name, sql in tables.items() if "WITHOUT ROWID" in sql} == FILLED_BY_TIPSTERS
    assert "AUTOINCREMENT" not in "".join(tables.values())


def test_a_store_without_tables_is_not_well(file: Path) -> None:
    empty = Store(f"sqlite:///{file}")
    with pytest.raises(OperationalError):
        empty.check()
    empty.close()


def test_nobody_else_may_read_the_files(store: Store, file: Path) -> None:
    keep(store, a_tip())
    files = list(file.parent.iterdir())
    assert {each.name.removeprefix(file.name) for each in files} == {"", "-wal", "-shm"}
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


def test_a_committed_tip_survives_a_power_cut_and_a_deleted_one_is_overwritten() -> None:
    assert {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA secure_delete=ON"} <= set(PRAGMAS)


def test_a_deleted_answer_is_nowhere_in_the_files(store: Store, file: Path) -> None:
    tip, words = a_tip(), b"kwartel" + secrets.token_bytes(3000)
    keep(store, tip)
    answer = a_message(tip, sealed=words)
    assert store.tips.add_messages([answer, a_message(tip, reader="lumens-emp")])
    assert any(words[:64] in each.read_bytes() for each in file.parent.iterdir())
    assert store.tips.delete_answer(tip.id, answer.id)
    store.close()  # the last connection moves the log into the file
    assert not any(words[at : at + 64] in file.read_bytes() for at in range(0, 3000, 500))


def test_an_error_of_the_database_does_not_quote_what_was_kept(store: Store, file: Path) -> None:
    database = sqlite3.connect(file)
    database.execute("ALTER TABLE tips RENAME TO gone")
    database.close()
    tip = a_tip(sealed=b"kwartelhaan")
    with pytest.raises(OperationalError) as caught:
        keep(store, tip)
    assert "kwartelhaan" not in str(caught.value)
    assert tip.id not in str(caught.value)


def test_a_tip_kept_twice_is_kept_once(store: Store) -> None:
    tip = a_tip()
    assert keep(store, tip)
    assert not keep(store, tip)
    assert not keep(store, a_tip(lookup_digest=tip.lookup_digest))
    assert store.outbox.unaddressed() == ("lumens-emp",)


def test_a_care_point_gets_its_own_tips_only(store: Store) -> None:
    mine, other, hidden = a_tip(), a_tip("zvh-groningen"), a_tip(hidden=True)
    for tip in (mine, other, hidden):
        keep(store, tip)
    assert [case.tip for case in store.cases.page("lumens-emp", ["new"], 9)] == [mine.id]
    assert store.cases.get(mine.id, "lumens-emp")
    assert store.cases.get(mine.id, "zvh-groningen") is None
    assert store.cases.get(hidden.id, "lumens-emp") is None
    assert not store.cases.set_status(other.id, "lumens-emp", "closed", closing=CLOSING)
    assert not store.cases.set_status(hidden.id, "lumens-emp", "closed", closing=CLOSING)
    assert store.cases.set_status(mine.id, "lumens-emp", "closed", closing=CLOSING)
    assert store.tips.care_points() == {"lumens-emp", "zvh-groningen"}


def test_numbers_of_messages_have_no_gap_and_are_not_used_again(store: Store) -> None:
    tip = a_tip()
    keep(store, tip)
    assert store.tips.next_number(tip.id, "answer") == 1
    first = [a_message(tip), a_message(tip, reader="lumens-emp")]
    assert store.tips.add_messages(first)
    assert not store.tips.add_messages([a_message(tip, 1)])
    assert not store.tips.add_messages([a_message(tip, 3)])
    assert store.tips.delete_answer(tip.id, first[0].id)
    assert store.tips.next_number(tip.id, "answer") == 2
    assert store.tips.next_number(tip.id, "addition") == 1
    assert [each.reader for each in store.tips.messages(tip.id, "lumens-emp")] == ["lumens-emp"]


def test_what_is_said_on_one_day_stands_in_the_order_of_the_conversation(store: Store) -> None:
    keep(store, tip := a_tip())
    said = [("answer", 1), ("note", 1), ("addition", 1), ("addition", 2), ("answer", 2), ("answer", 3), ("addition", 3)]
    for kind, number in said:
        assert store.tips.add_messages([a_message(tip, number, kind, "lumens-emp")])
    read = [(each.kind, each.number) for each in store.tips.messages(tip.id, "lumens-emp")]
    assert read == [*(each for each in said if each != ("note", 1)), ("note", 1)]


def test_only_the_tipsters_file_of_an_answer_can_be_deleted(store: Store) -> None:
    tip, other = a_tip(), a_tip()
    for each in (tip, other):
        keep(store, each)
    answer, copy, note = (
        a_message(tip),
        a_message(tip, reader="lumens-emp"),
        a_message(tip, kind="note", reader="lumens-emp"),
    )
    assert store.tips.add_messages([answer, copy])
    assert store.tips.add_messages([note])
    for message in (copy, note):
        assert not store.tips.delete_answer(tip.id, message.id)
    assert not store.tips.delete_answer(other.id, answer.id)
    assert store.tips.delete_answer(tip.id, answer.id)


def test_a_message_for_a_tip_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="FOREIGN KEY"):
        store.tips.add_messages([a_message(a_tip(), kind="note", reader="lumens-emp")])


def test_a_tip_is_not_kept_when_its_draft_was_changed_meanwhile(store: Store) -> None:
    tip = a_tip()
    store.drafts.add(b"draft", b"box", 2**31)
    store.drafts.replace(b"draft", b"box", b"told more")
    assert not store.tips.keep(tip, DraftChange(b"draft", b"box", b"sent"))
    assert store.cases.get(tip.id, "lumens-emp") is None
    assert store.outbox.unaddressed() == ()
    assert store.drafts.box_of(b"draft", 0) == b"told more"
