"""The desk's server side: who gets in, what a coordinator gets, and what another point's coordinator does not."""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http import HTTPStatus

import base64url
import pyotp
import pytest
from desk_client import FORM, SAME_SITE, Browser
from itsdangerous import Signer
from keys import halves, secret_in
from starlette.testclient import TestClient

from tipline.desk.access import Access, Session
from tipline.desk.answering import HEADERS
from tipline.desk.roles import Right, Role, may
from tipline.desk.routes import ROWS, Proof
from tipline.desk.second_way import Credentials, TooManyCodesError, WrongCredentialsError, unused_code
from tipline.heads import Author, Head, Kind, read, write
from tipline.sealing import Identity, open_sealed, seal

FILLED = re.compile(r"\{\w+\}")
"""What stands for an id in an address."""


@pytest.fixture
def browser(desk) -> Browser:
    return Browser(desk)


@pytest.fixture
def noor(browser: Browser) -> Browser:
    assert browser.signs_in("noor").status_code == HTTPStatus.OK
    return browser


@pytest.fixture
def sam(desk) -> Browser:
    browser = Browser(desk)
    assert browser.signs_in("sam").status_code == HTTPStatus.OK
    return browser


def sealed_answer(desk, tip_id: str, number: int = 1, text: str = "Dank u wel.") -> dict[str, str]:
    """The form fields of an answer, as the vault makes them."""
    derived = desk.receipts[tip_id]
    head = Head(Kind.ANSWER, tip_id, ("lumens-emp",), number, Author.COORDINATOR, "nl")
    plaintext = write(head, {"text": text}, derived.reply_key)
    return {
        "number": str(number),
        "for:tipster": base64url.encoded(seal(plaintext, [derived.identity.recipient])),
        "for:lumens-emp": base64url.encoded(seal(plaintext, [desk.keys["lumens-emp"].recipient])),
    }


def rows_of(desk, care_point: str) -> list[tuple[object, ...]]:
    """Everything in the database that belongs to one care point, byte for byte."""
    path = desk.line.database
    with sqlite3.connect(path) as connection:
        ids = f"(SELECT tip FROM cases WHERE care_point = '{care_point}')"  # noqa: S608  # names of this test
        owners = f"(SELECT id FROM coordinators WHERE care_point = '{care_point}')"  # noqa: S608
        queries = (
            f"SELECT * FROM cases WHERE care_point = '{care_point}' ORDER BY tip",  # noqa: S608
            f"SELECT * FROM messages WHERE tip IN {ids} ORDER BY id",  # noqa: S608
            f"SELECT * FROM grants WHERE care_point = '{care_point}' ORDER BY id",  # noqa: S608
            f"SELECT * FROM wrapped_keys WHERE coordinator IN {owners} ORDER BY id",  # noqa: S608
            f"SELECT * FROM coordinators WHERE care_point = '{care_point}' ORDER BY id",  # noqa: S608
        )
        found = [row for query in queries for row in connection.execute(query).fetchall()]
    connection.close()
    return found


def everything(desk) -> list[tuple[object, ...]]:
    """Every row of every table but the moment at which a session was last used."""
    with changing(desk) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        database.execute("UPDATE desk_sessions SET last_used = began")
        return [(table, *row) for table in sorted(tables) for row in database.execute(f"SELECT * FROM {table}")]  # noqa: S608  # names of this test


@contextmanager
def changing(desk) -> Iterator[sqlite3.Connection]:
    """The database, as someone who can write it changes it."""
    with closing(sqlite3.connect(desk.line.database)) as database, database:
        yield database


# Every address, and who may ask for it


