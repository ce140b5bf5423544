"""No care point reaches another: every address of the desk, driven as a coordinator of Eindhoven in every wrong way,
leaves the rows of Groningen byte for byte as they were and answers nothing of them.

The list of addresses is the desk's own: one without its form here fails."""

import base64
import re
import sqlite3
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path

import base64url
import pytest
from desk_world import TODAY, DeskWorld, make_desk_world
from sqlalchemy import Date, DateTime, Integer, LargeBinary, Table
from starlette.testclient import TestClient
from test_desk import FORM, SAME_SITE, Browser
from test_handover import answer_for, note_for

from tipline.desk.routes import ROWS, Row
from tipline.heads import Author, Head, Kind, write
from tipline.sealing import Identity, seal
from tipline.storage.tables import metadata

OWN, OTHER = "lumens-emp", "zvh-groningen"
UNKNOWN = "11111111-1111-4111-8111-111111111111"

FORMS: Mapping[str, Sequence[str]] = {
    "GET /": (),
    "GET /login": (),
    "POST /login": ("login", "half", "code"),
    "GET /login/challenge": (),
    "POST /login/passkey": ("credential",),
    "POST /logout": (),
    "GET /invite": (),
    "POST /invite": (
        *("token", "login", "name", "language", "recipient", "half", "totp_secret", "code", "wrapped:passphrase"),
        *("credential", "passkey_name", "wrapped:passkey"),
    ),
    "POST /invite/look": ("token",),
    "POST /invite/login": ("token", "login"),
    "GET /account": (),
    "POST /account/language": ("language",),
    "GET /account/passkeys/new": (),
    "POST /account/passkeys": ("name", "credential", "wrapped"),
    "POST /account/passkeys/{passkey}/name": ("name",),
    "POST /account/passkeys/{passkey}/remove": ("half", "code"),
    "POST /account/second-way": ("totp_secret", "half", "wrapped", "code"),
    "POST /account/sessions/{session}/end": (),
    "GET /people": (),
    "POST /people/invitations": ("email", "role"),
    "POST /people/invitations/{invitation}/withdraw": (),
    "GET /session": (),
    "GET /step-up": (),
    "POST /step-up": ("half", "code"),
    "POST /account/mail": ("wanted",),
    "GET /mail": (),
    "POST /mail/{coordinator}/again": (),
    "GET /keys": (),
    "POST /keys/opened": ("number",),
    "GET /keys/point": (),
    "POST /keys/proposal": ("number", "recipient", "sheet_recipient", "mac", "grant", "sheet"),
    "POST /keys/grants": ("number", "coordinator", "sealed"),
    "POST /keys/practised": ("number",),
    "GET /keys/files": ("after",),
    "POST /keys/files/{tip}": ("message", "sealed", "seen"),
    "POST /keys/finished": ("number",),
    "POST /keys/revoked": ("coordinator",),
    "GET /tips": ("after", "status", "tip", "latest", "brief"),
    "GET /tips/news": (),
    "GET /tips/due": (),
    "GET /trail": ("before",),
    "GET /points": (),
    "GET /tips/{tip}": (),
    "POST /tips/{tip}/answers": ("number", "additions", "for:tipster", f"for:{OWN}"),
    "POST /tips/{tip}/notes": ("number", f"for:{OWN}"),
    "POST /tips/{tip}/status": ("status", "reason", "seen"),
    "POST /tips/{tip}/labels": ("label", "seen"),
    "POST /tips/{tip}/assigned": ("to", "seen"),
    "GET /colleagues": (),
    "POST /tips/{tip}/export": (),
    "POST /tips/{tip}/printed": (),
    "GET /tips/{tip}/handover": (),
    "POST /tips/{tip}/handover/files": ("to", "key", "first", "file:answer:1"),
    "POST /tips/{tip}/handover/offer": ("to", "key", "shared", "tip", "note", "left_out"),
    "POST /tips/{tip}/handover/withdraw": ("to",),
    "POST /tips/{tip}/handover/take": (),
    "POST /tips/{tip}/handover/refuse": ("number", "note"),
}
"""Every address with the fields that it reads: of its form, or of its query."""

