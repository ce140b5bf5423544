"""Slots: until one begins nothing at the desk tells of what a tipster sent; then all of it does, at once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from clock import NOW, Clock
from test_conversation import answer, sent_tip, visit
from tip_world import TipWorld, make_tip_world

from tipline.receipts import Derived
from tipline.slots import Rewriting, Slots, last_slot
from tipline.storage.cases import Closing
from tipline.storage.slots import AT_ONCE
from tipline.storage.tips import StoredTip

LUMENS = "lumens-emp"


@pytest.fixture
def slotted(tmp_path: Path) -> Iterator[TipWorld]:
    """A tip line whose slots are hours; its last slot was that of now."""
    made = make_tip_world(tmp_path)
    yield with_slots(made)
    made.store.close()


def with_slots(world: TipWorld) -> TipWorld:
    hours(world).keep_up()
    return replace(
        world,
        intake=replace(world.intake, waits_for_slot=True),
        conversations=replace(world.conversations, waits_for_slot=True),
    )


def hours(world: TipWorld, minutes: int = 60) -> Slots:
    return Slots(world.store, minutes, world.clock)


def forward(world: TipWorld, **by: float) -> None:
    assert isinstance(world.clock, Clock)
    world.clock.forward(**by)


def listed(world: TipWorld) -> int:
    return len(world.store.cases.page(LUMENS, ("new", "read", "in_progress", "closed"), 50))


def a_tip(world: TipWorld) -> None:
    world.intake.receive(world.report(), "nl")


@pytest.mark.parametrize(
    ("now", "minutes", "began"),
    [
        ("2026-11-21T10:02:03+00:00", 60, "2026-11-21T10:00:00+00:00"),
        ("2026-11-21T10:59:59.999+00:00", 60, "2026-11-21T10:00:00+00:00"),
        ("2026-11-21T11:00:00+00:00", 60, "2026-11-21T11:00:00+00:00"),
        ("2026-11-21T10:44:00+00:00", 15, "2026-11-21T10:30:00+00:00"),
        ("2026-11-21T23:30:00+00:00", 1440, "2026-11-21T00:00:00+00:00"),
        ("2026-11-22T00:10:00+01:00", 1440, "2026-11-21T00:00:00+00:00"),
    ],
)
def test_a_slot_begins_at_each_multiple_of_its_length_since_midnight_in_utc(now: str, minutes: int, began: str) -> None:
    assert last_slot(datetime.fromisoformat(now), minutes).isoformat() == began


def test_slots_pass_over_the_change_of_the_clocks_as_over_any_other_hour() -> None:
    begins = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # at one o'clock in UTC Dutch clocks go back
    dutch = [(begins + timedelta(minutes=20 * each)).astimezone(timezone(timedelta(hours=2))) for each in range(12)]
    assert [last_slot(each, 60) for each in dutch] == [begins + timedelta(hours=each // 3) for each in range(12)]


def test_without_slots_a_tip_is_visible_at_once(world: TipWorld) -> None:
    assert last_slot(NOW, 0) == NOW
    a_tip(world)
    assert listed(world) == 1


def test_a_tip_waits_for_its_slot(slotted: TipWorld) -> None:
    a_tip(slotted)
    assert not hours(slotted).keep_up()
    assert listed(slotted) == 0
    forward(slotted, hours=1)
    assert hours(slotted).keep_up()
    assert listed(slotted) == 1
    assert not hours(slotted).keep_up()


def test_a_restart_in_the_middle_of_a_slot_uncovers_nothing(slotted: TipWorld) -> None:
    a_tip(slotted)
    forward(slotted, minutes=57)
    assert not hours(slotted).keep_up()
    forward(slotted, minutes=1)
    assert hours(slotted).keep_up()


def test_a_tip_line_that_never_had_a_slot_begins_with_the_one_that_stands(world: TipWorld) -> None:
    slotted = replace(world, intake=replace(world.intake, waits_for_slot=True))
    a_tip(slotted)
    assert not hours(slotted).keep_up()
    assert listed(slotted) == 0
    forward(slotted, hours=1)
    assert hours(slotted).keep_up()


def test_after_a_pause_of_days_one_slot_uncovers_all(slotted: TipWorld) -> None:
    a_tip(slotted)
    forward(slotted, days=3)
    assert hours(slotted).keep_up()
    assert not hours(slotted).keep_up()
    assert listed(slotted) == 1


def test_however_many_notices_one_code_left_every_tip_becomes_visible(slotted: TipWorld) -> None:
    """More than SQLite takes as values of one statement; each addition leaves one."""
    a_tip(slotted)
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250001)"
    with closing(sqlite3.connect(slotted.database)) as database, database:
        database.execute(
            f"INSERT INTO notices (id, care_point, attempts, coordinator, is_dead) {numbers} "  # noqa: S608  # our own
            "SELECT 'x' || i, ?, 0, '', 0 FROM n",
            (LUMENS,),
        )
    forward(slotted, hours=1)
    assert hours(slotted).keep_up()
    assert listed(slotted) == 1
    assert len(slotted.store.outbox.waiting()) == 2, "Noor and Bilal"
    assert slotted.store.outbox.unaddressed() == ()


def test_of_two_processes_one_uncovers(slotted: TipWorld) -> None:
    seen = slotted.store.slots.last()
    assert seen
    assert slotted.store.slots.uncover("2026-11-21T11:00:00+00:00", seen)
    a_tip(slotted)
    assert not slotted.store.slots.uncover("2026-11-21T11:00:00+00:00", seen), "it read the slot before the other wrote"
    assert listed(slotted) == 0


def test_a_node_whose_clock_is_a_little_behind_waits(slotted: TipWorld) -> None:
    a_tip(slotted)
    forward(slotted, hours=1)
    assert hours(slotted).keep_up()
    a_tip(slotted)
    forward(slotted, minutes=-3)
    assert not hours(slotted).keep_up()
    assert slotted.store.slots.last() == "2026-11-21T11:00:00+00:00"


def test_a_clock_that_was_years_ahead_stops_nothing_for_long(slotted: TipWorld) -> None:
    forward(slotted, days=2000)
    hours(slotted).keep_up()
    forward(slotted, days=-2000)
    a_tip(slotted)
    assert not hours(slotted).keep_up()
    forward(slotted, hours=1)
    assert hours(slotted).keep_up()
    assert listed(slotted) == 1


def test_shorter_longer_and_no_slots_can_be_set(slotted: TipWorld) -> None:
    a_tip(slotted)
    forward(slotted, minutes=13)
    assert hours(slotted, minutes=15).keep_up()
    a_tip(slotted)
    assert not hours(slotted).keep_up()
    assert hours(slotted, minutes=0).keep_up()
    assert listed(slotted) == 2
    assert slotted.store.slots.last() == AT_ONCE
    a_tip(slotted)
    assert not hours(slotted).keep_up()
    forward(slotted, hours=1)
    assert hours(slotted).keep_up()
    assert listed(slotted) == 3


# Additions


def add(world: TipWorld, tip: StoredTip, derived: Derived, text: str) -> None:
    world.conversations.add(visit(world, derived), tip, derived, text, "nl")


def test_an_addition_waits_and_changes_nothing_before(slotted: TipWorld) -> None:
    tip, derived = sent_tip(slotted)
    forward(slotted, hours=1)
    hours(slotted).keep_up()
    cases = slotted.store.cases
    cases.set_status(tip.id, LUMENS, "closed", closing=Closing("unusable", NOW.date()))
    before, news = cases.get(tip.id, LUMENS), cases.news(LUMENS)
    add(slotted, tip, derived, "Nog iets.")
    assert (cases.get(tip.id, LUMENS), cases.news(LUMENS)) == (before, news)
    assert slotted.store.tips.messages(tip.id, LUMENS) == ()
    assert cases.last_numbers(LUMENS, [tip.id]) == {}
    assert slotted.store.tips.last_shown(tip.id, "addition") == 0
    files, _ = slotted.store.point_keys.files(LUMENS, "", 50)
    assert [file.message for file in files] == [""]
    forward(slotted, hours=1)
    hours(slotted).keep_up()
    case = cases.get(tip.id, LUMENS)
    assert before
    assert case
    assert (case.status, case.reason, case.closed_on) == ("in_progress", "", None)
    assert case.changes == before.changes + 1
    assert [each.number for each in slotted.store.tips.messages(tip.id, LUMENS)] == [1]
    assert cases.last_numbers(LUMENS, [tip.id]) == {(tip.id, "addition"): 1}


def test_an_answer_does_not_count_what_still_waits_as_answered(slotted: TipWorld) -> None:
    tip, derived = sent_tip(slotted)
    forward(slotted, hours=1)
    hours(slotted).keep_up()
    add(slotted, tip, derived, "Nog iets.")
    answer(slotted, tip, derived)
    forward(slotted, hours=1)
    hours(slotted).keep_up()
    case = slotted.store.cases.get(tip.id, LUMENS)
    assert case
    assert case.answered_to == 0, "nobody had read it: it waits for an answer"


def test_the_tipster_sees_what_he_added_and_adds_more_meanwhile(slotted: TipWorld) -> None:
    tip, derived = sent_tip(slotted)
    for text in ("Eerst.", "Daarna."):
        add(slotted, tip, derived, text)
    found = slotted.conversations.open(derived)
    assert found
    assert found.additions == 2
    forward(slotted, hours=1)
    hours(slotted).keep_up()
    case = slotted.store.cases.get(tip.id, LUMENS)
    assert case
    assert (case.status, case.active_on) == ("new", NOW.date())
    assert [each.number for each in slotted.store.tips.messages(tip.id, LUMENS)] == [1, 2]


def test_older_keys_are_kept_while_something_sealed_to_them_waits(slotted: TipWorld) -> None:
    def drops(made_on: date) -> bool:
        return slotted.store.point_keys.drop_older(LUMENS, 1, made_on)

    tip, derived = sent_tip(slotted)
    forward(slotted, hours=1)
    hours(slotted).keep_up()
    assert drops(NOW.date() - timedelta(days=1))
    add(slotted, tip, derived, "Nog iets.")
    forward(slotted, hours=12)
    assert not drops(NOW.date()), "it waits still"
    forward(slotted, hours=2)
    forward(slotted, minutes=-50)
    hours(slotted).keep_up()
    assert slotted.store.slots.last() == "2026-11-22T00:00:00+00:00"
    assert not drops(NOW.date()), "a browser may have looked a moment before it was uncovered"
    forward(slotted, hours=1)
    hours(slotted).keep_up()
    assert drops(NOW.date())


# Notices


def test_notices_are_for_coordinators_from_their_slot_on_and_one_for_each(slotted: TipWorld) -> None:
    tip, derived = sent_tip(slotted)
    a_tip(slotted)
    add(slotted, tip, derived, "Nog iets.")
    assert slotted.store.outbox.unaddressed() == (LUMENS,) * 3
    assert slotted.store.outbox.waiting() == ()
    forward(slotted, hours=1)
    hours(slotted).keep_up()
    assert slotted.store.outbox.unaddressed() == ()
    assert sorted(each.email for each in slotted.store.outbox.waiting()) == ["bilal@example.nl", "noor@example.nl"]


# SQLite's file


def test_after_a_slot_the_file_is_written_anew_once_and_its_log_is_empty(slotted: TipWorld) -> None:
    rewriting = Rewriting(slotted.store, slotted.clock)
    a_tip(slotted)
    assert not rewriting.keep_up()
    forward(slotted, hours=1)
    hours(slotted).keep_up()
    assert rewriting.keep_up()
    assert not rewriting.keep_up()
    log = slotted.database.with_name(slotted.database.name + "-wal")
    assert not log.exists() or log.stat().st_size < 20_000, "what stands there is that it was done"
    forward(slotted, hours=1)
    hours(slotted).keep_up()
    assert not rewriting.keep_up(), "nothing came"


def test_writing_anew_that_fails_is_tried_again_later(slotted: TipWorld) -> None:
    rewriting = Rewriting(slotted.store, slotted.clock)
    a_tip(slotted)
    forward(slotted, hours=1)
    hours(slotted).keep_up()
    with closing(sqlite3.connect(slotted.database)) as other:
        other.execute("PRAGMA busy_timeout=0")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            rewriting.keep_up()
    assert not rewriting.keep_up(), "not at once"
    forward(slotted, minutes=1)
    assert rewriting.keep_up()


def test_a_large_file_is_written_anew_at_night(slotted: TipWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tipline.slots.LARGEST", 1)
    rewriting = Rewriting(slotted.store, slotted.clock)
    a_tip(slotted)
    forward(slotted, hours=1)
    hours(slotted).keep_up()
    assert not rewriting.keep_up()
    forward(slotted, hours=15)
    assert rewriting.keep_up()
