"""The pools in which drafts and tips are counted, so that a flood fills only its own. Values; knows nothing else.

What a visitor brings decides the pool. Each has bounds of its own, so memory and disk are bounded, and whoever floods
without proof locks out nobody who has one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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

    SENT = "sent"
    """No pool: a draft that has become a tip. It is counted as one."""


class PoolFullError(Exception):
    """This pool takes no more for now; others may. Nothing was kept."""


class ProofSpentError(Exception):
    """What was brought was used before. Nothing was kept."""


@dataclass(frozen=True)
class Spending:
    """A proof that is used up with what it lets in, until it would not be taken anyway."""

    digest: bytes = field(repr=False)
    expires: int
    """Unix time, in coarse steps."""


@dataclass(frozen=True)
class Entry:
    """What a visitor brought: the pools that it opens, the best one first."""

    pools: tuple[Pool, ...]
    token: str = field(default="", repr=False)
    """The random name of the page that was posted, where it brought one of ours. It begins one draft at most."""
    spending: Spending | None = None


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
        # One more takes the place of another: nobody is refused for a slip, and nobody waits for whoever guesses.
        Pool.WRONG_CODE: 2_000,
    }
)
"""How many drafts a pool holds at a time. A draft takes 4 KiB, up to 128 for who types far more than fits. With all
pools full that is 140 MB, 4.5 GB at the very worst; of the latter 260 MB for those who bring nothing."""

BELOW: Mapping[Pool, tuple[Pool, ...]] = MappingProxyType(
    {Pool.PROOF: (Pool.TICKET, Pool.NEITHER), Pool.TICKET: (Pool.NEITHER,)}
)
"""Where a tip is counted once the day's pool of its own is full: who brought more is not worse off than who brought
nothing."""

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
