"""The tip form's memory between two steps: boxed, at most an hour old, then gone.

A draft is found by the random id in its address. The database knows a digest of that id, and its box opens only with
the id and a server secret together. Also carries a follow-up, for half as long. Knows nothing of pages."""

import hashlib
import json
import secrets
import uuid
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from tipline.admission import draft_id_of
from tipline.pools import Entry, Pool, PoolFullError, ProofSpentError
from tipline.questions import Answers
from tipline.receipts import Derived, Receipt
from tipline.sealing import BOX_OVERHEAD, Box, WrongBoxError
from tipline.storage.drafts import Drafts as StoredDrafts
from tipline.storage.tips import DraftChange

REPORT_SECONDS = 60 * 60
FOLLOW_UP_SECONDS = 30 * 60
GRAIN_SECONDS = 5 * 60
"""Ends are kept in steps of this: a finer time would tell when someone began to type."""
MIN_SIZE = 4096
MAX_SIZE = 128 * 1024
"""What a post brings fits, but for one of quotation marks alone; so a full pool has a bound in bytes too."""
ID_LENGTH = 22
EVERYBODY = Entry((Pool.ALL,))
PROVED = frozenset({Pool.PROOF, Pool.TICKET})


class DraftTooLongError(ValueError):
    """More was typed than a draft holds. What it held before is still there."""


class PlaceKind(StrEnum):
    NOTHING = "nothing"
    """Not answered yet, or what was typed leads to no single municipality."""
    MUNICIPALITY = "municipality"
    ONLINE = "online"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PlaceAnswer:
    """Where it happens, or where he lives. `municipality` is a CBS code, set when `kind` says so; `name` is the place
    in readable form."""

    kind: PlaceKind = PlaceKind.NOTHING
    text: str = field(default="", repr=False)
    municipality: str | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True)
class ReportDraft:
    """A report on its way."""

    place: PlaceAnswer = PlaceAnswer()
    home: PlaceAnswer = PlaceAnswer()
    """Where he lives, if that is elsewhere. What was typed for it may lead nowhere: then it stays words."""
    left_out: tuple[str, ...] = field(default=(), repr=False)
    """The care points that the tipster does not want to read this: ids of points that he was offered."""
    answers: Answers = field(default_factory=dict, repr=False)
    faults: Mapping[str, str] = field(default_factory=dict)
    tip: str = field(default_factory=lambda: str(uuid.uuid4()))
    """The id that the tip will have. It is fixed before anything is sent, so that sending twice makes one tip."""
    told: tuple[str, ...] = ()
    """The care points that the visitor was last told will receive it, sorted."""
    is_carried: bool = False
    """Whether it began with answers that were taken along from elsewhere on the site. Not part of the tip."""
    is_told: bool = False
    """Whether the story came to the server: from then on it can't be said that it was sealed before."""

    lifetime = REPORT_SECONDS


@dataclass(frozen=True)
class SentDraft:
    """What is left after sending: the receipt, until the tipster says he has it."""

    receipt: Receipt | None = field(default=None, repr=False)
    care_points: tuple[str, ...] = ()
    """Those that received it, the one that leads first."""
    post: str = ""
    """SHA-256 of the sealed post that made the tip; empty when it was sealed on the server."""

    lifetime = REPORT_SECONDS


@dataclass(frozen=True)
class FollowUpDraft:
    """A visit with a code: the keys derived from it, never the code. `derived` is None when the code was refused."""

    derived: Derived | None = field(default=None, repr=False)
    fault: str = ""
    text: str = field(default="", repr=False)
    new: tuple[str, ...] = ()
    """The answers that this visit showed for the first time, by their ids."""
    said: str = ""
    """What the last step did, told once: `added` or `deleted`."""
    addition: str = field(default_factory=lambda: str(uuid.uuid4()))
    """The id of the next addition, fixed beforehand so that adding twice at once makes one."""
    added: str = field(default="", repr=False)
    """SHA-256 of what was added last in this visit, so that the same post sent again later adds nothing."""
    readers: tuple[str, ...] = ()
    """The care points that the visitor was last told read it, sorted: an addition goes to them or to nobody."""

    lifetime = FOLLOW_UP_SECONDS


Draft = ReportDraft | SentDraft | FollowUpDraft
D = TypeVar("D", bound=Draft)


@dataclass(frozen=True)
class Held(Generic[D]):
    """A draft as it was read. Whoever changes it must have seen its last state."""

    id: str = field(repr=False)
    digest: bytes = field(repr=False)
    box: bytes = field(repr=False)
    draft: D


