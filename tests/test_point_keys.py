"""Keys of care points without a browser: what an operator's codes write, what the server takes, who counts."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import base64url
import pytest
from click.testing import CliRunner
from clock import NOW
from desk_client import Browser
from desk_world import DeskWorld
from key_world import CLOSED, approvals, approve, grant_of, newcomer, recovery_sheet, step_up, writing

from campaign_site.cli import main
from tipline.approving import (
    NobodyHoldsError,
    NoKeyToHoldError,
    NotACodeError,
    UnknownCarePointError,
    UnknownCodeError,
    UnknownLoginError,
    WrongCodeDigitError,
)
from tipline.care_points import LiveCarePoints
from tipline.digits import grouped
from tipline.key_files import PublishedKey, read_key_file, write_key_file
from tipline.sealing import Identity, WrongKeyError, fingerprint, open_sealed, seal
from tipline.starting import CannotStartError, check_start
from tipline.storage.point_keys import Proposal, SheetGrant
from tipline.working_days import dutch_date

POINT = "lumens-emp"
OTHER = "zvh-groningen"


@pytest.fixture
def noor(desk: DeskWorld) -> Browser:
    return at_the_desk(desk, "noor")


def at_the_desk(desk: DeskWorld, login: str) -> Browser:
    browser = Browser(desk)
    assert browser.signs_in(login).status_code == HTTPStatus.OK
    step_up(desk)
    return browser


def key_of(desk: DeskWorld, care_point: str = POINT) -> PublishedKey:
    return desk.world.care_points().keys[care_point]


def code_of(desk: DeskWorld, login: str) -> str:
    return grouped(fingerprint(desk.people[login].coordinator.recipient))


def proposed(desk: DeskWorld, care_point: str, login: str, number: int) -> tuple[Identity, Identity]:
    """A key and its sheet as this person's browser would propose them."""
    key, sheet, maker = Identity.new(), Identity.new(), desk.people[login].coordinator
    today = dutch_date(desk.clock())
    proposal = Proposal(care_point, number, key.recipient, sheet.recipient, maker.id, today, bytes(32))
    sealed = grant_of(key.secret, care_point, sheet.recipient, number)
    own = grant_of(key.secret, care_point, maker.recipient, number)
    desk.store.point_keys.propose(proposal, own, SheetGrant(care_point, number, sheet.recipient, sealed, today))
    return key, sheet


def prove(desk: DeskWorld, login: str, number: int = 1, days_ago: int = 0) -> bool:
    person = desk.people[login].coordinator
    on = dutch_date(desk.clock()) - timedelta(days_ago)
    return desk.store.coordinators.prove(person.id, person.care_point, number, on)


# What an operator types


def test_typed_codes_write_key_sheet_and_holder_into_the_key_file(desk: DeskWorld) -> None:
    newcomer(desk, "yara", CLOSED)
    key, sheet = proposed(desk, CLOSED, "yara", 1)
    groups = " ".join(grouped(fingerprint(each.recipient)) for each in (key, sheet)).split()
    said = approve(desk, CLOSED, [*groups, code_of(desk, "yara").replace(" ", "-")])
    published = key_of(desk, CLOSED)
    assert (published.number, published.recipient, published.made_on) == (1, key.recipient, NOW.date())
    assert published.recovery_sheet == fingerprint(sheet.recipient)
    assert [(holder.name, holder.approved_on) for holder in published.holders] == [("Yara", NOW.date())]
    assert "Holder: Yara" in " ".join(said)
    deeds = [(entry.deed.deed, entry.deed.actor) for entry in desk.store.trail.of(CLOSED, 10)]
    assert deeds == [("approved", "operator")] * 2
    assert approve(desk, CLOSED, [code_of(desk, "yara")])
    assert key_of(desk, CLOSED) == published


