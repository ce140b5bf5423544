"""Texts that travel in an address without being told there: boxed, and void after ten minutes.

For what a visitor gave and the next page needs. Nothing of it is kept; knows nothing of pages or requests.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime

from tipline.sealing import Box, SealingError

TOKEN_SECONDS = 600
STEP = 64
_CONTEXT = b"token"


class Tokens:
    """Texts boxed for an address: unreadable, unchangeable, and void after ten minutes.

    A box of its own for each purpose, so that a token opens only where it was made for.
    """

    def __init__(self, box: Box, clock: Callable[[], datetime], step: int = STEP) -> None:
        """`step`: bytes; the length of a token tells only how many of them its text takes."""
        self._box = box
        self._clock = clock
        self._step = step

    def seal(self, text: str) -> str:
        """A token for a text; texts of like length give tokens of equal length."""
        expires = int(self._clock().timestamp()) + TOKEN_SECONDS
        content = expires.to_bytes(8, "big") + text.encode()
        padded = content + b"\n" * (-len(content) % self._step)
        return urlsafe_b64encode(self._box.seal(padded, _CONTEXT)).decode().rstrip("=")

    def open(self, token: str) -> str | None:
        """The text of a token; None when it is not ours or too old."""
        try:
            content = self._box.open(urlsafe_b64decode(token + "=" * (-len(token) % 4)), _CONTEXT)
        except (SealingError, ValueError):
            return None
        if int.from_bytes(content[:8], "big") < self._clock().timestamp():
            return None
        return content[8:].rstrip(b"\n").decode()
