"""The real server for tests: the command itself as a process of its own, spoken to over a socket."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from real_content import little_content
from scratch import scratch

from tipline.tipster.addresses import address

COMMAND = Path(sys.executable).with_name("signaallijn")
SERVE_AGAIN = Path(__file__).with_name("serve_again.py")
FORM = "application/x-www-form-urlencoded"
STEPS = ("tip_start", "tip_place", "tip_story", "tip_check", "tip_code")
"""The steps of the tip form, by the names of their addresses; the first has no draft yet."""
PERSON = re.compile(
    r"^  (?P<login>\w+) +(?P<passphrase>(?:\w{4}-){4}\w{4}) +\d{6} +(?P<organisation>.+)$", re.MULTILINE
)
PATIENCE_SECONDS = 90.0
Fields = Mapping[str, str | Sequence[str]] | Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_shown(self) -> bool:
        """Whether this is the page that was asked for; those of the tip form have a status of their own."""
        return self.status in (200, 203)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    @property
    def main(self) -> str:
        """What a person reads of the page."""
        found = re.search(r"<main.*</main>", self.text, re.DOTALL)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])) if found else ""


@dataclass(frozen=True)
class Client:
    """Speaks to one host name of the server. Each request has a connection of its own."""

    port: int
    host: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request."""
    seconds: float = PATIENCE_SECONDS

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=self.seconds)
        try:
            sent = {"Host": f"{self.host}:{self.port}", **self.headers, **(headers or {})}
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return Answer(
                response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
            )
        finally:
            connection.close()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.send("GET", path, None, headers)

    def post(self, path: str, fields: Fields = (), headers: Mapping[str, str] | None = None) -> Answer:
        body = urlencode(fields, doseq=True).encode()
        return self.send("POST", path, body, {"Content-Type": FORM, **(headers or {})})

    def raw(self, request: bytes, *, hangs_up: bool = False) -> bytes:
        """Sends these very bytes and reads until the server closes the connection, or hangs up at once."""
        with socket.create_connection(("127.0.0.1", self.port), self.seconds) as connection:
            connection.sendall(request)
            if hangs_up:
                return b""
            answer = bytearray()
            while piece := _received(connection):
                answer += piece
            return bytes(answer)


@dataclass(frozen=True)
class Login:
    """What a coordinator of the demonstration was given."""

    login: str
    passphrase: str
    organisation: str


@dataclass
class Server:
    """A server process with its data directory and everything it said."""

    data: Path
    port: int
    process: subprocess.Popen[bytes]
    output: Path
    """All that it wrote to its output and error streams."""
    temporary: Path
    """Its folder for temporary files."""
    public: Client = field(init=False)
    desk: Client = field(init=False)

    def __post_init__(self) -> None:
        self.public = Client(self.port, "localhost")
        self.desk = Client(self.port, "desk.localhost")

    @property
    def public_url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def desk_url(self) -> str:
        return f"http://desk.localhost:{self.port}"

    @property
    def database(self) -> Path:
        return self.data / "signaallijn.sqlite3"

    @property
    def salt(self) -> bytes:
        """The deployment salt."""
        return bytes.fromhex((self.data / "salt").read_text("ascii").strip())

    @property
    def people(self) -> Mapping[str, Login]:
        """The coordinators of the demonstration, by login, as the command printed them."""
        return {found["login"]: Login(**found.groupdict()) for found in PERSON.finditer(self.said())}

    @property
    def preview(self) -> str:
        """The path of the signed preview link that a demonstration prints."""
        found = re.search(r"^Preview: http://[^/]+(/\S+)$", self.said(), re.MULTILINE)
        assert found, self.said()
        return found[1]

    def said(self) -> str:
        return self.output.read_text("utf-8", "replace")

    def is_well(self) -> bool:
        return self.public.get("/healthz").status == 200

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)


