"""A copy of everything worth keeping, from one moment of a database that goes on being used, into an empty one.

Whatever stood in deleted rows stays behind, and so does the order in which rows were added."""

from collections.abc import Callable
from contextlib import closing

from sqlalchemy import Connection, Engine, Table, func, insert, select

from tipline.storage.tables import (
    AdmissionRow,
    ChallengeRow,
    DeskSessionRow,
    DraftRow,
    SpentProofRow,
    metadata,
)

SHORT_LIVED = frozenset(
    row.__tablename__ for row in (DraftRow, ChallengeRow, DeskSessionRow, SpentProofRow, AdmissionRow)
)
"""In no copy: what a person is typing, and what ends within the day."""
BATCH = 200
"""Rows in memory at a time; the largest have 64 KiB."""


def count_rows(engine: Engine) -> int:
    """Rows that a copy would hold."""
    with engine.connect() as connection:
        return sum(_count(connection, table) for table in _tables())


def is_empty(engine: Engine) -> bool:
    """Whether no table holds anything, short-lived ones among them."""
    with engine.connect() as connection:
        return not any(_count(connection, table) for table in metadata.sorted_tables)


def copy_rows(source: Engine, target: Engine, tell: Callable[[int], None]) -> None:
    """Copies to a database whose tables are there and empty; in one transaction on both sides. `tell` is called with
    how many rows are done."""
    done = 0
    # A moment that stays the same while others write: SQLite's transactions have that by themselves.
    moment = source.connect()
    if source.dialect.name == "postgresql":
        moment = moment.execution_options(isolation_level="REPEATABLE READ")
    with moment as reading, target.begin() as writing:
        for table in _tables():
            # In the order of their random keys: the order in which rows lie tells who came when.
            query = select(table).order_by(*table.primary_key.columns)
            for rows in reading.execution_options(yield_per=BATCH).execute(query).mappings().partitions():
                writing.execute(insert(table), [dict(row) for row in rows])
                done += len(rows)
                tell(done)


def as_one_file(engine: Engine) -> None:
    """Makes a SQLite database one file that any program opens, without a log beside it."""
    engine.dispose()  # another connection, even an idle one, would be in the way
    with closing(engine.raw_connection()) as connection:  # outside every transaction
        connection.cursor().execute("PRAGMA journal_mode=DELETE")


def _tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name not in SHORT_LIVED]


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
