"""Notices waiting to be sent. A row says which care point has something new, and nothing else."""

from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlmodel import col, select

from tipline.storage.engine import Database
from tipline.storage.tables import NoticeRow


@dataclass(frozen=True)
class StoredNotice:
    id: str
    care_point: str
    attempts: int


class Outbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self) -> tuple[StoredNotice, ...]:
        with self._database.reading() as session:
            rows = session.exec(select(NoticeRow).order_by(col(NoticeRow.id)))
            return tuple(StoredNotice(row.id, row.care_point, row.attempts) for row in rows)

    def sent(self, notice_id: str) -> None:
        with self._database.writing() as session:
            session.execute(delete(NoticeRow).where(col(NoticeRow.id) == notice_id))

    def failed(self, notice_id: str) -> None:
        """The notice stays; only the number of attempts rises."""
        with self._database.writing() as session:
            session.execute(
                update(NoticeRow).where(col(NoticeRow.id) == notice_id).values(attempts=NoticeRow.attempts + 1)
            )