ADDRESSES = {
    "GET /": (Right.work, Proof.none),
    "GET /login": (None, Proof.none),
    "POST /login": (None, Proof.none),
    "POST /logout": (None, Proof.none),
    "GET /login/challenge": (None, Proof.none),
    "POST /login/passkey": (None, Proof.none),
    "GET /invite": (None, Proof.none),
    "POST /invite": (None, Proof.none),
    "POST /invite/look": (None, Proof.none),
    "POST /invite/login": (None, Proof.none),
    "GET /account": (Right.own_access, Proof.none),
    "POST /account/language": (Right.own_access, Proof.none),
    "POST /account/mail": (Right.own_access, Proof.none),
    "GET /mail": (Right.work, Proof.none),
    "POST /mail/{coordinator}/again": (Right.work, Proof.none),
    "GET /account/passkeys/new": (Right.own_access, Proof.none),
    "POST /account/passkeys": (Right.own_access, Proof.anew),
    "POST /account/passkeys/{passkey}/name": (Right.own_access, Proof.none),
    "POST /account/passkeys/{passkey}/remove": (Right.own_access, Proof.either_way),
    "POST /account/second-way": (Right.own_access, Proof.anew),
    "POST /account/sessions/{session}/end": (Right.own_access, Proof.none),
    "GET /people": (Right.colleagues, Proof.none),
    "POST /people/invitations": (Right.colleagues, Proof.anew),
    "POST /people/invitations/{invitation}/withdraw": (Right.colleagues, Proof.none),
    "GET /session": (Right.own_access, Proof.none),
    "GET /step-up": (Right.own_access, Proof.none),
    "POST /step-up": (Right.own_access, Proof.none),
    "GET /keys": (Right.work, Proof.none),
    "POST /keys/opened": (Right.work, Proof.none),
    "GET /keys/point": (Right.hold_key, Proof.none),
    "POST /keys/proposal": (Right.hold_key, Proof.anew),
    "POST /keys/grants": (Right.hold_key, Proof.anew),
    "POST /keys/practised": (Right.hold_key, Proof.none),
    "GET /keys/files": (Right.hold_key, Proof.none),
    "POST /keys/files/{tip}": (Right.hold_key, Proof.none),
    "POST /keys/finished": (Right.hold_key, Proof.anew),
    "POST /keys/revoked": (Right.colleagues, Proof.anew),
    "GET /tips": (Right.work, Proof.none),
    "GET /trail": (Right.trail, Proof.none),
    "GET /points": (Right.care_points, Proof.none),
    "GET /tips/{tip}": (Right.work, Proof.none),
    "GET /tips/news": (Right.work, Proof.none),
    "GET /tips/due": (Right.work, Proof.none),
    "POST /tips/{tip}/answers": (Right.work, Proof.none),
    "POST /tips/{tip}/notes": (Right.work, Proof.none),
    "POST /tips/{tip}/status": (Right.work, Proof.none),
    "POST /tips/{tip}/labels": (Right.work, Proof.none),
    "POST /tips/{tip}/assigned": (Right.work, Proof.none),
    "GET /colleagues": (Right.work, Proof.none),
    "POST /tips/{tip}/export": (Right.export, Proof.anew),
    "POST /tips/{tip}/printed": (Right.export, Proof.anew),
    "GET /tips/{tip}/handover": (Right.work, Proof.none),
    "POST /tips/{tip}/handover/files": (Right.work, Proof.none),
    "POST /tips/{tip}/handover/offer": (Right.work, Proof.none),
    "POST /tips/{tip}/handover/withdraw": (Right.work, Proof.none),
    "POST /tips/{tip}/handover/take": (Right.work, Proof.none),
    "POST /tips/{tip}/handover/refuse": (Right.work, Proof.none),
}
"""Every address, with the right it asks for (None: anyone may come) and whether a proof anew is asked."""


def test_every_address_of_the_desk_is_known_with_its_right_and_its_proof() -> None:
    assert {f"{row.method} {row.path}": (row.right, row.proof) for row in ROWS} == ADDRESSES


def test_each_role_may_do_what_the_table_says_and_an_unknown_one_nothing(desk) -> None:
    noor = desk.people["noor"].coordinator
    rights = {role: {right for right in Right if may(replace(noor, role=role), right)} for role in [*Role, "baas"]}
    assert rights == {
        "coordinator": {Right.work, Right.own_access, Right.hold_key, Right.export},
        "lead": set(Right) - {Right.care_points},
        "national": set(Right),
        "baas": set(),
    }


def test_without_a_session_no_coordinators_address_answers_and_nothing_changes(desk, browser: Browser) -> None:
    tip_id = desk.tip("lumens-emp", "Een verhaal")
    before = everything(desk)
    for row in ROWS:
        if row.right is None:
            continue
        path = FILLED.sub(tip_id, row.path)
        answer = browser.get(path) if row.method == "GET" else browser.post(path, {"status": "closed", "number": "1"})
        if path == "/":
            assert (answer.status_code, answer.headers["location"]) == (HTTPStatus.SEE_OTHER, "/login")
        else:
            assert (answer.status_code, answer.json()) == (HTTPStatus.UNAUTHORIZED, {"error": "signed_out"})
    assert everything(desk) == before


