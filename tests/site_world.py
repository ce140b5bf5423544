"""The public site for tests: the real content, texts and templates, with care points and a clock of our own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache

import real_content
from clock import NOW
from real_content import geography, static_files

from campaign_site.library.library import Library, Outside, load
from campaign_site.library.site_files import Security, SiteFiles, read_security
from campaign_site.pages.everything import every_page
from campaign_site.pages.material import Material
from campaign_site.prerender import prerender
from campaign_site.publication import ALL_ADDRESSES, NAMED_PAGES, TIPLINE, Publication
from campaign_site.rendering import Catalogues, Rendering
from campaign_site.served import Page
from campaign_site.settings import PACKAGE
from tipline.care_points import CarePoints
from tipline.geography import load_geography


@cache
def care_points() -> CarePoints:
    """The real ones, none of them confirmed."""
    real = real_content.care_points()
    return replace(real, points={key: replace(point, confirmed_on=None) for key, point in real.points.items()})


def confirmed(*ids: str) -> CarePoints:
    """The care points after these organisations confirmed their entries."""
    unconfirmed = care_points()
    day = date(2026, 11, 21)
    named = {key: replace(unconfirmed.points[key], confirmed_on=day) for key in ids}
    return replace(unconfirmed, points={**unconfirmed.points, **named})


def outside() -> Outside:
    return Outside(frozenset(geography().municipalities), frozenset(care_points().helplines), NAMED_PAGES)


@cache
def library() -> Library:
    return load(real_content.CAMPAIGN, outside())


@cache
def rendering(*, is_demo: bool = False, static: Callable[[str], str] | None = None) -> Rendering:
    return rendering_of(library(), is_demo=is_demo, static=static)


def rendering_of(shown: Library, *, is_demo: bool = False, static: Callable[[str], str] | None = None) -> Rendering:
    """For the pages of a library that may be another than the real one."""
    return Rendering(
        [PACKAGE / "templates", TIPLINE / "templates"],
        [Catalogues(PACKAGE / "locale", "campaign_site"), Catalogues(TIPLINE / "locale", "tipline")],
        ALL_ADDRESSES,
        static or static_files().url,
        care_points().helplines,
        {"site": shown.site, "demo": is_demo},
        shown.shown_guides(is_demo=is_demo),
        shown.asked_guides(is_demo=is_demo),
    )


def material(points: CarePoints | None = None, *, is_demo: bool = False) -> Material:
    return Material(library(), geography(), points or care_points(), ALL_ADDRESSES, is_demo)


@cache
def little_material() -> Material:
    """The real content with few municipalities, for who renders the whole site more than once."""
    content = real_content.little_content()
    few = load_geography(content / "tipline")
    named = replace(outside(), municipalities=frozenset(few.municipalities))
    return replace(material(), library=load(content / "campaign", named), geography=few)


def publication(
    made_from: Material | None = None, security: Security | None = None, *, is_demo: bool = False
) -> Publication:
    """The real content, published at an address of our own."""
    files = SiteFiles("https://example.nl", security or read_security(real_content.CAMPAIGN / "security.toml"))
    return Publication(made_from or material(is_demo=is_demo), rendering(is_demo=is_demo), files)


def page_of(path: str, public: Material, instant: datetime = NOW) -> str:
    """One page by itself."""
    page = next(page for page in every_page(public, instant) if page.path == path)
    return rendering().page(page.template, page.language, **page.context)


@cache
def pages_now(*, is_demo: bool = False) -> Mapping[str, Page]:
    """Every page of the real content as it is now, by path; rendered once, since there are hundreds."""
    return prerender(material(is_demo=is_demo), rendering(is_demo=is_demo), NOW)
