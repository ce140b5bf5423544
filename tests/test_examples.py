"""The examples of the operators' guide work, and the proxy writes nothing down: a real nginx with the example's very
lines in front of a real server, a whole report through it, faults on the way, and a search through all that nginx
wrote."""

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

import pytest
from leak_search import found_in, left_behind
from real_content import ROOT
from server import FORM, PATIENCE_SECONDS, Answer, Client, Report, Server, follow_up, free_port, running_demo
from test_leaks import Canaries, visitor, whole_report

from campaign_site.settings import NAMES, PREFIX

EXAMPLES = ROOT / "docs" / "examples"
UNITS = sorted(EXAMPLES.glob("*.service")) + sorted(EXAMPLES.glob("*.timer"))
FROM = "127.0.0.77"
"""Where the visitor comes from: an address that nothing else here has."""


def program(name: str, package: str) -> str:
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if not found:
        pytest.fail(f"no {name} here; run: sudo apt-get install {package}", pytrace=False)
    return found


@dataclass(frozen=True)
class Proxied(Client):
    """Speaks to nginx, from an address of its own, with TLS unless it is the onion's listener."""

    has_tls: bool = True

    def connection(self) -> HTTPConnection:
        here = (FROM, 0)
        if not self.has_tls:
            return HTTPConnection("127.0.0.1", self.port, timeout=self.seconds, source_address=here)
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        # The name in the handshake decides which server of the configuration answers.
        connection = HTTPSConnection(self.host, self.port, timeout=self.seconds, context=trusting)
        connection._create_connection = lambda *_: socket.create_connection(  # type: ignore[attr-defined]
            ("127.0.0.1", self.port), self.seconds, here
        )
        return connection

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = self.connection()
        try:
            connection.request(method, path, body, {"Host": self.host, **self.headers, **(headers or {})})
            response = connection.getresponse()
            told = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, told, response.read())
        finally:
            connection.close()


@dataclass
class Nginx:
    """nginx with the example's lines; only names, ports and paths are others."""

    folder: Path
    port: int
    onion_port: int

    def client(self, host: str = "localhost", **headers: str) -> Proxied:
        return Proxied(self.port, host, headers)

    def onion(self) -> Proxied:
        return Proxied(self.onion_port, "abcdefghij.onion", has_tls=False)

    def wrote(self) -> dict[str, bytes]:
        return left_behind(self.folder)


def example(upstream: int, folder: Path, port: int, onion_port: int, plain_port: int) -> str:
    text = (EXAMPLES / "nginx.conf").read_text("utf-8")
    for pattern, other in (
        (r"user www-data;", ""),
        (r"worker_processes auto;", "worker_processes 1; daemon off; master_process off;"),
        (r"/run/nginx", f"{folder}/nginx"),
        (r"listen \[::\][^;]+;", ""),
        (r"listen 443 ", f"listen 127.0.0.1:{port} "),
        (r"listen 80 ", f"listen 127.0.0.1:{plain_port} "),
        (r"127\.0\.0\.1:8081", f"127.0.0.1:{onion_port}"),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{upstream}"),
        (r"/etc/letsencrypt/live/example\.nl/", f"{folder}/"),
        (r"example\.nl", "localhost"),
    ):
        text, count = re.subn(pattern, other, text)
        assert count, pattern
    return text