def test_what_anyone_may_ask_changes_nothing_for_who_proves_nothing(desk, browser: Browser) -> None:
    junk = {"login": "noor", "half": base64url.encoded(b"x" * 32), "code": "000000", "token": "x", "credential": "{}"}
    before = everything(desk)
    for row in ROWS:
        if row.right is None:
            answer = browser.get(row.path) if row.method == "GET" else browser.post(row.path, junk)
            assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
            assert not browser.client.cookies
    assert everything(desk) == before


def test_a_role_without_the_right_is_refused_and_nothing_changes(desk, noor: Browser) -> None:
    with changing(desk) as database:
        database.execute("UPDATE coordinators SET role = 'baas'")
    tip_id = desk.tip("lumens-emp", "Een verhaal")
    before = everything(desk)
    for row in ROWS:
        if row.right is not None:
            path = FILLED.sub(tip_id, row.path)
            answer = noor.get(path) if row.method == "GET" else noor.post(path, {"status": "closed", "number": "1"})
            assert (answer.status_code, answer.json()) == (HTTPStatus.FORBIDDEN, {"error": "not_allowed"})
    assert everything(desk) == before


def test_without_a_proof_anew_what_asks_for_one_is_refused_and_nothing_changes(desk, noor: Browser) -> None:
    with changing(desk) as database:
        database.execute("UPDATE coordinators SET role = 'lead'")
    tip_id = desk.tip("lumens-emp", "Een verhaal")
    before = everything(desk)
    for row in ROWS:
        if row.proof is not Proof.none:
            path = FILLED.sub(tip_id, row.path)
            answer = noor.get(path) if row.method == "GET" else noor.post(path, {})
            assert (answer.status_code, answer.json()) == (HTTPStatus.FORBIDDEN, {"error": "step_up"})
    assert everything(desk) == before


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
def test_another_method_than_the_rows_own_is_refused(row, noor: Browser) -> None:
    own = {each.method for each in ROWS if each.path == row.path}
    path = FILLED.sub("11111111-1111-4111-8111-111111111111", row.path)
    for method in {"GET", "POST"} - own:
        answer = noor.get(path) if method == "GET" else noor.post(path)
        assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert noor.client.put(path, data={}, headers={"Content-Type": FORM, **SAME_SITE}).status_code == 405


@pytest.mark.parametrize("path", ["/login", "/", "/tips", "/nowhere"])
def test_every_answer_carries_the_headers(path: str, browser: Browser) -> None:
    headers = browser.get(path, Accept="text/html").headers
    assert {name: headers[name] for name in HEADERS} == dict(HEADERS)
    assert "require-trusted-types-for 'script'" in headers["content-security-policy"]


def test_a_fault_of_ours_says_nothing_and_carries_the_headers(desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_self: Access, credentials: Credentials) -> Session:
        raise RuntimeError(f"canary {credentials.login}")

    monkeypatch.setattr(Access, "sign_in", breaks)
    client = TestClient(desk.app(), base_url="https://desk.localhost", raise_server_exceptions=False)
    answer = client.post("/login", data={"login": "canary"}, headers={"Accept": "application/json", **SAME_SITE})
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "canary" not in answer.text
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


def test_an_unknown_page_is_told_in_the_browsers_language(browser: Browser) -> None:
    dutch = browser.get("/canarie", **{"Accept": "text/html", "Accept-Language": "nl"})
    english = browser.get("/canarie", **{"Accept": "text/html", "Accept-Language": "fr;q=0.9,en-GB;q=0.8,nl;q=0.1"})
    assert (dutch.status_code, english.status_code) == (404, 404)
    assert 'lang="nl"' in dutch.text
    assert 'lang="en"' in english.text
    assert "canarie" not in dutch.text


# Posts from elsewhere


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elders.example"},
        {"Origin": "null"},
        {},
    ],
    ids=["cross-site", "same-site", "another origin", "null origin", "neither header"],
)
def test_a_post_that_another_site_may_have_made_is_refused(headers: dict[str, str], desk, noor: Browser) -> None:
    tip_id = desk.tip("lumens-emp", "Een verhaal")
    answer = noor.post(f"/tips/{tip_id}/status", {"status": "closed"}, headers)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert desk.store.cases.get(tip_id, "lumens-emp").status == "new"


def test_another_kind_of_body_is_refused(noor: Browser) -> None:
    answer = noor.client.post("/logout", json={}, headers=SAME_SITE)
    assert answer.status_code == HTTPStatus.UNSUPPORTED_MEDIA_TYPE


# Signing in


