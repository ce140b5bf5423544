"""The library page: the works with summaries of our own, and every other source that a page names."""

from collections.abc import Iterator
from datetime import datetime

from campaign_site.library.calendar import phase_at
from campaign_site.library.citations import Cited, Use, cited
from campaign_site.library.entries import Document, PhaseName, Source
from campaign_site.pages.material import Material, PublicPage
from campaign_site.rendering import address

SHOWN_ON = {"nature_and_size": "library", "privacy_law": "privacy"}
"""Texts that are a part of another page."""

Mention = tuple[Source, Use]


def library_page(material: Material, language: str, instant: datetime) -> PublicPage:
    """What may be shown at an instant: nothing of a text that awaits review, nor of a campaign nobody may know of."""
    texts = [work[language] for work in material.library.about.works.values()]
    works = [work for work in texts if material.shown(work.summary)]
    found = cited(mentions(material, language, instant))
    context = {
        "document": material.document("library", language),
        "knowledge": material.document("nature_and_size", language),
        "works": [(work, _uses(found, work.source)) for work in works],
        "others": [each for each in found if each.source.title not in {work.source.title for work in works}],
    }
    return material.page("library", language, context)


def mentions(material: Material, language: str, instant: datetime) -> Iterator[Mention]:
    """Every source that a page names at an instant, with that page."""
    for name in material.library.pages:
        if document := material.document(name, language):
            use = Use(document.title, address(material.addresses, SHOWN_ON.get(name, name), language))
            yield from _of(document, use)
    for guide in material.guides(language).values():
        use = Use(guide.document.title, address(material.addresses, "guide", language, guide=guide.slug))
        yield from _of(guide.document, use)
        yield from ((fact.source, use) for fact in guide.facts)
    yield from _campaigns(material, language, instant)
    yield from _regions(material, language, instant)


def _regions(material: Material, language: str, instant: datetime) -> Iterator[Mention]:
    """What regions tell about themselves. An event that is over stands on no page."""
    for slug, local in material.library.local.items():
        region = material.library.regions[slug].names[language]
        use = Use(region, address(material.addresses, "region", language, region=slug))
        yield from ((point.source, use) for point in local.action_points)
        yield from ((partner.source, use) for partner in local.partners)
        yield from ((event.source, use) for event in local.events if instant < event.gone_at)
        yield from ((help_.source, use) for help_ in local.help)


def _campaigns(material: Material, language: str, instant: datetime) -> Iterator[Mention]:
    for campaign in material.library.campaigns:
        phase = phase_at(campaign, instant)
        if phase is None or phase.name is PhaseName.ANNOUNCED:
            continue
        path = address(material.addresses, "campaign", language, campaign=campaign.slug)
        use = Use(campaign.names[language], path)
        yield from ((fact.source, use) for fact in campaign.facts)
        if document := material.shown(campaign.texts.get(language)):
            yield from _of(document, use)
        for slug, editions in campaign.editions.items():
            if edition := material.shown(editions.get(language)):
                region = material.library.regions[slug].names[language]
                yield from _of(edition, Use(region, address(material.addresses, "region", language, region=slug)))


def _of(document: Document, use: Use) -> Iterator[Mention]:
    yield from ((source, use) for source in document.sources)


def _uses(found: tuple[Cited, ...], source: Source) -> tuple[Use, ...]:
    return tuple(use for each in found if each.source.title == source.title for use in each.uses)
