"""What a browser posts that sealed an addition itself: the code's lookup id, and a file for each care point.

Nothing in it can be read here, nor whether its MAC is the reply key's: the desk finds that out. docs/formats.md
("Sealed additions") fixes the bytes; static/js/formats/sealed_additions.js does the same."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from tipline.sealed_files import FileFor, Unread, written

MAGIC = b"signaallijn/1 sealed addition\n"
LOOKUP_ID, _UUID, _NUMBER = 16, 16, 4


class NotASealedAdditionError(ValueError):
    """The bytes are not a sealed addition, or something is missing or behind."""


@dataclass(frozen=True)
class SealedAddition:
    lookup_id: bytes = field(repr=False)
    id: str
    """Fixed before anything is sent: the same post sent again is known by it."""
    number: int
    files: Mapping[str, FileFor] = field(repr=False)
    """By the id of the care point, sorted."""


def write(addition: SealedAddition) -> bytes:
    """The bytes of an addition."""
    number = addition.number.to_bytes(_NUMBER, "big")
    return MAGIC + addition.lookup_id + uuid.UUID(addition.id).bytes + number + written(addition.files)


def read(data: bytes) -> SealedAddition:
    """The addition whose bytes these are. Raises NotASealedAdditionError."""
    rest = Unread(data, NotASealedAdditionError)
    if rest.take(len(MAGIC)) != MAGIC:
        raise NotASealedAdditionError("it begins otherwise")
    lookup_id, own_id = rest.take(LOOKUP_ID), str(uuid.UUID(bytes=rest.take(_UUID)))
    number = rest.number(_NUMBER)
    if number < 1:
        raise NotASealedAdditionError("no number")
    return SealedAddition(lookup_id, own_id, number, rest.files())
