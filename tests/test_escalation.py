"""Unread tips: who is told after how many working days, once for each step; what is done once a day, and by whom."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from clock import Clock
from test_retention import GRONINGEN, LUMENS, NATIONAL, add, keep
from tip_world import copied_settings

from campaign_site.cli import main
from tipline import retention
from tipline.audit import verify
from tipline.care_points import CarePoints
from tipline.chores import DailyChores
from tipline.escalation import escalate
from tipline.key_files import read_key_file, write_key_file
from tipline.storage import Store, escalations
from tipline.storage.cases import Closing
from tipline.storage.coordinators import Coordinator, Grant, WrappedKey
from tipline.storage.handovers import Doer, Offer
from tipline.storage.invitations import Invitation
from tipline.storage.outbox import Outcome
from tipline.working_days import dutch_date

SATURDAY = date(2026, 11, 21)
"""The day on which tips of these tests come."""
STEPS = {1: date(2026, 11, 24), 2: date(2026, 11, 25), 3: date(2026, 11, 26)}
"""When it waited so many working days: Monday was over on Tuesday."""

PEOPLE = {
    LUMENS: ("noor", "bilal"),
    GRONINGEN: ("sam", "femke"),
    NATIONAL: ("mira", "joost"),
}
ON_BOTH = pytest.mark.parametrize(
    "store", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """With two coordinators at each of three points; Bilal wants no mail, and Mira answers for the nation."""
    on_postgresql = getattr(request, "param", "sqlite") == "postgresql"
    url = request.getfixturevalue("postgresql_database") if on_postgresql else f"sqlite:///{tmp_path / 'tips.sqlite3'}"
    made = Store(url)
    made.migrate()
    for point, names in PEOPLE.items():
        for name in names:
            made.coordinators.add(
                Coordinator(
                    *(name, name, name, f"{name}@example.nl", point, "nl", "age1pq1x", b"half", b"box"),
                    role="national" if name == "mira" else "coordinator",
                    wants_mail=name != "bilal",
                ),
                WrappedKey(f"w-{name}", name, "passphrase", b"sealed"),
                Grant(f"g-{name}", name, point, 1, b"sealed"),
            )
    yield made
    made.close()


def told(store: Store) -> list[str]:
    """Who is told now; the mails are sent."""
    store.outbox.address()
    waiting = [each.coordinator for each in store.outbox.waiting()]
    for each in waiting:
        assert store.outbox.pass_on(each, lambda: Outcome.SENT) is Outcome.SENT
    return sorted(waiting)


def deeds(store: Store, care_point: str) -> list[str]:
    return [each.deed.deed for each in reversed(store.trail.of(care_point, 99))]


@ON_BOTH
def test_an_unread_tip_is_told_to_more_people_each_working_day_and_once_to_each(store: Store) -> None:
    tip = keep(store, LUMENS)
    assert told(store) == ["noor"]  # the ordinary notice; Bilal wants none
    expected = {STEPS[1]: ["noor"], STEPS[2]: ["bilal", "noor"], STEPS[3]: ["mira"]}
    for number in range(20):
        today = SATURDAY + timedelta(days=number)
        taken = escalate(store, NATIONAL, today)
        assert told(store) == expected.get(today, [])
        assert taken == (today in expected)
        assert escalate(store, NATIONAL, today) == 0
    assert deeds(store, LUMENS) == ["reminded", "all_told", "national_told"]
    assert deeds(store, NATIONAL) == []
    case = store.cases.get(tip.id, LUMENS)
    assert case
    assert (case.escalated, case.is_unread) == (3, True)


def test_what_is_read_closed_or_hidden_does_not_escalate(store: Store) -> None:
    read, answered, unread = keep(store, LUMENS), keep(store, LUMENS), keep(store, LUMENS)
    told(store)
    store.cases.read(read.id, LUMENS, SATURDAY)
    store.cases.set_status(answered.id, LUMENS, "in_progress")
    assert escalate(store, NATIONAL, STEPS[1]) == 1
    store.cases.read(unread.id, LUMENS, STEPS[1])
    assert escalate(store, NATIONAL, STEPS[3]) == 0


def test_many_unread_tips_are_one_mail_for_each_person(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escalations, "AT_ONCE", 2)
    for _ in range(5):
        keep(store, LUMENS, GRONINGEN)
    told(store)
    assert escalate(store, NATIONAL, STEPS[2]) == 20
    assert told(store) == ["bilal", "femke", "noor", "sam"]
    assert escalate(store, NATIONAL, STEPS[3]) == 10
    assert told(store) == ["mira"]


def test_chores_that_stood_still_for_days_take_all_steps_at_once(store: Store) -> None:
    keep(store, LUMENS)
    told(store)
    assert escalate(store, NATIONAL, STEPS[3] + timedelta(days=9)) == 3
    assert told(store) == ["bilal", "mira", "noor"]
    assert deeds(store, LUMENS) == ["reminded", "all_told", "national_told"]


def test_at_the_national_point_itself_everyone_hears_it_again(store: Store) -> None:
    keep(store, NATIONAL)
    told(store)
    for number, people in ((1, ["joost", "mira"]), (2, ["joost", "mira"]), (3, ["joost", "mira"])):
        assert escalate(store, NATIONAL, STEPS[number]) == 1
        assert told(store) == people


def test_what_another_point_offers_waits_since_the_day_of_the_offer(store: Store) -> None:
    tip = keep(store, LUMENS)
    store.cases.read(tip.id, LUMENS, SATURDAY)
    told(store)
    offer = Offer(GRONINGEN, False, b"sealed", b"note", frozenset())
    store.handovers.finish(Doer(tip.id, LUMENS, "noor", date(2027, 2, 1)), offer)
    told(store)
    assert escalate(store, NATIONAL, date(2027, 2, 2)) == 0
    assert escalate(store, NATIONAL, date(2027, 2, 3)) == 1
    assert told(store) == ["femke", "sam"]


def test_an_addition_does_not_put_the_telling_off(store: Store) -> None:
    tip = keep(store, LUMENS)
    told(store)
    add(store, tip, "addition", STEPS[1], LUMENS)
    assert escalate(store, NATIONAL, STEPS[1]) == 1


# A year, day by day


def test_a_year_of_an_unread_tip_by_the_clock(store: Store, care_points: CarePoints) -> None:
    """Every night at five past twelve; only nights on which something may happen are looked at one by one."""
    clock, tip = Clock(datetime(2026, 11, 21, 10, tzinfo=UTC)), keep(store, LUMENS)
    chores = DailyChores(store, lambda: care_points, clock)
    told(store)
    events: dict[date, list[str]] = {}
    while store.cases.get(tip.id, LUMENS):
        clock.forward(days=1)
        if chores.keep_up() and (people := told(store)):
            events[dutch_date(clock())] = people
        if clock.now.date() == date(2026, 12, 10):
            clock.now = datetime(2027, 10, 15, 23, 5, tzinfo=UTC)
    assert events == {
        STEPS[1]: ["noor"],
        STEPS[2]: ["bilal", "noor"],
        STEPS[3]: ["mira"],
        SATURDAY + retention.UNREAD - retention.TOLD_BEFORE: ["mira"],
    }
    assert dutch_date(clock()) == SATURDAY + retention.UNREAD
    assert deeds(store, LUMENS) == ["reminded", "all_told", "national_told", "deletion_announced", "deleted"]
    assert verify(store.trail, ()).entries == 5


# Once a day


@ON_BOTH
def test_of_many_processes_one_does_the_days_chores(store: Store, care_points: CarePoints) -> None:
    clock = Clock()
    nodes = [DailyChores(store, lambda: care_points, clock) for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(lambda node: node.keep_up(), nodes)) == [False] * 5 + [True]
    clock.now = datetime(2026, 11, 21, 22, 59, tzinfo=UTC)
    assert not any(node.keep_up() for node in nodes)
    clock.now = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)  # midnight in the Netherlands
    assert [node.keep_up() for node in nodes] == [True] + [False] * 5


def test_chores_that_failed_are_begun_anew(store: Store, care_points: CarePoints) -> None:
    class NoContentError(Exception):
        pass

    def no_content() -> CarePoints:
        raise NoContentError

    with pytest.raises(NoContentError):
        DailyChores(store, no_content, Clock()).keep_up()
    assert DailyChores(store, lambda: care_points, Clock()).keep_up()


def test_a_clock_that_ran_years_ahead_does_not_stop_the_chores(store: Store, care_points: CarePoints) -> None:
    clock = Clock(datetime(2031, 1, 1, tzinfo=UTC))
    chores = DailyChores(store, lambda: care_points, clock)
    assert chores.keep_up()
    clock.now = datetime(2026, 11, 21, tzinfo=UTC)
    assert chores.keep_up()
    assert not chores.keep_up()


def test_leftovers_go_and_what_is_still_needed_stays(store: Store, care_points: CarePoints) -> None:
    clock = Clock()
    now = clock()
    for name, ends in (("over", now), ("open", now + timedelta(days=1))):
        store.invitations.add(Invitation(name.encode(), LUMENS, f"{name}@example.nl", "coordinator", ends))
    keep(store, LUMENS)
    store.outbox.address()
    assert store.point_keys.revoke("noor", LUMENS, SATURDAY)
    DailyChores(store, lambda: care_points, clock).run()
    assert [each.email for each in store.invitations.of(LUMENS, now - timedelta(days=9))] == ["open@example.nl"]
    noor, bilal = (store.coordinators.by_login(name) for name in ("noor", "bilal"))
    assert noor
    assert bilal
    assert (noor.name, noor.recipient, noor.email, noor.totp_box) == ("noor", "age1pq1x", "", b"")
    assert bilal.email == "bilal@example.nl"
    assert store.outbox.waiting() == ()


# The command


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A copy of the demonstration with real key files."""
    settings = copied_settings(tmp_path)
    for file in (settings.tipline.content / "keys").glob("*.toml"):
        write_key_file(file, replace(read_key_file(file), is_demo=False))
    return {"SIGNAALLIJN_DATA": str(settings.data), "SIGNAALLIJN_CONTENT": str(settings.content)}


