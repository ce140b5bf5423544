"""Keeping an answer of the desk: two sealed files with one number, one for the tipster and one for the care point.

The server can't read either; it looks that each is sealed to exactly one hybrid recipient, and that the number is the
next one. Knows nothing of pages."""

import base64
import binascii
import uuid
from dataclasses import dataclass, field
from datetime import date

from tipline.heads import Kind
from tipline.sealing import SealingError, check_file
from tipline.storage.tips import StoredMessage, StoredTip, Tips

MAX_DIGITS = 9


class NotAnAnswerError(Exception):
    """What came is not a number and two well-sealed files."""


class NumberTakenError(Exception):
    """The number is not the next one: a colleague answered meanwhile, or this answer was kept before."""


@dataclass(frozen=True)
class SealedAnswer:
    number: int
    for_tipster: bytes = field(repr=False)
    for_desk: bytes = field(repr=False)


def read_answer(number: str, for_tipster: str, for_desk: str) -> SealedAnswer:
    """The answer that these form fields carry; the files come in base64url. Raises NotAnAnswerError."""
    if not number.isascii() or not number.isdigit() or len(number) > MAX_DIGITS:
        raise NotAnAnswerError
    return SealedAnswer(int(number), _sealed_file(for_tipster), _sealed_file(for_desk))


def keep_answer(tips: Tips, tip: StoredTip, answer: SealedAnswer, today: date) -> None:
    """Both files, or none. Raises NumberTakenError."""
    files = {"tipster": answer.for_tipster, "desk": answer.for_desk}
    messages = [
        StoredMessage(
            id=str(uuid.uuid4()),
            tip=tip.id,
            kind=Kind.ANSWER,
            number=answer.number,
            reader=reader,
            written_on=today,
            sealed=sealed,
        )
        for reader, sealed in files.items()
    ]
    if not tips.add_messages(messages):
        raise NumberTakenError


def _sealed_file(text: str) -> bytes:
    try:
        file = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        check_file(file, recipients=1)
    except (binascii.Error, ValueError, SealingError):
        raise NotAnAnswerError from None  # without its cause, which may quote the file
    return file