UNOWNED = {"admissions", "challenges", "chores", "drafts", "notices", "spent_proofs"}
"""Tables whose rows name nobody, or in which a row of another point's is made by a tip of one's own."""
REACHES_OUT = {"POST /tips/{tip}/handover/files", "POST /tips/{tip}/handover/offer"}
"""These bring a case of one's own to another point. What it has already stays as it is."""


OWNED = [table for table in metadata.sorted_tables if table.name not in UNOWNED]
SHORTEST_SECRET = 32
"""Ids, digests and files are longer; care points' ids, fixed words and dates are shorter."""


def name_of(row: Row) -> str:
    return f"{row.method} {row.path}"


@dataclass
class Attack:
    """A coordinator of Eindhoven, who has proved himself anew, at a desk where both points have everything."""

    world: DeskWorld
    tip: str
    others_tip: str
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.browser = Browser(self.world)
        self.comes_in()

    def comes_in(self) -> None:
        """Signs in, and counts as proved anew; does nothing while the session lasts."""
        if self.world.rows("SELECT 1 FROM desk_sessions WHERE coordinator = ? AND stepped_up IS NOT NULL", self.me):
            return
        self.world.clock.forward(seconds=90)
        assert self.browser.signs_in("noor").status_code == HTTPStatus.OK
        with closing(sqlite3.connect(self.world.line.database)) as database, database:
            database.execute("UPDATE desk_sessions SET stepped_up = last_used WHERE coordinator = ?", (self.me,))

    @property
    def me(self) -> str:
        return self.world.people["noor"].coordinator.id

    @property
    def others(self) -> Mapping[str, str]:
        """Ids of Groningen, of every kind."""
        return {
            "care point": OTHER,
            "coordinator": self.world.people["sam"].coordinator.id,
            "login": "kwartel-sam",
            "tip": self.others_tip,
            **{
                table.name: _address(_rows(self.world, table, columns=_key(table))[0][0])
                for table in metadata.sorted_tables
                if table.name not in {*UNOWNED, "trail"}
            },
        }

    def own_form(self, row: Row) -> dict[str, str]:
        """A form as this desk's own script would send it, or near enough."""
        sealed = note_for(self.world, OWN, self.tip, 2, "Van Noor")
        answer = answer_for(self.world, self.tip, (OWN,), 2, "Van Noor")
        values = {
            **answer,
            "key": "1",
            "first": "yes",
            "shared": "",
            "additions": "1",
            "status": "closed",
            "reason": "advised",
            "label": "school",
            "seen": "",
            "to": self.me if "assigned" in row.path else OTHER,
            "coordinator": self.world.people["bilal"].coordinator.id,
            "recipient": Identity.new().recipient,
            "mac": base64url.encoded(bytes(32)),
            "file:answer:1": note_for(self.world, OTHER, self.tip, 1, "x"),
            "message": self.world.rows("SELECT id FROM messages WHERE reader = ?", OWN)[0][0],
            "login": "noor",
            "language": "nl",
            "name": "Mijn telefoon",
            "email": "nieuw@example.nl",
            "role": "coordinator",
            "credential": "{}",
            "token": "x",
            "totp_secret": "JBSWY3DPEHPK3PXP",
            "number": "2",
            "code": "000000",
            "half": self.world.half("noor"),
        }
        return {name: str(values.get(name, sealed if row.method == "POST" else "")) for name in FORMS[name_of(row)]}

    def asks(self, row: Row, path: str, fields: Mapping[str, str], client: TestClient | None = None) -> tuple[int, str]:
        """Status and text. Without another client it is a coordinator who is signed in."""
        if client is None:
            self.comes_in()
        client = client or self.browser.client
        if row.method == "GET":
            answer = client.get(path, params=dict(fields))
        else:
            answer = client.post(path, data=dict(fields), headers={"Content-Type": FORM, **SAME_SITE})
        self.said.append(answer.text)
        return answer.status_code, answer.text


def _rows(world: DeskWorld, table: Table, *, of_other: bool = True, columns: str = "*") -> list[tuple[object, ...]]:
    """The rows of this table that are Groningen's, or all others."""
    query = f"SELECT {columns} FROM {table.name} WHERE {'' if of_other else 'NOT '}{_owner(table)}"  # noqa: S608  # names of our tables
    return world.rows(query)