def test_the_right_half_and_code_begin_a_session(browser: Browser) -> None:
    answer = browser.signs_in("noor")
    assert answer.json() == {"language": "nl", "login": "noor"}
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-desk=")
    assert {"Secure", "HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Max-Age" not in cookie
    assert browser.get("/", Accept="text/html").status_code == HTTPStatus.OK


def test_a_login_is_typed_in_any_case(browser: Browser) -> None:
    assert browser.signs_in("noor", login=" NOOR ").status_code == HTTPStatus.OK


def test_the_database_holds_no_token_and_no_passphrase(desk, browser: Browser) -> None:
    cookie = browser.signs_in("noor").cookies["__Host-desk"]
    token = cookie.rpartition(".")[0]
    file = desk.line.database
    kept = file.read_bytes() + file.with_name(f"{file.name}-wal").read_bytes()
    person = desk.people["noor"]
    both = halves(person.passphrase, "noor", desk.world.settings.salt)
    for secret in (token.encode(), person.totp_secret.encode(), both.sign_in, both.unlock):
        assert secret not in kept
    assert hashlib.sha256(token.encode()).digest() in kept


@pytest.mark.parametrize(
    "other",
    [
        {"half": base64url.encoded(b"x" * 32)},
        {"half": ""},
        {"half": "é not base64"},
        {"half": "A"},
        {"code": "000000"},
        {"code": ""},
        {"code": "１２３４５６"},
        {"login": "bilal"},
        {"login": "niemand"},
        {"login": "nobody"},
        {"login": ""},
    ],
    ids=str,
)
def test_anything_wrong_is_refused_alike(other: dict[str, str], browser: Browser) -> None:
    answer = browser.signs_in("noor", **other)
    assert (answer.status_code, answer.json()) == (HTTPStatus.UNAUTHORIZED, {"error": "wrong"})
    assert "set-cookie" not in answer.headers


def test_the_unlocking_half_does_not_sign_in(desk, browser: Browser) -> None:
    unlock = halves(desk.people["noor"].passphrase, "noor", desk.world.settings.salt).unlock
    assert browser.signs_in("noor", half=base64url.encoded(unlock)).status_code == HTTPStatus.UNAUTHORIZED


def test_a_code_counts_once(desk, browser: Browser) -> None:
    code = pyotp.TOTP(desk.people["noor"].totp_secret).at(desk.clock())
    assert browser.signs_in("noor", code=code).status_code == HTTPStatus.OK
    again = browser.signs_in("noor", code=code)
    assert (again.status_code, again.json()) == (HTTPStatus.UNAUTHORIZED, {"error": "code_used"})


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 200), (0, 200), (1, 200), (2, 401)])
def test_codes_of_one_step_either_way_count(steps: int, status: int, desk, browser: Browser) -> None:
    code = pyotp.TOTP(desk.people["noor"].totp_secret).at(desk.clock(), counter_offset=steps)
    assert browser.signs_in("noor", code=code).status_code == status


def test_a_code_before_a_used_one_does_not_count(desk, browser: Browser) -> None:
    totp = pyotp.TOTP(desk.people["noor"].totp_secret)
    assert browser.signs_in("noor", code=totp.at(desk.clock())).status_code == HTTPStatus.OK
    assert browser.signs_in("noor", code=totp.at(desk.clock(), counter_offset=-1)).json() == {"error": "code_used"}


def test_guessing_codes_with_the_right_passphrase_stops_and_the_wait_ends(desk, browser: Browser) -> None:
    for _ in range(5):
        assert browser.signs_in("noor", code="000000").json() == {"error": "wrong"}
    refused = browser.signs_in("noor")
    assert (refused.status_code, refused.json()) == (HTTPStatus.TOO_MANY_REQUESTS, {"error": "too_many"})
    assert browser.signs_in("bilal").status_code == HTTPStatus.OK
    desk.clock.forward(minutes=15)
    assert browser.signs_in("noor").status_code == HTTPStatus.OK


def test_who_does_not_know_the_passphrase_locks_nobody_out(browser: Browser) -> None:
    for _ in range(20):
        assert browser.signs_in("noor", half=base64url.encoded(b"x" * 32)).json() == {"error": "wrong"}
    assert browser.signs_in("noor").status_code == HTTPStatus.OK


