"""Numbers about every care point's cases, without any of them: how they stood when a day began. What still waits for
its slot is in no number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import load_only
from sqlmodel import col, select

from tipline.storage.cases import CLOSED, is_unread
from tipline.storage.engine import Database
from tipline.storage.escalations import came_on
from tipline.storage.tables import CaseRow

NATIONAL_TOLD = 3
"""How far a case is that the national point was told of."""


@dataclass(frozen=True)
class PointCounts:
    """Of one care point; each exact, so never shown as it is."""

    unread: int = 0
    open: int = 0
    readings: tuple[tuple[date, date], ...] = ()
    """When a tip came, and when it was first read."""
    told_since: date | None = None
    """When the oldest came of those unread tips that the national point was told of; as it is now."""
    is_announced: bool = False
    """Whether the national point was told that one of them will be deleted unread; as it is now."""


class Figures:
    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, today: date, read_since: date) -> Mapping[str, PointCounts]:
        """Of every care point that has a case, by its id: counts as this day began, and first readings from
        `read_since` until then."""
        came_before = col(CaseRow.received_on) < today
        was_unread = is_unread() | (col(CaseRow.read_on) >= today)
        was_open = (col(CaseRow.status) != CLOSED) | (col(CaseRow.closed_on) >= today)
        unread, open_ = self._counted(came_before, was_open, was_unread), self._counted(came_before, was_open)
        readings, told = self._readings(today, read_since), self._told_since()
        announced = self._counted(is_unread(), col(CaseRow.warned_on).is_not(None))
        return {
            care_point: PointCounts(
                unread.get(care_point, 0),
                open_.get(care_point, 0),
                tuple(readings.get(care_point, ())),
                told.get(care_point),
                is_announced=care_point in announced,
            )
            for care_point in unread.keys() | open_.keys() | readings.keys() | told.keys()
        }

    def _counted(self, *wanted: ColumnElement[bool]) -> dict[str, int]:
        query = select(CaseRow.care_point, func.count()).where(col(CaseRow.hidden).is_(False), *wanted)
        with self._database.reading() as session:
            return dict(session.exec(query.group_by(CaseRow.care_point)).all())

    def _readings(self, today: date, since: date) -> dict[str, list[tuple[date, date]]]:
        lately = (col(CaseRow.read_on) >= since, col(CaseRow.read_on) < today)
        query = select(CaseRow).options(load_only(*(getattr(CaseRow, name) for name in ("received_on", "read_on"))))
        found: dict[str, list[tuple[date, date]]] = {}
        with self._database.reading() as session:
            for row in session.exec(query.where(*lately)):
                found.setdefault(row.care_point, []).append((row.received_on, row.read_on or row.received_on))
        return found

    def _told_since(self) -> dict[str, date]:
        far = (is_unread(), col(CaseRow.hidden).is_(False), col(CaseRow.escalated) >= NATIONAL_TOLD)
        query = select(CaseRow.care_point, func.min(came_on())).where(*far).group_by(CaseRow.care_point)
        with self._database.reading() as session:
            return dict(session.exec(query).all())
