"""The tip form, step by step. Each view reads the request, calls the domain, chooses a page or the next address.

Nothing that was typed is answered directly: it goes into the draft, and the page that a GET shows reads it there."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from tipline.admission import RIPE_SECONDS, Brought, Offer
from tipline.drafts import Held, PlaceKind, ReportDraft, SentDraft
from tipline.intake import PlaceNotKnownError, ReceiverChangedError
from tipline.languages import other
from tipline.pools import Entry, PoolFullError, ProofSpentError
from tipline.questions import MAX_CHARACTERS, cut, faults_of, read_answers
from tipline.routing import NoOpenCarePointError, Route
from tipline.sealing import SealingError
from tipline.tipster.addresses import address
from tipline.tipster.answers import SHOWN, View, form_of, gone, incoming_of, page, see
from tipline.tipster.forms import TipForm, read_brought, read_home, read_place
from tipline.waiting import Waiting

ReportView = Callable[[Request, str, Held[ReportDraft]], Response]


def for_report(view: ReportView) -> View:
    """A view of a report on its way. One that was sent shows its code page instead, one that is gone says so."""

    def guarded(request: Request, language: str) -> Response:
        form, draft_id = form_of(request), request.path_params["draft"]
        held = form.drafts.held(draft_id, ReportDraft)
        if held:
            return view(request, language, held)
        was_sent = form.drafts.held(draft_id, SentDraft) is not None
        return see("tip_code", language, draft_id) if was_sent else gone(request, language)

    return guarded


def start(request: Request, language: str) -> Response:
    return page(
        request,
        "tip/start.html",
        language,
        takes_tips=form_of(request).takes_tips(),
        is_carried=False,
        place_url=address("tip_start", language),
        offer=form_of(request).admission.offer(),
        alternate_url=address("tip_start", other(language)),
    )


def begin(request: Request, language: str) -> Response:
    form = form_of(request)
    if not form.takes_tips():
        return see("tip_start", language)
    kept = form.waiting_room.open(incoming_of(request).one("typed"))
    draft = kept.draft if kept else _with_place(request, ReportDraft())
    return let_in(request, language, draft, form.admission.weigh(read_brought(incoming_of(request))))


def carry(request: Request, language: str) -> Response:
    """Begins a draft with answers that a page of this site offered to take along. They are the tipster's own from here
    on: he meets them in the story before anything is sent, and the place is asked first as always."""
    form = form_of(request)
    answers = cut(read_answers(form.questions, incoming_of(request)))
    if not answers or not form.takes_tips():
        return see("tip_start", language)
    entry = form.admission.weigh(read_brought(incoming_of(request)))
    return let_in(request, language, ReportDraft(answers=answers, is_carried=True), entry)


def let_in(request: Request, language: str, draft: ReportDraft, entry: Entry) -> Response:
    """Begins the draft, or keeps it in the address of the page that asks to wait."""
    form, brought = form_of(request), read_brought(incoming_of(request))
    try:
        draft_id = form.drafts.begin(draft, entry)
    except (PoolFullError, ProofSpentError) as refused:
        is_good = isinstance(refused, PoolFullError) and form.admission.is_ours(brought.ticket)
        kept = form.waiting_room.keep(Waiting(draft, brought.ticket if is_good else ""))
        if not kept:
            raise PoolFullError from refused
        return see("tip_waiting", language, kept)
    if entry.token:
        _place_again(form, draft_id, draft)
    return see("tip_first" if draft.is_carried else "tip_place", language, draft_id)


def _place_again(form: TipForm, draft_id: str, draft: ReportDraft) -> None:
    """Where the same page began this draft before, the place is the one that was given last."""
    held = form.drafts.held(draft_id, ReportDraft)
    if held and (held.draft.place, held.draft.home) != (draft.place, draft.home):
        again = replace(held.draft, place=draft.place, home=draft.home, left_out=draft.left_out, faults=draft.faults)
        form.drafts.keep(held, again)


def waiting(request: Request, language: str) -> Response:
    """No pool has room: what was typed is in the address, boxed, and the ticket ripens."""
    form, kept = form_of(request), request.path_params["draft"]
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return see("tip_start", language)  # a link that somebody gave, or the history: it would show what was typed
    found = form.waiting_room.open(kept)
    if found is None:
        return gone(request, language)
    begun = form.drafts.begun_by(form.admission.weigh(Brought(ticket=found.ticket)))
    if begun:
        return see("tip_place", language, begun)  # Back, after going on: what was typed here is in that draft, or gone
    offer = form.admission.offer()
    answer = page(
        request,
        "tip/waiting.html",
        language,
        HTTPStatus.SERVICE_UNAVAILABLE,
        draft=found.draft,
        typed=kept,
        offer=replace(offer, ticket=found.ticket or offer.ticket),
        alternate_url=address("tip_waiting", other(language), kept),
        nav=False,
    )
    answer.headers["Retry-After"] = str(RIPE_SECONDS)
    return answer


def first(request: Request, language: str, held: Held[ReportDraft]) -> Response:
    """The first page, for a draft that began elsewhere: what is to be known before telling goes before the place."""
    return _step(
        request,
        "tip/start.html",
        "tip_first",
        language,
        held,
        takes_tips=form_of(request).takes_tips(),
        is_carried=held.draft.is_carried,
        place_url=address("tip_place", language, held.id),
        offer=form_of(request).admission.offer(),
    )


def place(request: Request, language: str, held: Held[ReportDraft]) -> Response:
    form, draft = form_of(request), held.draft
    find = form.world.geography.find
    candidates = find(draft.place.text).candidates if draft.faults.get("place") in {"ask", "choose"} else ()
    home_candidates = find(draft.home.text).candidates if draft.faults.get("home") == "ask" else ()
    asks = bool(candidates or home_candidates)
    route = None if asks else told_route(form, held)
    return _step(
        request,
        "tip/place.html",
        "tip_place",
        language,
        held,
        route=route,
        nobody=draft.place.kind is not PlaceKind.NOTHING and not asks and route is None,
        candidates=candidates,
        home_candidates=home_candidates,
        **leaving_out(form, draft),
    )


def give_place(request: Request, language: str, held: Held[ReportDraft]) -> Response:
    form = form_of(request)
    form.drafts.keep(held, _with_place(request, held.draft))
    form.drafts.lift(held, form.admission.weigh(read_brought(incoming_of(request))))
    return see("tip_place", language, held.id)


def give_receivers(request: Request, language: str, held: Held[ReportDraft]) -> Response:
    """Leaves one of the points that serve these places out, or takes it back in. Any other point is not believed."""
    form, incoming = form_of(request), incoming_of(request)
    may, now = form.intake.may_leave_out(held.draft), set(held.draft.left_out)
    now = (now | {incoming.one("not_to")} if incoming.one("not_to") else now - {incoming.one("after_all")}) & may
    form.drafts.keep(held, replace(held.draft, left_out=tuple(sorted(now)), faults={}))
    return see("tip_check" if incoming.one("seen_at") == "check" else "tip_place", language, held.id)


def story(request: Request, language: str, held: Held[ReportDraft]) -> Response:
    form = form_of(request)
    route = told_route(form, held)
    if route is None:
        return see("tip_place", language, held.id)
    return _step(
        request,
        "tip/story.html",
        "tip_story",
        language,
        held,
        route=route,
        questions=form.questions,
        longest=MAX_CHARACTERS,
        alternate_url=None,  # a link would lose what is typed: the form has a button for it
    )


def give_story(request: Request, language: str, held: Held[ReportDraft]) -> Response:
    form = form_of(request)
    answers = read_answers(form.questions, incoming_of(request))
    faults = faults_of(form.questions, answers)
    goes = incoming_of(request).one("go")
    # Who goes back, or on in another language, is not told yet what is missing; nothing typed is lost.
    form.drafts.keep(held, replace(held.draft, answers=answers, faults={} if goes else faults, is_told=True))
    if goes == "language":
        return see("tip_story", other(language), held.id)
    next_step = "tip_place" if goes else "tip_story" if faults else "tip_check"
    return see(next_step, language, held.id)


def check(request: Request, language: str, held: Held[ReportDraft]) -> Response:
    form = form_of(request)
    route = told_route(form, held)
    if route is None:
        return see("tip_place", language, held.id)
    if faults_of(form.questions, held.draft.answers):
        return see("tip_story", language, held.id)
    more = leaving_out(form, held.draft)
    more = {"route": route, "questions": form.questions, "offer": offered(form, held.draft), **more}
    return _step(request, "tip/check.html", "tip_check", language, held, **more)


def send(request: Request, language: str, held: Held[ReportDraft]) -> Response:
    form = form_of(request)
    if faults_of(form.questions, held.draft.answers):
        return see("tip_story", language, held.id)
    form.drafts.lift(held, form.admission.weigh(read_brought(incoming_of(request))))
    try:
        is_kept = form.intake.receive(held, language)
    except (PlaceNotKnownError, NoOpenCarePointError):
        return see("tip_place", language, held.id)
    except ReceiverChangedError:
        form.drafts.keep(held, replace(held.draft, faults={"receiver": "changed"}))
        return see("tip_check", language, held.id)
    except PoolFullError:
        form.drafts.keep(held, replace(held.draft, faults={"send": "full"}))
        return see("tip_check", language, held.id)
    except SealingError:
        # What can't be sealed is not accepted. The draft still holds everything.
        form.drafts.keep(held, replace(held.draft, faults={"send": "failed"}))
        return see("tip_check", language, held.id)
    if not is_kept:
        _tell_unsent(form, held.id)
    return see("tip_code", language, held.id)


def _tell_unsent(form: TipForm, draft_id: str) -> None:
    """Unless another post has sent it, the check page, where its visitor ends then, says that it was not sent."""
    unsent = form.drafts.held(draft_id, ReportDraft)
    if unsent:
        form.drafts.keep(unsent, replace(unsent.draft, faults={"send": "failed"}))


def code(request: Request, language: str) -> Response:
    form, draft_id = form_of(request), request.path_params["draft"]
    held = form.drafts.held(draft_id, SentDraft)
    if held is None:
        return see("tip_check", language, draft_id) if form.drafts.any(draft_id) else gone(request, language)
    return _step(
        request,
        "tip/code.html",
        "tip_code",
        language,
        held,
        receipt=held.draft.receipt and held.draft.receipt.grouped().split(),
        care_points=[form.world.care_points().points[point] for point in held.draft.care_points],
    )


def acknowledge(request: Request, language: str) -> Response:
    """ "I have the code": from now on it is nowhere but with the tipster."""
    form, draft_id = form_of(request), request.path_params["draft"]
    held = form.drafts.held(draft_id, SentDraft)
    if held:
        form.drafts.keep(held, replace(held.draft, receipt=None))
    return see("tip_code", language, draft_id)


def told_route(form: TipForm, held: Held[ReportDraft]) -> Route | None:
    """The route as it is now, remembered as what this visitor is told; None when the place is not known yet, or when
    nobody can receive a tip from there."""
    try:
        route = form.intake.route(held.draft)
    except (PlaceNotKnownError, NoOpenCarePointError):
        return None
    if held.draft.told != route.ids:
        form.drafts.keep(held, replace(held.draft, told=route.ids))
    return route


def offered(form: TipForm, draft: ReportDraft) -> Offer | None:
    """What a draft that a full pool did not take may bring, to be sent all the same."""
    return form.admission.offer() if draft.faults.get("send") == "full" else None


def leaving_out(form: TipForm, draft: ReportDraft) -> dict[str, object]:
    """What the choice "not this organisation" needs: those that were left out, and who reads in their place."""
    care_points = form.world.care_points()
    return {"left_out": [care_points.points[point] for point in draft.left_out], "national": care_points.national}


def _with_place(request: Request, draft: ReportDraft) -> ReportDraft:
    form, incoming = form_of(request), incoming_of(request)
    place = read_place(form.world.geography, incoming, draft.place)
    home = read_home(form.world.geography, incoming, draft.home)
    faults = {name: read.fault for name, read in (("place", place), ("home", home)) if read.fault}
    changed = replace(draft, place=place.answer, home=home.answer, faults=faults)
    if not draft.left_out:
        return changed
    still_serving = form.intake.may_leave_out(changed)
    return replace(changed, left_out=tuple(point for point in draft.left_out if point in still_serving))


def _step(
    request: Request,
    template: str,
    name: str,
    language: str,
    held: Held[ReportDraft] | Held[SentDraft],
    **context: object,
) -> Response:
    common = {
        "draft": held.draft,
        "draft_id": held.id,
        "exit_url": f"/weg/{held.id}",
        "alternate_url": address(name, other(language), held.id),
        "nav": False,
    }
    return page(request, template, language, SHOWN, **{**common, **context})
