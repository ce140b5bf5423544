"""Bringing a case to another care point. Its files come in several posts, sealed for the other point by the browser of
who offers; until the last came there is no case of them, so nobody reads them. Every question names the care point that
asks.

What is offered stands as a case with `offered_by`, until it is taken or refused. Taking what was handed over deletes
the old point's case and files in the same transaction. The way stands in the audit trail of both points, by ids."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from tipline.storage.chores import ask_rewriting
from tipline.storage.engine import Database
from tipline.storage.outbox import add_notice
from tipline.storage.tables import CaseRow, CoordinatorRow, MessageRow, TrailRow
from tipline.storage.tips import TIPSTER, care_points_of, lock_tip
from tipline.storage.trail import Deed, append

TRAVELS = ("answer", "addition")
"""What travels with the tip. A care point's own notes stay behind."""

OFFER_BEGUN = "offer_begun"
OFFER_DROPPED = "offer_dropped"
HANDOVER_OFFERED = "handover_offered"
SHARING_OFFERED = "sharing_offered"
WITHDRAWN = "offer_withdrawn"
TAKEN = "handover_taken"
SHARING_TAKEN = "sharing_taken"
REFUSED = "offer_refused"
OFFER_LAPSED = "offer_lapsed"
"""Nobody answered it for so long that what was offered was deleted."""
WAY = (HANDOVER_OFFERED, SHARING_OFFERED, WITHDRAWN, TAKEN, SHARING_TAKEN, REFUSED, OFFER_LAPSED)
"""The deeds that say where a case went; they stand in the trail of both points."""

Part = tuple[str, int]
"""Kind and number of a message."""


class HandoverError(Exception):
    """A case did not change hands. Nothing was changed."""


class NoCaseError(HandoverError):
    """The care point has no case of this tip, or none with this message."""


class AlreadyOfferedError(HandoverError):
    """The case is on offer, or not taken yet: it can be offered only once at a time, by who works on it."""


class HasCaseError(HandoverError):
    """The other care point has a case of this tip already."""


class IncompleteOfferError(HandoverError):
    """The other care point would miss messages: some came since the offer began."""


class WaitsForSlotError(HandoverError):
    """Something of the case waits for its slot: nobody can seal it for the other point yet."""


class NothingOfferedError(HandoverError):
    """No offer waits here."""


class NoteNumberTakenError(HandoverError):
    """The note does not have the next number."""


@dataclass(frozen=True)
class Doer:
    """Which coordinator of which care point does this to which tip, and when."""

    tip: str
    care_point: str
    coordinator: str
    today: date


@dataclass(frozen=True)
class Offer:
    """The last part of an offer: the tip itself and the reason, sealed for the other point."""

    to: str
    is_shared: bool
    sealed: bytes = field(repr=False)
    note: bytes = field(repr=False)
    left_out: frozenset[Part]
    """Messages that the offering point can't open itself."""


@dataclass(frozen=True)
class StandingOffer:
    """An offer that was made and not answered yet."""

    by: str
    to: str
    is_shared: bool


@dataclass(frozen=True)
class Step:
    """What happened with a case between two care points."""

    deed: str
    other: str
    happened_on: date
    was_ours: bool
    """Whether the care point that asks did it."""


