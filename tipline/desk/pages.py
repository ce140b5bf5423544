"""The views of the desk: one document, and the JSON that it asks for. What is sealed stays sealed here.

A coordinator gets what belongs to his own care point; any other id is answered like one that does not exist."""

import base64
from collections.abc import Mapping
from datetime import date
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tipline.care_points import PublishedKey
from tipline.desk.access import (
    IDLE,
    Access,
    CodeUsedError,
    Credentials,
    SignInError,
    TooManyCodesError,
    WrongCredentialsError,
    unused_code,
)
from tipline.desk.answering import Value, json_answer, json_error, wants_a_page
from tipline.desk.answers import NotAnAnswerError, NumberTakenError, keep_answer, read_answer
from tipline.desk.keys import HolderNow, holders_of
from tipline.heads import LANGUAGES, Kind
from tipline.incoming import Incoming
from tipline.questions import Question
from tipline.storage.coordinators import Coordinator
from tipline.storage.tips import StoredMessage, StoredTip
from tipline.world import World

COOKIE = "__Host-desk"
"""The prefix makes browsers refuse the cookie without Secure, on another path, or set by a neighbouring host."""
STATUSES = ("new", "read", "in_progress", "closed")

_SIGN_IN_REFUSALS: Mapping[type[SignInError], tuple[str, HTTPStatus]] = {
    WrongCredentialsError: ("wrong", HTTPStatus.UNAUTHORIZED),
    CodeUsedError: ("code_used", HTTPStatus.UNAUTHORIZED),
    TooManyCodesError: ("too_many", HTTPStatus.TOO_MANY_REQUESTS),
}


# Who asks


def coordinator_of(request: Request) -> Coordinator | None:
    """Whose session the request's cookie is; None when it ended, or when there is none."""
    return _access(request).coordinator_of(request.cookies.get(COOKIE, ""))


def signed_out(request: Request) -> Response:
    """The answer to who may not see this without signing in: the way in for a person, a word for a script."""
    if request.url.path == "/":
        return RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    return json_error("signed_out", HTTPStatus.UNAUTHORIZED)


# The document


def desk(request: Request, coordinator: Coordinator) -> Response:
    """The desk, locked: what it shows is opened in the browser once the passphrase was typed."""
    return _document(request, coordinator.language, coordinator.login)


def login(request: Request) -> Response:
    return _document(request, language_of(request), "")


def refused(request: Request, status: HTTPStatus) -> Response:
    """What can't be answered, told without repeating anything that came."""
    if not wants_a_page(request):
        return json_error(status.name.lower(), status)
    world = _world(request)
    known = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.INTERNAL_SERVER_ERROR}
    page = world.rendering.page(
        "desk/refused.html", language_of(request), reason=status.name.lower() if status in known else "bad_request"
    )
    return HTMLResponse(page, status)


def language_of(request: Request) -> str:
    """The language that the browser asks for first, of those we have."""
    wishes: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(","):
        name, _, quality = part.partition(";q=")
        try:
            wishes.append((-float(quality or 1), name.strip().lower()[:2]))
        except ValueError:
            continue
    return next((name for _, name in sorted(wishes, key=lambda wish: wish[0]) if name in LANGUAGES), LANGUAGES[0])


def _document(request: Request, language: str, login_name: str) -> Response:
    world = _world(request)
    context = {
        "login": login_name,
        "salt": _base64url(world.settings.salt),
        "idle_seconds": int(IDLE.total_seconds()),
        "demo_people": [] if login_name else _demo_people(world),
        "views": {spoken: _views(request, spoken) for spoken in ([language] if login_name else LANGUAGES)},
    }
    return HTMLResponse(world.rendering.page("desk/desk.html", language, **context))


def _views(request: Request, language: str) -> str:
    # The login page does not know yet which language its coordinator reads, so it carries the views in each.
    questions: tuple[Question, ...] = request.app.state.questions
    points = _world(request).care_points().points.values()
    return _world(request).rendering.page(
        "desk/views.html", language, questions=questions, care_points=points, statuses=STATUSES
    )


def _demo_people(world: World) -> list[Mapping[str, str | None]]:
    people: list[Mapping[str, str | None]] = []
    for person in world.demo_people:
        known = world.store.coordinators.by_login(person.login)
        code = unused_code(person.totp_secret, known.totp_used if known else 0, world.clock())
        people.append(
            {
                "name": person.name,
                "login": person.login,
                "organisation": person.organisation,
                "passphrase": person.passphrase,
                "code": code,
            }
        )
    return people


# In and out


