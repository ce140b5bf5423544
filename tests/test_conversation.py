"""The follow-up: who has the receipt reads, deletes and adds; nobody else, and nothing forged is shown."""

import uuid

import base64url
import pytest
from clock import NOW, Clock
from tip_world import TipWorld

from tipline import heads, sealing
from tipline.conversation import NumberTakenError
from tipline.drafts import FollowUpDraft, Held, SentDraft
from tipline.heads import Author, Head, Kind
from tipline.receipts import Derived, Receipt, derive
from tipline.routing import NoOpenCarePointError
from tipline.storage.tips import StoredMessage, StoredTip, TooManyAdditionsError


def sent_tip(world: TipWorld) -> tuple[StoredTip, Derived]:
    held = world.report()
    world.intake.receive(held, "nl")
    sent = world.drafts.held(held.id, SentDraft)
    assert sent
    assert sent.draft.receipt
    derived = derive(sent.draft.receipt, world.settings.tipline.salt)
    tip = world.store.tips.by_lookup(derived.lookup_digest)
    assert tip
    return tip, derived


def visit(world: TipWorld, derived: Derived) -> Held[FollowUpDraft]:
    draft = FollowUpDraft(derived, readers=("lumens-emp",))
    held = world.drafts.held(world.drafts.begin(draft), FollowUpDraft)
    assert held
    return held


def answer(
    world: TipWorld,
    tip: StoredTip,
    derived: Derived,
    text: str = "Dank u.",
    *,
    number: int = 1,
    stored_as: int | None = None,
    key: bytes | None = None,
    about: str | None = None,
) -> str:
    """Keeps an answer of the desk for the tipster; the other arguments make it a forged or moved one."""
    head = Head(Kind.ANSWER, about or tip.id, tip.care_points, number, Author.COORDINATOR, "nl")
    file = sealing.seal(heads.write(head, {"text": text}, key or derived.reply_key), [derived.identity.recipient])
    return kept(world, tip, stored_as or number, file)


def kept(world: TipWorld, tip: StoredTip, number: int, file: bytes) -> str:
    """Keeps this as the tipster's file of an answer, and gives its id. The desk's own file is of no interest here."""
    messages = [
        StoredMessage(str(uuid.uuid4()), tip.id, Kind.ANSWER, number, reader, ("lumens-emp",), NOW.date(), file)
        for reader in ("tipster", *tip.care_points)
    ]
    assert world.store.tips.add_messages(messages)
    return messages[0].id


def test_a_receipt_opens_its_own_tip_and_no_other(world: TipWorld) -> None:
    (mine, derived), (other, _) = sent_tip(world), sent_tip(world)
    found = world.conversations.open(derived)
    assert found
    assert found.tip.id == mine.id != other.id
    assert found.answers == ()
    assert found.additions == 0


def test_a_wrong_receipt_opens_nothing(world: TipWorld) -> None:
    sent_tip(world)
    assert world.conversations.open(derive(Receipt.new(), world.settings.tipline.salt)) is None


def test_the_right_receipt_under_another_salt_opens_nothing(world: TipWorld) -> None:
    held = world.report()
    world.intake.receive(held, "nl")
    sent = world.drafts.held(held.id, SentDraft)
    assert sent
    assert sent.draft.receipt
    assert world.conversations.open(derive(sent.draft.receipt, bytes(32))) is None


def test_answers_are_read_in_their_order(world: TipWorld) -> None:
    tip, derived = sent_tip(world)
    for number in (1, 2, 3):
        answer(world, tip, derived, f"Antwoord {number}", number=number)
    found = world.conversations.open(derived)
    assert found
    assert [each.text for each in found.answers] == ["Antwoord 1", "Antwoord 2", "Antwoord 3"]
    assert {each.written_on for each in found.answers} == {NOW.date()}


def test_what_does_not_verify_is_there_but_not_shown(world: TipWorld) -> None:
    tip, derived = sent_tip(world)
    answer(world, tip, derived, "vals", number=1, key=bytes(32))
    answer(world, tip, derived, "verplaatst", number=2, about=str(uuid.uuid4()))
    answer(world, tip, derived, "herhaald", number=2, stored_as=3)
    answer(world, tip, derive(Receipt.new(), bytes(32)), "voor een ander", number=4)
    kept(world, tip, 5, b"garbage")
    found = world.conversations.open(derived)
    assert found
    assert [(each.number, each.text) for each in found.answers] == [(number, None) for number in range(1, 6)]


def test_the_desks_own_file_is_not_an_answer(world: TipWorld) -> None:
    tip, derived = sent_tip(world)
    held = visit(world, derived)
    world.conversations.add(held, tip, derived, "Nog iets.", "nl")
    found = world.conversations.open(derived)
    assert found
    assert found.answers == ()
    assert found.additions == 1


