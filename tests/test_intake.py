"""Intake: one draft becomes one tip, sealed to who was told, or nothing at all."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime

import base64url
import pytest
from clock import NOW
from sqlalchemy.exc import SQLAlchemyError
from tip_world import AMSTERDAM, EINDHOVEN, GRONINGEN, LEEUWARDEN, TipWorld

from tipline import heads, sealing
from tipline.drafts import Held, PlaceAnswer, PlaceKind, ReportDraft, SentDraft
from tipline.heads import Author, Head, Kind, Read, read
from tipline.intake import PlaceNotKnownError, ReceiverChangedError, seal_for_desks
from tipline.pools import Entry, Pool
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


def told_instead(world: TipWorld, held: Held[ReportDraft], *told: str) -> Held[ReportDraft]:
    """The same draft, whose visitor was told others."""
    world.drafts.keep(held, replace(held.draft, told=told))
    changed = world.drafts.held(held.id, ReportDraft)
    assert changed
    return changed


def test_a_tip_is_dated_by_the_dutch_day_on_which_it_came(world: TipWorld) -> None:
    with_own_key(world, "lumens-emp")
    world.clock.now = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    world.intake.receive(world.report(), "nl")
    assert kept(world, "lumens-emp").received_on == date(2026, 7, 2)


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


@pytest.mark.parametrize(
    "told", [(), ("zvh-groningen",), ("comensha",), ("nobody",), ("lumens-emp", "zvh-groningen"), ("", "lumens-emp")]
)
def test_a_receiver_that_the_visitor_was_not_told_gets_nothing(world: TipWorld, told: tuple[str, ...]) -> None:
    held = told_instead(world, world.report(), *told)
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
    assert world.store.outbox.unaddressed() == ("lumens-emp",)
    kept(world, "lumens-emp")


def test_where_he_lives_is_sealed_with_the_answers_when_it_leads_nowhere(world: TipWorld) -> None:
    identity = with_own_key(world, "lumens-emp")
    world.intake.receive(world.report(home=PlaceAnswer(text="bij zijn oom")), "nl")
    body = opened(kept(world, "lumens-emp"), identity).body
    assert body["answers"] == {"story": "Elke dinsdag.", "lives_elsewhere": "bij zijn oom"}
    assert not {"home", "leads", "left_out"} & set(body)


def test_a_joint_tip_is_one_tip_with_a_file_for_each_point(world: TipWorld) -> None:
    lumens, zvh = with_own_key(world, "lumens-emp"), with_own_key(world, "zvh-groningen")
    held = world.report(EINDHOVEN, "lumens-emp", "zvh-groningen", home=GRONINGEN)
    world.intake.receive(held, "nl")
    at_lumens, at_zvh = kept(world, "lumens-emp"), kept(world, "zvh-groningen")
    assert at_lumens.tip == at_zvh.tip == held.draft.tip
    assert at_lumens.named == at_zvh.named == ("lumens-emp", "zvh-groningen")
    found = opened(at_lumens, lumens)
    assert found == opened(at_zvh, zvh)
    assert found.head.care_points == ("lumens-emp", "zvh-groningen")
    assert found.body["leads"] == "lumens-emp"
    home = {"kind": "municipality", "municipality": "GM0014", "name": "Groningen", "text": "9711"}
    assert found.body["home"] == {"meant_for": None, "place": home}
    assert "lives_elsewhere" not in str(found.body["answers"])
    for case, other in ((at_lumens, zvh), (at_zvh, lumens)):
        with pytest.raises(sealing.WrongKeyError):
            sealing.open_sealed(case.sealed, other)
    assert sorted(world.store.outbox.unaddressed()) == ["lumens-emp", "zvh-groningen"]
    sent = world.drafts.held(held.id, SentDraft)
    assert sent
    assert sent.draft.care_points == ("lumens-emp", "zvh-groningen")


def test_a_joint_head_that_was_swapped_or_cut_to_one_point_is_refused(world: TipWorld) -> None:
    lumens = with_own_key(world, "lumens-emp")
    world.intake.receive(world.report(EINDHOVEN, "lumens-emp", "zvh-groningen", home=GRONINGEN), "nl")
    world.intake.receive(world.report(), "nl")
    cases = world.store.cases.page("lumens-emp", ["new"], 9)
    joint, single = sorted(cases, key=lambda case: len(case.named), reverse=True)
    for named in (("lumens-emp",), ("comensha", "lumens-emp"), ("comensha", "lumens-emp", "zvh-groningen")):
        with pytest.raises(heads.WrongCarePointError):
            opened(replace(joint, named=named), lumens)
    with pytest.raises(heads.WrongTipError):
        opened(replace(joint, sealed=single.sealed), lumens)


def test_the_place_where_it_happens_leads(world: TipWorld) -> None:
    identity = with_own_key(world, "lumens-emp")
    world.intake.receive(world.report(GRONINGEN, "lumens-emp", "zvh-groningen", home=EINDHOVEN), "nl")
    assert opened(kept(world, "lumens-emp"), identity).body["leads"] == "zvh-groningen"


def test_two_points_that_are_not_open_are_one_tip_for_the_national_point_with_both_marks(world: TipWorld) -> None:
    identity = with_own_key(world, "comensha")
    world.intake.receive(world.report(AMSTERDAM, "comensha", home=LEEUWARDEN), "nl")
    body = opened(kept(world, "comensha"), identity).body
    home = body["home"]
    assert isinstance(home, dict)
    assert (body["meant_for"], home["meant_for"]) == ("hvo-querido-amsterdam", "fier")
    assert "leads" not in body
    assert world.store.outbox.unaddressed() == ("comensha",)


def test_one_point_for_both_places_gets_one_file(world: TipWorld) -> None:
    identity = with_own_key(world, "lumens-emp")
    veldhoven = PlaceAnswer(PlaceKind.MUNICIPALITY, "Veldhoven", "GM0861", "Veldhoven")
    world.intake.receive(world.report(home=veldhoven), "nl")
    found = opened(kept(world, "lumens-emp"), identity)
    assert found.head.care_points == ("lumens-emp",)
    assert "leads" not in found.body


def test_a_point_that_was_left_out_gets_nothing_and_who_reads_knows(world: TipWorld) -> None:
    identity = with_own_key(world, "comensha")
    world.intake.receive(world.report(EINDHOVEN, "comensha", left_out=("lumens-emp",)), "nl")
    body = opened(kept(world, "comensha"), identity).body
    assert (body["left_out"], body["meant_for"]) == (["lumens-emp"], None)
    assert world.store.tips.care_points() == {"comensha"}


def test_when_one_of_two_receivers_closes_before_sending_nothing_is_taken(world: TipWorld) -> None:
    held = world.report(EINDHOVEN, "lumens-emp", "zvh-groningen", home=GRONINGEN)
    world.key_file("zvh-groningen").unlink()
    with pytest.raises(ReceiverChangedError):
        world.intake.receive(held, "nl")
    assert_nothing_kept(world, held)


def test_the_longest_answers_fit(world: TipWorld) -> None:
    longest = "\U0001f9ff" * 4000
    world.intake.receive(world.report(story=longest, others=longest), "nl")
    assert len(kept(world, "lumens-emp").sealed) > 2**15


def assert_nothing_kept(world: TipWorld, held: Held[ReportDraft]) -> None:
    assert world.store.tips.care_points() == frozenset()
    assert world.store.outbox.unaddressed() == ()
    assert world.drafts.held(held.id, ReportDraft)


def test_a_draft_that_was_sent_does_not_tell_which_tip_it_became(world: TipWorld) -> None:
    draft = ReportDraft(place=EINDHOVEN, told=("lumens-emp",), answers={"story": "Elke dinsdag."})
    held = world.drafts.held(world.drafts.begin(draft, Entry((Pool.TICKET,))), ReportDraft)
    assert held
    world.intake.receive(held, "nl")
    with closing(sqlite3.connect(world.database)) as database:
        assert database.execute("SELECT pool FROM drafts").fetchall() == [("sent",)]
        assert database.execute("SELECT pool FROM cases").fetchall() == [("ticket",)]
