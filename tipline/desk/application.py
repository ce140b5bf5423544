"""The desk as an application of its own: the composition root gives it the desk's host name and nothing else."""

from collections.abc import Callable
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tipline.desk import pages
from tipline.desk.access import Access
from tipline.desk.answering import HEADERS, DeskHeaders
from tipline.desk.routes import routes
from tipline.holders import Holders
from tipline.incoming import RETRY_AFTER_SECONDS, Incoming, IncomingGuard
from tipline.questions import load_questions
from tipline.world import World


class NulGuard:
    """Refuses an address or a form with a NUL in it: no browser sends one, and PostgreSQL takes none in a text."""

    def __init__(self, app: ASGIApp, refuse: Callable[[Scope, HTTPStatus], ASGIApp]) -> None:
        self._app, self._refuse = app, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming: Incoming = scope.get("incoming") or Incoming()
        texts = (text for name, values in incoming.fields.items() for text in (name, *values))
        has_nul = scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"])
        app = (
            self._refuse(scope, HTTPStatus.BAD_REQUEST) if has_nul or any("\0" in text for text in texts) else self._app
        )
        await app(scope, receive, send)


def create_desk(world: World) -> Starlette:
    """The desk, given its world. Raises `ContentFaultError` when the tip form's content can't be used."""
    desk = Starlette(
        routes=routes(),
        middleware=[
            Middleware(DeskHeaders),
            # Every browser that can open the desk names the site that a post comes from; who does not is not let in.
            Middleware(IncomingGuard, refuse=_refuse, absence_is_refused=True),
            Middleware(NulGuard, refuse=_refuse),
        ],
        exception_handlers={HTTPException: _http_error, Exception: _fault},
    )
    desk.state.world = world
    desk.state.access = Access(world.settings, world.store, world.clock)
    desk.state.holders = Holders(world.store, world.care_points, world.clock, is_demo=world.settings.is_demo)
    desk.state.questions = load_questions(world.settings.content / "tip_form.toml")
    return desk


def _refuse(scope: Scope, status: HTTPStatus) -> ASGIApp:
    answer = pages.refused(Request(scope), status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _http_error(request: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    return pages.refused(request, status)


def _fault(request: Request, _error: Exception) -> Response:
    # Starlette answers this outside our middleware, so the headers are set here.
    answer = pages.refused(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    answer.headers.update(HEADERS)
    return answer