class Handovers:
    def __init__(self, database: Database) -> None:
        self._database = database

    def standing(self, tip_id: str, care_point: str) -> StandingOffer | None:
        """The offer that this care point made or was made, and that waits for an answer."""
        wanted = (col(CaseRow.offered_by) == care_point) | (col(CaseRow.care_point) == care_point)
        query = select(CaseRow).where(CaseRow.tip == tip_id, CaseRow.offered_by != "", wanted)
        with self._database.reading() as session:
            row = session.exec(query.order_by(col(CaseRow.care_point))).first()
            return StandingOffer(row.offered_by, row.care_point, row.is_shared) if row else None

    def begun(self, tip_id: str) -> tuple[str, ...]:
        """The care points for which files wait without a case: offers that were begun and not finished. Ask only for
        tips of which the asker has a case."""
        with self._database.reading() as session:
            there = {TIPSTER, *care_points_of(session, tip_id)}
            readers = session.exec(select(MessageRow.reader).where(MessageRow.tip == tip_id).distinct())
            return tuple(sorted(set(readers) - there))

    def way(self, tip_id: str, care_point: str) -> tuple[Step, ...]:
        """What happened with this tip between this care point and others, in its order, by the audit trail."""
        query = select(TrailRow).where(
            TrailRow.tip == tip_id, TrailRow.care_point == care_point, col(TrailRow.deed).in_(WAY)
        )
        with self._database.reading() as session:
            rows = session.exec(query.order_by(col(TrailRow.number)))
            return tuple(Step(row.deed, row.about, row.happened_on, row.actor != row.about) for row in rows)

    def put(self, doer: Doer, to: str, files: Mapping[Part, bytes], *, is_first: bool) -> None:
        """Keeps some files for the other point, with the dates of the ones they were made from. The first files of an
        offer take the place of all that an earlier try left. Raises `NoCaseError`, `AlreadyOfferedError`,
        `HasCaseError`."""
        with self._database.writing() as session:
            _may_offer(session, doer, to)
            if is_first:
                drop_files(session, doer.tip, to)
                append(session, Deed(OFFER_BEGUN, doer.coordinator, doer.care_point, doer.today, doer.tip, to))
            own = _messages(session, doer.tip, doer.care_point)
            for part, sealed in files.items():
                if part not in own:
                    raise NoCaseError
                _put_file(session, own[part], doer.care_point, to, sealed)

    def finish(self, doer: Doer, offer: Offer) -> None:
        """Makes the offer stand, with a notice for the other point. Raises what `put` raises, and
        `IncompleteOfferError` when the files that came are not those of all messages there are now, `WaitsForSlotError`
        while there is one that nobody at the desk has."""
        with self._database.writing() as session:
            case = _may_offer(session, doer, offer.to)
            if _waits_for_slot(session, doer):
                raise WaitsForSlotError
            own, there = _messages(session, doer.tip, doer.care_point), _messages(session, doer.tip, offer.to)
            if own.keys() - offer.left_out != there.keys():
                raise IncompleteOfferError
            session.add(
                CaseRow(
                    tip=doer.tip,
                    care_point=offer.to,
                    named=offer.to,
                    sealed=offer.sealed,
                    received_on=case.received_on,
                    status="new",
                    active_on=doer.today,
                    answered_to=case.answered_to,
                    offered_by=doer.care_point,
                    is_shared=offer.is_shared,
                    pool=case.pool,
                )
            )
            case.changes += 1
            _note(session, doer, offer.to, 1, offer.note)
            add_notice(session, offer.to)
            _tell_both(session, doer, SHARING_OFFERED if offer.is_shared else HANDOVER_OFFERED, offer.to)

    def withdraw(self, doer: Doer, to: str) -> None:
        """Takes back an offer that was not taken, or drops one that was not finished. Raises `NoCaseError`,
        `NothingOfferedError`."""
        with self._database.writing() as session:
            own = _own_case(session, doer)
            case = session.get(CaseRow, (doer.tip, to))
            # The tipster's files are no offer, whoever names him as a care point.
            if own.offered_by or to == TIPSTER or (case is not None and case.offered_by != doer.care_point):
                raise NothingOfferedError
            dropped = drop_files(session, doer.tip, to)
            if case is not None:
                session.delete(case)
                own.changes += 1
                _tell_both(session, doer, WITHDRAWN, to)
            elif dropped:
                append(session, Deed(OFFER_DROPPED, doer.coordinator, doer.care_point, doer.today, doer.tip, to))
            else:
                raise NothingOfferedError

    def take(self, doer: Doer) -> None:
        """Takes what was offered. Unless it was shared, the point that offered loses case and files. Raises
        `NoCaseError`, `NothingOfferedError`."""
        with self._database.writing() as session:
            case = _own_case(session, doer)
            giver = case.offered_by
            if not giver:
                raise NothingOfferedError
            case.offered_by, case.active_on = "", doer.today
            case.read_on = case.read_on or doer.today  # who takes a case has seen it
            case.changes += 1
            if not case.is_shared:
                drop_files(session, doer.tip, giver)
                session.execute(delete(CaseRow).where(col(CaseRow.tip) == doer.tip, col(CaseRow.care_point) == giver))
                drop_unfinished(session, doer.tip)
            _tell_both(session, doer, SHARING_TAKEN if case.is_shared else TAKEN, giver)

    def refuse(self, doer: Doer, number: int, note: bytes) -> None:
        """Refuses what was offered: its case and files go, the reason becomes a note of the point that offered.
        Raises `NoCaseError`, `NothingOfferedError`, `NoteNumberTakenError`."""
        with self._database.writing() as session:
            case = _own_case(session, doer)
            giver = case.offered_by
            if not giver:
                raise NothingOfferedError
            if number != _next_note(session, doer.tip, giver):
                raise NoteNumberTakenError
            drop_files(session, doer.tip, doer.care_point)
            session.delete(case)
            session.execute(
                update(CaseRow)
                .where(col(CaseRow.tip) == doer.tip, col(CaseRow.care_point) == giver)
                .values(changes=CaseRow.changes + 1)
            )
            _note(session, doer, giver, number, note)
            add_notice(session, giver)
            _tell_both(session, doer, REFUSED, giver)

    def next_note_of_giver(self, tip_id: str, care_point: str) -> int | None:
        """The number that a note must have with which this care point refuses; None when nothing is offered to it."""
        with self._database.reading() as session:
            case = session.get(CaseRow, (tip_id, care_point))
            return _next_note(session, tip_id, case.offered_by) if case and case.offered_by else None