def _key(table: Table) -> str:
    return next(iter(table.primary_key)).name


def _owner(table: Table) -> str:
    """The condition by which a row of this table is Groningen's."""
    columns = set(table.columns.keys())
    people = f"(SELECT id FROM coordinators WHERE care_point = '{OTHER}')"  # noqa: S608  # names of our tables
    tips = f"(SELECT tip FROM cases WHERE care_point = '{OTHER}' AND named = '{OTHER}')"  # noqa: S608
    if "care_point" in columns:
        return f"care_point = '{OTHER}'"
    if "coordinator" in columns:
        return f"coordinator IN {people}"
    return f"{'id' if table.name == 'tips' else 'tip'} IN {tips}"


def rows_of_other(world: DeskWorld) -> set[tuple[object, ...]]:
    """Every row of Groningen in every table, byte for byte. Notices have no other owner than whom they wake."""
    return {(table.name, *row) for table in OWNED for row in _rows(world, table)}


def secrets_of_other(world: DeskWorld) -> set[str]:
    """Whatever stands in a row of Groningen and in none of another's, as an answer would spell it."""
    own, others = (
        {
            spelt
            for table in OWNED
            for row in _rows(world, table, of_other=of_other)
            for value in row
            for spelt in (_text(value), _address(value))
        }
        for of_other in (False, True)
    )
    published = {key.recipient for key in world.world.care_points().keys.values()}
    return {secret for secret in others - own - published if len(secret) >= SHORTEST_SECRET}


def _text(value: object) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode() if isinstance(value, bytes) else str(value)


def _address(value: object) -> str:
    """An id as it stands in an address; digests in hexadecimal."""
    return value.hex() if isinstance(value, bytes) else str(value)


def fill(world: DeskWorld, table: Table, tip: str) -> None:
    """A row of Groningen in a table that has none, made up by the kinds of its columns."""
    if table.name in UNOWNED or _rows(world, table):
        return
    known = {"care_point": OTHER, "coordinator": world.people["sam"].coordinator.id, "tip": tip}
    known["made_by"] = known["coordinator"]
    values = [known.get(column.name, _made_up(column.type)) for column in table.columns]
    places = ", ".join("?" * len(values))
    with closing(sqlite3.connect(world.line.database)) as database, database:
        database.execute(f"INSERT INTO {table.name} VALUES ({places})", values)  # noqa: S608  # names of our tables


def _made_up(kind: object) -> object:
    match kind:
        case LargeBinary():
            return uuid.uuid4().bytes * 2
        case DateTime():
            return datetime(2030, 1, 1).isoformat(" ")  # noqa: DTZ001  # as SQLite keeps it
        case Date():
            return date(2026, 11, 20).isoformat()
        case Integer():
            return 1
    return f"kwartel-{uuid.uuid4()}"


def a_world(folder: Path) -> tuple[DeskWorld, str, str]:
    """Both points with a tip, a conversation, notes and a row in every table that has owners."""
    world = make_desk_world(folder)
    for person in world.people.values():
        assert world.store.coordinators.prove(person.coordinator.id, person.coordinator.care_point, 1, TODAY)
    tips = {}
    for point, login in ((OWN, "noor"), (OTHER, "sam")):
        tips[point] = world.tip(point, f"Een verhaal van {point}")
        world.addition(tips[point], point, "Nog iets")
        world.note(tips[point], point, base64url.decoded(note_for(world, point, tips[point], 1, "Notitie")))
        browser = Browser(world)
        assert browser.signs_in(login).status_code == HTTPStatus.OK
        answer = browser.post(f"/tips/{tips[point]}/answers", answer_for(world, tips[point], (point,), 1, "Antwoord"))
        assert answer.status_code == HTTPStatus.CREATED
    with closing(sqlite3.connect(world.line.database)) as database, database:
        # Names that stand nowhere else.
        database.execute(
            "UPDATE coordinators SET name = 'Kwartelmans van de Groninger buitendijkse ' || login, "
            "email = 'kwartel-' || login || '@groninger-buitendijks.example', login = 'kwartel-' || login "
            "WHERE care_point = ?",
            (OTHER,),
        )
        database.execute("UPDATE coordinators SET role = 'lead' WHERE login = 'noor'")
    for table in metadata.sorted_tables:
        fill(world, table, tips[OTHER])
    return world, tips[OWN], tips[OTHER]


