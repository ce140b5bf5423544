"""Notices: "there is something new", to coordinators by e-mail, without content.

Subject and text are always the same, so that neither their words nor their size tell anything, and several tips of one
slot make one mail for each coordinator. Never sent inside a tipster's request; what can't be sent waits and is tried
again."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from tipline.slots import last_slot
from tipline.storage import Store
from tipline.storage.outbox import Outcome, Waiting
from tipline.working_days import dutch_date

log = logging.getLogger("signaallijn")

SUBJECT = "Signaallijn"
TEXT = "Er is iets nieuws op uw bureau. / There is something new at your desk.\n{desk_url}\n"
MOST_ATTEMPTS = 24
"""So often a server may say "not now" for one coordinator, in about a day; then the notice is given up. A server that
can't be reached makes nothing given up."""
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_OUTAGE_PAUSE = timedelta(minutes=15)


class NotSentError(Exception):
    """The mail server did not take the mail for this person now; it may later."""


class RefusedError(Exception):
    """The mail server will not take mail for this person."""


class BrokenOffError(NotSentError):
    """The mail server fell silent or went away in the middle of this mail. Whether it took it nobody knows."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(type(reason).__name__)  # its words may quote an address


class UnreachableError(Exception):
    """No mail server could be spoken with, whoever a mail is for. No mail was taken."""

    def __init__(self, reason: Exception | None = None) -> None:
        super().__init__(type(reason).__name__ if reason else "it takes no mail from us")


@dataclass(frozen=True)
class Letter:
    """One mail to one person. It tells no more than the slot."""

    to: str
    dated: datetime
    text: str
    subject: str = SUBJECT


class Sink(Protocol):
    """Where notices go: a mail server, or in a demonstration the terminal. Raises `NotSentError`, `RefusedError`,
    `UnreachableError`."""

    def send(self, letter: Letter) -> None: ...


@dataclass(frozen=True)
class PrintingSink:
    """Prints what would be sent. For demonstrations."""

    say: Callable[[str], None]

    def send(self, letter: Letter) -> None:
        first, *_ = letter.text.splitlines()
        self.say(f"e-mail to {letter.to}: {letter.subject}: {first}")


@dataclass
class Postman:
    """Takes what waits in the outbox to a mail server. What failed is tried again after a pause that doubles; only this
    process knows when, since rows carry no time."""

    store: Store
    sink: Sink | None
    """None: no mail server was named, and notices wait."""
    clock: Callable[[], datetime]
    slot_minutes: int
    desk_url: str
    _not_before: dict[Waiting, datetime] = field(default_factory=dict)
    _outages: int = 0
    _resting_until: datetime | None = None
    _is_stopping: bool = False

    def stop(self) -> None:
        """No further mail is begun: what waits is for the next process. One that is on its way is waited for, since
        nobody would know whether it arrived."""
        self._is_stopping = True

    def deliver(self) -> int:
        """Tells everyone who waits for a mail and is due; returns how many were told. A server that breaks off is left
        alone for a while."""
        if self.slot_minutes == 0:
            self.store.outbox.address()
        if self.sink is None or (self._resting_until and self.clock() < self._resting_until):
            return 0
        told = 0
        for waiting in self._due():
            if self._is_stopping:
                break
            try:
                told += self._tells(waiting, self.sink)
            except UnreachableError as fault:
                self._rest(fault)
                return told
        return told

    def _due(self) -> list[Waiting]:
        waiting, now = self.store.outbox.waiting(), self.clock()
        # What failed in another process, or before this one began, pauses from when it is first seen here.
        self._not_before = {each: self._not_before.get(each, now + pause(each.attempts)) for each in waiting}
        return [each for each in waiting if self._not_before[each] <= now]

    def _tells(self, waiting: Waiting, sink: Sink) -> bool:
        letter = Letter(waiting.email, last_slot(self.clock(), self.slot_minutes), TEXT.format(desk_url=self.desk_url))
        outcome = self.store.outbox.pass_on(waiting.coordinator, lambda: _outcome(sink, letter, waiting.attempts + 1))
        if outcome is Outcome.BROKEN_OFF:
            raise UnreachableError
        if outcome:
            self._outages = 0
            self.store.outbox.end_outage()
        return outcome is Outcome.SENT

    def _rest(self, fault: UnreachableError) -> None:
        self._outages += 1
        now = self.clock()
        self._resting_until = now + min(pause(self._outages), LONGEST_OUTAGE_PAUSE)
        self.store.outbox.note_outage(dutch_date(now))
        if self._outages == 1:
            log.warning("notices wait: the mail server can't be used (%s)", fault)


def _outcome(sink: Sink, letter: Letter, attempt: int) -> Outcome:
    """What became of a mail that is sent for this time. Raises `UnreachableError`."""
    try:
        sink.send(letter)
    except BrokenOffError:
        return Outcome.BROKEN_OFF
    except NotSentError:
        return Outcome.LATER if attempt < MOST_ATTEMPTS else Outcome.GIVEN_UP
    except RefusedError:
        return Outcome.GIVEN_UP
    return Outcome.SENT


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts in vain: 1, 2, 4 … minutes, an hour at most."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 6)), LONGEST_PAUSE) if attempts else timedelta(0)
