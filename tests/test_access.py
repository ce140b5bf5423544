"""Passkeys, invitations and one's own access, on the server: what is taken, what is refused, what stays as it was."""

import json
import sqlite3
import uuid
from contextlib import closing
from http import HTTPStatus

import base64url
import cbor2
import pyotp
import pytest
from authenticator import PRESENT, VERIFIED, Authenticator
from desk_client import Browser, signed_in
from desk_world import DeskWorld
from keys import halves, secret_in

from tipline.desk.invitations import Invitations
from tipline.heads import Author, Head, Kind, write
from tipline.passkeys import identity
from tipline.passphrases import Passphrase, stretch
from tipline.sealing import Identity, seal

TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSPHRASE = Passphrase("0123456789abcdefghjk")


@pytest.fixture
def noor(desk: DeskWorld) -> Browser:
    return signed_in(desk, "noor")


@pytest.fixture
def anyone(desk: DeskWorld) -> Browser:
    return Browser(desk)


def kept(desk: DeskWorld) -> list[tuple[object, ...]]:
    """Every row of what access is about, but when a session was last used and how often a code was tried."""
    with closing(sqlite3.connect(desk.line.database)) as database:
        database.execute("UPDATE desk_sessions SET last_used = began")
        database.execute("UPDATE coordinators SET wrong_codes = 0, wrong_since = NULL")
        tables = ("coordinators", "wrapped_keys", "passkeys", "challenges", "invitations", "desk_sessions", "trail")
        return [(name, *row) for name in tables for row in database.execute(f"SELECT * FROM {name}")]  # noqa: S608  # names of this test


def make_lead(desk: DeskWorld, who: str) -> None:
    with closing(sqlite3.connect(desk.line.database)) as database, database:
        database.execute("UPDATE coordinators SET role = 'lead' WHERE login = ?", (who,))


def second_way(browser: Browser, who: str) -> dict[str, str]:
    """Passphrase half and a code that was not used yet."""
    desk = browser.desk
    desk.clock.forward(seconds=31)
    return {"half": desk.half(who), "code": pyotp.TOTP(desk.people[who].totp_secret).at(desk.clock())}


def steps_up(browser: Browser, who: str) -> None:
    assert browser.post("/step-up", second_way(browser, who)).status_code == HTTPStatus.OK


def wrapped(care_point: str, login: str, own: Identity, unlocks: Identity) -> str:
    head = Head(Kind.KEY, None, (care_point,), 1, Author.COORDINATOR, "nl")
    return base64url.encoded(seal(write(head, {"login": login, "secret": own.secret}), [unlocks.recipient]))


def adds_passkey(browser: Browser, who: str, passkey: Authenticator, name: str = "Laptop"):
    """As the account page does, with a proof anew before."""
    steps_up(browser, who)
    challenge = browser.get("/account/passkeys/new").json()["challenge"]
    return posts_passkey(browser, who, passkey.makes(challenge), name)


def posts_passkey(browser: Browser, who: str, credential: str, name: str = "Laptop"):
    coordinator = browser.desk.people[who].coordinator
    file = wrapped(coordinator.care_point, who, Identity.new(), identity(bytes(32)))
    return browser.post("/account/passkeys", {"credential": credential, "name": name, "wrapped": file})


def signs_in_with(browser: Browser, passkey: Authenticator):
    challenge = browser.get("/login/challenge").json()["challenge"]
    return browser.post("/login/passkey", {"credential": passkey.signs(challenge)})


@pytest.fixture
def passkey(noor: Browser) -> Authenticator:
    """Noor's."""
    made = Authenticator()
    assert adds_passkey(noor, "noor", made).status_code == HTTPStatus.CREATED
    return made


# Signing in with a passkey


def test_a_passkey_signs_in_without_a_login_name(passkey: Authenticator, anyone: Browser) -> None:
    answer = signs_in_with(anyone, passkey)
    assert answer.json() == {"language": "nl", "login": "noor"}
    assert answer.headers["set-cookie"].startswith("__Host-desk=")
    account = anyone.get("/account").json()
    assert [one["way"] for one in account["sessions"] if one["is_this"]] == ["passkey"]
    unlockers = {one["unlocker"] for one in anyone.get("/keys").json()["wrapped"]}
    assert unlockers == {"passphrase", account["passkeys"][0]["id"]}


