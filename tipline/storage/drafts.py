"""Boxed drafts: found by the digest of their id, changed only by who read the last state, counted in pools."""

import secrets
from datetime import UTC, datetime

from sqlalchemy import bindparam, delete, exists, or_, update
from sqlmodel import Session, col, select

from tipline.pools import Pool, ProofSpentError, Spending
from tipline.storage.adding import add_all, add_unless_taken
from tipline.storage.admissions import admit_draft, check_room
from tipline.storage.engine import Database
from tipline.storage.tables import AdmissionRow, DraftRow, SpentProofRow

_BOX = select(DraftRow.box).where(DraftRow.digest == bindparam("of"), DraftRow.expires > bindparam("now"))


class Drafts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, digest: bytes, box: bytes, expires: int, pool: Pool = Pool.ALL, spending: Spending | None = None
    ) -> None:
        """A new draft, and the proof that it came with, in one transaction. Raises `PoolFullError` and
        `ProofSpentError`."""
        with self._database.reading() as session:
            # Asked before as well: a flood that finds its pool full must not stand in line with those who write.
            check_room(session, pool)
        with self._database.writing() as session:
            admit_draft(session, pool)
            if spending:
                _spend(session, spending)
            add_all(session, [DraftRow(digest=digest, box=box, expires=expires, pool=pool)])

    def box_of(self, digest: bytes, now: int) -> bytes | None:
        """The box, or None when there is none or its hour is over."""
        with self._database.reading() as session:
            values = {"of": digest, "now": now}
            return session.connection().execute(_BOX, values).scalar_one_or_none()

    def replace(self, digest: bytes, seen: bytes, box: bytes) -> bool:
        """Keeps `box` where `seen` still stands; False when another request was faster."""
        with self._database.writing() as session:
            changed = session.execute(
                update(DraftRow).where(col(DraftRow.digest) == digest, col(DraftRow.box) == seen).values(box=box)
            )
            return bool(changed.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult

    def move(self, digest: bytes, pool: Pool, spending: Spending | None) -> None:
        """Counts a draft of someone who brought nothing in another pool from now on. Raises `PoolFullError` and
        `ProofSpentError`."""
        with self._database.writing() as session:
            if session.exec(select(DraftRow.pool).where(DraftRow.digest == digest)).one_or_none() != Pool.NEITHER:
                return
            admit_draft(session, pool)
            if spending:
                _spend(session, spending)
            session.execute(update(DraftRow).where(col(DraftRow.digest) == digest).values(pool=pool))

    def blank(self, digest: bytes, size: int) -> None:
        """Puts `size` random bytes over the box. The row counts in its pool until its time is over: whoever begins and
        leaves, over and over, fills no more than his pool."""
        with self._database.writing() as session:
            session.execute(
                update(DraftRow).where(col(DraftRow.digest) == digest).values(box=secrets.token_bytes(size))
            )

    def drop_expired(self, now: int) -> None:
        """Drafts and used proofs whose time is over, and what was counted on days before today."""
        today = datetime.fromtimestamp(now, UTC).date()
        over = or_(
            exists().where(col(DraftRow.expires) <= now),
            exists().where(col(SpentProofRow.expires) <= now),
            exists().where(col(AdmissionRow.day) < today),
        )
        with self._database.reading() as session:
            if not session.execute(select(over)).scalar_one():
                return
        with self._database.writing() as session:
            session.execute(delete(DraftRow).where(col(DraftRow.expires) <= now))
            session.execute(delete(SpentProofRow).where(col(SpentProofRow.expires) <= now))
            session.execute(delete(AdmissionRow).where(col(AdmissionRow.day) < today))


def _spend(session: Session, spending: Spending) -> None:
    if not add_unless_taken(session, SpentProofRow(digest=spending.digest, expires=spending.expires)):
        raise ProofSpentError