def _own_case(session: Session, doer: Doer) -> CaseRow:
    lock_tip(session, doer.tip)
    own = (CaseRow.tip == doer.tip, CaseRow.care_point == doer.care_point, col(CaseRow.hidden).is_(False))
    case = session.exec(select(CaseRow).where(*own)).one_or_none()
    if case is None:
        raise NoCaseError
    return case


def _may_offer(session: Session, doer: Doer, to: str) -> CaseRow:
    """The case that may be offered to `to`."""
    case = _own_case(session, doer)
    other = session.get(CaseRow, (doer.tip, to))
    waiting = select(CaseRow.care_point).where(CaseRow.tip == doer.tip, CaseRow.offered_by == doer.care_point)
    if case.offered_by or session.exec(waiting).first():
        raise AlreadyOfferedError
    if other is not None:
        raise HasCaseError
    return case


def _messages(session: Session, tip_id: str, reader: str) -> Mapping[Part, MessageRow]:
    query = select(MessageRow).where(
        MessageRow.tip == tip_id,
        MessageRow.reader == reader,
        col(MessageRow.kind).in_(TRAVELS),
        col(MessageRow.hidden).is_(False),
    )
    return {(row.kind, row.number): row for row in session.exec(query)}


def _waits_for_slot(session: Session, doer: Doer) -> bool:
    mine = (MessageRow.tip == doer.tip, MessageRow.reader == doer.care_point, col(MessageRow.hidden).is_(True))
    return session.exec(select(MessageRow.id).where(*mine).limit(1)).first() is not None


def _put_file(session: Session, own: MessageRow, giver: str, to: str, sealed: bytes) -> None:
    same = (MessageRow.tip == own.tip, MessageRow.kind == own.kind, MessageRow.number == own.number)
    row = session.exec(select(MessageRow).where(*same, MessageRow.reader == to)).one_or_none()
    if row is not None:
        row.sealed = sealed
        return
    session.add(
        MessageRow(
            id=str(uuid.uuid4()),
            tip=own.tip,
            kind=own.kind,
            number=own.number,
            reader=to,
            named=to,
            written_on=own.written_on,
            sealed=sealed,
            written_by=_told_author(session, own.written_by, giver),
            answers_to=own.answers_to,
        )
    )


def _told_author(session: Session, written_by: str, giver: str) -> str:
    """The author as another point may know him: by his care point, not by name."""
    is_person = session.exec(select(CoordinatorRow.id).where(CoordinatorRow.id == written_by)).first()
    return giver if is_person else written_by


def drop_files(session: Session, tip_id: str, reader: str) -> bool:
    """All files of a care point, its notes too. False when it had none."""
    ask_rewriting(session)
    gone = session.execute(delete(MessageRow).where(col(MessageRow.tip) == tip_id, col(MessageRow.reader) == reader))
    return bool(gone.rowcount)  # type: ignore[attr-defined]  # Result of a DELETE is a CursorResult


def drop_unfinished(session: Session, tip_id: str) -> None:
    """Files of offers that were begun by who has no case any more: nobody could finish them."""
    session.flush()
    there = {TIPSTER, *care_points_of(session, tip_id)}
    session.execute(delete(MessageRow).where(col(MessageRow.tip) == tip_id, col(MessageRow.reader).not_in(there)))


def _next_note(session: Session, tip_id: str, care_point: str) -> int:
    query = select(MessageRow.number).where(
        MessageRow.tip == tip_id, MessageRow.kind == "note", MessageRow.reader == care_point
    )
    return max(session.exec(query), default=0) + 1


def _note(session: Session, doer: Doer, reader: str, number: int, sealed: bytes) -> None:
    session.add(
        MessageRow(
            id=str(uuid.uuid4()),
            tip=doer.tip,
            kind="note",
            number=number,
            reader=reader,
            named=reader,
            written_on=doer.today,
            sealed=sealed,
            written_by=doer.care_point,
        )
    )


def _tell_both(session: Session, doer: Doer, deed: str, other: str) -> None:
    # The other point's trail names the care point that did it, and none of its people.
    append(
        session,
        Deed(deed, doer.coordinator, doer.care_point, doer.today, doer.tip, other),
        Deed(deed, doer.care_point, other, doer.today, doer.tip, doer.care_point),
    )