def test_asking_for_a_challenge_keeps_nothing(desk: DeskWorld, anyone: Browser) -> None:
    before = kept(desk)
    challenges = {anyone.get("/login/challenge").json()["challenge"] for _ in range(3)}
    assert len(challenges) == 3
    assert kept(desk) == before


def test_an_answer_counts_once(passkey: Authenticator, anyone: Browser) -> None:
    challenge = anyone.get("/login/challenge").json()["challenge"]
    credential = passkey.signs(challenge)
    assert anyone.post("/login/passkey", {"credential": credential}).status_code == HTTPStatus.OK
    again = Browser(anyone.desk).post("/login/passkey", {"credential": credential})
    assert (again.status_code, "set-cookie" in again.headers) == (HTTPStatus.UNAUTHORIZED, False)


def test_a_challenge_is_answered_once_also_by_another_signature(passkey: Authenticator, anyone: Browser) -> None:
    challenge = anyone.get("/login/challenge").json()["challenge"]
    assert anyone.post("/login/passkey", {"credential": passkey.signs(challenge)}).status_code == HTTPStatus.OK
    again = anyone.post("/login/passkey", {"credential": passkey.signs(challenge)})
    assert (again.status_code, again.json()) == (HTTPStatus.UNAUTHORIZED, {"error": "stale_challenge"})


def test_a_challenge_is_over_after_five_minutes(desk: DeskWorld, passkey: Authenticator, anyone: Browser) -> None:
    challenge = anyone.get("/login/challenge").json()["challenge"]
    desk.clock.forward(minutes=5)
    answer = anyone.post("/login/passkey", {"credential": passkey.signs(challenge)})
    assert answer.json() == {"error": "stale_challenge"}


def test_a_challenge_for_another_purpose_signs_nobody_in(noor: Browser, passkey: Authenticator) -> None:
    for path in ("/step-up", "/account/passkeys/new"):
        credential = passkey.signs(noor.get(path).json()["challenge"])
        answer = Browser(noor.desk).post("/login/passkey", {"credential": credential})
        assert answer.json() == {"error": "stale_challenge"}
    own = passkey.signs("A challenge that this server never gave out")
    assert Browser(noor.desk).post("/login/passkey", {"credential": own}).json() == {"error": "stale_challenge"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://desk.localhost:8001"},
        {"origin": "https://desk.localhost:8000"},
        {"origin": "http://localhost:8000"},
        {"origin": "https://elders.example"},
        {"host": "localhost"},
        {"host": "elders.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"flags": 0},
        {"count": -1},
        {"key": Authenticator().key},
        {"credential": b"x" * 32},
    ],
    ids=lambda wrong: " ".join(f"{name} {value}" for name, value in wrong.items() if name != "key") or "another key",
)
def test_a_signature_that_does_not_hold_signs_nobody_in(
    wrong: dict[str, object], desk: DeskWorld, passkey: Authenticator, anyone: Browser
) -> None:
    assert signs_in_with(Browser(desk), passkey).status_code == HTTPStatus.OK
    before = kept(desk)
    for name, value in wrong.items():
        setattr(passkey, name, value)
    answer = signs_in_with(anyone, passkey)
    assert (answer.status_code, answer.json()) == (HTTPStatus.UNAUTHORIZED, {"error": "wrong_passkey"})
    assert "set-cookie" not in answer.headers
    assert kept(desk) == before


@pytest.mark.parametrize(
    "credential",
    ["", "x", "{}", "[]", "null", '{"id":"AA","rawId":"AA","type":"public-key","response":{}}', "[" * 30_000, "é" * 100,
     '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"AA","authenticatorData":"AA","signature":"AA"}}',
     '{"id":1,"rawId":[],"type":{},"response":"x"}'],
    ids=range(10),
)  # fmt: skip
def test_what_is_no_credential_is_refused(credential: str, anyone: Browser, noor: Browser) -> None:
    answer = anyone.post("/login/passkey", {"credential": credential})
    assert (answer.status_code, answer.json()) == (HTTPStatus.UNAUTHORIZED, {"error": "wrong_passkey"})
    steps_up(noor, "noor")
    answer = posts_passkey(noor, "noor", credential)
    assert (answer.status_code, answer.json()) == (HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "wrong_passkey"})


