"""One running bot for the tests that only talk to it, and a bot of its own for each test that stops or damages it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.world import ADMIN, World, open_world

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
async def shared_world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("shared"), **SETTINGS) as world:
        await world.process.start()
        yield world
        assert await world.process.stop() == 0


@pytest_asyncio.fixture(loop_scope="session")
async def shared_bot(shared_world: World) -> AsyncIterator[World]:
    """Yield the world of a running bot that all tests of this worker share. Each test adds its own users."""
    yield shared_world
    await _recover(shared_world)


@pytest_asyncio.fixture(loop_scope="session")
async def own_bot(tmp_path: Path) -> AsyncIterator[World]:
    """Yield a world for one test. Its bot is not started yet."""
    async with open_world(tmp_path) as world:
        yield world


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
