"""The desk of a test, served to a real browser in a thread of its own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def serving(app: ASGIApp, port: int | None = None) -> Iterator[str]:
    """The address of the desk while it is served. What passkeys sign names the port, so then it is chosen before."""
    port = port or free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield f"http://desk.localhost:{port}"
    server.should_exit = True
    thread.join(10)
