"""A care point's key as its coordinators see it, and what their browsers do with it: propose a key, give it to a
colleague, practise with the recovery sheet, seal everything again, end a colleague's access.

Every secret part comes sealed and stays so. What makes a key or a holder count stands in the key file, not here."""

import base64
import binascii
from collections.abc import Mapping
from datetime import date
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from tipline.desk.answering import Value, json_answer, json_error
from tipline.desk.answers import NotAnAnswerError, sealed_file, whole_number
from tipline.desk.recording import record_once_a_day
from tipline.desk.requests import base64url, day, holders_in, incoming_of, not_found, today, world_of
from tipline.desk.roles import Right, may
from tipline.key_files import PublishedKey
from tipline.sealing import NotARecipientError, fingerprint
from tipline.storage.coordinators import Coordinator
from tipline.storage.point_keys import Proposal, SealedFile, SheetGrant
from tipline.storage.trail import Deed

MAC = 32
SHA256 = 32
CASES_AT_ONCE = 10
"""Cases in one answer of files to seal again, with their messages."""


def point(request: Request, coordinator: Coordinator) -> Response:
    """All about the key of this coordinator's care point, for a browser to compare with what it knows itself."""
    world = world_of(request)
    keys, here = world.store.point_keys, coordinator.care_point
    key = _key(request, coordinator)
    proposal = _pending(keys.proposal(here), key)
    people = [each for each in world.store.coordinators.all() if each.care_point == here]
    grants = world.store.coordinators.grants(coordinator.id)
    return json_answer(
        {
            "care_point": here,
            "me": coordinator.id,
            "today": day(today(request)),
            "may_revoke": may(coordinator, Right.colleagues),
            "is_open": holders_in(request).is_open(here),
            "published": published(key) if key else None,
            "proposal": _proposal(proposal) if proposal else None,
            "people": [_person(each) for each in people],
            "grants": [
                {"coordinator": each.coordinator, "number": each.number, "proved_on": _day(each.proved_on)}
                for each in keys.grants(here)
            ],
            "own_grants": [
                {"care_point": each.care_point, "number": each.number, "sealed": base64url(each.sealed)}
                for each in grants
            ],
            "sheet": _sheet(keys.sheet(here, key.number)) if key else None,
        }
    )


def propose(request: Request, coordinator: Coordinator) -> Response:
    """Keeps the next key of the care point, as this coordinator's browser made it. It counts for nothing yet."""
    incoming, key = incoming_of(request), _key(request, coordinator)
    number = whole_number(incoming.one("number"))
    try:
        proposal = Proposal(
            care_point=coordinator.care_point,
            number=number or 0,
            recipient=_recipient(incoming.one("recipient")),
            sheet_recipient=incoming.one("sheet_recipient") and _recipient(incoming.one("sheet_recipient")),
            made_by=coordinator.id,
            made_on=today(request),
            mac=_bytes(incoming.one("mac"), MAC),
        )
        grant = sealed_file(incoming.one("grant"))
        sheet = _sheet_grant(proposal, sealed_file(incoming.one("sheet"))) if proposal.sheet_recipient else None
    except (NotAnAnswerError, NotARecipientError):
        return _unprocessable()
    if number != (key.number if key else 0) + 1:
        return json_error("other_number", HTTPStatus.CONFLICT)
    if not world_of(request).store.point_keys.propose(proposal, grant, sheet):
        return json_error("other_number", HTTPStatus.CONFLICT)
    _record(request, coordinator, "proposed key", str(number))
    return json_answer({}, HTTPStatus.CREATED)


def give(request: Request, coordinator: Coordinator) -> Response:
    """Keeps a key of the care point as it was sealed to a colleague, or to oneself. It counts as never opened."""
    incoming, key = incoming_of(request), _key(request, coordinator)
    store = world_of(request).store.point_keys
    proposal = _pending(store.proposal(coordinator.care_point), key)
    known = {each.number for each in (key, proposal) if each}
    number = whole_number(incoming.one("number"))
    try:
        sealed = sealed_file(incoming.one("sealed"))
    except NotAnAnswerError:
        return _unprocessable()
    receiver = incoming.one("coordinator")
    if number not in known or not store.give(receiver, coordinator.care_point, number or 0, sealed):
        return not_found()
    _record(request, coordinator, "gave key", receiver)
    return json_answer({}, HTTPStatus.CREATED)


def practised(request: Request, coordinator: Coordinator) -> Response:
    """The word of a browser that what was typed in from the recovery sheet opened the published key."""
    key = _key(request, coordinator)
    number = whole_number(incoming_of(request).one("number"))
    store = world_of(request).store.point_keys
    if key is None or number != key.number or not store.practise(coordinator.care_point, number, today(request)):
        return json_error("no_sheet", HTTPStatus.CONFLICT)
    _record(request, coordinator, "practised", str(number))
    return json_answer({})


