"""Writing a coordinator's deeds into the audit trail: ids and fixed words, and the day."""

from starlette.requests import Request

from tipline.desk.requests import today, world_of
from tipline.storage.coordinators import Coordinator
from tipline.storage.trail import Deed


def record(request: Request, coordinator: Coordinator, deed: str, tip: str = "", about: str = "") -> None:
    """Writes down what this coordinator did at his care point. `about`: what it was done to, by its id."""
    entry = Deed(deed, coordinator.id, coordinator.care_point, today(request), tip, about)
    world_of(request).store.trail.record(entry)
