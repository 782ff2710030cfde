"""A deploy of a version with a migration, one replica after the other, under load."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiogram.types import User

from playground.media import lognormal
from storage.schema import HEAD, USABLE_FROM
from tests.support.bot_process import CHECK_SECONDS, BotProcess
from tests.support.fleet import Fleet, open_fleet
from tests.support.next_version import NEXT, write_next_version
from tests.support.process_launcher import DEADLINE

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow, pytest.mark.long(25)]

EACH = 8
"""Pictures for each user: two in each phase of the deploy."""


@pytest_asyncio.fixture(loop_scope="session")
async def fleet(postgres_url: str, tmp_path: Path) -> AsyncIterator[Fleet]:
    """Yield two replicas that are not started yet."""
    async with open_fleet(tmp_path, [postgres_url] * 2, USER_QUEUE_LIMIT="20", DAILY_QUOTA="50") as opened:
        yield opened


def order(fleet: Fleet, users: list[User], words: str) -> None:
    """Let each user ask for two pictures."""
    for number in range(2):
        for user in users:
            fleet.world.telegram.say(user, f"/imagine {words} {user.id} {number} --ar 1:1")


async def wait_until_ready(replica: BotProcess) -> None:
    """Wait until a replica is ready, as a deploy does before it stops another one."""
    address = await replica.address()
    async with asyncio.timeout(DEADLINE), aiohttp.ClientSession() as http:
        while True:
            async with http.get(f"{address}/readyz") as answer:
                if answer.status == 200:
                    return
            await asyncio.sleep(CHECK_SECONDS)


async def replace(fleet: Fleet, number: int, users: list[User], root: Path | None = None) -> None:
    """Stop a replica in the middle of its work and start it again, perhaps from another source tree."""
    other, replica = fleet.replicas[1 - number], fleet.replicas[number]
    await wait_until_ready(other)
    drawn = len(fleet.world.media.tasks)
    order(fleet, users, f"before stop of {number}")
    await fleet.world.wait_until(lambda: len(fleet.world.media.tasks) > drawn)
    assert await replica.stop() == 0
    if root is not None:
        replica.root = root
    await fleet.start(number)


async def test_a_migration_interrupts_nothing(fleet: Fleet, tmp_path: Path) -> None:
    world = fleet.world
    world.media.duration = lognormal(1.5, 0.3, 1)
    users = [world.add_user() for _ in range(6)]
    root = write_next_version(tmp_path / "next")
    await fleet.start()
    await replace(fleet, 0, users, root)
    assert [dict(row) for row in world.rows("SELECT * FROM alembic_version")] == [
        {"version_num": NEXT, "usable_from": USABLE_FROM}
    ]
    await replace(fleet, 1, users)  # the version before, under the newer schema
    newer = await fleet.replicas[1].wait_for_log("schema is newer than this version")
    assert (newer["schema"], newer["own"]) == (NEXT, HEAD)
    await replace(fleet, 1, users, root)
    order(fleet, users, "at the end")
    for user in users:
        await world.wait_for_picture(user, EACH)
    await world.wait_until_closed()
    assert [len(world.pictures(user)) for user in users] == [EACH] * len(users)
    assert [world.quota_used(user) for user in users] == [EACH] * len(users)
    assert len(world.media.tasks) == EACH * len(users)
    # A surplus status message is deleted in the background, or later by the leader.
    await world.wait_until(lambda: not any(world.texts(user) for user in users))
    assert [row["note"] for row in world.rows("SELECT DISTINCT note FROM requests")] == ["none"]
    assert fleet.proxy.unreachable == 0
    for replica in fleet.replicas:
        assert replica.tracebacks == []
        assert await replica.stop() == 0
