"""The outbox: "there is something new", to the coordinators of a care point, without content.

Subject and text are always the same, so that neither their words nor their size tell anything. Never called inside a
tipster's request; what can't be sent stays and is tried again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tipline.storage import Store

SUBJECT = "Signaallijn"
TEXT = "Er is iets nieuws op uw bureau. / There is something new at your desk.\n{desk_url}\n"


class NotSentError(Exception):
    """The notice could not be handed over; it stays in the outbox."""


class Sink(Protocol):
    """Where notices go: a mail server, or in a demonstration the terminal. Raises `NotSentError`."""

    def send(self, addresses: Sequence[str], subject: str, text: str) -> None: ...


@dataclass(frozen=True)
class PrintingSink:
    """Prints what would be sent. For demonstrations."""

    say: Callable[[str], None]

    def send(self, addresses: Sequence[str], subject: str, text: str) -> None:
        first, *_ = text.splitlines()
        self.say(f"e-mail to {', '.join(addresses)}: {subject}: {first}")


def deliver(store: Store, sink: Sink, desk_url: str) -> int:
    """Sends every waiting notice to the coordinators of its care point; returns how many left the outbox."""
    sent = 0
    coordinators = store.coordinators.all()
    for notice in store.outbox.waiting():
        addresses = [person.email for person in coordinators if person.care_point == notice.care_point]
        try:
            sink.send(addresses, SUBJECT, TEXT.format(desk_url=desk_url))
        except NotSentError:
            store.outbox.failed(notice.id)
        else:
            store.outbox.sent(notice.id)
            sent += 1
    return sent
