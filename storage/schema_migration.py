"""Brings the schema of a database to the newest version. A program may use a newer schema that is compatible with it.

Each migration stores the oldest HEAD that can use its schema beside the version, in Alembic's table. So the replicas of
the version before can go on, and be started again, while a deploy replaces them one after the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from storage.database_errors import DatabaseError
from storage.schema import HEAD, USABLE_FROM

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """The newest migration of a database, and the oldest HEAD that can use its schema.

    `number` is None for a database without a schema, `usable_from` for a schema that only its own version can use.
    """

    number: str | None = None
    usable_from: str | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "SchemaVersion":
        """Return the version in a row of Alembic's table."""
        return cls(row["version_num"], row.get("usable_from"))

    @property
    def is_newer(self) -> bool:
        """Whether the schema is newer than this program, and compatible with it."""
        return (
            self.number is not None
            and self.usable_from is not None
            and self.usable_from <= HEAD < self.number
        )


def migrate(connection: sa.Connection) -> None:
    """Migrate the schema to HEAD in the caller's transaction. A newer schema that is compatible stays as it is.

    Raises DatabaseError if this program cannot use the schema.
    """
    version = schema_version(connection)
    if version.number == HEAD:
        return
    if version.is_newer:
        log.warning("schema is newer than this version", schema=version.number, own=HEAD)
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
            f"its schema ({version.number}) is not one this version knows; install the version that wrote it"
        ) from error
    _store_usable_from(connection)


def schema_version(connection: sa.Connection) -> SchemaVersion:
    """Return the version of the schema."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return SchemaVersion()
    # Not by columns: ledgers of the first versions lack `usable_from`.
    row = connection.exec_driver_sql("SELECT * FROM alembic_version").mappings().first()
    return SchemaVersion() if row is None else SchemaVersion.of(dict(row))


def _store_usable_from(connection: sa.Connection) -> None:
    columns = {column["name"] for column in sa.inspect(connection).get_columns("alembic_version")}
    if "usable_from" not in columns:
        connection.exec_driver_sql("ALTER TABLE alembic_version ADD COLUMN usable_from TEXT")
    connection.execute(sa.text("UPDATE alembic_version SET usable_from = :head"), {"head": USABLE_FROM})
