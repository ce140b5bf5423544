"""Heads: what was moved, swapped, replayed, mislabelled or forged is refused by its name, for every pair of kinds."""

from dataclasses import replace

import pytest

from tipline import bodies, heads, padding
from tipline.canonical import Json
from tipline.heads import (
    Author,
    ForgedError,
    Head,
    HeadError,
    Kind,
    MissingReplyKeyError,
    NotAHeadError,
    NotCanonicalError,
    TooLargeError,
    UnsignedError,
    WrongAuthorError,
    WrongCarePointError,
    WrongKindError,
    WrongNumberError,
    WrongPaddingError,
    WrongTipError,
)
from tipline.kinds import AUTHORS, SIGNED, WITHOUT_TIP
from tipline.sealing import Identity

TIP = "0e6f3b52-7a3c-4b0e-9d3a-2f1c5f7a9b10"
OTHER_TIP = "7d9a1c44-51f0-4c0f-8a55-0b6b3c1de2f3"
REPLY_KEY, OTHER_REPLY_KEY = b"\x01" * 32, b"\x02" * 32
SOMEBODY = Identity.from_seed(b"\x03" * 32)
KINDS = list(Kind)
OF_TIPS = [kind for kind in Kind if kind not in WITHOUT_TIP]
IN_CONVERSATION = sorted(SIGNED)

BODIES: dict[Kind, dict[str, Json]] = {
    Kind.TIP: {
        "answers": {"what": "Hij heeft ineens dure kleren.", "signs": ["money", "new_friends"]},
        "meant_for": None,
        "place": {"kind": "municipality", "municipality": "GM0772", "name": "Eindhoven", "text": "5611"},
        "tipster": {"recipient": SOMEBODY.recipient, "reply_key": "A" * 43},
    },
    Kind.ANSWER: {"text": "Dank u wel."},
    Kind.ADDITION: {"text": "Vaak op vrijdag."},
    Kind.NOTE: {"text": "Gebeld met school."},
    Kind.GRANT: {"care_point": "lumens-emp", "secret": SOMEBODY.secret},
    Kind.KEY: {"login": "noor", "secret": SOMEBODY.secret},
}


def place(kind: Kind, tip: str = TIP, number: int = 2, care_points: tuple[str, ...] = ("lumens-emp",)) -> Head:
    """What a reader expects where a file of this kind is kept."""
    return Head(kind, None if kind in WITHOUT_TIP else tip, care_points, number, AUTHORS[kind], "nl")


def written(head: Head, reply_key: bytes = REPLY_KEY) -> bytes:
    return heads.write(head, BODIES[head.kind], reply_key)


def altered(plaintext: bytes, old: bytes, new: bytes) -> bytes:
    """The plaintext with one change in its JSON, padded again."""
    text = padding.unpad(plaintext)
    assert text.count(old) == 1
    return padding.pad(text.replace(old, new))


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_written_is_read_where_it_belongs(kind: Kind) -> None:
    found = heads.read(written(place(kind)), place(kind), REPLY_KEY)
    assert found.head == place(kind)
    assert found.body == BODIES[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("where", KINDS)
def test_a_kind_in_another_kinds_place_is_refused(kind: Kind, where: Kind) -> None:
    if kind != where:
        with pytest.raises(WrongKindError):
            heads.read(written(place(kind)), place(where), REPLY_KEY)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("label", KINDS)
def test_a_mislabelled_kind_is_refused_in_every_place(kind: Kind, label: Kind) -> None:
    """Whoever can write a file can label it, but not so that it passes for what it isn't."""
    if kind == label:
        return
    relabelled = altered(written(place(kind)), f'"kind":"{kind}"'.encode(), f'"kind":"{label}"'.encode())
    for where in KINDS:
        with pytest.raises((HeadError, heads.NotABodyError)):
            heads.read(relabelled, place(where), REPLY_KEY)


@pytest.mark.parametrize("kind", OF_TIPS)
def test_a_file_moved_to_another_tip_is_refused(kind: Kind) -> None:
    with pytest.raises(WrongTipError):
        heads.read(written(place(kind, tip=OTHER_TIP)), place(kind), REPLY_KEY)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("care_points", [("moveo",), ("lumens-emp", "moveo")])
def test_a_file_for_other_care_points_is_refused(kind: Kind, care_points: tuple[str, ...]) -> None:
    with pytest.raises(WrongCarePointError):
        heads.read(written(place(kind, care_points=care_points)), place(kind), REPLY_KEY)
    with pytest.raises(WrongCarePointError):
        heads.read(written(place(kind)), place(kind, care_points=care_points), REPLY_KEY)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [1, 3])
def test_a_replayed_number_is_refused(kind: Kind, number: int) -> None:
    with pytest.raises(WrongNumberError):
        heads.read(written(place(kind, number=number)), place(kind), REPLY_KEY)


