"""Every plaintext: a head that says what and where it is, a body, a MAC where two people talk, and padding.

A reader says what it expects at the place where it found the file; what was moved, swapped, replayed, mislabelled or
forged is refused by an error of that name. docs/formats.md ("Plaintexts") fixes the bytes; static/js/formats/heads.js
does the same.
"""

import base64
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tipline import bodies, canonical, padding
from tipline.bodies import NotABodyError, TextTooLongError
from tipline.canonical import Json, NotCanonicalError
from tipline.kinds import AUTHORS, SIGNED, WITHOUT_TIP, Author, Kind
from tipline.languages import LANGUAGES
from tipline.padding import TooLargeError, WrongPaddingError

__all__ = [
    "Author",
    "ForgedError",
    "Head",
    "HeadError",
    "Kind",
    "MissingReplyKeyError",
    "NotABodyError",
    "NotAHeadError",
    "NotCanonicalError",
    "Read",
    "TextTooLongError",
    "TooLargeError",
    "UnknownVersionError",
    "UnsignedError",
    "WrongAuthorError",
    "WrongCarePointError",
    "WrongKindError",
    "WrongNumberError",
    "WrongPaddingError",
    "WrongTipError",
    "read",
    "write",
]

VERSION = 1
_SIGNED_AS = b"signaallijn/1 message\n"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_REPLY_KEY_LENGTH = 32


class HeadError(ValueError):
    """A plaintext is not what it should be at the place where it was found."""


class NotAHeadError(HeadError):
    """A plaintext or its head lacks a member, has one too many, or has one of the wrong type."""


class UnknownVersionError(HeadError):
    """The plaintext is of another version of this format."""


class WrongKindError(HeadError):
    """The plaintext is of another kind: it was mislabelled or swapped."""


class WrongTipError(HeadError):
    """The plaintext belongs to another tip: it was moved."""


class WrongCarePointError(HeadError):
    """The plaintext was written for other care points."""


class WrongNumberError(HeadError):
    """The plaintext has another number in its direction: it was replayed or put in another's place."""


class WrongAuthorError(HeadError):
    """The plaintext says that another role wrote it."""


class UnsignedError(HeadError):
    """A message in the conversation carries no MAC."""


class ForgedError(HeadError):
    """A message in the conversation was not written by one who holds its reply key."""


class MissingReplyKeyError(HeadError):
    """A message in the conversation cannot be written or checked without a reply key of 32 bytes."""


@dataclass(frozen=True)
class Head:
    """What a plaintext says about itself. Raises NotAHeadError when no plaintext could say this."""

    kind: Kind
    tip: str | None
    """The tip's UUID in lower case; None for a grant or a key."""
    care_points: tuple[str, ...]
    """Their ids, sorted, each once, at least one."""
    number: int
    """From 1, in its direction; a grant's or key's is the number of the key."""
    author: Author
    language: str
    """What the body is written in, or the reader is answered in: nl or en. Told, never compared."""

    def __post_init__(self) -> None:
        points = self.care_points
        claims = (
            self.author == AUTHORS[self.kind],
            (self.tip is None) == (self.kind in WITHOUT_TIP),
            self.tip is None or _UUID.fullmatch(self.tip),
            points and points == tuple(sorted(set(points))) and all(bodies.is_id(point) for point in points),
            type(self.number) is int and 1 <= self.number <= canonical.MAX_INTEGER,
            self.language in LANGUAGES,
        )
        if not all(claims):
            raise NotAHeadError(f"no {self.kind} has such a head")

    def to_json(self) -> dict[str, Json]:
        """The head as it stands in the plaintext."""
        return {
            "author": self.author,
            "care_points": self.care_points,
            "kind": self.kind,
            "language": self.language,
            "number": self.number,
            "tip": self.tip,
            "v": VERSION,
        }


@dataclass(frozen=True)
class Read:
    """A plaintext that is what was expected. The repr hides the body."""

    head: Head
    body: Mapping[str, Json] = field(repr=False)

    @property
    def text(self) -> str:
        """What an answer, addition or note says; raises KeyError for other kinds."""
        return str(self.body["text"])


def write(head: Head, body: Mapping[str, Json], reply_key: bytes | None = None) -> bytes:
    """The padded plaintext, its texts tidied.

    An answer and an addition need the reply key; the other kinds make no use of it. Raises NotABodyError,
    TextTooLongError, TooLargeError, NotCanonicalError and MissingReplyKeyError.
    """
    tidied = bodies.tidied(body)
    bodies.check(head.kind, tidied)
    message: dict[str, Json] = {"body": tidied, "head": head.to_json()}
    if head.kind in SIGNED:
        message["mac"] = _mac(head.to_json(), tidied, reply_key)
    return padding.pad(canonical.write(message))


def read(plaintext: bytes, expected: Head, reply_key: bytes | None = None) -> Read:
    """The head and body of a plaintext that is what was expected; the language may be another.

    Raises WrongPaddingError, NotCanonicalError, a HeadError by name, NotABodyError or TextTooLongError.
    """
    message = _mapping(canonical.read(padding.unpad(plaintext)))
    if not {"body", "head"} <= set(message) <= {"body", "head", "mac"}:
        raise NotAHeadError("a plaintext has a head and a body")
    found = _compared(_mapping(message["head"]), expected)
    if expected.kind in SIGNED:
        _check_mac(message, reply_key)
    elif "mac" in message:
        raise NotAHeadError(f"a {expected.kind} carries no MAC")
    bodies.check(expected.kind, message["body"])
    return Read(found, _mapping(message["body"]))


def _mapping(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise NotAHeadError("not an object")
    return value


def _compared(found: Mapping[str, Json], expected: Head) -> Head:
    """The head that stands there, compared with the expected one member by member."""
    language = found.get("language")
    wanted = expected.to_json()
    if found.get("v") != VERSION or found.get("v") is True:
        raise UnknownVersionError("not version 1")
    if set(found) != set(wanted) or language not in LANGUAGES or not isinstance(language, str):
        raise NotAHeadError("a member is missing, too many or wrong")
    wanted["care_points"] = list(expected.care_points)
    for name, error in _COMPARED:
        # The types too: Python holds True and 1 for equal.
        if found[name] != wanted[name] or isinstance(found[name], bool):
            raise error(f"another {name} than expected here")
    return Head(expected.kind, expected.tip, expected.care_points, expected.number, expected.author, language)


_COMPARED: tuple[tuple[str, type[HeadError]], ...] = (
    ("kind", WrongKindError),
    ("tip", WrongTipError),
    ("care_points", WrongCarePointError),
    ("number", WrongNumberError),
    ("author", WrongAuthorError),
)


def _mac(head: Json, body: Json, reply_key: bytes | None) -> str:
    """HMAC-SHA256 under the reply key over head and body, in base64url without padding."""
    if reply_key is None or len(reply_key) != _REPLY_KEY_LENGTH:
        raise MissingReplyKeyError("a reply key has 32 bytes")
    signed = _SIGNED_AS + canonical.write(head) + b"\n" + canonical.write(body)
    return base64.urlsafe_b64encode(hmac.digest(reply_key, signed, "sha256")).rstrip(b"=").decode()


def _check_mac(message: Mapping[str, Json], reply_key: bytes | None) -> None:
    right = _mac(message["head"], message["body"], reply_key)
    found = message.get("mac")
    if found is None:
        raise UnsignedError("a message of the conversation must be signed")
    if not isinstance(found, str) or not hmac.compare_digest(found.encode(), right.encode()):
        raise ForgedError("the MAC is not the reply key's")
