"""Care points' keys on their way: proposals, grants, recovery sheets, and sealing again after a key was renewed.

Every question names the care point that asks. Nothing here makes a key count: that is what key files do."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hmac import compare_digest
from typing import TypeVar

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from tipline.storage.chores import last_done
from tipline.storage.engine import Database
from tipline.storage.slots import AT_ONCE, SLOT
from tipline.storage.tables import (
    CaseRow,
    CoordinatorRow,
    DeskSessionRow,
    GrantRow,
    InvitationRow,
    KeyProposalRow,
    MessageRow,
    PasskeyRow,
    SheetGrantRow,
    WrappedKeyRow,
)

T = TypeVar("T")

MIDNIGHT = "T00:00:00+00:00"
"""The slot that uncovers the last of a day."""


@dataclass(frozen=True)
class Proposal:
    """A care point's next key, public part only, as its maker's browser sent it."""

    care_point: str
    number: int
    recipient: str
    sheet_recipient: str
    """Of the recovery sheet made with it; empty when there is none."""
    made_by: str
    made_on: date
    mac: bytes = field(repr=False)


@dataclass(frozen=True)
class SheetGrant:
    """A care point's secret key sealed to a recovery sheet."""

    care_point: str
    number: int
    recipient: str
    sealed: bytes = field(repr=False)
    practised_on: date | None = None


@dataclass(frozen=True)
class GrantNow:
    """That a coordinator was given a key, and when his browser last proved it."""

    coordinator: str
    number: int
    proved_on: date | None


@dataclass(frozen=True)
class SealedFile:
    """A file that may have to be sealed again: a case's tip, or one of its messages."""

    tip: str
    message: str
    """Empty for the tip itself."""
    sealed: bytes = field(repr=False)


