"""Campaigns on pages: the one that leads the site, and a page for each that may be known, earlier ones too."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from campaign_site.library import calendar
from campaign_site.library.entries import Campaign, Document, PhaseName, Region
from campaign_site.pages.material import Material, PublicPage
from tipline.content_files import CONTENT_TIME_ZONE
from tipline.languages import other


@dataclass(frozen=True)
class Stage:
    """A campaign as it stands at an instant."""

    campaign: Campaign
    phase: PhaseName

    def lead(self, language: str) -> str:
        """The first words under its name."""
        own = {PhaseName.ANNOUNCED: self.campaign.announcement, PhaseName.AFTERCARE: self.campaign.aftercare}
        return (own.get(self.phase) or self.campaign.leads)[language]

    @property
    def is_announced(self) -> bool:
        """Whether only its announcement may be told."""
        return self.phase is PhaseName.ANNOUNCED

    @property
    def is_over(self) -> bool:
        return self.phase in (PhaseName.AFTERCARE, PhaseName.ARCHIVED)

    @property
    def began_on(self) -> date | None:
        """The Dutch day on which it goes or went live, as far as one is planned."""
        return self._day_of(PhaseName.LIVE)

    @property
    def ended_on(self) -> date | None:
        return self._day_of(PhaseName.AFTERCARE) or self._day_of(PhaseName.ARCHIVED)

    def _day_of(self, name: PhaseName) -> date | None:
        days = [each.starts.astimezone(CONTENT_TIME_ZONE).date() for each in self.campaign.phases if each.name is name]
        return days[0] if days else None


@dataclass(frozen=True)
class RegionalText:
    """What a region adds to a campaign, in the reader's language or, marked so, in the other."""

    region: Region
    document: Document
    language: str


def leading_stage(material: Material, instant: datetime) -> Stage | None:
    """The campaign that leads the site; None when there is none."""
    campaign = calendar.leading(material.library.campaigns, instant)
    return next((stage for stage in stages(material, instant) if stage.campaign is campaign), None)


def stages(material: Material, instant: datetime) -> Sequence[Stage]:
    """All campaigns that may be known; the one that changed last comes first."""
    return [Stage(campaign, phase.name) for campaign, phase in calendar.known(material.library.campaigns, instant)]


def campaign_values(material: Material, instant: datetime) -> Mapping[str, object]:
    """What every page that follows the campaign is given: the one that leads, and those that are announced."""
    stage = leading_stage(material, instant)
    announced = [each for each in stages(material, instant) if each.is_announced]
    return {"campaign": stage.campaign if stage else None, "stage": stage, "announced": announced}


def edition_in(material: Material, campaign: Campaign | None, region: Region, language: str) -> RegionalText | None:
    """What a region adds, as far as it may be shown; in the other language when it wrote nothing in this one."""
    texts = campaign.editions.get(region.slug, {}) if campaign else {}
    for each in (language, other(language)):
        document = material.shown(texts.get(each))
        if document:
            return RegionalText(region, document, each)
    return None


def campaign_pages(material: Material, language: str, instant: datetime) -> Iterator[PublicPage]:
    """The list of campaigns, and a page for each that may be known."""
    found = stages(material, instant)
    yield material.page("campaigns", language, {"stages": found})
    for stage in found:
        yield material.page("campaign", language, _campaign(material, stage, language), campaign=stage.campaign.slug)


def _campaign(material: Material, stage: Stage, language: str) -> Mapping[str, object]:
    campaign = stage.campaign
    regions = () if stage.is_announced else material.library.regions.values()
    found = (edition_in(material, campaign, region, language) for region in regions)
    return {
        "shown": stage,
        "document": None if stage.is_announced else material.shown(campaign.texts.get(language)),
        "editions": [edition for edition in found if edition],
    }
