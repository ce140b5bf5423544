"""Who works at a care point, and inviting more: for its leads. Never another point's."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from tipline.desk.answering import json_answer, json_error
from tipline.desk.invitation_pages import invitations_of
from tipline.desk.invitations import NotInvitableError
from tipline.desk.requests import day, incoming_of, not_found, world_of
from tipline.desk.roles import Role
from tipline.storage.coordinators import Coordinator

INVITED_FROM_THE_DESK = (Role.coordinator, Role.lead)


def people(request: Request, coordinator: Coordinator) -> Response:
    world = world_of(request)
    there = world.store.coordinators.of(coordinator.care_point)
    invitations = invitations_of(request).open_ones(coordinator.care_point)
    return json_answer(
        {
            "people": [
                {
                    "name": each.name,
                    "login": each.login,
                    "role": each.role,
                    "ended_on": day(each.ended_on) if each.ended_on else None,
                }
                for each in there
            ],
            "invitations": [
                {"id": each.digest.hex(), "email": each.email, "role": each.role, "ends": day(each.ends.date())}
                for each in invitations
            ],
        }
    )


def invite(request: Request, coordinator: Coordinator) -> Response:
    """The link is told once, to who invites; he brings it over himself."""
    incoming = incoming_of(request)
    role = incoming.one("role")
    if role not in INVITED_FROM_THE_DESK:
        return json_error("unprocessable", HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        link = invitations_of(request).invite(
            coordinator.care_point, incoming.one("email").strip(), role, coordinator.id
        )
    except NotInvitableError:
        return json_error("not_an_email", HTTPStatus.UNPROCESSABLE_ENTITY)
    return json_answer({"link": link}, HTTPStatus.CREATED)


def withdraw(request: Request, coordinator: Coordinator) -> Response:
    try:
        digest = bytes.fromhex(request.path_params["invitation"])
    except ValueError:
        return not_found()
    is_gone = invitations_of(request).withdraw(coordinator.care_point, digest, coordinator.id)
    return json_answer({}) if is_gone else not_found()
