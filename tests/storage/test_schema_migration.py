"""A program on the ledger of another version: migrated, used as it is, or refused."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from alembic import command
from alembic.config import Config

from storage import database as storage_database
from storage.database_errors import DatabaseError
from storage.key_values import KeyValueStore
from storage.open_database import open_database
from storage.postgres import PostgresDatabase
from storage.schema import HEAD, USABLE_FROM, replicas
from storage.schema_migration import SchemaVersion, schema_version
from tests.support.ledger import connect, read_rows
from tests.support.postgres_server import EMPTY, new_database
from tests.support.process_launcher import DEADLINE
from tests.support.shared_postgres import SharedPostgres

BEFORE_THE_NEWEST = f"{int(HEAD) - 1:04}"
BEFORE_REPLICAS = "0006"
"""The schema before the migration that alters the table `inbox`."""
NEWER = f"{int(HEAD) + 1:04}"
LOCK_WAITS = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'relation' AND datname = current_database()"


def change_version(url: str, number: str, usable_from: str | None) -> None:
    """Let a ledger have been migrated by a program of another version."""
    with connect(url) as connection:
        connection.execute(
            sa.text("UPDATE alembic_version SET version_num = :number, usable_from = :usable_from"),
            {"number": number, "usable_from": usable_from},
        )


def build_older(url: str, number: str = BEFORE_THE_NEWEST) -> None:
    """Create an older schema in an empty database, as older versions left it, without `usable_from`."""
    config = Config()
    config.set_main_option("script_location", str(Path(storage_database.__file__).parent / "migrations"))
    with connect(url) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, number)


def read_version(url: str) -> SchemaVersion:
    """Return the version of a ledger's schema."""
    with connect(url) as connection:
        return schema_version(connection)


async def wait_for_lock(url: str) -> None:
    """Wait until a session of a database waits for a table."""
    async with asyncio.timeout(DEADLINE):
        while not read_rows(url, LOCK_WAITS):  # noqa: ASYNC110 - the server reports no event
            await asyncio.sleep(0.02)


async def test_the_versions_are_numbers_of_four_digits_so_that_they_can_be_compared() -> None:
    assert (len(HEAD), len(USABLE_FROM)) == (4, 4)
    assert 1 <= int(USABLE_FROM) <= int(HEAD)


async def test_a_migration_stores_the_oldest_version_that_can_use_the_schema(database_url: str) -> None:
    await (await open_database(database_url)).close()
    assert read_version(database_url) == SchemaVersion(HEAD, USABLE_FROM)


@pytest.mark.parametrize("usable_from", [HEAD, USABLE_FROM])
async def test_a_newer_schema_that_is_compatible_is_used_as_it_is(
    database_url: str, usable_from: str
) -> None:
    await (await open_database(database_url)).close()
    with connect(database_url) as connection:
        connection.exec_driver_sql("ALTER TABLE key_values ADD COLUMN note TEXT NOT NULL DEFAULT 'none'")
        connection.exec_driver_sql("CREATE TABLE later (id BIGINT PRIMARY KEY)")
    change_version(database_url, NEWER, usable_from)
    with structlog.testing.capture_logs() as logs:
        database = await open_database(database_url)
    store = KeyValueStore(database)
    await store.set("colour", "red")
    assert await store.get("colour") == "red"
    await database.close()
    assert [(line["event"], line["schema"], line["own"]) for line in logs] == [
        ("schema is newer than this version", NEWER, HEAD)
    ]
    assert read_version(database_url) == SchemaVersion(NEWER, usable_from)
    assert [row["note"] for row in read_rows(database_url, "SELECT note FROM key_values")] == ["none"]


@pytest.mark.parametrize("usable_from", [NEWER, None])
async def test_a_newer_schema_that_is_not_compatible_is_refused(
    database_url: str, usable_from: str | None
) -> None:
    await (await open_database(database_url)).close()
    change_version(database_url, NEWER, usable_from)
    with pytest.raises(
        DatabaseError, match=rf"its schema \({NEWER}\) is not one this version knows; install"
    ) as raised:
        await open_database(database_url)
    assert "\n" not in str(raised.value)
    assert read_version(database_url) == SchemaVersion(NEWER, usable_from)


async def test_two_replicas_that_start_migrate_once(postgres: SharedPostgres) -> None:
    with new_database(postgres.admin_url, EMPTY) as url:
        build_older(url)
        for database in await asyncio.gather(*(open_database(url, shared=True) for _ in range(2))):
            await database.close()
        assert read_version(url).number == HEAD


async def test_replicas_that_could_not_use_the_new_schema_have_to_be_stopped_first(
    postgres: SharedPostgres,
) -> None:
    before = f"{int(USABLE_FROM) - 1:04}"
    with new_database(postgres.admin_url, EMPTY) as url:
        build_older(url, before)
        now = sa.literal_column("extract(epoch FROM clock_timestamp())", sa.Float)
        with connect(url) as connection:
            replicas.create(connection, checkfirst=True)
            connection.execute(sa.insert(replicas).values(id="one", started_at=now, beat_at=now))
        with pytest.raises(
            DatabaseError, match=r"its living replicas \(1\) cannot use the schema .*; stop all"
        ) as raised:
            await open_database(url, shared=True)
        assert "\n" not in str(raised.value)
        assert read_version(url).number == before


async def test_a_migration_that_waits_for_a_backup_lets_the_others_work(postgres: SharedPostgres) -> None:
    """As pg_dump does, a transaction holds the weakest lock of a table that the migration alters."""
    with new_database(postgres.admin_url, EMPTY) as url:
        build_older(url, BEFORE_REPLICAS)
        with connect(url) as backup:
            backup.exec_driver_sql("LOCK TABLE requests IN ACCESS SHARE MODE")
            start = asyncio.create_task(open_database(url))
            await wait_for_lock(url)
            reader = asyncio.create_task(asyncio.to_thread(read_rows, url, "SELECT * FROM requests"))
            assert await asyncio.wait_for(reader, DEADLINE) == []
            assert not start.done()
        await (await start).close()
        assert read_version(url).number == HEAD


async def test_a_start_does_not_wait_for_a_backup_for_ever(postgres: SharedPostgres) -> None:
    with new_database(postgres.admin_url, EMPTY) as url:
        build_older(url, BEFORE_REPLICAS)
        with connect(url) as backup:
            backup.exec_driver_sql("LOCK TABLE requests IN ACCESS SHARE MODE")
            with pytest.raises(
                DatabaseError, match="while another program, such as a backup, uses its"
            ) as raised:
                await PostgresDatabase.open(url, migration_seconds=0)
        assert "\n" not in str(raised.value)
        assert read_version(url).number == BEFORE_REPLICAS
