"""What is done once a Dutch day. Everything here may be done twice, or a day late: it takes what is due, whenever it
looks. Knows nothing of pages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from tipline.care_points import CarePoints
from tipline.retention import delete_due
from tipline.storage import Store
from tipline.working_days import dutch_date


@dataclass
class DailyChores:
    store: Store
    care_points: Callable[[], CarePoints]
    clock: Callable[[], datetime]
    _done_on: date | None = field(default=None, init=False)

    def keep_up(self) -> bool:
        """Does what is due at the first call of a Dutch day; whether this call did."""
        today = dutch_date(self.clock())
        if self._done_on == today:
            return False
        self.run(today)
        self._done_on = today
        return True

    def run(self, today: date, tell: Callable[[int], None] = lambda _: None) -> int:
        """Does what is due, whether or not it was done today; returns how many cases were deleted. `tell` is called
        with how many are."""
        deleted = delete_due(self.store, self.care_points(), today, tell)
        self.store.forget()
        return deleted
