"""The follow-up for a browser that opens and seals by itself: the code never comes here, only the lookup id that it
yields. Everything is asked and answered in the bodies of posts; what a person wrote is sealed both ways.

A lookup id that nobody has costs the same work, and its answer is as long. docs/formats.md ("Follow-up in the browser")
fixes the bytes."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from tipline import sealed_additions
from tipline.conversation import NoConversationError, NumberTakenError, SealedConversation
from tipline.sealed_additions import LOOKUP_ID, NotASealedAdditionError
from tipline.sealing import SealingError
from tipline.storage.tips import OtherReadersError, StoredMessage, TooManyAdditionsError
from tipline.tipster.answers import HEADERS, PAGE_STEP, form_of, incoming_of
from tipline.tipster.forms import TipForm

UUID_LENGTH = 36
"""An answer's id stands in a post as text."""
OPENED_STEP = 64 * 1024
"""What opens a conversation is as long as a multiple of this. Seven short answers fit, or one of the longest."""


def open_sealed(request: Request, language: str) -> Response:  # noqa: ARG001  # every view is given one
    """The sealed answers of the conversation with this lookup id, and to whom an addition is sealed."""
    form, lookup_id = form_of(request), incoming_of(request).sealed
    if len(lookup_id) != LOOKUP_ID:
        return _answer("malformed", OPENED_STEP)
    found = form.conversations.sealed(lookup_id)
    written = _written(form, found)  # for nobody's too: the same work
    return _answer("found", OPENED_STEP, **written) if found.tip else _answer("unknown", OPENED_STEP)


def add_sealed(request: Request, language: str) -> Response:  # noqa: ARG001
    """`added`; `again` when others wrote or read meanwhile: nothing was kept, and it must be sealed anew; `full` when
    this tip takes no more today."""
    try:
        form_of(request).conversations.add_sealed(sealed_additions.read(incoming_of(request).sealed))
    except (NotASealedAdditionError, SealingError):
        return _answer("malformed")
    except NoConversationError:
        return _answer("unknown")
    except (NumberTakenError, OtherReadersError):
        return _answer("again")
    except TooManyAdditionsError:
        return _answer("full")
    return _answer("added")


def see_sealed(request: Request, language: str) -> Response:  # noqa: ARG001
    """These answers were shown: they are new no longer. Who was shown none says so as well, so that the line does not
    tell the two apart."""
    lookup_id, answers = _named(incoming_of(request).sealed)
    tip = form_of(request).conversations.tip_at(lookup_id)
    if tip:
        form_of(request).conversations.tips.mark_seen(tip.id, answers)
    return _answer("seen" if tip else "unknown")


def delete_sealed(request: Request, language: str) -> Response:  # noqa: ARG001
    """One answer, as `follow_up.delete_answer` does."""
    lookup_id, answers = _named(incoming_of(request).sealed)
    conversations = form_of(request).conversations
    tip = conversations.tip_at(lookup_id)
    is_deleted = tip is not None and any(conversations.delete_answer(tip, answer) for answer in answers[:1])
    return _answer("deleted" if is_deleted else "unknown")


def _named(body: bytes) -> tuple[bytes, list[str]]:
    """A lookup id and the ids of answers behind it. What are none belong to nobody."""
    text = body[LOOKUP_ID:].decode("ascii", "replace")
    return body[:LOOKUP_ID], [text[at : at + UUID_LENGTH] for at in range(0, len(text), UUID_LENGTH)]


def _written(form: TipForm, found: SealedConversation) -> Mapping[str, object]:
    points, keys = form.world.care_points().points, form.holders.usable_key
    readers = found.tip.care_points if found.tip else (form.world.care_points().national.id,)
    return {
        "tip": found.tip.id if found.tip else "",
        "additions": found.additions,
        "care_points": [
            {
                "id": point,
                "name": points[point].organisation,
                "recipient": key.recipient if (key := keys(point)) else None,
                "fingerprint": key.fingerprint if key else None,
            }
            for point in readers
        ],
        "answers": [
            _sealed_answer(answer, [points[name].short_name for name in answer.named]) for answer in found.answers
        ],
    }


def _sealed_answer(answer: StoredMessage, names: list[str]) -> Mapping[str, object]:
    return {
        "id": answer.id,
        "number": answer.number,
        "named": answer.named,
        "names": names,
        "written_on": answer.written_on.isoformat(),
        "is_new": not answer.seen,
        "sealed": urlsafe_b64encode(answer.sealed).rstrip(b"=").decode(),
    }


def _answer(word: str, step: int = PAGE_STEP, **more: object) -> Response:
    """Filled up with spaces to the next multiple of `step`, as the pages of a conversation are."""
    text = json.dumps({"is": word, **more}).encode()
    status = HTTPStatus.BAD_REQUEST if word == "malformed" else HTTPStatus.OK
    padded = text.ljust(-(-len(text) // step) * step)
    return Response(padded, status, headers=HEADERS, media_type="application/json")