@pytest.mark.parametrize("script", [0x0660, 0x0966, 0xFF10])
def test_digits_of_any_script_are_understood(desk: DeskWorld, script: int) -> None:
    newcomer(desk, "koen", POINT)
    typed = "".join(chr(script + int(sign)) if sign.isdigit() else sign for sign in code_of(desk, "koen"))
    approve(desk, POINT, [typed])
    assert [holder.name for holder in key_of(desk).holders] == ["Noor", "Bilal", "Koen"]


def test_what_is_no_code_of_this_care_point_is_refused_by_name_and_writes_nothing(desk: DeskWorld) -> None:
    newcomer(desk, "koen", POINT)
    newcomer(desk, "yara", CLOSED)
    _, sheet = proposed(desk, POINT, "noor", 2)
    before = desk.line.key_file(POINT).read_bytes()
    right = code_of(desk, "koen")
    wrong_digit = right[:-1] + str((int(right[-1]) + 1) % 10)
    stranger = grouped(fingerprint(Identity.new().recipient))
    for typed, error in (
        ([right[:-1]], NotACodeError),
        ([right, "12"], NotACodeError),
        (["koen"], NotACodeError),
        ([wrong_digit], WrongCodeDigitError),
        ([right, stranger], UnknownCodeError),
        ([code_of(desk, "sam")], UnknownCodeError),
        ([fingerprint(sheet.recipient)], UnknownCodeError),
    ):
        with pytest.raises(error):
            approve(desk, POINT, typed)
    with pytest.raises(UnknownCarePointError):
        approve(desk, "nergens", [right])
    with pytest.raises(NoKeyToHoldError):
        approve(desk, CLOSED, [code_of(desk, "yara")])
    assert desk.line.key_file(POINT).read_bytes() == before
    assert not desk.line.key_file(CLOSED).exists()
    with pytest.raises(WrongCodeDigitError, match=wrong_digit):
        approve(desk, POINT, [wrong_digit])


def test_a_key_that_nobody_would_hold_is_not_written(desk: DeskWorld) -> None:
    newcomer(desk, "yara", CLOSED)
    key, _ = proposed(desk, CLOSED, "yara", 1)
    with pytest.raises(NobodyHoldsError):
        approve(desk, CLOSED, [fingerprint(key.recipient)])
    assert not desk.line.key_file(CLOSED).exists()


def test_an_account_that_ended_is_approved_no_more(desk: DeskWorld) -> None:
    person = newcomer(desk, "koen", POINT).coordinator
    desk.store.point_keys.revoke(person.id, POINT, NOW.date())
    with pytest.raises(UnknownCodeError):
        approve(desk, POINT, [code_of(desk, "koen")])


def test_what_the_database_holds_in_the_place_of_a_key_stops_no_approval(desk: DeskWorld) -> None:
    newcomer(desk, "koen", POINT)
    with writing(desk) as database:
        database.execute("UPDATE coordinators SET recipient = 'age1pq1onzin' WHERE login = 'bilal'")
    approve(desk, POINT, [code_of(desk, "koen")])


def test_the_command_says_in_one_sentence_why_it_refuses(desk: DeskWorld) -> None:
    data = desk.line.settings.data
    env = {"SIGNAALLIJN_DATA": str(data), "SIGNAALLIJN_CONTENT": str(data / "content")}
    refused = CliRunner().invoke(main, ["desk", "approve", POINT, "12345", "12345"], env=env)
    assert refused.exit_code == 1
    assert refused.stderr == "Error: 10 digits were typed; each code has 25\n"
    newcomer(desk, "koen", POINT)
    told = CliRunner().invoke(main, ["desk", "approve", POINT, *code_of(desk, "koen").split()], env=env)
    assert (told.exit_code, told.stderr) == (0, "")
    assert [holder.name for holder in read_key_file(desk.line.key_file(POINT)).holders] == ["Noor", "Bilal", "Koen"]
    gone = CliRunner().invoke(main, ["desk", "revoke", "koen"], env=env)
    assert (gone.exit_code, gone.stderr) == (0, "")
    unknown = CliRunner().invoke(main, ["desk", "revoke", "niemand"], env=env)
    assert unknown.stderr == "Error: no coordinator has the login `niemand`\n"


