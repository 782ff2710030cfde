"""DBOS drives the requests of several real processes: one that dies at any point, and one that cancels for another."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.bot_process import BotProcess
from tests.support.ledger import connect
from tests.support.world import World, buttons, open_world

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

POINTS = [
    "committed submitting 1",
    "committed running 1",
    "commit submitting 1",
    "committed ready 1",
    "committed delivering 1",
    "committed delivered 1",
    "committed queued 1",
]
"""Failpoints at which a process dies while it drives its own request, each in another state than the one before."""
HIDE = "UPDATE replicas SET started_at = started_at + 3600, beat_at = beat_at + 3600"
"""Keeps a dead replica from leading and from being buried."""
BURY = "UPDATE replicas SET dead_at = extract(epoch FROM now())"

YIELD = """UPDATE replicas SET started_at = started_at + 3600
    WHERE id = (SELECT executor_id FROM dbos.workflow_status WHERE name = 'draw')"""
"""Makes the replica that draws the younger one."""


@pytest_asyncio.fixture(loop_scope="session")
async def world(tmp_path: Path, dbos_url: str) -> AsyncIterator[World]:
    async with open_world(tmp_path, DATABASE_URL=dbos_url, ENGINE="dbos") as world:
        yield world


def _execute(world: World, statement: str) -> None:
    with connect(world.process.settings["DATABASE_URL"]) as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.long(15)
async def test_a_second_process_takes_over_what_killed_ones_drew(world: World) -> None:
    """The killed processes are buried only at the end, so that each of them leaves its own request."""
    users = []
    for point in POINTS:
        users.append(world.add_user())
        world.telegram.say(users[-1], f"/imagine {point} --ar 1:1")
        world.process.die_at = point
        await world.process.start(until=None)
        await world.process.wait_until(lambda: world.process.ended)
        assert await world.process.stop() == -signal.SIGKILL, world.process.lines[-15:]
        _execute(world, HIDE)
    _execute(world, BURY)
    await world.process.start()
    await world.wait_until_handled()
    await world.wait_until_closed()
    states = [row["state"] for row in world.rows("SELECT state FROM requests")]
    assert states == ["delivered"] * len(POINTS)
    unknown = [point for point in POINTS if "submitting" in point]
    assert len(world.media.tasks) <= len(POINTS) + len(unknown)
    for point, user in zip(POINTS, users, strict=True):
        pictures = len(world.pictures(user))
        assert pictures == 1 or (pictures == 2 and "delivering" in point), point
        assert world.quota_used(user) == 1
        assert not any("Cancel" in label for message in world.messages_to(user) for label in buttons(message))
    assert await world.process.stop() == 0


@pytest.mark.long(15)
async def test_a_request_is_cancelled_by_another_process_than_the_one_that_draws_it(world: World) -> None:
    world.hold_tasks()
    user = world.add_user()
    world.telegram.say(user, "/imagine a fox --ar 1:1")
    await world.process.start()
    await world.wait_until(lambda: world.rows("SELECT 1 FROM requests WHERE state = 'running'"))
    status = await world.wait_for_text(user, "Drawing")
    other = BotProcess(world.process.settings, world.folder)
    try:
        await other.start()
        # The leader receives the press: it is the replica that started first.
        _execute(world, YIELD)
        await world.process.wait_for_log("leader tasks end")
        await other.wait_for_log("leader tasks begin")
        world.telegram.press(user, status, "Cancel")
        await world.wait_until_closed()
        assert [row["state"] for row in world.rows("SELECT state FROM requests")] == ["cancelled"]
        assert world.quota_used(user) == 0
        interrupted = "SELECT 1 FROM dbos.workflow_status WHERE name = 'draw' AND status = 'CANCELLED'"
        await world.wait_until(lambda: world.rows(interrupted))
        shown = [e.text for e in world.telegram.chats.events if (e.kind, e.chat_id) == ("edited", user.id)]
        assert any("Cancelled" in text for text in shown)  # it is deleted after half a minute
        world.telegram.say(user, "/imagine a bear --ar 1:1")
        world.finish_tasks()
        await world.wait_for_picture(user)
        assert await other.stop() == 0
    finally:
        await other.kill()
    assert await world.process.stop() == 0
