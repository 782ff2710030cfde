"""Two replicas on one PostgreSQL database, behind a proxy that takes them in turn."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiogram.types import User

from playground.faults import Fault
from playground.media import lognormal
from playground.telegram import refusal
from tests.support.bot_process import CHECK_SECONDS, BotProcess
from tests.support.command import run_check
from tests.support.fleet import Fleet, open_fleet
from tests.support.process_launcher import DEADLINE
from tests.support.world import ADMIN, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@pytest_asyncio.fixture(loop_scope="session")
async def fleet(postgres_url: str, tmp_path: Path) -> AsyncIterator[Fleet]:
    """Yield two replicas that are not started yet."""
    async with open_fleet(
        tmp_path, [postgres_url] * 2, USER_QUEUE_LIMIT="10", ADMIN_IDS=str(ADMIN)
    ) as opened:
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


async def wait_for_metrics(replica: BotProcess, lines: set[str]) -> None:
    """Wait until /metrics of a replica has some lines."""
    async with asyncio.timeout(DEADLINE), aiohttp.ClientSession() as http:
        while True:
            async with http.get(f"{await replica.address()}/metrics") as answer:
                if lines <= set((await answer.text()).splitlines()):
                    return
            await asyncio.sleep(CHECK_SECONDS)


async def test_two_replicas_share_the_work(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    world = fleet.world
    world.media.duration = lognormal(1.0, 0.3, 1)
    users = [world.add_user() for _ in range(8)]
    await fleet.start()
    order(fleet, users, 3)
    await wait_for_all(fleet, users, 3)
    assert len(world.media.tasks) == 24
    assert all(fleet.lines("request closed"))
    await world.wait_until(lambda: sum(fleet.lines("menus set")))
    await wait_for_metrics(fleet.replicas[0], {"imagine_replicas 2.0", "imagine_leader 1.0"})
    await wait_for_metrics(fleet.replicas[1], {"imagine_replicas 2.0", "imagine_leader 0.0"})
    leader = (await fleet.replicas[0].wait_for_log("replica started"))["replica"]
    _, lines = await run_check(world, capsys)
    assert f"ok    replicas: 2 live, and {leader} leads\n" in lines
    assert "ok    ENGINE: several replicas may share the ledger; the package imagine-bot[replicas]" in lines
    # A surplus status message is deleted in the background.
    await world.wait_until(lambda: not any(world.texts(user) for user in users))
    assert sum(fleet.lines("menus set")) == 1
    for replica in fleet.replicas:
        assert replica.tracebacks == []
        assert await replica.stop() == 0


async def test_a_status_message_never_goes_back(fleet: Fleet) -> None:
    """The leader shows the place in line, the replica that draws shows the drawing, and neither edits the other's."""
    world = fleet.world
    world.hold_tasks()
    await fleet.start()
    users = [world.add_user() for _ in range(4)]
    order(fleet, users, 4)

    def statuses() -> list[list[str]]:
        """Return the texts of each status message, in order."""
        shown: dict[tuple[int, int], list[str]] = {}
        for event in world.telegram.chats.events:
            if event.kind in {"sent", "edited"} and event.text and event.message_id:
                shown.setdefault((event.chat_id, event.message_id), []).append(event.text)
        return [texts for texts in shown.values() if re.search("line|next|Drawing", texts[0])]

    await world.wait_until(lambda: len(statuses()) >= 8)
    world.finish_tasks()
    world.media.duration = lambda: 2.0
    await wait_for_all(fleet, users, 4)
    for texts in statuses():
        drawing = [("Drawing" in text) for text in texts]
        assert drawing == sorted(drawing), texts


async def test_a_request_is_cancelled_by_whichever_replica_gets_the_press(fleet: Fleet) -> None:
    world = fleet.world
    world.hold_tasks()
    await fleet.start()
    users = [world.add_user() for _ in range(4)]
    order(fleet, users, 2)
    running = "SELECT 1 FROM requests WHERE state = 'running'"
    await world.wait_until(lambda: len(world.rows(running)) == 8)
    statuses = [await world.wait_for_text(user, "Drawing") for user in users for _ in range(1)]
    for user, status in zip(users, statuses, strict=True):
        world.telegram.press(user, status, "Cancel")
    for status in statuses:
        await world.wait_for_toast(status, "Cancelled")
    world.finish_tasks()
    for user in users:
        await world.wait_for_picture(user)
    await world.wait_until_closed()
    assert [world.quota_used(user) for user in users] == [1] * 4
    assert [len(world.pictures(user)) for user in users] == [1] * 4


