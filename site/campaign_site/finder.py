"""The region finder: a postcode or the name of a place leads to a region's page.

What was typed is never put into an address in clear and never kept: where the visitor must choose, it travels in a
sealed token that works for ten minutes. A navigation by POST is answered with 303, since a page that answers a POST
stays on the disk of the phone; only what script asks for (suggestions) is answered at once, and never stored.
"""

from collections.abc import Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from campaign_site.pages.finding import answer, choice, suggestions
from campaign_site.publication import Publication
from campaign_site.rendering import address
from campaign_site.tokens import Tokens
from tipline.incoming import Incoming
from tipline.languages import of_path
from tipline.questions import clean
from tipline.world import Rendering

LONGEST_TEXT = 80
"""Characters; the longest place name of the country has fewer than half of them."""
NEVER_STORED = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


class Finder:
    """The two views of the finder: the POST that finds, and the page that asks which place is meant."""

    def __init__(self, publication: Callable[[], Publication], rendering: Rendering, tokens: Tokens) -> None:
        """`publication`: the content as it is now."""
        self._publication = publication
        self._rendering = rendering
        self._tokens = tokens

    async def find(self, request: Request) -> Response:
        """POST to the list of regions."""
        language = of_path(request.url.path)
        text = read_place(request)
        if request.headers.get("HX-Request") == "true":
            hits = suggestions(self._publication().material, text) if text else ()
            fragment = self._rendering.page("parts/suggestions.html", language, hits=hits, text=text)
            return HTMLResponse(fragment, headers=NEVER_STORED)
        return RedirectResponse(self._next_address(text, language), status_code=303, headers=NEVER_STORED)

    async def choose(self, request: Request) -> Response:
        """GET the question which place is meant; back to the list when the token is too old."""
        language = of_path(request.url.path)
        text = self._tokens.open(request.path_params["token"])
        material = self._publication().material
        if text is None:
            return RedirectResponse(address(material.addresses, "regions", language), 303, headers=NEVER_STORED)
        context = choice(material, answer(material, text), language)
        page = self._rendering.page("pages/region_choice.html", language, **context)
        # 203, since Chromium keeps pages of status 200 in memory for Back: docs/decisions/0006-shown-with-203.md.
        return HTMLResponse(page, HTTPStatus.NON_AUTHORITATIVE_INFORMATION, headers=NEVER_STORED)

    def _next_address(self, text: str, language: str) -> str:
        material = self._publication().material
        region = answer(material, text).region
        if region:
            return address(material.addresses, "region", language, region=region.slug)
        return address(material.addresses, "region_choice", language, token=self._tokens.seal(text))


def read_place(request: Request) -> str:
    """The field `place`, cut to a sensible length. The guard in front of the application has read the body."""
    incoming: Incoming = request.scope["incoming"]
    return " ".join(clean(incoming.one("place")).split())[:LONGEST_TEXT]
