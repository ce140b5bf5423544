"""The national point's view of all care points: whether they work, never a tip, and no number from which one that is
not shown could be worked out."""

import itertools
import sqlite3
from collections import defaultdict
from contextlib import closing
from datetime import date, timedelta
from http import HTTPStatus

import pytest
from clock import NOW, Clock
from desk_client import signed_in
from desk_world import DeskWorld
from test_escalation import ON_BOTH, store
from test_retention import GRONINGEN, LUMENS, NATIONAL, TODAY, keep

from tipline import national
from tipline.escalation import escalate
from tipline.national import LEAST, PointFigures, shown, total
from tipline.storage import Store
from tipline.storage.cases import Closing
from tipline.storage.figures import PointCounts

__all__ = ["store"]  # a fixture
COUNTS = range(LEAST + 2)


def change(desk: DeskWorld, statement: str) -> None:
    with closing(sqlite3.connect(desk.line.database)) as database, database:
        database.execute(statement)


def tomorrow(desk: DeskWorld, days: int = 1) -> None:
    assert isinstance(desk.clock, Clock)
    desk.clock.forward(days=days)


# What is counted


@ON_BOTH
def test_counts_are_those_with_which_the_day_began(store: Store) -> None:
    tips = [keep(store, LUMENS, GRONINGEN) for _ in range(4)]
    next_day = TODAY + timedelta(days=1)
    later = next_day + timedelta(days=1)
    assert store.figures.of(TODAY, TODAY) == {}
    assert store.figures.of(next_day, TODAY) == {point: PointCounts(4, 4) for point in (LUMENS, GRONINGEN)}
    store.cases.read(tips[0].id, LUMENS, next_day)
    store.cases.read(tips[1].id, LUMENS, next_day)
    store.cases.set_status(tips[1].id, LUMENS, "closed", closing=Closing("advised", next_day))
    assert store.figures.of(next_day, TODAY)[LUMENS] == PointCounts(4, 4)
    assert store.figures.of(later, TODAY)[LUMENS] == PointCounts(2, 3, ((TODAY, next_day),) * 2)
    assert store.figures.of(later, later)[LUMENS] == PointCounts(2, 3)
    escalate(store, NATIONAL, date(2026, 11, 26))
    counts = store.figures.of(date(2026, 11, 26), later)[LUMENS]
    assert (counts.told_since, counts.is_announced) == (TODAY, False)
    escalate(store, NATIONAL, TODAY + timedelta(days=340))
    assert store.figures.of(TODAY + timedelta(days=340), later)[LUMENS].is_announced


# What is shown


def test_the_view_tells_how_every_point_does_and_nothing_of_a_tip(desk: DeskWorld) -> None:
    stories = [desk.tip(GRONINGEN, f"Een verhaal, {number}") for number in range(7)]
    desk.tip(LUMENS, "Nog een verhaal")
    for login in ("noor", "mira", "joost"):
        person = desk.people[login].coordinator
        assert desk.store.coordinators.prove(person.id, person.care_point, 1, NOW.date())
    tomorrow(desk, 5)
    escalate(desk.store, NATIONAL, date(2026, 11, 26))
    answer = signed_in(desk, "mira").get("/points")
    found = {each["id"]: each for each in answer.json()["points"]}
    assert found.keys() == desk.world.care_points().points.keys()
    assert answer.json()["on"] == "2026-11-26"
    assert answer.json()["total"] == {"unread": 5, "open": 5}
    common = {"is_national": False, "is_open": False, "first_read": None, "without_mail": 0, "is_announced": False}
    assert found[GRONINGEN] == {
        **common,
        "id": GRONINGEN,
        "region": desk.world.care_points().points[GRONINGEN].region_label,
        "phone": None,
        "has_key": True,
        "holders": 0,
        "unread": 5,
        "open": 5,
        "waits": 3,
    }
    lumens, comensha = found[LUMENS], found[NATIONAL]
    assert (lumens["holders"], lumens["unread"], lumens["open"], lumens["waits"]) == (1, None, None, 3)
    assert (comensha["is_open"], comensha["holders"], comensha["phone"]) == (True, 2, "033-448 11 86")
    assert (comensha["unread"], comensha["waits"]) == (None, None)
    assert not any(tip in answer.text for tip in stories)


