"""How a server process begins and ends: a port that is taken is said at once, a stop leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from real_content import little_content
from server import COMMAND, PATIENCE_SECONDS, Client, free_port

from campaign_site.cli import main
from campaign_site.process import STOPS, AddressFaultError, PortTakenError, listening, orderly_stop

HERE = "127.0.0.1"


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_taken_port_is_refused_before_anything_is_said(tmp_path: Path, command: str) -> None:
    data = tmp_path / "data"
    environment = {"SIGNAALLIJN_DATA": str(data)}
    if command == "serve":
        CliRunner().invoke(main, ["init"], env=environment)
    with socket.create_server((HERE, 0)) as taken:
        port = taken.getsockname()[1]
        arguments = [command, "--port", str(port), *(["--data", str(data)] if command == "demo" else [])]
        result = CliRunner().invoke(main, arguments, env=environment)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == f"Error: port {port} is taken; choose another with --port\n"
    assert data.exists() == (command == "serve")


@pytest.mark.parametrize("port", ["0", "-1", "65536"])
@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_port_that_no_machine_has_is_wrong_use(command: str, port: str) -> None:
    assert CliRunner().invoke(main, [command, "--port", port]).exit_code == 2


def test_an_address_of_another_machine_is_refused_in_one_sentence() -> None:
    with pytest.raises(AddressFaultError, match=r"^192\.0\.2\.1, port \d+, can't be listened on: ") as caught:
        listening("192.0.2.1", free_port())
    assert not isinstance(caught.value, PortTakenError)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("is_early", [True, False])
def test_a_stopped_demonstration_leaves_no_folder_behind(tmp_path: Path, stop: signal.Signals, is_early: bool) -> None:
    port = free_port()
    process = subprocess.Popen(
        [COMMAND, "demo", "--port", str(port)],
        env={
            **os.environ,
            "SIGNAALLIJN_CONTENT": str(little_content()),
            "TMPDIR": str(tmp_path),
            "PYTHONUNBUFFERED": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if is_early:
        # It listens; its world is still being made.
        connection = _first_connection(port, process)
        assert list(tmp_path.iterdir())
    else:
        connection = socket.socket()
        _first_connection(port, process).close()
        assert Client(port, "localhost").get("/healthz").status == 200
        with pytest.raises(PortTakenError):
            listening(HERE, port)
    with connection:
        process.send_signal(stop)
        said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []
    assert b"Traceback" not in said


def _first_connection(port: int, process: subprocess.Popen[bytes]) -> socket.socket:
    while process.poll() is None:
        try:
            return socket.create_connection((HERE, port), PATIENCE_SECONDS)
        except ConnectionRefusedError:
            time.sleep(0.02)  # nobody listens yet
    raise AssertionError(process.communicate()[0])


def test_who_does_not_read_his_answer_holds_no_stop_up() -> None:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", ANSWERS_AT_LENGTH, str(port)], stderr=subprocess.PIPE)
    with _first_connection(port, process) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(8) == b"HTTP/1.1"
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, said) == (0, b"")


ANSWERS_AT_LENGTH = """
import sys
from campaign_site import process

async def app(scope, receive, send):
    await receive()
    if scope["type"] == "lifespan":
        await send({"type": "lifespan.startup.complete"})
        await receive()
    else:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": bytes(50_000_000)})

process.LONGEST_STOP_SECONDS = 1
process.serve(app, process.listening("127.0.0.1", int(sys.argv[1])))
"""


def test_an_application_that_can_not_begin_is_not_served_and_not_quoted(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(FAILS_TO_BEGIN, "utf-8")
    ended = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "the application did not start, so the server stopped\n"


FAILS_TO_BEGIN = """
from campaign_site.process import NotServingError, listening, serve

async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "kwartel"})
    raise ValueError("kwartel")

try:
    serve(app, listening("127.0.0.1", 0))
except NotServingError as refusal:
    print(refusal)
"""


def test_outside_a_server_the_signal_is_as_it_was() -> None:
    before = [signal.getsignal(number) for number in STOPS]
    with pytest.raises(SystemExit) as stopped, orderly_stop(), tempfile.TemporaryDirectory() as folder:
        signal.raise_signal(signal.SIGTERM)
    assert stopped.value.code == 0
    assert not Path(folder).exists()
    assert [signal.getsignal(number) for number in STOPS] == before