def test_what_is_nested_too_deeply_inside_a_credential_is_refused(anyone: Browser) -> None:
    nested = base64url.encoded(b"[" * 30_000)
    response = {"clientDataJSON": nested, "authenticatorData": "AA", "signature": "AA"}
    credential = json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": response})
    assert anyone.post("/login/passkey", {"credential": credential}).json() == {"error": "wrong_passkey"}


def test_what_a_statement_of_another_kind_holds_is_refused(noor: Browser) -> None:
    steps_up(noor, "noor")
    made = json.loads(Authenticator().makes(noor.get("/account/passkeys/new").json()["challenge"]))
    told = cbor2.loads(base64url.decoded(made["response"]["attestationObject"]))
    for kind in ("android-safetynet", "android-key", "tpm", "apple", "packed", "fido-u2f"):
        odd = {"ver": ["x"], "response": ["x"], "x5c": {}, "alg": [], "sig": 1, "certInfo": None, "pubArea": "x"}
        made["response"]["attestationObject"] = base64url.encoded(cbor2.dumps({**told, "fmt": kind, "attStmt": odd}))
        assert posts_passkey(noor, "noor", json.dumps(made)).json() == {"error": "wrong_passkey"}, kind


def test_a_nul_is_refused_in_an_address_and_in_a_form(noor: Browser, anyone: Browser) -> None:
    for path in ("/tips/%00", "/tips?tip=%00", "/keys/files?after=a%00"):
        assert noor.get(path).json() == {"error": "bad_request"}
    assert anyone.post("/login", {"login": "noor\0", "half": "", "code": ""}).json() == {"error": "bad_request"}
    assert anyone.post("/login", {"login\0": "noor"}).json() == {"error": "bad_request"}


def test_a_credential_cut_or_altered_anywhere_is_refused(noor: Browser) -> None:
    steps_up(noor, "noor")
    challenge = noor.get("/account/passkeys/new").json()["challenge"]
    whole = Authenticator().makes(challenge)
    attestation = whole.index("attestationObject") + len('attestationObject": "')
    for place in range(attestation, len(whole) - 4, 7):
        for broken in (whole[:place] + whole[place + 4 :], f"{whole[:place]}____{whole[place + 4 :]}"):
            status = posts_passkey(noor, "noor", broken).status_code
            # Bytes of the key itself may be others: then it is another key, which signs nothing.
            assert status in {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CREATED}


def test_a_passkey_is_made_here_or_not_at_all(noor: Browser) -> None:
    steps_up(noor, "noor")
    for wrong in ({"origin": "https://elders.example"}, {"host": "elders.example"}, {"flags": PRESENT}):
        challenge = noor.get("/account/passkeys/new").json()["challenge"]
        answer = posts_passkey(noor, "noor", Authenticator(**wrong).makes(challenge))
        assert answer.json() == {"error": "wrong_passkey"}
    assert noor.get("/account").json()["passkeys"] == []


def test_anothers_challenge_makes_no_passkey(desk: DeskWorld, noor: Browser) -> None:
    challenge = signed_in(desk, "sam").get("/account/passkeys/new").json()["challenge"]
    steps_up(noor, "noor")
    assert posts_passkey(noor, "noor", Authenticator().makes(challenge)).json() == {"error": "stale_challenge"}


def test_one_passkey_belongs_to_one_coordinator(desk: DeskWorld, passkey: Authenticator, anyone: Browser) -> None:
    sam = signed_in(desk, "sam")
    assert adds_passkey(sam, "sam", passkey).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sam.get("/account").json()["passkeys"] == []
    assert signs_in_with(anyone, passkey).json()["login"] == "noor"


def test_wrong_codes_lock_no_passkey(passkey: Authenticator, anyone: Browser) -> None:
    for _ in range(6):
        refused = anyone.signs_in("noor", code="000000")
    assert refused.json() == {"error": "too_many"}
    assert signs_in_with(anyone, passkey).status_code == HTTPStatus.OK


