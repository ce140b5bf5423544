"""How every care point does, for the national point: numbers of dates, nothing of a tip."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from tipline.desk.answering import Value, json_answer, json_error
from tipline.desk.requests import day, holders_in, world_of
from tipline.national import PointFigures, figures, total
from tipline.storage.coordinators import Coordinator
from tipline.working_days import dutch_date


def points(request: Request, coordinator: Coordinator) -> Response:
    """Every care point. Not for who has the role at another point than the national one."""
    world = world_of(request)
    care_points = world.care_points()
    if coordinator.care_point != care_points.national.id:
        return json_error("not_allowed", HTTPStatus.FORBIDDEN)
    today = dutch_date(world.clock())
    found = figures(world.store, care_points, holders_in(request), today)
    all_of_them = total(found)
    return json_answer(
        {
            "on": day(today),
            "points": [_point(each) for each in found],
            "total": {"unread": all_of_them.unread, "open": all_of_them.open},
        }
    )


def _point(found: PointFigures) -> Value:
    return {
        "id": found.care_point.id,
        "region": found.care_point.region_label,
        "phone": found.care_point.phone,
        "is_national": found.care_point.is_national,
        "has_key": found.has_key,
        "is_open": found.is_open,
        "holders": found.holders,
        "unread": found.unread,
        "open": found.open,
        "first_read": found.first_read,
        "without_mail": found.without_mail,
        "waits": found.waits,
        "is_announced": found.is_announced,
    }
