"""A draft that no pool has room for, on its way back to its visitor: boxed, in the address of the page that says so.

So nothing that was typed is lost, and a flood finds nothing to fill. Knows nothing of pages."""

import uuid
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tipline.drafts import REPORT_SECONDS, ReportDraft, read_draft, written
from tipline.sealing import Box, SealingError

STEP = 256
"""Bytes; the length of an address tells only how many of them its draft takes."""
LONGEST = 6_000
"""Characters; proxies take lines of 8 KB."""
_CONTEXT = b"waiting"


@dataclass(frozen=True)
class Waiting:
    """What was typed, and the ticket that ripens meanwhile."""

    draft: ReportDraft
    ticket: str = field(default="", repr=False)
    """Empty when the one that was brought is used up."""


class WaitingRoom:
    def __init__(self, keys: Sequence[str], clock: Callable[[], datetime]) -> None:
        self._box = Box(keys, "waiting")
        self._clock = clock

    def keep(self, waiting: Waiting) -> str:
        """What opens as the same again for an hour; empty when it is too long for an address."""
        until = int(self._clock().timestamp()) + REPORT_SECONDS
        packed = zlib.compress(b"\n".join((str(until).encode(), waiting.ticket.encode(), written(waiting.draft))))
        # The end of a compressed text is known, so what is filled up behind it does no harm.
        padded = packed + b"\0" * (-len(packed) % STEP)
        kept = urlsafe_b64encode(self._box.seal(padded, _CONTEXT)).rstrip(b"=").decode()
        return kept if len(kept) <= LONGEST else ""

    def open(self, kept: str) -> Waiting | None:
        """What was kept, with a tip id of its own each time, since several reports may be made of it; None when it is
        none of ours, or its hour is over."""
        try:
            padded = self._box.open(urlsafe_b64decode(kept + "=" * (-len(kept) % 4)), _CONTEXT)
        except (SealingError, ValueError):
            return None
        until, ticket, draft = zlib.decompressobj().decompress(padded).split(b"\n", 2)
        read = read_draft(draft)
        if int(until) <= self._clock().timestamp() or not isinstance(read, ReportDraft):
            return None
        return Waiting(replace(read, tip=str(uuid.uuid4())), ticket.decode())
