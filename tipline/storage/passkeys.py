"""Coordinators' passkeys, and the challenges that were spent. Every question names the coordinator that asks, but the
one that finds whose a passkey is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import delete, func, or_, update
from sqlmodel import Session, col, select

from tipline.storage.adding import add_unless_taken
from tipline.storage.coordinators import Coordinator, WrappedKey, coordinator_in
from tipline.storage.engine import Database
from tipline.storage.tables import ChallengeRow, CoordinatorRow, PasskeyRow, WrappedKeyRow


@dataclass(frozen=True)
class Passkey:
    """The public half of a passkey."""

    id: str
    coordinator: str
    credential: bytes
    public_key: bytes
    sign_count: int
    name: str
    added_on: date


@dataclass(frozen=True)
class Spent:
    """A challenge that was answered. It is remembered until nobody could answer it any more, and so counts once."""

    digest: bytes = field(repr=False)
    purpose: str
    ends: datetime


class Passkeys:
    def __init__(self, database: Database) -> None:
        self._database = database

    def by_credential(self, credential: bytes) -> tuple[Passkey, Coordinator] | None:
        """This passkey and whose it is, unless his access was ended."""
        with self._database.reading() as session:
            row = session.exec(select(PasskeyRow).where(PasskeyRow.credential == credential)).one_or_none()
            owner = session.get(CoordinatorRow, row.coordinator) if row else None
            if row is None or owner is None or owner.ended_on is not None:
                return None
            return _passkey(row), coordinator_in(owner)

    def of(self, coordinator_id: str) -> Sequence[Passkey]:
        """His passkeys, the oldest first."""
        with self._database.reading() as session:
            rows = session.exec(
                select(PasskeyRow)
                .where(PasskeyRow.coordinator == coordinator_id)
                .order_by(col(PasskeyRow.added_on), col(PasskeyRow.id))
            )
            return tuple(map(_passkey, rows))

    def use(self, passkey: Passkey, sign_count: int, spent: Spent, now: datetime) -> bool:
        """Spends the challenge that this passkey signed, and keeps its new count. False when the challenge was spent
        before, or the passkey was removed meanwhile or counts further already."""
        with self._database.writing() as session:
            counted = session.execute(
                update(PasskeyRow)
                .where(
                    col(PasskeyRow.id) == passkey.id,
                    or_(col(PasskeyRow.sign_count) < sign_count, col(PasskeyRow.sign_count) == 0),
                )
                .values(sign_count=sign_count)
            )
            is_counted = bool(counted.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult
            if not is_counted or not spend(session, spent, now):
                session.rollback()
                return False
            return True

    def add(self, passkey: Passkey, wrapped: WrappedKey, spent: Spent, now: datetime) -> bool:
        """Keeps a passkey with the file that it unlocks. False when the challenge was spent before, or the passkey is
        known already."""
        with self._database.writing() as session:
            if spend(session, spent, now) and add_passkey(session, passkey, wrapped):
                return True
            session.rollback()
            return False

    def rename(self, coordinator_id: str, passkey_id: str, name: str) -> bool:
        """False when he has no such passkey."""
        with self._database.writing() as session:
            named = session.execute(
                update(PasskeyRow)
                .where(col(PasskeyRow.id) == passkey_id, col(PasskeyRow.coordinator) == coordinator_id)
                .values(name=name)
            )
            return bool(named.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult

    def remove(self, coordinator_id: str, passkey_id: str) -> bool:
        """Removes a passkey of his, with the file that it unlocks. Raises LastUnlockerError, and removes nothing, when
        nothing else would unlock his key. False when he has no such passkey."""
        with self._database.writing() as session:
            # Whoever removes another one of his at the same time waits here.
            session.exec(select(CoordinatorRow).where(CoordinatorRow.id == coordinator_id).with_for_update()).one()
            removed = session.execute(
                delete(PasskeyRow).where(
                    col(PasskeyRow.id) == passkey_id, col(PasskeyRow.coordinator) == coordinator_id
                )
            )
            if not removed.rowcount:  # type: ignore[attr-defined]  # Result of a DELETE is a CursorResult
                return False
            session.execute(
                delete(WrappedKeyRow).where(
                    col(WrappedKeyRow.unlocker) == passkey_id, col(WrappedKeyRow.coordinator) == coordinator_id
                )
            )
            left = session.exec(select(func.count()).where(WrappedKeyRow.coordinator == coordinator_id)).one()
            if not left:
                session.rollback()
                raise LastUnlockerError
            return True


class LastUnlockerError(Exception):
    """This is the last thing that unlocks a coordinator's key: without it nobody could open it again."""


def spend(session: Session, spent: Spent, now: datetime) -> bool:
    """Within a transaction that is open already: marks a challenge as spent; False when it was before."""
    session.execute(delete(ChallengeRow).where(col(ChallengeRow.ends) <= now))
    return add_unless_taken(session, ChallengeRow.model_validate(vars(spent)))


def add_passkey(session: Session, passkey: Passkey, wrapped: WrappedKey) -> bool:
    """Within a transaction that is open already; False when the passkey is known already."""
    if not add_unless_taken(session, PasskeyRow.model_validate(vars(passkey))):
        return False
    session.add(WrappedKeyRow.model_validate(vars(wrapped)))
    return True


def _passkey(row: PasskeyRow) -> Passkey:
    return Passkey(**row.model_dump())
