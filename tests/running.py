"""The real command as a process of its own: `signaallijn demo`, in a folder of its own, on a free port."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = Path(sys.executable).with_name("signaallijn")
LOOKS_EVERY_SECONDS = 0.05
PATIENCE_SECONDS = 60
PERSON = re.compile(
    r"^  (?P<login>\w+) +(?P<passphrase>(?:\w{4}-){4}\w{4}) +\d{6} +(?P<organisation>.+)$", re.MULTILINE
)


class NotStartedError(Exception):
    """The command ended, or did not answer in time; the message is what it printed."""


@dataclass(frozen=True)
class Login:
    """What a coordinator of the demonstration was given."""

    login: str
    passphrase: str
    organisation: str


@dataclass(frozen=True)
class RunningSite:
    """A demonstration that answers."""

    port: int
    data: Path
    """Its data directory."""
    printed: Path
    """All that the process wrote to its output and error streams."""
    temporary: Path
    """Its folder for temporary files."""

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
    def output(self) -> str:
        return self.printed.read_text("utf-8")

    @property
    def people(self) -> Mapping[str, Login]:
        """The coordinators, by login, as the command printed them."""
        return {found["login"]: Login(**found.groupdict()) for found in PERSON.finditer(self.output)}


@contextmanager
def running_site(folder: Path, *more: str) -> Iterator[RunningSite]:
    """A demonstration in `folder`, stopped at the end. `more` are further options of the command."""
    site = RunningSite(_free_port(), folder / "data", folder / "printed.txt", folder / "tmp")
    site.temporary.mkdir()
    arguments = [COMMAND, "demo", "--port", str(site.port), "--data", site.data, *more]
    environment = {**os.environ, "TMPDIR": str(site.temporary), "PYTHONUNBUFFERED": "1"}
    with site.printed.open("wb") as printed:
        process = subprocess.Popen(arguments, stdout=printed, stderr=subprocess.STDOUT, env=environment)
    try:
        _wait_until_it_answers(site, process)
        yield site
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
        return port


def _wait_until_it_answers(site: RunningSite, process: subprocess.Popen[bytes]) -> None:
    for _ in range(int(PATIENCE_SECONDS / LOOKS_EVERY_SECONDS)):
        if _answers(site):
            return
        try:
            process.wait(LOOKS_EVERY_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        break
    raise NotStartedError(site.output)


def _answers(site: RunningSite) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{site.port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