def test_a_lost_box_of_codes_locks_no_passkey(desk: DeskWorld, passkey: Authenticator, anyone: Browser) -> None:
    with closing(sqlite3.connect(desk.line.database)) as database, database:
        database.execute("UPDATE coordinators SET totp_box = x'00'")
    assert anyone.signs_in("noor").json() == {"error": "second_way_lost"}
    assert signs_in_with(anyone, passkey).status_code == HTTPStatus.OK


def test_whose_access_was_ended_signs_in_with_no_passkey(
    desk: DeskWorld, passkey: Authenticator, anyone: Browser
) -> None:
    with closing(sqlite3.connect(desk.line.database)) as database, database:
        database.execute("UPDATE coordinators SET ended_on = '2026-11-21' WHERE login = 'noor'")
    assert signs_in_with(anyone, passkey).json() == {"error": "wrong_passkey"}


# Proving oneself anew


def needs_a_proof(browser: Browser) -> bool:
    """Whether another passkey would be refused now for want of a proof."""
    return browser.post("/account/passkeys").json() == {"error": "step_up"}


def test_who_has_a_passkey_proves_himself_with_it_and_not_by_the_second_way(
    desk: DeskWorld, noor: Browser, passkey: Authenticator
) -> None:
    desk.clock.forward(minutes=6)
    assert needs_a_proof(noor)
    assert noor.post("/step-up", second_way(noor, "noor")).json() == {"error": "wrong_passkey"}
    assert needs_a_proof(noor)
    challenge = noor.get("/step-up").json()["challenge"]
    assert noor.post("/step-up", {"credential": passkey.signs(challenge)}).status_code == HTTPStatus.OK
    assert not needs_a_proof(noor)
    desk.clock.forward(minutes=5)
    assert needs_a_proof(noor)


def test_a_proof_is_by_ones_own_passkey_for_ones_own_session(
    desk: DeskWorld, noor: Browser, passkey: Authenticator
) -> None:
    sam, sams = signed_in(desk, "sam"), Authenticator()
    assert adds_passkey(sam, "sam", sams).status_code == HTTPStatus.CREATED
    desk.clock.forward(minutes=6)
    challenge = noor.get("/step-up").json()["challenge"]
    wrong = noor.post("/step-up", {"credential": sams.signs(challenge)})
    assert (wrong.status_code, wrong.json()) == (HTTPStatus.FORBIDDEN, {"error": "wrong_passkey"})
    elsewhere = Browser(desk)
    assert signs_in_with(elsewhere, passkey).status_code == HTTPStatus.OK
    other = elsewhere.get("/step-up").json()["challenge"]
    assert noor.post("/step-up", {"credential": passkey.signs(other)}).json() == {"error": "stale_challenge"}
    sign_in = noor.get("/login/challenge").json()["challenge"]
    assert noor.post("/step-up", {"credential": passkey.signs(sign_in)}).json() == {"error": "stale_challenge"}
    assert needs_a_proof(noor)


# Invitations


def invited(desk: DeskWorld, care_point: str = "lumens-emp", role: str = "coordinator") -> str:
    """The token of a fresh invitation."""
    world = desk.world
    invitations = Invitations(world.settings, world.store, world.clock)
    link = invitations.invite(care_point, "nieuw@example.nl", role, "operator")
    address, _, token = link.partition("#")
    assert address == "http://desk.localhost:8000/invite"
    return token


def joining(desk: DeskWorld, token: str, own: Identity | None = None, **other: str) -> dict[str, str]:
    """What the page posts at its end, without a passkey."""
    own, login = own or Identity.new(), other.get("login", "yara")
    both = stretch(PASSPHRASE, login, desk.world.settings.salt)
    return {
        "token": token,
        "login": login,
        "name": "Yara",
        "language": "nl",
        "recipient": own.recipient,
        "half": base64url.encoded(both.sign_in),
        "totp_secret": TOTP_SECRET,
        "code": pyotp.TOTP(TOTP_SECRET).at(desk.clock()),
        "wrapped:passphrase": wrapped("lumens-emp", login, own, both.identity),
        **other,
    }


