"""Tips and their messages, as their tipsters' codes find them. What a person wrote is a sealed file; who may read it,
and on which date it came, is not sealed. How far a care point is with a tip stands in `cases`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, bindparam, case, delete, func, update
from sqlmodel import Session, col, select

from tipline.pools import Pool
from tipline.storage.adding import add_all, add_unless_taken
from tipline.storage.admissions import admit_tip
from tipline.storage.chores import ask_rewriting
from tipline.storage.engine import Database
from tipline.storage.outbox import add_notice, new_notice
from tipline.storage.tables import CaseRow, DraftRow, MessageRow, TipRow

ADDITIONS, ADDITIONS_A_DAY = 200, 20
"""To one tip, in all and on one day: more than anyone had to say, and 13 MB with the longest."""
LAST = 2**31
NOBODYS = "00000000-0000-0000-0000-000000000000"
"""The id of no tip: where there is none, the same questions are asked for it."""
TIPSTER = "tipster"
"""The reader of a message's file who is no care point."""


class OtherReadersError(Exception):
    """The files of a message are for others than those who have a case of its tip now. Nothing was kept."""


class TooManyAdditionsError(Exception):
    """This tip has had as many additions today, or in all, as one may. Nothing was kept."""


@dataclass(frozen=True)
class StoredTip:
    """A tip with the care points that have a case of it now, sorted."""

    id: str
    received_on: date
    care_points: tuple[str, ...]


@dataclass(frozen=True)
class NewTip:
    id: str
    lookup_digest: bytes = field(repr=False)
    received_on: date
    hidden: bool
    sealed: Mapping[str, bytes] = field(repr=False)
    """The file of each care point that receives it; the head of each names all of them."""


@dataclass(frozen=True)
class StoredMessage:
    """One sealed file of a conversation. `reader` is `tipster` or a care point; the head names those in `named`."""

    id: str
    tip: str
    kind: str
    number: int
    reader: str
    named: tuple[str, ...]
    written_on: date
    sealed: bytes = field(repr=False)
    written_by: str = ""
    """A coordinator's id; for one of another care point that point's id; empty for the tipster."""
    hidden: bool = False
    """An addition that waits for its slot."""
    seen: bool = False
    """Of the tipster's file of an answer: whether it was shown with the code before."""
    answers_to: int = 0
    """Of an answer that is kept: the number of the last addition that was shown then."""


@dataclass(frozen=True)
class DraftChange:
    """What becomes of the draft in the same transaction as the tip."""

    digest: bytes = field(repr=False)
    seen: bytes = field(repr=False)
    """The box that was read; the change is void when another request has put one in its place."""
    box: bytes = field(repr=False)


