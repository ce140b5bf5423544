"""The sources that the texts name, each once, with every page that uses it."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from campaign_site.library.entries import Source


@dataclass(frozen=True)
class Use:
    """A page that rests on a source."""

    title: str
    path: str


@dataclass(frozen=True)
class Cited:
    """A source with the pages that use it, in the order in which they were given."""

    anchor: str
    source: Source
    """Of several mentions the one that was checked last, with an address if any of them has one."""
    uses: tuple[Use, ...]


def cited(mentions: Iterable[tuple[Source, Use]]) -> tuple[Cited, ...]:
    """Every source once, in the order of their first mention, which is the same in every language. Two of the same
    title that appeared at different times are two sources."""
    found: dict[tuple[str, str], tuple[Source, dict[Use, None]]] = {}
    for source, use in mentions:
        known, uses = found.get((source.title, source.published), (source, {}))
        found[source.title, source.published] = _better(known, source), {**uses, use: None}
    anchors: dict[str, int] = {}
    entries = []
    for source, uses in found.values():
        entries.append(Cited(_numbered(anchor_of(source), anchors), source, tuple(uses)))
    return tuple(entries)


def anchor_of(source: Source) -> str:
    """A part of an address that stays the same as long as the title does."""
    plain = unicodedata.normalize("NFKD", source.title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _better(one: Source, other: Source) -> Source:
    latest = max(one, other, key=lambda source: source.checked_on)
    return Source(latest.title, one.url or other.url, latest.published, latest.checked_on)


def _numbered(anchor: str, given: dict[str, int]) -> str:
    given[anchor] = given.get(anchor, 0) + 1
    return anchor if given[anchor] == 1 else f"{anchor}-{given[anchor]}"
