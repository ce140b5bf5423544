"""Which chore was last done for which slot or day. A process takes one by a change that only one of them can make."""

from datetime import date, timedelta

from sqlalchemy import update
from sqlmodel import Session, col

from tipline.storage.adding import add_unless_taken
from tipline.storage.engine import Database
from tipline.storage.tables import ChoreRow

REWRITING = "rewriting"
"""The chore of writing SQLite's file anew after an uncovering or a deletion; it is done for `DUE` or `DONE`."""
DUE = "due"
DONE = "done"


class Chores:
    """What is done once a day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, name: str, today: date) -> bool:
        """Takes the chore of this day. False when this or another process did. A day further ahead than tomorrow was
        written by a clock that went wrong, and does not count."""
        with self._database.reading() as session:
            seen = last_done(session, name)
        if seen and today <= date.fromisoformat(seen) <= today + timedelta(days=1):
            return False
        with self._database.writing() as session:
            return take(session, name, today.isoformat(), seen)

    def give_back(self, name: str) -> None:
        """It was not done after all: somebody is to begin it anew."""
        with self._database.writing() as session:
            put(session, name, "")


def last_done(session: Session, name: str) -> str | None:
    """For which slot or day the chore was last done; None when never."""
    row = session.get(ChoreRow, name)
    return row.done if row else None


def take(session: Session, name: str, done: str, seen: str | None) -> bool:
    """Writes for which slot or day the chore is done now, in the caller's transaction. False when it is not any more
    what was `seen`: another process was faster, and did it."""
    if seen is None:
        return add_unless_taken(session, ChoreRow(name=name, done=done))
    changed = session.execute(
        update(ChoreRow).where(col(ChoreRow.name) == name, col(ChoreRow.done) == seen).values(done=done)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult


def put(session: Session, name: str, done: str) -> None:
    """Writes it whatever stood there."""
    session.merge(ChoreRow(name=name, done=done))


def ask_rewriting(session: Session) -> None:
    """Something was deleted: SQLite's file is to be written anew. Rows that moved from page to page may have left
    pieces of it behind, which `secure_delete` does not know of."""
    if session.get_bind().dialect.name == "sqlite":
        put(session, REWRITING, DUE)
