"""Boxed drafts: found by the digest of their id, changed only by who read the last state."""

from sqlalchemy import delete, update
from sqlmodel import col

from tipline.storage.engine import Database
from tipline.storage.tables import DraftRow


class Drafts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, digest: bytes, box: bytes, expires: int) -> None:
        with self._database.writing() as session:
            session.add(DraftRow(digest=digest, box=box, expires=expires))

    def box_of(self, digest: bytes, now: int) -> bytes | None:
        """The box, or None when there is none or its hour is over."""
        with self._database.reading() as session:
            row = session.get(DraftRow, digest)
            return row.box if row is not None and row.expires > now else None

    def replace(self, digest: bytes, seen: bytes, box: bytes) -> bool:
        """Keeps `box` where `seen` still stands; False when another request was faster."""
        with self._database.writing() as session:
            changed = session.execute(
                update(DraftRow).where(col(DraftRow.digest) == digest, col(DraftRow.box) == seen).values(box=box)
            )
            return bool(changed.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult

    def drop(self, digest: bytes) -> None:
        with self._database.writing() as session:
            session.execute(delete(DraftRow).where(col(DraftRow.digest) == digest))

    def drop_expired(self, now: int) -> None:
        with self._database.writing() as session:
            session.execute(delete(DraftRow).where(col(DraftRow.expires) <= now))
