"""The database: tables and every query. The only package that opens a session; hands out plain values."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from tipline.storage import copying
from tipline.storage.cases import Cases
from tipline.storage.chores import Chores
from tipline.storage.coordinators import Coordinators
from tipline.storage.deletions import Deletions
from tipline.storage.drafts import Drafts
from tipline.storage.engine import CONNECTIONS, Database, make_engine
from tipline.storage.escalations import Escalations
from tipline.storage.figures import Figures
from tipline.storage.handovers import Handovers
from tipline.storage.invitations import Invitations
from tipline.storage.leftovers import Leftovers
from tipline.storage.outbox import Outbox
from tipline.storage.passkeys import Passkeys
from tipline.storage.point_keys import PointKeys
from tipline.storage.sessions import Sessions
from tipline.storage.slots import WaitingTips
from tipline.storage.tips import Tips
from tipline.storage.trail import Trail

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class DatabaseFaultError(Exception):
    """The database can't be used. The message names the kind of fault only: the address may hold a password."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(f"the database can't be used ({type(reason).__name__}); see SIGNAALLIJN_DATABASE_URL")


class Store:
    """All that is kept, by concern."""

    def __init__(self, database_url: str) -> None:
        """Raises `DatabaseFaultError` for an address that names no database."""
        try:
            self._database = Database(make_engine(database_url))
        except (ArgumentError, ImportError, OSError, ValueError) as reason:
            raise DatabaseFaultError(reason) from None
        self.drafts = Drafts(self._database)
        self.tips = Tips(self._database)
        self.cases = Cases(self._database)
        self.handovers = Handovers(self._database)
        self.slots = WaitingTips(self._database)
        self.deletions = Deletions(self._database)
        self.escalations = Escalations(self._database)
        self.figures = Figures(self._database)
        self.chores = Chores(self._database)
        self.leftovers = Leftovers(self._database)
        self.outbox = Outbox(self._database)
        self.trail = Trail(self._database)
        self.coordinators = Coordinators(self._database)
        self.point_keys = PointKeys(self._database)
        self.sessions = Sessions(self._database)
        self.passkeys = Passkeys(self._database)
        self.invitations = Invitations(self._database)

    def migrate(self) -> None:
        """Brings the tables to what this version needs; does nothing when they are. Raises `DatabaseFaultError` when
        the database does not answer, or is none."""
        try:
            with self._database.engine.connect() as connection:
                if not _is_migrated(connection):
                    _upgrade(connection)
        except SQLAlchemyError as reason:
            raise DatabaseFaultError(reason) from None

    def check(self) -> None:
        """Raises sqlalchemy.exc.SQLAlchemyError unless the database answers and its tables are there."""
        with self._database.reading() as session:
            session.connection().execute(text("SELECT 1 FROM tips WHERE 1 = 0"))

    def is_current(self) -> bool:
        """Whether the tables are what this version needs. Raises `DatabaseFaultError`."""
        try:
            with self._database.engine.connect() as connection:
                return _is_migrated(connection)
        except SQLAlchemyError as reason:
            raise DatabaseFaultError(reason) from None

    def is_empty(self) -> bool:
        return copying.is_empty(self._database.engine)

    def count_rows(self) -> int:
        """As many as `copy_to` copies."""
        return copying.count_rows(self._database.engine)

    def copy_to(self, other: "Store", tell: Callable[[int], None] = lambda _: None) -> None:
        """Copies all that is kept for longer than a day to an empty store, as it is at one moment. `tell` is called
        with how many rows are done. Raises `DatabaseFaultError`."""
        try:
            copying.copy_rows(self._database.engine, other._database.engine, tell)
        except SQLAlchemyError as reason:
            raise DatabaseFaultError(reason) from None

    def make_one_file(self) -> None:
        """Of SQLite: folds the log into the database, so that the file alone is the whole."""
        copying.as_one_file(self._database.engine)

    def forget(self) -> bool:
        """Empties SQLite's write-ahead log into the database: until then what was deleted still stands there. False
        when a reader was in the way; the next call takes the rest."""
        return self._database.empty_log()

    def size(self) -> int:
        """Bytes of SQLite's file; 0 of another database."""
        return self._database.size()

    def close(self) -> None:
        self._database.engine.dispose()


def _is_migrated(connection: Connection) -> bool:
    """Whether the last migration was applied."""
    last = max(file.name for file in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]
    try:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [last]
    finally:
        connection.rollback()


def _upgrade(connection: Connection) -> None:
    # Not at the top: Alembic weighs a tenth of a server's memory, and one that finds its tables right never needs it.
    from tipline.storage import migrating  # noqa: PLC0415

    try:
        migrating.upgrade(connection, MIGRATIONS)
    except migrating.NewerDatabaseError as reason:
        raise DatabaseFaultError(reason) from None


__all__ = ["CONNECTIONS", "DatabaseFaultError", "Store"]
