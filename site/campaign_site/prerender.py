"""The public pages, rendered ahead and answered from memory.

For each instant at which something changes there is one snapshot of all pages. A request takes the newest snapshot
whose instant has passed: every page flips at the same moment on every worker and node, by the clock alone, with
nothing to swap. No answer may be cached past the next instant.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.types import ASGIApp, Receive, Scope, Send

from campaign_site.library.calendar import next_change
from campaign_site.pages import PublicPage, PublicPages
from campaign_site.rendering import Rendering
from campaign_site.served import Header, Page, page, send_page

LONGEST_CACHED = 60
"""Seconds. A mended text reaches everyone within a minute."""


@dataclass(frozen=True)
class Snapshot:
    """All public pages as they are from an instant on, by path."""

    starts: datetime
    pages: Mapping[str, Page]


@dataclass(frozen=True)
class Timeline:
    """Snapshots in the order of their instants; the first one holds from when it was made."""

    snapshots: tuple[Snapshot, ...]

    def at(self, instant: datetime) -> tuple[Mapping[str, Page], datetime | None]:
        """The pages that hold now, and when others will."""
        number = max(bisect_right(self.snapshots, instant, key=lambda each: each.starts), 1)
        following = self.snapshots[number].starts if number < len(self.snapshots) else None
        return self.snapshots[number - 1].pages, following


def prerender(pages: PublicPages, rendering: Rendering, instant: datetime) -> dict[str, Page]:
    """Every public page as of an instant, by path. Raises what its templates raise: a bad page never goes out."""
    return {each.path: _rendered(each, rendering) for each in pages.all(instant)}


def timeline(pages: PublicPages, rendering: Rendering, now: datetime) -> Timeline:
    """The pages as they are now and after every change that is known to come."""
    instants = [now]
    while following := next_change(pages.library.campaigns, instants[-1]):
        instants.append(following)
    return Timeline(tuple(Snapshot(each, prerender(pages, rendering, each)) for each in instants))


def _rendered(public: PublicPage, rendering: Rendering) -> Page:
    body = rendering.page(public.template, public.language, **public.context).encode()
    return page(body, _headers(public.language, body))


def _headers(language: str, body: bytes) -> tuple[Header, ...]:
    headers: list[Header] = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-language", language.encode()),
    ]
    if b'method="post"' in body:
        # Under no-referrer browsers send "Origin: null" with a form, which would make the check of the origin void.
        headers.append((b"referrer-policy", b"same-origin"))
    return tuple(headers)


class SnapshotLayer:
    """Answers GET and HEAD for public pages from memory; everything else falls through to the app behind it."""

    def __init__(self, app: ASGIApp, timeline: Timeline, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._timeline = timeline
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        now = self._clock()
        pages, following = self._timeline.at(now)
        found = pages.get(scope["path"])
        if found is None:
            await self._app(scope, receive, send)
            return
        left = (following - now).total_seconds() if following else LONGEST_CACHED
        cache_control = f"public, max-age={int(min(LONGEST_CACHED, left))}"
        await send_page(found, cache_control.encode(), scope, send)
