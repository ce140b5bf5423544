"""What a browser posts that sealed a tip itself: the digest under which it is found, and a file for each care point.

Nothing in it can be read here. docs/formats.md ("Sealed posts") fixes the bytes; static/js/formats/sealed_posts.js does
the same. What the files must be like is the business of `sealing` and `intake`."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from tipline import bodies, digits
from tipline.incoming import MAX_BODY

MAGIC = b"signaallijn/1 sealed tip\n"
_DIGEST, _FINGERPRINT, _LENGTH = 32, 25, 4


class NotASealedPostError(ValueError):
    """The bytes are not a sealed post, or something is missing or behind."""


@dataclass(frozen=True)
class SealedFor:
    """A file, and the fingerprint of the recipient that it was sealed to: the file itself does not tell."""

    fingerprint: str
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class SealedPost:
    lookup_digest: bytes = field(repr=False)
    files: Mapping[str, SealedFor] = field(repr=False)
    """By the id of the care point."""

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes, in hexadecimal: the same post sent again is known by it."""
        return hashlib.sha256(write(self)).hexdigest()


def write(post: SealedPost) -> bytes:
    """The bytes of a post."""
    parts = [MAGIC, post.lookup_digest]
    for care_point, file in sorted(post.files.items()):
        name = care_point.encode()
        length = len(file.sealed).to_bytes(_LENGTH, "big")
        parts += [bytes([len(name)]), name, file.fingerprint.encode(), length, file.sealed]
    return b"".join(parts)


def read(data: bytes) -> SealedPost:
    """The post whose bytes these are. Raises NotASealedPostError."""
    if len(data) > MAX_BODY or not data.startswith(MAGIC):
        raise NotASealedPostError("too long, or it begins otherwise")
    rest = _Rest(data[len(MAGIC) :])
    lookup_digest = rest.take(_DIGEST)
    files: dict[str, SealedFor] = {}
    last = ""
    while rest.data or not files:
        care_point, file = _read_file(rest)
        if care_point <= last:
            raise NotASealedPostError("care points are in order, each once")
        files[care_point] = file
        last = care_point
    return SealedPost(lookup_digest, files)


@dataclass
class _Rest:
    """What of the bytes was not read yet."""

    data: bytes

    def take(self, length: int) -> bytes:
        taken, self.data = self.data[:length], self.data[length:]
        if len(taken) != length:
            raise NotASealedPostError("cut")
        return taken


def _read_file(rest: _Rest) -> tuple[str, SealedFor]:
    try:
        care_point = rest.take(rest.take(1)[0]).decode("ascii")
        fingerprint = rest.take(_FINGERPRINT).decode("ascii")
    except UnicodeDecodeError:
        raise NotASealedPostError("not ASCII") from None  # its message quotes the bytes
    if not bodies.is_id(care_point) or not fingerprint.isdigit() or not digits.is_sound(fingerprint):
        raise NotASealedPostError("no id of a care point, or no fingerprint")
    return care_point, SealedFor(fingerprint, rest.take(int.from_bytes(rest.take(_LENGTH), "big")))
