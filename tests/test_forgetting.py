"""Of what was deleted no byte is left in SQLite's file or its log. What is looked for is found first."""

import secrets
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from clock import Clock
from real_content import little_content
from sqlalchemy import insert
from starlette.testclient import TestClient
from test_retention import GRONINGEN, LUMENS, TODAY, add, day, keep
from tip_world import EINDHOVEN, copied_settings

from campaign_site.app import create_app
from tipline.care_points import CarePoints
from tipline.drafts import REPORT_SECONDS, ReportDraft, SentDraft
from tipline.receipts import Receipt, derive
from tipline.retention import delete_due
from tipline.slots import Rewriting
from tipline.storage import Store
from tipline.storage.cases import Closing
from tipline.storage.engine import make_engine
from tipline.storage.tables import CaseRow, TipRow
from tipline.storage.tips import TIPSTER, StoredMessage

FROM_HERE = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
PIECE = 24
"""Bytes of a random file that are looked for: by chance they stand nowhere."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tips.sqlite3"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{file}")
    made.migrate()
    yield made
    made.close()


def found_in(folder: Path, planted: dict[str, bytes]) -> set[str]:
    """Which of these stand in any file of the folder, by any piece of them."""
    there = b"\n".join(each.read_bytes() for each in folder.iterdir() if each.is_file())
    return {
        name
        for name, secret in planted.items()
        if any(secret[at : at + PIECE] in there for at in range(0, len(secret) - PIECE + 1, PIECE))
    }


def test_of_a_deleted_case_no_byte_is_left_in_the_file_or_its_log(
    store: Store, file: Path, care_points: CarePoints
) -> None:
    planted = {name: secrets.token_bytes(5000) for name in ("tip", "addition", "answer", "note")}
    tip = keep(store, LUMENS, GRONINGEN, sealed=planted["tip"])
    planted["lookup digest"] = tip.lookup_digest
    planted["id"] = tip.id.encode()
    add(store, tip, "addition", TODAY, LUMENS, GRONINGEN, sealed=planted["addition"])
    add(store, tip, "answer", TODAY, TIPSTER, LUMENS, GRONINGEN, sealed=planted["answer"])
    add(store, tip, "note", TODAY, LUMENS, sealed=planted["note"])
    assert found_in(file.parent, planted) == planted.keys()
    assert store.forget()
    assert found_in(file.parent, planted) == planted.keys()
    for point in (LUMENS, GRONINGEN):
        store.cases.set_status(tip.id, point, "closed", closing=Closing("advised", TODAY))
    assert delete_due(store, care_points, day(90)) == 2
    assert found_in(file.parent, planted) >= {"tip"}  # in the log, until it is emptied
    assert store.forget()
    assert found_in(file.parent, planted) == {"id"}  # the audit trail names it


def test_of_an_answer_that_its_tipster_deleted_no_byte_is_left(store: Store, file: Path) -> None:
    tip, planted = keep(store, LUMENS), {"answer": secrets.token_bytes(5000)}
    number = store.tips.next_number(tip.id, "answer")
    files = {TIPSTER: planted["answer"], LUMENS: b"sealed"}
    assert store.tips.add_messages(
        [
            StoredMessage(str(uuid.uuid4()), tip.id, "answer", number, reader, (LUMENS,), TODAY, sealed)
            for reader, sealed in files.items()
        ]
    )
    assert found_in(file.parent, planted)
    (answer,) = store.tips.messages(tip.id, TIPSTER)
    assert store.tips.delete_answer(tip.id, answer.id)
    assert store.forget()
    assert found_in(file.parent, planted) == set()


def test_rows_that_moved_from_page_to_page_leave_nothing_behind_either(
    store: Store, file: Path, care_points: CarePoints
) -> None:
    """By itself SQLite would, however securely it deletes: about one sealed file in a hundred was found like this."""
    engine, planted = make_engine(f"sqlite:///{file}"), {}
    with engine.begin() as connection:
        for _ in range(200):
            tip, sealed = str(uuid.uuid4()), secrets.token_bytes(secrets.choice((40, 300, 700, 900, 2500, 9000)))
            planted[tip] = sealed
            row = TipRow(id=tip, lookup_digest=sealed[:32], received_on=TODAY)
            connection.execute(insert(TipRow), row.model_dump())
            is_gone = len(planted) % 3 == 0
            status, closed_on = ("closed", TODAY) if is_gone else ("read", None)
            case = CaseRow(
                tip=tip,
                care_point=LUMENS,
                named=LUMENS,
                sealed=sealed,
                received_on=TODAY,
                status=status,
                active_on=TODAY,
                closed_on=closed_on,
            )
            connection.execute(insert(CaseRow), case.model_dump())
    engine.dispose()
    rewriting = Rewriting(store, Clock())
    assert not rewriting.keep_up()
    assert delete_due(store, care_points, day(90)) == 66
    assert rewriting.keep_up()
    assert store.forget()
    there = {tip for tip in planted if store.cases.get(tip, LUMENS)}
    assert len(there) == 134
    assert found_in(file.parent, planted) == there


def test_by_the_servers_own_chores_a_tip_is_gone_and_its_code_is_one_that_nobody_knows(tmp_path: Path) -> None:
    settings, clock = copied_settings(tmp_path), Clock()
    shutil.copytree(little_content(), tmp_path / "little")
    shutil.copytree(settings.tipline.content / "keys", tmp_path / "little" / "tipline" / "keys", dirs_exist_ok=True)
    tipline = replace(settings.tipline, content=tmp_path / "little" / "tipline")
    whole = create_app(replace(settings, content=tmp_path / "little", tipline=tipline), clock)
    form, client = whole.tipline.tip_form, TestClient(whole.app, base_url="http://localhost:8000")
    draft = ReportDraft(place=EINDHOVEN, told=(LUMENS,), answers={"story": "Elke dinsdag."})
    held = form.drafts.held(form.drafts.begin(draft), ReportDraft)
    assert held
    form.intake.receive(held, "nl")
    sent = form.drafts.held(held.id, SentDraft)
    assert sent
    assert sent.draft.receipt
    code, never = sent.draft.receipt.grouped(), Receipt.new().grouped()
    (case,) = whole.store.cases.page(LUMENS, ("new",), 9)
    # After the words with which every age file begins.
    planted = {"tip": case.sealed[100:], "digest": derive(sent.draft.receipt, settings.tipline.salt).lookup_digest}
    planted["draft"] = sent.box

    def answered(typed: str) -> str:
        """The page that this code leads to, without the name of the visit."""
        to = client.post("/nl/melden/vervolg", data={"receipt": typed}, headers=FROM_HERE, follow_redirects=False)
        visit = to.headers["location"].rpartition("/")[2]
        return client.get(to.headers["location"]).text.replace(visit, "")

    assert answered(code) != answered(never)
    assert found_in(settings.data, planted) == planted.keys()
    clock.forward(seconds=REPORT_SECONDS)
    whole.tipline.run_chores()
    assert found_in(settings.data, planted) == {"tip", "digest"}
    for days in (335, 29, 1):
        assert whole.store.cases.get(case.tip, LUMENS)
        clock.forward(days=days)
        whole.tipline.run_chores()
    assert found_in(settings.data, planted) == set()
    assert answered(code) == answered(never)
    whole.store.close()
