"""The audit trail: who did what on which day, each entry chained to the one before. Entries are only ever added."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, text
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from tipline import canonical
from tipline.storage.engine import Database
from tipline.storage.tables import TrailRow

_CHAINED_AS = b"signaallijn/1 trail\n"
FIRST_DIGEST = bytes(32)
"""What the first entry is chained to."""
SYSTEM = "system"
"""The actor of what the tip line does by itself."""
BEFORE_ALL = -(2**62)
BATCH = 1000
LATEST = 10_000
"""How far `record_once` looks back."""
_TEXTS = ("happened_on", "deed", "actor", "care_point", "tip", "about")
# Not by way of the table's types: they refuse what no program of ours wrote, and that is what is looked for.
_FOUND = text(
    "SELECT number, happened_on, deed, actor, care_point, tip, about, digest FROM trail "
    "WHERE number > :after ORDER BY number LIMIT :limit"
)


@dataclass(frozen=True)
class Deed:
    """What is written down: ids and fixed words only, never what a person wrote."""

    deed: str
    actor: str
    """A coordinator's id, `operator` or `system`; a care point's id for what another care point did."""
    care_point: str
    happened_on: date
    tip: str = ""
    about: str = ""


@dataclass(frozen=True)
class TrailEntry:
    number: int
    deed: Deed
    digest: bytes = field(repr=False)


@dataclass(frozen=True)
class FoundEntry:
    """An entry as it stands in the database, nothing of it believed: whoever wrote there may have written anything."""

    number: int
    entry: Mapping[str, str]
    """All of the deed, as texts."""
    digest: bytes = field(repr=False)

    def follows(self, before: bytes) -> bool:
        """Whether its digest is the one that the chain gives it."""
        try:
            return _chained(before, self.number, self.entry) == self.digest
        except ValueError:  # texts that no program of ours writes
            return False


@dataclass(frozen=True)
class TrailHead:
    """The end of the chain at some moment."""

    number: int
    digest: bytes


class Trail:
    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, deed: Deed) -> None:
        """Adds an entry at the end of the chain."""
        with self._database.writing() as session:
            append(session, deed)

    def record_once(self, deed: Deed) -> None:
        """The same, unless this very deed stands among the latest entries: for what is done to many files in a row."""
        same = [col(getattr(TrailRow, name)) == value for name, value in vars(deed).items()]
        with self._database.writing() as session:
            last = session.exec(select(func.max(TrailRow.number))).one() or 0
            found = session.exec(select(TrailRow.number).where(TrailRow.number > last - LATEST, *same).limit(1))
            if found.first() is None:
                append(session, deed)

    def of(self, care_point: str, limit: int, before: int | None = None) -> Sequence[TrailEntry]:
        """The latest entries of one care point, latest first; those before a number, where one is given."""
        query = select(TrailRow).where(TrailRow.care_point == care_point)
        if before is not None:
            query = query.where(TrailRow.number < before)
        with self._database.reading() as session:
            rows = session.exec(query.order_by(col(TrailRow.number).desc()).limit(limit))
            return tuple(map(_entry, rows))

    def head(self) -> TrailHead | None:
        """The last entry; None when nothing was ever done."""
        return self._head_of(select(TrailRow).order_by(col(TrailRow.number).desc()).limit(1))

    def head_at(self, number: int) -> TrailHead | None:
        """The entry of this number, as the end of what came before it; None when there is none."""
        return self._head_of(select(TrailRow).where(TrailRow.number == number))

    def _head_of(self, query: SelectOfScalar[TrailRow]) -> TrailHead | None:
        with self._database.reading() as session:
            row = session.exec(query).one_or_none()
            return TrailHead(row.number, row.digest) if row else None

    def count(self) -> int:
        with self._database.reading() as session:
            return session.exec(select(func.count()).select_from(TrailRow)).one()

    def found(self) -> Iterator[FoundEntry]:
        """All that stands in the table, by number; a few at a time, so that a long trail needs little memory."""
        number = BEFORE_ALL
        while True:
            with self._database.reading() as session:
                rows = session.connection().execute(_FOUND, {"after": number, "limit": BATCH}).all()
            for row in rows:
                entry = {name: str(getattr(row, name)) for name in _TEXTS}
                yield FoundEntry(row.number, entry, row.digest)
            if len(rows) < BATCH:
                return
            number = rows[-1].number


def append(session: Session, *deeds: Deed) -> None:
    """Adds entries in the transaction of what they tell: both stay, or neither."""
    _lock(session)
    last = session.exec(select(TrailRow).order_by(col(TrailRow.number).desc()).limit(1)).one_or_none()
    number, digest = (last.number, last.digest) if last else (0, FIRST_DIGEST)
    for deed in deeds:
        number, digest = number + 1, digest_of(digest, number + 1, deed)
        session.add(TrailRow(number=number, digest=digest, **vars(deed)))


def digest_of(before: bytes, number: int, deed: Deed) -> bytes:
    """The digest of an entry, chained to the one before it, as docs/formats.md ("Audit trail") says."""
    return _chained(before, number, {**vars(deed), "happened_on": deed.happened_on.isoformat()})


def _chained(before: bytes, number: int, entry: Mapping[str, str]) -> bytes:
    return hashlib.sha256(_CHAINED_AS + before + canonical.write({**entry, "number": number})).digest()


def _lock(session: Session) -> None:
    # Two entries at once would be chained to the same one. SQLite has one writer by itself.
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("LOCK TABLE trail IN EXCLUSIVE MODE"))


def _entry(row: TrailRow) -> TrailEntry:
    values = row.model_dump(exclude={"number", "digest"})
    return TrailEntry(row.number, Deed(**values), row.digest)
