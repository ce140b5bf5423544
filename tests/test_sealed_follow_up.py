"""The follow-up of a browser that seals by itself, as the server sees it: sealed bytes, lookup ids, and nothing to tell
what exists from what does not."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from clock import NOW
from httpx2 import Response
from starlette.testclient import TestClient
from tip_world import EINDHOVEN, GRONINGEN, TipWorld, a_demo, make_tip_world

from campaign_site.app import create_app
from tipline import heads, sealing
from tipline.conversation import NoConversationError, NumberTakenError, message_files
from tipline.drafts import SentDraft
from tipline.heads import Author, Head, Kind
from tipline.questions import MAX_CHARACTERS
from tipline.receipts import Derived, Receipt, derive
from tipline.sealed_additions import NotASealedAdditionError, SealedAddition, read, write
from tipline.sealed_files import FileFor
from tipline.storage.tips import OtherReadersError, StoredMessage, StoredTip
from tipline.tipster.addresses import address
from tipline.tipster.answers import PAGE_STEP
from tipline.tipster.sealed_follow_up import OPENED_STEP

POSTS = ("open_sealed", "add_sealed", "see_sealed", "delete_sealed")


def joint_tip(world: TipWorld) -> tuple[StoredTip, Derived]:
    held = world.report(EINDHOVEN, "lumens-emp", "zvh-groningen", home=GRONINGEN)
    world.intake.receive(held, "nl")
    sent = world.drafts.held(held.id, SentDraft)
    assert sent
    assert sent.draft.receipt
    derived = derive(sent.draft.receipt, world.settings.tipline.salt)
    tip = world.conversations.tip_of(derived)
    assert tip
    return tip, derived


def sealed(
    world: TipWorld,
    tip: StoredTip,
    derived: Derived,
    *,
    number: int = 1,
    points: tuple[str, ...] = (),
    file: bytes | None = None,
    fingerprint: str = "",
) -> SealedAddition:
    """An addition as a browser makes it; the other arguments make it another one."""
    head = Head(Kind.ADDITION, tip.id, tip.care_points, number, Author.TIPSTER, "nl")
    plaintext = heads.write(head, {"text": "Nog iets."}, derived.reply_key)
    files = {}
    for point in points or tip.care_points:
        key = world.holders.usable_key(point)
        assert key
        files[point] = FileFor(fingerprint or key.fingerprint, file or sealing.seal(plaintext, [key.recipient]))
    return SealedAddition(derived.lookup_id, str(uuid.uuid4()), number, files)


def kept(world: TipWorld, tip: StoredTip) -> list[list[int]]:
    """The numbers of what each care point may read."""
    return [[each.number for each in world.store.tips.messages(tip.id, point)] for point in tip.care_points]


def test_a_sealed_addition_reaches_every_reader_once_however_often_it_comes(world: TipWorld) -> None:
    tip, derived = joint_tip(world)
    post = sealed(world, tip, derived)
    for _ in range(2):
        world.conversations.add_sealed(post)
    assert kept(world, tip) == [[1], [1]]
    world.conversations.add_sealed(sealed(world, tip, derived, number=2))
    assert kept(world, tip) == [[1, 2], [1, 2]]


def test_what_is_not_for_those_who_read_now_or_not_sealed_is_not_kept(world: TipWorld) -> None:
    tip, derived = joint_tip(world)
    for wrong, error in (
        (sealed(world, tip, derived, points=("lumens-emp",)), OtherReadersError),
        (sealed(world, tip, derived, points=("comensha", "lumens-emp", "zvh-groningen")), OtherReadersError),
        (sealed(world, tip, derived, fingerprint="0" * 25), OtherReadersError),
        (sealed(world, tip, derived, number=2), NumberTakenError),
        (sealed(world, tip, derived, file=b"Hij heet Sem."), sealing.NotAnAgeFileError),
        (sealed(world, tip, replace(derived, lookup_id=bytes(16))), NoConversationError),
    ):
        with pytest.raises(error):
            world.conversations.add_sealed(wrong)
    assert kept(world, tip) == [[], []]


def test_bytes_that_are_no_addition_are_refused(world: TipWorld) -> None:
    tip, derived = joint_tip(world)
    addition = sealed(world, tip, derived)
    right = write(addition)
    assert read(right) == addition
    twice = right + right[right.index(b"\x0alumens-emp") : right.index(b"\x0dzvh-groningen")]
    cut = [right[:length] for length in (0, 1, 30, 50, 70, 200, len(right) - 1)]
    other = [
        b"X" + right[1:],
        right + b"\0",
        right.replace(b"lumens", b"LUMENS"),
        right.replace(b"lumens", b"lum\xffns"),
    ]
    empty = [write(replace(addition, files={})), write(replace(addition, number=0)), twice]
    for wrong in (*cut, *other, *empty):
        with pytest.raises(NotASealedAdditionError):
            read(wrong)


def test_an_answer_is_new_until_it_was_shown(world: TipWorld) -> None:
    tip, derived = joint_tip(world)
    files = [
        StoredMessage(str(uuid.uuid4()), tip.id, Kind.ANSWER, 1, reader, tip.care_points, NOW.date(), b"x")
        for reader in ("tipster", *tip.care_points)
    ]
    assert world.store.tips.add_messages(files)

    def is_new() -> bool:
        found = world.conversations.open(derived)
        assert found
        return found.answers[0].is_new

    for stranger in ((tip.id, files[1].id), (str(uuid.uuid4()), files[0].id)):  # the desk's file; another tip
        world.store.tips.mark_seen(stranger[0], [stranger[1]])
        assert is_new()
    world.store.tips.mark_seen(tip.id, [files[0].id])
    assert not is_new()
    for point in tip.care_points:
        assert not world.store.tips.messages(tip.id, point)[0].seen, "the desk is not told"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TipWorld]:
    """With few municipalities, since the whole site is made for some."""
    made = make_tip_world(tmp_path, is_whole=False)
    yield made
    made.store.close()


@pytest.fixture
def client(world: TipWorld) -> Iterator[TestClient]:
    whole = create_app(world.settings, world.clock, None, a_demo().people)
    with TestClient(whole.app, base_url="http://localhost:8000") as client:
        yield client
    whole.store.close()


def posted(client: TestClient, name: str, body: bytes, language: str = "nl") -> Response:
    headers = {"Content-Type": "application/octet-stream"}
    return client.post(address(name, language), content=body, headers=headers)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_code_that_nobody_has_is_answered_as_long_and_in_the_same_way(
    world: TipWorld, client: TestClient, language: str
) -> None:
    tip, derived = joint_tip(world)
    known = posted(client, "open_sealed", derived.lookup_id, language)
    nobodys = posted(client, "open_sealed", derive(Receipt.new(), bytes(32)).lookup_id, language)
    assert known.json()["tip"] == tip.id
    assert nobodys.json() == {"is": "unknown"}
    assert len(known.content) == len(nobodys.content) == OPENED_STEP
    assert known.status_code == nobodys.status_code == 200
    assert dict(known.headers) == dict(nobodys.headers)
    assert known.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("answers", "text"), [(7, "Weet u zijn naam?"), (1, "𐍈" * MAX_CHARACTERS)])
def test_it_is_as_long_for_a_conversation_without_answers_as_for_one_with_some(
    world: TipWorld, client: TestClient, answers: int, text: str
) -> None:
    tip, derived = joint_tip(world)
    before = posted(client, "open_sealed", derived.lookup_id)
    for number in range(1, answers + 1):
        head = Head(Kind.ANSWER, tip.id, tip.care_points, number, Author.COORDINATOR, "nl")
        file = sealing.seal(heads.write(head, {"text": text}, derived.reply_key), [derived.identity.recipient])
        made = message_files(head, NOW.date(), dict.fromkeys(("tipster", *tip.care_points), file))
        assert world.store.tips.add_messages(made)
    after = posted(client, "open_sealed", derived.lookup_id)
    assert len(after.json()["answers"]) == answers
    assert len(after.content) == len(before.content) == OPENED_STEP


def test_what_is_malformed_or_nobodys_changes_nothing_and_is_not_echoed(world: TipWorld, client: TestClient) -> None:
    tip, _ = joint_tip(world)
    for name in POSTS:
        for body in (b"", b"x", bytes(16), bytes(16) + b"\xff" * 40, bytes(16) + tip.id.encode(), b"kwartelhaan" * 5):
            answer = posted(client, name, body)
            assert answer.json()["is"] in {"malformed", "unknown"}, name
            assert len(answer.content) == (OPENED_STEP if name == "open_sealed" else PAGE_STEP)
            assert b"kwartelhaan" not in answer.content
        assert client.post(address(name, "nl"), data={"receipt": "1"}).json()["is"] in {"malformed", "unknown"}
    assert kept(world, tip) == [[], []]


def test_a_browsers_addition_and_deletion_go_by_the_same_rules_as_without_script(
    world: TipWorld, client: TestClient
) -> None:
    tip, derived = joint_tip(world)
    other, _ = joint_tip(world)
    post = write(sealed(world, tip, derived))
    for _ in range(2):
        assert posted(client, "add_sealed", post).json() == {"is": "added"}
    assert posted(client, "add_sealed", write(sealed(world, tip, derived))).json() == {"is": "again"}
    own, theirs = str(uuid.uuid4()), str(uuid.uuid4())
    for each, where in ((own, tip), (theirs, other)):
        files = [
            StoredMessage(
                each if reader == "tipster" else str(uuid.uuid4()),
                where.id,
                Kind.ANSWER,
                1,
                reader,
                where.care_points,
                NOW.date(),
                b"x",
            )
            for reader in ("tipster", *where.care_points)
        ]
        assert world.store.tips.add_messages(files)
    for answer, word in ((theirs, "unknown"), (own, "deleted"), (own, "unknown")):
        assert posted(client, "delete_sealed", derived.lookup_id + answer.encode()).json() == {"is": word}
    assert len(world.store.tips.messages(other.id, "tipster")) == 1
