"""When what is kept is deleted, and deleting it. The desk shows each date long before.

Each care point keeps its cases for its own time. An unread tip is never deleted silently: the national point is told 30
days before. Whatever a tipster adds to it, one that nobody reads is deleted two years after it came. Knows nothing of
pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Protocol

from tipline.care_points import CarePoint, CarePoints
from tipline.storage import Store
from tipline.storage.cases import CLOSED, Until

SOON = timedelta(days=14)
"""From here on the desk says of each case that it will be deleted."""
UNREAD = timedelta(days=365)
"""For how long an unread tip is kept after it came, or after its tipster last added something."""
LONGEST_UNREAD = timedelta(days=730)
"""For how long it is kept after it came, whatever is added."""
TOLD_BEFORE = timedelta(days=30)
"""How long before that the national point is told; when it was told late, the deletion waits."""


class Clocked(Protocol):
    """What of a case says when it is deleted."""

    @property
    def received_on(self) -> date: ...
    @property
    def status(self) -> str: ...
    @property
    def active_on(self) -> date: ...
    @property
    def closed_on(self) -> date | None: ...
    @property
    def offered_by(self) -> str: ...
    @property
    def warned_on(self) -> date | None: ...
    @property
    def is_unread(self) -> bool: ...


@dataclass(frozen=True)
class Terms:
    """How long a care point keeps its cases."""

    closed: timedelta = timedelta(days=90)
    """After closing."""
    open: timedelta = timedelta(days=365)
    """After anything last happened in it."""


DEFAULT = Terms()


def terms_of(care_point: CarePoint | None) -> Terms:
    """What this care point chose, and everyone's where it chose nothing."""
    if care_point is None:
        return DEFAULT
    closed, open_ = care_point.keeps_closed_days, care_point.keeps_open_days
    return Terms(
        timedelta(days=closed) if closed else DEFAULT.closed,
        timedelta(days=open_) if open_ else DEFAULT.open,
    )


def deleted_on(case: Clocked, terms: Terms = DEFAULT) -> date:
    """The day on which this case will be gone, if nothing happens to it before."""
    if case.status == CLOSED:
        return (case.closed_on or case.active_on) + terms.closed
    if not case.is_unread:
        return case.active_on + terms.open
    told_on = case.warned_on if _was_told(case) else None
    return max(_unread_until(case), told_on + TOLD_BEFORE) if told_on else _unread_until(case)


def must_tell(case: Clocked, today: date) -> bool:
    """Whether the national point must be told now that this tip will be deleted unread. When a tipster adds something
    after that, the deletion is put off, and it is told once more."""
    return case.is_unread and today >= _unread_until(case) - TOLD_BEFORE and not _was_told(case)


def is_due(case: Clocked, terms: Terms, today: date) -> bool:
    """Whether this case is to be deleted now."""
    return today >= deleted_on(case, terms) and (not case.is_unread or _was_told(case))


def soon(today: date, terms: Terms = DEFAULT) -> Until:
    """Which cases are deleted within `SOON` of this day."""
    return _until(today + SOON, terms)


def nearly_unread_too_long(today: date) -> Until:
    """Which unread tips the national point must hear of by this day, if it did not before."""
    return _until(today + TOLD_BEFORE, DEFAULT)


def delete_due(store: Store, care_points: CarePoints, today: date, tell: Callable[[int], None] = lambda _: None) -> int:
    """Deletes every case whose time is over, each in a transaction of its own, and returns how many. `tell` is called
    with how many are done."""
    deleted = 0
    for care_point in sorted(store.tips.care_points()):
        terms = terms_of(care_points.points.get(care_point))
        for tip in store.deletions.old(care_point, _until(today, terms)):
            is_over = partial(is_due, terms=terms, today=today)
            deleted += store.deletions.delete(tip, care_point, is_over, today)
            tell(deleted)
    return deleted


def _unread_until(case: Clocked) -> date:
    """When a tip that nobody reads is deleted. One that another point offers came to this one on the day of the
    offer."""
    since_added = case.active_on + UNREAD
    return since_added if case.offered_by else min(since_added, case.received_on + LONGEST_UNREAD)


def _was_told(case: Clocked) -> bool:
    """Whether the national point was told in time for the day on which it would be deleted now."""
    return case.warned_on is not None and case.warned_on >= _unread_until(case) - TOLD_BEFORE


def _until(day: date, terms: Terms) -> Until:
    return Until(day - terms.closed, day - terms.open, day - UNREAD, day - LONGEST_UNREAD)
