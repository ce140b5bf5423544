"""Drafts: boxed, coarse in time, gone when their time is over, and changed only by who saw their last state."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tip_world import EINDHOVEN, TipWorld, make_tip_world

from tipline.drafts import (
    FOLLOW_UP_SECONDS,
    GRAIN_SECONDS,
    REPORT_SECONDS,
    Draft,
    Drafts,
    FollowUpDraft,
    PlaceAnswer,
    ReportDraft,
    SentDraft,
)
from tipline.receipts import Receipt, derive

REPORT = ReportDraft(
    place=EINDHOVEN,
    home=PlaceAnswer(text="Helmond"),
    left_out=("zvh-groningen",),
    answers={"story": 'Eén "verhaal"\n\U0001f9ff', "source": ("seen", "online")},
    faults={"story": "too_long"},
    told=("lumens-emp",),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TipWorld]:
    made = make_tip_world(tmp_path_factory.mktemp("drafts"))
    yield made
    made.store.close()


@pytest.mark.parametrize(
    "draft",
    [
        ReportDraft(tip="00000000-0000-4000-8000-000000000000"),
        REPORT,
        SentDraft(Receipt.new(), ("lumens-emp", "zvh-groningen")),
        SentDraft(None, ("lumens-emp",)),
        FollowUpDraft(fault="unknown", text="tekst", said="added"),
        FollowUpDraft(derive(Receipt.new(), bytes(32))),
    ],
)
def test_a_draft_comes_back_as_it_was(world: TipWorld, draft: Draft) -> None:
    found = world.drafts.any(world.drafts.begin(draft))
    assert found
    assert found.draft == draft


def test_a_draft_of_another_kind_is_none(world: TipWorld) -> None:
    report, visit = world.drafts.begin(REPORT), world.drafts.begin(FollowUpDraft())
    assert world.drafts.held(report, ReportDraft)
    assert world.drafts.held(report, SentDraft) is None
    assert world.drafts.held(report, FollowUpDraft) is None
    assert world.drafts.held(visit, ReportDraft) is None


@pytest.mark.parametrize(
    ("draft", "seconds"),
    [(REPORT, REPORT_SECONDS), (FollowUpDraft(), FOLLOW_UP_SECONDS), (SentDraft(), REPORT_SECONDS)],
)
def test_a_draft_is_gone_at_exactly_its_end(world: TipWorld, draft: Draft, seconds: int) -> None:
    begun = world.clock()
    end = (int(begun.timestamp()) + seconds) // GRAIN_SECONDS * GRAIN_SECONDS
    draft_id = world.drafts.begin(draft)
    world.clock.forward(seconds=end - 1 - begun.timestamp())
    assert world.drafts.any(draft_id)
    world.clock.forward(seconds=1)
    assert world.drafts.any(draft_id) is None


def test_ends_are_kept_in_steps_of_five_minutes(world: TipWorld) -> None:
    for _ in range(5):
        world.drafts.begin(REPORT)
        world.clock.forward(seconds=77)
    database = sqlite3.connect(world.database)
    ends = {end for (end,) in database.execute("SELECT expires FROM drafts")}
    database.close()
    assert {end % GRAIN_SECONDS for end in ends} == {0}


def test_a_new_draft_clears_away_those_that_are_over(world: TipWorld) -> None:
    world.drafts.begin(REPORT)
    world.clock.forward(seconds=REPORT_SECONDS)
    world.drafts.begin(REPORT)
    database = sqlite3.connect(world.database)
    (count,) = database.execute("SELECT count(*) FROM drafts").fetchone()
    database.close()
    assert count == 1


def test_who_did_not_see_the_last_state_changes_nothing(world: TipWorld) -> None:
    draft_id = world.drafts.begin(REPORT)
    first, second = world.drafts.held(draft_id, ReportDraft), world.drafts.held(draft_id, ReportDraft)
    assert first
    assert second
    assert world.drafts.keep(first, replace(REPORT, told=("comensha",)))
    assert not world.drafts.keep(second, replace(REPORT, told=("zvh-groningen",)))
    found = world.drafts.held(draft_id, ReportDraft)
    assert found
    assert found.draft.told == ("comensha",)


def test_a_destroyed_draft_is_gone_and_others_stay(world: TipWorld) -> None:
    one, other = world.drafts.begin(REPORT), world.drafts.begin(REPORT)
    world.drafts.destroy(one)
    world.drafts.destroy("never was")
    assert world.drafts.any(one) is None
    assert world.drafts.any(other)


@pytest.mark.parametrize("draft_id", ["", "A" * 22, "A" * 21, "A" * 23, "\x00" * 22, "é" * 22, "../" * 7 + "x"])
def test_an_id_that_was_never_given_is_none(world: TipWorld, draft_id: str) -> None:
    assert world.drafts.any(draft_id) is None


def test_the_database_knows_neither_id_nor_words(world: TipWorld, tmp_path: Path) -> None:
    draft_id = world.drafts.begin(replace(REPORT, home=PlaceAnswer(text="kwartelhaan")))
    world.store.close()  # everything goes into the one file
    kept = world.database.read_bytes()
    assert draft_id.encode() not in kept
    assert b"kwartelhaan" not in kept
    assert b"GM0772" not in kept
    assert tmp_path.exists()


def test_a_box_opens_with_the_id_and_one_of_the_secrets_together(world: TipWorld) -> None:
    draft_id = world.drafts.begin(REPORT)
    keys = world.settings.tipline.secret_keys
    assert Drafts(world.store.drafts, ("n" * 32, *keys), world.clock).any(draft_id)
    assert Drafts(world.store.drafts, ("n" * 32,), world.clock).any(draft_id) is None


def test_the_size_of_a_box_says_little(world: TipWorld) -> None:
    def size(story: str) -> int:
        held = world.drafts.any(world.drafts.begin(ReportDraft(answers={"story": story})))
        assert held
        return len(held.box)

    assert size("") == size("a" * 3000)
    assert size("a" * 4500) == size("a" * 7000) == size("") + 4096


def test_no_repr_shows_what_was_typed() -> None:
    receipt = Receipt.new()
    shown = repr([REPORT, SentDraft(receipt), FollowUpDraft(derive(receipt, bytes(32)), text="geheim")])
    for secret in ("verhaal", "Helmond", "GM0772", "5611", receipt.digits, receipt.digits[:5], "geheim"):
        assert secret not in shown
