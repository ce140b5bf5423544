"""Nothing that points to a tipster stays anywhere: a whole report, a follow-up, refusals and faults against the real
command, and a search through all that it left behind.

The last test plants leaks and sees that the same search finds them."""

import base64
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from leak_search import ADDRESS_HEADERS, KEEPS_ITS_LOG, found_in, left_behind, secrets_of, spellings_of
from sealed_report import SealedReport, posted
from server import FORM, Client, Report, Server, follow_up, planted, running_demo

from tipline.tipster.addresses import address

ADD_SEALED = address("add_sealed", "nl")
TIPSTER_TABLES = ("tips", "messages", "notices", "drafts")

FAULTS = """
import tipline.conversation, tipline.intake
from sqlalchemy.exc import IntegrityError

class Untold(BaseException):
    pass

def breaks(*words):
    text = " ".join(map(str, words))
    cause = KeyError(text)
    cause.add_note(text)
    if "breaks as a group" in text:
        raise ExceptionGroup(text, [cause])
    if "breaks as the database" in text:
        raise IntegrityError(text, {"text": text}, cause)
    if "breaks as the end" in text:
        raise Untold(text) from cause
    if "breaks" in text:
        raise ValueError(text) from cause

receive, add = tipline.intake.Intake.receive, tipline.conversation.Conversations.add

def receive_or_break(self, held, language):
    draft = held.draft
    breaks(held.id, held.box, dict(draft.answers), draft.place.text, draft.home.text, draft.tip)
    receive(self, held, language)

def add_or_break(self, held, tip, derived, text, language):
    breaks(held.id, tip.id, derived.to_bytes().hex(), derived.lookup_id, text)
    add(self, held, tip, derived, text, language)

WAYS = {91: "breaks", 92: "breaks as a group", 93: "breaks as the database", 94: "breaks as the end"}
add_sealed = tipline.conversation.Conversations.add_sealed

def add_sealed_or_break(self, post):
    breaks(post.lookup_id, post.lookup_id.hex(), WAYS.get(post.number, ""))
    add_sealed(self, post)

tipline.conversation.Conversations.add_sealed = add_sealed_or_break
tipline.intake.Intake.receive = receive_or_break
tipline.conversation.Conversations.add = add_or_break
"""

PLANTED = """
import logging, os, tempfile
import tipline.intake
receive = tipline.intake.Intake.receive

def leaky(self, held, language):
    print(held.draft.answers["story"], flush=True)
    with open(os.path.join(tempfile.gettempdir(), "spool"), "wb") as spool:
        spool.write(str(held.draft.answers["others"]).encode("utf-16-le"))
    try:
        raise ValueError(held.draft.home.text)
    except ValueError as error:
        logging.getLogger("signaallijn").error(str(error))
    return receive(self, held, language)

tipline.intake.Intake.receive = leaky
"""


@dataclass
class Canaries:
    """Words that occur nowhere else, by what they stand for."""

    words: dict[str, str] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)

    def new(self, name: str) -> str:
        self.words[name] = f"kwartel{secrets.token_hex(8)}"
        return self.words[name]

    def needles(self) -> Mapping[str, str]:
        spelt = {spelling for code in self.codes for spelling in spellings_of(code)}
        return {**self.words, **{f"code as {spelling}": spelling for spelling in spelt}}


def leaks(server: Server, canaries: Canaries) -> set[str]:
    """Everything of the canaries that is found in data directory, temporary files and output."""
    places = left_behind(server.data, server.temporary, server.output)
    raw = {
        f"{name} of code {number}": value
        for number, code in enumerate(canaries.codes)
        for name, value in secrets_of(code, server.salt).items()
    }
    assert str(server.database) in places
    assert str(server.output) in places
    return found_in(places, canaries.needles(), raw)


def visitor(server: Server, canaries: Canaries) -> Client:
    """Someone whose network and browser say everything about him, with every request."""
    told = {name: canaries.new(f"header {name}") for name in ADDRESS_HEADERS}
    told["Accept-Language"] = f"nl-{told['Accept-Language']}, en;q=0.5"
    return Client(server.port, "localhost", told)


def every_field(canaries: Canaries) -> dict[str, str | list[str]]:
    """A field for each question and for columns and forms of ours that this form does not have."""
    texts = {name: canaries.new(f"field {name}") for name in ("others", "unknown", "care_point", "tip", "place", "id")}
    choices = {name: canaries.new(f"choice {name}") for name in ("danger", "age", "still_going_on")}
    many = {name: ["seen", canaries.new(f"choice {name}")] for name in ("source", "done")}
    return {**texts, **choices, **many, canaries.new("field name"): "x"}


