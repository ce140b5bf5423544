"""A coordinator's second way in: a generated passphrase, stretched into a half that signs in and a half that unlocks.

The unlock half never leaves the browser of its coordinator; this module serves the demonstration, the tests and the
check of the sign-in half. docs/formats.md ("Passphrases") fixes the rules; static/js/formats/passphrases.js does the
same.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from tipline.sealing import Identity

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no i, l, o or u."""
LENGTH = 20
_GROUP = 4
_DROPPED = " -\u00a0\u2010\u2011\u2012\u2013\u2014\u2212\t\r\n"
_READ_AS = {**dict.fromkeys(map(ord, _DROPPED)), ord("o"): "0", ord("i"): "1", ord("l"): "1"}


class NotAPassphraseError(ValueError):
    """What was typed is not a passphrase of twenty symbols."""


@dataclass(frozen=True)
class Passphrase:
    """A generated passphrase of 100 bits, never a chosen one. Its repr hides it."""

    symbols: str = field(repr=False)

    @classmethod
    def new(cls, randbelow: Callable[[int], int] = secrets.randbelow) -> "Passphrase":
        """A fresh passphrase."""
        return cls("".join(ALPHABET[randbelow(len(ALPHABET))] for _ in range(LENGTH)))

    @classmethod
    def parse(cls, text: str) -> "Passphrase":
        """The passphrase that was typed; raises NotAPassphraseError, which does not quote it."""
        # Capitals of ASCII only: lower() turns the Kelvin sign and others into letters, and not alike everywhere.
        symbols = "".join(character.lower() if character.isascii() else character for character in text)
        symbols = symbols.translate(_READ_AS)
        if len(symbols) != LENGTH or not set(symbols) <= set(ALPHABET):
            raise NotAPassphraseError("a passphrase has twenty symbols")
        return cls(symbols)

    def grouped(self) -> str:
        """The passphrase as it is shown: five groups of four."""
        return "-".join(self.symbols[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


@dataclass(frozen=True)
class Halves:
    """What a passphrase yields for one login. The repr hides both."""

    sign_in: bytes = field(repr=False)
    unlock: bytes = field(repr=False)

    @property
    def sign_in_digest(self) -> bytes:
        """SHA-256 of the sign-in half: what the server keeps and compares, in constant time."""
        return hashlib.sha256(self.sign_in).digest()

    @property
    def identity(self) -> Identity:
        """The identity to which the coordinator's wrapped key file is sealed."""
        return Identity.from_seed(self.unlock)


def stretch(passphrase: Passphrase, login: str, salt: bytes) -> Halves:
    """The two halves of a passphrase for this login under the deployment salt; about 0.1 s and 32 MiB."""
    own_salt = hashlib.sha256(b"signaallijn/1 passphrase\n" + salt + b"\n" + normalise_login(login).encode()).digest()
    symbols = passphrase.symbols.encode()
    stretched = hashlib.scrypt(symbols, salt=own_salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=64)
    return Halves(stretched[:32], stretched[32:])


def normalise_login(login: str) -> str:
    """The login in NFKC and lower case, without spaces around it."""
    return unicodedata.normalize("NFKC", login).strip(" ").lower()
