"""One signed link that shows the site as at any moment until it expires, and how far a campaign is.

The pages are rendered from the same content and by the same templates as the real ones; links to other public pages are
led back into the preview, whose address carries the moment. Forms are the real ones. Nobody needs an account: who has
the link may look, so it expires, and a new secret key ends all of them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from mimetypes import guess_type

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from campaign_site.addresses import ADDRESSES
from campaign_site.pages.material import Material
from campaign_site.prerender import looks, planned
from campaign_site.publication import Publication
from campaign_site.readiness import IsOpen, Readiness, readiness
from campaign_site.rendering import address
from tipline.content_files import CONTENT_TIME_ZONE
from tipline.incoming import Incoming
from tipline.languages import of_path
from tipline.world import Rendering

SALT = "preview"
LONGEST = timedelta(days=60)
WITH_PENDING = "~all"
"""Behind the moment in an address: show texts that await review too."""
_LINK = re.compile(r'(<(?:a|link)\b[^>]*?\bhref=")(/[^"?#]*)')
UNSEEN = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}


class PreviewLinks:
    """Makes and reads the signed part of the link."""

    def __init__(self, keys: Sequence[str], clock: Callable[[], datetime]) -> None:
        # itsdangerous signs with the last key of a list; ours begins with the newest.
        self._signer = URLSafeSerializer(list(reversed(keys)), salt=SALT)
        self._clock = clock

    def make(self, lasts: timedelta) -> str:
        """A token that lasts so long, and at most 60 days."""
        until = self._clock() + min(lasts, LONGEST)
        return str(self._signer.dumps(int(until.timestamp())))

    def expiry(self, token: str) -> datetime | None:
        """Until when a token holds; None when it is not ours or is over."""
        try:
            until = datetime.fromtimestamp(int(self._signer.loads(token)), UTC)
        except (BadSignature, ValueError, TypeError, OverflowError):
            return None
        return until if self._clock() < until else None


@dataclass(frozen=True)
class Moment:
    """What a preview shows: the site at an instant, with or without texts that await review."""

    instant: datetime
    has_pending: bool = False

    @classmethod
    def parse(cls, text: str) -> "Moment | None":
        """The moment in an address or a field, in Dutch time; None when it is none."""
        written = text.removesuffix(WITH_PENDING)
        try:
            instant = datetime.fromisoformat(written)
            instant = instant if instant.tzinfo else instant.replace(tzinfo=CONTENT_TIME_ZONE)
            instant.astimezone(CONTENT_TIME_ZONE)
        except (ValueError, OverflowError):  # the offset of a moment at either end of all time may lead out of it
            return None
        return cls(instant, written != text)

    def __str__(self) -> str:
        local = self.instant.astimezone(CONTENT_TIME_ZONE).replace(tzinfo=None)
        return local.isoformat(timespec="seconds") + WITH_PENDING * self.has_pending


@dataclass(frozen=True)
class Shown:
    """What the line on top of a previewed page says."""

    moment: datetime
    has_pending: bool
    expires: datetime
    back: str
    """Address of the readiness page."""


class Preview:
    """The views behind the link."""

    def __init__(
        self,
        publication: Callable[[], Publication],
        rendering: Rendering,
        links: PreviewLinks,
        is_open: IsOpen,
        clock: Callable[[], datetime],
    ) -> None:
        self._publication, self._rendering = publication, rendering
        self._links, self._is_open, self._clock = links, is_open, clock

    def ready(self, request: Request) -> Response:
        """GET: how far each campaign is, and a form to choose a moment."""
        self._expiry(request)
        return self._ready_page(request)

    def choose(self, request: Request) -> Response:
        """POST the moment to see."""
        self._expiry(request)
        incoming: Incoming = request.scope["incoming"]
        moment = Moment.parse(incoming.one("moment").strip())
        if moment is None:
            return self._ready_page(request, wrong=incoming.one("moment"))
        chosen = replace(moment, has_pending=bool(incoming.one("pending")))
        language = of_path(request.url.path)
        start = address(ADDRESSES, "preview_page", language, token=request.path_params["token"], moment=chosen)
        return RedirectResponse(f"{start}{language}/", HTTPStatus.SEE_OTHER, headers=UNSEEN)

    def page(self, request: Request) -> Response:
        """GET a page as it is at the moment in the address."""
        expires = self._expiry(request)
        moment = Moment.parse(request.path_params["moment"])
        path = f"/{request.path_params['path']}"
        if moment is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        material = with_pending(self._publication().material) if moment.has_pending else self._publication().material
        pages = planned(material, moment.instant)
        brought = looks(material, pages.values(), moment.instant)
        if path in brought:
            return Response(brought[path].body, media_type=guess_type(path)[0], headers=UNSEEN)
        if path not in pages:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        public = pages[path]
        token = request.path_params["token"]
        back = address(ADDRESSES, "preview", public.language, token=token)
        shown = Shown(moment.instant.astimezone(CONTENT_TIME_ZONE), moment.has_pending, expires, back)
        context = {**public.context, **_guides(material, public.language), "preview": shown}
        html = self._rendering.page(public.template, public.language, **context)
        start = address(ADDRESSES, "preview_page", public.language, token=token, moment=moment)
        return HTMLResponse(led_back(html, start, {*pages, *brought}), headers=UNSEEN)

    def _ready_page(self, request: Request, wrong: str | None = None) -> Response:
        language, token = of_path(request.url.path), request.path_params["token"]
        material = self._publication().material
        found = [readiness(material, each.slug, self._is_open) for each in material.library.campaigns]
        html = self._rendering.page(
            "pages/preview.html",
            language,
            found=found,
            moments=[(each, _moments(each)) for each in found],
            now=str(Moment(self._clock())),
            wrong=wrong,
            token=token,
            expires=self._expiry(request),
            start=address(ADDRESSES, "preview_page", language, token=token, moment=""),
            alternate_url=None,
        )
        status = HTTPStatus.OK if wrong is None else HTTPStatus.UNPROCESSABLE_ENTITY
        return HTMLResponse(html, status, headers=UNSEEN)

    def _expiry(self, request: Request) -> datetime:
        expires = self._links.expiry(request.path_params["token"])
        if expires is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return expires


def with_pending(material: Material) -> Material:
    """The same content, with the texts in it that still await review."""
    library = material.library
    return replace(material, library=replace(library, site=replace(library.site, publish_unreviewed=True)))


def _guides(material: Material, language: str) -> Mapping[str, object]:
    """What the frame and the lists of guides ask of a rendering, which knows only those that are shown now."""
    asked = material.library.asked_guides(is_demo=material.is_demo)
    own = material.guides(language)
    return {"has_guides": bool(own), "shown_guides": own, "asked_guides": asked}


def led_back(html: str, start: str, paths: set[str]) -> str:
    """Links to pages of the preview lead into it; all others stay as they are."""

    def inside(found: re.Match[str]) -> str:
        return f"{found[1]}{start}{found[2].removeprefix('/')}" if found[2] in paths else found[0]

    return _LINK.sub(inside, html)


def _moments(found: Readiness) -> Mapping[str, Moment]:
    """The name of each phase, and when it begins."""
    return {phase.name.value: Moment(phase.starts) for phase in found.campaign.phases}
