"""Every address of the desk is a row here, with the right that it asks for and whether it asks for a proof anew. A test
fails on a row that it does not know."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tipline.desk import (
    access_pages,
    account_pages,
    case_pages,
    ceremonies,
    export_pages,
    handover_pages,
    invitation_pages,
    key_pages,
    mail_pages,
    pages,
    people_pages,
    point_pages,
    tip_pages,
    trail_pages,
)
from tipline.desk.access import Visit
from tipline.desk.answering import json_error
from tipline.desk.handover_pages import once_taken
from tipline.desk.requests import access_of
from tipline.desk.roles import Right, may
from tipline.storage.coordinators import Coordinator

OpenView = Callable[[Request], Response]
CoordinatorView = Callable[[Request, Coordinator], Response]
View = Callable[[Request], Response]


class Proof(StrEnum):
    """What an address asks beside a session."""

    none = "none"
    anew = "anew"
    """That he proved himself anew within the last minutes: by a passkey, or where he has none by the second way."""
    either_way = "either way"
    """The same, or the second way along with this very request: for who lost his passkey."""


@dataclass(frozen=True)
class Row:
    method: str
    path: str
    right: Right | None
    """None: anyone may ask."""
    view: View
    proof: Proof = Proof.none


def for_anyone(method: str, path: str, view: OpenView) -> Row:
    return Row(method, path, None, view)


def for_coordinator(
    method: str, path: str, view: CoordinatorView, right: Right = Right.work, proof: Proof = Proof.none
) -> Row:
    """A view that is handed the coordinator can't be reached without one. What he gets is of his own care point only:
    that is the view's to see to."""

    def guarded(request: Request) -> Response:
        visit = pages.visit_of(request)
        if visit is None:
            return pages.signed_out(request)
        if not may(visit.coordinator, right):
            return json_error("not_allowed", HTTPStatus.FORBIDDEN)
        return _refusal(request, visit, proof) or view(request, visit.coordinator)

    return Row(method, path, right, guarded, proof)


def _refusal(request: Request, visit: Visit, proof: Proof) -> Response | None:
    if proof is Proof.none or access_of(request).is_stepped_up(visit):
        return None
    if proof is Proof.either_way and access_pages.brings_second_way(request):
        return access_pages.refusal_of_second_way(request, visit)
    return json_error("step_up", HTTPStatus.FORBIDDEN)


ROWS = (
    for_coordinator("GET", "/", pages.desk),
    for_anyone("GET", "/login", pages.login),
    for_anyone("POST", "/login", access_pages.sign_in),
    for_anyone("GET", "/login/challenge", access_pages.challenge),
    for_anyone("POST", "/login/passkey", access_pages.sign_in_with_passkey),
    for_anyone("POST", "/logout", access_pages.sign_out),
    for_anyone("GET", "/invite", invitation_pages.page),
    for_anyone("POST", "/invite", invitation_pages.join),
    for_anyone("POST", "/invite/look", invitation_pages.look),
    for_anyone("POST", "/invite/login", invitation_pages.login),
    for_coordinator("GET", "/session", access_pages.session, Right.own_access),
    for_coordinator("GET", "/step-up", access_pages.ways_to_step_up, Right.own_access),
    for_coordinator("POST", "/step-up", access_pages.step_up, Right.own_access),
    for_coordinator("GET", "/account", account_pages.account, Right.own_access),
    for_coordinator("POST", "/account/language", account_pages.set_language, Right.own_access),
    for_coordinator("POST", "/account/mail", mail_pages.set_wanted, Right.own_access),
    for_coordinator("GET", "/mail", mail_pages.mail),
    for_coordinator("POST", "/mail/{coordinator}/again", mail_pages.try_again),
    for_coordinator("GET", "/account/passkeys/new", account_pages.new_passkey, Right.own_access),
    for_coordinator("POST", "/account/passkeys", account_pages.add_passkey, Right.own_access, Proof.anew),
    for_coordinator("POST", "/account/passkeys/{passkey}/name", account_pages.name_passkey, Right.own_access),
    for_coordinator(
        "POST", "/account/passkeys/{passkey}/remove", account_pages.remove_passkey, Right.own_access, Proof.either_way
    ),
    for_coordinator("POST", "/account/second-way", account_pages.replace_second_way, Right.own_access, Proof.anew),
    for_coordinator("POST", "/account/sessions/{session}/end", account_pages.end_session, Right.own_access),
    for_coordinator("GET", "/people", people_pages.people, Right.colleagues),
    for_coordinator("POST", "/people/invitations", people_pages.invite, Right.colleagues, Proof.anew),
    for_coordinator("POST", "/people/invitations/{invitation}/withdraw", people_pages.withdraw, Right.colleagues),
    for_coordinator("GET", "/keys", key_pages.keys),
    for_coordinator("POST", "/keys/opened", key_pages.key_opened),
    for_coordinator("GET", "/keys/point", ceremonies.point, Right.hold_key),
    for_coordinator("POST", "/keys/proposal", ceremonies.propose, Right.hold_key, Proof.anew),
    for_coordinator("POST", "/keys/grants", ceremonies.give, Right.hold_key, Proof.anew),
    for_coordinator("POST", "/keys/practised", ceremonies.practised, Right.hold_key),
    for_coordinator("GET", "/keys/files", ceremonies.files, Right.hold_key),
    for_coordinator("POST", "/keys/files/{tip}", ceremonies.sealed_again, Right.hold_key),
    for_coordinator("POST", "/keys/finished", ceremonies.finished, Right.hold_key, Proof.anew),
    for_coordinator("POST", "/keys/revoked", ceremonies.revoke, Right.colleagues, Proof.anew),
    for_coordinator("GET", "/tips", tip_pages.tips),
    for_coordinator("GET", "/tips/news", tip_pages.news),
    for_coordinator("GET", "/tips/due", tip_pages.due),
    for_coordinator("GET", "/trail", trail_pages.trail, Right.trail),
    for_coordinator("GET", "/points", point_pages.points, Right.care_points),
    for_coordinator("GET", "/tips/{tip}", tip_pages.tip),
    for_coordinator("POST", "/tips/{tip}/answers", once_taken(case_pages.answer)),
    for_coordinator("POST", "/tips/{tip}/notes", once_taken(case_pages.note)),
    for_coordinator("POST", "/tips/{tip}/status", once_taken(case_pages.set_status)),
    for_coordinator("POST", "/tips/{tip}/labels", once_taken(case_pages.set_labels)),
    for_coordinator("POST", "/tips/{tip}/assigned", once_taken(case_pages.assign)),
    for_coordinator("GET", "/colleagues", tip_pages.colleagues),
    for_coordinator("POST", "/tips/{tip}/export", once_taken(export_pages.export), Right.export, Proof.anew),
    for_coordinator("POST", "/tips/{tip}/printed", once_taken(export_pages.printed), Right.export, Proof.anew),
    for_coordinator("GET", "/tips/{tip}/handover", handover_pages.handover),
    for_coordinator("POST", "/tips/{tip}/handover/files", handover_pages.put_files),
    for_coordinator("POST", "/tips/{tip}/handover/offer", handover_pages.offer),
    for_coordinator("POST", "/tips/{tip}/handover/withdraw", handover_pages.withdraw),
    for_coordinator("POST", "/tips/{tip}/handover/take", handover_pages.take),
    for_coordinator("POST", "/tips/{tip}/handover/refuse", handover_pages.refuse),
)


def routes() -> list[Route]:
    return [Route(row.path, row.view, methods=[row.method]) for row in ROWS]
