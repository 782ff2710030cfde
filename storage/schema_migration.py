"""Brings the schema of a database to the newest version."""

from pathlib import Path

import sqlalchemy as sa

from storage.database_errors import DatabaseError
from storage.schema import HEAD


def migrate(connection: sa.Connection) -> None:
    """Migrate the schema to HEAD in the caller's transaction.

    Raises DatabaseError if the schema is newer than this program.
    """
    version = schema_version(connection)
    if version == HEAD:
        return
    # Imported here: a start with nothing to migrate saves the time and the memory.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise DatabaseError(
            f"its schema ({version}) is not one this version knows; install the version that wrote it"
        ) from error


def schema_version(connection: sa.Connection) -> str | None:
    """Return the version of the schema, or None if the database has none."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return version