def whole_report(client: Client, canaries: Canaries) -> Report:
    """Place, refusals, story, check, code, acknowledged; and a canary in every field and address on the way."""
    query = "?q=" + canaries.new("query")
    client.get("/nl/melden" + query)
    client.post("/nl/regio/", {"place": canaries.new("place in the finder")})
    whole_check(client, canaries)
    brought = {name: canaries.new(f"brought as {name}") for name in ("proof", "ticket", "typed", "website")}
    client.get("/nl/melden/wachten/" + canaries.new("nothing that waits"))
    client.post("/nl/melden/toets", {"h-captcha-response": canaries.new("puzzle")})
    report = Report(client).begins(
        canaries.new("unknown place"), lives_elsewhere=canaries.new("lives elsewhere, first"), **brought
    )
    canaries.words["draft"] = report.draft
    client.post(report.path(1) + query, {"place": "5611 " + canaries.new("place"), "where": canaries.new("where")})
    client.post(report.path(1), {"place": "Eindhoven", "lives_elsewhere": canaries.new("lives elsewhere")})
    assert "Lumens" in client.get(report.path(1) + query).text
    receivers = address("tip_receivers", "nl", report.draft)
    for choice in ("not_to", "after_all"):
        client.post(receivers + query, {choice: canaries.new(choice), "seen_at": canaries.new(f"seen at {choice}")})
        client.post(receivers, {choice: "lumens-emp"})
    client.post(report.path(2), {"story": "", "others": canaries.new("refused others")})
    client.post(report.path(2), {"story": canaries.new("story too long") * 2000})
    report.tells(canaries.new("story") + ' één "regel"\r\n<b>&', **every_field(canaries))
    assert report.sends().location == report.path(4)
    canaries.codes.append(report.code())
    report.acknowledges()
    return report


def whole_check(client: Client, canaries: Canaries) -> None:
    """The signal check, what it advises, and what it takes along into a draft that is then left behind."""
    noticed = {"setting": "school", "step": "answer", "noticed": ["tired", canaries.new("noticed")]}
    more = {"danger": canaries.new("danger"), canaries.new("field of the check"): "x"}
    told = client.post("/nl/signalen/check?q=" + canaries.new("query of the check"), {**noticed, **more})
    canaries.words["token of the check"] = told.location.rpartition("/")[2]
    assert "112" in client.get(told.location).main
    client.post("/nl/signalen/check", {"setting": canaries.new("setting")})
    client.post("/nl/signalen/check", {**noticed, "noticed": canaries.new("noticed by script")}, {"HX-Request": "true"})
    client.get("/nl/signalen/check/" + canaries.new("no token"))
    story = {"story": "Dit valt mij op:\n- " + canaries.new("carried"), "others": canaries.new("carried too")}
    carried = client.post("/nl/melden/meenemen", story)
    canaries.words["draft of the check"] = carried.location.split("/")[3]
    assert 'id="carried"' in client.get(carried.location).text


def whole_follow_up(client: Client, canaries: Canaries) -> None:
    code = canaries.codes[-1]
    visit = follow_up(client, " ".join(code[start : start + 5] for start in range(0, 25, 5)))
    canaries.words["visit"] = visit.split("/")[-1]
    client.get(visit + "?q=" + canaries.new("query of a visit"))
    client.post(visit, {"addition": canaries.new("addition too long") * 2000})
    assert client.post(visit, {"addition": canaries.new("addition")}).status == 303
    assert 'id="said"' in client.get(visit).text
    client.post(visit + "/wis", {"answer": canaries.new("answer to delete")})
    client.post(visit + "/klaar")
    client.post("/nl/melden/vervolg", {"receipt": canaries.new("no code")})
    client.post("/nl/melden/vervolg", {"receipt": "11111 22222 33333 44444 55555"})


def follow_up_in_the_browser(server: Server, client: Client, canaries: Canaries) -> None:
    """Bytes instead of a code, and canaries behind and in the place of them."""
    lookup_id = secrets_of(canaries.codes[-1], server.salt)["lookup id"]
    for name in ("open_sealed", "see_sealed", "delete_sealed", "add_sealed"):
        for body in (lookup_id, lookup_id + canaries.new(name).encode() * 3, canaries.new(f"{name} alone").encode()):
            path = address(name, "nl") + "?q=" + canaries.new(f"query of {name}")
            answer = client.send("POST", path, body, {"Content-Type": "application/octet-stream"})
            assert answer.status in (200, 400)
            assert found_in({"answer": answer.body}, canaries.needles(), {}) == set()


