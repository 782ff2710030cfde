"""Fixtures for the tests of several packages."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from storage.database import Database
from storage.open_database import open_database
from tests.support import bot_process
from tests.support.manual_clock import ManualClock
from tests.support.property_tests import register_profiles

register_profiles()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Yield an open database in a new file."""
    opened = await open_database(f"sqlite:///{tmp_path}/bot.sqlite3")
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
