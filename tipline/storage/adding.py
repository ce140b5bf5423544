"""Adding a row that may be there already."""

from sqlalchemy import literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def add_unless_taken(session: Session, row: SQLModel) -> bool:
    """Inserts `row` unless one of its unique values is taken. A caught violation would do the same, but databases log
    the values of a violation."""
    # RETURNING tells whether a row came; drivers count rows of such inserts each in their own way.
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    added = insert(type(row)).values(row.model_dump()).on_conflict_do_nothing().returning(literal(1))
    return session.execute(added).first() is not None
