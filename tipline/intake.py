"""From draft to tip: route, seal, keep, queue the notice; all of it or nothing.

The only two ways in: sealed here, or in a browser before it came. What can't be sealed is not accepted. Knows nothing
of pages."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tipline import heads, routing, sealing
from tipline.canonical import Json
from tipline.care_points import CarePoint, CarePoints
from tipline.drafts import Drafts, Held, PlaceAnswer, PlaceKind, ReportDraft, SentDraft
from tipline.geography import Geography, Municipality
from tipline.heads import Author, Head, Kind
from tipline.holders import Holders
from tipline.key_files import PublishedKey
from tipline.receipts import Receipt, derive
from tipline.routing import Route
from tipline.sealed_posts import SealedPost
from tipline.storage.tips import NewTip, Tips
from tipline.working_days import dutch_date


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
    waits_for_slot: bool = False
    """Whether tips stay hidden from the desk until the next slot uncovers them."""

    def route(self, draft: ReportDraft) -> Route:
        """Who would receive this draft now. Raises `PlaceNotKnownError` and `routing.NoOpenCarePointError`."""
        place, home = self._place(draft), self._municipality(draft.home)
        return routing.care_points_for(place, self.care_points(), self.holders.is_open, home, draft.left_out)

    def may_leave_out(self, draft: ReportDraft) -> frozenset[str]:
        """The regional points that serve the places in this draft, by their ids."""
        places = (self._municipality(draft.place), self._municipality(draft.home))
        return routing.points_serving(places, self.care_points())

    def receive(self, held: Held[ReportDraft], language: str) -> bool:
        """Makes the draft a tip. The draft then holds nothing but the receipt. False, with nothing changed, when it was
        sent before, so that its first receipt stays the only one, or changed meanwhile. Raises what `route` raises,
        `ReceiverChangedError`, and `PoolFullError`: the draft stays as it is."""
        route = self._told_route(held.draft)
        receipt = Receipt.new()
        derived = derive(receipt, self.salt)
        head = Head(Kind.TIP, held.draft.tip, route.ids, 1, Author.TIPSTER, language)
        body = {
            "answers": answers_of(held.draft),
            **routed(held.draft, route),
            "tipster": {
                "recipient": derived.identity.recipient,
                "reply_key": urlsafe_b64encode(derived.reply_key).rstrip(b"=").decode(),
            },
        }
        sealed = seal_for_desks(heads.write(head, body), head.care_points, self.holders)
        after = self.drafts.change(held, SentDraft(receipt, tuple(point.id for point in route.care_points)))
        return self.tips.keep(self._new_tip(held.draft, derived.lookup_digest, sealed), after)

    def receive_sealed(self, held: Held[ReportDraft], post: SealedPost) -> bool:
        """Makes a tip of what a browser sealed for this draft: nothing of it can be read here. False, with nothing
        changed, when the draft was sent before, or meanwhile. Raises what `receive` raises: `ReceiverChangedError` also
        when a key is no more the published one, `sealing.SealingError` when a file must not be stored."""
        route = self._told_route(held.draft)
        if {name: file.fingerprint for name, file in post.files.items()} != self.fingerprints(route):
            raise ReceiverChangedError
        for file in post.files.values():
            sealing.check_file(file.sealed, recipients=1)
        sealed = {name: file.sealed for name, file in post.files.items()}
        after = self.drafts.change(held, SentDraft(None, tuple(point.id for point in route.care_points), post.digest))
        return self.tips.keep(self._new_tip(held.draft, post.lookup_digest, sealed), after)

    def fingerprints(self, route: Route) -> Mapping[str, str]:
        """The fingerprint of each key that a tip of this route is sealed to, by the care point's id."""
        return {name: key.fingerprint for name, key in self.keys(route).items()}

    def keys(self, route: Route) -> Mapping[str, PublishedKey]:
        """The published key of each care point that receives a tip of this route. Raises `NoOpenCarePointError`."""
        return {name: usable_key(name, self.holders) for name in route.ids}

    def _told_route(self, draft: ReportDraft) -> Route:
        """The route, if it is still the one that the visitor was told."""
        route = self.route(draft)
        if route.ids != draft.told:
            raise ReceiverChangedError
        return route

    def _new_tip(self, draft: ReportDraft, lookup_digest: bytes, sealed: Mapping[str, bytes]) -> NewTip:
        return NewTip(
            id=draft.tip,
            lookup_digest=lookup_digest,
            received_on=dutch_date(self.clock()),  # A date only: an hour can tell who was at work.
            hidden=self.waits_for_slot,
            sealed=sealed,
        )

    def _place(self, draft: ReportDraft) -> routing.Place:
        match draft.place.kind:
            case PlaceKind.ONLINE:
                return "online"
            case PlaceKind.UNKNOWN:
                return "unknown"
        municipality = self._municipality(draft.place)
        if municipality is None:
            raise PlaceNotKnownError
        return municipality

    def _municipality(self, answer: PlaceAnswer) -> Municipality | None:
        is_one = answer.kind is PlaceKind.MUNICIPALITY
        return self.geography.municipality_for(answer.municipality or "") if is_one else None


def seal_for_desks(plaintext: bytes, care_points: Sequence[str], holders: Holders) -> Mapping[str, bytes]:
    """Seals to the published key of each care point, in a file of its own, and looks at each file once more before
    anyone keeps it. Raises `routing.NoOpenCarePointError` when no key may be used for one, `sealing.SealingError` when
    sealing went wrong."""
    sealed = {}
    for care_point in care_points:
        sealed[care_point] = sealing.seal(plaintext, [usable_key(care_point, holders).recipient])
        sealing.check_file(sealed[care_point], recipients=1)
    return sealed


def usable_key(care_point: str, holders: Holders) -> PublishedKey:
    """The key that may be sealed to now. Raises `routing.NoOpenCarePointError`."""
    key = holders.usable_key(care_point)
    if key is None:
        raise routing.NoOpenCarePointError
    return key


def answers_of(draft: ReportDraft) -> dict[str, Json]:
    """The answers as the sealed tip has them. Where he lives is one of them as long as it is only words."""
    answers: dict[str, Json] = dict(draft.answers)
    if draft.home.text and draft.home.kind is not PlaceKind.MUNICIPALITY:
        answers["lives_elsewhere"] = draft.home.text
    return answers


def routed(draft: ReportDraft, route: Route) -> dict[str, Json]:
    """What the sealed tip says about places and receivers: all of its body that is worked out here."""
    body: dict[str, Json] = {"meant_for": _id(route.happens.meant_for), "place": _place(draft.place)}
    if route.lives:
        body["home"] = {"meant_for": _id(route.lives.meant_for), "place": _place(draft.home)}
    if route.is_joint:
        body["leads"] = route.care_point.id
    if route.left_out:
        body["left_out"] = sorted(point.id for point in route.left_out)
    return body


def _place(answer: PlaceAnswer) -> dict[str, Json]:
    return {
        "kind": str(answer.kind),
        "municipality": answer.municipality,
        "name": answer.name,
        "text": answer.text,
    }


def _id(care_point: CarePoint | None) -> str | None:
    return care_point.id if care_point else None