def sealed_report(server: Server, client: Client, canaries: Canaries) -> SealedReport:
    """What a browser with script asks and sends: its steps, a tip and an addition that are sealed; and canaries behind,
    inside and in the place of them."""
    begun = Report(client).begins("Eindhoven", lives_elsewhere=canaries.new("lives elsewhere, sealed"))
    sealed = SealedReport(client, begun.draft, server.salt)
    canaries.words["draft, sealed"] = begun.draft
    canaries.codes.append(sealed.receipt.digits)
    assert client.get(sealed.path + "?q=" + canaries.new("query of the steps")).is_shown
    client.get(address("tip_sealed", "nl", canaries.new("steps of no draft")))
    client.post(address("tip_brought", "nl", begun.draft), {"proof": canaries.new("proof for a sealed tip")})
    post = sealed.tip(canaries.new("story, sealed"), others=canaries.new("others, sealed"))
    for wrong in mangled(post, canaries):
        assert sealed.sends(wrong) == "malformed"
    client.post(sealed.path, {"story": canaries.new("a form for sealed bytes")})
    assert [sealed.sends(each) for each in (post, post, sealed.tip("Iets anders."))] == ["sent", "sent", "other"]
    posted(client, address("tip_sealed", "nl", canaries.new("a post for no draft")), post)
    client.post(begun.path(2), {"story": canaries.new("story after it was sealed")})
    assert not begun.code()
    addition = sealed.addition(canaries.new("addition, sealed"))
    for wrong in mangled(addition, canaries):
        assert b'"malformed"' in posted(client, ADD_SEALED, wrong).body
    assert b'"added"' in posted(client, ADD_SEALED + "?q=" + canaries.new("query of an addition"), addition).body
    for name in ("see_sealed", "delete_sealed"):
        posted(client, address(name, "nl"), sealed.derived.lookup_id + canaries.new(f"{name}, sealed").encode())
    return sealed


def mangled(post: bytes, canaries: Canaries) -> Iterator[bytes]:
    """Bytes that are not taken, with a canary at the end, in the file, in the place of one, and alone."""
    word = canaries.new("in bytes that were sealed").encode()
    start = post.index(b"age-encryption.org")
    yield post + word
    yield post[:-200] + word.ljust(200)[:199]
    yield post[:start] + word + post[start + len(word) :]
    yield post[:40] + word
    yield word


def abandoned_report(client: Client, canaries: Canaries) -> Report:
    report = Report(client, "en").begins("9711", lives_elsewhere=canaries.new("lives elsewhere, abandoned"))
    return report.tells(canaries.new("story abandoned"), others=canaries.new("others abandoned"))


def refused_posts(client: Client, canaries: Canaries) -> None:
    def post(name: str, kind: str, before: str = "story=", after: str = "", **headers: str) -> None:
        body = (before + canaries.new(name) + after).encode("latin-1")
        client.send("POST", "/nl/melden", body, {"Content-Type": kind, **headers})

    post(
        "file",
        "multipart/form-data; boundary=b",
        '--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n',
    )
    post("json", "application/json", '{"story": "', '"}')
    post("charset", FORM + "; charset=utf-16")
    post("many fields", FORM, "a=1&" * 50)
    post("not utf-8", FORM, "story=%ff")
    post("latin-1", FORM, "story=\xe9\xff")
    post("too much", FORM, "story=" + "a" * 200_000)
    post("foreign", FORM, Origin="https://" + canaries.new("origin"))
    for path in ("/nl/melden/{}/verhaal", "/nl/{}", "/weg/{}", "/static/{}", "/nl/regio/keuze/{}", "/{}%00%0d%0a"):
        client.get(path.format(canaries.new(f"address {path}")))
    client.send(canaries.new("method").upper(), "/nl/melden")
    client.send("GET", "/nl/melden", None, {"Host": canaries.new("host")})
    client.raw(f"GET /{canaries.new('request line')} HTTP\r\n\r\n".encode())
    client.raw(
        f"POST /nl/melden HTTP/1.1\r\nHost: localhost\r\nContent-Length: {canaries.new('length')}\r\n\r\n".encode()
    )
    client.raw(
        f"POST /nl/melden HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\nContent-Length: 900\r\n\r\n"
        f"story={canaries.new('broken off')}".encode(),
        hangs_up=True,
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Canaries]]:
    """A server that was told everything once."""
    folder, canaries = tmp_path_factory.mktemp("leaks"), Canaries()
    with running_demo(folder / "data", **planted(folder / "planted", KEEPS_ITS_LOG)) as server:
        client = visitor(server, canaries)
        whole_report(client, canaries)
        whole_follow_up(client, canaries)
        follow_up_in_the_browser(server, client, canaries)
        sealed_report(server, client, canaries)
        abandoned_report(client, canaries)
        refused_posts(client, canaries)
        yield server, canaries