# Ending someone's access


def test_ending_access_takes_sessions_grants_and_holder_away_at_once(desk: DeskWorld) -> None:
    bilal, noor = at_the_desk(desk, "bilal"), at_the_desk(desk, "noor")
    prove(desk, "noor")
    prove(desk, "bilal")
    assert desk.line.holders.is_open(POINT)
    said = approvals(desk).revoke("bilal")
    assert any("new key" in sentence for sentence in said)
    key, own = key_of(desk), fingerprint(desk.people["bilal"].coordinator.recipient)
    assert [holder.name for holder in key.holders] == ["Noor"]
    assert [(each.fingerprint, each.revoked_on) for each in key.revoked] == [(own, NOW.date())]
    assert not desk.line.holders.is_open(POINT)
    assert bilal.get("/keys").status_code == HTTPStatus.UNAUTHORIZED
    assert noor.get("/keys").status_code == HTTPStatus.OK
    assert desk.store.coordinators.grants(desk.people["bilal"].coordinator.id) == ()
    assert Browser(desk).signs_in("bilal").status_code == HTTPStatus.UNAUTHORIZED
    assert approvals(desk).revoke("bilal") == approvals(desk).revoke("bilal")
    assert len(key_of(desk).revoked) == 1
    with pytest.raises(UnknownLoginError):
        approvals(desk).revoke("niemand")


def test_a_lead_ends_the_access_of_his_own_colleagues_and_of_nobody_else(desk: DeskWorld, noor: Browser) -> None:
    ids = {login: desk.people[login].coordinator.id for login in ("noor", "bilal", "sam")}
    with writing(desk) as database:
        database.execute("UPDATE coordinators SET role = 'lead' WHERE login = 'noor'")
    bilal = at_the_desk(desk, "bilal")
    assert bilal.post("/keys/revoked", {"coordinator": ids["noor"]}).status_code == HTTPStatus.FORBIDDEN
    for login in ("sam", "noor"):
        assert noor.post("/keys/revoked", {"coordinator": ids[login]}).status_code == HTTPStatus.NOT_FOUND
    assert noor.post("/keys/revoked", {"coordinator": ids["bilal"]}).status_code == HTTPStatus.OK
    ended = {each.login for each in desk.store.coordinators.all() if each.ended_on}
    assert ended == {"bilal"}
    assert desk.store.trail.of(POINT, 1)[0].deed.deed == "revoked"


def test_who_may_invite_and_is_ended_comes_back_by_no_invitation_of_his_own(desk: DeskWorld, noor: Browser) -> None:
    ids = {login: desk.people[login].coordinator.id for login in ("noor", "bilal", "sam")}
    with writing(desk) as database:
        database.execute("UPDATE coordinators SET role = 'lead' WHERE login <> 'mira'")

    def invited(browser: Browser) -> dict[str, str]:
        link = browser.post("/people/invitations", {"email": "ik@zelf.nl", "role": "lead"}).json()["link"]
        return {"token": link.partition("#")[2]}

    bilal, sam = at_the_desk(desk, "bilal"), at_the_desk(desk, "sam")
    own, others = invited(bilal), invited(sam)
    assert noor.post("/keys/revoked", {"coordinator": ids["bilal"]}).status_code == HTTPStatus.OK
    assert Browser(desk).post("/invite/look", own).json() == {"error": "invitation_gone"}
    assert Browser(desk).post("/invite/look", others).status_code == HTTPStatus.OK


# Who counts


