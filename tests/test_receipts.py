"""Receipts and passphrases: made without bias, hidden in every repr, checked before anything is derived."""

import unicodedata

import pytest

from tipline import digits
from tipline.passphrases import ALPHABET, Halves, Passphrase, stretch
from tipline.receipts import Derived, NotAReceiptError, Receipt, WrongCheckDigitError, WrongLengthError, derive

SALT = b"\x07" * 32


def test_a_fresh_receipt_is_sound() -> None:
    for _ in range(100):
        receipt = Receipt.new()
        assert Receipt.parse(receipt.grouped()) == receipt
        assert len(receipt.digits) == 25


def test_a_receipt_is_drawn_from_all_numbers_of_24_digits() -> None:
    bounds = []

    def smallest(bound: int) -> int:
        bounds.append(bound)
        return 0

    assert Receipt.new(smallest).digits == "0" * 25
    assert Receipt.new(lambda bound: bound - 1).digits[:24] == "9" * 24
    assert bounds == [10**24]


def test_a_receipt_is_shown_in_five_groups_of_five() -> None:
    assert Receipt.parse("0" * 25).grouped() == "00000 00000 00000 00000 00000"


def test_every_single_wrong_digit_is_found() -> None:
    right = Receipt.new().digits
    for place in range(25):
        for wrong in set("0123456789") - {right[place]}:
            with pytest.raises(WrongCheckDigitError):
                Receipt.parse(right[:place] + wrong + right[place + 1 :])


def test_every_swap_of_neighbours_is_found() -> None:
    right = Receipt.new(lambda bound: 123456789012345678901234 % bound).digits
    for place in range(24):
        swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
        if swapped != right:
            with pytest.raises(WrongCheckDigitError):
                Receipt.parse(swapped)


@pytest.mark.parametrize("length", [0, 1, 24, 26, 50])
def test_another_length_is_not_a_receipt(length: int) -> None:
    with pytest.raises(WrongLengthError):
        Receipt.parse("0" * length)


def test_no_error_quotes_what_was_typed() -> None:
    for typed in ("12345", "1" * 25, "geheim"):
        with pytest.raises(NotAReceiptError) as refused:
            Receipt.parse(typed)
        assert typed not in repr(refused.value)


def test_every_listed_zero_begins_ten_decimal_digits() -> None:
    for zero in digits.ZEROS:
        assert [unicodedata.decimal(chr(zero + value), None) for value in range(10)] == list(range(10))
    assert len(set(digits.ZEROS)) == len(digits.ZEROS)


def test_no_separator_is_a_letter_or_a_digit() -> None:
    assert all(unicodedata.category(chr(code))[0] in "PZCS" for code in digits.SEPARATORS)
    assert not any(chr(code).isalnum() for code in digits.SEPARATORS)


def test_secrets_hide_in_their_reprs() -> None:
    receipt = Receipt.new()
    derived = derive(receipt, SALT)
    passphrase = Passphrase.new()
    halves = stretch(passphrase, "noor", SALT)
    shown = f"{receipt!r}{receipt}{derived!r}{passphrase!r}{halves!r}{derived.identity!r}{halves.identity!r}"
    assert shown == "Receipt()Receipt()Derived()Passphrase()Halves()Identity()Identity()"


def test_derived_bytes_survive_a_box() -> None:
    derived = derive(Receipt.new(), SALT)
    assert len(derived.to_bytes()) == 80
    assert Derived.from_bytes(derived.to_bytes()) == derived


@pytest.mark.parametrize("length", [0, 79, 81])
def test_another_length_is_not_derived(length: int) -> None:
    with pytest.raises(ValueError, match="another length"):
        Derived.from_bytes(b"x" * length)


def test_another_receipt_or_salt_derives_something_else() -> None:
    receipt = Receipt.new()
    derived = derive(receipt, SALT)
    assert derive(Receipt.new(), SALT).lookup_digest != derived.lookup_digest
    other = derive(receipt, b"\x08" * 32)
    assert other.lookup_id != derived.lookup_id
    assert other.reply_key != derived.reply_key
    assert len({derived.reply_key, derived.seed}) == 2


def test_a_fresh_passphrase_has_twenty_symbols_in_five_groups() -> None:
    passphrase = Passphrase.new()
    assert Passphrase.parse(passphrase.grouped()) == passphrase
    assert [len(group) for group in passphrase.grouped().split("-")] == [4] * 5
    assert Passphrase.new(lambda bound: bound - 1).symbols == "z" * 20
    assert len(ALPHABET) == 32


def test_a_login_is_part_of_what_a_passphrase_is_stretched_to() -> None:
    passphrase = Passphrase.new()
    noor, bilal = (stretch(passphrase, login, SALT) for login in ("noor", "bilal"))
    assert isinstance(noor, Halves)
    assert len({noor.sign_in, noor.unlock, bilal.sign_in, bilal.unlock}) == 4
