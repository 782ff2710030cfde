"""One running bot for the tests that only talk to it, and a bot of its own for each test that stops or damages it."""

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.ledger import file_url
from tests.support.postgres_server import new_database
from tests.support.selling import SELLS
from tests.support.shared_postgres import DATABASES, MIGRATED, SharedPostgres
from tests.support.world import ADMIN, World, open_world, store_durations

SETTINGS = {
    "DAILY_QUOTA": "6",
    "GROUP_DAILY_QUOTA": "8",
    "ADMIN_IDS": str(ADMIN),
    "USER_QUEUE_LIMIT": "3",
}


@pytest.fixture(scope="session", autouse=True)
def _forked(fork_server: None) -> None:
    """Fork the bots of all tests."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_sqlite(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """Yield the world of a running bot with an SQLite file, which all tests of this worker share."""
    folder = tmp_path_factory.mktemp("shared")
    async with _running_world(folder, file_url(shutil.copy(migrated_file, folder))) as world:
        yield world


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_postgresql(
    postgres: SharedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """Yield the world of a running bot with a PostgreSQL database, which all tests of this worker share."""
    with new_database(postgres.admin_url, MIGRATED) as url:
        async with _running_world(tmp_path_factory.mktemp("shared"), url) as world:
            yield world


@pytest.fixture(params=DATABASES)
def shared_world(request: pytest.FixtureRequest) -> World:
    """Return a shared world, on each database in turn."""
    world: World = request.getfixturevalue(f"shared_{request.param}")
    return world


@pytest_asyncio.fixture(loop_scope="session")
async def shared_bot(shared_world: World) -> AsyncIterator[World]:
    """Yield the world of a running bot that all tests of this worker share, on each database in turn.

    Each test adds its own users.
    """
    yield shared_world
    await _recover(shared_world)


@pytest_asyncio.fixture(loop_scope="session")
async def own_bot(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Yield a world for one test, on each database in turn. Its bot is not started yet."""
    store_durations(database_url)
    async with open_world(tmp_path, DATABASE_URL=database_url) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def sqlite_bot(tmp_path: Path) -> AsyncIterator[World]:
    """Yield a world for one test, with a ledger that the first start creates. Its bot is not started yet.

    The ledger is an SQLite file because the test damages or copies this file, because it ends the command during its
    imports or is about the fork server, or because its subject is a setting that `check` reports without a look at the
    ledger. All other tests run on both databases.
    """
    async with open_world(tmp_path) as world:
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=DATABASES)
async def selling_bot(
    request: pytest.FixtureRequest, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """Yield the world of a running bot that sells pictures, which all tests of a module share, on each database."""
    folder = tmp_path_factory.mktemp("selling")
    if request.param == "sqlite":
        async with _running_world(folder, file_url(shutil.copy(migrated_file, folder)), SELLS) as world:
            yield world
        return
    with new_database(request.getfixturevalue("postgres").admin_url, MIGRATED) as url:
        async with _running_world(folder, url, SELLS) as world:
            yield world


@asynccontextmanager
async def _running_world(
    folder: Path, url: str, settings: Mapping[str, str] = SETTINGS
) -> AsyncIterator[World]:
    store_durations(url)
    async with open_world(folder, DATABASE_URL=url, **settings) as world:
        await world.process.start()
        yield world
        assert await world.process.stop() == 0


async def _recover(world: World) -> None:
    """Undo everything that a test did to a bot, so that the next test, whichever it is, finds it healthy."""
    create_failed = any(rule.hits for rule in world.media.faults.rules if rule.call == "create")
    world.media.faults.clear()
    world.telegram.faults.clear()
    world.telegram.chats.blocked.clear()
    world.finish_tasks()
    await world.wait_until_closed()
    if create_failed:  # an accepted create ends the count of failures in the circuit breaker
        user = world.add_user()
        world.telegram.say(user, "/imagine a healthy fox --ar 1:1")
        await world.wait_for_picture(user)
        await world.wait_until_closed()
