"""Reading a hand-over from a form: files for another care point, the last part of an offer, a refusal.

The server can't read any of the files; it looks that each is sealed to exactly one hybrid recipient. Knows nothing of
pages."""

import re
from collections.abc import Mapping

from tipline.desk.answers import NotAnAnswerError, sealed_file, whole_number
from tipline.incoming import Incoming
from tipline.storage.handovers import Offer, Part

_FILE = re.compile(r"file:(answer|addition):([1-9][0-9]{0,8})")
_PART = re.compile(r"(answer|addition):([1-9][0-9]{0,8})")
YES = "yes"


class NotAHandoverError(Exception):
    """What came is no part of a hand-over."""


def read_files(incoming: Incoming) -> Mapping[Part, bytes]:
    """The files of messages, by kind and number; perhaps none, for a tip without messages. Raises
    `NotAHandoverError`."""
    named = {name: _FILE.fullmatch(name) for name in incoming.fields if name.startswith("file:")}
    files = {}
    for name, match in named.items():
        if match is None:
            raise NotAHandoverError
        files[match[1], int(match[2])] = _sealed(incoming, name)
    return files


def read_offer(incoming: Incoming, to: str) -> Offer:
    """The last part of an offer. Raises `NotAHandoverError`."""
    left_out = incoming.one("left_out").split()
    parts = [_PART.fullmatch(each) for each in left_out]
    if not all(parts):
        raise NotAHandoverError
    return Offer(
        to=to,
        is_shared=incoming.one("shared") == YES,
        sealed=_sealed(incoming, "tip"),
        note=_sealed(incoming, "note"),
        left_out=frozenset((part[1], int(part[2])) for part in parts if part),
    )


def read_refusal(incoming: Incoming) -> tuple[int, bytes]:
    """The number of the note that says why, and the note. Raises `NotAHandoverError`."""
    number = whole_number(incoming.one("number"))
    if not number:
        raise NotAHandoverError
    return number, _sealed(incoming, "note")


def _sealed(incoming: Incoming, name: str) -> bytes:
    try:
        return sealed_file(incoming.one(name))
    except NotAnAnswerError:
        raise NotAHandoverError from None  # without its cause, which may quote the file