@pytest.fixture
def attack(tmp_path: Path) -> Iterator[Attack]:
    world, own, other = a_world(tmp_path)
    yield Attack(world, own, other)
    world.store.close()


def paths(row: Row, *ids: str) -> Iterator[str]:
    """The address with each of these ids in each of its places."""
    if "{" not in row.path:
        yield row.path
        return
    for each in ids:
        yield re.sub(r"\{\w+\}", each, row.path)


@contextmanager
def nothing_of_the_other(attack: Attack, allowed: Collection[str] = ()) -> Iterator[list[Row]]:
    """Gives every address, those that reach out last; what is done with each changes no row of Groningen, and no answer
    holds anything of it but what is `allowed`."""
    before, secrets = rows_of_other(attack.world), secrets_of_other(attack.world) - set(allowed)
    yield sorted(ROWS, key=lambda row: name_of(row) in REACHES_OUT)
    after = rows_of_other(attack.world)
    assert before <= after
    assert {each for each in after - before if attack.tip not in each} == set()
    assert {each[0] for each in after - before} <= {"cases", "messages", "trail"}
    told = "\n".join(attack.said)
    assert {secret for secret in secrets if secret in told} == set()
    assert "groninger-buitendijks" not in told


def test_every_address_has_its_form_here() -> None:
    assert {name_of(row) for row in ROWS} == set(FORMS)


def test_every_table_has_a_row_of_the_other_point_or_is_known_to_have_no_owner(attack: Attack) -> None:
    with_rows = {str(row[0]) for row in rows_of_other(attack.world)}
    assert {table.name for table in metadata.sorted_tables} == with_rows | UNOWNED


def test_ids_of_the_other_point_in_every_place_of_every_address_do_nothing(attack: Attack) -> None:
    with nothing_of_the_other(attack) as rows:
        others = attack.others
        for row in rows:
            own = attack.own_form(row)
            for path in paths(row, *others.values()):
                attack.asks(row, path, own)
            for path in paths(row, attack.tip):
                for name in own:
                    for value in others.values():
                        attack.asks(row, path, {**own, name: value})


def test_an_id_of_the_other_point_is_answered_like_one_that_does_not_exist(attack: Attack) -> None:
    for row in ROWS:
        own = attack.own_form(row)
        for path in paths(row, *attack.others.values()):
            if path != row.path:
                there, unknown = attack.asks(row, path, own), attack.asks(row, next(paths(row, UNKNOWN)), own)
                assert there == unknown, path
                assert there[0] == HTTPStatus.NOT_FOUND, path


def test_every_column_of_every_table_as_an_extra_field_changes_nothing_of_the_other_point(attack: Attack) -> None:
    with nothing_of_the_other(attack) as rows:
        coordinator = attack.others["coordinator"]
        columns = sorted({column.name for table in metadata.sorted_tables for column in table.columns})
        values = {"care_point": OTHER, "reader": OTHER, "named": OTHER, "offered_by": OTHER, "tip": attack.others_tip}
        for row in rows:
            own = attack.own_form(row)
            for start in range(0, len(columns), 30):  # a form has at most 40 fields
                extra = {name: values.get(name, coordinator) for name in columns[start : start + 30] if name not in own}
                for path in paths(row, attack.tip, attack.others_tip):
                    attack.asks(row, f"{path}?care_point={OTHER}&coordinator={coordinator}", {**own, **extra})


def test_signed_out_or_with_a_forged_session_no_address_does_anything(attack: Attack) -> None:
    stranger, deeds = Browser(attack.world).client, attack.world.rows("SELECT count(*) FROM trail")
    own, theirs = attack.browser.client.cookies["__Host-desk"], attack.others["desk_sessions"]
    with nothing_of_the_other(attack) as rows:
        for row in rows:
            form = attack.own_form(row)
            for cookie in ("", f"{own[:-4]}xxxx", theirs, f"{theirs}.x", f"{theirs}.{own.rpartition('.')[2]}"):
                stranger.cookies.clear()
                stranger.cookies.set("__Host-desk", cookie, domain="desk.localhost")
                for path in paths(row, attack.tip, attack.others_tip):
                    status, _ = attack.asks(row, path, form, client=stranger)
                    assert row.right is None or status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.SEE_OTHER}, path
    assert attack.world.rows("SELECT count(*) FROM trail") == deeds


