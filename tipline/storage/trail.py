"""The audit trail: who did what on which day, each entry chained to the one before. Entries are only ever added."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import text
from sqlmodel import Session, col, select

from tipline import canonical
from tipline.storage.engine import Database
from tipline.storage.tables import TrailRow

_CHAINED_AS = b"signaallijn/1 trail\n"
FIRST_DIGEST = bytes(32)
"""What the first entry is chained to."""


@dataclass(frozen=True)
class Deed:
    """What is written down: ids and fixed words only, never what a person wrote."""

    deed: str
    actor: str
    """A coordinator's id, or `operator`."""
    care_point: str
    happened_on: date
    tip: str = ""
    about: str = ""


@dataclass(frozen=True)
class TrailEntry:
    number: int
    deed: Deed
    digest: bytes = field(repr=False)


class Trail:
    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, deed: Deed) -> None:
        """Adds an entry at the end of the chain."""
        with self._database.writing() as session:
            _lock(session)
            last = session.exec(select(TrailRow).order_by(col(TrailRow.number).desc()).limit(1)).one_or_none()
            number, before = (last.number + 1, last.digest) if last else (1, FIRST_DIGEST)
            session.add(TrailRow(number=number, digest=digest_of(before, number, deed), **vars(deed)))

    def of(self, care_point: str, limit: int, before: int | None = None) -> Sequence[TrailEntry]:
        """The latest entries of one care point, latest first; those before a number, where one is given."""
        query = select(TrailRow).where(TrailRow.care_point == care_point)
        if before is not None:
            query = query.where(TrailRow.number < before)
        with self._database.reading() as session:
            rows = session.exec(query.order_by(col(TrailRow.number).desc()).limit(limit))
            return tuple(map(_entry, rows))


def digest_of(before: bytes, number: int, deed: Deed) -> bytes:
    """The digest of an entry, chained to the one before it, as docs/formats.md ("Audit trail") says."""
    entry = {**vars(deed), "happened_on": deed.happened_on.isoformat(), "number": number}
    return hashlib.sha256(_CHAINED_AS + before + canonical.write(entry)).digest()


def _lock(session: Session) -> None:
    # Two entries at once would be chained to the same one. SQLite has one writer by itself.
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("LOCK TABLE trail IN EXCLUSIVE MODE"))


def _entry(row: TrailRow) -> TrailEntry:
    values = row.model_dump(exclude={"number", "digest"})
    return TrailEntry(row.number, Deed(**values), row.digest)
