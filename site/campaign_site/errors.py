"""What a visitor sees when something can't be done, and the little that is written down when something breaks.

An error is logged as its class, module and line, and never with its words: database and validation errors quote what a
person typed. An answer echoes nothing."""

import logging
import traceback
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tipline.incoming import RETRY_AFTER_SECONDS
from tipline.languages import of_path

log = logging.getLogger("signaallijn")

PLAIN = b"Er ging iets mis. Bel 112 bij gevaar. / Something went wrong. Call 112 when there is danger.\n"

OURS = frozenset({"campaign_site", "tipline"})
BODY_LEFT_UNREAD = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)

PageOf = Callable[[str, HTTPStatus], str]
"""Language and status -> the error page."""


class ErrorPages:
    """Error pages in the visitor's language, which is the one his path begins with."""

    def __init__(self, page_of: PageOf) -> None:
        self._page_of = page_of

    def refuse(self, scope: Scope, status: HTTPStatus) -> Response:
        language = of_path(scope["path"])
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
        if status in BODY_LEFT_UNREAD:
            headers["Connection"] = "close"
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return HTMLResponse(self._page_of(language, status), status_code=status, headers=headers)

    def answering(self, status: HTTPStatus) -> Callable[[Request, Exception], Awaitable[Response]]:
        """A handler of errors that mean this status."""

        async def answer(request: Request, _: Exception) -> Response:
            return self.refuse(request.scope, status)

        return answer

    async def http_error(self, request: Request, error: Exception) -> Response:
        if isinstance(error, SQLAlchemyError):
            # The database is locked, full or away: a matter of waiting, which the page says.
            return self.refuse(request.scope, HTTPStatus.SERVICE_UNAVAILABLE)
        if not isinstance(error, HTTPException):
            return self.refuse(request.scope, HTTPStatus.INTERNAL_SERVER_ERROR)
        answer = self.refuse(request.scope, HTTPStatus(error.status_code))
        for name, value in (error.headers or {}).items():
            answer.headers[name] = value
        return answer


class Unfailing:
    """Around all hosts: nothing that breaks reaches the server program, which would print the error's words."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        def watched_send(message: Message) -> Awaitable[None]:
            nonlocal has_begun
            has_begun = True
            return send(message)

        try:
            await self._app(scope, receive, watched_send)
        except Exception as error:  # the last resort is meant to catch everything
            log_fault(error)
            if not has_begun:
                headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
                await send({"type": "http.response.start", "status": 500, "headers": headers})
                await send({"type": "http.response.body", "body": PLAIN})


def log_fault(error: BaseException) -> None:
    """Writes down where it broke: class, module, line. No words, no path, no address."""
    log.error("%s.%s in %s", type(error).__module__, type(error).__qualname__, _place(error))


def _place(error: BaseException) -> str:
    """The innermost line of our own that the error passed through; of anyone's when it passed through none."""
    frames = [(frame.f_globals.get("__name__", ""), line) for frame, line in traceback.walk_tb(error.__traceback__)]
    ours = [(module, line) for module, line in frames if module.partition(".")[0] in OURS]
    module, line = (ours or frames or [("unknown", 0)])[-1]
    return f"{module}, line {line}"
