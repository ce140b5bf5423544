"""Reading an answer or a note of the desk from a form: a sealed file for each who is to read it. An answer's are the
tipster and each care point that has a case; a note's is the own care point.

The server can't read any of them; it looks that each is sealed to exactly one hybrid recipient, and that they are for
those who are to read it, no more and no fewer. Knows nothing of pages."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tipline.incoming import Incoming
from tipline.sealing import SealingError, check_file
from tipline.storage.tips import OtherReadersError

MAX_DIGITS = 9
FOR = "for:"
"""Before a reader's name in the name of a field."""


class NotAnAnswerError(Exception):
    """What came is not a number and well-sealed files."""


@dataclass(frozen=True)
class SealedMessage:
    number: int
    files: Mapping[str, bytes] = field(repr=False)
    """Reader -> file."""


def read_message(incoming: Incoming, readers: Iterable[str]) -> SealedMessage:
    """The message that these fields carry; files come in base64url. Raises NotAnAnswerError, OtherReadersError."""
    files = {
        name.removeprefix(FOR): sealed_file(incoming.one(name)) for name in incoming.fields if name.startswith(FOR)
    }
    number = whole_number(incoming.one("number"))
    if not number or not files:
        raise NotAnAnswerError
    if set(files) != set(readers):
        raise OtherReadersError
    return SealedMessage(number, files)


def whole_number(text: str) -> int | None:
    """A number of a form field; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None


def sealed_file(text: str) -> bytes:
    """A file in base64url, sealed to one recipient. Raises NotAnAnswerError."""
    try:
        file = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        check_file(file, recipients=1)
    except (binascii.Error, ValueError, SealingError):
        raise NotAnAnswerError from None  # without its cause, which may quote the file
    return file
