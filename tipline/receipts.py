"""The tipster's code of 25 digits: making it, reading it back however it was typed, deriving keys from it.

Nothing of a receipt may be logged, stored or put in a URL; what is stored is the digest of its lookup id.
docs/formats.md ("Receipts") fixes the rules; static/js/formats/receipts.js does the same.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from tipline import digits
from tipline.sealing import Identity

LENGTH = 25
_RANDOM_DIGITS = LENGTH - 1
_LOOKUP_ID, _SEED, _REPLY_KEY = 16, 32, 32
_DERIVED = _LOOKUP_ID + _SEED + _REPLY_KEY


class NotAReceiptError(ValueError):
    """What was typed is not a receipt."""


class StrayCharacterError(NotAReceiptError):
    """What was typed holds a character that is neither a digit nor a separator."""


class WrongLengthError(NotAReceiptError):
    """What was typed has more or fewer than 25 digits."""


class WrongCheckDigitError(NotAReceiptError):
    """What was typed has 25 digits, but one of them is wrong or two have changed places."""


@dataclass(frozen=True)
class Receipt:
    """A sound receipt. Its repr hides it."""

    digits: str = field(repr=False)

    @classmethod
    def new(cls, randbelow: Callable[[int], int] = secrets.randbelow) -> "Receipt":
        """A fresh receipt. `randbelow(n)` draws from 0 to n-1 without bias, from a source fit for secrets."""
        random = f"{randbelow(10**_RANDOM_DIGITS):0{_RANDOM_DIGITS}d}"
        return cls(random + digits.check_digit(random))

    @classmethod
    def parse(cls, text: str) -> "Receipt":
        """The receipt that was typed, in digits of any script, grouped in any way.

        Raises StrayCharacterError, WrongLengthError or WrongCheckDigitError, each a NotAReceiptError; none quotes it.
        """
        found = digits.normalise(text)
        if not all(character in "0123456789" for character in found):
            raise StrayCharacterError("only digits and separators")
        if len(found) != LENGTH:
            raise WrongLengthError("a receipt has 25 digits")
        if not digits.is_sound(found):
            raise WrongCheckDigitError("the check digit does not fit")
        return cls(found)

    def grouped(self) -> str:
        """The receipt as it is shown: five groups of five."""
        return digits.grouped(self.digits)


@dataclass(frozen=True)
class Derived:
    """What a receipt yields: where its tip is found, the tipster's key, and the key that signs the conversation."""

    lookup_id: bytes = field(repr=False)
    seed: bytes = field(repr=False)
    reply_key: bytes = field(repr=False)

    @property
    def lookup_digest(self) -> bytes:
        """SHA-256 of the lookup id: the only one of these that is stored."""
        return lookup_digest(self.lookup_id)

    @property
    def identity(self) -> Identity:
        """The tipster's key."""
        return Identity.from_seed(self.seed)

    def to_bytes(self) -> bytes:
        """The 80 bytes that a follow-up draft may box; never to be kept anywhere else."""
        return self.lookup_id + self.seed + self.reply_key

    @classmethod
    def from_bytes(cls, data: bytes) -> "Derived":
        """What `to_bytes` gave; raises ValueError for another length."""
        if len(data) != _DERIVED:
            raise ValueError("derived bytes have another length")
        return cls(data[:_LOOKUP_ID], data[_LOOKUP_ID : _LOOKUP_ID + _SEED], data[-_REPLY_KEY:])


def lookup_digest(lookup_id: bytes) -> bytes:
    """What the database holds in the place of a lookup id."""
    return hashlib.sha256(lookup_id).digest()


def derive(receipt: Receipt, salt: bytes) -> Derived:
    """The keys of a receipt under the deployment salt.

    Slow on purpose (about 14 ms): it protects the receipts in a stolen database. Callers limit how many run at once.
    """
    stretched = hashlib.scrypt(receipt.digits.encode(), salt=salt, n=2**12, r=8, p=1, dklen=_DERIVED)
    return Derived.from_bytes(stretched)
