"""Intake: one draft becomes one tip, sealed to who was told, or nothing at all."""

import sqlite3
from dataclasses import replace

import base64url
import pytest
from clock import NOW
from sqlalchemy.exc import SQLAlchemyError
from tip_world import AMSTERDAM, EINDHOVEN, GRONINGEN, TipWorld

from tipline import sealing
from tipline.drafts import Held, PlaceAnswer, PlaceKind, ReportDraft, SentDraft
from tipline.heads import Author, Head, Kind, Read, read
from tipline.intake import PlaceNotKnownError, ReceiverChangedError, seal_for_desks
from tipline.receipts import Receipt, derive
from tipline.routing import NoOpenCarePointError
from tipline.sealing import Identity
from tipline.storage.cases import StoredCase


def with_own_key(world: TipWorld, care_point: str) -> Identity:
    """Gives the care point a key whose secret the test has; its holders prove it."""
    identity = Identity.new()
    world.publish(care_point, identity.recipient)
    return identity


def kept(world: TipWorld, care_point: str) -> StoredCase:
    (tip,) = world.store.cases.page(care_point, ["new"], 9)
    return tip


def receipt_of(world: TipWorld, held: Held[ReportDraft]) -> Receipt:
    sent = world.drafts.held(held.id, SentDraft)
    assert sent
    assert sent.draft.receipt
    return sent.draft.receipt


def opened(tip: StoredCase, identity: Identity, language: str = "nl") -> Read:
    head = Head(Kind.TIP, tip.tip, tip.named, 1, Author.TIPSTER, language)
    return read(sealing.open_sealed(tip.sealed, identity), head)


def test_a_draft_becomes_a_tip_that_only_its_care_point_opens(world: TipWorld) -> None:
    identity = with_own_key(world, "lumens-emp")
    held = world.report(danger="now")
    world.intake.receive(held, "en")
    tip = kept(world, "lumens-emp")
    assert (tip.tip, tip.received_on, tip.status) == (held.draft.tip, NOW.date(), "new")
    found = opened(tip, identity, "en")
    assert found.head.language == "en"
    assert found.body["answers"] == {"story": "Elke dinsdag.", "danger": "now"}
    assert found.body["place"] == {
        "kind": "municipality",
        "municipality": "GM0772",
        "name": "Eindhoven",
        "text": "5611",
    }
    assert found.body["meant_for"] is None
    with pytest.raises(sealing.WrongKeyError):
        sealing.open_sealed(tip.sealed, Identity.new())


def test_the_tip_carries_what_its_receipt_yields(world: TipWorld) -> None:
    identity = with_own_key(world, "lumens-emp")
    held = world.report()
    world.intake.receive(held, "nl")
    derived = derive(receipt_of(world, held), world.settings.tipline.salt)
    tipster = opened(kept(world, "lumens-emp"), identity).body["tipster"]
    assert isinstance(tipster, dict)
    assert tipster["recipient"] == derived.identity.recipient
    assert base64url.decoded(str(tipster["reply_key"])) == derived.reply_key
    found = world.store.tips.by_lookup(derived.lookup_digest)
    assert found
    assert found.id == held.draft.tip


def test_a_tip_for_a_closed_point_goes_to_the_national_point_and_says_for_whom_it_was(world: TipWorld) -> None:
    identity = with_own_key(world, "comensha")
    world.intake.receive(world.report(AMSTERDAM, "comensha"), "nl")
    body = opened(kept(world, "comensha"), identity).body
    assert body["meant_for"] == "hvo-querido-amsterdam"
    assert world.store.cases.page("lumens-emp", ["new"], 9) == ()


def test_every_place_ends_at_one_point(world: TipWorld) -> None:
    for place, receiver in (
        (EINDHOVEN, "lumens-emp"),
        (GRONINGEN, "zvh-groningen"),
        (PlaceAnswer(PlaceKind.ONLINE), "comensha"),
        (PlaceAnswer(PlaceKind.UNKNOWN, "ergens"), "comensha"),
    ):
        assert world.intake.route(ReportDraft(place=place)).care_point.id == receiver


@pytest.mark.parametrize("place", [PlaceAnswer(), PlaceAnswer(PlaceKind.MUNICIPALITY, "x", "GM9999", "x")])
def test_without_a_place_nothing_is_taken(world: TipWorld, place: PlaceAnswer) -> None:
    held = world.report(place)
    with pytest.raises(PlaceNotKnownError):
        world.intake.receive(held, "nl")
    assert_nothing_kept(world, held)


@pytest.mark.parametrize("told", ["", "zvh-groningen", "comensha", "nobody"])
def test_a_receiver_that_the_visitor_was_not_told_gets_nothing(world: TipWorld, told: str) -> None:
    held = world.report(told=told)
    with pytest.raises(ReceiverChangedError):
        world.intake.receive(held, "nl")
    assert_nothing_kept(world, held)


def test_when_the_receiver_closes_before_sending_nothing_is_taken(world: TipWorld) -> None:
    held = world.report()
    world.key_file("lumens-emp").unlink()
    with pytest.raises(ReceiverChangedError):
        world.intake.receive(held, "nl")
    assert_nothing_kept(world, held)


def test_when_nobody_is_open_nothing_is_taken(world: TipWorld) -> None:
    held = world.report()
    world.clock.forward(days=61)  # nobody has proved a key for so long
    with pytest.raises(NoOpenCarePointError):
        world.intake.receive(held, "nl")
    assert world.store.tips.care_points() == frozenset()
    with pytest.raises(NoOpenCarePointError):
        seal_for_desks(b"x", ["moviera"], world.holders)


def test_a_notice_that_can_not_be_kept_undoes_tip_and_draft(world: TipWorld) -> None:
    held = world.report()
    broken = sqlite3.connect(world.database)
    broken.execute("CREATE TRIGGER no BEFORE INSERT ON notices BEGIN SELECT RAISE(ABORT, 'no'); END")
    broken.close()
    with pytest.raises(SQLAlchemyError):
        world.intake.receive(held, "nl")
    assert_nothing_kept(world, held)


def test_sent_again_from_the_same_state_it_stays_one_tip_with_its_first_receipt(world: TipWorld) -> None:
    held = world.report()
    world.intake.receive(held, "nl")
    receipt = receipt_of(world, held)
    world.intake.receive(held, "nl")
    assert receipt_of(world, held) == receipt
    assert len(world.store.outbox.waiting()) == 1
    kept(world, "lumens-emp")


def test_where_he_lives_is_sealed_with_the_answers(world: TipWorld) -> None:
    identity = with_own_key(world, "lumens-emp")
    held = world.report()
    world.drafts.keep(held, replace(held.draft, lives_elsewhere="Helmond"))
    changed = world.drafts.held(held.id, ReportDraft)
    assert changed
    world.intake.receive(changed, "nl")
    answers = opened(kept(world, "lumens-emp"), identity).body["answers"]
    assert answers == {"story": "Elke dinsdag.", "lives_elsewhere": "Helmond"}


def test_the_longest_answers_fit(world: TipWorld) -> None:
    longest = "\U0001f9ff" * 4000
    world.intake.receive(world.report(story=longest, others=longest), "nl")
    assert len(kept(world, "lumens-emp").sealed) > 2**15


def assert_nothing_kept(world: TipWorld, held: Held[ReportDraft]) -> None:
    assert world.store.tips.care_points() == frozenset()
    assert world.store.outbox.waiting() == ()
    assert world.drafts.held(held.id, ReportDraft)
