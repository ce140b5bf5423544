"""Handing a case over to another care point, or sharing it: to whom, offering, withdrawing, taking and refusing.

Keys to seal to come from the key files, never from the database. A tip that is not the asker's is answered like one
that does not exist."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from tipline.desk.answering import Value, json_answer, json_error
from tipline.desk.handover import YES, NotAHandoverError, read_files, read_offer, read_refusal
from tipline.desk.requests import day, holders_in, incoming_of, not_found, today, world_of
from tipline.key_files import PublishedKey
from tipline.storage.cases import StoredCase
from tipline.storage.coordinators import Coordinator
from tipline.storage.handovers import (
    AlreadyOfferedError,
    Doer,
    HandoverError,
    HasCaseError,
    IncompleteOfferError,
    NoCaseError,
    NoteNumberTakenError,
    NothingOfferedError,
    WaitsForSlotError,
)

CoordinatorView = Callable[[Request, Coordinator], Response]

_REFUSALS: Mapping[type[HandoverError], tuple[str, HTTPStatus]] = {
    NoCaseError: ("not_found", HTTPStatus.NOT_FOUND),
    AlreadyOfferedError: ("already_offered", HTTPStatus.CONFLICT),
    HasCaseError: ("has_case", HTTPStatus.CONFLICT),
    IncompleteOfferError: ("incomplete", HTTPStatus.CONFLICT),
    WaitsForSlotError: ("waits_for_slot", HTTPStatus.CONFLICT),
    NothingOfferedError: ("nothing_offered", HTTPStatus.CONFLICT),
    NoteNumberTakenError: ("number_taken", HTTPStatus.CONFLICT),
}


def handover(request: Request, coordinator: Coordinator) -> Response:
    """Whose hands this case went through, what is on offer, and to whom it could be offered."""
    case = _own_case(request, coordinator)
    if case is None:
        return not_found()
    handovers = world_of(request).store.handovers
    standing = handovers.standing(case.tip, case.care_point)
    return json_answer(
        {
            "begun": list(handovers.begun(case.tip)),
            "standing": {"by": standing.by, "to": standing.to, "shared": standing.is_shared} if standing else None,
            "back": _way_back(request, case),
            "points": [_receiver(key) for key in _receivers(request, case)],
            "way": [
                {"deed": step.deed, "other": step.other, "happened_on": day(step.happened_on), "ours": step.was_ours}
                for step in handovers.way(case.tip, case.care_point)
            ],
        }
    )


def put_files(request: Request, coordinator: Coordinator) -> Response:
    """Some of the files for another point."""
    incoming = incoming_of(request)

    def deed(doer: Doer) -> None:
        files, is_first = read_files(incoming), incoming.one("first") == YES
        world_of(request).store.handovers.put(doer, incoming.one("to"), files, is_first=is_first)

    return _to_an_open_point(request, coordinator, deed)


def offer(request: Request, coordinator: Coordinator) -> Response:
    """The last part: from now on the other point can read it, and take or refuse it."""
    incoming = incoming_of(request)

    def deed(doer: Doer) -> None:
        world_of(request).store.handovers.finish(doer, read_offer(incoming, incoming.one("to")))

    return _to_an_open_point(request, coordinator, deed)


def withdraw(request: Request, coordinator: Coordinator) -> Response:
    to = incoming_of(request).one("to")
    handovers = world_of(request).store.handovers
    return _answered(request, coordinator, lambda doer: handovers.withdraw(doer, to))


def take(request: Request, coordinator: Coordinator) -> Response:
    return _answered(request, coordinator, world_of(request).store.handovers.take)


def refuse(request: Request, coordinator: Coordinator) -> Response:
    """Refuses, with a note sealed to the point that offered."""

    def deed(doer: Doer) -> None:
        number, note = read_refusal(incoming_of(request))
        world_of(request).store.handovers.refuse(doer, number, note)

    return _answered(request, coordinator, deed)


def once_taken(view: CoordinatorView) -> CoordinatorView:
    """For a view that works on a case: what another point offers can be read, taken or refused, and nothing else."""

    def guarded(request: Request, coordinator: Coordinator) -> Response:
        case = _own_case(request, coordinator)
        if case is not None and case.offered_by:
            return json_error("offered", HTTPStatus.CONFLICT)
        return view(request, coordinator)

    return guarded


def _own_case(request: Request, coordinator: Coordinator) -> StoredCase | None:
    return world_of(request).store.cases.get(request.path_params["tip"], coordinator.care_point)


def _receivers(request: Request, case: StoredCase) -> list[PublishedKey]:
    """The keys of the open care points that have no case of this tip yet."""
    world, holders = world_of(request), holders_in(request)
    there = world.store.cases.care_points_of(case.tip)
    keys = [holders.usable_key(point) for point in sorted(world.care_points().keys)]
    return [key for key in keys if key and key.care_point not in there and holders.is_open(key.care_point)]


def _receiver(key: PublishedKey) -> Mapping[str, Value]:
    return {"care_point": key.care_point, "recipient": key.recipient, "key": key.number}


def _way_back(request: Request, case: StoredCase) -> Mapping[str, Value] | None:
    """What a refusal is sealed with: the key of the point that offered, and the number of the note there."""
    number = world_of(request).store.handovers.next_note_of_giver(case.tip, case.care_point)
    key = holders_in(request).usable_key(case.offered_by) if number else None
    return {"care_point": case.offered_by, "recipient": key.recipient, "number": number} if key else None


def _to_an_open_point(request: Request, coordinator: Coordinator, deed: Callable[[Doer], None]) -> Response:
    """Does it when the files were sealed to the key that is published now, of a point that is open."""
    incoming, holders = incoming_of(request), holders_in(request)
    if _own_case(request, coordinator) is None:
        return not_found()
    key = holders.usable_key(incoming.one("to"))
    if key is None or not holders.is_open(key.care_point):
        return json_error("not_open", HTTPStatus.CONFLICT)
    if incoming.one("key") != str(key.number):
        return json_error("key_changed", HTTPStatus.CONFLICT)
    return _answered(request, coordinator, deed)


def _answered(request: Request, coordinator: Coordinator, deed: Callable[[Doer], None]) -> Response:
    case = _own_case(request, coordinator)
    if case is None:
        return not_found()
    try:
        deed(Doer(case.tip, coordinator.care_point, coordinator.id, today(request)))
    except NotAHandoverError:
        return json_error("not_a_handover", HTTPStatus.UNPROCESSABLE_ENTITY)
    except HandoverError as refusal:
        return json_error(*_REFUSALS[type(refusal)])
    return json_answer({})