class Tips:
    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, tip: NewTip, draft: DraftChange) -> bool:
        """Tip, cases, notices and draft in one transaction, counted in the draft's pool. False, with nothing changed,
        when this tip was kept before, or when the draft is no longer what it was made from. Raises `PoolFullError`."""
        row = TipRow(id=tip.id, lookup_digest=tip.lookup_digest, received_on=tip.received_on)
        with self._database.writing() as session:
            pool = _change_draft(session, draft)
            if pool is None or not add_unless_taken(session, row):
                session.rollback()
                return False
            admit_tip(session, pool, tip.received_on)
            session.connection().execute(_WAS_SENT, {"of": draft.digest})
            add_all(session, [_new_case(tip, care_point, pool) for care_point in tip.sealed])
            add_all(session, [new_notice(care_point) for care_point in tip.sealed])
            return True

    def by_lookup(self, lookup_digest: bytes) -> StoredTip | None:
        with self._database.reading() as session:
            # Two values and no object, and the second question in any case: how long it takes tells no known code.
            asked = select(col(TipRow.id), col(TipRow.received_on)).where(TipRow.lookup_digest == lookup_digest)
            found = session.exec(asked).one_or_none()
            care_points = care_points_of(session, found[0] if found else NOBODYS)
            return StoredTip(found[0], found[1], care_points) if found else None

    def care_points(self) -> frozenset[str]:
        """Every care point that has a case."""
        with self._database.reading() as session:
            return frozenset(session.exec(select(CaseRow.care_point).distinct()))

    def messages(self, tip_id: str, reader: str) -> tuple[StoredMessage, ...]:
        """The files that `reader` may open: by date; on one day an answer stands behind what it answers, notes stand
        last. None that waits for its slot."""
        with self._database.reading() as session:
            own = (MessageRow.tip == tip_id, MessageRow.reader == reader)
            rows = session.exec(select(MessageRow).where(*own, col(MessageRow.hidden).is_(False))).all()
            return tuple(_message(row) for row in sorted(rows, key=_place_in_thread))

    def next_number(self, tip_id: str, kind: str, care_point: str = "") -> int:
        """The number the next message of this kind must carry, from 1; numbers of deleted ones are not used again. Each
        care point numbers its own notes; who asks for those names it."""
        with self._database.reading() as session:
            return _last_number(session, tip_id, kind, care_point) + 1

    def last_shown(self, tip_id: str, kind: str) -> int:
        """The highest number of this kind that does not wait for its slot; 0 when there is none."""
        with self._database.reading() as session:
            return _last_number(session, tip_id, kind, "", _SHOWN)

    def add_messages(self, messages: Sequence[StoredMessage], draft: DraftChange | None = None) -> bool:
        """All files of one message, or none: False when its number was taken or its id was kept before. An answer or an
        addition opens a closed case of its readers again, a hidden one at its slot; an addition leaves notices. Raises
        `OtherReadersError` when the tip was handed over or shared since they were sealed: who reads it now would miss
        the message; and `TooManyAdditionsError`."""
        with self._database.writing() as session:
            first = messages[0]
            lock_tip(session, first.tip)
            noted_by = first.reader if first.kind == "note" else ""
            if first.number != _last_number(session, first.tip, first.kind, noted_by) + 1:
                return False
            if first.kind == "addition":
                _check_additions(session, first)
            if first.kind == "answer":
                answered = _last_number(session, first.tip, "addition", "", _SHOWN)
                messages = [replace(message, answers_to=answered) for message in messages]
                first = messages[0]
            if not noted_by and _readers(messages) != set(care_points_of(session, first.tip)):
                raise OtherReadersError
            if not add_unless_taken(session, message_row(first)):
                return False
            if draft and _change_draft(session, draft) is None:
                session.rollback()
                return False
            session.add_all(message_row(message) for message in messages[1:])
            if first.kind == "addition":
                for care_point in sorted(_readers(messages)):
                    add_notice(session, care_point)
            if not first.hidden:
                session.execute(
                    update(CaseRow)
                    .where(col(CaseRow.tip) == first.tip, col(CaseRow.care_point).in_(_readers(messages)))
                    .values(_after(first))
                )
            return True

    def has_message(self, tip_id: str, message_id: str) -> bool:
        """Whether a message of this tip was kept under this id, shown already or not."""
        with self._database.reading() as session:
            row = session.get(MessageRow, message_id)
            return row is not None and row.tip == tip_id

    def mark_seen(self, tip_id: str, message_ids: Collection[str]) -> None:
        """Remembers that these answers were shown to the tipster."""
        with self._database.writing() as session:
            own = (col(MessageRow.tip) == tip_id, col(MessageRow.reader) == TIPSTER)
            session.execute(update(MessageRow).where(*own, col(MessageRow.id).in_(message_ids)).values(seen=True))

    def delete_answer(self, tip_id: str, message_id: str) -> bool:
        """Deletes the tipster's file of an answer; the desk keeps its own."""
        with self._database.writing() as session:
            gone = session.execute(
                delete(MessageRow).where(
                    col(MessageRow.id) == message_id,
                    col(MessageRow.tip) == tip_id,
                    col(MessageRow.kind) == "answer",
                    col(MessageRow.reader) == TIPSTER,
                )
            )
            is_gone = bool(gone.rowcount)  # type: ignore[attr-defined]  # Result of a DELETE is a CursorResult
            if is_gone:
                ask_rewriting(session)
            return is_gone


_SHOWN = col(MessageRow.hidden).is_(False)


def _place_in_thread(row: MessageRow) -> tuple[date, int, str, int]:
    """Of the second addition it is (day, 2, …), of what answers it too, and "addition" goes before "answer"."""
    behind = {"addition": row.number, "answer": row.answers_to}
    return row.written_on, behind.get(row.kind, LAST), row.kind, row.number