def test_a_report_and_a_follow_up_leave_nothing_to_read(told: tuple[Server, Canaries]) -> None:
    server, canaries = told
    assert len(canaries.words) > 50
    assert server.database.with_name(server.database.name + "-wal").stat().st_size > 0
    assert leaks(server, canaries) == set()


def test_no_file_was_spooled(told: tuple[Server, Canaries]) -> None:
    server, _ = told
    assert left_behind(server.temporary) == {}


def test_what_was_kept_is_there(told: tuple[Server, Canaries]) -> None:
    server, _ = told
    with sqlite3.connect(server.database) as database:
        assert database.execute("SELECT care_point, status FROM cases").fetchall() == [("lumens-emp", "new")] * 2
        assert database.execute("SELECT kind, reader FROM messages").fetchall() == [("addition", "lumens-emp")] * 2
    database.close()


def test_no_time_of_a_tip_is_finer_than_a_date(told: tuple[Server, Canaries]) -> None:
    server, _ = told
    database = sqlite3.connect(server.database)
    columns = {table: database.execute(f"PRAGMA table_info({table})").fetchall() for table in TIPSTER_TABLES}
    kinds = {(table, row[1]): row[2] for table, rows in columns.items() for row in rows}
    assert not [name for name, kind in kinds.items() if "TIME" in kind]
    numbers = {name for name, kind in kinds.items() if kind in {"INTEGER", "BIGINT", "FLOAT", "NUMERIC"}}
    assert numbers == {
        ("messages", "number"),
        ("messages", "answers_to"),
        ("notices", "attempts"),
        ("drafts", "expires"),
    }
    days = database.execute("SELECT received_on FROM tips UNION SELECT written_on FROM messages").fetchall()
    assert all(date.fromisoformat(day).isoformat() == day for (day,) in days)
    ends = database.execute("SELECT expires FROM drafts").fetchall()
    assert ends
    assert all(end % 300 == 0 for (end,) in ends)
    database.close()


def test_real_faults_leave_nothing_to_read(tmp_path: Path) -> None:
    """The key file spoilt, the content gone, the database refusing, lacking tables and cut off."""
    canaries = Canaries()
    with running_demo(tmp_path / "data") as server:
        client = visitor(server, canaries)
        whole_report(client, canaries)
        address = follow_up(client, canaries.codes[-1])
        report = abandoned_report(client, canaries)
        for spoil in (spoil_keys, remove_content, refuse_rows, rename_tables, cut_database):
            spoil(server)
            report.sends()
            client.post(report.path(2), {"story": canaries.new(f"story, {spoil.__name__}")})
            client.post(address, {"addition": canaries.new(f"addition, {spoil.__name__}")})
            statuses = {client.get(report.path(3)).status, client.get(address).status, report.sends().status}
            statuses.add(client.post("/nl/melden", {"place": canaries.new(f"place, {spoil.__name__}")}).status)
            assert statuses <= {200, 203, 303, 404, 503}, spoil.__name__
        assert "sqlalchemy.exc" in server.said()
        server.kill()
        assert leaks(server, canaries) == set()


def spoil_keys(server: Server) -> None:
    (server.data / "content" / "tipline" / "keys" / "zvh-groningen.toml").write_bytes(b"\x00garbage = \xff")


def remove_content(server: Server) -> None:
    for name in ("keys/lumens-emp.toml", "care_points.toml", "tip_form.toml", "places.csv"):
        (server.data / "content" / "tipline" / name).unlink()


def refuse_rows(server: Server) -> None:
    refuse = "CREATE TRIGGER {0}_{1} BEFORE {1} ON {0} BEGIN SELECT RAISE(ABORT, 'refused'); END"
    change_database(
        server, *(refuse.format(table, deed) for table in TIPSTER_TABLES for deed in ("INSERT", "UPDATE", "DELETE"))
    )


