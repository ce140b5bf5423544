"""The cases of care points: one for each tip that a care point may read. Every question names the care point that asks,
and another point's case is to it as one that does not exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Result, SQLColumnExpression, case, func, union_all, update
from sqlmodel import col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from tipline.storage.engine import Database
from tipline.storage.tables import CaseRow, MessageRow
from tipline.storage.tips import care_points_of

NEW = "new"
OPEN = (NEW, "read", "in_progress")
CLOSED = "closed"


@dataclass(frozen=True)
class Order:
    """By what a list is ordered; where that is the same, by tip."""

    key: SQLColumnExpression[Any]  # of a column of any type
    is_latest_first: bool = False

    def by(self, key: SQLColumnExpression[Any], tip: SQLColumnExpression[str]) -> Sequence[ColumnElement[Any]]:
        """The same order of other columns."""
        columns = (key, tip)
        return [column.desc() if self.is_latest_first else column.asc() for column in columns]


Listing = Select[str, Any]  # Any: a date, or none
"""Tips, each with what the list is ordered by."""


@dataclass(frozen=True)
class StoredCase:
    """A care point's case of a tip, with the tip as sealed to this point."""

    tip: str
    care_point: str
    named: tuple[str, ...]
    """The care points that the sealed head names."""
    received_on: date
    status: str
    reason: str
    labels: tuple[str, ...]
    assigned_to: str
    active_on: date
    closed_on: date | None
    offered_by: str
    is_shared: bool
    answered_to: int
    """The number of the last addition that an answer came after."""
    changes: int
    """How often anything was written in it."""
    sealed: bytes = field(repr=False)
    pool: str = ""
    """What its tipster brought against a flood."""
    escalated: int = 0
    warned_on: date | None = None
    read_on: date | None = None
    """When it was first fetched."""

    @property
    def is_unread(self) -> bool:
        """Nobody fetched it, nor did anything else with it."""
        return self.status == NEW and self.read_on is None


@dataclass(frozen=True)
class Place:
    """Where a list went on to: after this case."""

    received_on: date
    tip: str


@dataclass(frozen=True)
class Closing:
    """Why a case is closed, and on which day."""

    reason: str
    on: date


@dataclass(frozen=True)
class Until:
    """The last days of what is asked for, each one included."""

    closed_on: date
    """Of a closed case."""
    active_on: date
    """When anything last happened in an open case that somebody read."""
    unread_on: date
    """The same, in a case that nobody read."""
    received_on: date
    """When a tip came that nobody read, whatever its tipster added since."""


@dataclass(frozen=True)
class News:
    """What changes when anything happens to one of a care point's open cases."""

    cases: int
    changes: int


class NoClosingError(ValueError):
    """A case can't be closed without its reason and day: they say when it is deleted."""


