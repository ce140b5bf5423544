"""The pages of the regions, with their list."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from campaign_site.library.calendar import leading
from campaign_site.library.entries import Region
from campaign_site.library.local import PartnerKind
from campaign_site.pages.campaigns import campaign_values, edition_in
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
    campaign = leading(material.library.campaigns, instant)
    return {
        **campaign_values(material, instant),
        "section": "regions",
        "is_section_page": False,
        "region": region,
        "care": care_in(material, region.municipalities),
        "municipalities": by_name([material.geography.municipalities[code] for code in region.municipalities]),
        **_local(material, region, instant),
        "edition": edition_in(material, campaign, region, language),
    }


def _local(material: Material, region: Region, instant: datetime) -> Mapping[str, object]:
    """What the region tells about itself, as far as it holds at the instant, and what nobody told yet."""
    local = material.library.local[region.slug]
    begun = {point.follows for point in local.action_points}
    by_kind = [(kind, [each for each in local.partners if each.kind is kind]) for kind in PartnerKind]
    named = material.library.named_points
    return {
        "local": local,
        "open_points": [point for point in named.points if point.id not in begun],
        "named_source": named.source,
        "needs": material.library.needs,
        "partners_by_kind": [(kind, found) for kind, found in by_kind if found],
        "partner_kinds_missing": [kind for kind, found in by_kind if not found],
        "coming": [event for event in local.events if instant < event.gone_at],
    }
