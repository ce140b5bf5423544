"""hCaptcha, where an operator switched it on: a real server that speaks its protocol, well, badly or not at all. Only a
plain yes counts, and nothing that goes wrong there refuses anybody."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import anyio
import pytest
from brought import fields_of
from clock import Clock
from own_loop import run_apart
from server import free_port
from starlette.testclient import TestClient
from tip_world import a_demo, copied_settings

from campaign_site import settings as site_settings
from campaign_site import tipline_settings
from campaign_site.app import Signaallijn, create_app
from campaign_site.environment import SettingsFaultError
from campaign_site.headers import CONTENT_SECURITY_POLICY
from tipline.settings import Abuse, AbuseMode
from tipline.tipster.addresses import address
from tipline.tipster.hcaptcha_puzzle import AT_ONCE, LONGEST, HCaptcha

SECRET, SITEKEY = "0x" + "5" * 40, "10000000-ffff-ffff-ffff-000000000001"
YES = b'{"success": true, "hostname": "example.nl"}'


@dataclass
class Verifier:
    """Somebody else's server; what it says next, and what it was asked."""

    url: str = ""
    status: int = 200
    body: bytes = YES
    kind: str = "application/json"
    answers: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[Mapping[str, str], Mapping[str, list[str]]]] = field(default_factory=list)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        verifier = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                verifier.asked.append((dict(self.headers.items()), parse_qs(body)))
                verifier.answers.wait(20)
                self.send_response(verifier.status)
                self.send_header("Content-Type", verifier.kind)
                self.end_headers()
                self.wfile.write(verifier.body)

            def log_message(self, *_: object) -> None: ...

        return Handler


@pytest.fixture
def verifier() -> Iterator[Verifier]:
    made = Verifier()
    made.answers.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), made.handler())
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}/siteverify"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.answers.set()
    server.shutdown()
    server.server_close()
    thread.join()


def asks(url: str, solved: str = "solved", seconds: float = 5.0) -> bool:
    abuse = Abuse(AbuseMode.HCAPTCHA, SITEKEY, SECRET, url)
    return run_apart(HCaptcha(abuse, seconds).is_passed(solved))


def test_a_plain_yes_counts_and_nothing_about_the_visitor_is_sent(verifier: Verifier) -> None:
    assert asks(verifier.url)
    [(headers, fields)] = verifier.asked
    assert fields == {"secret": [SECRET], "response": ["solved"]}
    told = {name.lower() for name in headers}
    assert told == {"host", "accept", "accept-encoding", "user-agent", "content-length", "content-type"}
    assert "aiohttp" in headers["User-Agent"]


@pytest.mark.parametrize(
    "told",
    [
        {"success": False},
        {"success": "true"},
        {"success": 1},
        {"success": [True]},
        {"success": None},
        {},
        {"success": True, "error-codes": ["invalid-input-response"]},
        {"success": True, "error-codes": None},
        {"success": True, "error-codes": 7},
        [],
        [{"success": True}],
        "true",
        True,
        None,
    ],
)
def test_anything_but_a_plain_yes_does_not_count(verifier: Verifier, told: object) -> None:
    verifier.body = json.dumps(told).encode()
    assert not asks(verifier.url)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"<html>true</html>", b'{"success": tru'])
def test_a_malformed_answer_does_not_count(verifier: Verifier, body: bytes) -> None:
    verifier.body = body
    assert not asks(verifier.url)


def test_another_kind_of_answer_does_not_count(verifier: Verifier) -> None:
    verifier.kind = "text/html"
    assert not asks(verifier.url)


def test_a_fault_there_does_not_count(verifier: Verifier) -> None:
    verifier.status, verifier.body = 500, b"oops"
    assert not asks(verifier.url)


def test_nobody_waits_for_a_server_that_stalls(verifier: Verifier) -> None:
    verifier.answers.clear()
    assert not asks(verifier.url, seconds=0.2)
    assert len(verifier.asked) == 1


def test_a_server_that_is_not_there_does_not_count() -> None:
    assert not asks(f"http://127.0.0.1:{free_port()}/siteverify")


@pytest.mark.parametrize("solved", ["", "x" * (LONGEST + 1)])
def test_what_can_be_no_answer_is_asked_of_nobody(verifier: Verifier, solved: str) -> None:
    assert not asks(verifier.url, solved)
    assert verifier.asked == []


def test_a_flood_of_answers_asks_only_so_many_at_a_time(verifier: Verifier) -> None:
    verifier.answers.clear()
    puzzle = HCaptcha(Abuse(AbuseMode.HCAPTCHA, SITEKEY, SECRET, verifier.url), 0.5)

    async def flood() -> None:
        async with anyio.create_task_group() as tasks:
            for number in range(AT_ONCE * 5):
                tasks.start_soon(puzzle.is_passed, str(number))

    run_apart(flood())
    assert len(verifier.asked) <= AT_ONCE


def test_an_outage_is_told_once_and_by_its_kind(verifier: Verifier, caplog: pytest.LogCaptureFixture) -> None:
    puzzle = HCaptcha(Abuse(AbuseMode.HCAPTCHA, SITEKEY, SECRET, verifier.url))

    async def three_times() -> None:
        for body in (b"<kwartel>", b"<kwartel>", YES, b"<kwartel>"):
            verifier.body = body
            await puzzle.is_passed("solved")

    run_apart(three_times())
    said = [record.getMessage() for record in caplog.records if record.name == "signaallijn"]
    assert len(said) == 2
    assert all("kwartel" not in line and SECRET not in line and verifier.url not in line for line in said)