def certificate(folder: Path) -> None:
    command = [program("openssl", "openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", "privkey.pem", "-out", "fullchain.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@contextmanager
def running_nginx(upstream: int, folder: Path, extra: str = "") -> Iterator[Nginx]:
    nginx, ports = program("nginx", "nginx-light"), [free_port() for _ in range(3)]
    folder.mkdir()
    certificate(folder)
    configuration = folder / "nginx.conf"
    text = example(upstream, folder, ports[0], ports[1], ports[2])
    configuration.write_text(text.replace("access_log off;", extra or "access_log off;", 1), "utf-8")
    command = [nginx, "-p", str(folder), "-c", str(configuration), "-e", str(folder / "start.log")]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
    try:
        wait_for(ports[0])
        # Whatever nginx now wanted to put into a file would fail, since the folders for it are gone.
        shutil.rmtree(folder / "nginx-body")
        shutil.rmtree(folder / "nginx-proxy")
        yield Nginx(folder, ports[0], ports[1])
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)  # nobody listens yet
        else:
            return
    raise AssertionError("nginx did not start")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_demo(tmp_path_factory.mktemp("server") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def proxy(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with running_nginx(server.port, tmp_path_factory.mktemp("proxy") / "nginx") as running:
        yield running


def through(proxy: Nginx, canaries: Canaries) -> Proxied:
    """A visitor whose network and browser say everything about him."""
    return Proxied(proxy.port, "localhost", visitor_headers(canaries))


def visitor_headers(canaries: Canaries) -> Mapping[str, str]:
    class Nobody:
        port = 0

    told = dict(visitor(Nobody(), canaries).headers)  # type: ignore[arg-type]  # only its port is asked for
    del told["X-Forwarded-Host"]
    return told


def faults(proxy: Nginx, canaries: Canaries) -> None:
    """What makes a web server write to its error log."""
    for request in (
        b"GET /" + canaries.new("bad request").encode() + b" HTTP/9.9\r\n\r\n",
        b"POST /nl/melden/" + canaries.new("long header").encode() + b" HTTP/1.1\r\nHost: localhost\r\nX: "
        b"" + b"x" * 70_000 + b"\r\n\r\n",
        b"POST /nl/melden HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + FORM.encode() + b"\r\n"
        b"Content-Length: 5000\r\n\r\nplace=" + canaries.new("hung up").encode(),
        b"POST /"
        + canaries.new("too large").encode()
        + b" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n",
    ):
        raw = proxy.client().connection()
        raw.connect()
        raw.sock.sendall(request)
        if b"hung" not in request:
            raw.sock.recv(100)
        raw.close()
    with pytest.raises((OSError, HTTPException)):  # a name that is not ours
        Proxied(proxy.port, "other.example").get("/" + canaries.new("unknown host"))


def test_a_report_through_the_example_leaves_nothing_at_the_proxy(server: Server, proxy: Nginx) -> None:
    canaries = Canaries()
    client = through(proxy, canaries)
    whole_report(client, canaries)
    report = Report(client).begins("5611").tells(canaries.new("story"))
    canaries.words["draft"] = report.draft
    faults(proxy, canaries)
    assert server.is_well()
    wrote = proxy.wrote()
    assert str(proxy.folder / "said") in wrote
    assert found_in(wrote, {**canaries.needles(), "address": FROM}) == set()
    assert not any(FROM.encode() in file for file in left_behind(server.data, server.output).values())


def test_a_proxy_that_has_lost_its_server_writes_nothing_either(tmp_path: Path) -> None:
    canaries = Canaries()
    with running_nginx(free_port(), tmp_path / "nginx") as alone:
        answer = alone.client().post("/nl/melden/" + canaries.new("draft"), {"story": canaries.new("story")})
        assert answer.status == 502
        faults(alone, canaries)
    assert found_in(left_behind(tmp_path), {**canaries.needles(), "address": FROM}) == set()


def test_the_search_finds_what_an_ordinary_configuration_writes(server: Server, tmp_path: Path) -> None:
    canaries = Canaries()
    with running_nginx(server.port, tmp_path / "nginx", f"access_log {tmp_path}/nginx/access.log;") as loud:
        loud.client().get("/nl/melden?" + canaries.new("query"))
    found = found_in(left_behind(tmp_path), {**canaries.needles(), "address": FROM})
    assert {name.partition(" in ")[0] for name in found} == {"query", "address"}


def test_bodies_of_every_size_stay_in_memory(proxy: Nginx) -> None:
    """The folders into which nginx would put them are gone: a body that it wanted to spool would fail with 500."""
    client = proxy.client()
    report = Report(client).begins("5611")
    for size in (1_000, 20_000, 60_000, 120_000):
        answer = client.post(report.path(2), {"story": "x" * size})
        assert (answer.status, answer.location) == (303, report.path(2 if size > 4000 else 3)), size
    for size in (140_000, 180_000):  # the application's own bound, with its own page
        answer = client.post(report.path(2), {"story": "x" * size})
        assert (answer.status, "<main" in answer.text) == (413, True), size
    assert client.post(report.path(2), {"story": "x" * 300_000}).status == 413


def test_pages_of_the_form_are_not_compressed_and_public_ones_are(server: Server, proxy: Nginx) -> None:
    wants = {"Accept-Encoding": "gzip, br"}
    form, page = proxy.client().get("/nl/melden", wants), proxy.client().get("/nl/", wants)
    assert form.is_shown
    assert "content-encoding" not in form.headers
    assert page.headers["content-encoding"] == "br"
    assert len(page.body) == int(page.headers["content-length"])
    assert proxy.client("desk.localhost").get("/login", wants).is_shown
    assert server.public.get("/nl/", wants).body == page.body


def test_the_onion_listener_serves_the_public_host_and_takes_a_report(proxy: Nginx) -> None:
    onion = Proxied(proxy.onion_port, "abcdefghij.onion", {"Sec-Fetch-Site": "same-origin"}, has_tls=False)
    report = Report(onion).begins("5611").tells("Over tor.")
    report.sends()
    assert onion.get(follow_up(onion, report.code())).is_shown
    assert onion.get("/login").status == 404  # the desk has no onion


def test_one_address_holds_no_more_connections_than_the_example_says(proxy: Nginx) -> None:
    held = []
    for _ in range(60):
        connection = proxy.client().connection()
        connection.connect()
        connection.sock.sendall(b"POST /nl/melden HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n")
        held.append(connection)
    assert proxy.client().get("/nl/").status == 503
    for connection in held:
        connection.close()


# systemd and the rest


@pytest.mark.parametrize("unit", UNITS, ids=[unit.name for unit in UNITS])
def test_the_units_are_valid(unit: Path, tmp_path: Path) -> None:
    for each in UNITS:
        text = each.read_text("utf-8").replace("/opt/signaallijn/.venv/bin/signaallijn", "/bin/true")
        (tmp_path / each.name).write_text(text.replace("User=signaallijn\nGroup=signaallijn\n", ""), "utf-8")
    command = [program("systemd-analyze", "systemd"), "verify", "--man=no", str(tmp_path / unit.name)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line for line in checked.stderr.splitlines() if unit.name in line] == []


def test_the_service_gives_the_process_no_more_than_it_needs() -> None:
    command = [program("systemd-analyze", "systemd"), "security", "--offline=true", "--threshold=20"]
    checked = subprocess.run(
        [*command, str(EXAMPLES / "signaallijn.service")], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout[-300:]


def test_the_environment_names_only_settings_that_exist() -> None:
    names = re.findall(r"^(\w+)=", (EXAMPLES / "environment").read_text("utf-8"), re.MULTILINE)
    assert {name.removesuffix("_FILE") for name in names} <= NAMES
    assert all(name.startswith(PREFIX) for name in names)


def test_every_example_is_told_of_in_the_guide() -> None:
    guide = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert [file.name for file in EXAMPLES.iterdir() if f"examples/{file.name}" not in guide] == []
