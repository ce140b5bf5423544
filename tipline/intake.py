"""From draft to tip: route, seal, keep, queue the notice; all of it or nothing.

The only way in. What can't be sealed is not accepted. Knows nothing of pages."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tipline import heads, routing, sealing
from tipline.care_points import CarePoints
from tipline.drafts import Drafts, Held, PlaceKind, ReportDraft, SentDraft
from tipline.geography import Geography
from tipline.heads import Author, Head, Kind
from tipline.holders import Holders
from tipline.receipts import Receipt, derive
from tipline.routing import Route
from tipline.storage.tips import NewTip, Tips


class PlaceNotKnownError(Exception):
    """The draft does not say yet where it happens."""


class ReceiverChangedError(Exception):
    """Since the visitor was told who will receive the tip, that has become somebody else."""


@dataclass(frozen=True)
class Intake:
    tips: Tips
    drafts: Drafts
    geography: Geography
    care_points: Callable[[], CarePoints]
    holders: Holders
    salt: bytes
    clock: Callable[[], datetime]

    def route(self, draft: ReportDraft) -> Route:
        """Who would receive this draft now. Raises `PlaceNotKnownError` and `routing.NoOpenCarePointError`."""
        return routing.care_points_for(self._place(draft), self.care_points(), self.holders.is_open)

    def receive(self, held: Held[ReportDraft], language: str) -> None:
        """Makes the draft a tip. The draft then holds nothing but the receipt; one that was sent before is left as it
        is, and its first receipt stays the only one. Raises what `route` raises, `ReceiverChangedError`, and
        `PoolFullError`: the draft stays as it is."""
        route = self.route(held.draft)
        if route.care_point.id != held.draft.told:
            raise ReceiverChangedError
        receipt = Receipt.new()
        derived = derive(receipt, self.salt)
        head = Head(Kind.TIP, held.draft.tip, (route.care_point.id,), 1, Author.TIPSTER, language)
        body = {
            "answers": _answers(held.draft),
            "meant_for": route.meant_for.id if route.meant_for else None,
            "place": {
                "kind": str(held.draft.place.kind),
                "municipality": held.draft.place.municipality,
                "name": held.draft.place.name,
                "text": held.draft.place.text,
            },
            "tipster": {
                "recipient": derived.identity.recipient,
                "reply_key": urlsafe_b64encode(derived.reply_key).rstrip(b"=").decode(),
            },
        }
        tip = NewTip(
            id=held.draft.tip,
            lookup_digest=derived.lookup_digest,
            received_on=self.clock().date(),  # A date only: an hour can tell who was at work.
            hidden=False,  # slots other than "at once" hide it until the next one
            sealed=seal_for_desks(heads.write(head, body), head.care_points, self.holders),
        )
        after = self.drafts.change(held, SentDraft(receipt, route.care_point.id))
        self.tips.keep(tip, after)

    def _place(self, draft: ReportDraft) -> routing.Place:
        match draft.place.kind:
            case PlaceKind.ONLINE:
                return "online"
            case PlaceKind.UNKNOWN:
                return "unknown"
            case PlaceKind.MUNICIPALITY:
                municipality = self.geography.municipality_for(draft.place.municipality or "")
                if municipality:
                    return municipality
        raise PlaceNotKnownError


def seal_for_desks(plaintext: bytes, care_points: Sequence[str], holders: Holders) -> Mapping[str, bytes]:
    """Seals to the published key of each care point, in a file of its own, and looks at each file once more before
    anyone keeps it. Raises `routing.NoOpenCarePointError` when no key may be used for one, `sealing.SealingError` when
    sealing went wrong."""
    sealed = {}
    for care_point in care_points:
        key = holders.usable_key(care_point)
        if key is None:
            raise routing.NoOpenCarePointError
        sealed[care_point] = sealing.seal(plaintext, [key.recipient])
        sealing.check_file(sealed[care_point], recipients=1)
    return sealed


def _answers(draft: ReportDraft) -> dict[str, str | tuple[str, ...]]:
    answers = dict(draft.answers)
    if draft.lives_elsewhere:
        answers["lives_elsewhere"] = draft.lives_elsewhere
    return answers
