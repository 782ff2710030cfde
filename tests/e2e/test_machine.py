"""The machine fails under the bot: no space, no writes, a clock set anew, a process that stands still."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.support import world as worlds
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

ADMIN = 99


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk takes root")
    yield folder
    subprocess.run(["/bin/umount", str(folder)], check=True)


def _fill(folder: Path) -> None:
    with (folder / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(b"x" * 4_096)


async def _health(world: World) -> tuple[int, bool]:
    """Return what /healthz answers, and whether /metrics says that the disk refuses."""
    address = await world.bot.address()
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{address}/metrics") as shown:
            refuses = "imagine_disk_refuses 1.0" in await shown.text()
        async with http.get(f"{address}/healthz") as answer:
            return answer.status, refuses


async def test_a_full_disk_is_told_refused_and_recovered_from(small_disk: Path) -> None:
    async with worlds.world(small_disk, ADMIN_IDS=str(ADMIN)) as world:
        world.media.duration = lambda: 2.0
        admin, ann, ben = world.user(user_id=ADMIN), world.user(), world.user("ru", "Борис")
        await world.bot.start(until="menus set")
        group = world.group(ben)
        said = world.telegram.say(ann, "/imagine a fox --ar 1:1")
        status = await world.hears(ann, "Drawing")
        await world.until(lambda: world.rows("SELECT 1 FROM requests WHERE state = 'running'"))
        _fill(small_disk)
        world.telegram.say(ben, "/imagine лису --ar 1:1")
        await world.hears(ben, "некуда записать ваш запрос, поэтому я его не взял")
        world.telegram.say(ben, "/imagine лису --ar 1:1", chat_id=group)
        await world.gets_ephemeral(group, ben, "некуда записать")
        world.telegram.press(ann, status, "Cancel")
        await world.toasted(status, "I did not take this up")
        await world.hears(admin, "The disk takes no writes")
        assert await _health(world) == (503, True)
        assert world.rows("SELECT count(*) AS n FROM requests")[0]["n"] == 1
        await world.until(lambda: world.media.calls["result"] >= 1)  # the drawing goes on meanwhile
        (small_disk / "filler").unlink()
        picture = await world.gets_picture(ann)
        await world.settled()
        assert picture.reply_to_message is not None
        assert picture.reply_to_message.message_id == said.message_id
        assert await _health(world) == (200, False)
        await world.bot.logged("disk accepts writes again")
        world.telegram.say(ben, "/imagine лису --ar 1:1")
        await world.gets_picture(ben)
        assert (len(world.pictures(ann)), world.used(ann), world.used(ben)) == (1, 1, 1)
        assert len(world.media.tasks) == 2
        assert world.of_bot(ann) == [picture]
        assert len(world.of_bot(admin)) == 1
        assert not any("Traceback" in line for line in world.bot.raw)


async def test_sigterm_does_not_wait_for_a_full_disk(small_disk: Path) -> None:
    async with worlds.world(small_disk) as world:
        world.media.duration = lambda: 1.0
        await world.bot.start(until="menus set")
        ann = world.user()
        world.telegram.say(ann, "/imagine a fox --ar 1:1")
        await world.until(lambda: world.rows("SELECT 1 FROM requests WHERE state = 'running'"))
        _fill(small_disk)
        await world.bot.logged("disk refuses writes")
        begun = time.monotonic()
        assert await world.bot.stop() == 0
        assert time.monotonic() - begun < 10  # the bound of every stop, not a measure of speed
        assert not any("Traceback" in line for line in world.bot.raw)
        (small_disk / "filler").unlink()
        await world.bot.start()
        await world.gets_picture(ann)
        await world.settled()
        assert len(world.pictures(ann)) == world.used(ann) == 1


async def test_a_kill_while_the_disk_is_full_loses_nothing(small_disk: Path) -> None:
    async with worlds.world(small_disk) as world:
        world.media.duration = lambda: 1.0
        await world.bot.start(until="menus set")
        users = [world.user() for _ in range(4)]
        for user in users:
            world.telegram.say(user, "/imagine a fox --ar 1:1")
        await world.until(lambda: len(world.rows("SELECT 1 FROM requests WHERE state = 'running'")) == 4)
        _fill(small_disk)
        await world.bot.logged("disk refuses writes")
        await world.bot.kill()
        await world.bot.start(until=None)
        await world.bot.until(lambda: world.bot.ended or world.bot.log)
        (small_disk / "filler").unlink()
        if world.bot.ended:  # it may say so and end at once: a supervisor starts it again
            assert "DATABASE_URL: " in world.bot.raw[-1]
            await world.bot.start()
        for user in users:
            await world.gets_picture(user)
        await world.settled()
        assert [len(world.pictures(user)) for user in users] == [1] * 4
        assert len(world.media.tasks) == 4


async def test_a_read_only_disk_refuses_to_start_and_says_why(small_disk: Path) -> None:
    async with worlds.world(small_disk) as world:
        await world.bot.start()
        assert await world.bot.stop() == 0
        remount = await asyncio.create_subprocess_exec("mount", "-o", "remount,ro", str(small_disk))
        assert await remount.wait() == 0
        await world.bot.start(until=None)
        await world.bot.until(lambda: world.bot.ended)
        assert world.bot.raw[-1].startswith("DATABASE_URL: ")
        assert "read-only" in world.bot.raw[-1].lower()
        assert not any("Traceback" in line for line in world.bot.raw)


async def test_a_database_that_turns_read_only_is_waited_for(fresh: World) -> None:
    """As a disk that the system mounts read-only after an error: the file answers, and takes nothing."""
    await fresh.bot.start(until="menus set")
    ann = fresh.user()
    (fresh.folder / "read-only").touch()
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1")
    await fresh.hears(ann, "I cannot write anything down right now")
    (fresh.folder / "read-only").unlink()
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1")
    await fresh.gets_picture(ann)
    assert fresh.used(ann) == 1


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_clock_set_by_an_hour_moves_nothing_in_flight(fresh: World, hours: int) -> None:
    fresh.media.duration = lambda: 2.0
    fresh.bot.clock = fresh.folder / "clock"
    fresh.bot.clock.write_text("0", encoding="ascii")
    await fresh.bot.start(USER_CONCURRENCY="1", GENERATION_TIMEOUT="60", PUBLIC_URL="http://127.0.0.1:9")
    ann = fresh.user()
    for number in range(2):
        fresh.telegram.say(ann, f"/imagine fox {number} --ar 1:1")
    await fresh.hears(ann, "Drawing")
    fresh.bot.clock.write_text(str(hours * 3600), encoding="ascii")
    await fresh.gets_picture(ann, 2)
    fresh.telegram.say(ann, "/imagine one more --ar 1:1")
    await fresh.until(lambda: fresh.rows("SELECT 1 FROM requests WHERE state = 'running' AND id = 3"))
    await fresh.bot.kill()
    await fresh.bot.start()
    await fresh.gets_picture(ann, 3)
    await fresh.settled()
    assert (len(fresh.pictures(ann)), fresh.used(ann), len(fresh.media.tasks)) == (3, 3, 3)
    assert fresh.of_bot(ann) == fresh.pictures(ann)


async def test_a_process_that_stands_still_goes_on(fresh: World) -> None:
    fresh.media.duration = lambda: 1.0
    await fresh.bot.start()
    users = [fresh.user() for _ in range(6)]
    for user in users:
        fresh.telegram.say(user, "/imagine a fox --ar 1:1")
    await fresh.until(lambda: len(fresh.media.tasks) >= 3)
    os.kill(fresh.bot.pid, signal.SIGSTOP)
    await asyncio.sleep(3)  # what is tested is this standing still
    os.kill(fresh.bot.pid, signal.SIGCONT)
    line = await fresh.bot.logged("event loop was blocked")
    assert line["seconds"] >= 2
    for user in users:
        await fresh.gets_picture(user)
    await fresh.settled()
    assert [len(fresh.of_bot(user)) for user in users] == [1] * 6
    assert len(fresh.media.tasks) == 6
