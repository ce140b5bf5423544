"""The page to which an invitation leads, and what its script asks. The token stands in the fragment of the address,
which no browser sends; the script brings it in the body of a post, so it is in no log."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tipline.desk.access_pages import PASSKEY_REFUSALS, signed_in
from tipline.desk.answering import json_answer, json_error
from tipline.desk.answers import NotAnAnswerError, sealed_file
from tipline.desk.invitations import (
    Invitations,
    Joining,
    JoiningPasskey,
    NotALoginError,
    NotANewcomerError,
    WrongCodeError,
    coordinator_id,
)
from tipline.desk.passkeys import PasskeyError
from tipline.desk.requests import access_of, base64url, incoming_of, world_of
from tipline.incoming import Incoming
from tipline.languages import LANGUAGES, best_of
from tipline.storage.invitations import InvitationGoneError, LoginTakenError


def invitations_of(request: Request) -> Invitations:
    world = world_of(request)
    return Invitations(world.settings, world.store, world.clock)


def page(request: Request) -> Response:
    rendering = world_of(request).rendering
    context = {
        "salt": base64url(world_of(request).settings.salt),
        "views": [rendering.page("desk/invite_views.html", language) for language in LANGUAGES],
    }
    language = best_of(request.headers.get("accept-language", ""))
    return HTMLResponse(rendering.page("desk/invite.html", language, **context))


def look(request: Request) -> Response:
    """What the invitation is for, and what the passkey signs."""
    invitations = invitations_of(request)
    try:
        found = invitations.of_token(incoming_of(request).one("token"))
    except InvitationGoneError:
        return _gone()
    point = world_of(request).care_points().points[found.care_point]
    return json_answer(
        {
            "care_point": {"id": point.id, "name": point.short_name, "region": point.region_label},
            "email": found.email,
            "role": found.role,
            "coordinator": coordinator_id(found),
            "challenge": invitations.challenge(found),
        }
    )


def login(request: Request) -> Response:
    """Whether this login is free, and how it is written. Told to who has an invitation only."""
    incoming = incoming_of(request)
    try:
        invitations_of(request).of_token(incoming.one("token"))
        return json_answer({"login": invitations_of(request).free_login(incoming.one("login"))})
    except InvitationGoneError:
        return _gone()
    except NotALoginError:
        return json_error("not_a_login", HTTPStatus.UNPROCESSABLE_ENTITY)
    except LoginTakenError:
        return json_error("login_taken", HTTPStatus.CONFLICT)


def join(request: Request) -> Response:
    incoming = incoming_of(request)
    try:
        coordinator = invitations_of(request).join(incoming.one("token"), _joining(incoming))
    except InvitationGoneError:
        return _gone()
    except LoginTakenError:
        return json_error("login_taken", HTTPStatus.CONFLICT)
    except WrongCodeError:
        return json_error("wrong_code", HTTPStatus.UNPROCESSABLE_ENTITY)
    except PasskeyError as refusal:
        return json_error(PASSKEY_REFUSALS[type(refusal)], HTTPStatus.UNPROCESSABLE_ENTITY)
    except (NotALoginError, NotANewcomerError, NotAnAnswerError):
        return json_error("unprocessable", HTTPStatus.UNPROCESSABLE_ENTITY)
    way = "passkey" if incoming.one("credential") else "passphrase"
    return signed_in(request, access_of(request).begin(coordinator, way))


def _joining(incoming: Incoming) -> Joining:
    """Raises NotAnAnswerError."""
    credential = incoming.one("credential")
    return Joining(
        login=incoming.one("login"),
        name=incoming.one("name"),
        language=incoming.one("language"),
        recipient=incoming.one("recipient"),
        half=incoming.one("half"),
        totp_secret=incoming.one("totp_secret"),
        code=incoming.one("code"),
        wrapped=sealed_file(incoming.one("wrapped:passphrase")),
        passkey=JoiningPasskey(credential, incoming.one("passkey_name"), sealed_file(incoming.one("wrapped:passkey")))
        if credential
        else None,
    )


def _gone() -> Response:
    return json_error("invitation_gone", HTTPStatus.NOT_FOUND)
