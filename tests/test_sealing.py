"""Sealing: what is sealed opens, whole, with the right key; anything else is refused by its name."""

import json
from pathlib import Path

import pytest

from tipline import bech32, padding, sealing
from tipline.sealing import (
    AlteredFileError,
    Box,
    ForeignRecipientError,
    Identity,
    NoRecipientError,
    NotAnAgeFileError,
    NotAnIdentityError,
    NotARecipientError,
    SealingError,
    WeakSecretError,
    WrongBoxError,
    WrongKeyError,
    WrongRecipientCountError,
    WrongSizeError,
    check_file,
    fingerprint,
    open_sealed,
    seal,
)

CHUNK = 64 * 1024
NOOR, BILAL, SAM = (Identity.from_seed(bytes([number]) * 32) for number in (1, 2, 3))
PLAINTEXT = padding.pad(b"{}")
PUBLISHED = Path(__file__).parent / "vectors" / "cctv"
SECRETS: list[bytes | str] = ["s" * 32, b"t" * 32]
EDGES = sorted(
    {
        *(0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1),
        *(bucket + difference for bucket in padding.BUCKETS for difference in (-1, 0, 1)),
    }
)


@pytest.mark.parametrize("length", EDGES)
def test_what_was_sealed_opens(length: int) -> None:
    text = bytes(number % 251 for number in range(length))
    assert open_sealed(seal(text, [NOOR.recipient]), NOOR) == text


def test_each_recipient_opens_it_and_nobody_else() -> None:
    file = seal(PLAINTEXT, [NOOR.recipient, BILAL.recipient])
    assert open_sealed(file, NOOR) == open_sealed(file, BILAL) == PLAINTEXT
    with pytest.raises(WrongKeyError):
        open_sealed(file, SAM)


def test_the_same_text_is_never_sealed_alike() -> None:
    one, other = seal(PLAINTEXT, [NOOR.recipient]), seal(PLAINTEXT, [NOOR.recipient])
    assert len(one) == len(other)
    assert one[100:1500] != other[100:1500]
    assert one[-4000:] != other[-4000:]


def test_no_byte_of_a_file_can_be_altered() -> None:
    file = seal(PLAINTEXT, [NOOR.recipient])
    header = len(file) - len(sealing.read_header(file).payload)
    for place in (*range(header), header + 1, header + 2000, len(file) - 1):
        spoilt = file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :]
        with pytest.raises((NotAnAgeFileError, WrongKeyError, AlteredFileError)):
            open_sealed(spoilt, NOOR)


def test_a_file_can_be_cut_nowhere() -> None:
    file = seal(b"x" * (CHUNK + 5), [NOOR.recipient])
    payload = len(file) - len(sealing.read_header(file).payload)
    for length in (0, 1, 22, payload - 17, payload - 1):
        with pytest.raises(NotAnAgeFileError):
            open_sealed(file[:length], NOOR)
    for length in (payload, payload + 1, payload + CHUNK, payload + CHUNK + 16, payload + CHUNK + 32, len(file) - 1):
        with pytest.raises(AlteredFileError):
            open_sealed(file[:length], NOOR)


def test_nothing_can_stand_behind_a_file() -> None:
    for behind in (b"\0", b"\n", PLAINTEXT, seal(PLAINTEXT, [NOOR.recipient])):
        with pytest.raises(AlteredFileError):
            open_sealed(seal(PLAINTEXT, [NOOR.recipient]) + behind, NOOR)


def test_the_text_of_one_file_under_the_header_of_another_is_refused() -> None:
    one, other = (sealing.read_header(seal(PLAINTEXT, [NOOR.recipient])) for _ in range(2))
    file = seal(PLAINTEXT, [NOOR.recipient])
    with pytest.raises(AlteredFileError):
        open_sealed(file[: -len(one.payload)] + other.payload, NOOR)


def test_sealing_to_nobody_is_refused() -> None:
    with pytest.raises(NoRecipientError):
        seal(PLAINTEXT, [])


def test_sealing_to_a_classical_recipient_is_refused() -> None:
    classical = bech32.encode("age", bytes(range(32)))
    for recipients in ([classical], [NOOR.recipient, classical], [classical, NOOR.recipient]):
        with pytest.raises(NotARecipientError):
            seal(PLAINTEXT, recipients)


def test_sealing_to_a_secret_is_refused() -> None:
    with pytest.raises(NotARecipientError):
        seal(PLAINTEXT, [NOOR.secret])


def test_a_recipient_of_low_order_is_refused() -> None:
    _, raw = bech32.decode(NOOR.recipient)
    with pytest.raises(NotARecipientError):
        seal(PLAINTEXT, [bech32.encode("age1pq", raw[:-32] + bytes(32))])


def test_a_recipient_that_is_no_mlkem_key_is_refused() -> None:
    with pytest.raises(NotARecipientError):
        seal(PLAINTEXT, [bech32.encode("age1pq", b"\xff" * 1216)])


def test_a_file_also_sealed_to_a_classical_recipient_is_not_stored() -> None:
    with pytest.raises(ForeignRecipientError):
        check_file((PUBLISHED / "hybrid_and_x25519.age").read_bytes())


def test_a_file_also_sealed_to_an_unknown_recipient_is_not_stored() -> None:
    with pytest.raises(ForeignRecipientError):
        check_file((PUBLISHED / "hybrid_grease.age").read_bytes())


@pytest.mark.parametrize("count", [1, 2, 3])
def test_recipients_are_counted(count: int) -> None:
    file = seal(PLAINTEXT, [NOOR.recipient, BILAL.recipient, SAM.recipient][:count])
    check_file(file)
    check_file(file, count)
    for wrong in (0, count - 1, count + 1):
        with pytest.raises(WrongRecipientCountError):
            check_file(file, wrong)


