"""A real SMTP server in this process, that takes mail, refuses, falls silent or hangs up where a test says so."""

import asyncio
import socket
import ssl
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import SMTP as POLICY
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from tipline.settings import MailServer, Security

USER, PASSWORD = "meldlijn@example.nl", "een wachtwoord: met @ en /"


@dataclass
class Script:
    """What the server does; a test changes it while it runs."""

    refuses: dict[str, str] = field(default_factory=dict)
    """Address -> the reply to RCPT TO."""
    after_data: str = "250 OK"
    silent_at: int | None = None
    """Which of its replies in a connection, counted from 0, never comes; it does what was asked all the same."""
    hangs_up_at: int | None = None
    """Instead of which of its replies it hangs up."""
    last: int = 0
    """Which reply says that it took the mail."""
    connections: int = 0
    names: list[str] = field(default_factory=list)
    """What clients called themselves."""
    open: list[asyncio.BaseTransport] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)
    to: list[tuple[str, ...]] = field(default_factory=list)

    def again(self, **other: Any) -> None:
        """From now on does this, and counts anew."""
        fresh = Script(open=self.open, **other)
        vars(self).update(vars(fresh))

    # What aiosmtpd asks of its handler.

    async def handle_EHLO(self, _server, session, _envelope, hostname: str, responses: list[str]) -> list[str]:  # noqa: N802
        session.host_name = hostname
        self.names.append(hostname)
        return responses

    async def handle_RCPT(self, _server, _session, envelope, address: str, _options) -> str:  # noqa: N802
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope) -> str:  # noqa: N802
        self.last = server.replies
        if self.after_data.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content, policy=POLICY))
            self.to.append(tuple(envelope.rcpt_tos))
        return self.after_data


class _Server(SMTP):
    replies = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is None:  # not a connection that goes on with TLS
            self.event_handler.connections += 1
            self.event_handler.open.append(transport)
        super().connection_made(transport)

    async def push(self, status: str) -> None:
        script: Script = self.event_handler
        self.replies += 1
        if script.silent_at == self.replies - 1:
            await asyncio.Event().wait()
        if script.hangs_up_at == self.replies - 1:
            self.transport.abort()
            raise ConnectionResetError
        await super().push(status)


class _Controller(Controller):
    def factory(self) -> SMTP:
        with warnings.catch_warnings():  # it does not see that TLS is there from the first byte
            warnings.simplefilter("ignore", UserWarning)
            return _Server(self.handler, **self.SMTP_kwargs)


@dataclass(frozen=True)
class Running:
    script: Script
    security: Security
    port: int

    def at(self, host: str = "localhost", user: str = USER, password: str = PASSWORD) -> MailServer:
        return MailServer(self.security, host, self.port, user, password)


@contextmanager
def mail_server(security: Security, certificate: Path | None = None) -> Iterator[Running]:
    """The server on a free port. `certificate` is a file with certificate and key."""
    script, context = Script(), None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    asks = {
        "authenticator": lambda *given: AuthResult(success=_is_known(given[-1])),
        "auth_required": security is not Security.NONE,
        "auth_require_tls": security is Security.STARTTLS,
    }
    if security is Security.TLS:
        asks["ssl_context"] = context
    elif context:
        asks |= {"tls_context": context, "require_starttls": True}
    controller = _Controller(script, hostname="127.0.0.1", port=0, ready_timeout=60, **asks)
    controller.port = _free_port()
    controller.start()
    yield Running(script, security, controller.port)
    for transport in script.open:
        controller.loop.call_soon_threadsafe(transport.abort)
    controller.stop(no_assert=True)


def make_certificate(folder: Path, name: str = "localhost") -> Path:
    """A file with a certificate for this name, and its key."""
    key, certificate, both = folder / f"{name}.key", folder / f"{name}.crt", folder / f"{name}.pem"
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj"
    rest = ["-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", *made.split(), f"/CN={name}", *rest], check=True, capture_output=True)
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    return both


def _is_known(given: Any) -> bool:
    return (given.login, given.password) == (USER.encode(), PASSWORD.encode())


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