class Cases:
    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self,
        care_point: str,
        statuses: Sequence[str],
        limit: int,
        after: Place | None = None,
        *,
        latest_first: bool = False,
    ) -> tuple[StoredCase, ...]:
        """Cases with one of these statuses, oldest tip first unless told otherwise, at most `limit` of them."""
        wanted: list[ColumnElement[bool]] = []
        received_on, tip = col(CaseRow.received_on), col(CaseRow.tip)
        if after:
            same_day = received_on == after.received_on
            further = received_on < after.received_on if latest_first else received_on > after.received_on
            wanted.append(further | same_day & (tip < after.tip if latest_first else tip > after.tip))
        order = Order(received_on, latest_first)
        # A list for each status, each as long as the page: the index gives them in order, however many tips there are.
        lists = [_first(care_point, order, limit, col(CaseRow.status) == status, *wanted) for status in statuses]
        return self._first_of(care_point, lists, order, limit)

    def some(self, care_point: str, tips: Sequence[str]) -> tuple[StoredCase, ...]:
        """Those of these cases that are this care point's, oldest tip first."""
        wanted = _shown(care_point).where(col(CaseRow.tip).in_(tips))
        return self._found(wanted.order_by(col(CaseRow.received_on), col(CaseRow.tip)))

    def get(self, tip_id: str, care_point: str) -> StoredCase | None:
        """One case of this care point; None for any other id, another point's among them."""
        return next(iter(self.some(care_point, [tip_id])), None)

    def due(self, care_point: str, until: Until, limit: int) -> tuple[StoredCase, ...]:
        """Cases that were closed, or in which something last happened, until these days; those closed first in
        front."""
        closed = _first(care_point, Order(col(CaseRow.closed_on)), limit, is_closed_until(until))
        idle = _first(care_point, Order(col(CaseRow.active_on)), limit, is_idle_until(until))
        order = Order(func.coalesce(CaseRow.closed_on, CaseRow.active_on))
        return self._first_of(care_point, [closed, idle], order, limit)

    def news(self, care_point: str) -> News:
        """Two numbers that tell whether anything happened to this care point's open cases."""
        query = (
            select(func.count(), func.coalesce(func.sum(CaseRow.changes), 0))
            .select_from(CaseRow)
            .where(CaseRow.care_point == care_point, col(CaseRow.status).in_(OPEN), col(CaseRow.hidden).is_(False))
        )
        with self._database.reading() as session:
            return News(*session.exec(query).one())

    def count(self) -> int:
        """All cases of all care points."""
        with self._database.reading() as session:
            return session.exec(select(func.count()).select_from(CaseRow)).one()

    def care_points_of(self, tip_id: str) -> tuple[str, ...]:
        """All that have a case of this tip, sorted."""
        with self._database.reading() as session:
            return care_points_of(session, tip_id)

    def last_numbers(self, care_point: str, tips: Sequence[str]) -> Mapping[tuple[str, str], int]:
        """(tip, kind) -> the highest number among the messages that this care point may read."""
        query = (
            select(MessageRow.tip, MessageRow.kind, func.max(MessageRow.number))
            .where(col(MessageRow.tip).in_(tips), MessageRow.reader == care_point, col(MessageRow.hidden).is_(False))
            .group_by(MessageRow.tip, MessageRow.kind)
        )
        with self._database.reading() as session:
            return {(tip, kind): number for tip, kind, number in session.exec(query)}

    def read(self, tip_id: str, care_point: str, on: date) -> bool:
        """Somebody fetched it. False when somebody had before, or when it is another point's."""
        unread = (*_own(tip_id, care_point), col(CaseRow.read_on).is_(None))
        with self._database.writing() as session:
            return _rowcount(session.execute(update(CaseRow).where(*unread).values(read_on=on, active_on=on)))

    def set_status(
        self,
        tip_id: str,
        care_point: str,
        status: str,
        seen: str | None = None,
        closing: Closing | None = None,
        on: date | None = None,
    ) -> bool:
        """False for another point's tip, or when `seen` is given and a colleague has changed the status since. Closing
        asks for a reason and a day; with another reason the day of a closed case stays. Raises `NoClosingError`."""
        if status != CLOSED:
            still = _seen(CaseRow.status, seen)
            # Opened again, a case that was closed for long must not be deleted for what it was before.
            return self._changed(tip_id, care_point, still, on=on, status=status, reason="", closed_on=None)
        if closing is None:
            raise NoClosingError
        closed_on = case((col(CaseRow.closed_on).is_(None), closing.on), else_=col(CaseRow.closed_on))
        still = _seen(CaseRow.status, seen)
        return self._changed(
            tip_id, care_point, still, on=on, status=status, reason=closing.reason, closed_on=closed_on
        )

    def set_labels(
        self, tip_id: str, care_point: str, labels: Sequence[str], seen: Sequence[str], on: date | None = None
    ) -> bool:
        """False for another point's tip, or when a colleague has changed the labels since they were `seen`."""
        still = _seen(CaseRow.labels, _joined(seen))
        return self._changed(tip_id, care_point, still, on=on, labels=_joined(labels))

    def assign(self, tip_id: str, care_point: str, coordinator: str, seen: str, on: date | None = None) -> bool:
        """Gives the case to a coordinator, or to nobody. False for another point's tip, or when it has gone to another
        than was `seen`."""
        still = _seen(CaseRow.assigned_to, seen)
        return self._changed(tip_id, care_point, still, on=on, assigned_to=coordinator)

    def _first_of(self, care_point: str, lists: Sequence[Listing], order: Order, limit: int) -> tuple[StoredCase, ...]:
        """The first of several lists of this care point's cases. Sealed files are fetched only for these: sorting would
        carry those of all lists along."""
        listed = union_all(*(select(*each.subquery().c) for each in lists)).subquery()
        tip, key = listed.c
        first = select(tip).order_by(*order.by(key, tip)).limit(limit)
        rows = _shown(care_point).where(col(CaseRow.tip).in_(first))
        return self._found(rows.order_by(*order.by(order.key, col(CaseRow.tip))))

    def _found(self, query: SelectOfScalar[CaseRow]) -> tuple[StoredCase, ...]:
        with self._database.reading() as session:
            return tuple(map(case_in, session.exec(query)))

    def _changed(
        self, tip_id: str, care_point: str, still: Sequence[ColumnElement[bool]], on: date | None, **values: object
    ) -> bool:
        """`on`, where given, is when something last happened in the case from now on."""
        if on is not None:
            values["active_on"] = on
        change = update(CaseRow).where(*_own(tip_id, care_point), *still)
        with self._database.writing() as session:
            return _rowcount(session.execute(change.values(changes=CaseRow.changes + 1, **values)))


