"""Taking a case along: the archive of its sealed files opens with a plain age tool, asks for a proof, and is written
down."""

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from http import HTTPStatus

import base64url
import pytest
from desk_world import DeskWorld
from people import Ada, Coordinator
from server import Server
from test_desk import Browser
from test_handover import answer_for, note_for

from tipline.sealing import open_sealed

LUMENS = "lumens-emp"


def signed_in(desk: DeskWorld, who: str, *, proved: bool = True) -> Browser:
    browser = Browser(desk)
    assert browser.signs_in(who).status_code == HTTPStatus.OK
    with closing(sqlite3.connect(desk.line.database)) as database, database:
        database.execute(f"UPDATE desk_sessions SET stepped_up = {'last_used' if proved else 'NULL'}")  # noqa: S608  # a word of this test
    return browser


def deeds(desk: DeskWorld) -> list[str]:
    return [entry.deed.deed for entry in desk.store.trail.of(LUMENS, 99)]


def test_the_archive_holds_every_sealed_file_and_nothing_that_was_opened(desk: DeskWorld) -> None:
    tip, noor = desk.tip(LUMENS, "Elke kwartel op dinsdag"), signed_in(desk, "noor")
    desk.addition(tip, LUMENS, "Nog een kwartel")
    desk.note(tip, LUMENS, base64url.decoded(note_for(desk, LUMENS, tip, 1, "Onze kwartel")))
    noor.post(f"/tips/{tip}/answers", answer_for(desk, tip, (LUMENS,), 1, "Dank voor de kwartel"))
    answer = noor.post(f"/tips/{tip}/export").json()
    archive = zipfile.ZipFile(io.BytesIO(base64url.decoded(answer["file"])))
    assert answer["name"] == f"{tip[:8]}.zip"
    assert sorted(archive.namelist()) == ["README.txt", "addition-1.age", "answer-1.age", "note-1.age", "tip.age"]
    assert b"kwartel" not in b"".join(archive.read(name) for name in archive.namelist())
    told = [json.loads(open_sealed(archive.read(name), desk.keys[LUMENS])) for name in archive.namelist()[1:]]
    assert told[0]["body"]["answers"] == {"story": "Elke kwartel op dinsdag"}
    assert sorted(each["body"]["text"] for each in told[1:]) == [
        "Dank voor de kwartel",
        "Nog een kwartel",
        "Onze kwartel",
    ]
    assert {entry.date_time[3:] for entry in archive.infolist()} == {(0, 0, 0)}
    assert "exported" in deeds(desk)


@pytest.mark.parametrize("deed", ["export", "printed"])
def test_taking_along_asks_for_a_proof_anew_and_of_the_own_cases_only(deed: str, desk: DeskWorld) -> None:
    tip = desk.tip(LUMENS, "Een verhaal")
    refused = signed_in(desk, "noor", proved=False).post(f"/tips/{tip}/{deed}")
    assert (refused.status_code, refused.json()) == (HTTPStatus.FORBIDDEN, {"error": "step_up"})
    assert signed_in(desk, "sam").post(f"/tips/{tip}/{deed}").status_code == HTTPStatus.NOT_FOUND
    assert deeds(desk) == []
    assert signed_in(desk, "bilal").post(f"/tips/{tip}/{deed}").status_code == HTTPStatus.OK
    assert deeds(desk) == [{"export": "exported", "printed": "printed"}[deed]]


@pytest.mark.browser
def test_a_coordinator_saves_and_prints_a_case_after_a_proof(ada: Ada, noor: Coordinator, site: Server) -> None:
    ada.reports("5611", "Een kwartel om mee te nemen")
    noor.opens_the_desk()
    noor.reads("Een kwartel om mee te nemen")
    page = noor.page
    page.evaluate("() => { window.print = () => { document.body.dataset.printed = 'yes'; }; }")
    page.locator('#view [data-slot="print"]').click()
    page.locator("#step-up").wait_for()  # a proof is asked for, and nothing was printed yet
    page.locator('#step-up [data-slot="cancel"]').click()
    assert page.locator("body[data-printed]").count() == 0
    with closing(sqlite3.connect(site.database)) as database, database:
        database.execute("UPDATE desk_sessions SET stepped_up = last_used")
    page.locator('#view [data-slot="print"]').click()
    page.locator("body[data-printed]").wait_for()
    with page.expect_download() as saved:
        page.locator('#view [data-slot="save-files"]').click()
    archive = zipfile.ZipFile(saved.value.path())
    assert archive.namelist() == ["README.txt", "tip.age"]
    with closing(sqlite3.connect(site.database)) as database:
        done = {deed for (deed,) in database.execute("SELECT deed FROM trail")}
    assert {"printed", "exported"} <= done