class PointKeys:
    def __init__(self, database: Database) -> None:
        self._database = database

    def held_numbers(self) -> Mapping[str, frozenset[int]]:
        """Care point -> the numbers of its keys that somebody was given, or a recovery sheet opens."""
        numbers: dict[str, frozenset[int]] = {}
        with self._database.reading() as session:
            for row in (GrantRow, SheetGrantRow):
                for care_point, number in session.exec(select(row.care_point, row.number).distinct()):
                    numbers[care_point] = numbers.get(care_point, frozenset()) | {number}
        return numbers

    def opened_numbers(self) -> Mapping[str, int]:
        """Care point -> the highest number of its keys that a holder opened while it was published."""
        query = (
            select(GrantRow.care_point, func.max(GrantRow.number))
            .where(col(GrantRow.proved_on).is_not(None))
            .group_by(GrantRow.care_point)
        )
        with self._database.reading() as session:
            return dict(session.exec(query).all())

    def all_sheet_grants(self) -> tuple[SheetGrant, ...]:
        """Of every care point; for rescue files in a back-up."""
        with self._database.reading() as session:
            rows = session.exec(select(SheetGrantRow).order_by(SheetGrantRow.care_point, col(SheetGrantRow.number)))
            return tuple(SheetGrant(**row.model_dump()) for row in rows)

    def proposal(self, care_point: str) -> Proposal | None:
        with self._database.reading() as session:
            row = session.get(KeyProposalRow, care_point)
            return Proposal(**row.model_dump()) if row else None

    def propose(self, proposal: Proposal, grant: bytes, sheet: SheetGrant | None) -> bool:
        """Puts a proposal in the place of the one before, with its maker's own grant and the sheet's. What was granted
        of an earlier proposal with this number goes: it opens another key. False, with nothing changed, when a key of
        this number or a later one was opened already: tips may be sealed to it, whatever the key file says now."""
        point, number = proposal.care_point, proposal.number
        opened = select(GrantRow.id).where(
            GrantRow.care_point == point, GrantRow.number >= number, col(GrantRow.proved_on).is_not(None)
        )
        with self._database.writing() as session:
            _lock_people(session, point)
            if session.exec(opened.limit(1)).first() is not None:
                return False
            session.execute(delete(GrantRow).where(col(GrantRow.care_point) == point, col(GrantRow.number) == number))
            session.execute(
                delete(SheetGrantRow).where(col(SheetGrantRow.care_point) == point, col(SheetGrantRow.number) == number)
            )
            session.execute(delete(KeyProposalRow).where(col(KeyProposalRow.care_point) == point))
            session.add(KeyProposalRow.model_validate(vars(proposal)))
            session.add(_grant_row(proposal.made_by, point, number, grant))
            if sheet:
                session.add(SheetGrantRow.model_validate(vars(sheet)))
            return True

    def give(self, coordinator_id: str, care_point: str, number: int, sealed: bytes) -> bool:
        """Puts a grant in the place of the one before; it counts as never opened. False for anyone who does not work
        at this care point, or not any more."""
        with self._database.writing() as session:
            _lock_people(session, care_point)
            works_here = select(CoordinatorRow.id).where(
                CoordinatorRow.id == coordinator_id,
                CoordinatorRow.care_point == care_point,
                col(CoordinatorRow.ended_on).is_(None),
            )
            if session.exec(works_here).one_or_none() is None:
                return False
            session.execute(
                delete(GrantRow).where(
                    col(GrantRow.coordinator) == coordinator_id,
                    col(GrantRow.care_point) == care_point,
                    col(GrantRow.number) == number,
                )
            )
            session.add(_grant_row(coordinator_id, care_point, number, sealed))
            return True

    def grants(self, care_point: str) -> tuple[GrantNow, ...]:
        with self._database.reading() as session:
            rows = session.exec(select(GrantRow).where(GrantRow.care_point == care_point).order_by(col(GrantRow.id)))
            return tuple(GrantNow(row.coordinator, row.number, row.proved_on) for row in rows)

    def sheet(self, care_point: str, number: int) -> SheetGrant | None:
        with self._database.reading() as session:
            row = session.get(SheetGrantRow, (care_point, number))
            return SheetGrant(**row.model_dump()) if row else None

    def practise(self, care_point: str, number: int, on: date) -> bool:
        """A browser opened the sheet's grant with what was typed in. False when there is no such grant."""
        with self._database.writing() as session:
            changed = session.execute(
                update(SheetGrantRow)
                .where(col(SheetGrantRow.care_point) == care_point, col(SheetGrantRow.number) == number)
                .values(practised_on=on)
            )
            return bool(changed.rowcount)  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult

    def revoke(self, coordinator_id: str, care_point: str, on: date) -> bool:
        """Ends an account at once, with its sessions, grants, wrapped keys and passkeys. The name stays, for the audit
        trail. Of who may invite, the care point's open invitations go too: he may have kept one for himself. False when
        nobody of this care point has this id, or when it ended before."""
        with self._database.writing() as session:
            _lock_people(session, care_point)
            ended = session.execute(
                update(CoordinatorRow)
                .where(
                    col(CoordinatorRow.id) == coordinator_id,
                    col(CoordinatorRow.care_point) == care_point,
                    col(CoordinatorRow.ended_on).is_(None),
                )
                .values(ended_on=on)
            )
            if not ended.rowcount:  # type: ignore[attr-defined]  # Result of an UPDATE is a CursorResult
                return False
            for table in (DeskSessionRow, GrantRow, WrappedKeyRow, PasskeyRow):
                session.execute(delete(table).where(col(table.coordinator) == coordinator_id))
            invites_nobody = select(CoordinatorRow.id).where(
                CoordinatorRow.id == coordinator_id, CoordinatorRow.role == "coordinator"
            )
            if session.exec(invites_nobody).one_or_none() is None:
                session.execute(delete(InvitationRow).where(col(InvitationRow.care_point) == care_point))
            return True

    def files(self, care_point: str, after: str, cases: int) -> tuple[tuple[SealedFile, ...], str | None]:
        """The files of at most so many cases after that tip's, in the order of tips, and what to go on with."""
        shown = (
            _shown(select(CaseRow), care_point).where(col(CaseRow.tip) > after).order_by(col(CaseRow.tip)).limit(cases)
        )
        with self._database.reading() as session:
            found = [SealedFile(row.tip, "", row.sealed) for row in session.exec(shown)]
            tips = [file.tip for file in found]
            messages = session.exec(
                select(MessageRow).where(
                    col(MessageRow.tip).in_(tips), MessageRow.reader == care_point, col(MessageRow.hidden).is_(False)
                )
            )
            found += [SealedFile(row.tip, row.id, row.sealed) for row in messages]
        return tuple(found), tips[-1] if len(tips) == cases else None

    def count_cases(self, care_point: str) -> int:
        """Of how many cases `files` hands out the files in all."""
        with self._database.reading() as session:
            return session.exec(_shown(select(func.count()).select_from(CaseRow), care_point)).one()

    def put_in_place(self, care_point: str, file: SealedFile, seen: bytes) -> bool:
        """Puts a file that was sealed again in the place of the one whose SHA-256 is `seen`. False for another point's,
        for one that is not there or was changed since, and for one of another length: what it says is the same, so its
        length is too."""
        with self._database.writing() as session:
            row = _row_of(session, care_point, file)
            if row is None or len(row.sealed) != len(file.sealed):
                return False
            if not compare_digest(hashlib.sha256(row.sealed).digest(), seen):
                return False
            row.sealed = file.sealed
            return True

    def drop_older(self, care_point: str, number: int, made_on: date) -> bool:
        """Drops all grants of keys before this one. False while a tip or addition is still hidden that may be sealed to
        one of them, and for one slot more: a browser may have looked for such files before they were uncovered."""
        tips = select(CaseRow.tip).where(
            CaseRow.care_point == care_point, col(CaseRow.hidden).is_(True), CaseRow.received_on <= made_on
        )
        additions = select(MessageRow.id).where(
            MessageRow.reader == care_point, col(MessageRow.hidden).is_(True), MessageRow.written_on <= made_on
        )
        last_of_them = (made_on + timedelta(days=1)).isoformat() + MIDNIGHT
        with self._database.writing() as session:
            slot = last_done(session, SLOT)
            if slot not in {None, AT_ONCE} and slot <= last_of_them:
                return False
            if any(session.exec(waiting.limit(1)).first() is not None for waiting in (tips, additions)):
                return False
            for table in (GrantRow, SheetGrantRow):
                session.execute(delete(table).where(col(table.care_point) == care_point, col(table.number) < number))
            return True