def test_one_holder_and_a_sheet_that_was_typed_in_for_this_key_open_a_point(desk: DeskWorld) -> None:
    recovery_sheet(desk, POINT)
    prove(desk, "noor")
    holders = desk.line.holders
    assert not holders.is_open(POINT)
    assert desk.store.point_keys.practise(POINT, 1, NOW.date())
    assert holders.is_open(POINT)
    prove(desk, "noor", days_ago=61)
    assert not holders.is_open(POINT), "a sheet alone opens nothing"
    prove(desk, "noor", days_ago=60)
    assert holders.is_open(POINT)
    key = key_of(desk)
    write_key_file(desk.line.key_file(POINT), replace(key, recovery_sheet=fingerprint(Identity.new().recipient)))
    assert not holders.is_open(POINT), "the key file names another sheet"
    write_key_file(desk.line.key_file(POINT), replace(key, number=2))
    assert not holders.is_open(POINT), "it was typed in before the rotation"


def test_a_garbage_grant_in_the_place_of_a_good_one_makes_its_holder_fall(desk: DeskWorld, noor: Browser) -> None:
    prove(desk, "noor")
    prove(desk, "bilal")
    assert desk.line.holders.is_open(POINT)
    garbage = grant_of(Identity.new().secret, POINT, Identity.new().recipient)
    fields = {"coordinator": desk.people["bilal"].coordinator.id, "number": "1", "sealed": base64url.encoded(garbage)}
    assert noor.post("/keys/grants", fields).status_code == HTTPStatus.CREATED
    assert not desk.line.holders.is_open(POINT)
    shown = {each["name"]: each["counts"] for each in noor.get("/keys").json()["holders"]}
    assert shown == {"Noor": True, "Bilal": False}


