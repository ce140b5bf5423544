"""Sessions at the desk: whose a cookie's digest is, and when its owner last proved himself anew."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from tipline.storage.coordinators import Coordinator, coordinator_in
from tipline.storage.engine import Database
from tipline.storage.tables import CoordinatorRow, DeskSessionRow


@dataclass(frozen=True)
class StoredSession:
    digest: bytes = field(repr=False)
    coordinator: str
    way: str
    """How it was begun: `passkey` or `passphrase`."""
    began: datetime
    last_used: datetime
    ends: datetime
    stepped_up: datetime | None = None


class Sessions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, session: StoredSession) -> None:
        with self._database.writing() as writing:
            writing.add(DeskSessionRow.model_validate(vars(session)))

    def use(
        self, digest: bytes, now: datetime, idle_since: datetime, *, counts: bool = True
    ) -> tuple[StoredSession, Coordinator] | None:
        """This session and whose it is, if neither has ended and it was used after `idle_since`. Marks it as used now,
        unless this does not count as use."""
        with self._database.writing() as session:
            row = session.get(DeskSessionRow, digest)
            if row is None or row.ends <= now or row.last_used <= idle_since:
                return None
            owner = session.get(CoordinatorRow, row.coordinator)
            if owner is None or owner.ended_on is not None:
                return None
            if counts:
                used = update(DeskSessionRow).where(col(DeskSessionRow.digest) == digest).values(last_used=now)
                if not session.execute(used).rowcount:  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult
                    return None  # it was ended in this very moment
            return _stored(row), coordinator_in(owner)

    def step_up(self, digest: bytes, now: datetime) -> None:
        """Its owner proved himself anew."""
        with self._database.writing() as session:
            session.execute(update(DeskSessionRow).where(col(DeskSessionRow.digest) == digest).values(stepped_up=now))

    def of(self, coordinator_id: str, now: datetime, idle_since: datetime) -> Sequence[StoredSession]:
        """His sessions that have not ended, the latest first."""
        with self._database.reading() as session:
            rows = session.exec(
                select(DeskSessionRow)
                .where(
                    DeskSessionRow.coordinator == coordinator_id,
                    DeskSessionRow.ends > now,
                    DeskSessionRow.last_used > idle_since,
                )
                .order_by(col(DeskSessionRow.began).desc())
            )
            return tuple(map(_stored, rows))

    def end(self, digest: bytes) -> None:
        with self._database.writing() as session:
            session.execute(delete(DeskSessionRow).where(col(DeskSessionRow.digest) == digest))

    def end_one_of(self, coordinator_id: str, digest: bytes) -> bool:
        """Ends this session if it is his; False when he has no such session."""
        with self._database.writing() as session:
            ended = session.execute(
                delete(DeskSessionRow).where(
                    col(DeskSessionRow.digest) == digest, col(DeskSessionRow.coordinator) == coordinator_id
                )
            )
            return bool(ended.rowcount)  # type: ignore[attr-defined]  # Result of a DELETE is a CursorResult

    def end_all_of(self, coordinator_id: str, *, but: bytes = b"") -> None:
        """Ends every session of his, but one where a digest is given."""
        with self._database.writing() as session:
            end_sessions_of(session, coordinator_id, but=but)

    def drop_ended(self, now: datetime) -> None:
        with self._database.writing() as session:
            session.execute(delete(DeskSessionRow).where(col(DeskSessionRow.ends) <= now))


def end_sessions_of(session: Session, coordinator_id: str, *, but: bytes = b"") -> None:
    """Within a transaction that is open already."""
    session.execute(
        delete(DeskSessionRow).where(
            col(DeskSessionRow.coordinator) == coordinator_id, col(DeskSessionRow.digest) != but
        )
    )


def _stored(row: DeskSessionRow) -> StoredSession:
    return StoredSession(**row.model_dump())
