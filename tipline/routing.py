"""Municipality -> the care point that receives a tip now, and why. Total: every place ends at one point that can read.

It is told which points are open and knows nothing of keys, tips or the web.
"""

from collections.abc import Callable
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


@dataclass(frozen=True)
class Route:
    """Where a tip goes."""

    care_point: CarePoint
    """Who receives it now; always open."""
    meant_for: CarePoint | None
    """The point that serves the place, when it is not open and the national point takes over."""
    municipality: Municipality | None
    reason: Reason


def care_points_for(place: Place, care_points: CarePoints, is_open: IsOpen) -> Route:
    """Who receives a tip about this place. Raises NoOpenCarePointError when nobody could read it."""
    if place == "online":
        return _to_national(care_points, is_open, Reason.ONLINE)
    if place == "unknown":
        return _to_national(care_points, is_open, Reason.UNKNOWN)
    serving = care_points.serving(place.code)
    if serving.is_national:
        return _to_national(care_points, is_open, Reason.NO_REGIONAL_POINT, place)
    if is_open(serving.id):
        return Route(serving, None, place, Reason.SERVES)
    return _to_national(care_points, is_open, Reason.NOT_OPEN, place, serving)


def _to_national(
    care_points: CarePoints,
    is_open: IsOpen,
    reason: Reason,
    municipality: Municipality | None = None,
    meant_for: CarePoint | None = None,
) -> Route:
    if not is_open(care_points.national.id):
        raise NoOpenCarePointError(f"the national point, {care_points.national.id}, is not open")
    return Route(care_points.national, meant_for, municipality, reason)


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
    if route.meant_for:
        return f"{route.meant_for.short_name} serves this municipality but is not open, so {receiver} takes over"
    sentences = {
        Reason.NO_REGIONAL_POINT: f"no regional point is known for this municipality, so {receiver} receives",
        Reason.ONLINE: f"what happens online has no municipality, so {receiver} receives",
        Reason.UNKNOWN: f"the place is not known, so {receiver} receives",
    }
    return sentences.get(route.reason, f"{receiver} serves this municipality and is open")
