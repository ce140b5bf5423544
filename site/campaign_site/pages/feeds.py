"""What appeared on the site, for feed readers: campaigns from the instant they are live, and what regions add.

The same instants as the pages: a feed is part of the same snapshot.
"""

from collections.abc import Iterator
from datetime import datetime

from campaign_site.library.entries import Campaign, Phase, PhaseName
from campaign_site.library.feeds import Feed, FeedEntry
from campaign_site.pages.material import Material
from campaign_site.rendering import address


def feed(material: Material, language: str, instant: datetime) -> Feed:
    """The feed of one language as of an instant, the newest first."""
    entries = [
        entry for campaign in material.library.campaigns for entry in _entries(material, campaign, language, instant)
    ]
    return Feed(
        language=language,
        title=material.library.site.name,
        author=material.library.about.publisher.name or material.library.site.name,
        path=address(material.addresses, "feed", language),
        home=address(material.addresses, "home", language),
        entries=sorted(entries, key=lambda entry: (entry.updated, entry.key), reverse=True),
    )


def _entries(material: Material, campaign: Campaign, language: str, instant: datetime) -> Iterator[FeedEntry]:
    begun = [phase for phase in campaign.phases if phase.starts <= instant]
    live = [phase for phase in begun if phase.name is not PhaseName.ANNOUNCED]
    if not live:
        return
    own = address(material.addresses, "campaign", language, campaign=campaign.slug)
    yield _entry(live, f"campaign/{campaign.slug}", campaign.names[language], own, campaign.leads[language])
    for slug, editions in campaign.editions.items():
        if edition := material.shown(editions.get(language)):
            path = address(material.addresses, "region", language, region=slug)
            title = f"{campaign.names[language]} {material.library.regions[slug].names[language]}"
            yield _entry(live[:1], f"campaign/{campaign.slug}/{slug}", title, path, edition.description)


def _entry(phases: list[Phase], key: str, title: str, path: str, summary: str) -> FeedEntry:
    """An entry that appeared with the first of these phases and changed with the last."""
    return FeedEntry(key, title, path, summary, phases[0].starts, phases[-1].starts)
