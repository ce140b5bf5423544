"""What a browser needs to unlock a coordinator's keys, and its word that it did. What is wrapped stays wrapped here."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from tipline.desk.answering import Value, json_answer, json_error
from tipline.desk.keys import HolderNow, holders_of
from tipline.desk.requests import base64url, day, incoming_of, not_found, today, world_of
from tipline.key_files import PublishedKey
from tipline.storage.coordinators import Coordinator

MAX_DIGITS = 9


def keys(request: Request, coordinator: Coordinator) -> Response:
    """What the browser needs to unlock, and the published key that it compares with."""
    world = world_of(request)
    point = world.care_points().points[coordinator.care_point]
    key = world.care_points().keys.get(coordinator.care_point)
    wrapped = world.store.coordinators.wrapped_keys(coordinator.id)
    grants = world.store.coordinators.grants(coordinator.id)
    return json_answer(
        {
            "login": coordinator.login,
            "name": coordinator.name,
            "role": coordinator.role,
            "recipient": coordinator.recipient,
            "care_point": {"id": point.id, "name": point.short_name, "region": point.region_label},
            "wrapped": [{"unlocker": one.unlocker, "sealed": base64url(one.sealed)} for one in wrapped],
            "grants": [
                {"care_point": grant.care_point, "number": grant.number, "sealed": base64url(grant.sealed)}
                for grant in grants
            ],
            "published": _published(key) if key else None,
            "holders": [_holder(holder) for holder in holders_of(key, world.store.coordinators)] if key else [],
        }
    )


def key_opened(request: Request, coordinator: Coordinator) -> Response:
    """The silent proof: this coordinator's browser opened the grant of this key today."""
    number = incoming_of(request).one("number")
    if not number.isascii() or not number.isdigit() or len(number) > MAX_DIGITS:
        return json_error("unprocessable", HTTPStatus.UNPROCESSABLE_ENTITY)
    proved = world_of(request).store.coordinators.prove(
        coordinator.id, coordinator.care_point, int(number), today(request)
    )
    return json_answer({}) if proved else not_found()


def _published(key: PublishedKey) -> Mapping[str, Value]:
    return {"number": key.number, "recipient": key.recipient, "fingerprint": key.fingerprint}


def _holder(holder: HolderNow) -> Mapping[str, Value]:
    proved_on = day(holder.proved_on) if holder.proved_on else None
    return {"name": holder.name, "fingerprint": holder.fingerprint, "proved_on": proved_on}
