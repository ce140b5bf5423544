"""How a server process runs: it leaves no memory behind when it dies, and its server program writes nothing down.

The only module that knows which one: granian, inside this process (docs/decisions/0007-granian.md)."""

import asyncio
import contextlib
import ctypes
import errno
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import Iterator
from types import FrameType

from granian.constants import HTTPModes, Interfaces
from granian.errors import FatalError
from granian.http import HTTP1Settings
from granian.net import SocketHolder  # type: ignore[attr-defined]  # its stubs fall short
from granian.server.embed import Server
from starlette.types import ASGIApp

PR_SET_DUMPABLE = 4
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Names of `mallopt` in glibc."""
MAX_HEADER_BYTES = 16 * 1024
SLOW_SECONDS = 10
"""A connection is closed when its next request has not said all its headers after this long, and so is an idle one.
Most orderly stops take no longer, as `tipline.incoming.MAX_SECONDS` bounds bodies."""
LONGEST_STOP_SECONDS = 15
"""After this long a stop cuts off who still reads his answer: one who takes none of it would hold it up for ever."""
MOST_CONNECTIONS = 8192
OTHER_FILES = 100
"""What database, threads and libraries keep open beside the connections."""
BACKLOG = 1024
"""Connections that the system keeps waiting while all others are taken."""
STOPS = (signal.SIGTERM, signal.SIGINT)


class AddressFaultError(Exception):
    """The server can't listen on this address of the machine."""


class PortTakenError(AddressFaultError):
    """Another program listens on the port already."""


class NotServingError(Exception):
    """The server program gave up by itself: the application did not start."""


def leave_no_core_dump() -> None:
    """A core dump would hold answers and receipts in clear."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)


def keep_memory_small() -> None:
    """Memory that was needed for a moment goes back to the system: stretching a code takes 4 MB, and by itself glibc
    keeps that for each thread, and as many heaps as eight times the cores."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # not where musl is the C library
        libc.mallopt(M_ARENA_MAX, 2)
        libc.mallopt(M_MMAP_THRESHOLD, 256 * 1024)
        libc.mallopt(M_TRIM_THRESHOLD, 256 * 1024)
        libc.malloc_trim(0)  # what reading and rendering the content has left


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
    leave temporary folders behind. While it serves, `serve` takes both, and returns once it has stopped."""
    before = {number: signal.signal(number, _stop) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(_number: int, _frame: FrameType | None) -> None:
    _stop_once()
    raise SystemExit(0)


def _stop_once() -> None:
    """From here on another signal must not cut the tidying short."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)


def serve(app: ASGIApp, listener: socket.socket) -> None:
    """Serves on a socket of `listening` until it is told to stop. Raises `NotServingError`. No access log: an address
    and a time are what must not be kept."""
    leave_no_core_dump()
    keep_memory_small()
    asyncio.run(_serve(app, listener))


async def _serve(app: ASGIApp, listener: socket.socket) -> None:
    server = OneSocketServer(app, listener)
    _be_quiet()
    loop = asyncio.get_running_loop()

    def stop(_number: int, _frame: FrameType | None) -> None:
        _stop_once()
        loop.call_soon_threadsafe(server.stop)

    # Not by `loop.add_signal_handler`: the loop would take its handlers away at its end, before the tidying.
    for number in STOPS:
        signal.signal(number, stop)
    try:
        await server.serve()
    except FatalError:
        raise NotServingError("the application did not start, so the server stopped") from None


class OneSocketServer(Server):
    """granian in this process, on a socket that listens already. By itself granian would bind one of its own, and in a
    way that lets two servers of one user share a port without either noticing."""

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        super().__init__(
            app,
            interface=Interfaces.ASGI,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=SLOW_SECONDS * 1000, max_buffer_size=MAX_HEADER_BYTES),
            websockets=False,
            backpressure=_most_connections(),
            log_enabled=False,
        )
        self._listener = listener
        self.workers_kill_timeout = LONGEST_STOP_SECONDS

    async def _stop_workers(self) -> None:
        with contextlib.suppress(TimeoutError):
            await super()._stop_workers()  # type: ignore[no-untyped-call]  # granian leaves it untyped

    def _init_shared_socket(self) -> None:
        waiting = (BACKLOG,) if sys.platform == "linux" else ()
        listener = os.dup(self._listener.fileno())
        self._shd = SocketHolder(listener, False, *waiting)  # type: ignore[assignment,call-arg]  # stubs fall short


def _most_connections() -> int:
    """As many as the system lets this process have open; idle ones count too."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if files == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, files - OTHER_FILES)


def _be_quiet() -> None:
    """Other programs' loggers say nothing: they print tracebacks, and those quote what a person typed."""
    logging.basicConfig(stream=sys.stderr, level=logging.CRITICAL + 1, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("signaallijn").setLevel(logging.WARNING)
