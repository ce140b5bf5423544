"""Handing a notice over to a mail server. The way there is kept from other eyes: TLS from the first byte or STARTTLS,
never neither, and the certificate is verified; without any only on this machine.

Every wait is bounded. What a server says may quote an address: none of it is kept, raised or logged."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from socket import SHUT_RDWR
from threading import Timer
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tipline.notices import BrokenOffError, Letter, NotSentError, RefusedError, Sink, UnreachableError
from tipline.settings import MailServer, Security, TiplineSettings

SECONDS_A_COMMAND = 10.0
"""So long the server may be silent."""
SECONDS_IN_ALL = 60.0
"""So long one mail may take, however diligently a server sends single bytes."""
TAKEN = {250, 251}
PERMANENT = range(500, 600)


@dataclass(frozen=True)
class MailSink:
    """Sends each letter on a connection of its own."""

    server: MailServer
    domain: str
    """The public host: this machine's own name is told to nobody."""
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    patience: float = SECONDS_A_COMMAND

    def send(self, letter: Letter) -> None:
        """Raises `RefusedError`, `NotSentError`, `BrokenOffError`, `UnreachableError`."""
        with self._connection() as smtp:
            try:
                _hand_over(smtp, self.sender, letter.to, _written(letter, self.sender, self.domain))
            except OSError as reason:  # those of smtplib are such
                raise BrokenOffError(reason) from None

    @property
    def sender(self) -> str:
        """Servers that ask for a user name mostly let him write as himself only."""
        return self.server.user if "@" in self.server.user else f"signaallijn@{self.domain}"

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        """A connection on which mail may be handed over."""
        try:
            smtp = self._opened()
        except OSError as reason:
            raise UnreachableError(reason) from None
        try:
            self._introduce(smtp)
            yield smtp
            # What was taken is taken: the server's farewell is not waited for.
            with suppress(OSError):
                smtp.putcmd("QUIT")
        finally:
            smtp.close()

    def _opened(self) -> smtplib.SMTP:
        if self.server.security is Security.TLS:
            return _WatchedTls(
                self.server.host, self.server.port, self.domain, timeout=self.patience, context=self.context
            )
        return _Watched(self.server.host, self.server.port, self.domain, timeout=self.patience)

    def _introduce(self, smtp: smtplib.SMTP) -> None:
        try:
            if self.server.security is Security.STARTTLS:
                # Refused or not offered, it raises: it never goes on without.
                smtp.starttls(context=self.context)
            smtp.ehlo_or_helo_if_needed()
            if self.server.user:
                smtp.login(self.server.user, self.server.password)
        except OSError as reason:
            raise UnreachableError(reason) from None


class _Watched(smtplib.SMTP):
    """A connection that is cut off when it has lasted too long."""

    _watch: Timer | None = None

    # The address it binds to is of any family, so typeshed gives no type for it.
    def connect(self, host: str = "localhost", port: int = 0, source_address: Any = None) -> tuple[int, bytes]:
        self._watch = Timer(SECONDS_IN_ALL, self._cut_off)
        self._watch.daemon = True
        self._watch.start()
        return super().connect(host, port, source_address)

    def close(self) -> None:
        if self._watch:
            self._watch.cancel()
        super().close()

    def _cut_off(self) -> None:
        if self.sock:
            with suppress(OSError):
                self.sock.shutdown(SHUT_RDWR)


class _WatchedTls(_Watched, smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""


def mail_sink(settings: TiplineSettings) -> Sink | None:
    """Where notices go by these settings; None when no mail server was named."""
    return MailSink(settings.smtp, urlsplit(settings.base_url).hostname or "") if settings.smtp else None


def _hand_over(smtp: smtplib.SMTP, sender: str, to: str, written: bytes) -> None:
    code, _ = smtp.mail(sender)
    if code not in TAKEN:
        raise UnreachableError  # whoever it is for
    try:
        code, _ = smtp.rcpt(to)
        if code in TAKEN:
            code = _code_of_data(smtp, written)
    except UnicodeEncodeError:
        raise RefusedError from None  # no address that a mail server understands
    if code in PERMANENT:
        raise RefusedError
    if code not in TAKEN:
        raise NotSentError


def _code_of_data(smtp: smtplib.SMTP, written: bytes) -> int:
    try:
        code, _ = smtp.data(written)
    except smtplib.SMTPDataError as refusal:
        return refusal.smtp_code
    return code


def _written(letter: Letter, sender: str, domain: str) -> bytes:
    """The mail: the same bytes for all, but for the address, the slot and a random id."""
    message = EmailMessage(SMTP)
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.dated.replace(microsecond=0))
    message["Message-ID"] = f"<{uuid4()}@{domain}>"  # the standard library's holds time and process
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message.as_bytes()
