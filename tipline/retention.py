"""When what is kept is deleted. Only tells dates; the desk shows them long before.

An unread tip is never deleted silently: the national point is told 30 days before. Knows nothing of pages."""

from dataclasses import dataclass
from datetime import date, timedelta

from tipline.storage.cases import StoredCase

SOON = timedelta(days=14)
"""From here on the desk says of each case that it will be deleted."""


@dataclass(frozen=True)
class Terms:
    """How long a care point keeps its cases."""

    closed: timedelta = timedelta(days=90)
    """After closing."""
    open: timedelta = timedelta(days=365)
    """After anything was last written in it; an unread tip has nothing but its own date."""


DEFAULT = Terms()


def deleted_on(case: StoredCase, terms: Terms = DEFAULT) -> date:
    """The day on which this case will be gone, if nothing happens to it before."""
    if case.status == "closed":
        return (case.closed_on or case.active_on) + terms.closed
    return case.active_on + terms.open


@dataclass(frozen=True)
class Horizon:
    """Who was closed, or last written in, on these days or before will be deleted soon."""

    closed_on: date
    active_on: date


def soon(today: date, terms: Terms = DEFAULT) -> Horizon:
    """Which cases are deleted within `SOON` of this day."""
    return Horizon(today + SOON - terms.closed, today + SOON - terms.open)
