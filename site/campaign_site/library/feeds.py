"""Atom feeds (RFC 4287) as text. What is in them is told by `pages.feeds`; nothing here knows the time of day."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
EMPTY_SINCE = datetime(2026, 11, 21, tzinfo=UTC)
"""What a feed without entries says it was updated on, since it must say something: the day on which feeds began."""


@dataclass(frozen=True)
class FeedEntry:
    """One thing that appeared on the site."""

    key: str
    """What makes its id. It never changes, also when the site gets another address."""
    title: str
    path: str
    summary: str
    published: datetime
    updated: datetime
    """Both are instants of the content."""


@dataclass(frozen=True)
class Feed:
    """What appeared on the site, in one language; the newest first."""

    language: str
    title: str
    author: str
    path: str
    home: str
    entries: Sequence[FeedEntry]

    @property
    def updated(self) -> datetime:
        """When its newest entry changed."""
        return max((entry.updated for entry in self.entries), default=EMPTY_SINCE)


def atom_xml(feed: Feed, base_url: str) -> str:
    """The feed as a file."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{feed.language}">',
        f"<id>{_id(f'feed/{feed.language}')}</id>",
        f"<title>{escape(feed.title)}</title>",
        f"<updated>{_instant(feed.updated)}</updated>",
        f"<author><name>{escape(feed.author)}</name></author>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(base_url + feed.path)}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(base_url + feed.home)}/>',
        *(_entry(entry, feed.language, base_url) for entry in feed.entries),
        "</feed>",
    ]
    return "\n".join(lines) + "\n"


def _entry(entry: FeedEntry, language: str, base_url: str) -> str:
    return (
        f"<entry><id>{_id(f'{entry.key}/{language}')}</id>"
        f"<title>{escape(entry.title)}</title>"
        f'<link rel="alternate" type="text/html" href={quoteattr(base_url + entry.path)}/>'
        f"<published>{_instant(entry.published)}</published><updated>{_instant(entry.updated)}</updated>"
        f"<summary>{escape(entry.summary)}</summary></entry>"
    )


def _id(key: str) -> str:
    """The same for ever, wherever the site stands: ids may not change when a domain does."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"signaallijn/{key}").urn


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