def with_passkey(browser: Browser, token: str, passkey: Authenticator) -> dict[str, str]:
    challenge = browser.post("/invite/look", {"token": token}).json()["challenge"]
    own = Identity.new()
    return {
        **joining(browser.desk, token, own),
        "credential": passkey.makes(challenge),
        "passkey_name": "Laptop",
        "wrapped:passkey": wrapped("lumens-emp", "yara", own, identity(bytes(32))),
    }


def test_who_was_invited_joins_and_signs_in_by_either_way(desk: DeskWorld, anyone: Browser) -> None:
    token, passkey = invited(desk), Authenticator()
    looked = anyone.post("/invite/look", {"token": token}).json()
    assert (looked["care_point"]["id"], looked["role"]) == ("lumens-emp", "coordinator")
    fields = with_passkey(anyone, token, passkey)
    assert anyone.post("/invite", fields).json() == {"language": "nl", "login": "yara"}
    yara = desk.store.coordinators.by_login("yara")
    assert (yara.id, yara.care_point, yara.email, yara.role) == (
        looked["coordinator"],
        "lumens-emp",
        "nieuw@example.nl",
        "coordinator",
    )
    keys = anyone.get("/keys").json()
    assert (keys["grants"], keys["recipient"]) == ([], fields["recipient"])
    assert signs_in_with(Browser(desk), passkey).json()["login"] == "yara"
    desk.clock.forward(seconds=31)
    code = pyotp.TOTP(TOTP_SECRET).at(desk.clock())
    by_code = Browser(desk).post("/login", {"login": "Yara", "half": fields["half"], "code": code})
    assert by_code.json()["login"] == "yara"
    entries = [(entry.deed.deed, entry.deed.actor) for entry in desk.store.trail.of("lumens-emp", 2)]
    assert entries == [("joined", yara.id), ("invited", "operator")]


def test_the_first_code_does_not_sign_in_again(desk: DeskWorld, anyone: Browser) -> None:
    fields = joining(desk, invited(desk))
    assert anyone.post("/invite", fields).status_code == HTTPStatus.OK
    again = {"login": "yara", "half": fields["half"], "code": fields["code"]}
    assert Browser(desk).post("/login", again).json() == {"error": "code_used"}


def test_an_invitation_works_once(desk: DeskWorld, anyone: Browser) -> None:
    token = invited(desk)
    assert anyone.post("/invite", joining(desk, token)).status_code == HTTPStatus.OK
    before = kept(desk)
    for path in ("/invite", "/invite/look", "/invite/login"):
        answer = Browser(desk).post(path, joining(desk, token, login="zoe"))
        assert (answer.status_code, answer.json()) == (HTTPStatus.NOT_FOUND, {"error": "invitation_gone"})
    assert kept(desk) == before


def test_an_invitation_is_over_after_a_week(desk: DeskWorld, anyone: Browser) -> None:
    token = invited(desk)
    desk.clock.forward(days=6, hours=23)
    assert anyone.post("/invite/look", {"token": token}).status_code == HTTPStatus.OK
    desk.clock.forward(hours=1)
    for path in ("/invite", "/invite/look", "/invite/login"):
        assert anyone.post(path, joining(desk, token)).json() == {"error": "invitation_gone"}


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 43])
def test_an_unknown_invitation_lets_nobody_in(token: str, desk: DeskWorld, anyone: Browser) -> None:
    invited(desk)
    before = kept(desk)
    for path in ("/invite", "/invite/look", "/invite/login"):
        assert anyone.post(path, joining(desk, token)).json() == {"error": "invitation_gone"}
    assert kept(desk) == before


