"""Deletion when the time is over: by care point, put off by what happens, never of an unread tip without a word."""

import secrets
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tipline.care_points import CarePoints
from tipline.retention import DEFAULT, LONGEST_UNREAD, Terms, delete_due, deleted_on, must_tell, terms_of
from tipline.storage import Store
from tipline.storage.cases import Closing
from tipline.storage.escalations import Step
from tipline.storage.handovers import Doer, Offer
from tipline.storage.outbox import Audience, Who
from tipline.storage.tips import TIPSTER, DraftChange, NewTip, StoredMessage

TODAY = date(2026, 11, 21)
LUMENS, GRONINGEN, NATIONAL = "lumens-emp", "zvh-groningen", "comensha"


ON_BOTH = pytest.mark.parametrize(
    "store", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    on_postgresql = getattr(request, "param", "sqlite") == "postgresql"
    made = Store(request.getfixturevalue("postgresql_database") if on_postgresql else f"sqlite:///{file_in(tmp_path)}")
    made.migrate()
    yield made
    made.close()


def file_in(folder: Path) -> Path:
    return folder / "tips.sqlite3"


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def keep(store: Store, *care_points: str, sealed: bytes = b"sealed") -> NewTip:
    tip = NewTip(
        str(uuid.uuid4()), secrets.token_bytes(32), TODAY, hidden=False, sealed=dict.fromkeys(care_points, sealed)
    )
    draft = uuid.uuid4().bytes
    store.drafts.add(draft, b"box", 2**30)
    assert store.tips.keep(tip, DraftChange(draft, b"box", b"sent"))
    return tip


def add(store: Store, tip: NewTip, kind: str, on: date, *readers: str, sealed: bytes = b"sealed") -> None:
    number = store.tips.next_number(tip.id, kind, readers[0] if kind == "note" else "")
    files = [StoredMessage(str(uuid.uuid4()), tip.id, kind, number, each, readers, on, sealed) for each in readers]
    assert store.tips.add_messages(files)


def goes_on(store: Store, care_points: CarePoints, number: int, *cases: tuple[NewTip, str]) -> bool:
    """Whether the daily chore deletes these cases on that day and not on the day before."""
    delete_due(store, care_points, day(number - 1))
    there = [store.cases.get(tip.id, point) is not None for tip, point in cases]
    delete_due(store, care_points, day(number))
    return all(there) and not any(store.cases.get(tip.id, point) for tip, point in cases)


def deeds(store: Store, care_point: str = LUMENS) -> list[tuple[str, str, str, str]]:
    entries = store.trail.of(care_point, 99)
    return [(each.deed.deed, each.deed.actor, each.deed.tip, each.deed.about) for each in entries]


@ON_BOTH
def test_a_closed_case_goes_on_the_day_that_the_desk_tells_with_an_entry_and_nothing_else(
    store: Store, care_points: CarePoints
) -> None:
    tip, other = keep(store, LUMENS), keep(store, LUMENS)
    add(store, tip, "addition", TODAY, LUMENS)
    add(store, tip, "answer", TODAY, TIPSTER, LUMENS)
    add(store, tip, "note", TODAY, LUMENS)
    store.cases.set_status(tip.id, LUMENS, "closed", closing=Closing("advised", day(3)))
    case = store.cases.get(tip.id, LUMENS)
    assert case
    assert deleted_on(case) == day(93)
    assert goes_on(store, care_points, 93, (tip, LUMENS))
    assert store.tips.by_lookup(tip.lookup_digest) is None
    assert store.tips.messages(tip.id, TIPSTER) == store.tips.messages(tip.id, LUMENS) == ()
    assert store.tips.by_lookup(other.lookup_digest)
    assert deeds(store) == [("deleted", "system", tip.id, "")]
    assert [each.deed.happened_on for each in store.trail.of(LUMENS, 9)] == [day(93)]


def test_whatever_happens_in_an_open_case_puts_its_deletion_off(store: Store, care_points: CarePoints) -> None:
    tips = {what: keep(store, LUMENS) for what in ("nothing", "note", "addition", "label", "assign", "opened")}
    for tip in tips.values():
        assert store.cases.read(tip.id, LUMENS, TODAY)
        assert not store.cases.read(tip.id, LUMENS, day(400))
    add(store, tips["note"], "note", day(100), LUMENS)
    add(store, tips["addition"], "addition", day(110), LUMENS)
    store.cases.set_labels(tips["label"].id, LUMENS, ["school"], [], on=day(120))
    store.cases.assign(tips["assign"].id, LUMENS, "noor", "", on=day(130))
    opened = tips["opened"].id
    store.cases.set_status(opened, LUMENS, "closed", closing=Closing("advised", day(300)), on=day(300))
    store.cases.set_status(opened, LUMENS, "read", on=day(380))
    ends = {"nothing": 365, "note": 465, "addition": 475, "label": 485, "assign": 495, "opened": 745}
    for what, number in ends.items():
        assert goes_on(store, care_points, number, (tips[what], LUMENS)), what


@ON_BOTH
def test_each_point_keeps_its_cases_for_its_own_time_and_the_last_takes_the_tip_along(
    store: Store, care_points: CarePoints
) -> None:
    points = dict(care_points.points)
    points[LUMENS] = replace(points[LUMENS], keeps_closed_days=30)
    points[GRONINGEN] = replace(points[GRONINGEN], keeps_closed_days=200)
    content = replace(care_points, points=points)
    tip = keep(store, LUMENS, GRONINGEN)
    add(store, tip, "answer", TODAY, TIPSTER, LUMENS, GRONINGEN)
    for point in (LUMENS, GRONINGEN):
        store.cases.set_status(tip.id, point, "closed", closing=Closing("advised", TODAY))
    assert goes_on(store, content, 30, (tip, LUMENS))
    assert store.tips.messages(tip.id, LUMENS) == ()
    assert len(store.tips.messages(tip.id, TIPSTER)) == len(store.tips.messages(tip.id, GRONINGEN)) == 1
    there = store.tips.by_lookup(tip.lookup_digest)
    assert there
    assert there.care_points == (GRONINGEN,)
    assert goes_on(store, content, 200, (tip, GRONINGEN))
    assert store.tips.by_lookup(tip.lookup_digest) is None
    assert store.tips.messages(tip.id, TIPSTER) == ()


@ON_BOTH
def test_an_unread_tip_is_not_deleted_before_the_national_point_was_told_thirty_days_ago(
    store: Store, care_points: CarePoints
) -> None:
    tip = keep(store, LUMENS)
    for number in (365, 500, 900):
        assert delete_due(store, care_points, day(number)) == 0
    told(store, tip, day(900))
    case = store.cases.get(tip.id, LUMENS)
    assert case
    assert deleted_on(case) == day(930)
    assert delete_due(store, care_points, day(929)) == 0
    assert delete_due(store, care_points, day(930)) == 1


def lives(store: Store, care_points: CarePoints, tip: NewTip, adds: range) -> tuple[list[int], int]:
    """An unread tip to which its tipster adds something on these days: when the national point was told, and when it
    was gone."""
    tellings = []
    for number in range(1, 1000):
        if number in adds:
            add(store, tip, "addition", day(number), LUMENS)
        case = store.cases.get(tip.id, LUMENS)
        assert case
        if must_tell(case, day(number)):
            tellings.append(number)
            told(store, tip, day(number))
        # Looking costs more than computing: a thousand days are looked at only where something may happen.
        if deleted_on(case) <= day(number + 1) and delete_due(store, care_points, day(number)):
            return tellings, number
    raise AssertionError("it was never deleted")


def test_an_unread_tip_goes_after_two_years_at_the_latest_whatever_is_added(
    store: Store, care_points: CarePoints
) -> None:
    assert lives(store, care_points, keep(store, LUMENS), range(50, 730, 50)) == ([700], LONGEST_UNREAD.days)


def test_what_a_tipster_adds_after_the_telling_puts_the_deletion_off_and_it_is_told_again(
    store: Store, care_points: CarePoints
) -> None:
    assert lives(store, care_points, keep(store, LUMENS), range(340, 341)) == ([335, 675], 705)


def test_a_tip_that_is_read_at_the_last_moment_is_kept_for_a_year_more(store: Store, care_points: CarePoints) -> None:
    tip = keep(store, LUMENS)
    told(store, tip, day(335))
    assert delete_due(store, care_points, day(364)) == 0
    assert store.cases.read(tip.id, LUMENS, day(364))
    assert delete_due(store, care_points, day(728)) == 0
    assert delete_due(store, care_points, day(729)) == 1


def test_what_is_on_its_way_to_another_point_stays_until_that_answers(store: Store, care_points: CarePoints) -> None:
    tip = keep(store, LUMENS)
    store.cases.set_status(tip.id, LUMENS, "closed", closing=Closing("advised", TODAY))
    doer = Doer(tip.id, LUMENS, "noor", day(89))
    store.handovers.finish(doer, Offer(GRONINGEN, False, b"sealed", b"note", frozenset()))
    assert delete_due(store, care_points, day(100)) == 0
    assert store.cases.get(tip.id, GRONINGEN)
    store.handovers.take(replace(doer, care_point=GRONINGEN, coordinator="sam", today=day(101)))
    assert store.cases.get(tip.id, LUMENS) is None
    assert goes_on(store, care_points, 101 + 365, (tip, GRONINGEN))


@ON_BOTH
def test_an_offer_that_nobody_ever_answers_goes_by_the_receivers_time_and_the_giver_is_told(
    store: Store, care_points: CarePoints
) -> None:
    tip = keep(store, LUMENS)
    store.cases.read(tip.id, LUMENS, TODAY)
    store.handovers.finish(
        Doer(tip.id, LUMENS, "noor", day(700)), Offer(GRONINGEN, False, b"sealed", b"note", frozenset())
    )
    assert delete_due(store, care_points, day(1064)) == 0
    told(store, tip, day(1040), GRONINGEN)
    assert delete_due(store, care_points, day(1069)) == 0
    assert delete_due(store, care_points, day(1070)) == 1
    assert store.cases.get(tip.id, GRONINGEN) is None
    assert store.handovers.standing(tip.id, LUMENS) is None
    assert [(each.deed, each.other) for each in store.handovers.way(tip.id, LUMENS)][-1] == ("offer_lapsed", GRONINGEN)
    assert delete_due(store, care_points, day(1070)) == 1  # nothing holds the giver's own case any more


def test_a_case_of_which_an_offer_was_only_begun_goes_with_the_files_of_the_offer(
    store: Store, care_points: CarePoints
) -> None:
    tip = keep(store, LUMENS)
    add(store, tip, "addition", TODAY, LUMENS)
    store.cases.set_status(tip.id, LUMENS, "closed", closing=Closing("advised", TODAY))
    store.handovers.put(Doer(tip.id, LUMENS, "noor", TODAY), GRONINGEN, {("addition", 1): b"x"}, is_first=True)
    assert delete_due(store, care_points, day(90)) == 1
    assert store.tips.messages(tip.id, GRONINGEN) == ()
    assert store.tips.by_lookup(tip.lookup_digest) is None


def test_what_still_waits_for_its_slot_is_not_touched(store: Store, care_points: CarePoints) -> None:
    draft, tip = uuid.uuid4().bytes, NewTip("hidden", b"digest", TODAY, hidden=True, sealed={LUMENS: b"sealed"})
    store.drafts.add(draft, b"box", 2**30)
    assert store.tips.keep(tip, DraftChange(draft, b"box", b"sent"))
    assert delete_due(store, care_points, day(5000)) == 0


def told(store: Store, tip: NewTip, on: date, care_point: str = LUMENS) -> None:
    """The national point was told that this case will be deleted unread."""
    audience, unread = Audience(NATIONAL, Who.NATIONAL), store.escalations.unread(date.max, 9)
    steps = [
        Step(each, "deletion_announced", each.escalated, on, audience)
        for each in unread
        if (each.tip, each.care_point) == (tip.id, care_point)
    ]
    assert store.escalations.take(steps, on) == 1


# What a point may choose


def test_a_point_that_chose_nothing_keeps_everyones_time(care_points: CarePoints) -> None:
    assert terms_of(None) == terms_of(care_points.points[LUMENS]) == DEFAULT == Terms()
    chose = replace(care_points.points[LUMENS], keeps_closed_days=14, keeps_open_days=730)
    assert terms_of(chose) == Terms(timedelta(days=14), timedelta(days=730))