def sign_in(request: Request) -> Response:
    incoming = _incoming(request)
    credentials = Credentials(incoming.one("login"), incoming.one("half"), incoming.one("code"))
    try:
        session = _access(request).sign_in(credentials)
    except SignInError as refusal:
        return json_error(*_SIGN_IN_REFUSALS[type(refusal)])
    answer = json_answer({"language": session.coordinator.language})
    answer.set_cookie(COOKIE, session.cookie, secure=True, httponly=True, samesite="strict")
    return answer


def sign_out(request: Request) -> Response:
    _access(request).sign_out(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")
    return answer


# Keys


def keys(request: Request, coordinator: Coordinator) -> Response:
    """What the browser needs to unlock, and the published key that it compares with."""
    world = _world(request)
    point = world.care_points().points[coordinator.care_point]
    key = world.care_points().keys.get(coordinator.care_point)
    wrapped = world.store.coordinators.wrapped_keys(coordinator.id)
    grants = world.store.coordinators.grants(coordinator.id)
    return json_answer(
        {
            "login": coordinator.login,
            "name": coordinator.name,
            "care_point": {"id": point.id, "name": point.short_name, "region": point.region_label},
            "wrapped": [{"unlocker": one.unlocker, "sealed": _base64url(one.sealed)} for one in wrapped],
            "grants": [
                {"care_point": grant.care_point, "number": grant.number, "sealed": _base64url(grant.sealed)}
                for grant in grants
            ],
            "published": _published(key) if key else None,
            "holders": [_holder(holder) for holder in holders_of(key, world.store.coordinators)] if key else [],
        }
    )


def key_opened(request: Request, coordinator: Coordinator) -> Response:
    """The silent proof: this coordinator's browser opened the grant of this key today."""
    number = _incoming(request).one("number")
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        return json_error("unprocessable", HTTPStatus.UNPROCESSABLE_ENTITY)
    proved = _world(request).store.coordinators.prove(
        coordinator.id, coordinator.care_point, int(number), _today(request)
    )
    return json_answer({}) if proved else _not_found()


# Tips


def tips(request: Request, coordinator: Coordinator) -> Response:
    store = _world(request).store.tips
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
        return _not_found()
    store = _world(request).store.tips
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
        return _not_found()
    incoming = _incoming(request)
    try:
        sealed = read_answer(incoming.one("number"), incoming.one("for_tipster"), incoming.one("for_desk"))
        keep_answer(_world(request).store.tips, stored, sealed, _today(request))
    except NotAnAnswerError:
        return json_error("not_an_answer", HTTPStatus.UNPROCESSABLE_ENTITY)
    except NumberTakenError:
        return json_error("number_taken", HTTPStatus.CONFLICT)
    return json_answer({"number": sealed.number}, HTTPStatus.CREATED)


def set_status(request: Request, coordinator: Coordinator) -> Response:
    status = _incoming(request).one("status")
    if status not in STATUSES:
        return json_error("unprocessable", HTTPStatus.UNPROCESSABLE_ENTITY)
    store = _world(request).store.tips
    changed = store.set_status(request.path_params["tip"], coordinator.care_point, status)
    return json_answer({"status": status}) if changed else _not_found()


def _own_tip(request: Request, coordinator: Coordinator) -> StoredTip | None:
    return _world(request).store.tips.get(request.path_params["tip"], coordinator.care_point)


def _sealed_tip(stored: StoredTip) -> Mapping[str, Value]:
    return {
        "id": stored.id,
        "received_on": _day(stored.received_on),
        "status": stored.status,
        "sealed": _base64url(stored.sealed),
    }


def _sealed_message(message: StoredMessage) -> Mapping[str, Value]:
    return {
        "kind": message.kind,
        "number": message.number,
        "written_on": _day(message.written_on),
        "sealed": _base64url(message.sealed),
    }


def _published(key: PublishedKey) -> Mapping[str, Value]:
    return {"number": key.number, "recipient": key.recipient, "fingerprint": key.fingerprint}


def _holder(holder: HolderNow) -> Mapping[str, Value]:
    proved_on = _day(holder.proved_on) if holder.proved_on else None
    return {"name": holder.name, "fingerprint": holder.fingerprint, "proved_on": proved_on}


def _not_found() -> Response:
    return json_error("not_found", HTTPStatus.NOT_FOUND)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _day(day: date) -> str:
    return day.isoformat()


def _today(request: Request) -> date:
    return _world(request).clock().date()


def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


def _access(request: Request) -> Access:
    access: Access = request.app.state.access
    return access


def _incoming(request: Request) -> Incoming:
    incoming: Incoming = request.scope["incoming"]
    return incoming
