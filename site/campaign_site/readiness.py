"""What a campaign still lacks before its launch, nation and region by region. A region without a text of its own shows
the national one, so a lack is told and never stops a launch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from campaign_site.library.entries import Campaign, Document, PhaseName, Region
from campaign_site.library.library import Library
from campaign_site.pages.material import Material
from tipline.care_points import CarePoint
from tipline.languages import LANGUAGES

IsOpen = Callable[[str], bool]
"""Care point -> whether it can receive tips now; only who sees the database knows."""


class UnknownCampaignError(LookupError):
    """There is no campaign with this slug."""


@dataclass(frozen=True)
class PointReadiness:
    """A care point that serves a part of the region."""

    point: CarePoint
    is_open: bool | None
    """None where it can't be known."""

    @property
    def is_confirmed(self) -> bool:
        """Whether the organisation confirmed its contact; only then do pages name it."""
        return self.point.confirmed_on is not None

    @property
    def is_ready(self) -> bool:
        return self.is_confirmed and bool(self.is_open)


@dataclass(frozen=True)
class TextReadiness:
    """A text in the languages it is written in."""

    languages: tuple[str, ...]
    is_reviewed: bool
    """Whether no one needs to look at it any more; false without a text."""

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(language for language in LANGUAGES if language not in self.languages)

    @property
    def is_ready(self) -> bool:
        return not self.missing and self.is_reviewed


@dataclass(frozen=True)
class RegionReadiness:
    """How far a region is."""

    region: Region
    edition: TextReadiness
    points: tuple[PointReadiness, ...]
    by_national_point: int
    """Municipalities that no regional point serves."""

    @property
    def is_ready(self) -> bool:
        return self.edition.is_ready and all(each.is_ready for each in self.points)


@dataclass(frozen=True)
class Readiness:
    """How far a campaign is."""

    campaign: Campaign
    launch: datetime | None
    """When it goes live; None while no instant is written."""
    text: TextReadiness
    national: PointReadiness
    regions: tuple[RegionReadiness, ...]
    pending: tuple[str, ...]
    """All texts of the site that await review, and so are left out."""

    @property
    def ready_regions(self) -> int:
        return sum(each.is_ready for each in self.regions)


def readiness(material: Material, slug: str, is_open: IsOpen | None) -> Readiness:
    """How far a campaign is. Raises UnknownCampaignError."""
    campaign = campaign_called(material.library, slug)
    national = material.care_points.national
    return Readiness(
        campaign=campaign,
        launch=next((each.starts for each in campaign.phases if each.name is PhaseName.LIVE), None),
        text=_text(campaign.texts),
        national=_point(national, is_open),
        regions=tuple(_region(material, campaign, each, is_open) for each in material.library.regions.values()),
        pending=material.library.pending(),
    )


def campaign_called(library: Library, slug: str) -> Campaign:
    """The campaign in the folder of this name. Raises UnknownCampaignError."""
    for campaign in library.campaigns:
        if campaign.slug == slug:
            return campaign
    known = ", ".join(each.slug for each in library.campaigns) or "none yet"
    raise UnknownCampaignError(f"there is no campaign '{slug}'; there are: {known}")


def _region(material: Material, campaign: Campaign, region: Region, is_open: IsOpen | None) -> RegionReadiness:
    serving = [material.care_points.serving(code) for code in region.municipalities]
    regional = {point.id: point for point in serving if not point.is_national}
    return RegionReadiness(
        region=region,
        edition=_text(campaign.editions.get(region.slug, {})),
        points=tuple(_point(point, is_open) for _, point in sorted(regional.items())),
        by_national_point=sum(point.is_national for point in serving),
    )


def _text(texts: Mapping[str, Document]) -> TextReadiness:
    is_reviewed = not any(text.is_pending for text in texts.values())
    return TextReadiness(tuple(texts), bool(texts) and is_reviewed)


def _point(point: CarePoint, is_open: IsOpen | None) -> PointReadiness:
    return PointReadiness(point, is_open(point.id) if is_open else None)
