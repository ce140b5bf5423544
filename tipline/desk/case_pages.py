"""What a coordinator adds to a case of his own care point, and changes in it. Each form changes its own fields only,
and only while they are as its sender saw them; each deed is written down.

Any other id is answered like one that does not exist."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from tipline.conversation import NumberTakenError, Writer, keep_written
from tipline.desk.answering import json_answer, json_error
from tipline.desk.answers import NotAnAnswerError, read_message, whole_number
from tipline.desk.casework import LABELS, REASONS, STATUSES
from tipline.desk.recording import record
from tipline.desk.requests import incoming_of, not_found, today, world_of
from tipline.heads import Author, Head, Kind
from tipline.storage.cases import CLOSED, Closing
from tipline.storage.coordinators import Coordinator
from tipline.storage.tips import TIPSTER, OtherReadersError


def answer(request: Request, coordinator: Coordinator) -> Response:
    """Keeps a sealed answer. With `additions`, how many its writer had read: one that came since is read first."""
    store, tip_id = world_of(request).store, request.path_params["tip"]
    if not _is_own(request, coordinator):
        return not_found()
    read = whole_number(incoming_of(request).one("additions"))
    if read is not None and store.tips.last_shown(tip_id, Kind.ADDITION) > read:
        return json_error("addition_meanwhile", HTTPStatus.CONFLICT)
    points = store.cases.care_points_of(tip_id)
    return _keep(request, coordinator, Kind.ANSWER, (TIPSTER, *points), points)


def note(request: Request, coordinator: Coordinator) -> Response:
    """Keeps a sealed note, for the own care point only."""
    own = (coordinator.care_point,)
    if not _is_own(request, coordinator):
        return not_found()
    return _keep(request, coordinator, Kind.NOTE, own, own)


def set_status(request: Request, coordinator: Coordinator) -> Response:
    """With `seen`, a status that a colleague set since is left alone: opening a tip marks it read, and must not open
    again what he closed. Closing asks for a reason."""
    sent, tip_id = incoming_of(request), request.path_params["tip"]
    status, reason = sent.one("status"), sent.one("reason")
    if not _is_own(request, coordinator):
        return not_found()
    if status not in STATUSES or (status == CLOSED and reason not in REASONS):
        return _unprocessable()
    closing = Closing(reason, today(request)) if status == CLOSED else None
    changed = world_of(request).store.cases.set_status(
        tip_id, coordinator.care_point, status, sent.one("seen") or None, closing, today(request)
    )
    return _changed(
        request, coordinator, is_changed=changed, deed=f"status-{status}", about=closing.reason if closing else ""
    )


def set_labels(request: Request, coordinator: Coordinator) -> Response:
    sent = incoming_of(request)
    labels, seen = sent.all("label"), sent.all("seen")
    if not _is_own(request, coordinator):
        return not_found()
    if not set(labels) <= set(LABELS):
        return _unprocessable()
    changed = world_of(request).store.cases.set_labels(
        request.path_params["tip"], coordinator.care_point, labels, seen, today(request)
    )
    return _changed(request, coordinator, is_changed=changed, deed="labelled", about=" ".join(sorted(set(labels))))


def assign(request: Request, coordinator: Coordinator) -> Response:
    """Gives the case to a colleague of the same care point who works there now, or to nobody."""
    sent, store = incoming_of(request), world_of(request).store
    to = sent.one("to")
    here = {each.id for each in store.coordinators.of(coordinator.care_point) if each.ended_on is None}
    if not _is_own(request, coordinator):
        return not_found()
    if to and to not in here:
        return _unprocessable()
    changed = store.cases.assign(
        request.path_params["tip"], coordinator.care_point, to, sent.one("seen"), today(request)
    )
    return _changed(request, coordinator, is_changed=changed, deed="assigned", about=to)


def _keep(
    request: Request, coordinator: Coordinator, kind: Kind, readers: tuple[str, ...], points: tuple[str, ...]
) -> Response:
    tip_id = request.path_params["tip"]
    try:
        sealed = read_message(incoming_of(request), readers)
        head = Head(kind, tip_id, points, sealed.number, Author.COORDINATOR, coordinator.language)
        writer = Writer(coordinator.id, coordinator.care_point)
        keep_written(world_of(request).store.tips, head, sealed.files, today(request), writer)
    except NotAnAnswerError:
        return json_error("not_an_answer" if kind is Kind.ANSWER else "not_a_note", HTTPStatus.UNPROCESSABLE_ENTITY)
    except OtherReadersError:
        return json_error("other_readers", HTTPStatus.CONFLICT)
    except NumberTakenError:
        return json_error("number_taken", HTTPStatus.CONFLICT)
    record(request, coordinator, _WRITTEN[kind], tip_id, str(sealed.number))
    return json_answer({"number": sealed.number}, HTTPStatus.CREATED)


_WRITTEN = {Kind.ANSWER: "answered", Kind.NOTE: "noted"}


def _changed(request: Request, coordinator: Coordinator, *, is_changed: bool, deed: str, about: str) -> Response:
    """What a form changed, written down; or that somebody was before it; or that there is no such case."""
    tip_id = request.path_params["tip"]
    if is_changed:
        record(request, coordinator, deed, tip_id, about)
        return json_answer({})
    if not _is_own(request, coordinator):
        return not_found()  # it was handed over in this very moment
    return json_error("changed_meanwhile", HTTPStatus.CONFLICT)


def _is_own(request: Request, coordinator: Coordinator) -> bool:
    return world_of(request).store.cases.get(request.path_params["tip"], coordinator.care_point) is not None


def _unprocessable() -> Response:
    return json_error("unprocessable", HTTPStatus.UNPROCESSABLE_ENTITY)
