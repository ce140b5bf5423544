"""Tips and their messages. What a person wrote is a sealed file; care point, date and status are not sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete, func, literal, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from tipline.storage.engine import Database
from tipline.storage.tables import DraftRow, MessageRow, NoticeRow, TipRow


@dataclass(frozen=True)
class StoredTip:
    id: str
    care_point: str
    received_on: date
    status: str
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class NewTip:
    id: str
    lookup_digest: bytes = field(repr=False)
    care_point: str
    received_on: date
    hidden: bool
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class StoredMessage:
    """One sealed file of a conversation. `reader` is `desk` or `tipster`."""

    id: str
    tip: str
    kind: str
    number: int
    reader: str
    written_on: date
    sealed: bytes = field(repr=False)


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

    def keep(self, tip: NewTip, draft: DraftChange, notice_id: str) -> bool:
        """Tip, notice and draft in one transaction. False, with nothing changed, when this tip was kept before, or when
        the draft is no longer what it was made from."""
        row = TipRow.model_validate({**vars(tip), "status": "new"})
        with self._database.writing() as session:
            if not _changed_draft(session, draft) or not _added(session, row):
                session.rollback()
                return False
            session.add(NoticeRow(id=notice_id, care_point=tip.care_point))
            return True

    def by_lookup(self, lookup_digest: bytes) -> StoredTip | None:
        with self._database.reading() as session:
            row = session.exec(select(TipRow).where(TipRow.lookup_digest == lookup_digest)).one_or_none()
            return _tip(row) if row else None

    def of(self, care_point: str) -> tuple[StoredTip, ...]:
        """The tips of one care point that its desk may see, oldest first."""
        with self._database.reading() as session:
            rows = session.exec(
                select(TipRow)
                .where(TipRow.care_point == care_point, col(TipRow.hidden).is_(False))
                .order_by(col(TipRow.received_on), col(TipRow.id))
            )
            return tuple(_tip(row) for row in rows)

    def get(self, tip_id: str, care_point: str) -> StoredTip | None:
        """One tip of this care point; None for any other id, another point's among them."""
        with self._database.reading() as session:
            row = session.get(TipRow, tip_id)
            return _tip(row) if row and row.care_point == care_point and not row.hidden else None

    def care_points(self) -> frozenset[str]:
        """Every care point that a stored tip names."""
        with self._database.reading() as session:
            return frozenset(session.exec(select(TipRow.care_point).distinct()))

    def set_status(self, tip_id: str, care_point: str, status: str, seen: str | None = None) -> bool:
        """False for another point's tip, or when `seen` is given and a colleague has changed the status since."""
        own = (col(TipRow.id) == tip_id, col(TipRow.care_point) == care_point, col(TipRow.hidden).is_(False))
        still = (col(TipRow.status) == seen,) if seen is not None else ()
        with self._database.writing() as session:
            changed = session.execute(update(TipRow).where(*own, *still).values(status=status))
            return bool(changed.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult

    def messages(self, tip_id: str, reader: str) -> tuple[StoredMessage, ...]:
        """The files that `reader` may open, in their order of kind and number."""
        with self._database.reading() as session:
            rows = session.exec(
                select(MessageRow)
                .where(MessageRow.tip == tip_id, MessageRow.reader == reader)
                .order_by(col(MessageRow.written_on), col(MessageRow.kind), col(MessageRow.number))
            )
            return tuple(_message(row) for row in rows)

    def next_number(self, tip_id: str, kind: str) -> int:
        """The number the next message of this kind must carry, from 1; numbers of deleted ones are not used again."""
        with self._database.reading() as session:
            return _last_number(session, tip_id, kind) + 1

    def add_messages(self, messages: Sequence[StoredMessage], draft: DraftChange | None = None) -> bool:
        """All files of one message, or none: False when its number was taken or its id was kept before."""
        with self._database.writing() as session:
            first = messages[0]
            is_next = first.number == _last_number(session, first.tip, first.kind) + 1
            if not is_next or not _added(session, MessageRow.model_validate(vars(first))):
                return False
            if draft and not _changed_draft(session, draft):
                session.rollback()
                return False
            session.add_all(MessageRow.model_validate(vars(message)) for message in messages[1:])
            return True

    def delete_answer(self, tip_id: str, message_id: str) -> bool:
        """Deletes the tipster's file of an answer; the desk keeps its own."""
        with self._database.writing() as session:
            gone = session.execute(
                delete(MessageRow).where(
                    col(MessageRow.id) == message_id,
                    col(MessageRow.tip) == tip_id,
                    col(MessageRow.kind) == "answer",
                    col(MessageRow.reader) == "tipster",
                )
            )
            return bool(gone.rowcount)  # type: ignore[attr-defined]  # Result of a DELETE is a CursorResult


def _tip(row: TipRow) -> StoredTip:
    return StoredTip(row.id, row.care_point, row.received_on, row.status, row.sealed)


def _message(row: MessageRow) -> StoredMessage:
    return StoredMessage(row.id, row.tip, row.kind, row.number, row.reader, row.written_on, row.sealed)


def _added(session: Session, row: SQLModel) -> bool:
    """Inserts `row` unless one of its unique values is taken. A caught violation would do the same, but databases log
    the values of a violation."""
    # RETURNING tells whether a row came; drivers count rows of such inserts each in their own way.
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    added = insert(type(row)).values(row.model_dump()).on_conflict_do_nothing().returning(literal(1))
    return session.execute(added).first() is not None


def _changed_draft(session: Session, change: DraftChange) -> bool:
    changed = session.execute(
        update(DraftRow)
        .where(col(DraftRow.digest) == change.digest, col(DraftRow.box) == change.seen)
        .values(box=change.box)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult


def _last_number(session: Session, tip_id: str, kind: str) -> int:
    # The desk's file of an answer outlives the tipster's, so the highest number is never forgotten.
    query = select(func.max(MessageRow.number)).where(MessageRow.tip == tip_id, MessageRow.kind == kind)
    return session.exec(query).one() or 0
