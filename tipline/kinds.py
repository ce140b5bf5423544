"""The kinds of plaintext there are, and who writes each."""

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What a sealed file holds. A `key` is a coordinator's own secret, wrapped for one way of unlocking it."""

    TIP = "tip"
    ANSWER = "answer"
    ADDITION = "addition"
    NOTE = "note"
    GRANT = "grant"
    KEY = "key"


class Author(StrEnum):
    """Who wrote a plaintext."""

    TIPSTER = "tipster"
    COORDINATOR = "coordinator"


AUTHORS: Mapping[Kind, Author] = {
    Kind.TIP: Author.TIPSTER,
    Kind.ANSWER: Author.COORDINATOR,
    Kind.ADDITION: Author.TIPSTER,
    Kind.NOTE: Author.COORDINATOR,
    Kind.GRANT: Author.COORDINATOR,
    Kind.KEY: Author.COORDINATOR,
}
"""The only author each kind can have."""

SIGNED = frozenset({Kind.ANSWER, Kind.ADDITION})
"""The kinds that carry a MAC under the reply key: the conversation between tipster and desk."""

WITHOUT_TIP = frozenset({Kind.GRANT, Kind.KEY})
"""The kinds that belong to no tip."""
