"""Dutch working days, by dates: how long a tip has waited while somebody could have read it.

Monday to Friday, but the public holidays of the Netherlands: New Year's Day, Easter Monday, King's Day, Ascension Day,
Whit Monday and both Christmas Days, and Liberation Day every fifth year. Two choices are ours. Good Friday is a working
day, as it is for most who work at care points; and so is Liberation Day in the other years. Where an office is closed
nevertheless, its tips escalate a day early rather than a day late.

The tests hold these days against the library `holidays`, which follows the law; a server does without it, since it
brings every country of the world along (docs/decisions/0015-working-days.md)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from itertools import takewhile
from zoneinfo import ZoneInfo

from dateutil.easter import easter  # type: ignore[import-untyped]  # its types are a package of their own

DUTCH_TIME = ZoneInfo("Europe/Amsterdam")
SATURDAY, SUNDAY = 5, 6
AFTER_EASTER = (1, 39, 50)
"""Days from Easter Sunday to Easter Monday, Ascension Day and Whit Monday."""
ONE_DAY = timedelta(days=1)


def dutch_date(now: datetime) -> date:
    """The date on which this moment falls in the Netherlands. `now` must know its time zone."""
    return now.astimezone(DUTCH_TIME).date()


def is_working_day(day: date) -> bool:
    return day.weekday() < SATURDAY and day not in _holidays(day.year)


def working_days_between(since: date, today: date) -> int:
    """How many working days lie between two dates, neither of them counted: the day on which something came is not
    whole any more, and today is not over. What came on a Friday evening has waited one working day on Tuesday."""
    return sum(map(is_working_day, takewhile(lambda day: day < today, _days_after(since))))


def date_before(today: date, working_days: int) -> date:
    """The last date on which something may have come that has waited so many working days today; at least one."""
    day, passed = today, 0
    while passed < working_days:
        day -= ONE_DAY
        passed += is_working_day(day)
    return day - ONE_DAY


def _days_after(day: date) -> Iterator[date]:
    while True:
        day += ONE_DAY
        yield day


@cache
def _holidays(year: int) -> frozenset[date]:
    fixed = {date(year, 1, 1), _kings_day(year), date(year, 12, 25), date(year, 12, 26)}
    liberation = {date(year, 5, 5)} if year % 5 == 0 else set()
    return frozenset(fixed | liberation | {easter(year) + timedelta(days=days) for days in AFTER_EASTER})


def _kings_day(year: int) -> date:
    day = date(year, 4, 27)
    return day - ONE_DAY if day.weekday() == SUNDAY else day