def test_the_database_holds_no_token(desk: DeskWorld) -> None:
    token = invited(desk)
    file = desk.line.database
    assert token.encode() not in file.read_bytes() + file.with_name(f"{file.name}-wal").read_bytes()


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"login": "noor"}, "login_taken"),
        ({"login": "NOOR"}, "login_taken"),
        ({"login": ""}, "unprocessable"),
        ({"login": "met spatie"}, "unprocessable"),
        ({"login": "ｙara"}, None),
        ({"login": "a" * 41}, "unprocessable"),
        ({"name": ""}, "unprocessable"),
        ({"name": "  "}, "unprocessable"),
        ({"name": "a\nb"}, "unprocessable"),
        ({"name": "x" * 81}, "unprocessable"),
        ({"language": "fr"}, "unprocessable"),
        ({"recipient": "age1pq1x"}, "unprocessable"),
        ({"half": "AAAA"}, "unprocessable"),
        ({"totp_secret": "short"}, "unprocessable"),
        ({"code": "000000"}, "wrong_code"),
        ({"code": ""}, "wrong_code"),
        ({"wrapped:passphrase": ""}, "unprocessable"),
        ({"wrapped:passphrase": "AAAA"}, "unprocessable"),
        ({"credential": "x"}, "unprocessable"),
    ],
    ids=str,
)
def test_what_is_no_newcomer_is_not_kept_and_the_invitation_stays(
    wrong: dict[str, str], error: str | None, desk: DeskWorld, anyone: Browser
) -> None:
    token = invited(desk)
    before = kept(desk)
    answer = anyone.post("/invite", {**joining(desk, token), **wrong})
    if error is None:
        assert answer.json()["login"] == "yara"
        return
    assert answer.json() == {"error": error}
    assert kept(desk) == before
    assert anyone.post("/invite", joining(desk, token)).status_code == HTTPStatus.OK


def test_whoever_joins_is_what_the_invitation_says(desk: DeskWorld, anyone: Browser) -> None:
    extra = {
        "care_point": "zvh-groningen",
        "role": "lead",
        "email": "x@example.nl",
        "id": str(uuid.uuid4()),
        "coordinator": "x",
    }
    assert anyone.post("/invite", {**joining(desk, invited(desk)), **extra}).status_code == HTTPStatus.OK
    yara = desk.store.coordinators.by_login("yara")
    assert (yara.care_point, yara.role, yara.email) == ("lumens-emp", "coordinator", "nieuw@example.nl")
    assert yara.id != extra["id"]


def test_a_passkey_made_for_another_invitation_lets_nobody_in(desk: DeskWorld, anyone: Browser) -> None:
    fields = with_passkey(anyone, invited(desk), Authenticator())
    before = kept(desk)
    other = anyone.post("/invite", {**fields, "token": invited(desk)})
    assert other.json() == {"error": "stale_challenge"}
    assert len(kept(desk)) == len(before) + 2  # the second invitation, and its line in the trail
    assert desk.store.coordinators.by_login("yara") is None


def test_a_lead_invites_after_a_proof_anew_and_withdraws(desk: DeskWorld, noor: Browser) -> None:
    make_lead(desk, "noor")
    asked = {"email": "nieuw@example.nl", "role": "lead"}
    assert noor.post("/people/invitations", asked).json() == {"error": "step_up"}
    steps_up(noor, "noor")
    link = noor.post("/people/invitations", asked).json()["link"]
    token = link.partition("#")[2]
    people = noor.get("/people").json()
    assert [person["login"] for person in people["people"]] == ["bilal", "noor"]
    (open_one,) = people["invitations"]
    assert (open_one["email"], open_one["role"], open_one["ends"]) == ("nieuw@example.nl", "lead", "2026-11-28")
    assert Browser(desk).post("/invite/look", {"token": token}).json()["role"] == "lead"
    assert noor.post(f"/people/invitations/{open_one['id']}/withdraw").status_code == HTTPStatus.OK
    assert Browser(desk).post("/invite/look", {"token": token}).json() == {"error": "invitation_gone"}


@pytest.mark.parametrize(
    "wrong",
    [{"email": ""}, {"email": "geen adres"}, {"email": "\x1b[2Jx@y.nl"}, {"role": "national"}, {"role": "baas"}],
    ids=str,
)
def test_a_lead_invites_nobody_without_an_address_or_with_another_role(
    wrong: dict[str, str], desk: DeskWorld, noor: Browser
) -> None:
    make_lead(desk, "noor")
    steps_up(noor, "noor")
    answer = noor.post("/people/invitations", {"email": "nieuw@example.nl", "role": "coordinator", **wrong})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert noor.get("/people").json()["invitations"] == []