def test_an_unknown_login_opens_a_box_and_compares_codes_too(desk, monkeypatch: pytest.MonkeyPatch) -> None:
    access = Access(desk.world.settings, desk.store, desk.clock)
    compared = []
    real = pyotp.TOTP.generate_otp
    monkeypatch.setattr(pyotp.TOTP, "generate_otp", lambda self, step: compared.append(step) or real(self, step))
    for login in ("noor", "niemand"):
        compared.clear()
        with pytest.raises(WrongCredentialsError):
            access.sign_in(Credentials(login, base64url.encoded(b"x" * 32), "123456"))
        assert len(compared) == 3


def test_wrong_codes_are_counted_for_all_workers_together(desk) -> None:
    workers = [Access(desk.world.settings, desk.store, desk.clock) for _ in range(6)]
    for worker in workers[:5]:
        with pytest.raises(WrongCredentialsError):
            worker.sign_in(Credentials("noor", desk.half("noor"), "000000"))
    with pytest.raises(TooManyCodesError):
        workers[5].sign_in(Credentials("noor", desk.half("noor"), "000000"))


def test_right_codes_use_no_tries_up(desk) -> None:
    for _ in range(6):
        assert Browser(desk).signs_in("noor").status_code == HTTPStatus.OK
        desk.clock.forward(seconds=31)
    assert desk.store.coordinators.by_login("noor").wrong_codes == 0


def test_a_box_that_no_server_secret_opens_is_told_to_who_has_the_passphrase(desk) -> None:
    settings = replace(desk.world.settings, secret_keys=("another secret of at least thirty-two bytes",))
    other = Browser(replace(desk, world=replace(desk.world, settings=settings)))
    assert other.signs_in("noor").json() == {"error": "second_way_lost"}
    assert other.signs_in("noor", half=base64url.encoded(b"x" * 32)).json() == {"error": "wrong"}


def test_whose_access_was_ended_is_nobody_and_has_no_session(desk, noor: Browser) -> None:
    with changing(desk) as database:
        database.execute("UPDATE coordinators SET ended_on = '2026-11-21' WHERE login = 'noor'")
    assert noor.get("/tips").json() == {"error": "signed_out"}
    desk.clock.forward(seconds=31)
    assert Browser(desk).signs_in("noor").json() == {"error": "wrong"}
    assert Browser(desk).signs_in("bilal").status_code == HTTPStatus.OK


# Proving oneself anew


def proves_anew(browser: Browser, who: str, **other: str):
    desk = browser.desk
    code = pyotp.TOTP(desk.people[who].totp_secret).at(desk.clock())
    return browser.post("/step-up", {"half": desk.half(who), "code": code, **other})


def is_stepped_up(desk, browser: Browser) -> bool:
    access = Access(desk.world.settings, desk.store, desk.clock)
    return access.is_stepped_up(access.visit_of(browser.client.cookies["__Host-desk"]))


def test_passphrase_and_an_unused_code_prove_anew_for_five_minutes(desk, noor: Browser) -> None:
    assert not is_stepped_up(desk, noor)
    assert proves_anew(noor, "noor").json() == {"error": "code_used"}
    assert not is_stepped_up(desk, noor)
    desk.clock.forward(seconds=30)
    assert proves_anew(noor, "noor").status_code == HTTPStatus.OK
    assert is_stepped_up(desk, noor)
    desk.clock.forward(minutes=4, seconds=59)
    assert is_stepped_up(desk, noor)
    desk.clock.forward(seconds=1)
    assert not is_stepped_up(desk, noor)


@pytest.mark.parametrize("other", [{"half": ""}, {"half": "AAAA"}, {"code": "000000"}, {"code": ""}], ids=str)
def test_anything_wrong_proves_nothing_and_leaves_the_session(other: dict[str, str], desk, noor: Browser) -> None:
    desk.clock.forward(seconds=30)
    answer = proves_anew(noor, "noor", **other)
    assert (answer.status_code, answer.json()) == (HTTPStatus.FORBIDDEN, {"error": "wrong"})
    assert not is_stepped_up(desk, noor)


def test_anothers_passphrase_and_code_prove_nothing(desk, noor: Browser) -> None:
    assert proves_anew(noor, "bilal").json() == {"error": "wrong"}
    assert not is_stepped_up(desk, noor)


def test_a_proof_counts_for_the_session_it_was_given_in(desk, noor: Browser) -> None:
    desk.clock.forward(seconds=31)
    other = Browser(desk)
    other.signs_in("noor")
    desk.clock.forward(seconds=31)
    assert proves_anew(noor, "noor").status_code == HTTPStatus.OK
    assert is_stepped_up(desk, noor)
    assert not is_stepped_up(desk, other)