def test_run_due_does_it_all_once_and_says_what(environment: dict[str, str]) -> None:
    data = Path(environment["SIGNAALLIJN_DATA"])
    store = Store(f"sqlite:///{data / 'signaallijn.sqlite3'}")
    closed, unread = keep(store, LUMENS), keep(store, LUMENS)
    store.cases.set_status(closed.id, LUMENS, "closed", closing=Closing("advised", date(2020, 1, 1)))
    ran = CliRunner().invoke(main, ["run-due"], env=environment)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert re.fullmatch(r"Unread tips: \d steps\.\nDeleted cases: 1\.\nMails: 0\.\n", ran.stdout)
    assert store.cases.get(closed.id, LUMENS) is None
    assert store.cases.get(unread.id, LUMENS)
    store.close()
    again = CliRunner().invoke(main, ["run-due"], env=environment)
    assert again.stdout == "Unread tips: 0 steps.\nDeleted cases: 0.\nMails: 0.\n"
    assert CliRunner().invoke(main, ["audit", "verify"], env=environment).exit_code == 0


def test_run_due_refuses_content_that_is_not_of_this_database(environment: dict[str, str]) -> None:
    store = Store(f"sqlite:///{Path(environment['SIGNAALLIJN_DATA']) / 'signaallijn.sqlite3'}")
    tip = keep(store, LUMENS)
    store.cases.set_status(tip.id, LUMENS, "closed", closing=Closing("advised", date(2020, 1, 1)))
    (Path(environment["SIGNAALLIJN_CONTENT"]) / "tipline" / "keys" / f"{LUMENS}.toml").unlink()
    ran = CliRunner().invoke(main, ["run-due"], env=environment)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith("Error: tips are stored for lumens-emp, whose key file is gone")
    assert store.cases.get(tip.id, LUMENS)
    store.close()
