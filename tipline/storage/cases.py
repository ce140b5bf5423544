"""The cases of care points: one for each tip that a care point may read. Every question names the care point that asks,
and another point's case is to it as one that does not exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, func, update
from sqlmodel import col, select

from tipline.storage.engine import Database
from tipline.storage.tables import CaseRow, MessageRow, TipRow


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
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class Place:
    """Where a list went on to: after this case."""

    received_on: date
    tip: str


class Cases:
    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, care_point: str, statuses: Sequence[str], limit: int, after: Place | None = None
    ) -> tuple[StoredCase, ...]:
        """Cases with one of these statuses, oldest tip first, at most `limit` of them."""
        wanted = [*_shown(care_point), col(CaseRow.status).in_(statuses)]
        if after:
            later = col(CaseRow.received_on) > after.received_on
            same = (col(CaseRow.received_on) == after.received_on) & (col(CaseRow.tip) > after.tip)
            wanted.append(later | same)
        query = (
            select(CaseRow)
            .join(TipRow, col(TipRow.id) == CaseRow.tip)
            .where(*wanted)
            .order_by(col(CaseRow.received_on), col(CaseRow.tip))
            .limit(limit)
        )
        with self._database.reading() as session:
            return tuple(map(_case, session.exec(query)))

    def get(self, tip_id: str, care_point: str) -> StoredCase | None:
        """One case of this care point; None for any other id, another point's among them."""
        joined = select(CaseRow).join(TipRow, col(TipRow.id) == CaseRow.tip)
        query = joined.where(*_shown(care_point), CaseRow.tip == tip_id)
        with self._database.reading() as session:
            row = session.exec(query).one_or_none()
            return _case(row) if row else None

    def care_points_of(self, tip_id: str) -> tuple[str, ...]:
        """All that have a case of this tip, sorted."""
        with self._database.reading() as session:
            return tuple(sorted(session.exec(select(CaseRow.care_point).where(CaseRow.tip == tip_id))))

    def last_numbers(self, care_point: str, tips: Sequence[str]) -> Mapping[tuple[str, str], int]:
        """(tip, kind) -> the highest number among the messages that this care point may read."""
        query = (
            select(MessageRow.tip, MessageRow.kind, func.max(MessageRow.number))
            .where(col(MessageRow.tip).in_(tips), MessageRow.reader == care_point)
            .group_by(MessageRow.tip, MessageRow.kind)
        )
        with self._database.reading() as session:
            return {(tip, kind): number for tip, kind, number in session.exec(query)}

    def set_status(self, tip_id: str, care_point: str, status: str, seen: str | None = None) -> bool:
        """False for another point's tip, or when `seen` is given and a colleague has changed the status since."""
        is_visible = select(TipRow.id).where(TipRow.id == tip_id, col(TipRow.hidden).is_(False)).exists()
        own = (col(CaseRow.tip) == tip_id, col(CaseRow.care_point) == care_point, is_visible)
        still = (col(CaseRow.status) == seen,) if seen is not None else ()
        with self._database.writing() as session:
            changed = session.execute(update(CaseRow).where(*own, *still).values(status=status))
            return bool(changed.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult


def _shown(care_point: str) -> Sequence[ColumnElement[bool]]:
    return (col(CaseRow.care_point) == care_point, col(TipRow.hidden).is_(False))


def _case(row: CaseRow) -> StoredCase:
    values = row.model_dump() | {"named": tuple(row.named.split()), "labels": tuple(row.labels.split())}
    return StoredCase(**values)