def test_too_many_codes_is_told_only_to_who_has_the_passphrase(desk) -> None:
    access = Access(desk.world.settings, desk.store, desk.clock)
    for _ in range(5):
        with pytest.raises(WrongCredentialsError):
            access.sign_in(Credentials("noor", desk.half("noor"), "000000"))
    with pytest.raises(TooManyCodesError):
        access.sign_in(Credentials("noor", desk.half("noor"), "000000"))
    with pytest.raises(WrongCredentialsError):
        access.sign_in(Credentials("noor", base64url.encoded(b"x" * 32), "000000"))


def test_the_demonstration_shows_a_code_that_was_not_used(desk, browser: Browser) -> None:
    person = desk.people["noor"]
    first = unused_code(person.totp_secret, 0, desk.clock())
    assert first in browser.get("/login", Accept="text/html").text
    assert browser.signs_in("noor", code=first).status_code == HTTPStatus.OK
    second = unused_code(person.totp_secret, desk.store.coordinators.by_login("noor").totp_used, desk.clock())
    assert second != first
    assert Browser(desk).signs_in("noor", code=second).status_code == HTTPStatus.OK
    used = desk.store.coordinators.by_login("noor").totp_used
    assert unused_code(person.totp_secret, used, desk.clock()) is None


# Sessions


def test_a_session_ends_after_fifteen_idle_minutes(desk, noor: Browser) -> None:
    desk.clock.forward(minutes=14, seconds=59)
    assert noor.get("/tips").status_code == HTTPStatus.OK
    desk.clock.forward(minutes=14, seconds=59)
    assert noor.get("/tips").status_code == HTTPStatus.OK
    desk.clock.forward(minutes=15)
    assert noor.get("/tips").json() == {"error": "signed_out"}


def test_what_the_desk_asks_by_itself_keeps_no_session_open(desk, noor: Browser) -> None:
    for _ in range(14):
        desk.clock.forward(minutes=1)
        assert noor.get("/tips", **{"Desk-By-Itself": "yes"}).status_code == HTTPStatus.OK
    desk.clock.forward(minutes=1)
    assert noor.get("/tips").json() == {"error": "signed_out"}


def test_signing_in_again_ends_the_session_before_it(desk, noor: Browser) -> None:
    first = noor.client.cookies["__Host-desk"]
    desk.clock.forward(seconds=31)
    assert noor.signs_in("noor").status_code == HTTPStatus.OK
    assert Access(desk.world.settings, desk.store, desk.clock).visit_of(first) is None


def test_a_session_ends_after_twelve_hours_however_busy(desk, noor: Browser) -> None:
    for _ in range(12 * 6 - 1):
        desk.clock.forward(minutes=10)
        assert noor.get("/keys").status_code == HTTPStatus.OK
    desk.clock.forward(minutes=10)
    assert noor.get("/keys").status_code == HTTPStatus.UNAUTHORIZED


def test_signing_out_ends_the_session_on_the_server(desk, noor: Browser) -> None:
    cookie = noor.client.cookies["__Host-desk"]
    answer = noor.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (HTTPStatus.SEE_OTHER, "/login")
    other = Browser(desk)
    other.client.cookies.set("__Host-desk", cookie, domain="desk.localhost")
    assert other.get("/tips").status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("cookie", ["", "x", "x.y", "..", "é", "a" * 5000])
def test_a_cookie_that_is_not_ours_opens_nothing(cookie: str, desk) -> None:
    access = Access(desk.world.settings, desk.store, desk.clock)
    assert access.visit_of(cookie) is None


def test_a_token_signed_for_another_purpose_opens_nothing(desk, noor: Browser) -> None:
    token = noor.client.cookies["__Host-desk"].rpartition(".")[0]
    access = Access(desk.world.settings, desk.store, desk.clock)
    keys = list(desk.world.settings.secret_keys)
    assert access.visit_of(Signer(keys, salt="preview").sign(token).decode()) is None
    assert access.visit_of(Signer(keys, salt="desk-session").sign(token).decode()) is not None


# What a coordinator gets


def test_the_browser_gets_what_unlocks_and_what_to_compare_it_with(desk, noor: Browser) -> None:
    keys = noor.get("/keys").json()
    person = desk.people["noor"]
    unlocks = halves(person.passphrase, "noor", desk.world.settings.salt).identity
    own = secret_in(base64url.decoded(keys["wrapped"][0]["sealed"]), unlocks, Kind.KEY, "lumens-emp")
    granted = secret_in(base64url.decoded(keys["grants"][0]["sealed"]), own, Kind.GRANT, "lumens-emp")
    assert own.recipient == person.coordinator.recipient
    assert granted.recipient == keys["published"]["recipient"]
    assert [holder["name"] for holder in keys["holders"]] == ["Noor", "Bilal"]


