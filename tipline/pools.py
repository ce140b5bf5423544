"""The pools in which drafts and tips are counted, so that a flood fills only its own. Values; knows nothing else.

What a visitor brings decides the pool. Each has bounds of its own, so memory and disk are bounded, and whoever floods
without proof locks out nobody who has one."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Pool(StrEnum):
    PROOF = "proof"
    """A proof of work, or a puzzle that was passed."""
    TICKET = "ticket"
    """Nothing but a minute's wait: visitors without script."""
    NEITHER = "neither"
    ALL = "all"
    """Everybody, where the operator asks for nothing."""
    VISIT = "visit"
    """Who came back with a code that opens a conversation."""
    WRONG_CODE = "wrong-code"
    """Who typed one that opens none."""


class PoolFullError(Exception):
    """This pool takes no more for now; others may. Nothing was kept."""


LIVE_DRAFTS: Mapping[Pool, int] = MappingProxyType(
    {
        # The whole country at its busiest: five and a half people a second, for the hour that a draft lasts.
        Pool.PROOF: 20_000,
        Pool.ALL: 20_000,
        # Visitors without script are few; one who waits in bulk is not, and can take no more than this.
        Pool.TICKET: 5_000,
        # People who were faster than a second, or kept a page open for hours; else it is the flood's own.
        Pool.NEITHER: 2_000,
        Pool.VISIT: 5_000,
        Pool.WRONG_CODE: 500,
    }
)
"""How many drafts a pool holds at a time. A draft takes 4 KiB, at most 64: all pools full are 205 MB of drafts, were
each as long as the form allows 3.4 GB."""

TIPS_A_DAY: Mapping[Pool, int] = MappingProxyType(
    {
        Pool.PROOF: 20_000,
        Pool.ALL: 20_000,
        Pool.TICKET: 4_000,
        # More than coordinators could read; a flood of them costs 12 MB a day.
        Pool.NEITHER: 2_000,
    }
)
"""How many tips a pool lets in on one day. A tip takes about 6 KiB."""
