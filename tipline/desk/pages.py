"""The desk's document and its door, and refusals as pages. What the document asks for is answered by `access_pages`,
`key_pages` and `tip_pages`."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tipline.desk.access import IDLE, Visit
from tipline.desk.answering import json_error, wants_a_page
from tipline.desk.casework import LABELS, REASONS, STATUSES
from tipline.desk.requests import BY_ITSELF, COOKIE, access_of, base64url, world_of
from tipline.desk.second_way import unused_code
from tipline.desk.tip_pages import LOOK_SECONDS
from tipline.languages import LANGUAGES, best_of
from tipline.questions import Question
from tipline.storage.coordinators import Coordinator
from tipline.world import World

# Who asks


def visit_of(request: Request) -> Visit | None:
    """Who comes, by the request's cookie; None when his session ended, or when there is none. What the document asks by
    itself does not count as use: a desk that nobody looks at must not stay open."""
    counts = BY_ITSELF not in request.headers
    visit = access_of(request).visit_of(request.cookies.get(COOKIE, ""), counts=counts)
    request.state.visit = visit
    return visit


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
    return _document(request, _language(request), "")


def refused(request: Request, status: HTTPStatus) -> Response:
    """What can't be answered, told without repeating anything that came."""
    if not wants_a_page(request):
        return json_error(status.name.lower(), status)
    world = world_of(request)
    known = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.INTERNAL_SERVER_ERROR}
    page = world.rendering.page(
        "desk/refused.html", _language(request), reason=status.name.lower() if status in known else "bad_request"
    )
    return HTMLResponse(page, status)


def _language(request: Request) -> str:
    """The one that the browser wants: who it is for is not known yet."""
    return best_of(request.headers.get("accept-language", ""))


def _document(request: Request, language: str, login_name: str) -> Response:
    world = world_of(request)
    context = {
        "login": login_name,
        "salt": base64url(world.settings.salt),
        "idle_seconds": int(IDLE.total_seconds()),
        "look_seconds": LOOK_SECONDS,
        "slot_minutes": world.settings.slot_minutes,
        "demo_people": [] if login_name else _demo_people(world),
        "views": {spoken: _views(request, spoken) for spoken in ([language] if login_name else LANGUAGES)},
    }
    return HTMLResponse(world.rendering.page("desk/desk.html", language, **context))


def _views(request: Request, language: str) -> str:
    # The login page does not know yet which language its coordinator reads, so it carries the views in each.
    questions: tuple[Question, ...] = request.app.state.questions
    points = world_of(request).care_points().points.values()
    return world_of(request).rendering.page(
        "desk/views.html",
        language,
        questions=questions,
        care_points=points,
        statuses=STATUSES,
        reasons=REASONS,
        labels=LABELS,
        slot_minutes=world_of(request).settings.slot_minutes,
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
