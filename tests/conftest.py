"""Fixtures for the tests of several packages."""

import asyncio
import gc
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from storage.database import Database
from storage.open_database import open_database
from tests.support import bot_process
from tests.support.ledger import file_url
from tests.support.longest_first import deal
from tests.support.manual_clock import ManualClock
from tests.support.postgres_server import new_database
from tests.support.property_tests import register_profiles
from tests.support.shared_postgres import (
    DATABASES,
    MIGRATED,
    WITH_DBOS,
    SharedPostgres,
    skip_without_postgres,
)

register_profiles()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


# asyncio.Runner replaces Python's own handler at each run, and on the way Python describes the whole task as text.
signal.signal(signal.SIGINT, _interrupt)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each worker start with its share of the longest tests (tests/support/longest_first.py)."""
    seconds = {item: mark.args[0] for item in items if (mark := item.get_closest_marker("long"))}
    longest = sorted(seconds, key=lambda item: -seconds[item])
    others = [item for item in items if item not in seconds]
    slow = [item for item in others if item.get_closest_marker("slow")]
    short = [item for item in others if not item.get_closest_marker("slow")]
    items[:] = deal(longest, slow, short, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def pytest_collection_finish() -> None:
    """Keep the garbage collector from looking through all imported modules again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedPostgres]:
    """Yield the PostgreSQL server of this test session. Skips the test on a machine without one."""
    skip_without_postgres()
    folder = tmp_path_factory.getbasetemp()
    shared = SharedPostgres(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)
    yield shared
    shared.close()


@pytest.fixture
def postgres_url(postgres: SharedPostgres) -> Iterator[str]:
    """Yield the URL of a new PostgreSQL database with the newest schema."""
    with new_database(postgres.admin_url, MIGRATED) as url:
        yield url


@pytest.fixture
def dbos_url(postgres: SharedPostgres) -> Iterator[str]:
    """Yield the URL of a new PostgreSQL database with the newest schema and the tables of DBOS."""
    postgres.create_dbos_template()
    with new_database(postgres.admin_url, WITH_DBOS) as url:
        yield url


@pytest.fixture(scope="module", params=DATABASES)
def module_database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Yield the URL of a new ledger for the tests of a module, on each database in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('ledger')}/bot.sqlite3"
        return
    with new_database(request.getfixturevalue("postgres").admin_url, MIGRATED) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file with the newest schema. To copy it is ten times faster than to migrate a new one."""
    path = tmp_path_factory.mktemp("migrated") / "bot.sqlite3"

    async def migrate() -> None:
        await (await open_database(file_url(path))).close()

    asyncio.run(migrate())
    return path


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a new ledger with the newest schema, on each database in turn."""
    if request.param == "sqlite":
        return file_url(shutil.copy(request.getfixturevalue("migrated_file"), tmp_path))
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Yield a new open ledger, on each database in turn."""
    opened = await open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite(tmp_path: Path, migrated_file: Path) -> AsyncIterator[Database]:
    """Yield an open ledger in a new SQLite file."""
    opened = await open_database(file_url(shutil.copy(migrated_file, tmp_path)))
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock at the start of its time."""
    return ManualClock()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def fork_server() -> AsyncIterator[None]:
    """Fork the commands of this worker. Tests of the command line start a few as processes of their own."""
    with tempfile.TemporaryDirectory(prefix="bots-") as folder:  # the path of a socket must be short
        async with bot_process.fork_server(Path(folder)):
            yield
