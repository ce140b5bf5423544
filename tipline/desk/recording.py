"""Writing a coordinator's deeds into the audit trail: ids and fixed words, and the day."""

from starlette.requests import Request

from tipline.desk.requests import today, world_of
from tipline.storage.coordinators import Coordinator
from tipline.storage.trail import Deed


def record(request: Request, coordinator: Coordinator, deed: str, tip: str = "", about: str = "") -> None:
    """Writes down what this coordinator did at his care point. `about`: what it was done to, by its id."""
    world_of(request).store.trail.record(_entry(request, coordinator, deed, tip, about))


def record_once_a_day(request: Request, coordinator: Coordinator, deed: str, tip: str = "") -> None:
    """The same, for what he does to many files in a row: one entry for each tip on each day."""
    world_of(request).store.trail.record_once(_entry(request, coordinator, deed, tip, ""))


def _entry(request: Request, coordinator: Coordinator, deed: str, tip: str, about: str) -> Deed:
    return Deed(deed, coordinator.id, coordinator.care_point, today(request), tip, about)
