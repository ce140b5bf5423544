"""The database: tables and every query. The only package that opens a session; hands out plain values."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from tipline.storage.coordinators import Coordinators
from tipline.storage.drafts import Drafts
from tipline.storage.engine import Database, make_engine
from tipline.storage.outbox import Outbox
from tipline.storage.tips import Tips

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
        self.outbox = Outbox(self._database)
        self.coordinators = Coordinators(self._database)

    def migrate(self) -> None:
        """Brings the tables to what this version needs; does nothing when they are. Raises `DatabaseFaultError` when
        the database does not answer, or is none."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        try:
            with self._database.engine.connect() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except (SQLAlchemyError, CommandError) as reason:
            raise DatabaseFaultError(reason) from None

    def check(self) -> None:
        """Raises sqlalchemy.exc.SQLAlchemyError unless the database answers and its tables are there."""
        with self._database.reading() as session:
            session.connection().execute(text("SELECT 1 FROM tips WHERE 1 = 0"))

    def forget(self) -> None:
        """Empties SQLite's write-ahead log into the database: until then what was deleted still stands there. A reader
        may be in the way; the next call takes the rest."""
        self._database.empty_log()

    def close(self) -> None:
        self._database.engine.dispose()


__all__ = ["DatabaseFaultError", "Store"]
