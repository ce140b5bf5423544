"""Tips that nobody reads: which ones, for how long, and how far their care point was told. Every step is taken once for
each case, in one transaction with the notices that it sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

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
AT_ONCE = 500
"""How many cases one statement changes."""


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


class Change(NamedTuple):
    """From where to where a case goes in one step; many go the same way."""

    care_point: str
    escalated: int
    warned_on: date | None
    escalated_then: int
    warned_on_then: date | None


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

    @property
    def change(self) -> Change:
        case = self.case
        return Change(case.care_point, case.escalated, case.warned_on, self.escalated, self.warned_on)


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
            taken = _took(session, steps)
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


def _changes(session: Session, change: Change, tips: Sequence[str]) -> Sequence[str]:
    """Changes the cases of these tips that stand where the change begins. Returns of which tips they are."""
    warned_on = col(CaseRow.warned_on)
    changed = session.execute(
        update(CaseRow)
        .where(
            col(CaseRow.tip).in_(tips),
            col(CaseRow.care_point) == change.care_point,
            col(CaseRow.escalated) == change.escalated,
            warned_on.is_(None) if change.warned_on is None else warned_on == change.warned_on,
            is_unread(),
        )
        .values(escalated=change.escalated_then, warned_on=change.warned_on_then, changes=CaseRow.changes + 1)
        .returning(col(CaseRow.tip))
        .execution_options(synchronize_session=False)
    )
    return changed.scalars().all()


def _took(session: Session, steps: Sequence[Step]) -> Sequence[Step]:
    """Those of the steps that were taken: in a few statements, since after a flood there may be many."""
    alike: dict[Change, list[str]] = {}
    for step in steps:
        alike.setdefault(step.change, []).append(step.case.tip)
    taken: set[tuple[Change, str]] = set()
    # A step begins where the one before it ends, so those of one case come one after the other.
    for change in sorted(alike, key=lambda each: each.escalated):
        tips = alike[change]
        for start in range(0, len(tips), AT_ONCE):
            taken.update((change, tip) for tip in _changes(session, change, tips[start : start + AT_ONCE]))
    return [step for step in steps if (step.change, step.case.tip) in taken]
