"""What a browser posts that sealed an addition itself: the code's lookup id, and a file for each care point.

Nothing in it can be read here, nor whether its MAC is the reply key's: the desk finds that out. docs/formats.md
("Sealed additions") fixes the bytes; static/js/formats/sealed_additions.js does the same."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from tipline import bodies, digits

MAGIC = b"signaallijn/1 sealed addition\n"
LOOKUP_ID, _UUID, _NUMBER, _FINGERPRINT, _LENGTH = 16, 16, 4, 25, 4


class NotASealedAdditionError(ValueError):
    """The bytes are not a sealed addition, or something is missing or behind."""


@dataclass(frozen=True)
class FileFor:
    """A file, and the fingerprint of the recipient that it was sealed to: the file itself does not tell."""

    fingerprint: str
    sealed: bytes = field(repr=False)


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
    parts = [MAGIC, addition.lookup_id, uuid.UUID(addition.id).bytes, addition.number.to_bytes(_NUMBER, "big")]
    for care_point, file in sorted(addition.files.items()):
        length = len(file.sealed).to_bytes(_LENGTH, "big")
        parts += [bytes([len(care_point)]), (care_point + file.fingerprint).encode(), length, file.sealed]
    return b"".join(parts)


def read(data: bytes) -> SealedAddition:
    """The addition whose bytes these are. Raises NotASealedAdditionError."""
    rest = _Rest(data)
    if rest.take(len(MAGIC)) != MAGIC:
        raise NotASealedAdditionError("it begins otherwise")
    lookup_id, own_id = rest.take(LOOKUP_ID), str(uuid.UUID(bytes=rest.take(_UUID)))
    number = rest.number(_NUMBER)
    files: dict[str, FileFor] = {}
    while rest.data:
        care_point, file = _read_file(rest)
        if files and care_point <= max(files):
            raise NotASealedAdditionError("care points are in order, each once")
        files[care_point] = file
    if not files or number < 1:
        raise NotASealedAdditionError("no file, or no number")
    return SealedAddition(lookup_id, own_id, number, files)


@dataclass
class _Rest:
    """What of the bytes was not read yet."""

    data: bytes

    def take(self, length: int) -> bytes:
        taken, self.data = self.data[:length], self.data[length:]
        if len(taken) != length:
            raise NotASealedAdditionError("cut")
        return taken

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "big")

    def text(self, length: int) -> str:
        try:
            return self.take(length).decode("ascii")
        except UnicodeDecodeError:
            raise NotASealedAdditionError("not ASCII") from None  # its message quotes the bytes


def _read_file(rest: _Rest) -> tuple[str, FileFor]:
    care_point, fingerprint = rest.text(rest.number(1)), rest.text(_FINGERPRINT)
    if not bodies.is_id(care_point) or not fingerprint.isdigit() or not digits.is_sound(fingerprint):
        raise NotASealedAdditionError("no id of a care point, or no fingerprint")
    return care_point, FileFor(fingerprint, rest.take(rest.number(_LENGTH)))