def _lock_people(session: Session, care_point: str) -> None:
    """Who gives, proposes or ends access at one care point waits here for who did before. SQLite has one writer
    anyway."""
    people = select(CoordinatorRow.id).where(CoordinatorRow.care_point == care_point)
    session.exec(people.order_by(col(CoordinatorRow.id)).with_for_update()).all()


def _shown(query: SelectOfScalar[T], care_point: str) -> SelectOfScalar[T]:
    return query.where(CaseRow.care_point == care_point, col(CaseRow.hidden).is_(False))


def _grant_row(coordinator_id: str, care_point: str, number: int, sealed: bytes) -> GrantRow:
    return GrantRow(
        id=str(uuid.uuid4()), coordinator=coordinator_id, care_point=care_point, number=number, sealed=sealed
    )


def _row_of(session: Session, care_point: str, file: SealedFile) -> CaseRow | MessageRow | None:
    case = session.get(CaseRow, (file.tip, care_point))
    if case is None or case.hidden:
        return None
    if not file.message:
        return case
    of_this_point = (MessageRow.id == file.message, MessageRow.tip == file.tip, MessageRow.reader == care_point)
    shown = select(MessageRow).where(*of_this_point, col(MessageRow.hidden).is_(False))
    return session.exec(shown).one_or_none()
