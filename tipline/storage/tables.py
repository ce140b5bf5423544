"""The tables. What each holds in plain text is listed, with its reason, in docs/threat-model.md; a test keeps that
list complete.

Tables that a tipster's deeds fill have random keys and no row ids (`WITHOUT ROWID`), since the order in which rows were
added tells who came when."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

WITHOUT_ROWID = {"sqlite_with_rowid": False}


def blob(*, key: bool = False, unique: bool = False) -> Column[bytes]:
    return Column(LargeBinary, primary_key=key, unique=unique, nullable=False)


class DraftRow(SQLModel, table=True):
    """Answers on their way, boxed. In no back-up; gone within the hour."""

    __tablename__ = "drafts"
    __table_args__: ClassVar[dict[str, bool]] = WITHOUT_ROWID
    digest: bytes = Field(sa_column=blob(key=True))
    box: bytes = Field(sa_column=blob())
    expires: int = Field(index=True)
    """Unix time in steps of five minutes: coarse, since the row is there to be found while a person types."""


class TipRow(SQLModel, table=True):
    __tablename__ = "tips"
    __table_args__: ClassVar[dict[str, bool]] = WITHOUT_ROWID
    id: str = Field(primary_key=True)
    lookup_digest: bytes = Field(sa_column=blob(unique=True))
    care_point: str = Field(index=True)
    received_on: date
    """A date only: an hour can tell who was at work."""
    status: str
    hidden: bool
    """Hidden until its slot: not shown on the desk, not counted."""
    sealed: bytes = Field(sa_column=blob())


class MessageRow(SQLModel, table=True):
    """An answer, addition or note: one sealed file for each side that may read it."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("tip", "kind", "number", "reader"), WITHOUT_ROWID)
    id: str = Field(primary_key=True)
    tip: str = Field(foreign_key="tips.id", index=True)
    kind: str
    number: int
    reader: str
    """`desk` or `tipster`: to whom this file is sealed."""
    written_on: date
    sealed: bytes = Field(sa_column=blob())


class NoticeRow(SQLModel, table=True):
    """The outbox: that there is something new at a care point. No time, no tip."""

    __tablename__ = "notices"
    __table_args__: ClassVar[dict[str, bool]] = WITHOUT_ROWID
    id: str = Field(primary_key=True)
    care_point: str
    attempts: int = 0


class CoordinatorRow(SQLModel, table=True):
    __tablename__ = "coordinators"
    id: str = Field(primary_key=True)
    login: str = Field(unique=True)
    name: str
    email: str
    care_point: str = Field(index=True)
    language: str
    recipient: str
    """The public coordinator key."""
    sign_in_digest: bytes = Field(sa_column=blob())
    """SHA-256 of the sign-in half of the stretched passphrase."""
    totp_box: bytes = Field(sa_column=blob())
    totp_used: int = 0
    """The last 30-second step whose code was used: no code counts twice."""


class WrappedKeyRow(SQLModel, table=True):
    """A coordinator's secret key in an age file that only his unlocker opens."""

    __tablename__ = "wrapped_keys"
    id: str = Field(primary_key=True)
    coordinator: str = Field(foreign_key="coordinators.id", index=True)
    unlocker: str
    sealed: bytes = Field(sa_column=blob())


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
    last_used: datetime
    ends: datetime


metadata = SQLModel.metadata
