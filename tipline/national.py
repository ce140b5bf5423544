"""What the national point is shown of every care point: whether it works, and never anything of a tip.

A count below five is not shown, nor told from none. Others are rounded down to fives, and totals are sums of what is
shown: whatever is worked out from them was shown before. Counts are those with which the day began, so that looking
twice on one day tells nothing. That a tip waits unread for three working days is told: someone must telephone. Knows
nothing of pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

from tipline.care_points import CarePoint, CarePoints
from tipline.holders import Holders
from tipline.storage import Store
from tipline.storage.figures import PointCounts
from tipline.working_days import ONE_DAY, working_days_between

LEAST = 5
"""The lowest count that is shown, and the steps in which higher ones are."""
READ_LATELY = timedelta(days=90)
"""First readings that count for how soon a care point reads."""
NOTHING = PointCounts()


@dataclass(frozen=True)
class PointFigures:
    """A care point as the national point sees it."""

    care_point: CarePoint
    has_key: bool
    """Whether a key was published: without one it never had a tip."""
    is_open: bool
    holders: int
    """How many count for its key; two are needed."""
    unread: int | None
    """At least so many; None for fewer than five."""
    open: int | None
    first_read: int | None
    """Half of its tips were first read within so many working days; None when fewer than five were."""
    without_mail: int
    """Coordinators whom mail does not reach."""
    waits: int | None
    """For how many working days the oldest tip has been unread, once the national point was told of it."""
    is_announced: bool
    """One of its tips will be deleted unread within 30 days."""


@dataclass(frozen=True)
class Total:
    """Of what is shown of all care points."""

    unread: int | None
    open: int | None


def figures(store: Store, care_points: CarePoints, holders: Holders, today: date) -> tuple[PointFigures, ...]:
    """Every care point, in the order of their names."""
    counts = store.figures.of(today, today - READ_LATELY)
    without_mail = [each.care_point for each in store.outbox.dead()]
    found = []
    for point in sorted(care_points.points.values(), key=lambda point: point.short_name.casefold()):
        own, key = counts.get(point.id, NOTHING), holders.usable_key(point.id)
        found.append(
            PointFigures(
                care_point=point,
                has_key=key is not None,
                is_open=holders.is_open(point.id),
                holders=holders.counted(key) if key else 0,
                unread=shown(own.unread),
                open=shown(own.open),
                first_read=_first_read(own.readings),
                without_mail=without_mail.count(point.id),
                waits=working_days_between(own.told_since, today) if own.told_since else None,
                is_announced=own.is_announced,
            )
        )
    return tuple(found)


def shown(count: int) -> int | None:
    """A count as it may be shown."""
    return count // LEAST * LEAST if count >= LEAST else None


def total(found: Iterable[PointFigures]) -> Total:
    """Sums of what is shown, and of nothing else."""
    points = list(found)
    return Total(_sum(each.unread for each in points), _sum(each.open for each in points))


def _sum(counts: Iterable[int | None]) -> int | None:
    return sum(count or 0 for count in counts) or None


def _first_read(readings: tuple[tuple[date, date], ...]) -> int | None:
    # A tip of Monday that is read on Tuesday was read within one working day.
    took = [working_days_between(received, read + ONE_DAY) for received, read in readings]
    return median_low(took) if len(took) >= LEAST else None