def is_unread() -> ColumnElement[bool]:
    """The condition of a case that nobody read, as `StoredCase.is_unread` has it."""
    return (col(CaseRow.status) == NEW) & col(CaseRow.read_on).is_(None)


def is_closed_until(until: Until) -> ColumnElement[bool]:
    return (col(CaseRow.status) == CLOSED) & (col(CaseRow.closed_on) <= until.closed_on)


def is_idle_until(until: Until) -> ColumnElement[bool]:
    """The condition of an open case. What is offered to a care point came to it on the day of the offer."""
    is_old = (col(CaseRow.received_on) <= until.received_on) & (CaseRow.offered_by == "")
    unread = is_unread() & ((col(CaseRow.active_on) <= until.unread_on) | is_old)
    return col(CaseRow.status).in_(OPEN) & (unread | ~is_unread() & (col(CaseRow.active_on) <= until.active_on))


def _own(tip_id: str, care_point: str) -> tuple[ColumnElement[bool], ...]:
    return col(CaseRow.tip) == tip_id, col(CaseRow.care_point) == care_point, col(CaseRow.hidden).is_(False)


def _rowcount(result: Result[Any]) -> bool:  # of no rows: an UPDATE
    return bool(result.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult


def _shown(care_point: str) -> SelectOfScalar[CaseRow]:
    return select(CaseRow).where(col(CaseRow.care_point) == care_point, col(CaseRow.hidden).is_(False))


def _first(care_point: str, order: Order, limit: int, *wanted: ColumnElement[bool]) -> Listing:
    """The tips of the first of a care point's cases, each with what it is ordered by."""
    own = (col(CaseRow.care_point) == care_point, col(CaseRow.hidden).is_(False))
    listing: Listing = select(col(CaseRow.tip), order.key.label("key")).where(*own, *wanted)
    return listing.order_by(*order.by(order.key, col(CaseRow.tip))).limit(limit)


def _seen(column: str, value: str | None) -> Sequence[ColumnElement[bool]]:
    return () if value is None else (col(column) == value,)


def _joined(ids: Sequence[str]) -> str:
    return " ".join(sorted(set(ids)))


def case_in(row: CaseRow) -> StoredCase:
    values = row.model_dump(exclude={"hidden"}) | {
        "named": tuple(row.named.split()),
        "labels": tuple(row.labels.split()),
    }
    return StoredCase(**values)
