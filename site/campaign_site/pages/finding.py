"""What the region finder says to a text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaign_site.library.entries import Region
from campaign_site.pages.care import regions_with_state
from campaign_site.pages.material import Material
from tipline.geography import Candidate, Municipality

SUGGESTIONS = 6
"""As many as fit above the keyboard of a phone."""


@dataclass(frozen=True)
class Hit:
    """A place that the finder offers, with the region that its page is about."""

    place: str
    municipality: Municipality
    region: Region


@dataclass(frozen=True)
class Answer:
    """What the finder says to a text: one region for certain, or places to choose from, or nothing."""

    text: str
    region: Region | None
    hits: tuple[Hit, ...]


def answer(material: Material, text: str) -> Answer:
    """Which region a postcode or the name of a place leads to."""
    finding = material.geography.find(text)
    if finding.municipality:
        return Answer(text, material.library.region_of(finding.municipality.code), ())
    return Answer(text, None, _hits(material, finding.candidates))


def suggestions(material: Material, text: str) -> tuple[Hit, ...]:
    """Places that what is being typed may become."""
    return _hits(material, material.geography.suggest(text, limit=SUGGESTIONS))


def choice(material: Material, found: Answer, language: str) -> Mapping[str, object]:
    """The values of the page that asks which place is meant."""
    regions = regions_with_state(material)
    return {
        "section": "regions",
        "answer": found,
        "national": material.care_points.national,
        "regions": regions,
        **material.alternate("regions", language),
    }


def _hits(material: Material, candidates: Sequence[Candidate]) -> tuple[Hit, ...]:
    region_of = material.library.region_of
    return tuple(Hit(each.place, each.municipality, region_of(each.municipality.code)) for each in candidates)
