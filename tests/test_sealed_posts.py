"""A tip that a browser sealed: taken as bytes, for exactly those who were told, once, and never readable here."""

from dataclasses import replace

import pytest
from clock import NOW
from tip_world import EINDHOVEN, GRONINGEN, TipWorld

from tipline import sealing
from tipline.drafts import Held, PlaceAnswer, ReportDraft, SentDraft
from tipline.heads import Author, Head, Kind, write
from tipline.intake import PlaceNotKnownError, ReceiverChangedError
from tipline.receipts import Receipt, derive
from tipline.sealed_files import FileFor
from tipline.sealed_posts import SealedPost
from tipline.sealing import ForeignRecipientError, Identity, NotAnAgeFileError, WrongRecipientCountError, WrongSizeError

STORY = "Kwartelhaan op het plein"


def sealed_by_a_browser(world: TipWorld, held: Held[ReportDraft], *care_points: str) -> SealedPost:
    """What a browser posts, for these care points, with a code of its own."""
    derived = derive(Receipt.new(), world.settings.tipline.salt)
    head = Head(Kind.TIP, held.draft.tip, care_points, 1, Author.TIPSTER, "nl")
    place = {"kind": "municipality", "municipality": "GM0772", "name": "Eindhoven", "text": "5611"}
    tipster = {"recipient": derived.identity.recipient, "reply_key": "A" * 43}
    body = {"answers": {"story": STORY}, "meant_for": None, "place": place, "tipster": tipster}
    files = {}
    for care_point in care_points:
        key = world.care_points().keys[care_point]
        files[care_point] = FileFor(key.fingerprint, sealing.seal(write(head, body), [key.recipient]))
    return SealedPost(derived.lookup_digest, files)


def with_file(post: SealedPost, sealed: bytes) -> SealedPost:
    return SealedPost(post.lookup_digest, {name: replace(file, sealed=sealed) for name, file in post.files.items()})


def kept(world: TipWorld, care_point: str = "lumens-emp") -> list[bytes]:
    return [case.sealed for case in world.store.cases.page(care_point, ["new"], 9)]


def test_sealed_bytes_become_a_tip_as_they_are(world: TipWorld) -> None:
    held = world.report()
    post = sealed_by_a_browser(world, held, "lumens-emp")
    assert world.intake.receive_sealed(held, post)
    assert kept(world) == [post.files["lumens-emp"].sealed]
    found = world.store.tips.by_lookup(post.lookup_digest)
    assert found
    assert (found.id, found.received_on) == (held.draft.tip, NOW.date())
    sent = world.drafts.held(held.id, SentDraft)
    assert sent
    assert (sent.draft.receipt, sent.draft.care_points, sent.draft.post) == (None, ("lumens-emp",), post.digest)


def test_a_joint_tip_has_a_file_for_each_of_both(world: TipWorld) -> None:
    held = joint(world)
    post = sealed_by_a_browser(world, held, "lumens-emp", "zvh-groningen")
    assert world.intake.receive_sealed(held, post)
    for care_point, file in post.files.items():
        assert kept(world, care_point) == [file.sealed]


@pytest.mark.parametrize(
    "care_points", [("zvh-groningen",), ("lumens-emp", "zvh-groningen")], ids=["another", "one more"]
)
def test_for_others_than_were_told_nothing_is_taken(world: TipWorld, care_points: tuple[str, ...]) -> None:
    held = world.report()
    with pytest.raises(ReceiverChangedError):
        world.intake.receive_sealed(held, sealed_by_a_browser(world, held, *care_points))
    assert not kept(world)
    assert not kept(world, "zvh-groningen")
    assert world.drafts.held(held.id, ReportDraft) == held


def test_a_joint_tip_for_only_one_of_both_is_not_taken(world: TipWorld) -> None:
    held = joint(world)
    with pytest.raises(ReceiverChangedError):
        world.intake.receive_sealed(held, sealed_by_a_browser(world, held, "lumens-emp"))
    assert not kept(world)


def test_a_tip_sealed_to_a_key_that_was_renewed_is_not_taken(world: TipWorld) -> None:
    held = world.report()
    post = sealed_by_a_browser(world, held, "lumens-emp")
    world.publish("lumens-emp", Identity.new().recipient)
    with pytest.raises(ReceiverChangedError):
        world.intake.receive_sealed(held, post)
    assert not kept(world)


def test_a_file_that_must_not_be_stored_is_not_taken(world: TipWorld) -> None:
    held, recipient = world.report(), Identity.new().recipient
    post = sealed_by_a_browser(world, held, "lumens-emp")
    whole = post.files["lumens-emp"].sealed
    faults = {
        b"readable": NotAnAgeFileError,
        whole[:-1]: WrongSizeError,
        whole + b" ": WrongSizeError,
        sealing.seal(STORY.encode(), [recipient]): WrongSizeError,
        sealing.seal(bytes(4096), [recipient, recipient]): WrongRecipientCountError,
        whole.replace(b"-> mlkem768x25519", b"-> X25519", 1): ForeignRecipientError,
    }
    for sealed, error in faults.items():
        with pytest.raises(error):
            world.intake.receive_sealed(held, with_file(post, sealed))
    assert not kept(world)
    assert world.intake.receive_sealed(held, post)


def test_what_was_sent_once_is_not_sent_again_or_changed(world: TipWorld) -> None:
    held = world.report()
    first, other = (sealed_by_a_browser(world, held, "lumens-emp") for _ in range(2))
    assert world.intake.receive_sealed(held, first)
    assert not world.intake.receive_sealed(held, first)
    assert not world.intake.receive_sealed(held, other)
    world.intake.receive(held, "nl")
    assert kept(world) == [first.files["lumens-emp"].sealed]
    assert world.store.tips.by_lookup(other.lookup_digest) is None


def test_a_digest_that_is_taken_takes_no_second_tip(world: TipWorld) -> None:
    first, second = world.report(), world.report()
    post = sealed_by_a_browser(world, first, "lumens-emp")
    assert world.intake.receive_sealed(first, post)
    assert not world.intake.receive_sealed(second, post)
    assert len(kept(world)) == 1
    assert world.drafts.held(second.id, ReportDraft) == second


def test_without_a_place_nothing_is_taken(world: TipWorld) -> None:
    held = world.report(place=PlaceAnswer())
    with pytest.raises(PlaceNotKnownError):
        world.intake.receive_sealed(held, sealed_by_a_browser(world, held, "lumens-emp"))


def test_a_post_shows_nothing_of_itself(world: TipWorld) -> None:
    post = sealed_by_a_browser(world, world.report(), "lumens-emp")
    assert post.lookup_digest.hex() not in repr(post)
    assert "age-encryption" not in repr(post)


def joint(world: TipWorld) -> Held[ReportDraft]:
    draft = ReportDraft(place=EINDHOVEN, home=GRONINGEN, told=("lumens-emp", "zvh-groningen"))
    held = world.drafts.held(world.drafts.begin(draft), ReportDraft)
    assert held
    return held