def test_by_another_method_no_address_does_anything(attack: Attack) -> None:
    deeds = attack.world.rows("SELECT count(*) FROM trail")
    with nothing_of_the_other(attack) as rows:
        for row in rows:
            form = attack.own_form(row)
            for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - {
                each.method for each in ROWS if each.path == row.path
            }:
                for path in paths(row, attack.tip, attack.others_tip):
                    headers = {"Content-Type": FORM, **SAME_SITE}
                    answer = attack.browser.client.request(method, path, data=form, headers=headers)
                    attack.said.append(answer.text)
                    # An address with a place for an id may be another's, without one.
                    assert answer.status_code in {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_FOUND}, (
                        f"{method} {path}"
                    )
    assert attack.world.rows("SELECT count(*) FROM trail") == deeds


def test_a_post_that_another_site_made_does_nothing(attack: Attack) -> None:
    deeds = attack.world.rows("SELECT count(*) FROM trail")
    with nothing_of_the_other(attack) as rows:
        for row in rows:
            form = attack.own_form(row)
            if row.method != "POST":
                continue
            for headers in (
                {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "same-site"},
                {"Origin": "https://elders.example"},
                {"Origin": "null"},
                {},
            ):
                for path in paths(row, attack.tip, attack.others_tip):
                    answer = attack.browser.client.post(path, data=form, headers={"Content-Type": FORM, **headers})
                    assert answer.status_code == HTTPStatus.BAD_REQUEST, path
    assert attack.world.rows("SELECT count(*) FROM trail") == deeds


def test_what_the_other_point_sent_is_of_no_use_to_who_sends_it_again(attack: Attack) -> None:
    """A form of Groningen's own, byte for byte: its ids, its sealed files, its numbers."""
    world, tip = attack.world, attack.others_tip
    sealed = note_for(world, OTHER, tip, 2, "Van Sam")
    theirs = {**answer_for(world, tip, (OTHER,), 2, "Van Sam"), "key": "1", "status": "closed", "reason": "advised"}
    with nothing_of_the_other(attack) as rows:
        for row in rows:
            form = {name: theirs.get(name, sealed) for name in FORMS[name_of(row)]}
            if any(name.startswith("for:") for name in form):
                form[f"for:{OTHER}"] = sealed
            for path in paths(row, tip, attack.tip):
                for _ in range(2):
                    attack.asks(row, path, form)


def test_the_other_points_key_opens_no_address(attack: Attack) -> None:
    """Somebody gave this coordinator the secret key of Groningen: his session still answers Eindhoven's only."""
    world = attack.world
    head = Head(Kind.GRANT, None, (OTHER,), 1, Author.COORDINATOR, "nl")
    body = {"care_point": OTHER, "secret": world.keys[OTHER].secret}
    sealed = seal(write(head, body), [world.people["noor"].coordinator.recipient])
    grant = (str(uuid.uuid4()), attack.me, OTHER, 1, sealed, TODAY.isoformat())
    with closing(sqlite3.connect(world.line.database)) as database, database:
        places = "(id, coordinator, care_point, number, sealed, proved_on) VALUES (?, ?, ?, ?, ?, ?)"
        database.execute(f"INSERT INTO grants {places}", grant)  # names of this test
    with nothing_of_the_other(attack, allowed={_text(sealed), attack.me, grant[0]}) as rows:
        for row in rows:
            own = attack.own_form(row)
            for path in paths(row, attack.others_tip, attack.tip):
                for form in (own, {**own, "care_point": OTHER, "number": "1"}):
                    attack.asks(row, path, form)


def test_by_an_unknown_host_no_session_counts(attack: Attack) -> None:
    """In front of the desk stands the server's own door, which knows two hosts: see tests/test_hostile_bodies.py."""
    client = TestClient(attack.world.app(), base_url="https://elders.example", follow_redirects=False)
    client.cookies.set("__Host-desk", attack.browser.client.cookies["__Host-desk"], domain="desk.localhost")
    answer = client.get("/tips", headers={"Accept": "application/json"})
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
