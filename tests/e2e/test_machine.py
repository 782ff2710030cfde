"""Failures of the machine: a full disk, a read-only disk, a clock that is changed, a stopped process."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from playground.faults import Fault
from playground.star_ledger import Outcome
from tests.support.selling import SELLS, invoice_for
from tests.support.world import ADMIN, World, open_world

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder on a file system of 2 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["/bin/umount", str(folder)], check=True)


def _fill(folder: Path) -> None:
    """Fill the disk with a file named `filler`."""
    with (folder / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(b"x" * 4_096)


async def _readiness(world: World) -> tuple[int, bool]:
    """Return the status of /readyz, and whether /metrics reports that the disk refuses writes. The process is well."""
    address = await world.process.address()
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{address}/metrics") as shown:
            refuses = "imagine_disk_refuses 1.0" in await shown.text()
        async with http.get(f"{address}/healthz") as answer:
            assert answer.status == 200
        async with http.get(f"{address}/readyz") as answer:
            return answer.status, refuses


async def test_on_a_full_disk_requests_are_refused_until_there_is_space(small_disk: Path) -> None:
    async with open_world(small_disk, ADMIN_IDS=str(ADMIN)) as world:
        world.hold_tasks()
        admin, ann, ben = world.add_user(user_id=ADMIN), world.add_user(), world.add_user("ru", "Борис")
        await world.process.start(until="menus set")
        group = world.add_group(ben)
        command = world.telegram.say(ann, "/imagine a fox --ar 1:1")
        status = await world.wait_for_text(ann, "Drawing")
        await world.wait_until(lambda: world.rows("SELECT 1 FROM requests WHERE state = 'running'"))
        _fill(small_disk)
        world.telegram.say(ben, "/imagine лису --ar 1:1")
        await world.wait_for_text(ben, "не могу ничего сохранить, поэтому не взял этот запрос")
        world.telegram.say(ben, "/imagine лису --ar 1:1", chat_id=group)
        await world.wait_for_ephemeral(group, ben, "не могу ничего сохранить")
        club = world.add_club(ben)
        world.telegram.mention(ben, club, "@imagine_demo_bot лису")
        await world.wait_for_text_in(club, "не могу ничего сохранить, поэтому не взял этот запрос")
        world.telegram.press(ann, status, "Cancel")
        await world.wait_for_toast(status, "I didn’t take this")
        await world.wait_for_text(admin, "The database takes no writes")
        assert await _readiness(world) == (503, True)
        assert world.rows("SELECT count(*) AS n FROM requests")[0]["n"] == 1
        world.finish_tasks()
        (task,) = world.media.tasks.values()
        await world.wait_until(lambda: task.noticed_at is not None)  # polling continues meanwhile
        (small_disk / "filler").unlink()
        picture = await world.wait_for_picture(ann)
        await world.wait_until_closed()
        assert picture.reply_to_message is not None
        assert picture.reply_to_message.message_id == command.message_id
        assert await _readiness(world) == (200, False)
        await world.process.wait_for_log("database accepts writes again")
        world.telegram.say(ben, "/imagine лису --ar 1:1")
        await world.wait_for_picture(ben)
        assert (len(world.pictures(ann)), world.quota_used(ann), world.quota_used(ben)) == (1, 1, 1)
        assert len(world.media.tasks) == 2
        assert world.messages_to(ann) == [picture]
        assert len(world.messages_to(admin)) == 1
        assert world.process.tracebacks == []


async def test_sigterm_stops_the_bot_although_the_disk_is_full(small_disk: Path) -> None:
    async with open_world(small_disk) as world:
        world.hold_tasks()
        await world.process.start(until="menus set")
        ann = world.add_user()
        world.telegram.say(ann, "/imagine a fox --ar 1:1")
        await world.wait_until(lambda: world.rows("SELECT 1 FROM requests WHERE state = 'running'"))
        _fill(small_disk)
        world.finish_tasks()
        await world.process.wait_for_log("database refuses writes")
        assert await world.process.stop() == 0  # while the disk is still full
        assert world.process.tracebacks == []
        (small_disk / "filler").unlink()
        await world.process.start()
        await world.wait_for_picture(ann)
        await world.wait_until_closed()
        assert len(world.pictures(ann)) == world.quota_used(ann) == 1


async def test_a_kill_while_the_disk_is_full_loses_nothing(small_disk: Path) -> None:
    async with open_world(small_disk) as world:
        world.hold_tasks()
        await world.process.start(until="menus set")
        users = [world.add_user() for _ in range(4)]
        for user in users:
            world.telegram.say(user, "/imagine a fox --ar 1:1")
        await world.wait_until(lambda: len(world.rows("SELECT 1 FROM requests WHERE state = 'running'")) == 4)
        _fill(small_disk)
        world.finish_tasks()
        await world.process.wait_for_log("database refuses writes")
        await world.process.kill()
        await world.process.start(until=None)
        await world.process.wait_until(lambda: world.process.ended or world.process.log)
        (small_disk / "filler").unlink()
        await world.process.wait_until(
            lambda: world.process.ended or any(line.get("event") == "ready" for line in world.process.log)
        )
        if world.process.ended:  # it may refuse to start; a supervisor starts it again
            assert "DATABASE_URL: " in world.process.lines[-1]
            await world.process.start()
        for user in users:
            await world.wait_for_picture(user)
        await world.wait_until_closed()
        assert [len(world.pictures(user)) for user in users] == [1] * 4
        assert len(world.media.tasks) == 4


async def test_a_payment_that_the_full_disk_refuses_stays_at_telegram(small_disk: Path) -> None:
    async with open_world(small_disk, **SELLS) as world:
        await world.process.start(until="menus set")
        ann, ben = world.add_user(), world.add_user(name="Ben")
        world.telegram.stars.answer_seconds = 300.0  # for a machine with other work
        invoice = await invoice_for(world, ann, "20 pictures")
        other = await invoice_for(world, ben, "20 pictures")
        is_full = asyncio.Event()
        agreed = world.telegram.faults.add(Fault("answerPreCheckoutQuery", until=is_full))
        checkout = world.telegram.stars.begin(ann, invoice)
        await agreed.begun.wait()
        _fill(small_disk)
        is_full.set()  # the user pays after a yes that was given in time
        assert (await checkout.outcome()).outcome is Outcome.PAID
        world.telegram.say(ben, "/imagine a fox --ar 1:1")
        await world.wait_for_text(ben, "I can’t save anything right now, so I didn’t take this")
        refusal = (await world.telegram.stars.pay(ben, other)).refusal
        assert refusal.startswith("I can’t save anything right now, so I take no money either.")
        assert world.telegram.waiting() >= 2  # the payment, and what came after it
        (small_disk / "filler").unlink()
        await world.wait_for_text(ann, "Thank you! 20 pictures are yours")
        await world.wait_until_handled()
        assert [row["units"] for row in world.rows("SELECT units FROM credit_entries")] == [20]
        # He was told to send it again, so the request that Telegram has repeated is not drawn.
        assert world.rows("SELECT id FROM requests") == []
        assert len([text for text in world.texts(ben) if "I didn’t take this" in text]) == 1
        assert world.process.tracebacks == []


async def test_on_a_read_only_disk_the_start_fails_with_the_reason(small_disk: Path) -> None:
    async with open_world(small_disk) as world:
        await world.process.start()
        assert await world.process.stop() == 0
        remount = await asyncio.create_subprocess_exec("mount", "-o", "remount,ro", str(small_disk))
        assert await remount.wait() == 0
        await world.process.start(until=None)
        await world.process.wait_until(lambda: world.process.ended)
        assert world.process.lines[-1].startswith("DATABASE_URL: ")
        assert "read-only" in world.process.lines[-1].lower()
        assert world.process.tracebacks == []


async def test_a_ledger_that_becomes_read_only_refuses_requests_until_it_is_writable(own_bot: World) -> None:
    """A system may mount a disk read-only after an error: reads work, writes fail."""
    await own_bot.process.start(until="menus set")
    ann = own_bot.add_user()
    (own_bot.folder / "read-only").touch()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_text(ann, "I can’t save anything right now")
    (own_bot.folder / "read-only").unlink()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_picture(ann)
    assert own_bot.quota_used(ann) == 1


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_clock_changed_by_an_hour_does_not_affect_requests_in_flight(
    own_bot: World, hours: int
) -> None:
    own_bot.hold_tasks()
    own_bot.process.clock = own_bot.folder / "clock"
    own_bot.process.clock.write_text("0", encoding="ascii")
    await own_bot.process.start(
        USER_CONCURRENCY="1", GENERATION_TIMEOUT="60", PUBLIC_URL="http://127.0.0.1:9"
    )
    ann = own_bot.add_user()
    for number in range(2):
        own_bot.telegram.say(ann, f"/imagine fox {number} --ar 1:1")
    await own_bot.wait_for_text(ann, "Drawing")
    # Replaced as a whole: the running bot reads the file at any time.
    changed = own_bot.folder / "changed clock"
    changed.write_text(str(hours * 3600), encoding="ascii")
    changed.replace(own_bot.process.clock)
    own_bot.finish_tasks()
    await own_bot.wait_for_picture(ann, 2)
    own_bot.hold_tasks()
    own_bot.telegram.say(ann, "/imagine one more --ar 1:1")
    # A kill before the id of the status message is stored may leave the message.
    stored = "SELECT 1 FROM requests WHERE state = 'running' AND id = 3 AND status_message_id IS NOT NULL"
    await own_bot.wait_until(lambda: own_bot.rows(stored))
    await own_bot.process.kill()
    own_bot.finish_tasks()
    await own_bot.process.start()
    await own_bot.wait_for_picture(ann, 3)
    await own_bot.wait_until_closed()
    assert (len(own_bot.pictures(ann)), own_bot.quota_used(ann), len(own_bot.media.tasks)) == (3, 3, 3)
    assert own_bot.messages_to(ann) == own_bot.pictures(ann)


async def test_a_stopped_process_continues_all_requests(own_bot: World) -> None:
    own_bot.media.duration = lambda: 1.0
    await own_bot.process.start()
    users = [own_bot.add_user() for _ in range(6)]
    for user in users:
        own_bot.telegram.say(user, "/imagine a fox --ar 1:1")
    await own_bot.wait_until(lambda: len(own_bot.media.tasks) >= 3)
    os.kill(own_bot.process.pid, signal.SIGSTOP)
    await asyncio.sleep(3)  # the process must be stopped for longer than its loop may lag
    os.kill(own_bot.process.pid, signal.SIGCONT)
    # A busy machine may block the loop for a second, too.
    await own_bot.process.wait_until(
        lambda: any(
            line.get("event") == "event loop was blocked" and line["seconds"] >= 2
            for line in own_bot.process.log
        )
    )
    for user in users:
        await own_bot.wait_for_picture(user)
    await own_bot.wait_until_closed()
    assert [len(own_bot.messages_to(user)) for user in users] == [1] * 6
    assert len(own_bot.media.tasks) == 6