def test_grants_go_to_colleagues_of_the_own_care_point_and_for_its_keys_only(desk: DeskWorld, noor: Browser) -> None:
    sealed = base64url.encoded(grant_of(Identity.new().secret, POINT, Identity.new().recipient))
    bilal, sam = (desk.people[login].coordinator.id for login in ("bilal", "sam"))
    for coordinator, number, status in (
        (sam, "1", HTTPStatus.NOT_FOUND),
        ("nobody", "1", HTTPStatus.NOT_FOUND),
        (bilal, "2", HTTPStatus.NOT_FOUND),
        (bilal, "0", HTTPStatus.NOT_FOUND),
    ):
        fields = {"coordinator": coordinator, "number": number, "sealed": sealed}
        assert noor.post("/keys/grants", fields).status_code == status
    proposed(desk, POINT, "noor", 2)
    fields = {"coordinator": bilal, "number": "2", "sealed": sealed}
    assert noor.post("/keys/grants", fields).status_code == HTTPStatus.CREATED
    assert noor.post("/keys/grants", {**fields, "sealed": "geen"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_proposal_takes_the_next_number_and_hybrid_keys_only(desk: DeskWorld, noor: Browser) -> None:
    key, sheet = Identity.new(), Identity.new()
    fields = {
        "number": "2",
        "recipient": key.recipient,
        "sheet_recipient": sheet.recipient,
        "mac": base64url.encoded(bytes(32)),
        "grant": base64url.encoded(grant_of(key.secret, POINT, Identity.new().recipient, 2)),
        "sheet": base64url.encoded(grant_of(key.secret, POINT, sheet.recipient, 2)),
    }
    for name, value in (
        ("recipient", "age1zzz"),
        ("sheet_recipient", "x"),
        ("mac", "AA"),
        ("grant", ""),
        ("sheet", ""),
    ):
        answer = noor.post("/keys/proposal", {**fields, name: value})
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, name
    for number in ("1", "3", "", "x"):
        assert noor.post("/keys/proposal", {**fields, "number": number}).status_code == HTTPStatus.CONFLICT
    assert desk.store.point_keys.proposal(POINT) is None
    assert noor.post("/keys/proposal", fields).status_code == HTTPStatus.CREATED
    assert desk.store.point_keys.proposal(POINT).recipient == key.recipient
    assert desk.store.point_keys.proposal(OTHER) is None
    assert noor.get("/keys/point").json()["proposal"]["number"] == 2
    assert at_the_desk(desk, "sam").get("/keys/point").json()["proposal"] is None


def test_a_key_that_was_in_use_is_not_proposed_away_when_the_content_goes_back(desk: DeskWorld, noor: Browser) -> None:
    before = desk.line.key_file(POINT).read_bytes()
    key, _ = proposed(desk, POINT, "noor", 2)
    assert noor.post("/keys/opened", {"number": "2"}).status_code == HTTPStatus.NOT_FOUND  # not published yet
    approve(desk, POINT, [fingerprint(key.recipient)])
    assert noor.post("/keys/opened", {"number": "2"}).status_code == HTTPStatus.OK
    desk.line.key_file(POINT).write_bytes(before)
    assert key_of(desk).number == 2  # a running desk does not follow
    desk.world = replace(desk.world, care_points=LiveCarePoints(desk.world.settings.content, desk.world.geography))
    assert key_of(desk).number == 1  # one that was started again would: see the start's own check
    again, grants = at_the_desk(desk, "bilal"), desk.rows("SELECT * FROM grants")
    other = Identity.new()
    fields = {
        "number": "2",
        "recipient": other.recipient,
        "mac": base64url.encoded(bytes(32)),
        "grant": base64url.encoded(grant_of(other.secret, POINT, Identity.new().recipient, 2)),
    }
    assert again.post("/keys/proposal", fields).json() == {"error": "other_number"}
    assert desk.rows("SELECT * FROM grants") == grants
    with pytest.raises(CannotStartError, match="publishes key 1, but key 2 was in use already"):
        check_start(desk.store, desk.world.care_points(), is_demo=True)


# Sealing again


def test_a_file_sealed_again_takes_the_place_of_its_own_row_only(desk: DeskWorld, noor: Browser) -> None:
    tip, other = desk.tip(POINT, "Kort"), desk.tip(OTHER, "Van Groningen")
    long = desk.tip(POINT, "Lang " * 700)
    old = {each: desk.store.cases.get(each, POINT).sealed for each in (tip, long)}
    elsewhere = desk.store.cases.get(other, OTHER).sealed
    fresh, key = Identity.new(), desk.keys[POINT]
    again = seal(open_sealed(old[tip], key), [fresh.recipient])

    def post(to: str, sealed: bytes, seen: bytes, message: str = "") -> int:
        digest = hashlib.sha256(seen).digest()
        fields = {"sealed": base64url.encoded(sealed), "seen": base64url.encoded(digest), "message": message}
        return noor.post(f"/keys/files/{to}", fields).status_code

    assert post(other, again, elsewhere) == HTTPStatus.NOT_FOUND
    assert post(tip, again, old[long]) == HTTPStatus.NOT_FOUND, "changed since it was seen"
    assert post(long, again, old[long]) == HTTPStatus.NOT_FOUND, "another length"
    assert post(tip, again, old[tip], message="weet ik veel") == HTTPStatus.NOT_FOUND
    two = seal(open_sealed(old[tip], key), [fresh.recipient, key.recipient])
    assert post(tip, two, old[tip]) == HTTPStatus.UNPROCESSABLE_ENTITY
    assert desk.store.cases.get(tip, POINT).sealed == old[tip]
    assert post(tip, again, old[tip]) == HTTPStatus.OK
    assert desk.store.cases.get(tip, POINT).sealed == again
    assert desk.store.cases.get(long, POINT).sealed == old[long]
    assert desk.store.cases.get(other, OTHER).sealed == elsewhere


def test_who_fetches_all_files_and_puts_others_in_their_place_stands_in_the_trail(
    desk: DeskWorld, noor: Browser
) -> None:
    tip, noor_id = desk.tip(POINT, "Kort"), desk.people["noor"].coordinator.id
    for _ in range(2):
        assert noor.get("/keys/files").status_code == HTTPStatus.OK
        sealed = desk.store.cases.get(tip, POINT).sealed
        again = seal(open_sealed(sealed, desk.keys[POINT]), [desk.keys[POINT].recipient])
        seen = base64url.encoded(hashlib.sha256(sealed).digest())
        answer = noor.post(f"/keys/files/{tip}", {"sealed": base64url.encoded(again), "seen": seen})
        assert answer.status_code == HTTPStatus.OK
    deeds = [each.deed for each in desk.store.trail.of(POINT, 10)]
    assert [(each.deed, each.tip, each.actor) for each in deeds] == [
        ("sealed again", tip, noor_id),
        ("fetched files", "", noor_id),
    ]


def test_files_to_seal_again_are_the_own_ones_and_come_in_pages(desk: DeskWorld, noor: Browser) -> None:
    own = {desk.tip(POINT, f"Verhaal {number}") for number in range(11)}
    tip = min(own)
    desk.addition(tip, POINT, "Erbij")
    desk.tip(OTHER, "Van Groningen")
    first = noor.get("/keys/files").json()
    second = noor.get(f"/keys/files?after={first['next']}").json()
    files = [*first["files"], *second["files"]]
    assert {each["tip"] for each in files} == own
    assert len([each for each in files if each["message"]]) == 1
    assert (first["all"], second["next"]) == (11, None)


def test_older_keys_go_on_a_later_day_than_the_new_one_came(desk: DeskWorld, noor: Browser) -> None:
    key, sheet = proposed(desk, POINT, "noor", 2)
    approve(desk, POINT, [fingerprint(key.recipient), fingerprint(sheet.recipient)])
    numbers = lambda: {each.number for each in desk.store.point_keys.grants(POINT)}  # noqa: E731
    assert noor.post("/keys/finished", {"number": "1"}).status_code == HTTPStatus.NOT_FOUND
    assert noor.post("/keys/finished", {"number": "2"}).json() == {"kept": True}
    assert numbers() == {1, 2}
    desk.clock.now = NOW + timedelta(days=1)
    noor = at_the_desk(desk, "noor")
    assert noor.post("/keys/finished", {"number": "2"}).json() == {"kept": False}
    assert numbers() == {2}
    assert {each.number for each in desk.store.point_keys.grants(OTHER)} == {1}


# A former coordinator


def test_a_former_coordinators_secret_and_a_copy_of_the_database_open_nothing_that_came_after(desk: DeskWorld) -> None:
    old, bilal = desk.keys[POINT], desk.people["bilal"]
    desk.tip(POINT, "Van daarvoor")
    key, sheet = proposed(desk, POINT, "noor", 2)
    approvals(desk).revoke("bilal")
    approve(desk, POINT, [fingerprint(key.recipient), fingerprint(sheet.recipient)])
    prove(desk, "noor", number=2)
    assert desk.line.holders.is_open(POINT)
    desk.line.intake.receive(desk.line.report(story="Van daarna"), "nl")
    with writing(desk) as database:
        copied = [file for (file,) in database.execute("SELECT sealed FROM cases")]
        copied += [file for (file,) in database.execute("SELECT sealed FROM grants")]
        copied += [file for (file,) in database.execute("SELECT sealed FROM sheet_grants")]
        copied += [file for (file,) in database.execute("SELECT sealed FROM wrapped_keys")]
    opened = [text for file in copied if (text := opened_with(file, old))]
    assert len(opened) == 1
    assert b"Van daarvoor" in opened[0]
    assert any(b"Van daarna" in opened_with(file, key) for file in copied)
    assert bilal.fingerprint not in {holder.fingerprint for holder in key_of(desk).holders}


def opened_with(file: bytes, identity: Identity) -> bytes:
    try:
        return open_sealed(file, identity)
    except WrongKeyError:
        return b""
