"""How a server process runs: it leaves no memory behind when it dies, and its server program writes nothing down."""

import ctypes
import logging
import resource
import sys

import uvicorn
from starlette.types import ASGIApp

PR_SET_DUMPABLE = 4
MAX_HEADER_BYTES = 16 * 1024
KEEP_ALIVE_SECONDS = 15
STOP_SECONDS = 10


def leave_no_core_dump() -> None:
    """A core dump would hold answers and receipts in clear."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)


def serve(app: ASGIApp, host: str, port: int) -> None:
    """Serves until it is told to stop. No access log: an address and a time are what must not be kept."""
    leave_no_core_dump()
    # Other programs' loggers are silent: they print tracebacks, and those quote what a person typed.
    logging.basicConfig(stream=sys.stderr, level=logging.CRITICAL + 1, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("signaallijn").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
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
    uvicorn.Server(config).run()
