"""The tables. What each holds in plain text is listed, with its reason, in docs/threat-model.md; a test keeps that
list complete.

Tables that a tipster's deeds fill have random keys and no row ids (`WITHOUT ROWID`), since the order in which rows were
added tells who came when."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

WITHOUT_ROWID = {"sqlite_with_rowid": False}
COUNTED = ("hidden", "changes", "active_on", "read_on", "offered_by")


def blob(*, key: bool = False, unique: bool = False) -> Column[bytes]:
    return Column(LargeBinary, primary_key=key, unique=unique, nullable=False)


class DraftRow(SQLModel, table=True):
    """Answers on their way, boxed. In no back-up; gone within the hour."""

    __tablename__ = "drafts"
    __table_args__: ClassVar[dict[str, bool]] = WITHOUT_ROWID
    digest: bytes = Field(sa_column=blob(key=True))
    box: bytes = Field(sa_column=blob())
    expires: int = Field(sa_type=BigInteger, index=True)
    """Unix time in steps of five minutes: coarse, since the row is there to be found while a person types."""
    pool: str = Field(default="", index=True)
    """Which pool it counts in: what its visitor brought against a flood."""


class SpentProofRow(SQLModel, table=True):
    """A proof of work, ticket or passed puzzle that was used: it counts once."""

    __tablename__ = "spent_proofs"
    __table_args__: ClassVar[dict[str, bool]] = WITHOUT_ROWID
    digest: bytes = Field(sa_column=blob(key=True))
    expires: int = Field(sa_type=BigInteger, index=True)
    """Unix time in coarse steps; from then on the proof would not be taken anyway."""


class AdmissionRow(SQLModel, table=True):
    """How many a pool has let in today. Never for whom, nor when."""

    __tablename__ = "admissions"
    __table_args__: ClassVar[dict[str, bool]] = WITHOUT_ROWID
    pool: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    count: int = 0


class TipRow(SQLModel, table=True):
    """That a tip came, and how its code finds it. What it says stands in the cases."""

    __tablename__ = "tips"
    __table_args__: ClassVar[dict[str, bool]] = WITHOUT_ROWID
    id: str = Field(primary_key=True)
    lookup_digest: bytes = Field(sa_column=blob(unique=True))
    received_on: date
    """A date only: an hour can tell who was at work."""


class CaseRow(SQLModel, table=True):
    """One care point's work on a tip: the tip as sealed to it, and how far it is. Who has no case has no access."""

    __tablename__ = "cases"
    __table_args__ = (
        # Holds all that is asked of every open case: how many, and whose time is nearly over.
        Index("ix_cases_list", "care_point", "status", "received_on", "tip", *COUNTED),
        Index("ix_cases_closed", "care_point", "closed_on"),
        WITHOUT_ROWID,
    )
    tip: str = Field(primary_key=True, foreign_key="tips.id")
    care_point: str = Field(primary_key=True)
    named: str
    """The care points that the sealed head names, sorted, with a space between."""
    sealed: bytes = Field(sa_column=blob())
    received_on: date
    """The tip's own date, here too so that a list needs one table."""
    status: str
    reason: str = ""
    """Why it was closed: an id of a fixed list."""
    labels: str = ""
    """Ids of a fixed list, sorted, with a space between."""
    assigned_to: str = ""
    """A coordinator's id."""
    active_on: date
    """When anything was last written in it: the clock of an open case."""
    closed_on: date | None = None
    offered_by: str = ""
    """The care point that offers it by hand-over or sharing, until this one takes it."""
    is_shared: bool = False
    """Whether the care point that offered it keeps it too."""
    answered_to: int = 0
    """The number of the tipster's last addition when the last answer was sent: what came after it waits."""
    changes: int = 0
    """How often anything was written in it: a browser compares, and knows that there is something new."""
    hidden: bool = False
    """Hidden until the slot: not shown on the desk, not counted. Then it is uncovered with all others."""
    pool: str = ""
    """What its tipster brought against a flood; it only orders the desk's list."""
    escalated: int = 0
    """How far it went while nobody read it: 1 reminded, 2 all colleagues told, 3 the national point told."""
    warned_on: date | None = None
    """When the national point was told that it will be deleted unread."""
    read_on: date | None = None
    """When it was first fetched."""


class MessageRow(SQLModel, table=True):
    """An answer, addition or note: one sealed file for each side that may read it."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("tip", "kind", "number", "reader"), WITHOUT_ROWID)
    id: str = Field(primary_key=True)
    tip: str = Field(foreign_key="tips.id", index=True)
    kind: str
    number: int
    reader: str
    """Who may open this file: `tipster`, or a care point's id."""
    named: str
    """The care points that the sealed head names, sorted, with a space between."""
    written_on: date
    sealed: bytes = Field(sa_column=blob())
    written_by: str = ""
    """The coordinator's id; for one of another care point that point's id; empty for the tipster."""
    hidden: bool = False
    """An addition waits for the slot, like a tip."""
    seen: bool = False
    """Of the tipster's file of an answer: whether it was shown with the code before."""
    answers_to: int = 0
    """Of an answer: the number of the last addition that stood there when it was written. Dates alone would not tell
    which of them came first on one day."""


class NoticeRow(SQLModel, table=True):
    """The outbox: that there is something new at a care point. No time, no tip."""

    __tablename__ = "notices"
    __table_args__: ClassVar[dict[str, bool]] = WITHOUT_ROWID
    id: str = Field(primary_key=True)
    care_point: str
    attempts: int = 0
    coordinator: str = ""
    """To whom it goes; empty until its slot, when it becomes one for each coordinator."""
    is_dead: bool = False
    """Given up: the desk shows it, nobody tries it again by himself."""