@pytest.mark.parametrize("kind", KINDS)
def test_another_author_is_refused(kind: Kind) -> None:
    right = AUTHORS[kind]
    wrong = Author.TIPSTER if right == Author.COORDINATOR else Author.COORDINATOR
    plaintext = altered(written(place(kind)), f'"author":"{right}"'.encode(), f'"author":"{wrong}"'.encode())
    with pytest.raises(WrongAuthorError):
        heads.read(plaintext, place(kind), REPLY_KEY)
    with pytest.raises(NotAHeadError):
        replace(place(kind), author=wrong)


@pytest.mark.parametrize("kind", IN_CONVERSATION)
def test_a_message_signed_in_another_conversation_is_refused(kind: Kind) -> None:
    with pytest.raises(ForgedError):
        heads.read(written(place(kind), OTHER_REPLY_KEY), place(kind), REPLY_KEY)


@pytest.mark.parametrize("kind", IN_CONVERSATION)
def test_an_unsigned_message_is_refused(kind: Kind) -> None:
    text = padding.unpad(written(place(kind)))
    unsigned = padding.pad(text[: text.index(b',"mac"')] + b"}")
    with pytest.raises(UnsignedError):
        heads.read(unsigned, place(kind), REPLY_KEY)


@pytest.mark.parametrize("kind", IN_CONVERSATION)
def test_an_altered_message_is_refused_even_where_the_head_is_not_compared(kind: Kind) -> None:
    right = written(place(kind))
    for old, new in ((b'"language":"nl"', b'"language":"en"'), (b'"text":"', b'"text":"N')):
        with pytest.raises(ForgedError):
            heads.read(altered(right, old, new), place(kind), REPLY_KEY)


@pytest.mark.parametrize("kind", IN_CONVERSATION)
@pytest.mark.parametrize("key", [None, b"", b"x" * 31, b"x" * 33])
def test_no_message_is_written_or_read_without_a_whole_reply_key(kind: Kind, key: bytes | None) -> None:
    with pytest.raises(MissingReplyKeyError):
        heads.write(place(kind), BODIES[kind], key)
    with pytest.raises(MissingReplyKeyError):
        heads.read(written(place(kind)), place(kind), key)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in SIGNED])
def test_only_the_conversation_is_signed(kind: Kind) -> None:
    assert b'"mac"' not in heads.write(place(kind), BODIES[kind], REPLY_KEY)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_plaintext_is_refused(kind: Kind) -> None:
    plaintext = written(place(kind))
    for length in (0, 1, 100, len(plaintext) - 1):
        with pytest.raises(WrongPaddingError):
            heads.read(plaintext[:length], place(kind), REPLY_KEY)


def test_another_spelling_of_the_same_is_refused() -> None:
    with pytest.raises(NotCanonicalError):
        heads.read(altered(written(place(Kind.NOTE)), b'"number":2', b'"number":2.0'), place(Kind.NOTE))


def test_the_language_is_told_and_not_compared() -> None:
    english = replace(place(Kind.ANSWER), language="en")
    assert heads.read(written(english), place(Kind.ANSWER), REPLY_KEY).head.language == "en"


def test_answers_of_different_lengths_look_alike() -> None:
    lengths = {len(heads.write(place(Kind.ANSWER), {"text": "x" * count}, REPLY_KEY)) for count in (0, 1, 500, 3500)}
    assert lengths == {4096}


@pytest.mark.parametrize("count", [0, 1, 3999, 4000])
def test_a_text_up_to_its_bound_is_written(count: int) -> None:
    plaintext = heads.write(place(Kind.NOTE), {"text": "é" * count})
    assert heads.read(plaintext, place(Kind.NOTE)).text == "é" * count


def test_a_text_over_its_bound_is_refused() -> None:
    with pytest.raises(heads.TextTooLongError):
        heads.write(place(Kind.NOTE), {"text": "é" * 4001})


def test_a_text_is_measured_after_it_was_tidied() -> None:
    plaintext = heads.write(place(Kind.NOTE), {"text": "\r\n" * 2000 + "e\u0301" * 2000 + "\x00" * 500})
    assert heads.read(plaintext, place(Kind.NOTE)).text == "\n" * 2000 + "é" * 2000


def test_more_than_the_largest_plaintext_is_refused() -> None:
    answers = {f"q{number}": "x" * 4000 for number in range(17)}
    with pytest.raises(TooLargeError):
        heads.write(place(Kind.TIP), {**BODIES[Kind.TIP], "answers": answers})


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(NotCanonicalError):
        heads.write(place(Kind.NOTE), {"text": "\ud800"})


def test_tidying_twice_is_tidying_once() -> None:
    untidy = "a\r\r\n\n\x0b\x1b\x85\u0301e\u0301\t\u2028😀"
    assert bodies.tidy(bodies.tidy(untidy)) == bodies.tidy(untidy) == "a\n\n\n\u0301é\t\u2028😀"


def test_a_body_hides_in_its_repr() -> None:
    assert "Gebeld" not in repr(heads.read(written(place(Kind.NOTE)), place(Kind.NOTE)))


def test_no_error_quotes_a_tips_id() -> None:
    with pytest.raises(WrongTipError) as refused:
        heads.read(written(place(Kind.NOTE, tip=OTHER_TIP)), place(Kind.NOTE))
    assert OTHER_TIP not in str(refused.value)
    assert TIP not in str(refused.value)
