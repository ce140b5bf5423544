"""The public pages, rendered ahead and answered from memory.

For each instant at which something changes there is one snapshot of all pages. A request takes the newest snapshot
whose instant has passed: every page flips at the same moment on every worker and node, by the clock alone, with
nothing to swap. No answer may be cached past the next instant.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.types import ASGIApp, Receive, Scope, Send

from campaign_site.campaign_files import campaign_files, dressed, is_versioned, worn_by
from campaign_site.library.calendar import leading
from campaign_site.library.feeds import CONTENT_TYPE, atom_xml
from campaign_site.library.site_files import ROBOTS, SECURITY, SITEMAP, Listed, SiteFiles
from campaign_site.pages.everything import every_page
from campaign_site.pages.feeds import feed
from campaign_site.pages.material import Material, PublicPage
from campaign_site.rendering import Rendering
from campaign_site.served import FOREVER, Header, Page, page, send_page
from tipline.languages import LANGUAGES, other
from tipline.tipster.addresses import LEAVE

LONGEST_CACHED = 60
"""Seconds. A mended text reaches everyone within a minute."""


NOT_LISTED = b'<meta name="robots" content="noindex'
"""How a page says that search engines should leave it out."""


@dataclass(frozen=True)
class Snapshot:
    """All public pages as they are from an instant on, by path."""

    starts: datetime
    pages: Mapping[str, Page]


@dataclass(frozen=True)
class Timeline:
    """Snapshots in the order of their instants; the first one holds from when it was made."""

    snapshots: tuple[Snapshot, ...]
    known_until: datetime | None = None
    """When the last of them is over; None when it holds for good."""

    def at(self, instant: datetime) -> tuple[Mapping[str, Page], datetime | None]:
        """The pages that hold now, and when others will."""
        number = max(bisect_right(self.snapshots, instant, key=lambda each: each.starts), 1)
        following = self.snapshots[number].starts if number < len(self.snapshots) else self.known_until
        return self.snapshots[number - 1].pages, following


def prerender(
    material: Material,
    rendering: Rendering,
    instant: datetime,
    files: SiteFiles | None = None,
    known: Mapping[str, Page] | None = None,
) -> dict[str, Page]:
    """Every public page as of an instant, by path, and with `files` what programs ask for. A page that is the same in
    `known` is taken from there. Raises what its templates raise: a bad page never goes out."""
    public = planned(material, instant)
    rendered = {path: _rendered(each, rendering, (known or {}).get(path)) for path, each in public.items()}
    rendered |= looks(material, public.values(), instant)
    return rendered | (_for_programs(files, material, public.values(), rendered, instant) if files else {})


def planned(material: Material, instant: datetime) -> Mapping[str, PublicPage]:
    """Every public page as of an instant, by path: what it is rendered from."""
    leads = leading(material.library.campaigns, instant)
    return {each.path: dressed(each, leads) for each in every_page(material, instant)}


def looks(material: Material, public: Iterable[PublicPage], instant: datetime) -> Mapping[str, Page]:
    """What the campaigns bring that these pages wear at an instant, by path."""
    leads = leading(material.library.campaigns, instant)
    return campaign_files({worn.slug: worn for each in public if (worn := worn_by(each, leads))}.values())


def _for_programs(
    files: SiteFiles, material: Material, public: Iterable[PublicPage], rendered: Mapping[str, Page], instant: datetime
) -> dict[str, Page]:
    listed = (
        Listed(each.path, {each.language: each.path, other(each.language): str(each.context["alternate_url"])})
        for each in public
        if NOT_LISTED not in rendered[each.path].body
    )
    drafts = [f"{path}/" for path in material.addresses["tip_start"].values()]
    made = {
        ROBOTS: text_page(files.robots_txt([*drafts, LEAVE])),
        SITEMAP: text_page(files.sitemap_xml(listed), "application/xml"),
    }
    for told in (feed(material, language, instant) for language in LANGUAGES):
        made[told.path] = text_page(atom_xml(told, files.base_url), CONTENT_TYPE)
    if files.security.holds_at(instant):
        made[SECURITY] = text_page(files.security_txt())
    return made


def text_page(text: str, kind: str = "text/plain; charset=utf-8") -> Page:
    """A text for programs, ready to send."""
    return page(text.encode(), ((b"content-type", kind.encode()),))


def _rendered(public: PublicPage, rendering: Rendering, known: Page | None) -> Page:
    body = rendering.page(public.template, public.language, **public.context).encode()
    if known and known.body == body:
        return known
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

    def __init__(self, app: ASGIApp, timeline: Callable[[], Timeline], clock: Callable[[], datetime]) -> None:
        self._app = app
        self._timeline = timeline
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        now = self._clock()
        pages, following = self._timeline().at(now)
        found = pages.get(scope["path"])
        if found is None:
            await self._app(scope, receive, send)
            return
        cache_control = b"public, max-age=%d" % _cacheable_seconds(now, following)
        await send_page(found, FOREVER if is_versioned(scope["path"]) else cache_control, scope, send)


def _cacheable_seconds(now: datetime, following: datetime | None) -> int:
    if following is None:
        return LONGEST_CACHED
    # A second less than what is left: caches count whole seconds, some from when the answer reached them.
    return max(0, min(LONGEST_CACHED, int((following - now).total_seconds()) - 1))