class CoordinatorRow(SQLModel, table=True):
    __tablename__ = "coordinators"
    id: str = Field(primary_key=True)
    login: str = Field(unique=True)
    name: str
    email: str
    care_point: str = Field(index=True)
    role: str
    """coordinator, lead or national."""
    language: str
    recipient: str
    """The public coordinator key."""
    sign_in_digest: bytes = Field(sa_column=blob())
    """SHA-256 of the sign-in half of the stretched passphrase."""
    totp_box: bytes = Field(sa_column=blob())
    totp_used: int = 0
    """The last 30-second step whose code was used: no code counts twice."""
    wrong_codes: int = 0
    """Wrong codes that came with the right passphrase since `wrong_since`."""
    wrong_since: datetime | None = None
    ended_on: date | None = None
    """Set when access was revoked. The name stays, for the audit trail."""
    wants_mail: bool = True
    """Whether ordinary notices go to this coordinator; an escalation goes to all."""


class PasskeyRow(SQLModel, table=True):
    """A passkey's public half. It signs in; the secret it evaluates (PRF) unlocks, and never comes here."""

    __tablename__ = "passkeys"
    id: str = Field(primary_key=True)
    coordinator: str = Field(foreign_key="coordinators.id", index=True)
    credential: bytes = Field(sa_column=blob(unique=True))
    public_key: bytes = Field(sa_column=blob())
    sign_count: int
    name: str
    """What its owner calls it."""
    added_on: date


class ChallengeRow(SQLModel, table=True):
    """A server challenge for a passkey: used once, within minutes."""

    __tablename__ = "challenges"
    digest: bytes = Field(sa_column=blob(key=True))
    purpose: str
    ends: datetime


class InvitationRow(SQLModel, table=True):
    """Someone may become a coordinator, once. Only a digest of the token: the row opens nothing."""

    __tablename__ = "invitations"
    digest: bytes = Field(sa_column=blob(key=True))
    care_point: str = Field(index=True)
    email: str
    role: str
    ends: datetime


class WrappedKeyRow(SQLModel, table=True):
    """A coordinator's secret key in an age file that only his unlocker opens."""

    __tablename__ = "wrapped_keys"
    id: str = Field(primary_key=True)
    coordinator: str = Field(foreign_key="coordinators.id", index=True)
    unlocker: str
    """`passphrase`, or the id of a passkey."""
    sealed: bytes = Field(sa_column=blob())


class KeyProposalRow(SQLModel, table=True):
    """A care point's next key, made in a holder's browser. It counts once its fingerprint, told by telephone, was typed
    into the key file; nothing is sealed to it before."""

    __tablename__ = "key_proposals"
    care_point: str = Field(primary_key=True)
    number: int
    recipient: str
    sheet_recipient: str = ""
    """The public key of the recovery sheet made with it; empty when there is none."""
    made_by: str = Field(foreign_key="coordinators.id")
    made_on: date
    mac: bytes = Field(sa_column=blob())
    """By which its maker's browser knows it again: made with his own secret key, as docs/formats.md says."""


class SheetGrantRow(SQLModel, table=True):
    """The care point's secret key, sealed to a recovery sheet. The same file is in every rescue file."""

    __tablename__ = "sheet_grants"
    care_point: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    recipient: str
    """The sheet's public key; its fingerprint must be the key file's."""
    sealed: bytes = Field(sa_column=blob())
    practised_on: date | None = None
    """When the sheet was last typed in again and opened this."""


class GrantRow(SQLModel, table=True):
    """The care point's secret key, sealed to one coordinator."""

    __tablename__ = "grants"
    __table_args__ = (UniqueConstraint("coordinator", "care_point", "number"),)
    id: str = Field(primary_key=True)
    coordinator: str = Field(foreign_key="coordinators.id", index=True)
    care_point: str = Field(index=True)
    number: int
    sealed: bytes = Field(sa_column=blob())
    proved_on: date | None = None


class DeskSessionRow(SQLModel, table=True):
    __tablename__ = "desk_sessions"
    digest: bytes = Field(sa_column=blob(key=True))
    coordinator: str = Field(foreign_key="coordinators.id", index=True)
    way: str
    """How it was begun: `passkey` or `passphrase`."""
    began: datetime
    last_used: datetime
    stepped_up: datetime | None = None
    """When its owner last proved himself anew, for what asks that."""
    ends: datetime


class TrailRow(SQLModel, table=True):
    """One entry of the audit trail. Each holds the digest of the one before; nothing in it is content."""

    __tablename__ = "trail"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    happened_on: date
    """A date only."""
    deed: str
    actor: str
    """A coordinator's id, `operator` or `system`; a care point's id for what another care point did."""
    care_point: str = Field(index=True)
    tip: str = ""
    about: str = ""
    """What it was done to: another care point, a coordinator, a key's number. Never words of a person."""
    digest: bytes = Field(sa_column=blob())
    """SHA-256 over the digest before it and this entry, as docs/formats.md says."""


class ChoreRow(SQLModel, table=True):
    """A chore that one process at a time does, and for which slot or day it was last done."""

    __tablename__ = "chores"
    name: str = Field(primary_key=True)
    done: str = ""
    """The slot or day, as ISO 8601. Never the time of a deed."""


metadata = SQLModel.metadata
