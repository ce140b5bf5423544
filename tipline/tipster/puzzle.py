"""The page of the puzzle, where the operator switched it on: before anything is typed, and never in anyone's way.

The only page on which somebody else's script may run. Whoever passes begins a draft with that proof; whoever does not,
can't or will not begins one with a minute's wait, like all who have no script."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from tipline.drafts import ReportDraft
from tipline.languages import other
from tipline.pools import Entry
from tipline.tipster.addresses import address
from tipline.tipster.answers import form_of, incoming_of, page, see
from tipline.tipster.forms import read_brought
from tipline.tipster.pages import let_in

THEIRS = "https://hcaptcha.com https://*.hcaptcha.com"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' {THEIRS}",
        f"style-src 'self' {THEIRS}",
        "img-src 'self'",
        "font-src 'self'",
        f"connect-src 'self' {THEIRS}",
        f"frame-src {THEIRS}",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""The site's own, and what hCaptcha's documentation asks for. Only for this page."""


def show(request: Request, language: str) -> Response:
    form = form_of(request)
    if not form.takes_tips():
        return see("tip_start", language)
    answer = page(
        request,
        "tip/puzzle.html",
        language,
        offer=form.admission.offer(),
        sitekey=form.world.settings.abuse.hcaptcha_sitekey,
        alternate_url=address("tip_puzzle", other(language)),
        nav=False,
    )
    answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return answer


async def go_on(request: Request, language: str) -> Response:
    entry = await _entry(request)
    return await run_in_threadpool(_begin, request, language, entry)


async def _entry(request: Request) -> Entry:
    form, incoming = form_of(request), incoming_of(request)
    brought, solved = read_brought(incoming), incoming.one("h-captcha-response")
    asks = form.puzzle and not incoming.one("without") and not brought.honey
    if form.puzzle and asks and await form.puzzle.is_passed(solved):
        return form.admission.passed(solved)
    return form.admission.weigh(brought)


def _begin(request: Request, language: str, entry: Entry) -> Response:
    if not form_of(request).takes_tips():
        return see("tip_start", language)
    return let_in(request, language, ReportDraft(), entry)
