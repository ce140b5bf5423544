"""Which chore was last done for which slot or day. A process takes one by a change that only one of them can make."""

from sqlalchemy import update
from sqlmodel import Session, col

from tipline.storage.adding import add_unless_taken
from tipline.storage.tables import ChoreRow


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