class Drafts:
    def __init__(self, stored: StoredDrafts, keys: tuple[str, ...], clock: Callable[[], datetime]) -> None:
        self._stored = stored
        self._keys = keys
        self._box = Box(keys, "draft")
        self._clock = clock
        self._step = 0

    def begin(self, draft: Draft, entry: Entry = EVERYBODY) -> str:
        """Keeps a new draft and returns its id: 128 random bits, for its address and nowhere else. What came with the
        same page before leads to the draft that began then. Raises `PoolFullError` when all pools that are open to this
        visitor are full, `DraftTooLongError`, and `ProofSpentError` when the draft of this page is gone or was sent."""
        draft_id = draft_id_of(entry.token, self._keys[0]) if entry.token else secrets.token_urlsafe(16)
        pools = _pools(draft, entry)
        now = self._now()
        end = (now + draft.lifetime) // GRAIN_SECONDS * GRAIN_SECONDS
        self._drop_expired(now)
        box = self._closed(draft_id, draft)
        for pool in pools:
            try:
                self._stored.add(_digest(draft_id), box, end, pool, entry.spending)
            except PoolFullError:
                continue
            except ProofSpentError:
                if not self.held(draft_id, ReportDraft):
                    raise
            return draft_id
        raise PoolFullError

    def begun_by(self, entry: Entry) -> str:
        """The id of the draft that the page of this entry began, whatever became of it; empty where it began none, or
        that is over."""
        draft_id = draft_id_of(entry.token, self._keys[0]) if entry.token else ""
        return draft_id if self._stored.box_of(_digest(draft_id), self._now()) is not None else ""

    def held(self, draft_id: str, kind: type[D]) -> Held[D] | None:
        """The draft with this id if it is of this kind; None when it is gone, over or of another kind."""
        found = self.any(draft_id)
        return Held(found.id, found.digest, found.box, found.draft) if found and isinstance(found.draft, kind) else None

    def any(self, draft_id: str) -> Held[Draft] | None:
        if len(draft_id) != ID_LENGTH:
            return None
        digest = _digest(draft_id)
        box = self._stored.box_of(digest, self._now())
        if box is None:
            return None
        try:
            return Held(draft_id, digest, box, read_draft(self._box.open(box, draft_id.encode())))
        except WrongBoxError:
            return None  # the server secret was changed since: the same as gone

    def keep(self, held: Held[D], draft: Draft) -> bool:
        """Puts `draft` in the place of the one that was read; False when another request changed it meanwhile."""
        return self._stored.replace(held.digest, held.box, self._closed(held.id, draft))

    def change(self, held: Held[D], draft: Draft) -> DraftChange:
        """The same change as a value, for a transaction that must hold it together with a tip or a message."""
        return DraftChange(held.digest, held.box, self._closed(held.id, draft))

    def lift(self, held: Held[D], entry: Entry) -> bool:
        """Counts the draft of someone who had brought nothing in the best pool that he opens now; whether there is one
        with room."""
        for pool in entry.pools:
            if pool in PROVED:
                with suppress(PoolFullError, ProofSpentError):
                    self._stored.move(held.digest, pool, entry.spending)
                    return True
        return False

    def destroy(self, draft_id: str) -> None:
        """Overwrites it."""
        self._stored.blank(_digest(draft_id), MIN_SIZE + BOX_OVERHEAD)

    def _drop_expired(self, now: int) -> None:
        # A chore does so too; but where chores are held up, a full pool must not stay full. Nothing ends within a step.
        step = now // GRAIN_SECONDS
        if step != self._step:
            self._step = step
            self._stored.drop_expired(now)

    def _closed(self, draft_id: str, draft: Draft) -> bytes:
        return self._box.seal(_padded(written(draft)), draft_id.encode())

    def _now(self) -> int:
        return int(self._clock().timestamp())


def _digest(draft_id: str) -> bytes:
    return hashlib.sha256(b"signaallijn/1 draft\n" + draft_id.encode()).digest()


def _pools(draft: Draft, entry: Entry) -> tuple[Pool, ...]:
    if isinstance(draft, FollowUpDraft):
        return (Pool.VISIT,) if draft.derived else (Pool.WRONG_CODE,)
    return entry.pools


def _padded(text: bytes) -> bytes:
    # Sizes double, so that a row's length says little about how much was typed.
    if len(text) > MAX_SIZE:
        raise DraftTooLongError
    size = MIN_SIZE
    while size < len(text):
        size *= 2
    return text.ljust(size)


def written(draft: Draft) -> bytes:
    """A draft as text, for a box."""
    value: dict[str, object]
    match draft:
        case ReportDraft():
            value = {"as": "report", **asdict(draft)}
        case SentDraft():
            value = {"as": "sent", "receipt": draft.receipt and draft.receipt.digits, "care_points": draft.care_points}
            value["post"] = draft.post
        case FollowUpDraft():
            value = {"as": "follow-up", **asdict(replace(draft, derived=None))}
            value["derived"] = draft.derived and b64encode(draft.derived.to_bytes()).decode()
    return json.dumps(value, ensure_ascii=False).encode()


def read_draft(plaintext: bytes) -> Draft:
    """The draft that was `written`."""
    value = json.loads(plaintext)
    kind = value.pop("as")
    if kind == "sent":
        receipt = Receipt(value["receipt"]) if value["receipt"] else None
        return SentDraft(receipt, tuple(value["care_points"]), value["post"])
    if kind == "follow-up":
        derived = value.pop("derived")
        value |= {"new": tuple(value["new"]), "readers": tuple(value["readers"])}
        return FollowUpDraft(**value, derived=Derived.from_bytes(b64decode(derived)) if derived else None)
    answers = {
        question: tuple(answer) if isinstance(answer, list) else answer
        for question, answer in value.pop("answers").items()
    }
    read = {
        "place": _place(value["place"]),
        "home": _place(value["home"]),
        "left_out": tuple(value["left_out"]),
        "told": tuple(value["told"]),
        "answers": answers,
    }
    return ReportDraft(**{**value, **read})


def _place(value: Mapping[str, Any]) -> PlaceAnswer:  # Any: JSON that this module wrote
    return PlaceAnswer(**{**value, "kind": PlaceKind(value["kind"])})
