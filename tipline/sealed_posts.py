"""What a browser posts that sealed a tip itself: the digest under which it is found, and a file for each care point.

Nothing in it can be read here. docs/formats.md ("Sealed posts") fixes the bytes; static/js/formats/sealed_posts.js does
the same. What the files must be like is the business of `sealing` and `intake`."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from tipline.incoming import MAX_SEALED
from tipline.sealed_files import FileFor, Unread, written

MAGIC = b"signaallijn/1 sealed tip\n"
_DIGEST = 32


class NotASealedPostError(ValueError):
    """The bytes are not a sealed post, or something is missing or behind."""


@dataclass(frozen=True)
class SealedPost:
    lookup_digest: bytes = field(repr=False)
    files: Mapping[str, FileFor] = field(repr=False)
    """By the id of the care point."""

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes, in hexadecimal: the same post sent again is known by it."""
        return hashlib.sha256(write(self)).hexdigest()


def write(post: SealedPost) -> bytes:
    """The bytes of a post."""
    return MAGIC + post.lookup_digest + written(post.files)


def read(data: bytes) -> SealedPost:
    """The post whose bytes these are. Raises NotASealedPostError."""
    if len(data) > MAX_SEALED or not data.startswith(MAGIC):
        raise NotASealedPostError("too long, or it begins otherwise")
    rest = Unread(data[len(MAGIC) :], NotASealedPostError)
    return SealedPost(rest.take(_DIGEST), rest.files())
