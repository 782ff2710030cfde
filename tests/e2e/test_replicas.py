"""Two replicas on one PostgreSQL database, behind a proxy: nothing is lost, nothing is paid or sent twice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiogram.types import User

from playground.media import lognormal
from tests.support.fleet import Fleet, open_fleet

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@pytest_asyncio.fixture(loop_scope="session")
async def fleet(postgres_url: str, tmp_path: Path) -> AsyncIterator[Fleet]:
    """Yield two replicas that are not started yet."""
    async with open_fleet(tmp_path, [postgres_url] * 2, USER_QUEUE_LIMIT="10") as opened:
        yield opened


def order(fleet: Fleet, users: list[User], each: int) -> None:
    """Let each user ask for some pictures, in turn."""
    for number in range(each):
        for user in users:
            fleet.world.telegram.say(user, f"/imagine {user.id} {number} --ar 1:1")


async def wait_for_all(fleet: Fleet, users: list[User], each: int) -> None:
    """Wait until every request is closed, and check that each user got each picture once and paid for it once."""
    world = fleet.world
    for user in users:
        await world.wait_for_picture(user, each)
    await world.wait_until_closed()
    assert {user.id: len(world.pictures(user)) for user in users} == {user.id: each for user in users}
    assert {user.id: world.quota_used(user) for user in users} == {user.id: each for user in users}


async def test_two_replicas_share_the_work(fleet: Fleet) -> None:
    world = fleet.world
    world.media.duration = lognormal(1.0, 0.3, 1)
    users = [world.add_user() for _ in range(8)]
    await fleet.start()
    order(fleet, users, 3)
    await wait_for_all(fleet, users, 3)
    assert len(world.media.tasks) == 24
    assert all(fleet.lines("request closed"))
    assert sum(fleet.lines("menus set")) == 1
    texts = [text for user in users for text in world.texts(user)]
    assert texts == []  # every status message is gone
    for replica in fleet.replicas:
        assert not any("Traceback" in line for line in replica.lines)
        assert await replica.stop() == 0
