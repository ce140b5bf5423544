"""The audit trail of a care point, for its lead: dates, names and deeds. Nothing in it is content."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from tipline.audit import TrailWatch
from tipline.desk.answering import Value, json_answer
from tipline.desk.answers import whole_number
from tipline.desk.requests import day, world_of
from tipline.storage.coordinators import Coordinator
from tipline.storage.trail import TrailEntry

PAGE = 50


def trail(request: Request, coordinator: Coordinator) -> Response:
    """A page of entries, latest first; `next`, where given, asks for the one before it."""
    world = world_of(request)
    store, watch = world.store, TrailWatch(world.store.trail, world.settings.trail_heads, world.clock)
    entries = store.trail.of(coordinator.care_point, PAGE, whole_number(request.query_params.get("before", "")))
    tips = sorted({each.deed.tip for each in entries if each.deed.tip})
    there = {case.tip for case in store.cases.some(coordinator.care_point, tips)}
    names = store.coordinators.names()
    return json_answer(
        {
            "entries": [_entry(each, names, is_there=each.deed.tip in there) for each in entries],
            "differs": not watch.agrees(),
            "next": entries[-1].number if len(entries) == PAGE else None,
        }
    )


def _entry(entry: TrailEntry, names: Mapping[str, str], *, is_there: bool) -> Mapping[str, Value]:
    deed = entry.deed
    return {
        "number": entry.number,
        "on": day(deed.happened_on),
        "who": names.get(deed.actor, deed.actor),
        "is_person": deed.actor in names,  # whatever name he chose: he may be called like a care point or the operator
        "deed": deed.deed,
        "tip": deed.tip if is_there else None,
        "about": names.get(deed.about, deed.about),
    }
