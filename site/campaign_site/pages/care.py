"""Who coordinates care in a place, as far as it may be said: a point is named when it confirmed its entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from campaign_site.library.entries import Region
from campaign_site.pages.material import Material
from tipline.care_points import CarePoint
from tipline.geography import Municipality


@dataclass(frozen=True)
class RegionalPoint:
    """A care point that confirmed its entry, with the municipalities of the place that it serves."""

    point: CarePoint
    municipalities: tuple[Municipality, ...]


@dataclass(frozen=True)
class Care:
    """Who coordinates care in a region or a municipality."""

    points: tuple[RegionalPoint, ...]
    national: CarePoint
    national_for: tuple[Municipality, ...]
    """Where the national point helps; empty when confirmed points serve the whole place."""

    @property
    def has_phones(self) -> bool:
        """Whether everyone in the place is given a number without the national one."""
        return not self.national_for and all(regional.point.phone for regional in self.points)

    @property
    def to_call(self) -> tuple[CarePoint, ...]:
        """Whom to call: the points with a number, and the national one where they leave anyone without."""
        own = tuple(regional.point for regional in self.points if regional.point.phone)
        return own if self.has_phones else (*own, self.national)

    @property
    def state(self) -> str:
        """`own`, `partly` or `national`: how the lists of regions put it."""
        if not self.points:
            return "national"
        return "partly" if self.national_for else "own"


def care_in(material: Material, codes: Iterable[str]) -> Care:
    """Who coordinates care in municipalities, as far as it may be said."""
    served: dict[str, list[Municipality]] = {}
    for code in codes:
        point = material.care_points.serving(code)
        named = point if point.confirmed_on else material.care_points.national
        served.setdefault(named.id, []).append(material.geography.municipalities[code])
    national = material.care_points.national
    return Care(
        points=tuple(
            RegionalPoint(material.care_points.points[point], by_name(places))
            for point, places in sorted(served.items())
            if point != national.id
        ),
        national=national,
        national_for=by_name(served.get(national.id, [])),
    )


def regions_with_state(material: Material) -> Sequence[tuple[Region, str]]:
    """The regions by name, each with the state of its care."""
    return [(region, care_in(material, region.municipalities).state) for region in material.library.regions.values()]


def by_name(municipalities: Sequence[Municipality]) -> tuple[Municipality, ...]:
    """In the order in which people look them up: ’s-Hertogenbosch stands under the s."""
    return tuple(sorted(municipalities, key=lambda each: each.name.lstrip("'’").casefold()))
