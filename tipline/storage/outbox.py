"""Notices waiting to be sent. A row says which care point has something new, and from its slot on which coordinator is
to be told; no time, no tip.

Tips and hand-overs leave a row for a care point. `address` makes of all rows of a care point one for each coordinator
who is told; one mail settles all that wait for him."""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from tipline.storage.chores import last_done, put
from tipline.storage.engine import Database
from tipline.storage.tables import CoordinatorRow, NoticeRow

TELLS_ALWAYS = ("lead", "national")
"""The roles that are told when nobody of a care point wants mail."""
OUTAGE = "mail"
"""Not a chore that was done, but the day since which this one fails."""


class Outcome(Enum):
    """What became of one mail."""

    SENT = auto()
    LATER = auto()
    """Not now: it is tried again."""
    BROKEN_OFF = auto()
    """The same, and nobody else's either: the server went away."""
    GIVEN_UP = auto()
    """Nobody tries it again by himself; the next notice for this coordinator is tried once more."""


class Who(Enum):
    """Whom of a care point's coordinators something is told."""

    WILLING = auto()
    """As ordinary notices: who wants mail."""
    EVERYONE = auto()
    NATIONAL = auto()
    """Of the national point: who answers for other points' unread tips."""


@dataclass(frozen=True)
class Audience:
    care_point: str
    who: Who


@dataclass(frozen=True)
class Waiting:
    """That a coordinator is to be told of something new."""

    coordinator: str
    email: str
    attempts: int
    """How often it was tried in vain."""


@dataclass(frozen=True)
class Dead:
    """A coordinator whom mail does not reach."""

    coordinator: str
    care_point: str


UNADDRESSED, BEING_ADDRESSED = "", "-"
"""In the place of a coordinator."""
_WAITS = col(NoticeRow.coordinator) == UNADDRESSED


class Outbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def address(self) -> None:
        """Makes the notices of care points ones for their coordinators, at once. For a tip line without slots."""
        with self._database.reading() as session:
            if session.exec(select(NoticeRow.id).where(_WAITS).limit(1)).first() is None:
                return
        with self._database.writing() as session:
            take_up(session)
            address(session)

    def unaddressed(self) -> tuple[str, ...]:
        """The care points at which something new waits to be told, each as often as there is something, sorted."""
        with self._database.reading() as session:
            return tuple(sorted(session.exec(select(NoticeRow.care_point).where(_WAITS)).all()))

    def waiting(self) -> tuple[Waiting, ...]:
        """Who is to be told, in no order that means anything."""
        query = (
            select(CoordinatorRow.id, CoordinatorRow.email, func.max(NoticeRow.attempts))
            .join(NoticeRow, col(NoticeRow.coordinator) == CoordinatorRow.id)
            .where(col(NoticeRow.is_dead).is_(False), col(CoordinatorRow.ended_on).is_(None))
            .group_by(col(CoordinatorRow.id), col(CoordinatorRow.email))
            .order_by(col(CoordinatorRow.id))
        )
        with self._database.reading() as session:
            return tuple(Waiting(*row) for row in session.exec(query))

    def dead(self, care_point: str | None = None) -> tuple[Dead, ...]:
        """Whom mail does not reach, at one care point or anywhere."""
        query = (
            select(NoticeRow.coordinator, NoticeRow.care_point)
            .join(CoordinatorRow, col(NoticeRow.coordinator) == CoordinatorRow.id)
            .where(col(NoticeRow.is_dead).is_(True), col(CoordinatorRow.ended_on).is_(None))
            .distinct()
        )
        if care_point is not None:
            query = query.where(NoticeRow.care_point == care_point)
        with self._database.reading() as session:
            return tuple(sorted((Dead(*row) for row in session.exec(query)), key=lambda one: one.coordinator))

    def try_again(self, care_point: str, coordinator: str) -> bool:
        """Puts a given-up notice of this care point's coordinator back among those that wait. False when there is
        none."""
        revive = update(NoticeRow).where(
            col(NoticeRow.care_point) == care_point,
            col(NoticeRow.coordinator) == coordinator,
            col(NoticeRow.is_dead).is_(True),
        )
        with self._database.writing() as session:
            done = session.execute(revive.values(is_dead=False, attempts=0))
            return bool(done.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult

    def outage(self) -> date | None:
        """Since which day no mail server can be reached; None while one can."""
        with self._database.reading() as session:
            since = last_done(session, OUTAGE)
            return date.fromisoformat(since) if since else None

    def note_outage(self, today: date) -> None:
        """The mail server can't be reached. The first day counts."""
        if self.outage() is None:
            with self._database.writing() as session:
                put(session, OUTAGE, today.isoformat())

    def end_outage(self) -> None:
        """The mail server takes mail."""
        if self.outage() is not None:
            with self._database.writing() as session:
                put(session, OUTAGE, "")

    def pass_on(self, coordinator: str, send: Callable[[], Outcome]) -> Outcome | None:
        """Calls `send` while no other process tells this coordinator, and does what its outcome says to all that waited
        for him. None when nothing waits for him any more, or another process is telling him. When `send` raises, all
        stays as it was."""
        with self._database.alone("outbox") as is_alone:
            if not is_alone:
                return None
            if self._database.is_sqlite:
                return self._passed_on(coordinator, send)
            # PostgreSQL: the rows stay locked while the mail is on its way, until this process ends in any manner.
            with self._database.writing() as session:
                claimed = _claim(session, coordinator)
                outcome = send() if claimed else None
                if outcome:
                    _settle(session, coordinator, claimed, outcome)
                return outcome

    def _passed_on(self, coordinator: str, send: Callable[[], Outcome]) -> Outcome | None:
        """SQLite has one writer: nobody may wait for it while a mail server is slow."""
        with self._database.reading() as session:
            claimed = _claim(session, coordinator)
        outcome = send() if claimed else None
        if outcome:
            with self._database.writing() as session:
                _settle(session, coordinator, claimed, outcome)
        return outcome


def add_notice(session: Session, care_point: str) -> None:
    """There is something new at this care point."""
    session.add(new_notice(care_point))


def new_notice(care_point: str) -> NoticeRow:
    """One for whoever works there, to be added."""
    return NoticeRow(id=str(uuid.uuid4()), care_point=care_point)


def tell_each(session: Session, audiences: Collection[Audience]) -> None:
    """There is something that these must hear of now; who belongs to several of them gets one notice."""
    told: dict[str, set[str]] = {}
    for audience in audiences:
        people = _people(session, audience.care_point)
        told.setdefault(audience.care_point, set()).update(_CHOSEN[audience.who](people))
    for care_point, coordinators in sorted(told.items()):
        _tell(session, care_point, sorted(coordinators))


def take_up(session: Session) -> None:
    """Marks the notices of care points that are there now, to be addressed; later ones wait for the next time."""
    _mark(session, UNADDRESSED, BEING_ADDRESSED)


def address(session: Session) -> None:
    """Makes of the notices that were taken up, however many a care point has, one for each coordinator who is told.
    Those of a care point where nobody works wait on. Asks of the notices as a whole: one code can leave thousands."""
    taken_up = col(NoticeRow.coordinator) == BEING_ADDRESSED
    for care_point in session.exec(select(NoticeRow.care_point).where(taken_up).distinct()).all():
        told = _told(_people(session, care_point))
        _tell(session, care_point, told)
        if told:
            session.execute(delete(NoticeRow).where(taken_up, col(NoticeRow.care_point) == care_point))
    _mark(session, BEING_ADDRESSED, UNADDRESSED)


def _mark(session: Session, before: str, after: str) -> None:
    session.execute(update(NoticeRow).where(col(NoticeRow.coordinator) == before).values(coordinator=after))


def _people(session: Session, care_point: str) -> Sequence[CoordinatorRow]:
    query = select(CoordinatorRow).where(
        CoordinatorRow.care_point == care_point, col(CoordinatorRow.ended_on).is_(None)
    )
    return session.exec(query.order_by(col(CoordinatorRow.id))).all()


def _told(people: Sequence[CoordinatorRow]) -> Sequence[str]:
    """Who wants mail; where nobody does the leads, so that a tip is never told to nobody; without leads everyone."""
    willing = [each for each in people if each.wants_mail]
    leads = [each for each in people if each.role in TELLS_ALWAYS]
    return [each.id for each in willing or leads or people]


def _all(people: Sequence[CoordinatorRow]) -> Sequence[str]:
    return [each.id for each in people]


def _national(people: Sequence[CoordinatorRow]) -> Sequence[str]:
    """Whose role it is to hear of other points' unread tips; where nobody has it, everyone."""
    return [each.id for each in people if each.role == "national"] or _all(people)


_CHOSEN = {Who.WILLING: _told, Who.EVERYONE: _all, Who.NATIONAL: _national}


def _tell(session: Session, care_point: str, coordinators: Sequence[str]) -> None:
    """One notice for each, in the place of one that waits for him. Not of one that is being sent: it may arrive before
    what is new now can be seen."""
    for each in coordinators:
        waits = select(NoticeRow).where(NoticeRow.coordinator == each, col(NoticeRow.is_dead).is_(False))
        earlier = session.exec(waits.with_for_update(skip_locked=True)).all()
        attempts = max((row.attempts for row in earlier), default=0)
        session.execute(delete(NoticeRow).where(col(NoticeRow.id).in_([row.id for row in earlier])))
        session.add(NoticeRow(id=str(uuid.uuid4()), care_point=care_point, coordinator=each, attempts=attempts))


def _claim(session: Session, coordinator: str) -> Sequence[str]:
    """The notices that wait for him. Who has the first one locked is telling him: nobody else may."""
    mine = (NoticeRow.coordinator == coordinator, col(NoticeRow.is_dead).is_(False))
    first = session.exec(select(func.min(NoticeRow.id)).where(*mine)).one()
    held = select(NoticeRow.id).where(NoticeRow.id == first).with_for_update(skip_locked=True)
    if session.exec(held).first() is None:
        return ()
    return session.exec(select(NoticeRow.id).where(*mine).with_for_update(skip_locked=True)).all()


def _settle(session: Session, coordinator: str, claimed: Sequence[str], outcome: Outcome) -> None:
    rows, was_given_up = col(NoticeRow.id).in_(claimed), col(NoticeRow.is_dead).is_(True)
    if outcome in {Outcome.LATER, Outcome.BROKEN_OFF}:
        session.execute(update(NoticeRow).where(rows).values(attempts=NoticeRow.attempts + 1))
        return
    # Of what was given up before, one is enough; and who gets mail again was given up wrongly.
    session.execute(delete(NoticeRow).where(col(NoticeRow.coordinator) == coordinator, was_given_up))
    if outcome is Outcome.SENT:
        session.execute(delete(NoticeRow).where(rows))
        return
    session.execute(delete(NoticeRow).where(col(NoticeRow.id).in_(claimed[1:])))
    session.execute(update(NoticeRow).where(col(NoticeRow.id) == claimed[0]).values(is_dead=True))