async def test_the_pictures_of_a_batch_are_drawn_by_both_and_sent_as_one_grid(fleet: Fleet) -> None:
    world = fleet.world
    world.media.duration = lognormal(1.0, 0.3, 1)
    users = [world.add_user() for _ in range(6)]
    await fleet.start()
    for user in users:
        world.telegram.say(user, f"/imagine {user.id} --ar 1:1 --n 4")
    await wait_for_grids(fleet, users)
    drawn_by = world.rows("SELECT DISTINCT executor_id FROM dbos.workflow_status WHERE name = 'draw'")
    assert len(drawn_by) == len(fleet.replicas)
    grid = world.pictures(users[0])[0]
    world.telegram.press(users[0], grid, "3")
    single = await world.wait_for_picture(users[0], 2)
    assert single.caption == str(users[0].id)
    for replica in fleet.replicas:
        assert replica.tracebacks == []


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
async def test_a_batch_survives_the_end_of_a_replica(fleet: Fleet, sign: signal.Signals) -> None:
    world = fleet.world
    world.hold_tasks()
    users = [world.add_user() for _ in range(4)]
    await fleet.start()
    for user in users:
        world.telegram.say(user, f"/imagine {user.id} --ar 1:1 --n 3")
    running = "SELECT 1 FROM requests WHERE state = 'running'"
    await world.wait_until(lambda: len(world.rows(running)) == 8)
    # One picture of each batch is ready, and its head waits for the others when the replica ends.
    ended = [
        world.rows("SELECT task_id FROM requests WHERE user_id = ? AND batch_id = id", u.id) for u in users
    ]
    for rows in ended:
        world.media.tasks[rows[0]["task_id"]].done_at = 0.0
    ready = "SELECT 1 FROM requests WHERE state = 'ready'"
    await world.wait_until(lambda: len(world.rows(ready)) == 4)
    # The third pictures have begun, too: the outcome of a create is unknown if the replica ends during it.
    await world.wait_until(lambda: len(world.rows(running)) == 8)
    os.kill(fleet.replicas[1].pid, sign)
    world.finish_tasks()
    await wait_for_grids(fleet, users, size=3)
    assert len(world.media.tasks) == 12


async def wait_for_grids(fleet: Fleet, users: list[User], size: int = 4) -> None:
    """Wait until every batch has ended, and check that each user got one grid and paid once for each picture."""
    world = fleet.world
    for user in users:
        await world.wait_for_picture(user)
    await world.wait_until_closed()
    assert {user.id: len(world.pictures(user)) for user in users} == {user.id: 1 for user in users}
    assert {user.id: world.quota_used(user) for user in users} == {user.id: size for user in users}
    assert len(world.media.tasks) == size * len(users)


async def test_updates_of_a_user_keep_their_order(fleet: Fleet) -> None:
    """The caption of an album is on its first photo: another order would ask about the photo that has none."""
    world = fleet.world
    await fleet.start()
    users = [world.add_user() for _ in range(6)]
    for user in users:
        for caption in ("make it night", None, None):
            world.send_photo(user, jpeg(), caption=caption, media_group_id=f"album {user.id}")
    for user in users:
        await world.wait_for_picture(user)
    await world.wait_until_handled()
    await world.wait_until_closed()
    prompts = {row["user_id"]: row["prompt"] for row in world.rows("SELECT user_id, prompt FROM requests")}
    assert prompts == {user.id: "make it night" for user in users}
    for user in users:
        assert len([text for text in world.texts(user) if "one photo at a time" in text]) == 1


async def test_a_ban_holds_at_both_at_once(fleet: Fleet) -> None:
    world = fleet.world
    admin = world.add_user(user_id=ADMIN)
    await fleet.start()
    ann = world.add_user()
    world.telegram.say(admin, f"/ban {ann.id}")
    await world.wait_for_text(admin, "Blocked")
    before = len(world.messages_to(ann))
    for number in range(4):  # both replicas get some
        world.telegram.say(ann, f"/imagine a fox {number} --ar 1:1")
    await world.wait_until_handled()
    assert world.rows("SELECT 1 FROM requests") == []
    assert len(world.messages_to(ann)) == before


async def test_a_pause_holds_at_both_within_two_heartbeats(fleet: Fleet) -> None:
    world = fleet.world
    admin = world.add_user(user_id=ADMIN)
    await fleet.start()
    world.telegram.say(admin, "/pause Back at noon")
    await world.wait_for_text(admin, "Paused")

    def beats() -> list[float]:
        return [row["beat_at"] for row in world.rows("SELECT beat_at FROM replicas WHERE dead_at IS NULL")]

    for _ in range(2):  # the second one comes after the reads of the first one
        before = max(beats())
        await world.wait_until(lambda: min(beats()) > before)  # noqa: B023
    users = [world.add_user() for _ in range(6)]  # both replicas get some
    for user in users:
        world.telegram.say(user, "/imagine a fox --ar 1:1")
    for user in users:
        await world.wait_for_text(user, "⏸ Back at noon")
    assert world.rows("SELECT 1 FROM requests") == []


async def test_an_alarm_is_told_once(fleet: Fleet) -> None:
    world = fleet.world
    admin = world.add_user(user_id=ADMIN)
    await fleet.start()
    world.media.faults.add(Fault("create", times=None, answer=lambda: refusal(401, "no such key")))
    users = [world.add_user() for _ in range(6)]
    order(fleet, users, 1)
    await world.wait_for_text(admin, "key")
    await world.wait_until_handled()
    await asyncio.sleep(2)  # a second alarm would come as fast as the first one
    assert len(world.texts(admin)) == 1


async def test_polling_goes_on_at_the_other_replica(postgres_url: str, tmp_path: Path) -> None:
    async with open_fleet(tmp_path, [postgres_url] * 2, UPDATES="polling") as fleet:
        world = fleet.world
        await fleet.start()
        ann = world.add_user()
        world.telegram.say(ann, "/imagine a fox --ar 1:1")
        await world.wait_for_picture(ann)
        assert await fleet.replicas[0].stop() == 0
        world.telegram.say(ann, "/imagine a boat --ar 1:1")
        await world.wait_for_picture(ann, 2)
        await world.wait_until_closed()
        assert len(world.media.tasks) == 2
        assert not any("another instance polls" in line for line in fleet.replicas[1].lines)
