"""How a server process runs: it leaves no memory behind when it dies, and its server program writes nothing down."""

import contextlib
import ctypes
import errno
import logging
import resource
import signal
import socket
import sys
from collections.abc import Iterator
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

PR_SET_DUMPABLE = 4
MAX_HEADER_BYTES = 16 * 1024
KEEP_ALIVE_SECONDS = 15
STOP_SECONDS = 10
STOPS = (signal.SIGTERM, signal.SIGINT)


class AddressFaultError(Exception):
    """The server can't listen on this address of the machine."""


class PortTakenError(AddressFaultError):
    """Another program listens on the port already."""


def leave_no_core_dump() -> None:
    """A core dump would hold answers and receipts in clear."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises `AddressFaultError`. Who connects before `serve` runs, waits for it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise PortTakenError(f"port {port} is taken; choose another with --port") from None
        raise AddressFaultError(f"{host}, port {port}, can't be listened on: {fault.strerror}") from None


@contextlib.contextmanager
def orderly_stop() -> Iterator[None]:
    """Inside this, SIGTERM and Ctrl+C leave by way of every `with` and end the process with 0. By itself SIGTERM would
    leave temporary folders behind. The server program hands both on to us once it has stopped."""
    before = {number: signal.signal(number, _stop) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(_number: int, _frame: FrameType | None) -> None:
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)  # a second one must not cut the tidying short
    raise SystemExit(0)


def serve(app: ASGIApp, listener: socket.socket) -> None:
    """Serves on a socket of `listening` until it is told to stop. No access log: an address and a time are what
    must not be kept."""
    leave_no_core_dump()
    # Other programs' loggers are silent: they print tracebacks, and those quote what a person typed.
    logging.basicConfig(stream=sys.stderr, level=logging.CRITICAL + 1, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("signaallijn").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        access_log=False,
        log_config=None,
        log_level="critical",
        server_header=False,
        date_header=True,
        proxy_headers=False,
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        lifespan="on",
    )
    uvicorn.Server(config).run([listener])
