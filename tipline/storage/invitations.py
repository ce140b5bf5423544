"""Invitations: who may become a coordinator, once; and the moment at which he does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select

from tipline.storage.adding import add_unless_taken
from tipline.storage.coordinators import Coordinator, WrappedKey
from tipline.storage.engine import Database
from tipline.storage.passkeys import Passkey, Spent, add_passkey, spend
from tipline.storage.tables import CoordinatorRow, InvitationRow, WrappedKeyRow


class InvitationGoneError(Exception):
    """There is no such invitation: it was never given, used, withdrawn, or is over."""


class LoginTakenError(Exception):
    """Another coordinator has this login."""


class ChallengeSpentError(Exception):
    """The challenge that the passkey answered was answered before, or the passkey is known already."""


@dataclass(frozen=True)
class Invitation:
    digest: bytes = field(repr=False)
    """Of the token: what is kept opens nothing."""
    care_point: str
    email: str
    role: str
    ends: datetime


@dataclass(frozen=True)
class Newcomer:
    """All that is kept of who joins."""

    coordinator: Coordinator
    wrapped: WrappedKey
    """What the passphrase unlocks."""
    passkey: tuple[Passkey, WrappedKey, Spent] | None


class Invitations:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, invitation: Invitation) -> None:
        with self._database.writing() as session:
            session.add(InvitationRow.model_validate(vars(invitation)))

    def get(self, digest: bytes, now: datetime) -> Invitation | None:
        """None for one that is over, too."""
        with self._database.reading() as session:
            row = session.get(InvitationRow, digest)
            return Invitation(**row.model_dump()) if row and row.ends > now else None

    def of(self, care_point: str, now: datetime) -> Sequence[Invitation]:
        """Those of one care point that can still be used, the first to end first."""
        with self._database.reading() as session:
            rows = session.exec(
                select(InvitationRow)
                .where(InvitationRow.care_point == care_point, InvitationRow.ends > now)
                .order_by(col(InvitationRow.ends))
            )
            return tuple(Invitation(**row.model_dump()) for row in rows)

    def withdraw(self, care_point: str, digest: bytes) -> bool:
        """False when this care point gave no such invitation."""
        with self._database.writing() as session:
            gone = session.execute(
                delete(InvitationRow).where(
                    col(InvitationRow.digest) == digest, col(InvitationRow.care_point) == care_point
                )
            )
            return bool(gone.rowcount)  # type: ignore[attr-defined]  # Result of a DELETE is a CursorResult

    def accept(self, digest: bytes, newcomer: Newcomer, now: datetime) -> None:
        """Uses the invitation up and keeps the newcomer, all or nothing. Raises InvitationGoneError, LoginTakenError
        and ChallengeSpentError."""
        with self._database.writing() as session:
            session.execute(delete(InvitationRow).where(col(InvitationRow.ends) <= now))
            used = session.execute(delete(InvitationRow).where(col(InvitationRow.digest) == digest))
            if not used.rowcount:  # type: ignore[attr-defined]  # Result of a DELETE is a CursorResult
                raise InvitationGoneError
            if not add_unless_taken(session, CoordinatorRow.model_validate(vars(newcomer.coordinator))):
                session.rollback()
                raise LoginTakenError
            session.add(WrappedKeyRow.model_validate(vars(newcomer.wrapped)))
            if newcomer.passkey:
                passkey, wrapped, spent = newcomer.passkey
                if not spend(session, spent, now) or not add_passkey(session, passkey, wrapped):
                    session.rollback()
                    raise ChallengeSpentError
