"""Rows that nobody needs any more, and that no deed of theirs takes away."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select

from tipline.storage.engine import Database
from tipline.storage.tables import (
    AdmissionRow,
    ChallengeRow,
    CoordinatorRow,
    InvitationRow,
    NoticeRow,
    SpentProofRow,
)

DAYS_COUNTED = timedelta(days=2)
"""Nodes' clocks may stand on two days at once."""


class Leftovers:
    def __init__(self, database: Database) -> None:
        self._database = database

    def drop(self, now: datetime, today: date) -> None:
        """Drops challenges and invitations that are over, spent proofs that would not be taken anyway, counts of past
        days, and notices for who has no access any more; of whom only name, role and public key stay, for the audit
        trail and for the alarm when a key file still names him."""
        ended = select(CoordinatorRow.id).where(col(CoordinatorRow.ended_on).is_not(None))
        with self._database.writing() as session:
            session.execute(delete(ChallengeRow).where(col(ChallengeRow.ends) <= now))
            session.execute(delete(InvitationRow).where(col(InvitationRow.ends) <= now))
            session.execute(delete(SpentProofRow).where(col(SpentProofRow.expires) <= int(now.timestamp())))
            session.execute(delete(AdmissionRow).where(col(AdmissionRow.day) <= today - DAYS_COUNTED))
            session.execute(delete(NoticeRow).where(col(NoticeRow.coordinator).in_(ended)))
            session.execute(
                update(CoordinatorRow)
                .where(col(CoordinatorRow.ended_on).is_not(None), col(CoordinatorRow.email) != "")
                .values(email="", sign_in_digest=b"", totp_box=b"", wrong_codes=0, wrong_since=None)
            )
