"""The signal check on request: what was chosen comes by POST and goes, sealed, into the address of what is advised.

Nothing of it is kept or logged. As with the finder a navigation is answered with 303, since a page that answers a POST
stays on the disk of the phone; what script asks for is answered at once, and never stored.
"""

from collections.abc import Callable
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from campaign_site.pages.material import Material
from campaign_site.pages.signal_check import Noticed, Step, has_check, noticed, told
from campaign_site.publication import Publication
from campaign_site.rendering import address
from campaign_site.tokens import Tokens
from tipline.incoming import Incoming
from tipline.languages import of_path
from tipline.world import Rendering

NEVER_STORED = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
TOKEN_STEP = 512
"""Bytes; more than any choice takes, so that the length of an address does not tell how much was chosen."""
PRESSED = "sec-fetch-user"
"""A header of browsers that tell whether somebody pressed something. Measured in Chromium 156: it comes with a form and
with the redirect that answers it, and not with Back. Safari sends none, text browsers send nothing of the kind."""


class SignalCheck:
    """The views of the check but its first page, which is rendered ahead."""

    def __init__(self, publication: Callable[[], Publication], rendering: Rendering, tokens: Tokens) -> None:
        """`publication`: the content as it is now."""
        self._publication = publication
        self._rendering = rendering
        self._tokens = tokens

    async def absent(self, request: Request) -> Response:
        """GET the first page where it was not rendered ahead: there is no check."""
        del request
        raise HTTPException(HTTPStatus.NOT_FOUND)

    async def tell(self, request: Request) -> Response:
        """POST where he is known from, or what was noticed."""
        material, language = self._material(), of_path(request.url.path)
        what = _read(material, request)
        if what is None:
            return _begin_again(material, language)
        if request.headers.get("HX-Request") == "true":
            html = self._rendering.page("parts/check_swapped.html", language, **told(material, what, language))
            return HTMLResponse(html, headers=NEVER_STORED)
        token = self._tokens.seal(_written(what, was_pressed=PRESSED in request.headers))
        next_address = address(material.addresses, "check_told", language, token=token)
        return RedirectResponse(next_address, HTTPStatus.SEE_OTHER, headers=NEVER_STORED)

    async def show(self, request: Request) -> Response:
        """GET what follows; from the beginning again when the token is too old, or when nobody pressed for it."""
        material, language = self._material(), of_path(request.url.path)
        token = request.path_params["token"]
        text = self._tokens.open(token)
        what = _opened(material, text, request) if text else None
        if what is None:
            return _begin_again(material, language)
        alternate = material.alternate("check_told", language, token=token)
        page = self._rendering.page("pages/check.html", language, **told(material, what, language), **alternate)
        # 203, since Chromium keeps pages of status 200 in memory for Back: docs/decisions/0006-shown-with-203.md.
        return HTMLResponse(page, HTTPStatus.NON_AUTHORITATIVE_INFORMATION, headers=NEVER_STORED)

    def _material(self) -> Material:
        material = self._publication().material
        if not has_check(material):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return material


def _read(material: Material, request: Request) -> Noticed | None:
    incoming: Incoming = request.scope["incoming"]
    step = Step.ANSWER if incoming.one("step") == Step.ANSWER else Step.CHOOSE
    names, in_danger = incoming.all("noticed"), bool(incoming.one("danger"))
    return noticed(material, incoming.one("setting"), step, names, in_danger=in_danger)


def _begin_again(material: Material, language: str) -> Response:
    start = address(material.addresses, "check", language)
    return RedirectResponse(start, HTTPStatus.SEE_OTHER, headers=NEVER_STORED)


def _opened(material: Material, text: str, request: Request) -> Noticed | None:
    was_pressed, danger, setting, step, *names = text.split("\n")
    if not _is_pressed_for(request, was_pressed=bool(was_pressed)):
        return None
    return noticed(material, setting, Step(step), names, in_danger=bool(danger))


def _written(what: Noticed, *, was_pressed: bool) -> str:
    """Lines, read back by `_opened`. The last one is never empty: line ends fill a token up."""
    flags = ["pressed" if was_pressed else "", "danger" if what.in_danger else ""]
    return "\n".join([*flags, what.setting, what.step, *what.signals])


def _is_pressed_for(request: Request, *, was_pressed: bool) -> bool:
    """Whether the visitor himself asks for it, from a page of this site: neither by Back after he left, nor from a
    link, the history or a bookmark. Where the browser does not tell, it is taken so; `was_pressed` says whether it told
    with the form."""
    came_from = request.headers.get("sec-fetch-site", "same-origin")
    return came_from == "same-origin" and (PRESSED in request.headers or not was_pressed)
