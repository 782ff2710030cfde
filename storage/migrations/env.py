"""Alembic's entry: runs on the connection of `storage.schema_migration.migrate`, in its transaction."""

from alembic import context

from storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the transaction around all migrations is the caller's
)
context.run_migrations()
