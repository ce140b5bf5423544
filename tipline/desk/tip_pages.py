"""The tips of a coordinator's own care point, as sealed files, and what the desk adds to them.

Any other id is answered like one that does not exist."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from tipline.desk.answering import Value, json_answer, json_error
from tipline.desk.answers import NotAnAnswerError, NumberTakenError, keep_answer, read_answer
from tipline.desk.requests import base64url, day, incoming_of, not_found, today, world_of
from tipline.heads import Kind
from tipline.storage.coordinators import Coordinator
from tipline.storage.tips import StoredMessage, StoredTip

STATUSES = ("new", "read", "in_progress", "closed")


def tips(request: Request, coordinator: Coordinator) -> Response:
    store = world_of(request).store.tips
    return json_answer(
        {
            "tips": [
                {
                    **_sealed_tip(stored),
                    "answers": store.next_number(stored.id, Kind.ANSWER) - 1,
                    "additions": store.next_number(stored.id, Kind.ADDITION) - 1,
                }
                for stored in store.of(coordinator.care_point)
            ]
        }
    )


def tip(request: Request, coordinator: Coordinator) -> Response:
    stored = _own_tip(request, coordinator)
    if stored is None:
        return not_found()
    store = world_of(request).store.tips
    return json_answer(
        {
            "tip": _sealed_tip(stored),
            "messages": [_sealed_message(message) for message in store.messages(stored.id, "desk")],
            "next_answer": store.next_number(stored.id, Kind.ANSWER),
            "additions": store.next_number(stored.id, Kind.ADDITION) - 1,
        }
    )


def answer(request: Request, coordinator: Coordinator) -> Response:
    stored = _own_tip(request, coordinator)
    if stored is None:
        return not_found()
    incoming = incoming_of(request)
    try:
        sealed = read_answer(incoming.one("number"), incoming.one("for_tipster"), incoming.one("for_desk"))
        keep_answer(world_of(request).store.tips, stored, sealed, today(request))
    except NotAnAnswerError:
        return json_error("not_an_answer", HTTPStatus.UNPROCESSABLE_ENTITY)
    except NumberTakenError:
        return json_error("number_taken", HTTPStatus.CONFLICT)
    return json_answer({"number": sealed.number}, HTTPStatus.CREATED)


def set_status(request: Request, coordinator: Coordinator) -> Response:
    """Sets the status, and answers the one that holds now. With `seen`, one that a colleague set since is left alone:
    opening a tip marks it read, and must not open again what he closed."""
    status = incoming_of(request).one("status")
    if status not in STATUSES:
        return json_error("unprocessable", HTTPStatus.UNPROCESSABLE_ENTITY)
    store = world_of(request).store.tips
    tip_id, seen = request.path_params["tip"], incoming_of(request).one("seen") or None
    store.set_status(tip_id, coordinator.care_point, status, seen)
    stored = store.get(tip_id, coordinator.care_point)
    return json_answer({"status": stored.status}) if stored else not_found()


def _own_tip(request: Request, coordinator: Coordinator) -> StoredTip | None:
    return world_of(request).store.tips.get(request.path_params["tip"], coordinator.care_point)


def _sealed_tip(stored: StoredTip) -> Mapping[str, Value]:
    return {
        "id": stored.id,
        "received_on": day(stored.received_on),
        "status": stored.status,
        "sealed": base64url(stored.sealed),
    }


def _sealed_message(message: StoredMessage) -> Mapping[str, Value]:
    return {
        "kind": message.kind,
        "number": message.number,
        "written_on": day(message.written_on),
        "sealed": base64url(message.sealed),
    }
