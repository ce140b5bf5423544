"""What a browser needs to unlock a coordinator's keys, and its word that it did. What is wrapped stays wrapped here."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from tipline.desk import ceremonies
from tipline.desk.answering import Value, json_answer, json_error
from tipline.desk.keys import holders_of
from tipline.desk.requests import base64url, day, holders_in, incoming_of, not_found, today, world_of
from tipline.key_files import PublishedKey
from tipline.retention import terms_of
from tipline.storage.coordinators import Coordinator

MAX_DIGITS = 9


def keys(request: Request, coordinator: Coordinator) -> Response:
    """What the browser needs to unlock, and the published key that it compares with."""
    world = world_of(request)
    point = world.care_points().points[coordinator.care_point]
    key, terms = world.care_points().keys.get(coordinator.care_point), terms_of(point)
    wrapped = world.store.coordinators.wrapped_keys(coordinator.id)
    grants = world.store.coordinators.grants(coordinator.id)
    return json_answer(
        {
            "login": coordinator.login,
            "name": coordinator.name,
            "role": coordinator.role,
            "recipient": coordinator.recipient,
            "care_point": {
                "id": point.id,
                "name": point.short_name,
                "region": point.region_label,
                "is_national": point.is_national,
            },
            "terms": {"closed_days": terms.closed.days, "open_days": terms.open.days},
            "wrapped": [{"unlocker": one.unlocker, "sealed": base64url(one.sealed)} for one in wrapped],
            "grants": [
                {"care_point": grant.care_point, "number": grant.number, "sealed": base64url(grant.sealed)}
                for grant in grants
            ],
            "published": ceremonies.published(key) if key else None,
            "holders": _holders(request, key) if key else [],
        }
    )


def key_opened(request: Request, coordinator: Coordinator) -> Response:
    """The silent proof: this coordinator's browser opened the grant of this key today. Of no key that is not published
    yet: that a key was opened says that tips may be sealed to it."""
    key = world_of(request).care_points().keys.get(coordinator.care_point)
    number = incoming_of(request).one("number")
    if not number.isascii() or not number.isdigit() or len(number) > MAX_DIGITS:
        return json_error("unprocessable", HTTPStatus.UNPROCESSABLE_ENTITY)
    if key is None or int(number) > key.number:
        return not_found()
    proved = world_of(request).store.coordinators.prove(
        coordinator.id, coordinator.care_point, int(number), today(request)
    )
    return json_answer({}) if proved else not_found()


def _holders(request: Request, key: PublishedKey) -> list[Value]:
    """Who can open this key, and when each last showed it: the holders, and the recovery sheet as the one without a
    name. `counts` says who still counts for the two that it takes."""
    world, holders = world_of(request), holders_in(request)
    proved = holders.proved(key)
    shown: list[Value] = [
        {
            "name": each.name,
            "proved_on": day(each.proved_on) if each.proved_on else None,
            "counts": each.fingerprint in proved,
        }
        for each in holders_of(key, world.store.coordinators)
    ]
    if key.recovery_sheet:
        sheet = world.store.point_keys.sheet(key.care_point, key.number)
        on = sheet.practised_on if sheet else None
        shown.append({"name": None, "proved_on": day(on) if on else None, "counts": holders.has_practised_sheet(key)})
    return shown