def test_a_lead_sees_and_withdraws_no_other_points_invitations(desk: DeskWorld) -> None:
    invited(desk, "lumens-emp")
    (theirs,) = desk.store.invitations.of("lumens-emp", desk.clock())
    make_lead(desk, "sam")
    sam = signed_in(desk, "sam")
    people = sam.get("/people").json()
    assert people["invitations"] == []
    assert [person["login"] for person in people["people"]] == ["femke", "sam"]
    for name in (theirs.digest.hex(), "00", "x", "é"):
        answer = sam.post(f"/people/invitations/{name}/withdraw", {"care_point": "lumens-emp"})
        assert answer.status_code == HTTPStatus.NOT_FOUND
    assert desk.store.invitations.of("lumens-emp", desk.clock()) == (theirs,)


def test_a_coordinator_invites_nobody(desk: DeskWorld) -> None:
    bilal = signed_in(desk, "bilal")
    steps_up(bilal, "bilal")
    before = kept(desk)
    for answer in (bilal.get("/people"), bilal.post("/people/invitations", {"email": "a@b.nl", "role": "lead"})):
        assert (answer.status_code, answer.json()) == (HTTPStatus.FORBIDDEN, {"error": "not_allowed"})
    assert kept(desk) == before


# One's own access


def test_sessions_are_listed_and_ended_one_by_one(desk: DeskWorld, noor: Browser) -> None:
    desk.clock.forward(seconds=31)
    other = signed_in(desk, "noor")
    sessions = noor.get("/account").json()["sessions"]
    assert [one["is_this"] for one in sessions] == [False, True]
    assert noor.post(f"/account/sessions/{sessions[0]['id']}/end").status_code == HTTPStatus.OK
    assert other.get("/tips").status_code == HTTPStatus.UNAUTHORIZED
    assert noor.get("/tips").status_code == HTTPStatus.OK


def test_anothers_sessions_and_passkeys_are_none_of_ones_own(desk: DeskWorld, noor: Browser) -> None:
    sam = signed_in(desk, "sam")
    assert adds_passkey(sam, "sam", Authenticator()).status_code == HTTPStatus.CREATED
    theirs = sam.get("/account").json()
    steps_up(noor, "noor")
    before = kept(desk)
    session, passkey = theirs["sessions"][0]["id"], theirs["passkeys"][0]["id"]
    for path in (
        f"/account/sessions/{session}/end",
        f"/account/passkeys/{passkey}/remove",
        f"/account/passkeys/{passkey}/name",
        "/account/sessions/x/end",
        f"/account/passkeys/{uuid.uuid4()}/remove",
    ):
        answer = noor.post(path, {"name": "Van mij", "coordinator": desk.people["sam"].coordinator.id})
        assert (answer.status_code, answer.json()) == (HTTPStatus.NOT_FOUND, {"error": "not_found"})
    assert kept(desk) == before


def test_a_passkey_is_named_and_removed_and_signs_in_no_more(
    noor: Browser, passkey: Authenticator, anyone: Browser
) -> None:
    (mine,) = noor.get("/account").json()["passkeys"]
    assert signs_in_with(anyone, passkey).status_code == HTTPStatus.OK  # as whoever has the device might
    assert noor.post(f"/account/passkeys/{mine['id']}/name", {"name": " Sleutel "}).json() == {"name": "Sleutel"}
    assert noor.post(f"/account/passkeys/{mine['id']}/name", {"name": ""}).status_code == 422
    assert noor.post(f"/account/passkeys/{mine['id']}/remove").status_code == HTTPStatus.OK
    assert signs_in_with(anyone, passkey).json() == {"error": "wrong_passkey"}
    assert anyone.get("/tips").status_code == HTTPStatus.UNAUTHORIZED
    assert {one["unlocker"] for one in noor.get("/keys").json()["wrapped"]} == {"passphrase"}


@pytest.mark.usefixtures("passkey")
def test_who_lost_his_passkey_removes_it_by_the_second_way(desk: DeskWorld, noor: Browser) -> None:
    desk.clock.forward(minutes=6)
    path = f"/account/passkeys/{noor.get('/account').json()['passkeys'][0]['id']}/remove"
    assert noor.post(path).json() == {"error": "step_up"}
    assert noor.post(path, {**second_way(noor, "noor"), "code": "000000"}).json() == {"error": "wrong"}
    assert noor.post(path, {"half": base64url.encoded(b"x" * 32), "code": "1"}).json() == {"error": "wrong"}
    assert len(noor.get("/account").json()["passkeys"]) == 1
    assert noor.post(path, second_way(noor, "noor")).status_code == HTTPStatus.OK
    assert needs_a_proof(noor)  # what came along counted for this one deed
    steps_up(noor, "noor")  # and now that there is no passkey, the second way counts
    assert not needs_a_proof(noor)


