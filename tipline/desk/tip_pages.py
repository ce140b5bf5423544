"""The cases of a coordinator's own care point, as sealed files: in lists, and one with its conversation.

Any other id is answered like one that does not exist."""

from collections.abc import Mapping, Sequence
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from tipline.desk.answering import Value, json_answer
from tipline.desk.casework import STATUSES
from tipline.desk.recording import record
from tipline.desk.requests import base64url, day, not_found, today, world_of
from tipline.heads import Kind
from tipline.pools import Pool
from tipline.retention import Terms, deleted_on, soon, terms_of
from tipline.storage.cases import CLOSED, Place, StoredCase
from tipline.storage.coordinators import Coordinator
from tipline.storage.tips import StoredMessage

LOOK_SECONDS = 30
"""How often an open desk looks for news by itself; with slots, it does so after each of them, and seldom between."""
PAGE = 50
"""Cases in one answer: about half a megabyte of sealed files."""


def tips(request: Request, coordinator: Coordinator) -> Response:
    """A page of cases; `next`, where given, asks for the one after it. `latest` begins with the last received, `tip`
    names those that are wanted, and `brief` leaves the sealed files out."""
    asked, cases = request.query_params, world_of(request).store.cases
    if wanted := asked.getlist("tip"):
        return json_answer({"tips": _listed(request, cases.some(coordinator.care_point, wanted[:PAGE])), "next": None})
    news = cases.news(coordinator.care_point)  # before the list: what happens in between is news the next time
    statuses = [each for each in asked.getlist("status") if each in STATUSES] or STATUSES
    after = _place(asked.get("after", ""))
    found = cases.page(coordinator.care_point, statuses, PAGE, after, latest_first="latest" in asked)
    return json_answer(
        {
            "tips": _listed(request, found),
            "next": f"{day(found[-1].received_on)}~{found[-1].tip}" if len(found) == PAGE else None,
            "news": {"cases": news.cases, "changes": news.changes},
        }
    )


def news(request: Request, coordinator: Coordinator) -> Response:
    """Whether anything happened to the open cases: two numbers that are then others."""
    now = world_of(request).store.cases.news(coordinator.care_point)
    return json_answer({"cases": now.cases, "changes": now.changes})


def due(request: Request, coordinator: Coordinator) -> Response:
    """The cases that are deleted soon, first those that go first; at most a page of them."""
    until = soon(today(request), _terms(request, coordinator.care_point))
    found = world_of(request).store.cases.due(coordinator.care_point, until, PAGE)
    return json_answer({"tips": _listed(request, found)})


def tip(request: Request, coordinator: Coordinator) -> Response:
    """One case with its conversation. Fetching it is written down."""
    store, tip_id = world_of(request).store, request.path_params["tip"]
    store.cases.read(tip_id, coordinator.care_point, today(request))
    case = store.cases.get(tip_id, coordinator.care_point)
    if case is None:
        return not_found()
    record(request, coordinator, "fetched", case.tip)
    (summary,) = _listed(request, [case])
    return json_answer(
        {
            "tip": summary,
            "messages": [_sealed_message(each) for each in store.tips.messages(case.tip, coordinator.care_point)],
            "next_answer": store.tips.next_number(case.tip, Kind.ANSWER),
            "next_note": store.tips.next_number(case.tip, Kind.NOTE, coordinator.care_point),
            "additions": store.tips.last_shown(case.tip, Kind.ADDITION),
            "readers": _readers(request, case),
        }
    )


def colleagues(request: Request, coordinator: Coordinator) -> Response:
    """Who works, or worked, at this care point: names only."""
    known = world_of(request).store.coordinators.of(coordinator.care_point)
    here: list[Value] = [{"id": each.id, "name": each.name, "is_here": each.ended_on is None} for each in known]
    return json_answer({"me": coordinator.id, "colleagues": here})


def _place(text: str) -> Place | None:
    received_on, _, tip_id = text.partition("~")
    try:
        return Place(date.fromisoformat(received_on), tip_id)
    except ValueError:
        return None


def _readers(request: Request, case: StoredCase) -> list[Value]:
    """The care points that read this tip, each with the published key that its files are sealed to."""
    world = world_of(request)
    keys = world.care_points().keys
    return [
        {"care_point": point, "recipient": keys[point].recipient if point in keys else None}
        for point in world.store.cases.care_points_of(case.tip)
    ]


def _listed(request: Request, cases: Sequence[StoredCase]) -> list[Mapping[str, Value]]:
    """These cases, all of one care point, as a list shows them."""
    if not cases:
        return []
    is_brief, terms = "brief" in request.query_params, _terms(request, cases[0].care_point)
    numbers = world_of(request).store.cases.last_numbers(cases[0].care_point, [case.tip for case in cases])
    listed: list[Mapping[str, Value]] = []
    for case in cases:
        answers, additions = (numbers.get((case.tip, kind), 0) for kind in (Kind.ANSWER, Kind.ADDITION))
        summary = _summary(case, terms, answers, additions)
        if not is_brief:
            summary["sealed"] = base64url(case.sealed)
        listed.append(summary)
    return listed


def _terms(request: Request, care_point: str) -> Terms:
    return terms_of(world_of(request).care_points().points.get(care_point))


def _summary(case: StoredCase, terms: Terms, answers: int, additions: int) -> dict[str, Value]:
    return {
        "id": case.tip,
        "named": case.named,
        "received_on": day(case.received_on),
        "status": case.status,
        "reason": case.reason,
        "labels": case.labels,
        "assigned_to": case.assigned_to,
        "closed_on": day(case.closed_on) if case.closed_on else None,
        "deleted_on": day(deleted_on(case, terms)),
        "offered_by": case.offered_by,
        "is_shared": case.is_shared,
        "changes": case.changes,
        "escalated": case.escalated,
        "is_unproved": case.pool == Pool.NEITHER,
        "answers": answers,
        "additions": additions,
        "waits": case.status != CLOSED and additions > case.answered_to,
    }


def _sealed_message(message: StoredMessage) -> Mapping[str, Value]:
    return {
        "kind": message.kind,
        "number": message.number,
        "named": message.named,
        "written_on": day(message.written_on),
        "written_by": message.written_by,
        "sealed": base64url(message.sealed),
    }
