"""Opens the database. SQLite is set so that deleted text is gone and a committed tip survives a power cut.

Knows nothing of tips. Errors of the driver quote the statement's values, so every engine hides its parameters and
nothing here logs."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, create_engine

CONNECTIONS = 8
"""That are kept open; one above these is opened and closed each time it is needed."""
BUSY_TIMEOUT = "PRAGMA busy_timeout=5000"
TEMP_STORE = "PRAGMA temp_store=MEMORY"
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # the thank-you page promises that the tip is kept
    "PRAGMA secure_delete=ON",  # a deleted answer is overwritten, not only forgotten
    "PRAGMA foreign_keys=ON",
    BUSY_TIMEOUT,
    "PRAGMA cache_size=-200",  # KiB for each connection; the system has the file in memory anyway
    TEMP_STORE,  # no sorted copies in temporary files
)


def make_engine(database_url: str) -> Engine:
    """An engine for SQLite or PostgreSQL. A SQLite file is made with mode 0600 before SQLite first opens it."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return create_engine(url, hide_parameters=True, pool_size=CONNECTIONS, pool_pre_ping=True)
    if url.database:
        _make_private(Path(url.database))
    engine = create_engine(url, hide_parameters=True, pool_size=CONNECTIONS, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private(file: Path) -> None:
    # SQLite gives its log and shared-memory files the mode of the database file.
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # Python's sqlite3 begins transactions by its own rules; ours are begun below.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock first: one that read before it may not upgrade, and would fail instead of wait.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Database:
    """Hands out sessions, to the modules of `tipline.storage` and to nobody else."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(writes=True)
        # SQLite lets writers ask again and again, and who is unlucky in a crowd asks for seconds, then fails. Here they
        # stand in line instead, without holding a connection.
        self._turn: AbstractContextManager[object] = Lock() if self.is_sqlite else nullcontext()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def rewrite(self) -> None:
        """Writes SQLite's file anew, each table in the order of its key, and empties the log. Whoever writes waits; in
        another process no longer than the busy timeout. Raises sqlite3.OperationalError when one of those writes for
        longer than that."""
        if self.is_sqlite:
            with self._turn, closing(self.engine.raw_connection()) as connection:  # outside every transaction
                cursor = connection.cursor()
                # Not in memory, which would have to hold the whole. What passes through that file stands in the log
                # too: sealed, and in the order of its keys.
                cursor.execute("PRAGMA temp_store=FILE")
                try:
                    cursor.execute("VACUUM")
                finally:
                    cursor.execute(TEMP_STORE)
            self.empty_log()

    def size(self) -> int:
        """Bytes of SQLite's file; 0 of another database."""
        return Path(self.engine.url.database or "").stat().st_size if self.is_sqlite else 0

    @contextmanager
    def alone(self, deed: str) -> Iterator[bool]:
        """Whether no other process does this on the same SQLite file, for as long as the block lasts. On PostgreSQL,
        where rows are locked, always."""
        if not self.is_sqlite:
            yield True
            return
        # A file of its own: closing the database's would end the locks that SQLite has on it.
        file = os.open(f"{self.engine.url.database}-{deed}", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
        finally:
            os.close(file)  # ends the lock; so does the end of the process

    def empty_log(self) -> bool:
        """Whether nothing stands in SQLite's write-ahead log any more; False when a reader was in the way."""
        if self.is_sqlite:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                # Most of it while others go on writing; they wait for what came meanwhile, and for that only.
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
                # Without waiting: it would hold the write lock until the longest reader, a back-up perhaps, is done.
                connection.exec_driver_sql("PRAGMA busy_timeout=0")
                try:
                    with self._turn:
                        busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
                finally:
                    connection.exec_driver_sql(BUSY_TIMEOUT)
                return not busy
        return True

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed at the end of the block, undone by any error in it. A block that changes its mind
        rolls back and returns."""
        with self._turn, Session(self._writing) as session:
            yield session
            session.commit()