def message_row(message: StoredMessage) -> MessageRow:
    return MessageRow.model_validate({**vars(message), "named": " ".join(message.named)})


def _after(message: StoredMessage) -> Mapping[str, object]:
    """What a message changes in the cases of its readers."""
    values: dict[str, object] = {"active_on": message.written_on, "changes": CaseRow.changes + 1}
    if message.kind == "note":
        return values
    if message.kind == "answer":
        return {**values, "answered_to": message.answers_to, **_reopened()}
    return after_addition(message.written_on)


def after_addition(written_on: date) -> Mapping[str, object]:
    """What an addition changes in the cases of its readers."""
    active_on = col(CaseRow.active_on)
    later = case((active_on < written_on, written_on), else_=active_on)  # it may have waited for its slot
    return {"active_on": later, "changes": CaseRow.changes + 1, **_reopened()}


def _reopened() -> Mapping[str, object]:
    """A closed case is open again; any other stays as it is."""
    was_closed = col(CaseRow.status) == "closed"
    return {"status": case((was_closed, "in_progress"), else_=col(CaseRow.status)), "reason": "", "closed_on": None}


def _new_case(tip: NewTip, care_point: str, pool: Pool) -> CaseRow:
    return CaseRow(
        tip=tip.id,
        care_point=care_point,
        named=" ".join(sorted(tip.sealed)),
        sealed=tip.sealed[care_point],
        received_on=tip.received_on,
        status="new",
        active_on=tip.received_on,
        hidden=tip.hidden,
        pool=pool,
    )


def _readers(messages: Sequence[StoredMessage]) -> set[str]:
    """The care points for which a message has a file."""
    return {each.reader for each in messages} - {TIPSTER}


def lock_tip(session: Session, tip_id: str) -> None:
    """Who writes to a tip's conversation, or changes who reads it, waits here for who did before. SQLite has one writer
    anyway."""
    session.exec(select(TipRow.id).where(TipRow.id == tip_id).with_for_update()).one_or_none()


def care_points_of(session: Session, tip_id: str) -> tuple[str, ...]:
    """All that have a case of this tip, sorted."""
    return tuple(sorted(session.exec(select(CaseRow.care_point).where(CaseRow.tip == tip_id))))


def _message(row: MessageRow) -> StoredMessage:
    return StoredMessage(**row.model_dump() | {"named": tuple(row.named.split())})


_CHANGE_DRAFT = (
    update(DraftRow)
    .where(col(DraftRow.digest) == bindparam("of"), col(DraftRow.box) == bindparam("seen"))
    .values(box=bindparam("then"))
    .returning(col(DraftRow.pool))
)


_WAS_SENT = update(DraftRow).where(col(DraftRow.digest) == bindparam("of")).values(pool=Pool.SENT)
"""Its pool stands in the case: side by side they would tell which draft became which tip, and so when it began."""


def _change_draft(session: Session, change: DraftChange) -> Pool | None:
    """The pool of the draft; None, with nothing changed, when it is no longer what was seen."""
    session.flush()
    values = {"of": change.digest, "seen": change.seen, "then": change.box}
    pool = session.connection().execute(_CHANGE_DRAFT, values).scalar_one_or_none()
    return None if pool is None else Pool(pool)


def _check_additions(session: Session, new: StoredMessage) -> None:
    """Raises `TooManyAdditionsError`. Additions ask for no proof but the code, so one code must fill nothing."""
    numbers = select(func.count(col(MessageRow.number).distinct())).where(
        MessageRow.tip == new.tip, MessageRow.kind == "addition", MessageRow.written_on == new.written_on
    )
    if new.number > ADDITIONS or session.exec(numbers).one() >= ADDITIONS_A_DAY:
        raise TooManyAdditionsError


def _last_number(session: Session, tip_id: str, kind: str, care_point: str, *wanted: ColumnElement[bool]) -> int:
    # The desk's file of an answer outlives the tipster's, so the highest number is never forgotten.
    query = select(func.max(MessageRow.number)).where(MessageRow.tip == tip_id, MessageRow.kind == kind, *wanted)
    if care_point:
        query = query.where(MessageRow.reader == care_point)
    return session.exec(query).one() or 0
