"""How the tipster's side answers a request: pages that leave nothing behind, and a 303 after every post.

What is posted and answered with 200 stays on the disk of a phone (its session file and form history); what is
redirected does not."""

from http import HTTPStatus
from typing import Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tipline.incoming import Incoming
from tipline.tipster.addresses import address
from tipline.tipster.forms import TipForm

HEADERS = {
    "Cache-Control": "no-store",
    # Under no-referrer browsers send `Origin: null` with form posts, which would make the check of the origin void.
    "Referrer-Policy": "same-origin",
}
SHOWN = HTTPStatus.NON_AUTHORITATIVE_INFORMATION
"""The status of every page here that was found. A browser treats 203 like 200, but for one thing: Chromium keeps whole
pages in memory for Back, `no-store` ones too, and only those of status 200 (measured in 156). With 200, Back showed the
story after sending, and what was typed after leaving, without asking the server. `Clear-Site-Data: "cache"` empties
that memory as well, but takes the longer the more a phone has cached: too long for who must leave quickly."""
PAGE_STEP = 16 * 1024
"""Pages of a conversation are as long as a multiple of this: their size must not tell whether there is an answer."""


class View(Protocol):
    """Answers a request in a language."""

    def __call__(self, request: Request, language: str) -> Response: ...


def form_of(request: Request) -> TipForm:
    form: TipForm = request.app.state.tip_form
    return form


def incoming_of(request: Request) -> Incoming:
    incoming: Incoming = request.scope["incoming"]
    return incoming


def page(request: Request, template: str, language: str, status: HTTPStatus = SHOWN, **context: object) -> HTMLResponse:
    html = form_of(request).world.rendering.page(template, language, **context)
    return HTMLResponse(html, status_code=status, headers=HEADERS)


def padded_page(request: Request, template: str, language: str, **context: object) -> HTMLResponse:
    """A page filled up to the next `PAGE_STEP`."""
    html = form_of(request).world.rendering.page(template, language, **context).encode()
    room = -(len(html) + len("<!---->")) % PAGE_STEP
    return HTMLResponse(html + b"<!--" + b" " * room + b"-->", status_code=SHOWN, headers=HEADERS)


def see(name: str, language: str, draft: str = "") -> RedirectResponse:
    """After every post: look at this page."""
    return RedirectResponse(address(name, language, draft), HTTPStatus.SEE_OTHER, headers=HEADERS)


def only_from_here(view: View) -> View:
    """Shows a draft only to who comes from a page of this site, and asks first who comes from nowhere.

    The id in its address is all that holds a draft together: who begins one and gives someone else the link could read
    along. A link on another site leads to the first page. One from a message, a bookmark or the history shows nothing
    of the draft before the visitor says that he began it himself. Browsers that do not tell where a request comes from
    are let through: most of them are text browsers."""

    def guarded(request: Request, language: str) -> Response:
        came_from = request.headers.get("sec-fetch-site", "same-origin")
        if came_from in {"cross-site", "same-site"}:
            return see("tip_start", language)
        draft_id = request.path_params["draft"]
        if came_from == "none" and form_of(request).drafts.any(draft_id):
            exit_url = f"/weg/{draft_id}"
            return page(request, "tip/begun.html", language, address=request.url.path, exit_url=exit_url, nav=False)
        return view(request, language)

    return guarded


def gone(request: Request, language: str) -> HTMLResponse:
    """The draft is over, destroyed or never was."""
    return page(request, "tip/gone.html", language, HTTPStatus.NOT_FOUND, nav=False)
