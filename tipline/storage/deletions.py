"""Deleting what was kept for as long as it may be: a care point's case with its files, and the tip with everything of
its tipster when that was the last one. What remains is an entry in the audit trail, without content."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import ColumnElement, delete, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from tipline.storage.cases import StoredCase, Until, case_in, is_closed_until, is_idle_until
from tipline.storage.engine import Database
from tipline.storage.handovers import OFFER_LAPSED, drop_files, drop_unfinished
from tipline.storage.tables import CaseRow, MessageRow, TipRow
from tipline.storage.tips import care_points_of, lock_tip
from tipline.storage.trail import SYSTEM, Deed, append

DELETED = "deleted"


class Deletions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def old(self, care_point: str, until: Until) -> tuple[str, ...]:
        """The tips of which this care point's case was closed, or last moved, until these days; but none that is on its
        way to another point."""
        is_old = is_closed_until(until) | is_idle_until(until)
        query = select(CaseRow.tip).where(CaseRow.care_point == care_point, is_old, *_at_rest())
        with self._database.reading() as session:
            return tuple(session.exec(query.order_by(CaseRow.tip)))

    def delete(self, tip_id: str, care_point: str, is_due: Callable[[StoredCase], bool], today: date) -> bool:
        """Deletes this case, with its entry in the audit trail. False, with nothing changed, when it is not due any
        more, or on its way: somebody was faster."""
        own = (CaseRow.tip == tip_id, CaseRow.care_point == care_point)
        with self._database.writing() as session:
            lock_tip(session, tip_id)
            row = session.exec(select(CaseRow).where(*own, *_at_rest()).with_for_update()).one_or_none()
            if row is None or not is_due(case_in(row)):
                return False
            _delete(session, row, today)
            return True


def _delete(session: Session, row: CaseRow, today: date) -> None:
    tip_id, care_point, giver = row.tip, row.care_point, row.offered_by
    drop_files(session, tip_id, care_point)
    session.delete(row)
    drop_unfinished(session, tip_id)
    if not care_points_of(session, tip_id):
        session.execute(delete(MessageRow).where(col(MessageRow.tip) == tip_id))
        session.execute(delete(TipRow).where(col(TipRow.id) == tip_id))
    append(session, Deed(DELETED, SYSTEM, care_point, today, tip_id))
    if giver:
        _tell_giver(session, tip_id, giver, care_point, today)


def _at_rest() -> tuple[ColumnElement[bool], ...]:
    """The conditions of a case that is not on its way to another point, and of which nothing waits for its slot."""
    offer = aliased(CaseRow)
    is_offered = exists().where(col(offer.tip) == CaseRow.tip, col(offer.offered_by) == CaseRow.care_point)
    own = (col(MessageRow.tip) == CaseRow.tip, col(MessageRow.reader) == CaseRow.care_point)
    return col(CaseRow.hidden).is_(False), ~is_offered, ~exists().where(*own, col(MessageRow.hidden).is_(True))


def _tell_giver(session: Session, tip_id: str, giver: str, care_point: str, today: date) -> None:
    """The point that offered the case learns that the other never answered."""
    case = session.get(CaseRow, (tip_id, giver))
    if case is not None:
        case.changes += 1
    append(session, Deed(OFFER_LAPSED, SYSTEM, giver, today, tip_id, care_point))
