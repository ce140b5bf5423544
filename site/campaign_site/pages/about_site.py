"""The pages on which the site tells about itself: who makes it, for whom, what it does with what it is told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from campaign_site.library.entries import Region
from campaign_site.pages.care import care_in
from campaign_site.pages.material import Material, PublicPage
from tipline.care_points import CarePoint
from tipline.retention import terms_of


@dataclass(frozen=True)
class Responsible:
    """An organisation that pages of regions name, and where it can receive reports."""

    point: CarePoint
    regions: tuple[Region, ...]

    @property
    def closed_days(self) -> int:
        """For how long it keeps a report after closing it."""
        return terms_of(self.point).closed.days

    @property
    def open_days(self) -> int:
        """For how long it keeps one after anything last happened in it."""
        return terms_of(self.point).open.days


def pages_about_site(material: Material, language: str) -> Iterator[PublicPage]:
    """Each with its text, when that may be shown, and the data it needs."""
    about = material.library.about
    data: Mapping[str, Mapping[str, object]] = {
        "about": {"publisher": about.publisher},
        "professionals": {"guides": list(material.guides(language).values())},
        "privacy": {
            "law": material.document("privacy_law", language),
            "publisher": about.publisher,
            "responsible": responsible(material),
        },
        "colophon": {"credits": about.credits, "version": version("signaallijn")},
    }
    for name, values in data.items():
        yield material.page(name, language, {"document": material.document(name, language), **values})
    yield material.page("accessibility", language, {"statement": about.accessibility})


def responsible(material: Material) -> Sequence[Responsible]:
    """Whoever may be named as receiver of reports from a region, with those regions. The national point comes first,
    since most regions are its own as long as their points have not confirmed themselves."""
    served: dict[str, list[Region]] = {material.care_points.national.id: []}
    for region in material.library.regions.values():
        care = care_in(material, region.municipalities)
        for regional in care.points:
            served.setdefault(regional.point.id, []).append(region)
        if care.national_for:
            served[care.national.id].append(region)
    return [Responsible(material.care_points.points[point], tuple(regions)) for point, regions in served.items()]
