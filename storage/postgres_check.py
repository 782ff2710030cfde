"""Facts about a PostgreSQL database for `imagine-bot check`, found beside a bot that runs, without a change."""

import time
import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from storage.database_errors import DatabaseError
from storage.postgres import check_encoding
from storage.postgres_connection import APPLICATION, create_visiting_engine
from storage.postgres_errors import explain
from storage.schema import key_values
from storage.schema_migration import migrate, schema_version

OLDEST = 13
_ROUND_TRIPS = 5
_CONNECTIONS = sa.text(
    """
    SELECT count(*) FILTER (WHERE pid <> pg_backend_pid() AND application_name = :bot AND datname = current_database())
             AS of_the_bot,
           least(
             current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
               - coalesce(current_setting('reserved_connections', true), '0')::int - count(*),
             (SELECT CASE WHEN datconnlimit >= 0 THEN datconnlimit END FROM pg_database
                WHERE datname = current_database()) - count(*) FILTER (WHERE datname = current_database()),
             (SELECT CASE WHEN rolconnlimit >= 0 THEN rolconnlimit END FROM pg_roles WHERE rolname = session_user)
               - count(*) FILTER (WHERE usename = session_user)
           ) + 1 AS unused
    FROM pg_stat_activity WHERE datid IS NOT NULL
    """
)
"""The connections of the bot, and those that may still be opened by the limits of server, database and user.

The one that asks counts as unused. Reserved ones (PostgreSQL 16) are no others' business.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresFacts:
    """The version of the server, the database's encoding and schema (None without tables), seconds of a round trip.

    `connections` counts those that a bot may have, also those that a running one has.
    """

    name: str
    version: str
    encoding: str
    schema: str | None
    connections: int
    in_use: bool
    round_trip: float


async def examine(url: str) -> PostgresFacts:
    """Connect to a database and try a write, which is undone. Raises DatabaseError if a bot could not use it."""
    parsed = sa.make_url(url)
    name = parsed.render_as_string(hide_password=True)
    engine = create_visiting_engine(parsed)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_examine, name)
    except (sa.exc.SQLAlchemyError, DatabaseError, OSError) as error:
        raise DatabaseError(f"{name} cannot be used: {explain(error)}") from error
    finally:
        await engine.dispose()


def _examine(connection: sa.Connection, name: str) -> PostgresFacts:
    version = str(connection.exec_driver_sql("SHOW server_version").scalar()).split()[0]
    if int(version.partition(".")[0]) < OLDEST:
        raise DatabaseError(f"the server is PostgreSQL {version}; {OLDEST} or newer is needed")
    encoding = check_encoding(connection)
    found = connection.execute(_CONNECTIONS, {"bot": APPLICATION}).one()
    schema = schema_version(connection)
    round_trip = min(_round_trip(connection) for _ in range(_ROUND_TRIPS))
    connection.rollback()
    _try_to_write(connection, in_use=found.of_the_bot > 0)
    return PostgresFacts(
        name=name,
        version=version,
        encoding=encoding,
        schema=schema,
        connections=found.of_the_bot + found.unused,
        in_use=found.of_the_bot > 0,
        round_trip=round_trip,
    )


def _round_trip(connection: sa.Connection) -> float:
    begun = time.perf_counter()
    connection.exec_driver_sql("SELECT 1")
    return time.perf_counter() - begun


def _try_to_write(connection: sa.Connection, *, in_use: bool) -> None:
    """Migrate the schema, unless a bot uses it, and insert a row, in a transaction that is rolled back."""
    with connection.begin() as transaction:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
        if not in_use:
            migrate(connection)
        connection.execute(sa.insert(key_values).values(name=f"check {uuid.uuid4()}", value=""))
        transaction.rollback()
