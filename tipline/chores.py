"""What is done once a Dutch day: unread tips escalate, cases whose time is over are deleted, leftovers dropped.

Everything here may be done twice, or days late: it takes what is due, whenever it looks, and nothing that was taken
before. Knows nothing of pages."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tipline.audit import TrailWatch
from tipline.care_points import CarePoints
from tipline.escalation import escalate
from tipline.notices import Postman
from tipline.retention import delete_due
from tipline.slots import Rewriting, Slots
from tipline.storage import Store
from tipline.working_days import dutch_date

DAILY = "daily"
"""Its name among the chores; done for a date."""
TRIES = 20
PAUSE_SECONDS = 0.1
"""So often, and with this pause, one run tries to empty SQLite's log while others read; then the next run does."""


@dataclass(frozen=True)
class Done:
    """How much was due."""

    steps: int
    """By which unread tips escalated."""
    deleted: int
    """Cases."""


@dataclass(frozen=True)
class DailyChores:
    store: Store
    care_points: Callable[[], CarePoints]
    clock: Callable[[], datetime]

    def keep_up(self) -> bool:
        """Does what is due unless this or another process did on this Dutch day; whether this call did. What failed is
        begun anew at the next call."""
        if not self.store.chores.begin(DAILY, dutch_date(self.clock())):
            return False
        is_done = False
        try:
            self.run()
            is_done = True
        finally:
            if not is_done:
                self.store.chores.give_back(DAILY)
        return True

    def run(self, tell: Callable[[int], None] = lambda _: None) -> Done:
        """Does what is due, whether or not it was done today. `tell` is called with how many cases are deleted."""
        now, today = self.clock(), dutch_date(self.clock())
        care_points = self.care_points()
        steps = escalate(self.store, care_points.national.id, today)
        # After the telling: it takes 30 days before anything of that is deleted.
        deleted = delete_due(self.store, care_points, today, tell)
        self.store.leftovers.drop(now, today)
        return Done(steps, deleted)


@dataclass(frozen=True)
class Ran:
    """What one run of all chores did."""

    done: Done
    mails: int
    is_forgotten: bool
    """Whether of what was deleted nothing stands in SQLite's log any more."""


@dataclass(frozen=True)
class AllChores:
    """Everything that is due, once: for who runs it by a timer beside, or instead of, a server that does so by
    itself."""

    store: Store
    slots: Slots
    daily: DailyChores
    postman: Postman
    trail_watch: TrailWatch
    rewriting: Rewriting
    clock: Callable[[], datetime]

    def run(self, tell: Callable[[int], None] = lambda _: None) -> Ran:
        """`tell` is called with how many cases are deleted."""
        self.slots.keep_up()
        self.store.drafts.drop_expired(int(self.clock().timestamp()))
        self.store.sessions.drop_ended(self.clock())
        done = self.daily.run(tell)
        mails = self.postman.deliver()
        self.trail_watch.keep()
        self.rewriting.keep_up()
        return Ran(done, mails, is_forgotten=self._forgets())

    def _forgets(self) -> bool:
        for _ in range(TRIES):
            if self.store.forget():
                return True
            time.sleep(PAUSE_SECONDS)
        return False
