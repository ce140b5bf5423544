"""Alembic's entry: migrates over the connection that `Store.migrate` hands in."""

from alembic import context

from tipline.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