@contextmanager
def running_demo(data: Path, *options: str, **env: str) -> Iterator[Server]:
    """`signaallijn demo` on a fresh data directory, ready to answer; `env` is added to its environment. What it prints,
    and its temporary files, are kept beside the data directory. It has few municipalities unless `env` names another
    content."""
    port = free_port()
    command = [str(COMMAND), "demo", "--port", str(port), "--data", str(data), *options]
    env = {"SIGNAALLIJN_CONTENT": str(little_content()), **env}
    with _running(command, data, port, env) as server:
        yield server


@contextmanager
def running_again(data: Path, **env: str) -> Iterator[Server]:
    """The same demonstration once more, on the data directory that it left behind."""
    port = free_port()
    command = [sys.executable, str(SERVE_AGAIN), str(data), str(port), _templates()]
    with _running(command, data, port, env) as server:
        yield server


@cache
def _templates() -> str:
    """A folder for what a server compiled, of which the next one starts quicker."""
    return str(scratch())


@contextmanager
def running_command(arguments: Sequence[str], data: Path, port: int, **env: str) -> Iterator[Server]:
    """Any other command of ours that serves on `port`."""
    with _running([str(COMMAND), *arguments], data, port, env) as server:
        yield server


def planted(folder: Path, source: str) -> dict[str, str]:
    """The environment of a process that runs `source` before everything else; the source is kept in `folder`."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(source, "utf-8")
    return {"PYTHONPATH": str(folder)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: Sequence[str], data: Path, port: int, env: Mapping[str, str]) -> Iterator[Server]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SIGNAALLIJN_")}
    output, temporary = data.with_name(f"{data.name}-{port}.out"), data.with_name("tmp")
    temporary.mkdir(exist_ok=True)
    whole = {**clean, "TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1", **env}
    with output.open("wb") as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, env=whole)
    server = Server(data, port, process, output, temporary)
    try:
        _wait_until_ready(server)
        yield server
    finally:
        server.stop()


def _wait_until_ready(server: Server) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and server.process.poll() is None:
        try:
            if server.is_well():
                return
        except OSError:
            time.sleep(0.02)  # nobody listens yet
    raise AssertionError(f"the server did not start: {server.said()}")


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except ConnectionResetError:
        return b""


@dataclass
class Report:
    """One report through the real form, as a browser without script sends it."""

    client: Client
    language: str = "nl"
    draft: str = ""

    def path(self, step: int) -> str:
        return address(STEPS[step], self.language, self.draft)

    def begins(self, place: str = "5611", **more: str) -> "Report":
        answer = self.client.post(self.path(0), {"place": place, **more})
        assert answer.status == 303, answer.status
        self.draft = answer.location.split("/")[3]
        assert self.client.get(self.path(1)).is_shown
        return self

    def tells(self, story: str, **more: str | Sequence[str]) -> "Report":
        assert self.client.get(self.path(2)).is_shown
        answer = self.client.post(self.path(2), {"story": story, **more})
        assert answer.location == self.path(3), answer.location
        return self

    def sends(self) -> Answer:
        return self.client.post(self.path(3))

    def code(self) -> str:
        """The digits that the page shows; empty when it shows none any more."""
        answer = self.client.get(self.path(4))
        assert answer.is_shown, answer.status
        return code_in(answer.text).replace(" ", "")

    def acknowledges(self) -> Answer:
        return self.client.post(self.path(4))


def code_in(page: str) -> str:
    """The code that a page of the form shows, in its groups; empty where it shows none."""
    shown = re.search(r'id="receipt".*?</p>', page, re.DOTALL)
    return " ".join(re.findall(r'aria-hidden="true">(\d+)<', shown[0])) if shown else ""


def follow_up(client: Client, code: str, language: str = "nl") -> str:
    """Enters a code and returns the address of the visit."""
    answer = client.post(address("follow_up", language), {"receipt": code})
    assert answer.status == 303, answer.status
    return answer.location
