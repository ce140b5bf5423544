"""Coming back with the code: read the answers, delete them, add something. Works without script, leaves nothing behind.

The code travels in a form field and is never kept: what a visit needs of it waits, boxed, for half an hour."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus

from anyio import CancelScope, CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tipline.conversation import Conversation, NumberTakenError
from tipline.drafts import FollowUpDraft, Held
from tipline.incoming import let_go
from tipline.languages import other
from tipline.questions import MAX_CHARACTERS, clean
from tipline.receipts import NotAReceiptError, Receipt, derive
from tipline.routing import NoOpenCarePointError
from tipline.sealing import SealingError
from tipline.storage.tips import OtherReadersError, TooManyAdditionsError
from tipline.tipster.addresses import address
from tipline.tipster.answers import HEADERS, form_of, gone, incoming_of, padded_page, see
from tipline.tipster.forms import TipForm

STRETCHING = CapacityLimiter(2)
"""How many codes are stretched at once: a rush of wrong ones must not take every thread."""
MOST_WAITING = 300
"""Codes that wait for that at once: four seconds of work, fifteen where the machine has other work. Who comes as one
more is asked to come back. Well below `tipline.room.MOST_UNDER_WAY`, so that codes leave room for tips."""
LONGEST_CODE = 1000
"""Characters of what was typed that are looked at. However it is grouped, a code is shorter."""
TOO_BUSY = "busy"
"""In the address of the page that asks for a code, when it has to ask again: nothing of the code was kept."""


def ask_code(request: Request, language: str) -> Response:
    fault = TOO_BUSY if request.url.query == TOO_BUSY else ""
    return _asked(request, language, fault=fault, alternate_url=address("follow_up", other(language)))


def _asked(request: Request, language: str, **context: object) -> Response:
    salt = form_of(request).world.settings.salt.hex()
    return padded_page(request, "tip/ask_code.html", language, salt=salt, longest=MAX_CHARACTERS, **context)


async def give_code(request: Request, language: str) -> Response:
    form, typed = form_of(request), incoming_of(request).one("receipt")[:LONGEST_CODE]
    let_go(request.scope)  # what else came along need not wait with it
    if STRETCHING.statistics().tasks_waiting < MOST_WAITING:
        with _while_there(request):
            draft_id = await to_thread.run_sync(_visit, form, typed, limiter=STRETCHING)
            return see("conversation", language, draft_id)
    return _too_busy(language)


@contextmanager
def _while_there(request: Request) -> Iterator[None]:
    """Ends the block early when the visitor hangs up: who waits in it gives up its place. What began is done."""

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        waiting.cancel()

    with CancelScope() as waiting:
        watching = asyncio.create_task(watch())
        try:
            yield
        finally:
            watching.cancel()


def _too_busy(language: str) -> Response:
    # Not 503 in place: a phone keeps what was posted and answered so.
    return RedirectResponse(f"{address('follow_up', language)}?{TOO_BUSY}", HTTPStatus.SEE_OTHER, headers=HEADERS)


def conversation(request: Request, language: str) -> Response:
    form, held = form_of(request), _visit_of(request)
    if held is None:
        return gone(request, language)
    common: dict[str, object] = {
        "draft_id": held.id,
        "exit_url": f"/weg/{held.id}",
        "alternate_url": address("conversation", other(language), held.id),
        "nav": False,
    }
    if held.draft.derived is None:
        return _asked(request, language, fault=held.draft.fault, **common)
    found = form.conversations.open(held.draft.derived)
    if found is None:
        return gone(request, language)
    held = _shown(form, held, found)
    points = form.world.care_points().points
    return padded_page(
        request,
        "tip/conversation.html",
        language,
        draft=held.draft,
        conversation=found,
        care_points=[points[point] for point in found.tip.care_points],
        short_names={point.id: point.short_name for point in points.values()},
        longest=MAX_CHARACTERS,
        # A link to the other language would lose what is typed: the form has a button for it.
        **{**common, "alternate_url": None},
    )


def _shown(form: TipForm, held: Held[FollowUpDraft], found: Conversation) -> Held[FollowUpDraft]:
    """Remembers who is said to read it now, and that new answers are shown; they stay new as long as this visit
    lasts."""
    unseen = [answer.id for answer in found.answers if answer.is_new]
    draft = replace(held.draft, new=(*held.draft.new, *unseen), readers=found.tip.care_points)
    if draft != held.draft:
        form.drafts.keep(held, draft)
    if unseen:
        form.conversations.tips.mark_seen(found.tip.id, unseen)
    return replace(held, draft=draft)


def add(request: Request, language: str) -> Response:
    form, held = form_of(request), _visit_of(request)
    tip = held and held.draft.derived and form.conversations.tip_of(held.draft.derived)
    if held is None or held.draft.derived is None or not tip:
        return gone(request, language)
    text, goes = clean(incoming_of(request).one("addition")), incoming_of(request).one("go")
    if goes == "language":
        form.drafts.keep(held, replace(held.draft, text=text, fault="", said=""))
        return see("conversation", other(language), held.id)
    fault = "missing" if not text else "too_long" if len(text) > MAX_CHARACTERS else ""
    if not fault:
        try:
            form.conversations.add(held, tip, held.draft.derived, text, language)
        except TooManyAdditionsError:
            fault = "full"
        except OtherReadersError:
            fault = "readers"
        except (NumberTakenError, NoOpenCarePointError, SealingError, SQLAlchemyError):
            fault = "failed"
    if fault:
        _keep_text(request, text, fault)
    return see("conversation", language, held.id)


def _keep_text(request: Request, text: str, fault: str) -> None:
    held = _visit_of(request)  # as it is now: another post may have changed it
    if held:
        form_of(request).drafts.keep(held, replace(held.draft, text=text, fault=fault, said=""))


def delete_answer(request: Request, language: str) -> Response:
    form, held = form_of(request), _visit_of(request)
    tip = held and held.draft.derived and form.conversations.tip_of(held.draft.derived)
    if held is None or not tip:
        return gone(request, language)
    is_deleted = form.conversations.delete_answer(tip, clean(incoming_of(request).one("answer")))
    form.drafts.keep(held, replace(held.draft, said="deleted" if is_deleted else "", fault=""))
    return see("conversation", language, held.id)


def close(request: Request, language: str) -> Response:
    form_of(request).drafts.destroy(request.path_params["draft"])
    return see("follow_up", language)


def _visit(form: TipForm, typed: str) -> str:
    """Begins a visit and returns its id. A wrong code costs the same work as a right one and begins one as well: its
    page says what is wrong."""
    try:
        receipt = Receipt.parse(typed)
    except NotAReceiptError as reason:
        return form.drafts.begin(FollowUpDraft(fault=type(reason).__name__))
    derived = derive(receipt, form.world.settings.salt)
    tip = form.conversations.tip_of(derived)
    return form.drafts.begin(FollowUpDraft(derived, readers=tip.care_points) if tip else FollowUpDraft(fault="unknown"))


def _visit_of(request: Request) -> Held[FollowUpDraft] | None:
    return form_of(request).drafts.held(request.path_params["draft"], FollowUpDraft)
