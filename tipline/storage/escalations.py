"""Tips that nobody reads: which ones, for how long, and how far their care point was told. Every step is taken once for
each case, in one transaction with the notices that it sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, update
from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select

from tipline.storage.cases import NEW, Until, is_idle_until, is_unread
from tipline.storage.engine import Database
from tipline.storage.outbox import Audience, tell_each
from tipline.storage.tables import CaseRow
from tipline.storage.trail import SYSTEM, Deed, append

FIELDS = ("tip", "care_point", "received_on", "active_on", "offered_by", "escalated", "warned_on")
"""What an `UnreadCase` is made of."""


@dataclass(frozen=True)
class UnreadCase:
    """A case that nobody read, without what it says."""

    tip: str
    care_point: str
    received_on: date
    active_on: date
    offered_by: str
    escalated: int
    warned_on: date | None
    status: str = NEW
    closed_on: date | None = None
    is_unread: bool = True

    @property
    def came_on(self) -> date:
        """When it came to this care point: what another point offers came on the day of the offer."""
        return self.active_on if self.offered_by else self.received_on


@dataclass(frozen=True)
class Step:
    """What happens now with one case that nobody read."""

    case: UnreadCase
    deed: str
    """As the audit trail calls it."""
    escalated: int
    """How far it is from now on."""
    warned_on: date | None
    """When the national point was told last that it will be deleted, from now on."""
    tells: Audience


class Escalations:
    def __init__(self, database: Database) -> None:
        self._database = database

    def unread(self, came_until: date, below: int) -> tuple[UnreadCase, ...]:
        """Unread cases that came until this day, and are not that far yet."""
        return self._found((came_on() <= came_until) & (col(CaseRow.escalated) < below))

    def idle(self, until: Until) -> tuple[UnreadCase, ...]:
        """Unread cases in which nothing happened since these days."""
        return self._found(is_idle_until(until))

    def take(self, steps: Sequence[Step], today: date) -> int:
        """Takes these steps, each with its entry in the audit trail, and leaves one notice for each who is told of
        any of them. Returns how many were taken: none of a case that somebody read or escalated meanwhile."""
        with self._database.writing() as session:
            taken = [step for step in steps if _took(session, step)]
            append(session, *(Deed(each.deed, SYSTEM, each.case.care_point, today, each.case.tip) for each in taken))
            tell_each(session, {step.tells for step in taken})
            return len(taken)

    def _found(self, wanted: ColumnElement[bool]) -> tuple[UnreadCase, ...]:
        # Without the sealed files: after a flood there may be many.
        query = select(CaseRow).options(load_only(*(getattr(CaseRow, name) for name in FIELDS)))
        query = query.where(is_unread(), col(CaseRow.hidden).is_(False), wanted)
        with self._database.reading() as session:
            rows = session.exec(query.order_by(col(CaseRow.care_point), col(CaseRow.tip)))
            return tuple(UnreadCase(**{name: getattr(row, name) for name in FIELDS}) for row in rows)


def came_on() -> ColumnElement[date]:
    """As `UnreadCase.came_on`."""
    return case((col(CaseRow.offered_by) != "", col(CaseRow.active_on)), else_=col(CaseRow.received_on))


def _took(session: Session, step: Step) -> bool:
    found, warned_on = step.case, col(CaseRow.warned_on)
    changed = session.execute(
        update(CaseRow)
        .where(
            col(CaseRow.tip) == found.tip,
            col(CaseRow.care_point) == found.care_point,
            col(CaseRow.escalated) == found.escalated,
            warned_on.is_(None) if found.warned_on is None else warned_on == found.warned_on,
            is_unread(),
        )
        .values(escalated=step.escalated, warned_on=step.warned_on, changes=CaseRow.changes + 1)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult
