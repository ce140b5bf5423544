"""Bech32 (BIP 173) as the age format uses it for recipients and identities: without the limit of 90 characters."""

from collections.abc import Iterable
from functools import reduce
from operator import xor

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH = 6


class NotBech32Error(ValueError):
    """The text is not sound Bech32."""


def _reduced(top: int) -> int:
    return reduce(xor, (generator for bit, generator in enumerate(_GENERATOR) if top >> bit & 1), 0)


_REDUCED = tuple(_reduced(top) for top in range(32))
"""What the five bits that fall out at the top add to the state, worked out once."""
_TO_BASE_32 = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")
"""Python reads its own base 32 in one go; shifting word by word would take a hundred times as long."""


def _checksum_state(values: Iterable[int]) -> int:
    state = 1
    for value in values:
        state = (state & 0x1FFFFFF) << 5 ^ value ^ _REDUCED[state >> 25]
    return state


def _expanded(prefix: str) -> list[int]:
    return [ord(character) >> 5 for character in prefix] + [0] + [ord(character) & 31 for character in prefix]


def _to_words(data: bytes) -> list[int]:
    bits = len(data) * 8
    padding = -bits % 5
    number = int.from_bytes(data, "big") << padding
    return [number >> shift & 31 for shift in range(bits + padding - 5, -1, -5)]


def _from_words(words: str) -> bytes:
    padding = len(words) * 5 % 8
    number = int(words.translate(_TO_BASE_32) or "0", 32)
    if padding >= 5 or number & ((1 << padding) - 1):
        raise NotBech32Error("the bits left over are not zero")
    return (number >> padding).to_bytes(len(words) * 5 // 8, "big")


def encode(prefix: str, data: bytes) -> str:
    """The data in lower case Bech32 after this lower case prefix."""
    words = _to_words(data)
    state = _checksum_state([*_expanded(prefix), *words, *[0] * _CHECKSUM_LENGTH]) ^ 1
    checksum = [state >> 5 * (_CHECKSUM_LENGTH - 1 - place) & 31 for place in range(_CHECKSUM_LENGTH)]
    return prefix + "1" + "".join(_ALPHABET[word] for word in words + checksum)


def decode(text: str) -> tuple[str, bytes]:
    """The prefix, in lower case, and the data. Mixed case, a wrong checksum or stray bits raise NotBech32Error."""
    if text not in (text.lower(), text.upper()) or not text.isascii():
        raise NotBech32Error("upper and lower case are mixed, or a character is not ASCII")
    prefix, _, tail = text.lower().rpartition("1")
    words = [_ALPHABET.find(character) for character in tail]
    if not prefix or len(words) < _CHECKSUM_LENGTH or -1 in words:
        raise NotBech32Error("the prefix, the checksum or the alphabet is wrong")
    if _checksum_state([*_expanded(prefix), *words]) != 1:
        raise NotBech32Error("the checksum is wrong")
    return prefix, _from_words(tail[:-_CHECKSUM_LENGTH])
