"""The database: tables and every query. The only package that opens a session; hands out plain values."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from tipline.storage.coordinators import Coordinators
from tipline.storage.drafts import Drafts
from tipline.storage.engine import Database, make_engine
from tipline.storage.outbox import Outbox
from tipline.storage.tips import Tips

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class Store:
    """All that is kept, by concern."""

    def __init__(self, database_url: str) -> None:
        self._database = Database(make_engine(database_url))
        self.drafts = Drafts(self._database)
        self.tips = Tips(self._database)
        self.outbox = Outbox(self._database)
        self.coordinators = Coordinators(self._database)

    def migrate(self) -> None:
        """Brings the tables to what this version needs; does nothing when they are."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self._database.engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

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


__all__ = ["Store"]
