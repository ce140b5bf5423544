"""The audit trail at the desk: a lead reads his own care point's, and nobody reads another's."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from http import HTTPStatus

import pytest
from desk_world import DeskWorld
from looking import faults, misfits
from people import Ada, Coordinator
from playwright.sync_api import expect
from real_content import ROOT
from server import Server
from starlette.testclient import TestClient

from tipline import escalation
from tipline.audit import WrittenHead
from tipline.desk.casework import STATUSES
from tipline.desk.second_way import unused_code
from tipline.desk.trail_pages import PAGE
from tipline.storage import Store, deletions, handovers
from tipline.storage.trail import Deed, TrailHead

TODAY = date(2026, 11, 21)
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


def signed_in(desk: DeskWorld, who: str) -> TestClient:
    client = TestClient(desk.app(), base_url="https://desk.localhost", headers={"Accept": "application/json"})
    fields = {"login": who, "half": desk.half(who), "code": unused_code(desk.people[who].totp_secret, 0, desk.clock())}
    assert client.post("/login", data=fields, headers=FORM).status_code == HTTPStatus.OK
    return client


def record(desk: DeskWorld, deed: str, who: str = "noor", care_point: str = "lumens-emp", **more: str) -> None:
    known = desk.people.get(who)
    desk.store.trail.record(Deed(deed, known.coordinator.id if known else who, care_point, TODAY, **more))


def test_a_lead_reads_who_did_what_with_a_link_while_the_case_is_there(desk: DeskWorld) -> None:
    tip, bilal = desk.tip("lumens-emp", "Een verhaal"), desk.people["bilal"].coordinator
    record(desk, "fetched", tip=tip)
    record(desk, "closed", tip="gone")
    record(desk, "assigned", tip=tip, about=bilal.id)
    record(desk, "approved", who="operator", about="1")
    trail = signed_in(desk, "noor").get("/trail").json()
    common = {"on": "2026-11-21", "is_person": True}
    assert trail == {
        "entries": [
            {
                **common,
                "number": 4,
                "who": "operator",
                "is_person": False,
                "deed": "approved",
                "tip": None,
                "about": "1",
            },
            {**common, "number": 3, "who": "Noor", "deed": "assigned", "tip": tip, "about": "Bilal"},
            {**common, "number": 2, "who": "Noor", "deed": "closed", "tip": None, "about": ""},
            {**common, "number": 1, "who": "Noor", "deed": "fetched", "tip": tip, "about": ""},
        ],
        "differs": False,
        "next": None,
    }


def test_nobody_but_a_lead_reads_it_and_nobody_another_points(desk: DeskWorld) -> None:
    tip = desk.tip("lumens-emp", "Een verhaal")
    record(desk, "fetched", tip=tip)
    record(desk, "fetched", who="sam", care_point="zvh-groningen", tip=tip)
    refused = signed_in(desk, "bilal").get("/trail")
    assert (refused.status_code, refused.json()) == (HTTPStatus.FORBIDDEN, {"error": "not_allowed"})
    (seen,) = signed_in(desk, "sam").get("/trail?care_point=lumens-emp").json()["entries"]
    assert (seen["who"], seen["tip"]) == ("Sam", None)  # the tip is no case of his


def test_nobody_passes_for_the_operator_or_another_point_by_his_name(desk: DeskWorld) -> None:
    with closing(sqlite3.connect(desk.line.database)) as database, database:
        database.execute("UPDATE coordinators SET name = 'operator' WHERE login = 'noor'")
        database.execute("UPDATE coordinators SET name = 'comensha' WHERE login = 'bilal'")
    for who in ("noor", "bilal", "operator", "comensha"):
        record(desk, "approved", who=who)
    entries = signed_in(desk, "noor").get("/trail").json()["entries"]
    told = [(each["who"], each["is_person"]) for each in entries]
    assert told == [("comensha", False), ("operator", False), ("comensha", True), ("operator", True)]


def test_a_long_trail_comes_in_pages_and_misses_no_entry(desk: DeskWorld) -> None:
    for _ in range(PAGE + 1):
        record(desk, "fetched")
        record(desk, "fetched", who="sam", care_point="zvh-groningen")
    noor, numbers, address = signed_in(desk, "noor"), [], "/trail"
    while address:
        page = noor.get(address).json()
        numbers += [entry["number"] for entry in page["entries"]]
        address = page["next"] and f"/trail?before={page['next']}"
    assert numbers == list(range(2 * PAGE + 1, 0, -2))
    for odd in ("", "x", "-1", "9" * 30):
        assert len(noor.get(f"/trail?before={odd}").json()["entries"]) in {0, PAGE}


def test_a_trail_that_differs_from_its_written_head_is_told(desk: DeskWorld) -> None:
    record(desk, "fetched")
    head = WrittenHead(TODAY, TrailHead(1, bytes(32)))
    desk.world.settings.trail_heads.write_text(head.line(), "ascii")
    assert signed_in(desk, "noor").get("/trail").json()["differs"] is True


@pytest.mark.browser
def test_a_lead_walks_through_the_trail_in_the_browser(
    site: Server, noor: Coordinator, bilal: Coordinator, tipster: Callable[[str], Ada]
) -> None:
    tipster("nl").reports("5611", "Elke dinsdag om vier uur")
    with closing(sqlite3.connect(site.database)) as database:
        (tip,) = database.execute("SELECT id FROM tips").fetchone()
        ((lead,),) = database.execute("SELECT id FROM coordinators WHERE login = 'noor'").fetchall()
    store = Store(f"sqlite:///{site.database}")  # beside the server, as another program would
    store.trail.record(Deed("fetched", lead, "lumens-emp", TODAY, tip=tip))
    for _ in range(PAGE):
        store.trail.record(Deed("<b>unknown</b>", "operator", "lumens-emp", TODAY, about="zvh-groningen"))
    store.close()
    noor.opens_the_desk()
    page = noor.page
    page.locator('#bar a[href="#trail"]').click()
    rows = page.locator('#view [data-slot="rows"] tr')
    expect(rows.nth(PAGE - 1)).to_be_visible()
    assert "<b>unknown</b>" in rows.first.inner_text()
    seen = rows.count()
    page.locator('#view [data-slot="more"]').click()
    expect(page.locator('#view [data-slot="more"]')).to_be_hidden()
    expect(rows.nth(seen).locator('[data-slot="day"]')).to_be_focused()
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert misfits(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    rows.locator(f'a[href="#tip-{tip}"]').last.click()
    expect(page.locator('#view [data-slot="thread"]')).to_be_visible()
    bilal.opens_the_desk()
    expect(bilal.page.locator('#bar [data-slot="trail"]')).to_be_hidden()


RECORDED = re.compile(r'\b_?(?:record|Deed)\(\s*(?:request,\s*(?:coordinator|\w+),\s*)?f?"([^"]+)"')


def test_every_deed_that_is_written_down_has_its_words() -> None:
    """In the sources: what is recorded as a fixed word, and the names that hand-overs and cases give."""
    sources = "\n".join(file.read_text("utf-8") for file in (ROOT / "tipline").rglob("*.py"))
    deeds = {deed for deed in RECORDED.findall(sources) if "{" not in deed}
    offers = (handovers.OFFER_BEGUN, handovers.OFFER_DROPPED, handovers.WITHDRAWN, handovers.REFUSED)
    taken = (handovers.HANDOVER_OFFERED, handovers.SHARING_OFFERED, handovers.TAKEN, handovers.SHARING_TAKEN)
    deeds |= {
        *offers,
        *taken,
        *escalation.DEEDS.values(),
        escalation.WARNED,
        deletions.DELETED,
        handovers.OFFER_LAPSED,
        *(f"status-{status}" for status in STATUSES),
        "answered",
        "noted",
        "labelled",
        "assigned",
    }
    views = (ROOT / "tipline" / "templates" / "desk" / "views").glob("*.html")
    words = set(re.findall(r'data-word="deed-([^"]+)"', "\n".join(file.read_text("utf-8") for file in views)))
    assert len(deeds) > 25
    assert deeds - words == set()
