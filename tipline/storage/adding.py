"""Adding rows that may be there already, and adding rows on the path of a tip.

By statements that are made once: a statement made anew for each tip takes longer than what the database does with
it."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Insert, insert, literal
from sqlalchemy.dialects import sqlite
from sqlmodel import Session, SQLModel

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def add_unless_taken(session: Session, row: SQLModel) -> bool:
    """Inserts `row` unless one of its unique values is taken. A caught violation would do the same, but databases log
    the values of a violation."""
    session.flush()  # what was added before may be what this row refers to
    connection = session.connection()
    return connection.execute(_unless_taken(type(row), connection.dialect.name), row.model_dump()).first() is not None


def add_all(session: Session, rows: Sequence[SQLModel]) -> None:
    """Inserts rows of one table, at least one, at once."""
    session.connection().execute(_insert(type(rows[0])), [row.model_dump() for row in rows])


def insert_unless(table: type[SQLModel], dialect: str) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT that knows ON CONFLICT."""
    if dialect == "sqlite":
        return sqlite.insert(table)
    # Not at the top: it weighs 2 MB that SQLite never needs.
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(table)


@cache
def _unless_taken(table: type[SQLModel], dialect: str) -> Insert:
    # RETURNING tells whether a row came; drivers count rows of such inserts each in their own way.
    return insert_unless(table, dialect).on_conflict_do_nothing().returning(literal(1))


@cache
def _insert(table: type[SQLModel]) -> Insert:
    return insert(table)
