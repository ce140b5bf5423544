"""The pages of the regions, with their list."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from campaign_site.library.entries import Region
from campaign_site.pages.campaigns import campaign_values, edition_in, leading_stage
from campaign_site.pages.care import by_name, care_in, regions_with_state
from campaign_site.pages.material import Material, PublicPage


def region_pages(material: Material, language: str, instant: datetime) -> Iterator[PublicPage]:
    """The list of regions, and a page for each."""
    regions = regions_with_state(material)
    yield material.page("regions", language, {"section": "regions", "regions": regions})
    for region in material.library.regions.values():
        context = {**_region(material, region, language, instant), "regions": regions}
        yield material.page("region", language, context, region=region.slug)


def _region(material: Material, region: Region, language: str, instant: datetime) -> Mapping[str, object]:
    stage = leading_stage(material, instant)
    return {
        **campaign_values(material, instant),
        "section": "regions",
        "is_section_page": False,
        "region": region,
        "care": care_in(material, region),
        "municipalities": by_name([material.geography.municipalities[code] for code in region.municipalities]),
        "edition": edition_in(material, stage.campaign if stage else None, region, language),
    }
