"""The public site for tests: the real content, texts and templates, with care points and a clock of our own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from campaign_site.addresses import ADDRESSES
from campaign_site.library.library import Library, Outside, load
from campaign_site.pages import PublicPages
from campaign_site.rendering import Catalogues, Rendering
from campaign_site.static_files import StaticFiles
from tipline.care_points import CarePoints, load_care_points
from tipline.geography import Geography, load_geography

ROOT = Path(__file__).parent.parent
CONTENT = ROOT / "content"
PACKAGE = ROOT / "site" / "campaign_site"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ALL_ADDRESSES = {
    **ADDRESSES,
    "tip_start": {"nl": "/nl/melden", "en": "/en/report"},
    "follow_up": {"nl": "/nl/melden/vervolg", "en": "/en/report/follow-up"},
}


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@cache
def geography() -> Geography:
    return load_geography(CONTENT / "tipline")


@cache
def care_points() -> CarePoints:
    """The real ones, none of them confirmed."""
    real = load_care_points(CONTENT / "tipline", geography())
    return replace(real, points={key: replace(point, confirmed_on=None) for key, point in real.points.items()})


def confirmed(*ids: str) -> CarePoints:
    """The care points after these organisations confirmed their entries."""
    unconfirmed = care_points()
    day = date(2026, 11, 21)
    named = {key: replace(unconfirmed.points[key], confirmed_on=day) for key in ids}
    return replace(unconfirmed, points={**unconfirmed.points, **named})


def outside() -> Outside:
    return Outside(frozenset(geography().municipalities), frozenset(care_points().helplines), frozenset(ALL_ADDRESSES))


@cache
def library() -> Library:
    return load(CONTENT / "campaign", outside())


@cache
def static_files() -> StaticFiles:
    return StaticFiles(ROOT / "static")


def rendering(*, is_demo: bool = False, static: Callable[[str], str] | None = None) -> Rendering:
    return Rendering(
        [PACKAGE / "templates"],
        [Catalogues(PACKAGE / "locale", "campaign_site")],
        ALL_ADDRESSES,
        static or static_files().url,
        care_points().helplines,
        {"site": library().site, "demo": is_demo},
    )


def public_pages(points: CarePoints | None = None, *, is_demo: bool = False) -> PublicPages:
    return PublicPages(library(), geography(), points or care_points(), ALL_ADDRESSES, is_demo)
