"""The cases at the desk's server: lists, notes, labels, colleagues and closing; what each form may change, and what is
written down."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import date, timedelta
from http import HTTPStatus

import base64url
import pytest
from desk_client import Browser, id_of, signed_in
from desk_world import TODAY, DeskWorld
from test_desk import sealed_answer

from tipline.desk.casework import LABELS, REASONS
from tipline.desk.requests import BY_ITSELF
from tipline.heads import Author, Head, Kind, read, write
from tipline.retention import deleted_on, soon
from tipline.sealing import open_sealed, seal
from tipline.storage.cases import Closing, NoClosingError
from tipline.storage.tables import CaseRow

LUMENS = "lumens-emp"


@pytest.fixture
def noor(desk: DeskWorld) -> Browser:
    return signed_in(desk, "noor")


def sealed_note(desk: DeskWorld, tip_id: str, number: int = 1, text: str = "Mentor gebeld.") -> dict[str, str]:
    """The form fields of a note, as the vault makes them."""
    head = Head(Kind.NOTE, tip_id, (LUMENS,), number, Author.COORDINATOR, "nl")
    sealed = seal(write(head, {"text": text}), [desk.keys[LUMENS].recipient])
    return {"number": str(number), f"for:{LUMENS}": base64url.encoded(sealed)}


def deeds(desk: DeskWorld, care_point: str = LUMENS) -> list[tuple[str, str, str, str]]:
    entries = reversed(desk.store.trail.of(care_point, 99))
    return [(each.deed.deed, each.deed.actor, each.deed.tip, each.deed.about) for each in entries]


def listed(browser: Browser, query: str = "") -> list[Mapping[str, object]]:
    return browser.get(f"/tips{query}").json()["tips"]


# Notes


def test_a_note_is_kept_for_the_own_point_only_with_who_wrote_it(desk: DeskWorld, noor: Browser) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal")
    assert noor.get(f"/tips/{tip_id}").json()["next_note"] == 1
    assert noor.post(f"/tips/{tip_id}/notes", sealed_note(desk, tip_id)).status_code == HTTPStatus.CREATED
    case = signed_in(desk, "bilal").get(f"/tips/{tip_id}").json()
    (message,) = case["messages"]
    assert (message["kind"], message["number"], message["written_by"]) == ("note", 1, id_of(desk, "noor"))
    head = Head(Kind.NOTE, tip_id, (LUMENS,), 1, Author.COORDINATOR, "nl")
    opened = open_sealed(base64url.decoded(message["sealed"]), desk.keys[LUMENS])
    assert read(opened, head).text == "Mentor gebeld."
    assert case["next_note"] == 2
    assert desk.store.tips.messages(tip_id, "tipster") == ()


@pytest.mark.parametrize("reader", ["tipster", "zvh-groningen"])
def test_a_note_for_anyone_else_is_not_kept(reader: str, desk: DeskWorld, noor: Browser) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal")
    fields = sealed_note(desk, tip_id)
    more = {**fields, f"for:{reader}": fields[f"for:{LUMENS}"]}
    assert noor.post(f"/tips/{tip_id}/notes", more).json() == {"error": "other_readers"}
    assert noor.get(f"/tips/{tip_id}").json()["messages"] == []


def test_two_notes_of_one_number_are_one(desk: DeskWorld, noor: Browser) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal")
    fields = sealed_note(desk, tip_id)
    answers = [noor.post(f"/tips/{tip_id}/notes", fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [HTTPStatus.CREATED, HTTPStatus.CONFLICT]
    assert noor.post(f"/tips/{tip_id}/notes", {**fields, "number": "0"}).json() == {"error": "not_a_note"}


# What waits, and what opens again


def test_an_addition_waits_until_it_is_answered_whatever_the_day(desk: DeskWorld, noor: Browser) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal")
    assert listed(noor)[0]["waits"] is False
    desk.addition(tip_id, LUMENS, "Nog iets")
    assert listed(noor)[0]["waits"] is True
    assert noor.post(f"/tips/{tip_id}/notes", sealed_note(desk, tip_id)).status_code == HTTPStatus.CREATED
    assert listed(noor)[0]["waits"] is True
    assert noor.post(f"/tips/{tip_id}/answers", sealed_answer(desk, tip_id)).status_code == HTTPStatus.CREATED
    assert listed(noor)[0]["waits"] is False
    desk.addition(tip_id, LUMENS, "En nog iets", number=2)
    assert listed(noor)[0]["waits"] is True


def test_an_answer_that_does_not_know_the_last_addition_is_held_back(desk: DeskWorld, noor: Browser) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal")
    desk.addition(tip_id, LUMENS, "Nog iets")
    fields = sealed_answer(desk, tip_id)
    refused = noor.post(f"/tips/{tip_id}/answers", {**fields, "additions": "0"})
    assert (refused.status_code, refused.json()) == (HTTPStatus.CONFLICT, {"error": "addition_meanwhile"})
    kept = noor.post(f"/tips/{tip_id}/answers", {**fields, "additions": "1"})
    assert kept.status_code == HTTPStatus.CREATED


@pytest.mark.parametrize("what", ["addition", "answer", "note"])
def test_a_closed_case_opens_again_by_what_tipster_and_desk_say_to_each_other(
    what: str, desk: DeskWorld, noor: Browser
) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal")
    noor.post(f"/tips/{tip_id}/status", {"status": "closed", "reason": "advised"})
    if what == "addition":
        desk.addition(tip_id, LUMENS, "Nog iets")
    elif what == "answer":
        noor.post(f"/tips/{tip_id}/answers", sealed_answer(desk, tip_id))
    else:
        noor.post(f"/tips/{tip_id}/notes", sealed_note(desk, tip_id))
    (case,) = listed(noor)
    still = ("closed", "advised", "2026-11-21") if what == "note" else ("in_progress", "", None)
    assert (case["status"], case["reason"], case["closed_on"]) == still


# Closing, and the clock that it starts


def test_closing_asks_for_a_reason_of_the_list_and_starts_the_clock(desk: DeskWorld, noor: Browser) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal")
    for reason in ("", "zomaar", "help-begun unusable"):
        refused = noor.post(f"/tips/{tip_id}/status", {"status": "closed", "reason": reason})
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert listed(noor)[0]["deleted_on"] == "2027-11-21"
    for reason in REASONS:
        noor.post(f"/tips/{tip_id}/status", {"status": "closed", "reason": reason})
        (case,) = listed(noor)
        assert (case["reason"], case["closed_on"], case["deleted_on"]) == (reason, "2026-11-21", "2027-02-19")
        desk.clock.forward(minutes=1)


def test_another_reason_does_not_put_off_the_day_and_opening_stops_the_clock(desk: DeskWorld, noor: Browser) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal")
    noor.post(f"/tips/{tip_id}/status", {"status": "closed", "reason": "advised"})
    desk.clock.forward(days=10)
    noor = signed_in(desk, "noor")
    noor.post(f"/tips/{tip_id}/status", {"status": "closed", "reason": "double"})
    assert listed(noor)[0]["closed_on"] == "2026-11-21"
    noor.post(f"/tips/{tip_id}/status", {"status": "read", "reason": "double"})
    assert (listed(noor)[0]["closed_on"], listed(noor)[0]["reason"]) == (None, "")
    noor.post(f"/tips/{tip_id}/status", {"status": "closed", "reason": "double"})
    assert listed(noor)[0]["closed_on"] == "2026-12-01"


def test_storage_closes_nothing_without_a_reason_and_a_day(desk: DeskWorld) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal")
    with pytest.raises(NoClosingError):
        desk.store.cases.set_status(tip_id, LUMENS, "closed")


def test_what_is_deleted_within_fourteen_days_is_told_first_what_goes_first(desk: DeskWorld, noor: Browser) -> None:
    closed = {}
    for days in (75, 76, 89):
        tip_id = closed[days] = desk.tip(LUMENS, f"Gesloten, {days} dagen geleden")
        on = TODAY - timedelta(days=days)
        assert desk.store.cases.set_status(tip_id, LUMENS, "closed", closing=Closing("advised", on))
    old = desk.tip(LUMENS, "Lang niets gebeurd", received_on=TODAY - timedelta(days=351))
    desk.tip(LUMENS, "Iets minder lang", received_on=TODAY - timedelta(days=350))
    other = desk.tip("zvh-groningen", "Van een ander")
    desk.store.cases.set_status(other, "zvh-groningen", "closed", closing=Closing("advised", date(2026, 1, 1)))
    told = noor.get("/tips/due").json()["tips"]
    assert [each["id"] for each in told] == [old, closed[89], closed[76]]
    until = soon(TODAY)
    assert (TODAY - until.closed_on, TODAY - until.active_on) == (timedelta(days=76), timedelta(days=351))
    case = desk.store.cases.get(closed[76], LUMENS)
    assert case
    assert deleted_on(case) == TODAY + timedelta(days=14)


# Labels and colleagues


def test_labels_come_from_the_list(desk: DeskWorld, noor: Browser) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal")
    sent = noor.client.post(
        f"/tips/{tip_id}/labels",
        content="label=school&label=online&label=school",
        headers={"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"},
    )
    assert sent.status_code == HTTPStatus.OK
    assert listed(noor)[0]["labels"] == ["online", "school"]
    for wrong in ("eigen woord", "online school", ""):
        assert noor.post(f"/tips/{tip_id}/labels", {"label": wrong}).status_code == 422
    assert all(" " not in label for label in (*LABELS, *REASONS))


def test_a_case_is_given_to_a_colleague_who_is_here_and_to_nobody_else(desk: DeskWorld, noor: Browser) -> None:
    tip_id, bilal = desk.tip(LUMENS, "Een verhaal"), id_of(desk, "bilal")
    path = f"/tips/{tip_id}/assigned"
    assert noor.post(path, {"to": bilal, "seen": ""}).status_code == HTTPStatus.OK
    assert listed(noor)[0]["assigned_to"] == bilal
    for wrong in (id_of(desk, "sam"), "niemand", "bilal"):
        assert noor.post(path, {"to": wrong, "seen": bilal}).status_code == 422
    with closing(sqlite3.connect(desk.line.database)) as database, database:
        database.execute("UPDATE coordinators SET ended_on = '2026-11-20' WHERE login = 'bilal'")
    assert noor.post(path, {"to": bilal, "seen": bilal}).status_code == 422
    assert noor.post(path, {"to": "", "seen": bilal}).status_code == HTTPStatus.OK
    assert listed(noor)[0]["assigned_to"] == ""
    told = noor.get("/colleagues").json()
    assert told["me"] == id_of(desk, "noor")
    assert {(each["name"], each["is_here"]) for each in told["colleagues"]} == {("Noor", True), ("Bilal", False)}
    assert set(told["colleagues"][0]) == {"id", "name", "is_here"}


def test_what_a_colleague_changed_meanwhile_is_left_as_it_is(desk: DeskWorld, noor: Browser) -> None:
    tip_id, bilal = desk.tip(LUMENS, "Een verhaal"), signed_in(desk, "bilal")
    for path, first, second in (
        ("labels", {"label": "school"}, {"label": "online"}),
        ("assigned", {"to": id_of(desk, "bilal"), "seen": ""}, {"to": id_of(desk, "noor"), "seen": ""}),
        ("status", {"status": "closed", "reason": "double", "seen": "new"}, {"status": "read", "seen": "new"}),
    ):
        assert bilal.post(f"/tips/{tip_id}/{path}", first).status_code == HTTPStatus.OK
        late = noor.post(f"/tips/{tip_id}/{path}", second)
        assert (late.status_code, late.json()) == (HTTPStatus.CONFLICT, {"error": "changed_meanwhile"})
    (case,) = listed(noor)
    assert (case["labels"], case["assigned_to"], case["status"]) == (["school"], id_of(desk, "bilal"), "closed")


# Each form changes its own fields


FORMS: Mapping[str, tuple[dict[str, str], set[str]]] = {
    "status": ({"status": "closed", "reason": "advised"}, {"status", "reason", "closed_on"}),
    "labels": ({"label": "school"}, {"labels"}),
    "assigned": ({"to": "", "seen": ""}, set()),
    "notes": ({}, {"active_on"}),
    "answers": ({}, {"active_on", "answered_to"}),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_with_every_column_as_a_field_changes_its_own_only(form: str, desk: DeskWorld, noor: Browser) -> None:
    tip_id, other = desk.tip(LUMENS, "Een verhaal"), desk.tip("zvh-groningen", "Van een ander")
    own, may_change = FORMS[form]
    sealed = {"notes": sealed_note, "answers": sealed_answer}.get(form)
    extra = {
        "tip": other,
        "care_point": "zvh-groningen",
        "named": "zvh-groningen",
        "sealed": "eigen",
        "received_on": "2020-01-01",
        "status": "in_progress",
        "reason": "unusable",
        "labels": "online",
        "assigned_to": id_of(desk, "bilal"),
        "active_on": "2020-01-01",
        "closed_on": "2020-01-01",
        "offered_by": "zvh-groningen",
        "is_shared": "1",
        "answered_to": "9",
        "changes": "99",
        "hidden": "1",
        "pool": "proof",
        "escalated": "3",
        "warned_on": "2020-01-01",
        "read_on": "2020-01-01",
    }
    assert set(extra) == {column.name for column in CaseRow.metadata.tables["cases"].columns}
    before = all_rows(desk)
    fields = {**extra, "id": other, "actor": "x", "written_by": "x", **own, **(sealed(desk, tip_id) if sealed else {})}
    answer = noor.post(f"/tips/{tip_id}/{form}?tip={other}&care_point=zvh-groningen", fields)
    assert answer.status_code in {HTTPStatus.OK, HTTPStatus.CREATED}
    after = all_rows(desk)
    changed = {
        column
        for key, row in before["cases"].items()
        for column, value in row.items()
        if after["cases"][key][column] != value
    }
    assert changed <= may_change | {"changes"}
    assert after["cases"][other, "zvh-groningen"] == before["cases"][other, "zvh-groningen"]
    assert before["tips"] == after["tips"]
    assert before["coordinators"] == after["coordinators"]


def all_rows(desk: DeskWorld) -> dict[str, dict[object, dict[str, object]]]:
    with closing(sqlite3.connect(desk.line.database)) as database:
        database.row_factory = sqlite3.Row
        cases = {(row["tip"], row["care_point"]): dict(row) for row in database.execute("SELECT * FROM cases")}
        tips = {row["id"]: dict(row) for row in database.execute("SELECT * FROM tips")}
        people = {row["id"]: dict(row) for row in database.execute("SELECT * FROM coordinators")}
    return {"cases": cases, "tips": tips, "coordinators": people}


# Lists


def test_a_list_goes_on_where_it_ended_in_both_directions(desk: DeskWorld, noor: Browser) -> None:
    made = {desk.tip(LUMENS, f"{n}", received_on=TODAY - timedelta(days=n % 7)) for n in range(60)}
    for order in ("", "&latest"):
        first = noor.get(f"/tips?status=new{order}").json()
        assert len(first["tips"]) == 50
        second = noor.get(f"/tips?status=new{order}&after={first['next']}").json()
        assert second["next"] is None
        ids = [each["id"] for each in first["tips"] + second["tips"]]
        assert set(ids) == made
        assert len(ids) == 60
        days = [each["received_on"] for each in first["tips"] + second["tips"]]
        assert days == sorted(days, reverse=bool(order))


def test_a_brief_list_has_no_files_and_a_list_by_id_only_the_own_points(desk: DeskWorld, noor: Browser) -> None:
    mine, other = desk.tip(LUMENS, "Van ons"), desk.tip("zvh-groningen", "Van een ander")
    assert "sealed" in listed(noor)[0]
    assert "sealed" not in listed(noor, "?brief")[0]
    assert [each["id"] for each in listed(noor, f"?tip={mine}&tip={other}&tip=x")] == [mine]


def test_news_tells_that_something_happened_to_an_open_case_of_the_own_point(desk: DeskWorld, noor: Browser) -> None:
    def news() -> object:
        return noor.get("/tips/news", **{BY_ITSELF: "1"}).json()

    seen = [news()]
    tip_id = desk.tip(LUMENS, "Een verhaal")
    seen.append(news())
    desk.addition(tip_id, LUMENS, "Nog iets")
    seen.append(news())
    for path, fields in (
        ("notes", sealed_note(desk, tip_id)),
        ("labels", {"label": "school"}),
        ("assigned", {"to": id_of(desk, "bilal"), "seen": ""}),
        ("answers", sealed_answer(desk, tip_id)),
        ("status", {"status": "in_progress"}),
    ):
        assert noor.post(f"/tips/{tip_id}/{path}", fields).status_code < 300
        seen.append(news())
    assert len({str(each) for each in seen}) == len(seen)
    assert noor.get("/tips").json()["news"] == seen[-1]
    desk.tip("zvh-groningen", "Van een ander")
    assert news() == seen[-1]


def test_looking_for_news_does_not_put_off_the_idle_end(desk: DeskWorld, noor: Browser) -> None:
    desk.clock.forward(minutes=14)
    for path in ("/tips/news", "/tips?brief"):
        assert noor.get(path, **{BY_ITSELF: "1"}).status_code == HTTPStatus.OK
    desk.clock.forward(minutes=1)
    assert noor.get("/tips/news", **{BY_ITSELF: "1"}).json() == {"error": "signed_out"}


# The audit trail


def test_each_deed_is_written_down_with_ids_and_fixed_words(desk: DeskWorld, noor: Browser) -> None:
    tip_id = desk.tip(LUMENS, "Een verhaal")
    noor.get("/tips")
    noor.get(f"/tips/{tip_id}")
    noor.post(f"/tips/{tip_id}/answers", sealed_answer(desk, tip_id))
    noor.post(f"/tips/{tip_id}/notes", sealed_note(desk, tip_id))
    noor.post(f"/tips/{tip_id}/labels", {"label": "school"})
    noor.post(f"/tips/{tip_id}/assigned", {"to": id_of(desk, "bilal"), "seen": ""})
    noor.post(f"/tips/{tip_id}/status", {"status": "closed", "reason": "advised"})
    me = id_of(desk, "noor")
    assert deeds(desk) == [
        ("fetched", me, tip_id, ""),
        ("answered", me, tip_id, "1"),
        ("noted", me, tip_id, "1"),
        ("labelled", me, tip_id, "school"),
        ("assigned", me, tip_id, id_of(desk, "bilal")),
        ("status-closed", me, tip_id, "advised"),
    ]


def test_what_was_refused_is_not_written_down(desk: DeskWorld, noor: Browser) -> None:
    tip_id, other = desk.tip(LUMENS, "Een verhaal"), desk.tip("zvh-groningen", "Van een ander")
    noor.get(f"/tips/{other}")
    for path in ("status", "labels", "assigned", "notes", "answers"):
        assert noor.post(f"/tips/{other}/{path}", {"status": "read"}).status_code == HTTPStatus.NOT_FOUND
    noor.post(f"/tips/{tip_id}/status", {"status": "open"})
    noor.post(f"/tips/{tip_id}/status", {"status": "read", "seen": "closed"})
    noor.post(f"/tips/{tip_id}/notes", {"number": "1"})
    assert deeds(desk) == deeds(desk, "zvh-groningen") == []