def test_opening_the_grant_is_shown_with_the_holder(noor: Browser) -> None:
    assert noor.get("/keys").json()["holders"][0]["proved_on"] is None
    assert noor.post("/keys/opened", {"number": "1"}).status_code == HTTPStatus.OK
    assert noor.get("/keys").json()["holders"][0]["proved_on"] == "2026-11-21"


@pytest.mark.parametrize(("number", "status"), [("2", 404), ("", 422), ("-1", 422), ("x", 422), ("9" * 30, 422)])
def test_a_grant_that_is_not_there_is_not_proved(number: str, status: int, noor: Browser) -> None:
    assert noor.post("/keys/opened", {"number": number}).status_code == status


def test_the_list_holds_the_own_points_tips_only(desk, noor: Browser) -> None:
    own = desk.tip("lumens-emp", "Van Eindhoven")
    desk.tip("zvh-groningen", "Van Groningen")
    desk.addition(own, "lumens-emp", "Nog iets")
    answer = noor.get("/tips").json()["tips"]
    assert [(tip["id"], tip["status"], tip["answers"], tip["additions"]) for tip in answer] == [(own, "new", 0, 1)]
    head = Head(Kind.TIP, own, ("lumens-emp",), 1, Author.TIPSTER, "nl")
    opened = open_sealed(base64url.decoded(answer[0]["sealed"]), desk.keys["lumens-emp"])
    assert read(opened, head).body["answers"] == {"story": "Van Eindhoven"}


def test_an_answer_is_kept_in_two_files(desk, noor: Browser) -> None:
    tip_id = desk.tip("lumens-emp", "Een verhaal")
    assert noor.post(f"/tips/{tip_id}/answers", sealed_answer(desk, tip_id)).status_code == HTTPStatus.CREATED
    case = noor.get(f"/tips/{tip_id}").json()
    assert [(message["kind"], message["number"]) for message in case["messages"]] == [("answer", 1)]
    assert case["next_answer"] == 2
    derived = desk.receipts[tip_id]
    (file,) = desk.store.tips.messages(tip_id, "tipster")
    head = Head(Kind.ANSWER, tip_id, ("lumens-emp",), 1, Author.COORDINATOR, "nl")
    assert read(open_sealed(file.sealed, derived.identity), head, derived.reply_key).text == "Dank u wel."


@pytest.mark.parametrize("number", [2, 3])
def test_an_answer_out_of_order_is_refused(number: int, desk, noor: Browser) -> None:
    tip_id = desk.tip("lumens-emp", "Een verhaal")
    fields = {**sealed_answer(desk, tip_id), "number": str(number)}
    assert noor.post(f"/tips/{tip_id}/answers", fields).json() == {"error": "number_taken"}
    assert noor.get(f"/tips/{tip_id}").json()["messages"] == []


def test_the_same_answer_twice_is_kept_once(desk, noor: Browser) -> None:
    tip_id = desk.tip("lumens-emp", "Een verhaal")
    fields = sealed_answer(desk, tip_id)
    statuses = [noor.post(f"/tips/{tip_id}/answers", fields).status_code for _ in range(2)]
    assert statuses == [HTTPStatus.CREATED, HTTPStatus.CONFLICT]
    assert len(noor.get(f"/tips/{tip_id}").json()["messages"]) == 1


@pytest.mark.parametrize("field", ["number", "for:tipster", "for:lumens-emp"])
@pytest.mark.parametrize(
    "value", ["", "x", "niet base64 é", base64url.encoded(b"age-encryption.org/v1\n-> x\n")], ids=ascii
)
def test_what_is_not_a_sealed_answer_is_not_kept(field: str, value: str, desk, noor: Browser) -> None:
    tip_id = desk.tip("lumens-emp", "Een verhaal")
    answer = noor.post(f"/tips/{tip_id}/answers", {**sealed_answer(desk, tip_id), field: value})
    assert (answer.status_code, answer.json()) == (HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "not_an_answer"})
    assert noor.get(f"/tips/{tip_id}").json()["messages"] == []


