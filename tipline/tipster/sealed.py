"""The steps of a form that is sealed in the browser: what its script needs, and the sealed bytes when they come.

From the story on it is one document in the browser. It asks here for the words and keys, and sends the tip: neither
story, answers nor code come to the server."""

import json
from dataclasses import replace
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tipline import sealed_posts
from tipline.drafts import Held, ReportDraft, SentDraft
from tipline.intake import PlaceNotKnownError, ReceiverChangedError, answers_of, routed
from tipline.languages import other
from tipline.pools import PoolFullError
from tipline.questions import MAX_CHARACTERS
from tipline.routing import NoOpenCarePointError, Route
from tipline.sealed_posts import NotASealedPostError, SealedPost
from tipline.sealing import SealingError
from tipline.tipster.addresses import address
from tipline.tipster.answers import HEADERS, SHOWN, form_of, incoming_of, page, see
from tipline.tipster.forms import TipForm, read_brought
from tipline.tipster.pages import leaving_out, offered, told_route


def steps(request: Request, language: str, held: Held[ReportDraft]) -> Response:
    """The steps after the story, for the script to show, and what it must know to seal. Tells who receives the tip, and
    offers a way out where a pool was full."""
    form = form_of(request)
    route = told_route(form, held)
    if route is None or held.draft.is_told:
        return see("tip_place", language, held.id)
    return page(
        request,
        "tip/sealed.html",
        language,
        SHOWN,
        draft=held.draft,
        draft_id=held.id,
        route=route,
        care_points=route.care_points,
        questions=form.questions,
        longest=MAX_CHARACTERS,
        offer=offered(form, held.draft),
        told=json.dumps(_told(form, held.draft, route, language)),
        **leaving_out(form, held.draft),
        other_story=address("tip_story", other(language), held.id),
    )


def receive(request: Request, language: str) -> Response:  # noqa: ARG001  # every view is given one
    """One word for what became of it: `sent`; `receiver`, somebody else would read it now, so it was not kept; `other`,
    something else was sent before; `full`, it was not kept and may be sent again later; `gone`, the draft is over;
    `malformed`."""
    form, draft_id = form_of(request), request.path_params["draft"]
    try:
        post = sealed_posts.read(incoming_of(request).sealed)
        is_kept = _is_kept(form, draft_id, post)
    except (NotASealedPostError, SealingError):
        return _answer("malformed", HTTPStatus.BAD_REQUEST)
    except (PlaceNotKnownError, NoOpenCarePointError, ReceiverChangedError):
        return _answer("receiver", HTTPStatus.CONFLICT)
    except PoolFullError:
        if held := form.drafts.held(draft_id, ReportDraft):
            form.drafts.keep(held, replace(held.draft, faults={"send": "full"}))
        return _answer("full", HTTPStatus.SERVICE_UNAVAILABLE)
    return _answer("sent", HTTPStatus.OK) if is_kept else _sent_before(form, draft_id, post)


def _is_kept(form: TipForm, draft_id: str, post: SealedPost) -> bool:
    """Whether this made a tip now. Tried once more where the draft was only changed in the same moment."""
    for _ in range(2):
        held = form.drafts.held(draft_id, ReportDraft)
        if held is None or form.intake.receive_sealed(held, post):
            return held is not None
    return False


def bring(request: Request, language: str, held: Held[ReportDraft]) -> Response:
    """Takes what the steps offered to who was not let in: from now on the tip counts in a better pool."""
    form = form_of(request)
    if form.drafts.lift(held, form.admission.weigh(read_brought(incoming_of(request)))):
        form.drafts.keep(held, replace(held.draft, faults={}))
    return see("tip_sealed", language, held.id)


def _sent_before(form: TipForm, draft_id: str, post: SealedPost) -> Response:
    held = form.drafts.held(draft_id, SentDraft)
    if held and held.draft.post == post.digest:
        return _answer("sent", HTTPStatus.OK)
    if form.drafts.any(draft_id) is None:
        return _answer("gone", HTTPStatus.NOT_FOUND)
    return _answer("other", HTTPStatus.CONFLICT)


def _answer(word: str, status: HTTPStatus) -> Response:
    return JSONResponse({"is": word}, status, headers=HEADERS)


def _told(form: TipForm, draft: ReportDraft, route: Route, language: str) -> dict[str, object]:
    """What a browser must know to write the tip as `intake` would."""
    return {
        "tip": draft.tip,
        "language": language,
        "salt": form.world.settings.salt.hex(),
        "body": routed(draft, route),
        "answers": answers_of(replace(draft, answers={})),
        "care_points": [
            {"id": name, "recipient": key.recipient, "fingerprint": key.fingerprint}
            for name, key in sorted(form.intake.keys(route).items())
        ],
    }
