"""One running bot for the tests that only talk to it, and a bot of its own for each test that stops or damages it."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.ledger import file_url
from tests.support.postgres_server import new_database
from tests.support.shared_postgres import DATABASES, MIGRATED
from tests.support.world import ADMIN, World, open_world

SETTINGS = {
    "DAILY_QUOTA": "6",
    "GROUP_DAILY_QUOTA": "8",
    "ADMIN_IDS": str(ADMIN),
    "USER_QUEUE_LIMIT": "3",
}


E2E_DATABASE = os.environ.get("E2E_DATABASE", "sqlite")
"""The database of the tests that run on one database only."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with the marker `both_databases` on each database in turn."""
    if metafunc.definition.get_closest_marker("both_databases") is not None:
        metafunc.parametrize("e2e_database", DATABASES)


@pytest.fixture
def e2e_database() -> str:
    """Return the database of a test, which `pytest_generate_tests` may replace."""
    return E2E_DATABASE


@pytest.fixture(scope="session", autouse=True)
def _forked(fork_server: None) -> None:
    """Fork the bots of all tests."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("shared")
    with _new_ledger(E2E_DATABASE, request, folder) as url:
        async with open_world(folder, DATABASE_URL=url, **SETTINGS) as world:
            await world.process.start()
            yield world
            assert await world.process.stop() == 0


@pytest_asyncio.fixture(loop_scope="session")
async def shared_bot(shared_world: World) -> AsyncIterator[World]:
    """Yield the world of a running bot that all tests of this worker share. Each test adds its own users."""
    yield shared_world
    await _recover(shared_world)


@pytest_asyncio.fixture(loop_scope="session")
async def own_bot(request: pytest.FixtureRequest, e2e_database: str, tmp_path: Path) -> AsyncIterator[World]:
    """Yield a world for one test. Its bot is not started yet."""
    with _new_ledger(e2e_database, request, tmp_path) as url:
        async with open_world(tmp_path, DATABASE_URL=url) as world:
            yield world


@pytest_asyncio.fixture(loop_scope="session")
async def sqlite_bot(tmp_path: Path) -> AsyncIterator[World]:
    """Yield a world for one test, with a ledger in an SQLite file. Its bot is not started yet."""
    async with open_world(tmp_path) as world:
        yield world


@contextmanager
def _new_ledger(database: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Yield the URL of a new ledger on a database."""
    if database == "sqlite":
        yield file_url(folder / "bot.sqlite3")
        return
    with new_database(request.getfixturevalue("postgres").admin_url, MIGRATED) as url:
        yield url


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
