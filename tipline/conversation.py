"""The follow-up between desk and tipster. Whoever has the receipt may read the answers, delete them and add something.

Only who opened the tip, or holds the receipt, can speak in it: every message carries an HMAC under the reply key, and
a file that does not verify is not shown. Knows nothing of pages."""

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from tipline import heads, sealing
from tipline.drafts import Drafts, FollowUpDraft, Held
from tipline.heads import Author, Head, Kind
from tipline.holders import Holders
from tipline.intake import seal_for_desks
from tipline.receipts import Derived, lookup_digest
from tipline.sealed_additions import SealedAddition
from tipline.storage.tips import NOBODYS, TIPSTER, OtherReadersError, StoredMessage, StoredTip, Tips
from tipline.working_days import dutch_date

TRIES = 4
"""How often an addition is tried when others are added at the same moment."""
ANY_LANGUAGE = "nl"
"""A head's language is told, never compared."""


class NoConversationError(Exception):
    """No tip has this code."""


class NumberTakenError(Exception):
    """The number is not the next one: others wrote at the same moment, or this was kept before. Nothing was kept."""


@dataclass(frozen=True)
class Answer:
    """One answer of the desk. `text` is None when the file is not what it should be: it can't be shown."""

    id: str
    number: int
    written_on: date
    care_points: tuple[str, ...]
    """Those that had the case when it was written; one of them wrote it."""
    text: str | None = field(repr=False)
    is_new: bool = False
    """Whether the tipster was not shown it before."""


@dataclass(frozen=True)
class Conversation:
    """What a receipt opens."""

    tip: StoredTip
    answers: tuple[Answer, ...]
    additions: int


@dataclass(frozen=True)
class SealedConversation:
    """What a lookup id leads to, for a browser that opens it by itself. `tip` is None when nobody has this id."""

    tip: StoredTip | None
    answers: tuple[StoredMessage, ...]
    additions: int


@dataclass(frozen=True)
class Conversations:
    tips: Tips
    drafts: Drafts
    holders: Holders
    clock: Callable[[], datetime]
    waits_for_slot: bool = False
    """Whether additions stay hidden from the desk until the next slot uncovers them."""

    def tip_of(self, derived: Derived) -> StoredTip | None:
        """The tip that has this receipt; None when there is none. The same work either way: nothing is opened."""
        return self.tips.by_lookup(derived.lookup_digest)

    def tip_at(self, lookup_id: bytes) -> StoredTip | None:
        """The tip whose code yields this lookup id; None when there is none."""
        return self.tips.by_lookup(lookup_digest(lookup_id))

    def sealed(self, lookup_id: bytes) -> SealedConversation:
        """The conversation with this lookup id, unopened. The same questions are asked for one that nobody has."""
        tip = self.tip_at(lookup_id)
        where = tip.id if tip else NOBODYS
        answers, additions = self.tips.messages(where, TIPSTER), self.tips.next_number(where, Kind.ADDITION) - 1
        return SealedConversation(tip, answers, additions)

    def open(self, derived: Derived) -> Conversation | None:
        """The conversation of this receipt; None when no tip has it."""
        tip = self.tip_of(derived)
        if tip is None:
            return None
        answers = tuple(_opened(message, tip, derived) for message in self.tips.messages(tip.id, TIPSTER))
        return Conversation(tip, answers, self.tips.next_number(tip.id, Kind.ADDITION) - 1)

    def add(self, held: Held[FollowUpDraft], tip: StoredTip, derived: Derived, text: str, language: str) -> None:
        """Seals an addition to the care points that this visit was told of. The same post again, at once or later in
        this visit, adds nothing. Raises `NumberTakenError`, `storage.tips.OtherReadersError` when others read `tip`
        now, `heads.TextTooLongError` and what `seal_for_desks` raises."""
        words, told = _digest(text), held.draft.readers
        for _ in range(TRIES):
            if words == held.draft.added:
                return
            if told != tip.care_points:
                raise OtherReadersError
            if self._added(held, tip, derived, text, language):
                return
            # Another post of this visit, or of another visit with the same code, was faster.
            changed = self.drafts.held(held.id, FollowUpDraft)
            if changed is None:
                break
            held = changed
        raise NumberTakenError

    def _added(self, held: Held[FollowUpDraft], tip: StoredTip, derived: Derived, text: str, language: str) -> bool:
        number = self.tips.next_number(tip.id, Kind.ADDITION)
        head = Head(Kind.ADDITION, tip.id, tip.care_points, number, Author.TIPSTER, language)
        plaintext = heads.write(head, {"text": text}, derived.reply_key)
        files = seal_for_desks(plaintext, tip.care_points, self.holders)
        made = message_files(head, dutch_date(self.clock()), files, first_id=held.draft.addition)
        messages = [replace(message, hidden=self.waits_for_slot) for message in made]
        added = FollowUpDraft(derived, new=held.draft.new, said="added", added=_digest(text), readers=tip.care_points)
        return self.tips.add_messages(messages, self.drafts.change(held, added))

    def add_sealed(self, addition: SealedAddition) -> None:
        """Keeps an addition that a browser sealed; the same again adds nothing. Whether it was written by who has the
        code is for the desk to find out. Raises `NoConversationError`, `NumberTakenError`, `OtherReadersError` when the
        files are for others, or sealed to other keys, than those who read it now, and `sealing.SealingError`."""
        tip = self.tip_at(addition.lookup_id)
        if tip is None:
            raise NoConversationError
        if self.tips.has_message(tip.id, addition.id):
            return
        if {point: file.fingerprint for point, file in addition.files.items()} != self._fingerprints(tip):
            raise OtherReadersError
        for file in addition.files.values():
            sealing.check_file(file.sealed, recipients=1)
        head = Head(Kind.ADDITION, tip.id, tip.care_points, addition.number, Author.TIPSTER, ANY_LANGUAGE)
        files = {point: file.sealed for point, file in addition.files.items()}
        made = message_files(head, dutch_date(self.clock()), files, first_id=addition.id)
        messages = [replace(message, hidden=self.waits_for_slot) for message in made]
        if not self.tips.add_messages(messages) and not self.tips.has_message(tip.id, addition.id):
            raise NumberTakenError

    def _fingerprints(self, tip: StoredTip) -> Mapping[str, str]:
        keys = {point: self.holders.usable_key(point) for point in tip.care_points}
        return {point: key.fingerprint if key else "" for point, key in keys.items()}

    def delete_answer(self, tip: StoredTip, message_id: str) -> bool:
        """Deletes the tipster's file of an answer; False when there is none with this id in this conversation."""
        return self.tips.delete_answer(tip.id, message_id)


