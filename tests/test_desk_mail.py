"""What the desk says of mail, and what a coordinator may change about it: his own; and try again for his own point."""

from dataclasses import replace
from http import HTTPStatus

from desk_client import Browser, id_of, signed_in
from desk_world import TODAY, DeskWorld

from tipline.settings import MailServer, Security
from tipline.storage.outbox import Outcome

LUMENS = "lumens-emp"


def give_up(desk: DeskWorld, who: str) -> None:
    desk.tip(LUMENS, "Een verhaal")
    desk.store.outbox.address()
    assert desk.store.outbox.pass_on(id_of(desk, who), lambda: Outcome.GIVEN_UP)


def test_when_all_is_well_nothing_is_said(desk: DeskWorld) -> None:
    told = signed_in(desk, "noor").get("/mail").json()
    assert told == {"is_sent": True, "outage": None, "undelivered": [], "nobody_wants": False}


def test_mail_that_does_not_arrive_is_told_to_everyone_of_that_point_and_to_nobody_else(desk: DeskWorld) -> None:
    give_up(desk, "noor")
    expected = [{"id": id_of(desk, "noor"), "name": "Noor"}]
    assert signed_in(desk, "noor").get("/mail").json()["undelivered"] == expected
    assert signed_in(desk, "bilal").get("/mail").json()["undelivered"] == expected
    assert signed_in(desk, "sam").get("/mail").json()["undelivered"] == []


def test_trying_again_is_for_the_own_point_and_written_down(desk: DeskWorld) -> None:
    give_up(desk, "noor")
    again = f"/mail/{id_of(desk, 'noor')}/again"
    sam, bilal = signed_in(desk, "sam"), signed_in(desk, "bilal")
    unknown = sam.post("/mail/11111111-1111-4111-8111-111111111111/again")
    assert (sam.post(again).status_code, sam.post(again).text) == (unknown.status_code, unknown.text)
    assert len(desk.store.outbox.dead()) == 1
    assert bilal.post(again).status_code == HTTPStatus.OK
    assert desk.store.outbox.dead() == ()
    assert id_of(desk, "noor") in {each.coordinator for each in desk.store.outbox.waiting()}
    assert desk.rows("SELECT deed, actor, about FROM trail ORDER BY number DESC LIMIT 1") == [
        ("mail_tried_again", id_of(desk, "bilal"), id_of(desk, "noor"))
    ]


def test_each_chooses_for_himself_whatever_else_his_form_says(desk: DeskWorld) -> None:
    bilal = signed_in(desk, "bilal")
    form = {"wanted": "no", "coordinator": id_of(desk, "noor"), "id": id_of(desk, "noor"), "care_point": LUMENS}
    assert bilal.post("/account/mail", form).json() == {"wants_mail": False}
    assert desk.rows("SELECT login FROM coordinators WHERE NOT wants_mail") == [("bilal",)]
    assert bilal.get("/account").json()["wants_mail"] is False
    assert bilal.get("/mail").json()["nobody_wants"] is False
    desk.tip(LUMENS, "Een verhaal")
    desk.store.outbox.address()
    assert [each.email for each in desk.store.outbox.waiting()] == ["noor@example.nl"]
    assert signed_in(desk, "noor").post("/account/mail", {"wanted": "no"}).status_code == HTTPStatus.OK
    assert bilal.get("/mail").json()["nobody_wants"] is True
    assert bilal.post("/account/mail", {"wanted": "yes"}).json() == {"wants_mail": True}


def test_the_desk_says_that_no_mail_is_sent_and_since_when_none_goes_out(desk: DeskWorld) -> None:
    desk.world = replace(desk.world, settings=replace(desk.world.settings, is_demo=False))
    assert signed_in(desk, "noor").get("/mail").json()["is_sent"] is False
    server = MailServer(Security.TLS, "mail.example", 465, "user", "password")
    desk.world = replace(desk.world, settings=replace(desk.world.settings, smtp=server))
    desk.store.outbox.note_outage(TODAY)
    said = signed_in(desk, "bilal").get("/mail")
    assert (said.json()["is_sent"], said.json()["outage"]) == (True, TODAY.isoformat())
    assert "mail.example" not in said.text


def test_without_a_session_none_of_it_is_there(desk: DeskWorld) -> None:
    browser = Browser(desk)
    assert browser.get("/mail").status_code == HTTPStatus.UNAUTHORIZED
    for path in ("/account/mail", f"/mail/{id_of(desk, 'noor')}/again"):
        assert browser.post(path, {"wanted": "no"}).status_code == HTTPStatus.UNAUTHORIZED
    assert desk.rows("SELECT 1 FROM coordinators WHERE NOT wants_mail") == []