def test_only_who_answers_for_the_nation_at_the_national_point_sees_it(desk: DeskWorld) -> None:
    assert signed_in(desk, "mira").get("/points").status_code == HTTPStatus.OK
    for login in ("joost", "noor", "bilal"):
        refused = signed_in(desk, login).get("/points")
        assert (refused.status_code, refused.json()) == (HTTPStatus.FORBIDDEN, {"error": "not_allowed"})
    change(desk, "UPDATE coordinators SET role = 'national' WHERE login = 'noor'")
    tomorrow(desk)
    refused = signed_in(desk, "noor").get("/points")
    assert (refused.status_code, refused.json()) == (HTTPStatus.FORBIDDEN, {"error": "not_allowed"})


def test_what_is_hidden_until_its_slot_is_in_no_number(desk: DeskWorld) -> None:
    for number in range(6):
        desk.tip(GRONINGEN, f"Een verhaal, {number}")
    change(desk, "UPDATE cases SET hidden = 1")
    tomorrow(desk)
    assert signed_in(desk, "mira").get("/points").json()["total"] == {"unread": None, "open": None}


def test_how_soon_a_point_reads_is_told_of_five_readings_and_not_of_four(desk: DeskWorld) -> None:
    """Of tips of a Saturday: three read on Monday, two a week later."""
    tips = [desk.tip(GRONINGEN, f"Een verhaal, {number}") for number in range(5)]
    for number, tip in enumerate(tips):
        on = date(2026, 11, 23) if number < 3 else date(2026, 11, 30)
        assert desk.store.cases.read(tip, GRONINGEN, on)
    told = []
    for days in (9, 1):
        tomorrow(desk, days)
        points = signed_in(desk, "mira").get("/points").json()["points"]
        told += [each["first_read"] for each in points if each["id"] == GRONINGEN]
    assert told == [None, 1]


# What can be worked out


def seen(counts: tuple[int, ...]) -> tuple[object, ...]:
    """All numbers of one day's view of points with so many unread tips."""
    points = [
        PointFigures(
            care_point=None,  # type: ignore[arg-type]  # of no matter here
            has_key=True,
            is_open=True,
            holders=2,
            unread=shown(count),
            open=shown(count),
            first_read=None,
            without_mail=0,
            waits=None,
            is_announced=False,
        )
        for count in counts
    ]
    return (*(each.unread for each in points), *(each.open for each in points), total(points))


@pytest.mark.parametrize("days", [1, 2])
def test_whoever_knows_every_number_shown_can_work_out_none_that_is_not(days: int) -> None:
    """By force: of all that may be, what would show the same numbers, on one day or on two after each other? Every
    count that is not shown may then still be any of those below five."""
    points = 3 if days == 1 else 2
    alike = defaultdict(list)
    for counts in itertools.product(COUNTS, repeat=points * days):
        by_day = [counts[number * points : (number + 1) * points] for number in range(days)]
        alike[tuple(map(seen, by_day))].append(counts)
    for views, possible in alike.items():
        for at in range(points * days):
            day, point = divmod(at, points)
            if views[day][point] is None:
                assert {counts[at] for counts in possible} == set(range(LEAST))


def test_a_total_of_all_true_counts_would_tell_so_it_is_a_sum_of_what_is_shown() -> None:
    """Five points with four each: 20, rounded down to 20, would give every one of them away."""
    assert seen((4,) * 5)[-1] == national.Total(None, None)
    assert seen((4, 9, 12))[-1] == national.Total(15, 15)
