"""Municipalities -> the care points that receive a tip now, and why. Total: every place ends at a point that can read.

It is told which points are open and knows nothing of keys, tips or the web.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from tipline.care_points import CarePoint, CarePoints
from tipline.geography import Finding, Geography, Municipality

Place = Municipality | Literal["online", "unknown"]
IsOpen = Callable[[str], bool]
"""Whether the care point with this id is open."""


class NoOpenCarePointError(Exception):
    """No care point that could take this tip is open, not even the national one."""


class Reason(StrEnum):
    """Why a tip goes where it goes."""

    SERVES = "serves"
    NOT_OPEN = "not_open"
    NO_REGIONAL_POINT = "no_regional_point"
    ONLINE = "online"
    UNKNOWN = "unknown"
    LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Leg:
    """Where one place leads."""

    care_point: CarePoint
    """Who receives it now; always open."""
    municipality: Municipality | None
    reason: Reason
    serving: CarePoint
    """Who serves the place, open or not; the national point where there is no such point or no place."""

    @property
    def meant_for(self) -> CarePoint | None:
        """The point that serves the place, when it is not open and the national point takes over."""
        return self.serving if self.reason is Reason.NOT_OPEN else None

    @property
    def left_out(self) -> CarePoint | None:
        """The point that serves the place, when the tipster does not want it to read this."""
        return self.serving if self.reason is Reason.LEFT_OUT else None


@dataclass(frozen=True)
class Route:
    """Where a tip goes: where it happens, and where he lives if that leads elsewhere."""

    happens: Leg
    lives: Leg | None = None

    @property
    def legs(self) -> tuple[Leg, ...]:
        return (self.happens, self.lives) if self.lives else (self.happens,)

    @property
    def care_points(self) -> tuple[CarePoint, ...]:
        """All that receive it, each once, the one that leads first: the place where it happens leads."""
        return tuple({leg.care_point.id: leg.care_point for leg in self.legs}.values())

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all that receive it, sorted."""
        return tuple(sorted(point.id for point in self.care_points))

    @property
    def care_point(self) -> CarePoint:
        """The one that leads."""
        return self.happens.care_point

    @property
    def is_joint(self) -> bool:
        return len(self.care_points) > 1

    @property
    def may_leave_out(self) -> tuple[CarePoint, ...]:
        """The regional points of these places that the tipster may still leave out, each once."""
        return _distinct(leg.serving for leg in self.legs if not leg.serving.is_national and not leg.left_out)

    @property
    def left_out(self) -> tuple[CarePoint, ...]:
        """Those that the tipster left out, each once."""
        return _distinct(leg.left_out for leg in self.legs if leg.left_out)


def care_points_for(
    place: Place,
    care_points: CarePoints,
    is_open: IsOpen,
    lives: Municipality | None = None,
    left_out: Collection[str] = (),
) -> Route:
    """Who receives a tip about this place, and about a boy who lives in another one. A point that the tipster left out
    (by its id) does not. Raises NoOpenCarePointError when nobody could read it."""
    happens = _leg(place, care_points, is_open, left_out)
    return Route(happens, _leg(lives, care_points, is_open, left_out) if lives else None)


def _leg(place: Place, care_points: CarePoints, is_open: IsOpen, left_out: Collection[str]) -> Leg:
    national = care_points.national
    municipality = place if isinstance(place, Municipality) else None
    serving = care_points.serving(municipality.code) if municipality else national
    if municipality is None:
        reason = Reason.ONLINE if place == "online" else Reason.UNKNOWN
    elif serving.is_national:
        reason = Reason.NO_REGIONAL_POINT
    elif serving.id in left_out:
        reason = Reason.LEFT_OUT
    else:
        reason = Reason.SERVES if is_open(serving.id) else Reason.NOT_OPEN
    receiver = serving if reason is Reason.SERVES else national
    if receiver.is_national and not is_open(receiver.id):
        raise NoOpenCarePointError(f"the national point, {receiver.id}, is not open")
    return Leg(receiver, municipality, reason, serving)


def points_serving(places: Iterable[Municipality | None], care_points: CarePoints) -> frozenset[str]:
    """The ids of the regional points that serve these places, open or not."""
    points = (care_points.serving(place.code) for place in places if place)
    return frozenset(point.id for point in points if not point.is_national)


def _distinct(points: Iterable[CarePoint]) -> tuple[CarePoint, ...]:
    return tuple({point.id: point for point in points}.values())


@dataclass(frozen=True)
class Explanation:
    """What `signaallijn route` tells an operator."""

    finding: Finding
    serving: CarePoint | None
    """The point that serves the place, open or not; None when the place is not certain."""
    route: Route | None
    """None when the place is not certain, or nobody could read a tip about it now."""
    why: str
    """One English sentence."""


def explain(text: str, geography: Geography, care_points: CarePoints, is_open: IsOpen) -> Explanation:
    """Where a typed place leads, and why; "online" and "unknown" are places too. Never raises."""
    finding = geography.find(text)
    place: Place | None = finding.municipality
    if text in ("online", "unknown"):
        finding, place = Finding(text), "online" if text == "online" else "unknown"
    if place is None:
        return Explanation(finding, None, None, _doubt(finding))
    serving = care_points.serving(place.code) if isinstance(place, Municipality) else care_points.national
    try:
        route = care_points_for(place, care_points, is_open)
    except NoOpenCarePointError:
        either = "it is not" if serving.is_national else "neither it nor the national point is"
        return Explanation(finding, serving, None, f"{serving.short_name} serves this place, but {either} open")
    return Explanation(finding, serving, route, _reason(route))


def _doubt(finding: Finding) -> str:
    if finding.candidates:
        return "the name is not certain: the visitor is asked which municipality is meant"
    return "no such place is known: the visitor is asked again, and may say that he does not know"


def _reason(route: Route) -> str:
    receiver = route.care_point.short_name
    if route.happens.meant_for:
        return (
            f"{route.happens.meant_for.short_name} serves this municipality but is not open, so {receiver} takes over"
        )
    sentences = {
        Reason.NO_REGIONAL_POINT: f"no regional point is known for this municipality, so {receiver} receives",
        Reason.ONLINE: f"what happens online has no municipality, so {receiver} receives",
        Reason.UNKNOWN: f"the place is not known, so {receiver} receives",
    }
    return sentences.get(route.happens.reason, f"{receiver} serves this municipality and is open")
