"""Bodies, methods and addresses that no form of ours sends, against the real server.

Each is answered with the right status and a page in the language of its path that repeats nothing; no file is written;
`/healthz` answers throughout."""

import gzip
import json
import socket
import sqlite3
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from urllib.parse import quote, urlencode

import pytest
from leak_search import left_behind
from server import FORM, Answer, Client, Report, Server, follow_up, planted, running_demo

from tipline.incoming import MAX_BODY, MAX_FIELDS, MAX_SECONDS

WATCHES_FILES = """
import os, sys

LIST = os.open(os.environ["OPENED_FILES"], os.O_WRONLY | os.O_APPEND)

def watch(event, arguments):
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        os.write(LIST, (str(arguments[0]) + "\\n").encode())

sys.addaudithook(watch)
"""
"""Writes down every file that Python code opens for writing, however short it lives."""

CANARY = "kwartelhaan"
"""Stands in every body; no answer and no output may repeat it."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that lists every file that its Python code opens for writing."""
    folder = tmp_path_factory.mktemp("hostile")
    opened = folder / "opened"
    opened.touch()
    environment = {
        **planted(folder / "planted", WATCHES_FILES),
        "OPENED_FILES": str(opened),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with running_demo(folder / "data", **environment) as running:
        assert "signaallijn.sqlite3" in opened.read_text("utf-8"), "the watch sees nothing"
        opened.write_text("", "utf-8")
        yield running


@pytest.fixture(autouse=True)
def stays_well_and_clean(server: Server) -> Iterator[None]:
    """After each test: the server is well, wrote no file, kept nothing but drafts, and repeated nothing."""
    files, kept = set(left_behind(server.data)), rows_kept(server)
    yield
    assert server.is_well()
    lock = server.database.with_name(f"{server.database.name}-outbox")
    # The postman takes his turn by this file every few seconds. It never holds a byte.
    assert set((server.data.parent / "opened").read_text("utf-8").splitlines()) <= {str(lock)}
    assert not lock.exists() or lock.stat().st_size == 0
    assert left_behind(server.temporary) == {}
    assert set(left_behind(server.data)) - {str(lock)} == files - {str(lock)}
    assert rows_kept(server) == kept
    assert CANARY not in server.said()
    assert "ERROR" not in server.said()


@pytest.fixture(scope="module")
def draft(server: Server) -> Report:
    """A report that has its place and its story."""
    return Report(server.public).begins("5611").tells("Een verhaal.")


@pytest.fixture(scope="module")
def visit(server: Server) -> str:
    """The address of a follow-up visit."""
    report = Report(server.public).begins("5611").tells("Een verhaal.")
    report.sends()
    return follow_up(server.public, report.code())


def rows_kept(server: Server) -> tuple[int, int]:
    database = sqlite3.connect(server.database)
    tips, messages = database.execute("SELECT (SELECT count(*) FROM tips), (SELECT count(*) FROM messages)").fetchone()
    database.close()
    return tips, messages


def posted(server: Server, body: bytes, kind: str | None = FORM, path: str = "/nl/melden", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.public.send("POST", path, body, {**({"Content-Type": kind} if kind else {}), **named})


def assert_refused(answer: Answer, status: int, language: str = "nl") -> None:
    assert answer.status == status
    assert f'<html lang="{language}">' in answer.text
    assert "<h1>" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert CANARY not in answer.text
    assert CANARY not in str(answer.headers)


BOUNDARY = "multipart/form-data; boundary=grens"
MULTIPART = (
    b'--grens\r\nContent-Disposition: form-data; name="story"; filename="foto.jpg"\r\n'
    b"Content-Type: image/jpeg; charset=utf-7\r\n\r\n" + CANARY.encode() + b"\r\n--grens--\r\n"
)
OTHER_KINDS: Mapping[str, tuple[bytes, str | None]] = {
    "multipart": (MULTIPART, BOUNDARY),
    "multipart in utf-7": (MULTIPART, BOUNDARY + "; charset=utf-7"),
    "multipart without boundary": (MULTIPART, "multipart/form-data"),
    "multipart that never ends": (MULTIPART[:-8] * 500, BOUNDARY),
    "JSON": (json.dumps({"story": CANARY}).encode(), "application/json"),
    "text": (CANARY.encode(), "text/plain"),
    "XML": (b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>", "application/xml"),
    "no type": (CANARY.encode(), None),
    "an empty type": (CANARY.encode(), ""),
    "a strange type": (CANARY.encode(), ";;;=,"),
    "a form in latin-1": (b"story=\xe9", FORM + "; charset=iso-8859-1"),
    "a form in utf-7": (b"story=+AOk-", FORM + "; charset=utf-7"),
    "a form in idna": (CANARY.encode(), FORM + "; charset=idna"),
    "a form in unicode_escape": (CANARY.encode(), FORM + "; charset=unicode_escape"),
    "a form in two charsets": (CANARY.encode(), FORM + "; charset=utf-8; charset=utf-16"),
    "sealed bytes with a charset": (CANARY.encode(), "application/octet-stream; charset=utf-8"),
}


@pytest.mark.parametrize("kind", OTHER_KINDS)
@pytest.mark.parametrize(("path", "language"), [("/nl/melden", "nl"), ("/en/report/follow-up", "en")])
def test_only_forms_are_taken(server: Server, kind: str, path: str, language: str) -> None:
    body, content_type = OTHER_KINDS[kind]
    assert_refused(posted(server, body, content_type, path), 415, language)


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity", "zstd, gzip", ""])
def test_a_compressed_body_is_refused(server: Server, coding: str) -> None:
    bomb = gzip.compress(b"story=" + b"a" * 10_000_000)
    assert_refused(posted(server, bomb, Content_Encoding=coding), 415)


def test_sealed_bytes_where_a_form_belongs_are_an_empty_form(server: Server) -> None:
    assert posted(server, CANARY.encode() * 100, "application/octet-stream").status == 303


def fields(number: int) -> bytes:
    return b"&".join(f"f{each}={CANARY}".encode() for each in range(number))


def test_forty_fields_are_taken_and_no_more(server: Server) -> None:
    assert posted(server, fields(MAX_FIELDS)).status == 303
    for number in (MAX_FIELDS + 1, 1000, 5000):
        assert_refused(posted(server, fields(number)), 400)
    assert_refused(posted(server, b"&" * 1000), 400)


def test_a_body_up_to_the_bound_is_taken_and_no_more(server: Server) -> None:
    assert posted(server, b"f=" + b"a" * (MAX_BODY - 2)).status == 303
    assert_refused(posted(server, b"f=" + b"a" * (MAX_BODY - 1)), 413)


def test_an_unannounced_body_is_counted_while_it_arrives(server: Server) -> None:
    assert chunked(server, [b"place=5611"]).status == 303
    assert_refused(chunked(server, [CANARY.encode() * 1000] * 13), 413)
    assert_refused(chunked(server, [b"place=" + b"a" * MAX_BODY]), 413)


def chunked(server: Server, pieces: list[bytes]) -> Answer:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    headers = {"Host": "localhost", "Content-Type": FORM, "Transfer-Encoding": "chunked"}
    connection.request("POST", "/nl/melden", iter(pieces), headers, encode_chunked=True)
    response = connection.getresponse()
    answer = Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    connection.close()
    return answer


def test_an_announced_giant_is_refused_before_it_comes(server: Server) -> None:
    for length, status in (("131073", b"413"), ("99999999", b"413"), ("9" * 20, b"400")):
        head = (
            f"POST /nl/melden HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\nContent-Length: {length}\r\n\r\n"
        )
        assert server.public.raw(head.encode()).split()[1] == status


@pytest.mark.parametrize("length", ["-1", "+10", "1e3", "0x10", "ten", "1, 2", "", "١٠"])
def test_a_garbled_length_is_refused(server: Server, length: str) -> None:
    head = f"POST /nl/melden HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\nContent-Length: {length}\r\n\r\na=1"
    assert b" 400 " in server.public.raw(head.encode())[:20]


def test_two_lengths_or_a_length_and_chunks_are_no_way_in(server: Server) -> None:
    head = f"POST /nl/melden HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\nConnection: close\r\n"
    assert b" 400 " in server.public.raw(f"{head}Content-Length: 3\r\nContent-Length: 4\r\n\r\na=12".encode())[:20]
    both = f"{head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode()
    assert server.public.raw(both).count(b"HTTP/1.1") == 1
    assert b" 400 " in server.public.raw(f"{head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n".encode())[:20]


def test_a_body_that_ends_early_is_no_form(server: Server) -> None:
    head = f"POST /nl/melden HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\nContent-Length: 100\r\n\r\nplace=56"
    server.public.raw(head.encode(), hangs_up=True)
    assert server.is_well()


def test_what_drips_is_cut_off_while_all_others_are_served(server: Server) -> None:
    """Ten seconds: the one test that takes them."""
    head = "POST /en/report HTTP/1.1\r\nHost: localhost\r\n"
    body = f"{head}Content-Type: {FORM}\r\nContent-Length: 9999\r\n\r\n"
    with ThreadPoolExecutor(12) as threads:
        began = time.monotonic()
        drips = [threads.submit(drip, server.port, body) for _ in range(8)]
        heads = [threads.submit(drip, server.port, f"{head}X-Slow: ") for _ in range(4)]
        slowest = 0.0
        while not all(each.done() for each in [*drips, *heads]):
            asked = time.monotonic()
            assert server.is_well()
            assert server.public.get("/nl/melden").is_shown
            slowest = max(slowest, time.monotonic() - asked)
        assert slowest < MAX_SECONDS / 2
        assert {each.result()[:20].split()[1] for each in drips} == {b"400"}
        assert {each.result() for each in heads} == {b""}
        assert MAX_SECONDS - 1 < time.monotonic() - began < 2 * MAX_SECONDS


def drip(port: int, beginning: str) -> bytes:
    """Goes on a byte at a time until the server has had enough."""
    with socket.create_connection(("127.0.0.1", port), 1) as connection:
        connection.sendall(beginning.encode())
        while True:
            try:
                connection.settimeout(0.2)
                return connection.recv(65536)
            except TimeoutError:
                connection.sendall(b"a")
            except ConnectionResetError:
                return b""


WRONG_TEXTS = {
    "percent of nothing": b"place=%",
    "percent of letters": b"place=%zz%u1234",
    "no equals sign": b"place",
    "only equals signs": b"=====",
    "NUL": b"place=%00" + CANARY.encode() + b"%00",
    "raw NUL": b"place=\x00\x01\x02\x7f",
    "control characters": b"place=%01%1b%7f%c2%80",
    "line ends": b"place=5611%0d%0aSet-Cookie:%20a=b",
    "noncharacters": "place=\ufffe\uffff\U0010ffff".encode(),
    "directions": "place=\u202e\u2066\u200f".encode(),
    "astral": "place=\U0001f9ff".encode() * 10,
    "a very long name": b"a" * 5000 + b"=1",
    "brackets": b"place[]=1&place[x]=2",
    "a template": b"place={{7*7}}{%25 raw %25}",
    "markup": b"place=%3Cscript%3Ealert(1)%3C/script%3E",
}


@pytest.mark.parametrize("text", WRONG_TEXTS)
@pytest.mark.parametrize("path", ["/nl/melden", "/nl/melden/vervolg", "/nl/regio/"])
def test_strange_texts_are_texts(server: Server, text: str, path: str) -> None:
    body = WRONG_TEXTS[text].replace(b"place", b"receipt") if path.endswith("vervolg") else WRONG_TEXTS[text]
    answer = posted(server, body, path=path)
    assert answer.status == 303
    shown = server.public.get(answer.location)
    assert shown.is_shown
    assert "<script>alert" not in shown.text
    assert "\x00" not in shown.text


@pytest.mark.parametrize(
    "body", [b"a=%ff", b"a=\xff", b"a=%ed%a0%80", b"a=\xed\xa0\x80", b"a=%c0%80", b"a=%f5%80%80%80"]
)
def test_what_is_not_utf_8_is_refused(server: Server, body: bytes) -> None:
    assert_refused(posted(server, body + CANARY.encode()), 400)


@pytest.mark.parametrize(
    "marks", ["\u0301\u0327", "\u0f73", "\u0f71\u0f72", "\uff9e\u0301", "\U000e0100", "\u0301\x01"]
)
def test_piled_marks_hold_nobody_up(server: Server, marks: str) -> None:
    """Python puts long rows of combining marks in order in quadratic time: 64,000 of them take seconds."""
    body = ("place=" + CANARY + marks * 100_000).encode()[: MAX_BODY - 4]
    assert_refused(posted(server, body.decode("utf-8", "ignore").encode()), 400)
    assert posted(server, ("place=e" + marks * 10).encode()).status == 303


FIELDS = {
    "place": ("place", "where", "lives_elsewhere"),
    "story": ("story", "still_going_on", "danger", "age", "source", "others", "done"),
    "visit": ("addition", "answer"),
    "code": ("receipt",),
}
VALUES: Mapping[str, tuple[str, ...]] = {
    "dropped": (),
    "empty": ("",),
    "doubled": ("yes", "no"),
    "forty times": ("yes",) * 40,
    "a number": ("-1e309",),
    "a list": ("[]", '{"a": 1}'),
    "null": ("null", "None", "\x00"),
    "spaces": (" \t\r\n\u00a0 ",),
    "at the bound": ("a" * 4000,),
    "over the bound": ("a" * 4001,),
    "far over": ("a" * 120_000,),
    "far over, in four bytes": ("\U0001f9ff" * 10_000,),
}


def filled(name: str, values: tuple[str, ...]) -> bytes:
    rest = {"story": "Een verhaal.", "place": "5611", "addition": "Nog iets."}
    pairs = [(field, value) for field, value in rest.items() if field != name]
    # The names of our columns come along too.
    pairs += [("care_point", "zvh-groningen"), ("status", "closed"), ("hidden", "1")][: 40 - len(values) - len(pairs)]
    return urlencode(([*pairs, *((name, value) for value in values)])[-40:]).encode()[:MAX_BODY]


@pytest.mark.parametrize("case", VALUES)
@pytest.mark.parametrize("name", FIELDS["place"] + FIELDS["story"])
def test_each_field_of_the_form_may_come_in_any_shape(server: Server, draft: Report, name: str, case: str) -> None:
    step = 1 if name in FIELDS["place"] else 2
    answer = posted(server, filled(name, VALUES[case]), path=draft.path(step))
    assert answer.status == 303
    assert answer.location.startswith("/nl/melden/" + draft.draft)
    for shown in (1, 2, 3):
        assert server.public.get(draft.path(shown)).status in {200, 203, 303}
    if step == 1:
        first = posted(server, filled(name, VALUES[case]))
        assert (first.status, server.public.get(first.location).is_shown) == (303, True)


@pytest.mark.parametrize("case", VALUES)
def test_a_code_may_come_in_any_shape(server: Server, case: str) -> None:
    answer = posted(server, filled("receipt", VALUES[case]), path="/en/report/follow-up")
    assert answer.status == 303
    assert server.public.get(answer.location).is_shown


@pytest.mark.parametrize(
    "case", ["dropped", "empty", "spaces", "over the bound", "far over", "far over, in four bytes"]
)
def test_an_addition_that_is_none_is_refused_on_its_page(server: Server, visit: str, case: str) -> None:
    answer = posted(server, filled("addition", VALUES[case]), path=visit)
    assert (answer.status, answer.location) == (303, visit)
    assert 'id="errors"' in server.public.get(visit).text


@pytest.mark.parametrize("case", VALUES)
def test_an_answer_that_is_none_is_not_deleted(server: Server, visit: str, case: str) -> None:
    answer = posted(server, filled("answer", VALUES[case]), path=visit + "/wis")
    assert (answer.status, answer.location) == (303, visit)
    assert server.public.get(visit).is_shown


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "KWARTEL"])
@pytest.mark.parametrize("path", ["/nl/melden", "/nl/melden/vervolg", "/weg"])
def test_other_methods_are_not_allowed(server: Server, method: str, path: str) -> None:
    for body, kind in ((None, {}), (CANARY.encode(), {"Content-Type": "application/json"})):
        answer = server.public.send(method, path, body, kind)
        assert_refused(answer, 405)
        assert "GET" in answer.headers["allow"]


def test_head_is_get_without_the_body(server: Server) -> None:
    for path in ("/nl/", "/nl/melden", "/nl/melden/vervolg"):
        answer = server.public.send("HEAD", path)
        assert (answer.is_shown, answer.body) == (True, b"")


def test_a_page_for_get_takes_no_post(server: Server) -> None:
    for path in ("/nl/", "/nl/hulp", "/weg", "/healthz"):
        assert posted(server, b"a=1", path=path).status in {404, 405}


def test_a_step_for_post_has_no_get(server: Server, visit: str) -> None:
    for path in (visit + "/wis", visit + "/klaar"):
        assert_refused(server.public.get(path), 405)
    assert server.public.get(visit).is_shown


ODD_PATHS = (
    "/nl/melden/%00/plaats",
    "/nl/melden/" + "%00" * 22 + "/plaats",
    "/nl/melden/%0d%0aSet-Cookie:a=b/plaats",
    "/nl/melden/../../../etc/passwd",
    "/nl/melden/%2e%2e%2f%2e%2e%2fetc%2fpasswd/plaats",
    "/nl/melden/..%5c..%5c/verhaal",
    "/static/../../pyproject.toml",
    "/static/%2e%2e/%2e%2e/pyproject.toml",
    "/static/css/%00",
    "/nl/melden/%ff%fe/plaats",
    "/nl/melden/" + "é" * 22 + "/plaats",
    "/nl/melden/" + "A" * 22 + "/plaats",
    "/nl/melden/" + "A" * 5000 + "/code",
    "/nl//melden",
    "//evil.example/nl/melden",
    "/nl/melden/",
    "/NL/MELDEN",
    "/nl/melden;x=1",
    "/%",
    "/%zz",
    "/nl/{{7*7}}",
)


@pytest.mark.parametrize("path", ODD_PATHS)
def test_odd_addresses_are_not_found(server: Server, path: str) -> None:
    path = quote(path, safe="/%;{}*.=:")
    assert_refused(server.public.get(path), 404)
    answer = posted(server, b"story=" + CANARY.encode(), path=path)
    assert answer.status in {303, 404}
    if answer.status == 303:  # "I have the code" of a draft that never was
        assert_refused(server.public.get(answer.location), 404)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("target", ["/" + "a" * 20_000, "/\xff\xfe", "nl/melden", "*"])
def test_a_target_that_is_none_is_refused(server: Server, target: str) -> None:
    head = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode("latin-1")
    assert server.public.raw(head).split()[1] in {b"400", b"404", b"414", b"431"}


def test_a_request_without_end_is_cut_off(server: Server) -> None:
    endless = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-Long: " + CANARY.encode() * 3000
    assert server.public.raw(endless).split()[1] == b"431"


def test_a_header_with_control_characters_is_refused(server: Server) -> None:
    head = f"POST /nl/melden HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\x01\r\nContent-Length: 3\r\n\r\na=1"
    assert b" 400 " in server.public.raw(head.encode())[:20]


def test_no_answer_names_the_server_program(server: Server) -> None:
    for path in ("/nl/", "/nl/melden", "/nl/none", "/healthz"):
        assert not server.public.get(path).headers.get("server")
    for request in (b"GET / HTTP\r\n\r\n", b"GET /nl/ HTTP/1.0\r\n\r\n", b"GET / HTTP/1.0\r\nX: " + b"a" * 20_000):
        answer = server.public.raw(request).lower()
        assert answer.startswith(b"http/1.")
        assert b"granian" not in answer
        assert b"hyper" not in answer


def test_idle_connections_keep_nobody_out(server: Server) -> None:
    with ExitStack() as idle:
        for _ in range(300):
            idle.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        assert server.is_well()


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", "desk.localhost.", "[::1]", "lokaal\xe9"]
)
def test_another_host_is_misdirected(server: Server, host: str) -> None:
    head = f"GET /nl/melden HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("latin-1")
    assert server.public.raw(head).split()[1] in {b"421", b"400"}
    assert Client(server.port, "evil.example").get("/nl/melden").status == 421
    assert Client(server.port, "evil.example").post("/nl/melden", {"place": CANARY}).status == 421


def test_each_host_serves_nothing_of_the_other(server: Server) -> None:
    assert server.desk.get("/nl/melden").status == 404
    assert server.public.get("/login").status == 404
    assert server.desk.post("/nl/melden", {"place": "5611"}, {"Sec-Fetch-Site": "same-origin"}).status in {404, 405}


def test_a_post_from_another_site_is_refused(server: Server) -> None:
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": server.public_url},
    ):
        assert_refused(server.public.post("/nl/melden", {"place": CANARY}, headers), 400)
    for headers in ({}, {"Origin": server.public_url}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}):
        assert server.public.post("/nl/melden", {"place": "5611"}, headers).status == 303


def test_an_upgrade_is_not_made(server: Server) -> None:
    head = (
        b"GET /nl/melden HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    assert b" 101 " not in server.public.raw(head)[:20]
