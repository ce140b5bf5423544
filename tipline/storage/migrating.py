"""Brings the tables of a database to what this version needs, with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection


class NewerDatabaseError(Exception):
    """The database was made by a version that this one does not know."""


def upgrade(connection: Connection, migrations: Path) -> None:
    """Applies the migrations that were not. Raises `NewerDatabaseError`, and what the database raises."""
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as reason:
        raise NewerDatabaseError(str(reason)) from None
