"""What the tipster's pages work with, and how a place that was typed becomes an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tipline.admission import Admission, Brought
from tipline.conversation import Conversations
from tipline.drafts import Drafts, PlaceAnswer, PlaceKind
from tipline.geography import Candidate, Geography
from tipline.holders import Holders
from tipline.incoming import Incoming
from tipline.intake import Intake
from tipline.questions import Question, clean
from tipline.waiting import WaitingRoom
from tipline.world import World

LONGEST_PLACE = 200
"""Characters; the sealed format's bound for short texts."""


class Puzzle(Protocol):
    """Tells whether a puzzle was passed; never raises."""

    async def is_passed(self, solved: str) -> bool: ...


@dataclass(frozen=True)
class TipForm:
    """Everything behind the tip form and the follow-up."""

    world: World
    drafts: Drafts
    intake: Intake
    conversations: Conversations
    holders: Holders
    questions: tuple[Question, ...]
    exit_target: Callable[[], str]
    """The everyday site where `/weg` leads, as the content says now."""
    admission: Admission
    waiting_room: WaitingRoom
    puzzle: Puzzle | None = None
    """Somebody else's, where the operator switched it on."""

    def takes_tips(self) -> bool:
        """Whether every tip would find a reader: the national point, where all other ways end, is open."""
        return self.holders.is_open(self.world.care_points().national.id)


def read_brought(incoming: Incoming) -> Brought:
    """What came with this post against a flood; `website` is the field that no person sees."""
    return Brought(incoming.one("proof"), incoming.one("ticket"), incoming.one("website"))


@dataclass(frozen=True)
class PlaceRead:
    """What was answered about the place, and what is still asked: `missing`, `not_known`, `too_long`, `ask` (there are
    candidates to choose from) or `choose` (there still are)."""

    answer: PlaceAnswer
    fault: str = ""


def read_place(geography: Geography, incoming: Incoming, before: PlaceAnswer) -> PlaceRead:
    """The place in these fields. A place typed anew that is certain goes before a choice; where the text was left as it
    was, or leads nowhere, the choice speaks. A care point or municipality that was not offered is never believed."""
    typed = clean(incoming.one("place"))
    text, where = typed[:LONGEST_PLACE], incoming.one("where")
    finding = geography.find(text)
    is_new = text != before.text
    if finding.municipality and (is_new or not where):
        name = finding.municipality.name
        return PlaceRead(PlaceAnswer(PlaceKind.MUNICIPALITY, text, finding.municipality.code, name))
    if where in {PlaceKind.ONLINE, PlaceKind.UNKNOWN}:
        return PlaceRead(PlaceAnswer(PlaceKind(where), text))
    chosen = next((one for one in finding.candidates if one.municipality.code == where), None)
    if chosen and not is_new:
        return PlaceRead(PlaceAnswer(PlaceKind.MUNICIPALITY, text, where, name_of(chosen)))
    return PlaceRead(PlaceAnswer(text=text), _fault(typed, finding.candidates, is_new=is_new))


def read_home(geography: Geography, incoming: Incoming, before: PlaceAnswer) -> PlaceRead:
    """Where he lives, as these fields say. Nobody must answer this: what leads nowhere stays as words, and a name that
    is not certain is asked about once."""
    text = clean(incoming.one("lives_elsewhere"))[:LONGEST_PLACE]
    finding, chosen, is_new = geography.find(text), incoming.one("home"), text != before.text
    if finding.municipality:
        name = finding.municipality.name
        return PlaceRead(PlaceAnswer(PlaceKind.MUNICIPALITY, text, finding.municipality.code, name))
    if not is_new and not chosen:
        return PlaceRead(before)
    one = next((one for one in finding.candidates if one.municipality.code == chosen and not is_new), None)
    if one:
        return PlaceRead(PlaceAnswer(PlaceKind.MUNICIPALITY, text, chosen, name_of(one)))
    return PlaceRead(PlaceAnswer(text=text), "ask" if finding.candidates and is_new else "")


def name_of(candidate: Candidate) -> str:
    """A candidate in words: the place, and the municipality where that says more."""
    if candidate.kind == "postcode" or candidate.place == candidate.municipality.name:
        return candidate.municipality.name
    return f"{candidate.place} ({candidate.municipality.name})"


def _fault(typed: str, candidates: tuple[Candidate, ...], *, is_new: bool) -> str:
    if len(typed) > LONGEST_PLACE:
        return "too_long"
    if candidates:
        return "ask" if is_new else "choose"
    return "not_known" if typed else "missing"
