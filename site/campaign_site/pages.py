"""What the public pages show: for each page its template and the values in it. Nothing here knows HTTP or HTML.

Public pages say who *coordinates care* in a place: an organisation is named only when it confirmed its entry, else
the national point. Who *receives* a tip is said by the tip form alone. They are functions of content, language and
phase and can so be rendered ahead; the finder's answers are the only ones made on request.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from campaign_site.library.calendar import leading
from campaign_site.library.entries import Document, Guide, Region, Review
from campaign_site.library.library import Library
from campaign_site.rendering import Addresses, address
from tipline.care_points import CarePoint, CarePoints
from tipline.geography import Candidate, Geography, Municipality
from tipline.languages import LANGUAGES, other

SUGGESTIONS = 6
"""As many as fit above the keyboard of a phone."""


@dataclass(frozen=True)
class PublicPage:
    """A page that is the same for everyone: its path, and what to render it from."""

    path: str
    template: str
    language: str
    context: Mapping[str, object]


@dataclass(frozen=True)
class RegionalPoint:
    """A care point that confirmed its entry, with the municipalities of the region that it serves."""

    point: CarePoint
    municipalities: tuple[Municipality, ...]


@dataclass(frozen=True)
class RegionalCare:
    """Who coordinates care in a region."""

    points: tuple[RegionalPoint, ...]
    national: CarePoint
    national_for: tuple[Municipality, ...]
    """Where the national point helps; empty when confirmed points serve the whole region."""

    @property
    def has_phones(self) -> bool:
        """Whether everyone in the region is given a number without the national one."""
        return not self.national_for and all(regional.point.phone for regional in self.points)

    @property
    def state(self) -> str:
        """`own`, `partly` or `national`: how the lists of regions put it."""
        if not self.points:
            return "national"
        return "partly" if self.national_for else "own"


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


@dataclass(frozen=True)
class PublicPages:
    """All public pages of one library."""

    library: Library
    geography: Geography
    care_points: CarePoints
    addresses: Addresses
    is_demo: bool = False

    def all(self, instant: datetime) -> Iterator[PublicPage]:
        """Every page there is, in every language, as of an instant."""
        regions = self.regions()
        for language in LANGUAGES:
            yield self._page("home", language, {**self._home(instant), "regions": regions})
            yield self._page("regions", language, {"section": "regions", "regions": regions})
            yield self._page("help", language, {"section": "help", "document": self._document("help", language)})
            yield self._page("about_tip_line", language, {"document": self._document("about_tip_line", language)})
            yield from self._guides(language)
            for region in self.library.regions.values():
                context = {**self._region(region, language, instant), "regions": regions}
                yield self._page("region", language, context, region=region.slug)

    def _guides(self, language: str) -> Iterator[PublicPage]:
        """The signal guides with their index; nothing at all while none of them may be shown."""
        shown = self.library.shown_guides(is_demo=self.is_demo)
        if not shown:
            return
        guides = [texts[language] for texts in shown.values()]
        yield self._page("guides", language, {"section": "guides", "guides": guides})
        for texts in shown.values():
            yield self._guide(texts, language)

    def _guide(self, texts: Mapping[str, Guide], language: str) -> PublicPage:
        # Each language has its own word in the address, so the other page is not found by the same fields.
        path = address(self.addresses, "guide", language, guide=texts[language].slug)
        alternate = address(self.addresses, "guide", other(language), guide=texts[other(language)].slug)
        context = {"section": "guides", "is_section_page": False, "guide": texts[language], "alternate_url": alternate}
        return PublicPage(path, "pages/guide.html", language, context)

    def regions(self) -> Sequence[tuple[Region, str]]:
        """The regions by name, each with the state of its care."""
        return [(region, self.care_in(region).state) for region in self.library.regions.values()]

    def care_in(self, region: Region) -> RegionalCare:
        """Who coordinates care in a region, as far as it may be said."""
        served: dict[str, list[Municipality]] = {}
        for code in region.municipalities:
            point = self.care_points.serving(code)
            named = point if point.confirmed_on else self.care_points.national
            served.setdefault(named.id, []).append(self.geography.municipalities[code])
        national = self.care_points.national
        return RegionalCare(
            points=tuple(
                RegionalPoint(self.care_points.points[point], _by_name(places))
                for point, places in sorted(served.items())
                if point != national.id
            ),
            national=national,
            national_for=_by_name(served.get(national.id, [])),
        )

    def answer(self, text: str) -> Answer:
        """Which region a postcode or the name of a place leads to."""
        finding = self.geography.find(text)
        if finding.municipality:
            return Answer(text, self.library.region_of(finding.municipality.code), ())
        return Answer(text, None, self._hits(finding.candidates))

    def suggestions(self, text: str) -> tuple[Hit, ...]:
        """Places that what is being typed may become."""
        return self._hits(self.geography.suggest(text, limit=SUGGESTIONS))

    def choice(self, answer: Answer, language: str) -> Mapping[str, object]:
        """The values of the page that asks which place is meant."""
        return {
            "section": "regions",
            "answer": answer,
            "regions": self.regions(),
            **self._alternate("regions", language),
        }

    def _home(self, instant: datetime) -> Mapping[str, object]:
        return {"campaign": leading(self.library.campaigns, instant)}

    def _region(self, region: Region, language: str, instant: datetime) -> Mapping[str, object]:
        campaign = leading(self.library.campaigns, instant)
        texts = campaign.editions.get(region.slug, {}) if campaign else {}
        return {
            "section": "regions",
            "is_section_page": False,
            "region": region,
            "care": self.care_in(region),
            "municipalities": _by_name([self.geography.municipalities[code] for code in region.municipalities]),
            "campaign": campaign,
            "edition": self._shown(texts.get(language)),
        }

    def _document(self, name: str, language: str) -> Document | None:
        return self._shown(self.library.pages[name][language])

    def _shown(self, document: Document | None) -> Document | None:
        """The document, unless it still awaits the one who may judge it."""
        if document is None or document.review is not Review.PENDING:
            return document
        return document if self.is_demo or self.library.site.publish_unreviewed else None

    def _hits(self, candidates: Sequence[Candidate]) -> tuple[Hit, ...]:
        return tuple(
            Hit(each.place, each.municipality, self.library.region_of(each.municipality.code)) for each in candidates
        )

    def _page(self, name: str, language: str, context: Mapping[str, object], **fields: str) -> PublicPage:
        path = address(self.addresses, name, language, **fields)
        return PublicPage(
            path, f"pages/{name}.html", language, {**context, **self._alternate(name, language, **fields)}
        )

    def _alternate(self, name: str, language: str, **fields: str) -> Mapping[str, object]:
        return {"alternate_url": address(self.addresses, name, other(language), **fields)}


def _by_name(municipalities: Sequence[Municipality]) -> tuple[Municipality, ...]:
    return tuple(sorted(municipalities, key=lambda each: each.name.lstrip("'’").casefold()))
