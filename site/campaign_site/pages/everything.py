"""Every page that is the same for everyone, in every language, as of an instant."""

from collections.abc import Iterator
from datetime import datetime

from campaign_site.pages.about_site import pages_about_site
from campaign_site.pages.campaigns import campaign_pages, campaign_values
from campaign_site.pages.care import regions_with_state
from campaign_site.pages.guides import guide_pages
from campaign_site.pages.material import Material, PublicPage
from campaign_site.pages.municipalities import municipality_pages
from campaign_site.pages.regions import region_pages
from campaign_site.pages.signal_check import check_pages
from campaign_site.pages.sources import library_page
from campaign_site.pages.style import style_page
from tipline.languages import LANGUAGES


def every_page(material: Material, instant: datetime) -> Iterator[PublicPage]:
    """A module of `pages` for each part of the site."""
    for language in LANGUAGES:
        yield _home(material, language, instant)
        yield from region_pages(material, language, instant)
        yield from municipality_pages(material, language, instant)
        yield from campaign_pages(material, language, instant)
        yield from guide_pages(material, language)
        yield from check_pages(material, language)
        yield material.page(
            "help",
            language,
            {"section": "help", "needs": material.library.needs, "document": material.document("help", language)},
        )
        document = material.document("about_tip_line", language)
        yield material.page("about_tip_line", language, {"document": document})
        yield from pages_about_site(material, language)
        yield library_page(material, language, instant)
        yield from style_page(material, language)


def _home(material: Material, language: str, instant: datetime) -> PublicPage:
    values = {**campaign_values(material, instant), "regions": regions_with_state(material)}
    return material.page("home", language, values)
