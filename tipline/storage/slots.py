"""What waits for its slot, hidden from every question of the desk, and its uncovering: all at once, in one transaction,
with what it changes in the cases."""

from datetime import date

from sqlalchemy import update
from sqlmodel import Session, col, select

from tipline.storage.chores import DONE, DUE, REWRITING, ask_rewriting, last_done, put, take
from tipline.storage.engine import Database
from tipline.storage.outbox import address, take_up
from tipline.storage.tables import CaseRow, MessageRow, TipRow
from tipline.storage.tips import after_addition

SLOT = "slot"
"""The chore of uncovering; it is done for a slot, as ISO 8601 in UTC."""
AT_ONCE = "at once"
"""Done so while nothing is hidden."""

Part = tuple[str, str]
"""A tip and a care point that reads it."""


class WaitingTips:
    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self) -> str | None:
        """The last slot that uncovered, or began; None when there was none yet."""
        with self._database.reading() as session:
            return last_done(session, SLOT)

    def begin(self, slot: str, seen: str | None) -> bool:
        """Counts from this slot, and uncovers nothing. False when another process wrote a slot since."""
        with self._database.writing() as session:
            return take(session, SLOT, slot, seen)

    def uncover(self, slot: str, seen: str) -> bool:
        """Uncovers every hidden tip and addition, and makes the waiting notices ones for coordinators. False, with
        nothing changed, when another process did since."""
        with self._database.writing() as session:
            if not take(session, SLOT, slot, seen):
                return False
            # First, so that no notice goes out whose tip came too late for this slot.
            take_up(session)
            is_new = _uncover_cases(session) | _uncover_additions(session)
            address(session)
            if is_new:
                ask_rewriting(session)
            return True

    def is_rewriting_due(self) -> bool:
        """Whether something was uncovered or deleted since SQLite's file was last written anew."""
        with self._database.reading() as session:
            return last_done(session, REWRITING) == DUE

    def rewrite(self) -> None:
        """Writes SQLite's file anew, in the order of its keys, and empties the log: until then its pages tell in which
        order they were written."""
        self._database.rewrite()
        with self._database.writing() as session:
            put(session, REWRITING, DONE)


def _uncover_cases(session: Session) -> bool:
    changed = session.execute(update(CaseRow).where(col(CaseRow.hidden).is_(True)).values(hidden=False))
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult


def _uncover_additions(session: Session) -> bool:
    """Each does to its case what it would have done at once."""
    # Whoever changes a conversation locks its tip first; so does this, or two could wait for each other.
    waiting = select(MessageRow.tip).where(col(MessageRow.hidden).is_(True))
    session.exec(select(TipRow.id).where(col(TipRow.id).in_(waiting)).order_by(col(TipRow.id)).with_for_update()).all()
    uncovered = session.execute(
        update(MessageRow)
        .where(col(MessageRow.hidden).is_(True))
        .values(hidden=False)
        .returning(col(MessageRow.tip), col(MessageRow.reader), col(MessageRow.written_on))
    )
    latest: dict[Part, date] = {}
    for tip, reader, written_on in uncovered:
        latest[tip, reader] = max(written_on, latest.get((tip, reader), written_on))
    for (tip, reader), written_on in sorted(latest.items()):
        session.execute(
            update(CaseRow)
            .where(col(CaseRow.tip) == tip, col(CaseRow.care_point) == reader)
            .values(after_addition(written_on))
        )
    return bool(latest)
