"""One running bot for the tests that only talk to it, and a fresh world for those that hurt it."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support import world as worlds
from tests.support.process_launcher import ForkServer
from tests.support.world import BotProcess, World

ADMIN = 99
SETTINGS = {
    "DAILY_QUOTA": "6",
    "GROUP_DAILY_QUOTA": "8",
    "ADMIN_IDS": str(ADMIN),
    "USER_QUEUE_LIMIT": "3",
}


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def fork_server() -> AsyncIterator[None]:
    """Let this worker's bots be forked; the command itself is run by the tests of the command line, demo and page."""
    folder = Path(
        tempfile.mkdtemp(prefix="nursery-")
    )  # pytest's own folders are too deep for a socket's name
    BotProcess.fork_server = opened = await ForkServer.open(folder)
    yield
    BotProcess.fork_server = None
    await opened.close()
    shutil.rmtree(folder)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A bot that runs for all tests of this worker: each uses people of its own."""
    folder = tmp_path_factory.mktemp("shared")
    async with worlds.world(folder, **SETTINGS) as made:
        await made.bot.start()
        yield made
        assert await made.bot.stop() == 0


@pytest_asyncio.fixture(loop_scope="session")
async def living(shared: World) -> AsyncIterator[World]:
    """The shared bot with every switch off again after the test."""
    duration = shared.media.duration
    yield shared
    shared.media.faults.clear()
    shared.telegram.faults.clear()
    shared.media.duration = duration
    shared.telegram.chats.blocked.clear()


@pytest_asyncio.fixture(loop_scope="session")
async def fresh(tmp_path: Path) -> AsyncIterator[World]:
    """A world of its own with no bot running yet."""
    async with worlds.world(tmp_path) as made:
        yield made
