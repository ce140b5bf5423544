"""The files in what a browser posts that sealed it itself: one for each care point, with its length and the fingerprint
of the recipient.

docs/formats.md ("Sealed posts") fixes the bytes; static/js/formats/sealed_files.js does the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tipline import bodies, digits

_FINGERPRINT, _LENGTH = 25, 4


@dataclass(frozen=True)
class FileFor:
    """A file, and the fingerprint of the recipient that it was sealed to: the file itself does not tell."""

    fingerprint: str
    sealed: bytes = field(repr=False)


@dataclass
class Unread:
    """What of the bytes of a post was not read yet. Whatever is not as it should be raises `refusal`."""

    data: bytes
    refusal: type[ValueError]

    def take(self, length: int) -> bytes:
        """The next bytes, as many as these."""
        taken, self.data = self.data[:length], self.data[length:]
        if len(taken) != length:
            raise self.refusal("cut")
        return taken

    def number(self, length: int) -> int:
        """The number in the next bytes, as many as these."""
        return int.from_bytes(self.take(length), "big")

    def files(self) -> Mapping[str, FileFor]:
        """All that is left, at least one file, by the ids of the care points. They are in order, each once."""
        files = dict([self._file()])
        while self.data:
            care_point, file = self._file()
            if care_point <= max(files):
                raise self.refusal("care points are in order, each once")
            files[care_point] = file
        return files

    def _file(self) -> tuple[str, FileFor]:
        care_point, fingerprint = self._text(self.number(1)), self._text(_FINGERPRINT)
        if not bodies.is_id(care_point) or not fingerprint.isdigit() or not digits.is_sound(fingerprint):
            raise self.refusal("no id of a care point, or no fingerprint")
        return care_point, FileFor(fingerprint, self.take(self.number(_LENGTH)))

    def _text(self, length: int) -> str:
        try:
            return self.take(length).decode("ascii")
        except UnicodeDecodeError:
            raise self.refusal("not ASCII") from None  # its message quotes the bytes


def written(files: Mapping[str, FileFor]) -> bytes:
    """The bytes of these files, as `Unread.files` reads them."""
    return b"".join(
        bytes([len(care_point)])
        + (care_point + file.fingerprint).encode()
        + len(file.sealed).to_bytes(_LENGTH, "big")
        + file.sealed
        for care_point, file in sorted(files.items())
    )
