"""Signing in and out, and proving oneself anew."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tipline.desk.access import Session, Visit
from tipline.desk.answering import json_answer, json_error
from tipline.desk.passkeys import PasskeyError, StaleChallengeError, WrongPasskeyError
from tipline.desk.requests import COOKIE, access_of, base64url, incoming_of, visit_in
from tipline.desk.second_way import (
    CodeUsedError,
    Credentials,
    LostSecondWayError,
    SignInError,
    TooManyCodesError,
    WrongCredentialsError,
)
from tipline.storage.coordinators import Coordinator

SECOND_WAY_REFUSALS: Mapping[type[SignInError], tuple[str, HTTPStatus]] = {
    WrongCredentialsError: ("wrong", HTTPStatus.UNAUTHORIZED),
    CodeUsedError: ("code_used", HTTPStatus.UNAUTHORIZED),
    TooManyCodesError: ("too_many", HTTPStatus.TOO_MANY_REQUESTS),
    LostSecondWayError: ("second_way_lost", HTTPStatus.UNAUTHORIZED),
}
PASSKEY_REFUSALS: Mapping[type[PasskeyError], str] = {
    WrongPasskeyError: "wrong_passkey",
    StaleChallengeError: "stale_challenge",
}


def sign_in(request: Request) -> Response:
    incoming = incoming_of(request)
    credentials = Credentials(incoming.one("login"), incoming.one("half"), incoming.one("code"))
    try:
        session = access_of(request).sign_in(credentials)
    except SignInError as refusal:
        return json_error(*SECOND_WAY_REFUSALS[type(refusal)])
    return signed_in(request, session)


def challenge(request: Request) -> Response:
    """What a passkey signs to sign in. Nothing is kept of it."""
    return json_answer({"challenge": access_of(request).challenge()})


def sign_in_with_passkey(request: Request) -> Response:
    try:
        session = access_of(request).sign_in_with(incoming_of(request).one("credential"))
    except PasskeyError as refusal:
        return json_error(PASSKEY_REFUSALS[type(refusal)], HTTPStatus.UNAUTHORIZED)
    return signed_in(request, session)


def signed_in(request: Request, session: Session) -> Response:
    """The answer that brings the cookie of a session that just began; the one before it in this browser ends."""
    access_of(request).sign_out(request.cookies.get(COOKIE, ""))
    coordinator = session.coordinator
    answer = json_answer({"language": coordinator.language, "login": coordinator.login})
    answer.set_cookie(COOKIE, session.cookie, secure=True, httponly=True, samesite="strict")
    return answer


def sign_out(request: Request) -> Response:
    access_of(request).sign_out(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")
    return answer


def session(_request: Request, coordinator: Coordinator) -> Response:
    """That the session lasts. Asking counts as use of it."""
    return json_answer({"login": coordinator.login})


# Proving oneself anew


def ways_to_step_up(request: Request, _coordinator: Coordinator) -> Response:
    """His passkeys, and the challenge for them; where there are none, passphrase and code count."""
    ways = access_of(request).ways_to_step_up(visit_in(request))
    return json_answer({"passkeys": [base64url(each) for each in ways.credentials], "challenge": ways.challenge})


def step_up(request: Request, _coordinator: Coordinator) -> Response:
    visit = visit_in(request)
    if access_of(request).ways_to_step_up(visit).credentials:
        refusal = _refusal_of_passkey(request, visit)
    else:
        refusal = refusal_of_second_way(request, visit)
    if refusal:
        return refusal
    access_of(request).step_up(visit)
    return json_answer({})


def _refusal_of_passkey(request: Request, visit: Visit) -> Response | None:
    try:
        access_of(request).prove_by_passkey(visit, incoming_of(request).one("credential"))
    except PasskeyError as refusal:
        return json_error(PASSKEY_REFUSALS[type(refusal)], HTTPStatus.FORBIDDEN)
    return None


def brings_second_way(request: Request) -> bool:
    return bool(incoming_of(request).one("half"))


def refusal_of_second_way(request: Request, visit: Visit) -> Response | None:
    """Why the passphrase half and the code that came along prove nothing; None when they do. The code is used up."""
    incoming = incoming_of(request)
    try:
        access_of(request).prove_by_second_way(visit, incoming.one("half"), incoming.one("code"))
    except SignInError as refusal:
        error, status = SECOND_WAY_REFUSALS[type(refusal)]
        # 401 would say that the session ended.
        return json_error(error, HTTPStatus.FORBIDDEN if status is HTTPStatus.UNAUTHORIZED else status)
    return None