def rename_tables(server: Server) -> None:
    change_database(server, *(f"ALTER TABLE {table} RENAME TO gone_{table}" for table in TIPSTER_TABLES))


def cut_database(server: Server) -> None:
    with server.database.open("r+b") as file:
        file.truncate(3000)
    with server.database.with_name(server.database.name + "-wal").open("r+b") as file:
        file.truncate(0)


def change_database(server: Server, *statements: str) -> None:
    database = sqlite3.connect(server.database)
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


def test_errors_inside_intake_and_conversation_leave_nothing_to_read(tmp_path: Path) -> None:
    canaries = Canaries()
    with running_demo(tmp_path / "data", **planted(tmp_path / "planted", FAULTS)) as server:
        client = visitor(server, canaries)
        whole_report(client, canaries)
        for way in ("breaks", "breaks as a group", "breaks as the database", "breaks as the end"):
            report = Report(client).begins("5611", lives_elsewhere=canaries.new(f"lives elsewhere, {way}"))
            report.tells(f"{canaries.new(f'story, {way}')} {way}", others=canaries.new(f"others, {way}"))
            canaries.words[f"draft, {way}"] = report.draft
            assert report.sends().status in {303, 500, 503}
            address = follow_up(client, canaries.codes[-1])
            assert client.post(address, {"addition": f"{canaries.new(f'addition, {way}')} {way}"}).status in {303, 500}
        sealed = sealed_report(server, client, canaries)
        for number in (91, 92, 93, 94):
            broken = posted(client, ADD_SEALED, sealed.addition(canaries.new(f"addition {number}"), number))
            assert broken.status in {500, 503}
            assert sealed.derived.lookup_id.hex() not in broken.text
        assert server.is_well()
        assert "ERROR signaallijn: builtins.ValueError in tipline.tipster.pages, line" in server.said()
        server.stop()
        assert leaks(server, canaries) == set()


def test_planted_leaks_are_found(tmp_path: Path) -> None:
    canaries = Canaries()
    with running_demo(tmp_path / "data", **planted(tmp_path / "planted", PLANTED)) as server:
        report = Report(visitor(server, canaries)).begins("5611", lives_elsewhere=canaries.new("logged"))
        report.tells(canaries.new("printed"), others=canaries.new("spooled"))
        report.sends()
        (server.data / "note").write_text("-".join([report.code()[:5], report.code()[5:10]]), "ascii")
        canaries.codes.append(report.code())
        server.stop()
        found = leaks(server, canaries)
    output, spool, note = server.output, server.temporary / "spool", server.data / "note"
    assert {f"printed in {output}", f"logged in {output}", f"spooled in {spool}"} <= found
    assert any(name.startswith("code as") and name.endswith(str(note)) for name in found)


STORY = 'kwartel é "x" met <nog> meer woorden'
WRITTEN = {
    "plain": STORY.encode(),
    "capitals": b'KWARTEL \xc3\xa9 "X" MET <NOG> MEER WOORDEN',
    "utf-16": STORY.encode("utf-16"),
    "utf-16, big end first": STORY.encode("utf-16-be"),
    "latin-1": STORY.encode("latin-1"),
    "hexadecimal": STORY.encode().hex().upper().encode(),
    "base64": base64.b64encode(STORY.encode()),
    "base64, one on": base64.b64encode(b"1" + STORY.encode() + b"1"),
    "base64, two on": base64.b64encode(b"12" + STORY.encode() + b"12"),
    "base64 in an address": base64.urlsafe_b64encode(b"12" + STORY.encode()),
    "an address": b"kwartel%20%c3%a9%20%22x%22%20met%20%3cnog%3e%20meer%20woorden",
    "a form": b"kwartel+%C3%A9+%22x%22+met+%3Cnog%3E+meer+woorden",
    "JSON": b'kwartel \\u00e9 \\"x\\" met <nog> meer woorden',
    "HTML": "kwartel é &#34;x&#34; met &lt;nog&gt; meer woorden".replace("&#34;", "&quot;").encode(),
    "Python": repr(STORY.encode()).encode(),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_the_search_knows_every_form(form: str) -> None:
    assert found_in({"file": b"\x00before" + WRITTEN[form] + b"after\xff"}, {"story": STORY}) == {"story in file"}
    assert found_in({"file": b"something else"}, {"story": STORY}) == set()