@pytest.fixture
def whole(tmp_path: Path, verifier: Verifier) -> Iterator[Signaallijn]:
    settings = copied_settings(tmp_path)
    abuse = Abuse(AbuseMode.HCAPTCHA, SITEKEY, SECRET, verifier.url)
    settings = replace(settings, has_puzzle=True, tipline=replace(settings.tipline, abuse=abuse))
    made = create_app(settings, Clock(), None, a_demo().people)
    yield made
    made.store.close()


@pytest.fixture
def client(whole: Signaallijn) -> Iterator[TestClient]:
    with TestClient(whole.app, base_url="http://localhost:8000", follow_redirects=False) as client:
        yield client


def go_on(client: TestClient, language: str = "nl", **fields: str) -> str:
    answer = client.post(address("tip_puzzle", language), data=fields or {"nothing": ""})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def pool_of(whole: Signaallijn, client: TestClient, place_page: str) -> str:
    """Sends the report that begins on this page; the pool that its tip counts in."""
    draft = place_page.split("/")[3]
    client.post(place_page, data={"place": "5611"})
    client.get(place_page)
    client.post(address("tip_story", "nl", draft), data={"story": "Elke dinsdag."})
    client.get(address("tip_check", "nl", draft))
    sent = client.post(address("tip_check", "nl", draft), data={"nothing": ""})
    assert sent.headers["location"] == address("tip_code", "nl", draft)
    [case] = whole.store.cases.page("lumens-emp", ["new"], 9)
    return case.pool


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_puzzle_stands_on_a_page_of_its_own_before_anything_is_typed(client: TestClient, language: str) -> None:
    first = client.get(address("tip_start", language))
    assert f'href="{address("tip_puzzle", language)}"' in first.text
    assert 'name="place"' not in first.text
    page = client.get(address("tip_puzzle", language))
    assert f'data-sitekey="{SITEKEY}"' in page.text
    assert 'type="text"' not in page.text.replace('<input type="text" id="website"', "")
    place = client.get(go_on(client, language, **{"h-captcha-response": "solved"}))
    assert 'name="place"' in place.text
    assert "hcaptcha" not in place.text


def test_only_that_page_may_load_anything_of_somebody_else(client: TestClient) -> None:
    page = client.get(address("tip_puzzle", "nl"))
    policy = page.headers["content-security-policy"]
    theirs = "https://hcaptcha.com https://*.hcaptcha.com"
    assert policy.count(theirs) == 4
    ours = policy.replace(f" {theirs}", "").replace(f"frame-src {theirs}; ", "").replace("frame-src; ", "")
    assert ours == CONTENT_SECURITY_POLICY
    place = go_on(client, **{"h-captcha-response": "solved"})
    for path in (address("tip_start", "nl"), place, "/nl/", "/nl/privacy", "/nl/melden/vervolg"):
        answer = client.get(path)
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert "js.hcaptcha.com" not in answer.text


def test_who_passes_counts_as_one_who_brings_proof(whole: Signaallijn, client: TestClient) -> None:
    assert pool_of(whole, client, go_on(client, **{"h-captcha-response": "solved"})) == "proof"


def test_a_passed_puzzle_begins_one_draft(client: TestClient) -> None:
    assert len({go_on(client, **{"h-captcha-response": "solved"}) for _ in range(3)}) == 1


def test_who_goes_on_without_asks_nobody(whole: Signaallijn, client: TestClient, verifier: Verifier) -> None:
    fields = fields_of(client.get(address("tip_puzzle", "nl")).text)
    place = go_on(client, without="1", **{"h-captcha-response": "solved", **fields})
    assert verifier.asked == []
    assert pool_of(whole, client, place) == "neither"


def test_an_outage_refuses_nobody(whole: Signaallijn, client: TestClient, verifier: Verifier) -> None:
    verifier.status, verifier.body = 503, b""
    fields = fields_of(client.get(address("tip_puzzle", "nl")).text)
    clock = whole.tipline.world.clock
    assert isinstance(clock, Clock)
    clock.forward(seconds=60)
    assert pool_of(whole, client, go_on(client, **{"h-captcha-response": "solved", **fields})) == "ticket"


def test_the_privacy_page_says_so(client: TestClient) -> None:
    assert 'id="puzzle"' in client.get("/nl/privacy").text
    assert "hCaptcha" in client.get("/en/privacy").text


def test_where_it_is_not_switched_on_there_is_no_such_page_and_no_word_of_it(tmp_path: Path) -> None:
    made = create_app(copied_settings(tmp_path), Clock(), None, a_demo().people)
    with TestClient(made.app, base_url="http://localhost:8000", follow_redirects=False) as client:
        assert client.get(address("tip_puzzle", "nl")).status_code == 404
        assert client.post(address("tip_puzzle", "nl"), data={"without": "1"}).status_code == 404
        for path in ("/nl/privacy", address("tip_start", "nl")):
            assert "hcaptcha" not in client.get(path).text.lower()
    made.store.close()


def test_the_package_is_loaded_only_where_it_is_switched_on() -> None:
    program = "import campaign_site.app, sys; print({'hcaptcha', 'aiohttp'} & sys.modules.keys())"
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert ran.stdout == "set()\n"


def test_a_missing_package_is_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site_settings.make_data_directory(tmp_path / "data")
    monkeypatch.setattr(tipline_settings, "find_spec", lambda _: None)
    environment = {
        "SIGNAALLIJN_DATA": str(tmp_path / "data"),
        "SIGNAALLIJN_ABUSE": "hcaptcha",
        "SIGNAALLIJN_HCAPTCHA_SITEKEY": SITEKEY,
        "SIGNAALLIJN_HCAPTCHA_SECRET": SECRET,
    }
    with pytest.raises(SettingsFaultError, match="whose package is missing; run `make install`") as fault:
        site_settings.read_settings(environment)
    assert len(fault.value.sentences) == 1
