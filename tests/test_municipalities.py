"""Municipality pages: one for each, in both languages; who is named; when search engines may list them."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from clock import NOW
from real_content import geography
from site_world import care_points, confirmed, library, material, rendering

from campaign_site.library.entries import Review
from campaign_site.library.site_files import Security, SiteFiles
from campaign_site.pages.material import Material, PublicPage
from campaign_site.pages.municipalities import municipality_pages
from campaign_site.prerender import prerender
from tipline.languages import LANGUAGES

HEAVIEST = 9 * 1024
"""Bytes of HTML. There are 684 of these pages, and all stay in memory."""
BEFORE_ANY_CAMPAIGN = datetime(2020, 1, 1, tzinfo=UTC)
NOINDEX = '<meta name="robots" content="noindex">'
LUMENS = "Lumens, Expertisecentrum"


def shown(public: Material, instant: datetime = NOW) -> dict[str, str]:
    """Path -> page."""
    pages = [page for language in LANGUAGES for page in municipality_pages(public, language, instant)]
    return {page.path: html(page) for page in pages}


def html(page: PublicPage) -> str:
    return rendering().page(page.template, page.language, **page.context)


@cache
def unconfirmed() -> dict[str, str]:
    return shown(material())


def reviewed(region: str, review: Review = Review.DONE) -> Material:
    """The site after someone judged the edition of a region in its first campaign."""
    first, *others = library().campaigns
    texts = {language: replace(text, review=review) for language, text in first.editions[region].items()}
    campaign = replace(first, editions={**first.editions, region: texts})
    return replace(material(), library=replace(library(), campaigns=(campaign, *others)))


def test_every_municipality_has_a_light_page_of_its_own_in_both_languages() -> None:
    pages = unconfirmed()
    assert len(pages) == 2 * 342
    titles = [re.findall(r"<title>(.+)</title>", text)[0] for text in pages.values()]
    descriptions = [re.findall(r'<meta name="description" content="(.+)">', text)[0] for text in pages.values()]
    assert len(set(titles)) == len(set(descriptions)) == len(pages)
    assert max(len(text.encode()) for text in pages.values()) <= HEAVIEST


def test_every_page_says_how_to_report_and_leads_to_its_region() -> None:
    for region in library().regions.values():
        for code in region.municipalities:
            text = unconfirmed()[f"/nl/gemeente/{geography().municipalities[code].slug}"]
            assert 'href="/nl/melden"' in text
            assert f'href="/nl/regio/{region.slug}"' in text
            assert 'href="tel:112"' in text
            assert '<svg class="tiles"' not in text


def test_until_a_point_confirmed_its_entry_every_municipality_is_told_of_the_national_point() -> None:
    national = care_points().national
    for text in unconfirmed().values():
        assert national.organisation in text
        assert str(national.phone) in text
    named = {point.organisation for point in care_points().points.values()} - {national.organisation}
    said = "".join(unconfirmed().values()).replace("Chat met Fier", "")
    assert [name for name in named if name in said] == []


def test_a_confirmed_point_is_named_in_its_own_municipalities_and_nowhere_else() -> None:
    public = material(confirmed("lumens-emp"))
    served = {geography().municipalities[code].slug for code in public.care_points.municipalities_of("lumens-emp")}
    naming = {path.rpartition("/")[2] for path, text in shown(public).items() if LUMENS in text}
    assert naming == served
    assert len(served) == 15


def test_the_number_of_a_point_is_shown_once_it_gave_one_and_the_national_one_until_then() -> None:
    points = confirmed("lumens-emp")
    lumens = replace(points.points["lumens-emp"], phone="040-000 00 00")
    given = replace(points, points={**points.points, "lumens-emp": lumens})
    before = shown(material(points))["/nl/gemeente/veldhoven"]
    after = shown(material(given))["/nl/gemeente/veldhoven"]
    national = str(points.national.phone)
    assert (national in before, "Waarom dit nummer?" in before) == (True, True)
    assert (national in after, "Waarom dit nummer?" in after) == (False, False)
    assert "040-000 00 00" in after


def test_a_municipality_is_listed_only_when_its_region_adds_to_the_campaign_that_leads() -> None:
    waiting = reviewed("eindhoven", Review.PENDING)
    assert all(NOINDEX in text for text in shown(waiting).values())
    judged = reviewed("eindhoven")
    served = {geography().municipalities[code].slug for code in library().regions["eindhoven"].municipalities}
    listed = {path.rpartition("/")[2] for path, text in shown(judged).items() if NOINDEX not in text}
    assert listed == served
    assert all(NOINDEX in text for text in shown(judged, BEFORE_ANY_CAMPAIGN).values())


def test_the_sitemap_leaves_out_what_is_not_to_be_listed() -> None:
    files = SiteFiles("https://example.nl", Security(None, NOW))
    sitemap = prerender(reviewed("eindhoven"), rendering(), NOW, files)["/sitemap.xml"].body.decode()
    assert "https://example.nl/nl/gemeente/veldhoven<" in sitemap
    assert "https://example.nl/en/municipality/veldhoven<" in sitemap
    assert "/nl/gemeente/zeist" not in sitemap
    assert "https://example.nl/nl/regio/utrecht<" in sitemap
