"""Every address of the campaign site that is not rendered ahead, a row each and language by language."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from campaign_site.addresses import ADDRESSES
from campaign_site.finder import Finder
from campaign_site.preview import Preview
from campaign_site.signal_check import SignalCheck
from tipline.languages import LANGUAGES, best_of


def site_routes(finder: Finder, check: SignalCheck, preview: Preview) -> Iterator[Route]:
    yield Route("/", to_best_language, methods=["GET"])
    yield Route(f"{ADDRESSES['preview_page']['nl']}{{path:path}}", preview.page, methods=["GET"])
    for language in LANGUAGES:
        yield Route(ADDRESSES["preview"][language], preview.ready, methods=["GET"])
        yield Route(ADDRESSES["preview"][language], preview.choose, methods=["POST"])
    yield from finder_routes(finder)
    yield from check_routes(check)


def finder_routes(finder: Finder) -> Iterator[Route]:
    for language in LANGUAGES:
        yield Route(ADDRESSES["regions"][language], finder.find, methods=["POST"])
        yield Route(ADDRESSES["region_choice"][language], finder.choose, methods=["GET"])


def check_routes(check: SignalCheck) -> Iterator[Route]:
    for language in LANGUAGES:
        yield Route(ADDRESSES["check"][language], check.absent, methods=["GET"])
        yield Route(ADDRESSES["check"][language], check.tell, methods=["POST"])
        yield Route(ADDRESSES["check_told"][language], check.show, methods=["GET"])


async def to_best_language(request: Request) -> Response:
    """The home page in the visitor's language."""
    language = best_of(request.headers.get("accept-language", ""))
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Language"}
    return RedirectResponse(ADDRESSES["home"][language], 302, headers=headers)