@pytest.mark.parametrize("field", ["for:tipster", "for:lumens-emp"])
def test_an_answer_sealed_to_one_more_reader_is_not_kept(field: str, desk, noor: Browser) -> None:
    tip_id = desk.tip("lumens-emp", "Een verhaal")
    two = seal(b" " * 4096, [desk.receipts[tip_id].identity.recipient, Identity.new().recipient])
    answer = noor.post(f"/tips/{tip_id}/answers", {**sealed_answer(desk, tip_id), field: base64url.encoded(two)})
    assert answer.json() == {"error": "not_an_answer"}


def test_the_longest_answer_fits(desk, noor: Browser) -> None:
    tip_id = desk.tip("lumens-emp", "Een verhaal")
    fields = sealed_answer(desk, tip_id, text="\U0001f642" * 4000)
    assert noor.post(f"/tips/{tip_id}/answers", fields).status_code == HTTPStatus.CREATED


def test_a_status_is_one_of_four(desk, noor: Browser) -> None:
    tip_id = desk.tip("lumens-emp", "Een verhaal")
    for status in ("read", "in_progress", "closed", "new"):
        fields = {"status": status, "reason": "unusable"}
        assert noor.post(f"/tips/{tip_id}/status", fields).status_code == HTTPStatus.OK
        assert desk.store.cases.get(tip_id, "lumens-emp").status == status
    for wrong in ("", "open", "NEW"):
        assert noor.post(f"/tips/{tip_id}/status", {"status": wrong}).status_code == 422


# What another point's coordinator does not get


def test_another_points_coordinator_reads_and_changes_nothing(desk, sam: Browser) -> None:
    tip_id = desk.tip("lumens-emp", "Alleen voor Eindhoven")
    desk.addition(tip_id, "lumens-emp", "Ook alleen voor Eindhoven")
    sealed = base64url.encoded(desk.store.cases.get(tip_id, "lumens-emp").sealed)
    before = rows_of(desk, "lumens-emp")
    extra = {"care_point": "lumens-emp", "tip": tip_id, "coordinator": desk.people["noor"].coordinator.id, "id": tip_id}
    seen = ""
    for row in ROWS:
        path = FILLED.sub(tip_id, row.path)
        if row.right is None or row.right is Right.own_access:
            continue
        if row.method == "GET":
            answer = sam.get(path, Accept="*/*")
        else:
            fields = {**sealed_answer(desk, tip_id), "status": "closed", **extra}
            answer = sam.post(f"{path}?care_point=lumens-emp", fields)
        seen += answer.text
        refusal = HTTPStatus.FORBIDDEN if row.proof is Proof.anew else HTTPStatus.NOT_FOUND  # he proved nothing anew
        assert answer.status_code == refusal or not FILLED.search(row.path), row.path
    assert rows_of(desk, "lumens-emp") == before
    assert sealed not in seen
    assert tip_id not in seen
    assert desk.people["noor"].coordinator.recipient not in seen


def test_an_unknown_tip_and_another_points_look_the_same(desk, sam: Browser) -> None:
    other = sam.get(f"/tips/{desk.tip('lumens-emp', 'Een verhaal')}")
    unknown = sam.get("/tips/11111111-1111-4111-8111-111111111111")
    assert (other.status_code, other.text) == (unknown.status_code, unknown.text)


def test_a_hidden_tip_is_not_at_the_desk_yet(desk, noor: Browser) -> None:
    tip_id = desk.tip("lumens-emp", "Een verhaal")
    path = desk.line.database
    connection = sqlite3.connect(path)
    connection.execute("UPDATE cases SET hidden = 1")
    connection.commit()
    connection.close()
    assert noor.get("/tips").json() == {"tips": [], "next": None, "news": {"cases": 0, "changes": 0}}
    assert noor.get(f"/tips/{tip_id}").status_code == HTTPStatus.NOT_FOUND
    assert noor.post(f"/tips/{tip_id}/status", {"status": "read"}).status_code == HTTPStatus.NOT_FOUND
    assert noor.post(f"/tips/{tip_id}/answers", sealed_answer(desk, tip_id)).status_code == HTTPStatus.NOT_FOUND


def test_a_key_in_the_database_that_is_none_stops_nobody(desk, noor: Browser) -> None:
    with closing(sqlite3.connect(desk.line.database)) as database, database:
        database.execute("UPDATE grants SET proved_on = '2026-11-21'")
        database.execute("UPDATE coordinators SET recipient = 'age1pq1none' WHERE login = 'bilal'")
    holders = noor.get("/keys").json()["holders"]
    assert [holder["name"] for holder in holders if holder["proved_on"]] == ["Noor"]
    assert not desk.line.holders.is_open("lumens-emp")
