"""Five sizes for every plaintext, so that the length of a sealed file says little about what a person wrote."""

BUCKETS = (4096, 8192, 16384, 32768, 65536)
"""The lengths, in bytes, that a plaintext may have. Each fits in one chunk of an age file."""


class TooLargeError(ValueError):
    """The text does not fit in the largest plaintext."""


class WrongPaddingError(ValueError):
    """The plaintext is not filled up as a plaintext of ours is."""


def pad(text: bytes) -> bytes:
    """The text, a line feed, and spaces up to the smallest bucket that holds it. Raises TooLargeError."""
    for bucket in BUCKETS:
        if len(text) < bucket:
            return (text + b"\n").ljust(bucket, b" ")
    raise TooLargeError(f"{len(text)} bytes, at most {BUCKETS[-1] - 1}")


def unpad(plaintext: bytes) -> bytes:
    """The text that `pad` was given. Raises WrongPaddingError unless `pad` would give this very plaintext."""
    text, line_feed, spaces = plaintext.rpartition(b"\n")
    if not line_feed or spaces.strip(b" ") or len(text) >= BUCKETS[-1] or pad(text) != plaintext:
        raise WrongPaddingError(f"{len(plaintext)} bytes")
    return text
