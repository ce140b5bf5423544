"""Slots: the moments at which what tipsters sent becomes visible, at the desk and by mail, so that neither tells when
someone was at a keyboard.

A slot begins at each multiple of so many minutes since midnight in UTC, the same on every node and every day. Knows
nothing of pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tipline.storage import Store
from tipline.storage.slots import AT_ONCE


def last_slot(now: datetime, minutes: int) -> datetime:
    """When the slot began in which `now` stands, in UTC. `minutes` divides a day; 0 is this very moment."""
    now = now.astimezone(UTC)
    if minutes == 0:
        return now
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    length = timedelta(minutes=minutes)
    return midnight + (now - midnight) // length * length


@dataclass(frozen=True)
class Slots:
    """Uncovers what waits. Which slot was the last stands in the database, so that a restart in the middle of one
    uncovers nothing early, and of many processes one does it."""

    store: Store
    minutes: int
    """0: everything is visible at once."""
    clock: Callable[[], datetime]

    def keep_up(self) -> bool:
        """Uncovers all that waits once a slot has begun since the last one; whether this call did."""
        done, now = self.store.slots.last(), self._now()
        if done is None or (done == AT_ONCE != now) or self._is_unbelievable(done):
            self.store.slots.begin(now, done)
            return False
        is_over = done != now and (now == AT_ONCE or done < now)
        return is_over and self.store.slots.uncover(now, done)

    def _now(self) -> str:
        return last_slot(self.clock(), self.minutes).isoformat() if self.minutes else AT_ONCE

    def _is_unbelievable(self, done: str) -> bool:
        """Nodes' clocks differ by less than a slot. A slot further ahead was written by a clock that went wrong;
        waiting for it could take years."""
        next_slot = last_slot(self.clock(), self.minutes) + timedelta(minutes=self.minutes)
        return self.minutes > 0 and done != AT_ONCE and done > next_slot.isoformat()


LARGEST = 200_000_000
"""Bytes of a SQLite file that is written anew at each slot. 114 MB, 10,000 tips, took at most 1.4 s; who sends a tip
meanwhile waits."""
QUIET_HOUR = 2
"""In UTC: when a larger file is written anew, once a day. Who sends a tip then waits for seconds."""
PAUSE = timedelta(minutes=1)


@dataclass
class Rewriting:
    """Writes SQLite's file anew after tips were uncovered: until then its pages tell in which order they came."""

    store: Store
    clock: Callable[[], datetime]
    _not_before: datetime | None = None

    def keep_up(self) -> bool:
        """Writes the file anew when that is due, at most once a minute; whether this call did. Raises
        sqlite3.OperationalError when others were in the way or the disk is full; it is tried again, not at once."""
        now = self.clock()
        is_resting = self._not_before is not None and now < self._not_before
        if is_resting or not self.store.slots.is_rewriting_due() or not self._may(now):
            return False
        self._not_before = now + PAUSE
        self.store.slots.rewrite()
        return True

    def _may(self, now: datetime) -> bool:
        return self.store.size() <= LARGEST or now.astimezone(UTC).hour == QUIET_HOUR