@pytest.mark.parametrize("bucket", padding.BUCKETS)
def test_only_padded_texts_are_stored(bucket: int) -> None:
    check_file(seal(bytes(bucket), [NOOR.recipient]))
    for length in (bucket - 1, bucket + 1):
        with pytest.raises(WrongSizeError):
            check_file(seal(bytes(length), [NOOR.recipient]))


def test_a_cut_file_is_not_stored() -> None:
    file = seal(PLAINTEXT, [NOOR.recipient])
    for length in (len(file) - 1, len(file) - 4096, 1000, 0):
        with pytest.raises(SealingError):
            check_file(file[:length])


def test_a_header_is_bounded() -> None:
    few, many = ([Identity.from_seed(bytes([number]) * 32).recipient for number in range(n)] for n in (20, 25))
    check_file(seal(PLAINTEXT, few), 20)
    with pytest.raises(NotAnAgeFileError):
        check_file(seal(PLAINTEXT, many))


@pytest.mark.parametrize("secret", ["", "x", NOOR.secret.lower(), NOOR.secret[:-1], NOOR.recipient, NOOR.secret + "\n"])
def test_what_is_no_identity_is_refused(secret: str) -> None:
    with pytest.raises(NotAnIdentityError):
        open_sealed(seal(PLAINTEXT, [NOOR.recipient]), Identity(secret))


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_seed_has_32_bytes(length: int) -> None:
    with pytest.raises(NotAnIdentityError):
        Identity.from_seed(b"x" * length)


def test_fresh_identities_differ_and_hide() -> None:
    one, other = Identity.new(), Identity.new()
    assert one.recipient != other.recipient
    assert repr(one) == "Identity()"
    assert Identity(one.secret).recipient == one.recipient


def test_a_fingerprint_has_25_digits_and_tells_keys_apart() -> None:
    shown = {fingerprint(identity.recipient) for identity in (NOOR, BILAL, SAM)}
    assert len(shown) == 3
    assert {len(each) for each in shown} == {25}


def test_published_vectors_name_no_identity() -> None:
    index = json.loads((PUBLISHED / "index.json").read_text())
    assert sorted(path.stem for path in PUBLISHED.glob("*.age")) == sorted(index)


def test_bech32_of_the_standard() -> None:
    """Valid and invalid strings of BIP 173."""
    assert bech32.decode("A12UEL5L") == ("a", b"")
    assert bech32.encode("a", b"") == "a12uel5l"
    assert bech32.decode("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw")[1].hex() == (
        "00443214c74254b635cf84653a56d7c675be77df"
    )
    for invalid in (
        "",
        "1",
        "pzry9x0s0muk",
        "1pzry9x0s0muk",
        "x1b4n0q5v",
        "li1dgmt3",
        "A1G7SGD8",
        "10a06t8",
        "1qzzfhee",
    ):
        with pytest.raises(bech32.NotBech32Error):
            bech32.decode(invalid)


@pytest.mark.parametrize("text", ["a1qpamnt9j", "a1q3g6mn3"])
def test_bech32_with_stray_bits_is_refused(text: str) -> None:
    with pytest.raises(bech32.NotBech32Error):
        bech32.decode(text)


@pytest.mark.parametrize("length", [0, 1, 5, 32, 1216])
def test_bech32_reads_what_it_wrote(length: int) -> None:
    data = bytes(number * 7 % 256 for number in range(length))
    assert bech32.decode(bech32.encode("age1pq", data)) == ("age1pq", data)


# Boxes


@pytest.mark.parametrize("text", [b"", b"x", b"x" * 100_000])
def test_a_box_opens_where_it_was_closed(text: bytes) -> None:
    box = Box(SECRETS, "draft")
    assert box.open(box.seal(text, b"id"), b"id") == text


def test_a_box_opens_in_no_other_place() -> None:
    closed = Box(SECRETS, "draft").seal(b"text", b"id")
    elsewhere = [
        (Box(SECRETS, "draft"), b"other"),
        (Box(SECRETS, "totp"), b"id"),
        (Box(SECRETS, "drafti"), b"d"),
        (Box(SECRETS, "draf"), b"tid"),
        (Box(["u" * 32], "draft"), b"id"),
    ]
    for box, context in elsewhere:
        with pytest.raises(WrongBoxError):
            box.open(closed, context)


def test_no_byte_of_a_box_can_be_altered_or_cut() -> None:
    box = Box(SECRETS, "draft")
    closed = box.seal(b"text", b"id")
    for place in range(len(closed)):
        for spoilt in (closed[:place], closed[:place] + bytes([closed[place] ^ 1]) + closed[place + 1 :]):
            with pytest.raises(WrongBoxError):
                box.open(spoilt, b"id")


def test_a_box_outlives_a_new_server_secret_and_not_the_end_of_the_old() -> None:
    old, new = "old" * 12, "new" * 12
    closed = Box([old], "draft").seal(b"text", b"id")
    assert Box([new, old], "draft").open(closed, b"id") == b"text"
    with pytest.raises(WrongBoxError):
        Box([old], "draft").open(Box([new, old], "draft").seal(b"text", b"id"), b"id")


@pytest.mark.parametrize("keys", [[], [""], ["s" * 31], ["s" * 32, "short"]])
def test_a_box_wants_whole_server_secrets(keys: list[str]) -> None:
    with pytest.raises(WeakSecretError):
        Box(keys, "draft")
