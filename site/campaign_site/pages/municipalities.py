"""A short page for each municipality: who coordinates care there, and how to report."""

from collections.abc import Iterator
from datetime import datetime

from campaign_site.library.calendar import leading
from campaign_site.pages.campaigns import campaign_values, edition_in
from campaign_site.pages.care import care_in
from campaign_site.pages.material import Material, PublicPage


def municipality_pages(material: Material, language: str, instant: datetime) -> Iterator[PublicPage]:
    """A page for each municipality, region by region. There are hundreds: what they share is worked out once.

    Search engines list one only when its region adds something to the campaign that leads: until then it says little
    that the others don't.
    """
    campaign = leading(material.library.campaigns, instant)
    values = campaign_values(material, instant)
    for region in material.library.regions.values():
        shared = {
            **values,
            "section": "regions",
            "is_section_page": False,
            "region": region,
            "needs": material.library.needs,
            "is_listed": edition_in(material, campaign, region, language) is not None,
        }
        for code in region.municipalities:
            municipality = material.geography.municipalities[code]
            context = {**shared, "municipality": municipality, "care": care_in(material, [code])}
            yield material.page("municipality", language, context, municipality=municipality.slug)
