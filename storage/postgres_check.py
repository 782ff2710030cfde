"""Facts about a PostgreSQL database for `imagine-bot check`, found beside a bot that runs, without a change."""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa

from storage.database_errors import DatabaseError
from storage.postgres import check_encoding
from storage.postgres_connection import APPLICATION, create_visiting_engine
from storage.postgres_errors import explain
from storage.replicas import list_living
from storage.schema import HEAD, key_values, replicas
from storage.schema_migration import SchemaVersion, migrate, schema_version

T = TypeVar("T")
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
    """The version of the server, the database's encoding and schema, seconds of a round trip.

    `connections` counts those that a bot may have, also those that a running one has.
    """

    name: str
    version: str
    encoding: str
    schema: SchemaVersion
    connections: int
    in_use: bool
    round_trip: float


async def examine(url: str) -> PostgresFacts:
    """Connect to a database and try a write, which is undone. Raises DatabaseError if a bot could not use it."""
    name = sa.make_url(url).render_as_string(hide_password=True)
    return await _visit(url, lambda connection: _examine(connection, name))


async def find_replicas(url: str) -> Sequence[str]:
    """Return the ids of the living replicas of a database, the leader first. Raises DatabaseError."""

    def find(connection: sa.Connection) -> Sequence[str]:
        return list_living(connection) if sa.inspect(connection).has_table(replicas.name) else ()

    return await _visit(url, find)


async def _visit(url: str, function: Callable[[sa.Connection], T]) -> T:
    parsed = sa.make_url(url)
    engine = create_visiting_engine(parsed)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(function)
    except (sa.exc.SQLAlchemyError, DatabaseError, OSError) as error:
        name = parsed.render_as_string(hide_password=True)
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
    _try_to_write(connection, migrates=found.of_the_bot == 0 or (schema.number or "") > HEAD)
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


def _try_to_write(connection: sa.Connection, *, migrates: bool) -> None:
    """Insert a row in a transaction that is rolled back, after a migration of the schema if asked for.

    A migration would make a bot that runs wait. A newer schema is not migrated, but refused if it is not compatible.
    """
    with connection.begin() as transaction:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
        if migrates:
            migrate(connection)
        connection.execute(sa.insert(key_values).values(name=f"check {uuid.uuid4()}", value=""))
        transaction.rollback()
