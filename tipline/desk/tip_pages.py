"""The cases of a coordinator's own care point, as sealed files, and what the desk adds to them.

Any other id is answered like one that does not exist."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from tipline.conversation import NumberTakenError, keep_answer
from tipline.desk.answering import Value, json_answer, json_error
from tipline.desk.answers import NotAnAnswerError, OtherReadersError, read_answer
from tipline.desk.requests import base64url, day, incoming_of, not_found, today, world_of
from tipline.heads import Author, Head, Kind
from tipline.storage.cases import Place, StoredCase
from tipline.storage.coordinators import Coordinator
from tipline.storage.tips import TIPSTER, StoredMessage

STATUSES = ("new", "read", "in_progress", "closed")
PAGE = 50
"""Cases in one answer: about half a megabyte of sealed files."""


def tips(request: Request, coordinator: Coordinator) -> Response:
    """A page of cases; `next`, where given, asks for the one after it."""
    store = world_of(request).store
    statuses = [each for each in request.query_params.getlist("status") if each in STATUSES] or STATUSES
    cases = store.cases.page(coordinator.care_point, statuses, PAGE, _place(request.query_params.get("after", "")))
    numbers = store.cases.last_numbers(coordinator.care_point, [case.tip for case in cases])
    return json_answer(
        {
            "tips": [
                {
                    **_sealed_tip(case),
                    "answers": numbers.get((case.tip, Kind.ANSWER), 0),
                    "additions": numbers.get((case.tip, Kind.ADDITION), 0),
                }
                for case in cases
            ],
            "next": f"{day(cases[-1].received_on)}~{cases[-1].tip}" if len(cases) == PAGE else None,
        }
    )


def _place(text: str) -> Place | None:
    received_on, _, tip_id = text.partition("~")
    try:
        return Place(date.fromisoformat(received_on), tip_id)
    except ValueError:
        return None


def tip(request: Request, coordinator: Coordinator) -> Response:
    case = _own_case(request, coordinator)
    if case is None:
        return not_found()
    store = world_of(request).store
    return json_answer(
        {
            "tip": _sealed_tip(case),
            "messages": [_sealed_message(each) for each in store.tips.messages(case.tip, coordinator.care_point)],
            "next_answer": store.tips.next_number(case.tip, Kind.ANSWER),
            "additions": store.tips.next_number(case.tip, Kind.ADDITION) - 1,
            "readers": _readers(request, case),
        }
    )


def answer(request: Request, coordinator: Coordinator) -> Response:
    case = _own_case(request, coordinator)
    if case is None:
        return not_found()
    store = world_of(request).store
    readers = store.cases.care_points_of(case.tip)
    try:
        sealed = read_answer(incoming_of(request), (TIPSTER, *readers))
        head = Head(Kind.ANSWER, case.tip, readers, sealed.number, Author.COORDINATOR, coordinator.language)
        keep_answer(store.tips, head, sealed.files, today(request))
    except NotAnAnswerError:
        return json_error("not_an_answer", HTTPStatus.UNPROCESSABLE_ENTITY)
    except OtherReadersError:
        return json_error("other_readers", HTTPStatus.CONFLICT)
    except NumberTakenError:
        return json_error("number_taken", HTTPStatus.CONFLICT)
    return json_answer({"number": sealed.number}, HTTPStatus.CREATED)


def set_status(request: Request, coordinator: Coordinator) -> Response:
    """Sets the status, and answers the one that holds now. With `seen`, one that a colleague set since is left alone:
    opening a tip marks it read, and must not open again what he closed."""
    status = incoming_of(request).one("status")
    if status not in STATUSES:
        return json_error("unprocessable", HTTPStatus.UNPROCESSABLE_ENTITY)
    cases = world_of(request).store.cases
    tip_id, seen = request.path_params["tip"], incoming_of(request).one("seen") or None
    cases.set_status(tip_id, coordinator.care_point, status, seen)
    case = cases.get(tip_id, coordinator.care_point)
    return json_answer({"status": case.status}) if case else not_found()


def _own_case(request: Request, coordinator: Coordinator) -> StoredCase | None:
    return world_of(request).store.cases.get(request.path_params["tip"], coordinator.care_point)


def _readers(request: Request, case: StoredCase) -> list[Value]:
    """The care points that read this tip, each with the published key that its files are sealed to."""
    world = world_of(request)
    keys = world.care_points().keys
    return [
        {"care_point": point, "recipient": keys[point].recipient if point in keys else None}
        for point in world.store.cases.care_points_of(case.tip)
    ]


def _sealed_tip(case: StoredCase) -> Mapping[str, Value]:
    return {
        "id": case.tip,
        "named": case.named,
        "received_on": day(case.received_on),
        "status": case.status,
        "sealed": base64url(case.sealed),
    }


def _sealed_message(message: StoredMessage) -> Mapping[str, Value]:
    return {
        "kind": message.kind,
        "number": message.number,
        "named": message.named,
        "written_on": day(message.written_on),
        "sealed": base64url(message.sealed),
    }