def files(request: Request, coordinator: Coordinator) -> Response:
    """Files of the care point's cases, to be sealed again; `next`, where given, asks for those after them."""
    record_once_a_day(request, coordinator, "fetched files")
    after = request.query_params.get("after", "")
    found, following = world_of(request).store.point_keys.files(coordinator.care_point, after, CASES_AT_ONCE)
    files_ = [{"tip": each.tip, "message": each.message, "sealed": base64url(each.sealed)} for each in found]
    count = world_of(request).store.point_keys.count_cases(coordinator.care_point)
    return json_answer({"files": files_, "next": following, "all": count})


def sealed_again(request: Request, coordinator: Coordinator) -> Response:
    """Puts a file that was sealed again in its place. Only the care point's own, and of the same length."""
    incoming, store = incoming_of(request), world_of(request).store
    if store.cases.get(request.path_params["tip"], coordinator.care_point) is None:
        return not_found()
    try:
        file = SealedFile(request.path_params["tip"], incoming.one("message"), sealed_file(incoming.one("sealed")))
        seen = _bytes(incoming.one("seen"), SHA256)
    except NotAnAnswerError:
        return _unprocessable()
    if not store.point_keys.put_in_place(coordinator.care_point, file, seen):
        return not_found()
    record_once_a_day(request, coordinator, "sealed again", file.tip)
    return json_answer({})


def finished(request: Request, coordinator: Coordinator) -> Response:
    """Drops older keys, once nothing is sealed to them: the browser looked. Not on the day of a renewal: what was on
    its way to the older key then may still come."""
    key = _key(request, coordinator)
    if key is None or whole_number(incoming_of(request).one("number")) != key.number:
        return not_found()
    if today(request) <= key.made_on:
        return json_answer({"kept": True})
    dropped = world_of(request).store.point_keys.drop_older(coordinator.care_point, key.number, key.made_on)
    if dropped:
        _record(request, coordinator, "dropped older keys", str(key.number))
    return json_answer({"kept": not dropped})


def revoke(request: Request, coordinator: Coordinator) -> Response:
    """Ends a colleague's access at once. He stays in the key file until the operator takes him out."""
    receiver = incoming_of(request).one("coordinator")
    if receiver == coordinator.id:
        return not_found()
    store = world_of(request).store.point_keys
    if not store.revoke(receiver, coordinator.care_point, today(request)):
        return not_found()
    _record(request, coordinator, "revoked", receiver)
    return json_answer({})


def published(key: PublishedKey) -> Mapping[str, Value]:
    """A key file, as the desk's script is told it."""
    return {
        "number": key.number,
        "recipient": key.recipient,
        "fingerprint": key.fingerprint,
        "made_on": day(key.made_on),
        "holders": [
            {"name": each.name, "fingerprint": each.fingerprint, "approved_on": day(each.approved_on)}
            for each in key.holders
        ],
        "recovery_sheet": key.recovery_sheet,
        "revoked": [{"fingerprint": each.fingerprint, "revoked_on": day(each.revoked_on)} for each in key.revoked],
    }


def _key(request: Request, coordinator: Coordinator) -> PublishedKey | None:
    return world_of(request).care_points().keys.get(coordinator.care_point)


def _pending(proposal: Proposal | None, key: PublishedKey | None) -> Proposal | None:
    """A proposal that waits for approval; not one that was approved since, or that another overtook."""
    return proposal if proposal and proposal.number == (key.number if key else 0) + 1 else None


def _proposal(proposal: Proposal) -> Mapping[str, Value]:
    return {
        "number": proposal.number,
        "recipient": proposal.recipient,
        "sheet_recipient": proposal.sheet_recipient,
        "made_by": proposal.made_by,
        "made_on": day(proposal.made_on),
        "mac": base64url(proposal.mac),
    }


def _person(person: Coordinator) -> Mapping[str, Value]:
    return {
        "id": person.id,
        "name": person.name,
        "login": person.login,
        "recipient": person.recipient,
        "ended_on": _day(person.ended_on),
    }


def _sheet(sheet: SheetGrant | None) -> Value:
    if sheet is None:
        return None
    return {
        "recipient": sheet.recipient,
        "sealed": base64url(sheet.sealed),
        "practised_on": _day(sheet.practised_on),
    }


def _sheet_grant(proposal: Proposal, sealed: bytes) -> SheetGrant:
    # Its maker typed the sheet in before this was sent: his browser sends no proposal otherwise.
    return SheetGrant(proposal.care_point, proposal.number, proposal.sheet_recipient, sealed, proposal.made_on)


def _day(date_: date | None) -> str | None:
    return day(date_) if date_ else None


def _recipient(text: str) -> str:
    """The text, if it is a hybrid recipient. Raises NotARecipientError."""
    fingerprint(text)
    return text


def _bytes(text: str, length: int) -> bytes:
    """So many bytes in base64url. Raises NotAnAnswerError."""
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotAnAnswerError from None
    if len(found) != length:
        raise NotAnAnswerError
    return found


def _unprocessable() -> Response:
    return json_error("unprocessable", HTTPStatus.UNPROCESSABLE_ENTITY)


def _record(request: Request, coordinator: Coordinator, deed: str, about: str) -> None:
    world_of(request).store.trail.record(
        Deed(deed, coordinator.id, coordinator.care_point, today(request), about=about)
    )