@pytest.mark.usefixtures("passkey")
def test_the_last_unlocker_stays(desk: DeskWorld, noor: Browser) -> None:
    with closing(sqlite3.connect(desk.line.database)) as database, database:
        database.execute("DELETE FROM wrapped_keys WHERE unlocker = 'passphrase'")
    before = kept(desk)
    (mine,) = noor.get("/account").json()["passkeys"]
    answer = noor.post(f"/account/passkeys/{mine['id']}/remove")
    assert (answer.status_code, answer.json()) == (HTTPStatus.CONFLICT, {"error": "last_unlocker"})
    assert kept(desk) == before


def new_second_way(desk: DeskWorld, **other: str) -> dict[str, str]:
    both = stretch(PASSPHRASE, "noor", desk.world.settings.salt)
    return {
        "half": base64url.encoded(both.sign_in),
        "totp_secret": TOTP_SECRET,
        "code": pyotp.TOTP(TOTP_SECRET).at(desk.clock()),
        "wrapped": wrapped("lumens-emp", "noor", Identity.new(), both.identity),
        **other,
    }


def test_a_new_second_way_ends_the_old_one_and_all_other_sessions(desk: DeskWorld, noor: Browser) -> None:
    desk.clock.forward(seconds=31)
    other = signed_in(desk, "noor")
    steps_up(noor, "noor")
    assert noor.post("/account/second-way", new_second_way(desk)).status_code == HTTPStatus.OK
    assert noor.get("/tips").status_code == HTTPStatus.OK
    assert other.get("/tips").status_code == HTTPStatus.UNAUTHORIZED
    desk.clock.forward(seconds=31)
    assert Browser(desk).signs_in("noor").json() == {"error": "wrong"}
    fields = {"login": "noor", **new_second_way(desk)}
    assert Browser(desk).post("/login", fields).status_code == HTTPStatus.OK
    (file,) = noor.get("/keys").json()["wrapped"]
    unlocks = halves(PASSPHRASE.grouped(), "noor", desk.world.settings.salt).identity
    assert secret_in(base64url.decoded(file["sealed"]), unlocks, Kind.KEY, "lumens-emp")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"code": "000000"}, "wrong_code"),
        ({"half": ""}, "unprocessable"),
        ({"totp_secret": "JBSWY3DPEHPK3PXP"}, "unprocessable"),
        ({"wrapped": "x"}, "unprocessable"),
    ],
    ids=str,
)
def test_what_is_no_second_way_replaces_none(wrong: dict[str, str], error: str, desk: DeskWorld, noor: Browser) -> None:
    steps_up(noor, "noor")
    before = kept(desk)
    assert noor.post("/account/second-way", new_second_way(desk, **wrong)).json() == {"error": error}
    assert kept(desk) == before


def test_the_language_is_ones_own_setting(desk: DeskWorld, noor: Browser) -> None:
    assert noor.post("/account/language", {"language": "en"}).json() == {"language": "en"}
    assert 'lang="en"' in noor.get("/", Accept="text/html").text
    assert noor.post("/account/language", {"language": "fr"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert desk.store.coordinators.by_login("bilal").language == "nl"


@pytest.mark.usefixtures("passkey")
def test_every_deed_about_access_stands_in_the_trail(desk: DeskWorld, noor: Browser) -> None:
    (mine,) = noor.get("/account").json()["passkeys"]
    noor.post(f"/account/passkeys/{mine['id']}/remove")
    noor.post("/account/second-way", new_second_way(desk))
    who = desk.people["noor"].coordinator.id
    entries = [(entry.deed.deed, entry.deed.about) for entry in desk.store.trail.of("lumens-emp", 3)]
    assert entries == [("passphrase_replaced", ""), ("passkey_removed", ""), ("passkey_added", "")]
    assert {entry.deed.actor for entry in desk.store.trail.of("lumens-emp", 3)} == {who}