@dataclass(frozen=True)
class Writer:
    """A coordinator who writes. His own care point sees who it was; others see which care point."""

    coordinator: str
    care_point: str

    def as_told(self, reader: str) -> str:
        return self.coordinator if reader == self.care_point else self.care_point


def keep_written(tips: Tips, head: Head, files: Mapping[str, bytes], today: date, writer: Writer) -> None:
    """All files of a coordinator's answer or note, by reader, or none. Raises `NumberTakenError` and
    `storage.tips.OtherReadersError`."""
    if not tips.add_messages(message_files(head, today, files, writer=writer)):
        raise NumberTakenError


def message_files(
    head: Head, today: date, files: Mapping[str, bytes], first_id: str = "", writer: Writer | None = None
) -> Sequence[StoredMessage]:
    """The rows of one message, one for each reader. `first_id`, where given, is the first one's: the same post again is
    known by it."""
    ids = [first_id or str(uuid.uuid4()), *(str(uuid.uuid4()) for _ in range(len(files) - 1))]
    return [
        StoredMessage(
            id=each_id,
            tip=head.tip or "",
            kind=head.kind,
            number=head.number,
            reader=reader,
            named=head.care_points,
            written_on=today,
            sealed=sealed,
            written_by=writer.as_told(reader) if writer else "",
        )
        for each_id, (reader, sealed) in zip(ids, files.items(), strict=True)
    ]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _opened(message: StoredMessage, tip: StoredTip, derived: Derived) -> Answer:
    expected = Head(Kind.ANSWER, tip.id, message.named, message.number, Author.COORDINATOR, ANY_LANGUAGE)
    try:
        plaintext = sealing.open_sealed(message.sealed, derived.identity)
        text = heads.read(plaintext, expected, derived.reply_key).text
    except ValueError:
        text = None  # every named refusal of sealing and heads is one; the page says that it can't be shown
    return Answer(message.id, message.number, message.written_on, message.named, text, not message.seen)