def test_a_deleted_answer_is_gone_and_others_stay(world: TipWorld) -> None:
    tip, derived = sent_tip(world)
    first, second = answer(world, tip, derived), answer(world, tip, derived, number=2)
    assert world.conversations.delete_answer(tip, first)
    assert not world.conversations.delete_answer(tip, first)
    found = world.conversations.open(derived)
    assert found
    assert [each.id for each in found.answers] == [second]


def test_an_answer_in_another_conversation_can_not_be_deleted(world: TipWorld) -> None:
    (mine, _), (other, others) = sent_tip(world), sent_tip(world)
    theirs = answer(world, other, others)
    assert not world.conversations.delete_answer(mine, theirs)
    found = world.conversations.open(others)
    assert found
    assert len(found.answers) == 1


def test_the_tipster_can_not_delete_what_he_added(world: TipWorld) -> None:
    tip, derived = sent_tip(world)
    held = visit(world, derived)
    world.conversations.add(held, tip, derived, "Nog iets.", "nl")
    assert not world.conversations.delete_answer(tip, held.draft.addition)
    assert len(world.store.tips.messages(tip.id, "lumens-emp")) == 1


def test_the_same_post_twice_is_one_addition(world: TipWorld) -> None:
    tip, derived = sent_tip(world)
    held = visit(world, derived)
    for _ in range(2):  # both saw the draft before anything was added
        world.conversations.add(held, tip, derived, "Nog iets.", "nl")
    again = world.drafts.held(held.id, FollowUpDraft)
    assert again
    world.conversations.add(again, tip, derived, "Nog iets.", "nl")
    assert len(world.store.tips.messages(tip.id, "lumens-emp")) == 1
    world.conversations.add(again, tip, derived, "Iets anders.", "nl")
    assert [each.number for each in world.store.tips.messages(tip.id, "lumens-emp")] == [1, 2]


def test_a_number_that_another_visit_took_is_told(world: TipWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    tip, derived = sent_tip(world)
    world.conversations.add(visit(world, derived), tip, derived, "Eerst.", "nl")
    # The other visit read the number before the first one was kept.
    monkeypatch.setattr(type(world.store.tips), "next_number", lambda *_: 1)
    with pytest.raises(NumberTakenError):
        world.conversations.add(visit(world, derived), tip, derived, "Daarna.", "nl")
    assert len(world.store.tips.messages(tip.id, "lumens-emp")) == 1


def test_an_addition_that_is_too_long_or_has_no_reader_is_not_kept(world: TipWorld) -> None:
    tip, derived = sent_tip(world)
    with pytest.raises(heads.TextTooLongError):
        world.conversations.add(visit(world, derived), tip, derived, "a" * 4001, "nl")
    world.key_file("lumens-emp").unlink()
    with pytest.raises(NoOpenCarePointError):
        world.conversations.add(visit(world, derived), tip, derived, "Nog iets.", "nl")
    assert world.store.tips.messages(tip.id, "lumens-emp") == ()


def test_an_addition_is_signed_with_the_reply_key(world: TipWorld) -> None:
    tip, derived = sent_tip(world)
    identity = sealing.Identity.new()
    head = Head(Kind.ADDITION, tip.id, tip.care_points, 1, Author.TIPSTER, "nl")
    plaintext = heads.write(head, {"text": "Nog iets."}, derived.reply_key)
    file = sealing.seal(plaintext, [identity.recipient])
    assert heads.read(sealing.open_sealed(file, identity), head, derived.reply_key).text == "Nog iets."
    with pytest.raises(heads.ForgedError):
        heads.read(plaintext, head, bytes(32))
    assert base64url.encoded(derived.reply_key).encode() not in plaintext


def test_one_code_adds_so_much_in_a_day_and_so_much_in_all(world: TipWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tipline.storage.tips.ADDITIONS_A_DAY", 2)
    monkeypatch.setattr("tipline.storage.tips.ADDITIONS", 3)
    (tip, derived), (other, others) = sent_tip(world), sent_tip(world)

    def adds(text: str) -> None:
        world.conversations.add(visit(world, derived), tip, derived, text, "nl")

    adds("Een")
    adds("Twee")
    with pytest.raises(TooManyAdditionsError):
        adds("Drie")
    world.conversations.add(visit(world, others), other, others, "Een", "nl")
    assert isinstance(world.clock, Clock)
    world.clock.forward(days=1)
    adds("Drie")
    with pytest.raises(TooManyAdditionsError):
        adds("Vier")
    assert [each.number for each in world.store.tips.messages(tip.id, "lumens-emp")] == [1, 2, 3]


def test_to_delete_an_answer_that_is_not_there_rewrites_no_file(world: TipWorld) -> None:
    tip, derived = sent_tip(world)
    there = answer(world, tip, derived)
    assert not world.conversations.delete_answer(tip, str(uuid.uuid4()))
    assert not world.store.slots.is_rewriting_due()
    assert world.conversations.delete_answer(tip, there)
    assert world.store.slots.is_rewriting_due()
