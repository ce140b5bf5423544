"""Dutch working days: a whole year of them, and the edges at which one is easily miscounted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from holidays import country_holidays

from tipline.working_days import date_before, dutch_date, is_working_day, working_days_between


def year(number: int) -> list[date]:
    first = date(number, 1, 1)
    days = (first + timedelta(days=each) for each in range(366))
    return [day for day in days if day.year == number]


def test_the_days_off_of_2026_are_weekends_and_these() -> None:
    """By hand from the calendar of 2026; Boxing Day and two Easters fall in weekends anyway."""
    off = {(1, 1), (4, 6), (4, 27), (5, 14), (5, 25), (12, 25)}
    on_weekdays = {(day.month, day.day) for day in year(2026) if day.weekday() < 5 and not is_working_day(day)}
    assert on_weekdays == off
    assert not any(is_working_day(day) for day in year(2026) if day.weekday() >= 5)
    assert sum(map(is_working_day, year(2026))) == 255


def test_the_days_off_are_those_of_the_law_but_good_friday() -> None:
    """As the library `holidays` has them, for as far ahead as somebody may run this version."""
    years = range(2020, 2060)
    law = country_holidays("NL", years=years, language="en_US")
    off = {day for day, name in law.items() if name != "Good Friday"}
    weekdays = [day for each in years for day in year(each) if day.weekday() < 5]
    assert {day for day in weekdays if not is_working_day(day)} == off & set(weekdays)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 4, 3), True),  # Good Friday
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2026, 5, 5), True),  # Liberation Day, not a fifth year
        (date(2025, 5, 5), False),  # the fifth year
        (date(2027, 4, 27), False),  # King's Day
        (date(2025, 4, 26), False),  # King's Day, on a Saturday since the 27th was a Sunday
        (date(2025, 4, 28), True),
        (date(2026, 12, 24), True),
    ],
)
def test_a_day_is_one_or_is_not(day: date, *, works: bool) -> None:
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("came", "waited_a_day", "what"),
    [
        (date(2026, 11, 16), date(2026, 11, 18), "Monday: Tuesday is over on Wednesday"),
        (date(2026, 11, 20), date(2026, 11, 24), "Friday evening: Monday is over on Tuesday"),
        (date(2026, 11, 21), date(2026, 11, 24), "Saturday"),
        (date(2026, 4, 2), date(2026, 4, 4), "Thursday before Easter: Good Friday counts"),
        (date(2026, 4, 3), date(2026, 4, 8), "Good Friday: Easter Monday does not count"),
        (date(2026, 4, 24), date(2026, 4, 29), "Friday before King's Day on a Monday"),
        (date(2026, 12, 24), date(2026, 12, 29), "Christmas Eve"),
        (date(2026, 12, 31), date(2027, 1, 5), "over the turn of the year"),
    ],
)
def test_one_working_day_has_passed_on_this_date_and_not_before(came: date, waited_a_day: date, what: str) -> None:
    assert working_days_between(came, waited_a_day) == 1, what
    assert working_days_between(came, waited_a_day - timedelta(days=1)) == 0, what


def test_the_last_date_that_has_waited_so_long_is_the_one_that_counting_gives() -> None:
    for today in year(2026):
        for wanted in (1, 2, 3):
            last = date_before(today, wanted)
            assert working_days_between(last, today) == wanted
            assert working_days_between(last + timedelta(days=1), today) < wanted


def test_nothing_has_waited_on_its_own_day_or_before_it_came() -> None:
    today = date(2026, 11, 18)
    assert [working_days_between(day, today) for day in (today, date(2026, 12, 1))] == [0, 0]


def test_a_moment_falls_on_its_dutch_date() -> None:
    assert dutch_date(datetime(2026, 7, 1, 21, 59, tzinfo=UTC)) == date(2026, 7, 1)
    assert dutch_date(datetime(2026, 7, 1, 22, 0, tzinfo=UTC)) == date(2026, 7, 2)
    assert dutch_date(datetime(2026, 12, 31, 22, 59, tzinfo=UTC)) == date(2026, 12, 31)
    assert dutch_date(datetime(2026, 12, 31, 23, 0, tzinfo=UTC)) == date(2027, 1, 1)
