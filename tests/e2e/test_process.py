"""The process: how it starts, refuses to, is asked how it is, takes updates, stops and goes on."""

import asyncio
import os
import re
import signal
import sys
import time

import aiohttp
import pytest

from playground import faults
from playground.faults import Fault
from playground.serve import KEY, TOKEN
from tests.support.process_launcher import ROOT
from tests.support.world import DEADLINE, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def _command(world: World, *arguments: str, **settings: str) -> tuple[int, str, str]:
    """Run `python -m bot …` to its end; return the exit code, stdout and stderr."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | world.bot.settings | settings
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        env={name: value for name, value in environment.items() if value != "-"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=world.folder,
    )
    out, errors = await asyncio.wait_for(process.communicate(), DEADLINE)
    return process.returncode or 0, out.decode(), errors.decode()


async def test_check_says_ok_for_each_part_and_pays_nothing(fresh: World) -> None:
    code, out, _ = await _command(fresh, "check")
    assert code == 0
    assert [line[:4].strip() for line in out.splitlines()] == ["ok"] * 4
    assert "@imagine_demo_bot" in out
    assert "balance is 1000000.00" in out
    assert "source pictures go by data" in out
    assert fresh.media.calls["create"] == 0


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        ({"BOT_TOKEN": "4242:another-token-another-token"}, "FAIL  BOT_TOKEN: Telegram does not know"),
        ({"TELEGRAM_API_URL": "http://127.0.0.1:9"}, "FAIL  BOT_TOKEN: http://127.0.0.1:9 does not answer"),
        ({"GPTUNNEL_API_KEY": "another-key"}, "FAIL  GPTUNNEL_API_KEY: the provider does not accept"),
        ({"GPTUNNEL_API_URL": "http://127.0.0.1:9/v1"}, "FAIL  GPTUNNEL_API_KEY: http://127.0.0.1:9/v1"),
        ({"DATABASE_URL": "sqlite:////proc/nowhere/bot.sqlite3"}, "FAIL  DATABASE_URL: "),
    ],
)
async def test_check_names_what_fails(fresh: World, settings: dict[str, str], verdict: str) -> None:
    code, out, errors = await _command(fresh, "check", **settings)
    assert code == 1
    assert verdict in out
    assert [line[:4].strip() for line in out.splitlines()].count("FAIL") == 1
    assert "Traceback" not in errors


async def test_check_says_that_pictures_go_by_link(fresh: World) -> None:
    _, out, _ = await _command(fresh, "check", PUBLIC_URL="https://bot.example.org")
    assert "source pictures go by link" in out
    code, _, errors = await _command(fresh, "check", SOURCE_IMAGES="link")
    assert (code, errors.startswith("PUBLIC_URL is missing: SOURCE_IMAGES=link")) == (2, True)


async def test_check_calls_an_empty_balance_a_failure(fresh: World) -> None:
    fresh.media.balance = 0.0
    code, out, _ = await _command(fresh, "check")
    assert (code, "top it up" in out) == (1, True)


async def test_bad_settings_are_told_in_a_line_each(fresh: World) -> None:
    code, out, errors = await _command(fresh, "run", BOT_TOKEN="-", DAILY_QUOTA="many")
    assert (code, out) == (2, "")
    first, second = errors.splitlines()
    assert first.startswith("BOT_TOKEN is missing (example: BOT_TOKEN=")
    assert second.startswith("DAILY_QUOTA is not usable: ")


async def test_a_key_pasted_with_quotes_and_blanks_works(fresh: World) -> None:
    code, _, _ = await _command(fresh, "check", GPTUNNEL_API_KEY=f' "{KEY}" ', BOT_TOKEN=f"'{TOKEN}'\n")
    assert code == 0


async def test_a_second_process_on_the_same_file_says_so(fresh: World) -> None:
    await fresh.bot.start()
    code, _, errors = await _command(fresh, "run")
    assert code == 1
    assert re.fullmatch(r"DATABASE_URL: another process is using .*; stop it first\n", errors)
    code, out, _ = await _command(fresh, "check")
    assert (code, "in use by another process" in out) == (0, True)


@pytest.mark.parametrize("damage", ["header", "page"])
async def test_a_damaged_file_refuses_to_start_and_says_what_to_do(fresh: World, damage: str) -> None:
    await fresh.bot.start()
    ann = fresh.user()
    for number in range(5):
        fresh.telegram.say(ann, f"/imagine {'a long prompt ' * 100}{number} --ar 1:1")
    await fresh.gets_picture(ann, 5)
    assert await fresh.bot.stop() == 0
    path = fresh.folder / "bot.sqlite3"
    data = bytearray(path.read_bytes())
    if damage == "header":
        data[:100] = b"x" * 100
    else:
        for start in range(4_096, len(data), 4_096):
            data[start : start + 64] = b"\xff" * 64
    path.write_bytes(data)
    for leftover in fresh.folder.glob("bot.sqlite3-*"):
        leftover.unlink()
    code, _, errors = await _command(fresh, "run")
    assert code == 1
    assert re.match(r"DATABASE_URL: .* cannot be used: .*; restore a copy of it, or move it away", errors)
    assert "Traceback" not in errors


async def test_a_taken_address_says_so(fresh: World) -> None:
    await fresh.bot.start()
    taken = (await fresh.bot.address()).removeprefix("http://")
    another = {"DATABASE_URL": f"sqlite:///{fresh.folder}/another.sqlite3"}
    code, _, errors = await _command(fresh, "run", LISTEN=taken, **another)
    assert code == 1
    assert f"LISTEN={taken} cannot be used" in errors
    assert "Traceback" not in errors


async def test_health_and_metrics(fresh: World) -> None:
    await fresh.bot.start()
    address = await fresh.bot.address()
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{address}/healthz") as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")
        async with http.get(f"{address}/metrics") as answer:
            assert "imagine_in_flight 0.0" in await answer.text()
        async with http.get(f"{address}/") as answer:
            assert answer.status == 404


async def test_sigterm_leaves_the_rest_to_the_next_start(fresh: World) -> None:
    fresh.media.duration = lambda: 3.0
    await fresh.bot.start()
    ann = fresh.user()
    for number in range(4):
        fresh.telegram.say(ann, f"/imagine fox {number} --ar 1:1")
    await fresh.hears(ann, "number 2 in line")
    begun = time.monotonic()
    assert await fresh.bot.stop() == 0
    assert time.monotonic() - begun < 10  # the issue's own bound, not a measure of speed
    assert [line["event"] for line in fresh.bot.log][-1] == "stopped"
    await fresh.bot.start()
    await fresh.gets_picture(ann, 4)
    await fresh.settled()
    assert len(fresh.media.tasks) == len(fresh.pictures(ann)) == fresh.used(ann) == 4
    assert fresh.of_bot(ann) == fresh.pictures(ann)


async def test_sigterm_finishes_what_is_being_sent(fresh: World) -> None:
    slow = fresh.telegram.faults.add(Fault("sendPhoto", delay=1.0))
    await fresh.bot.start()
    ann = fresh.user()
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1")
    await asyncio.wait_for(slow.begun.wait(), DEADLINE)
    assert await fresh.bot.stop() == 0
    assert slow.hits == 1
    assert len(fresh.pictures(ann)) == 1
    assert fresh.rows("SELECT state FROM requests")[0]["state"] == "delivered"


async def test_sigterm_does_not_wait_for_a_create_that_hangs(fresh: World) -> None:
    hanging = fresh.media.faults.add(Fault("create", delay=30.0))
    await fresh.bot.start()
    ann = fresh.user()
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1")
    await asyncio.wait_for(hanging.begun.wait(), DEADLINE)
    begun = time.monotonic()
    assert await fresh.bot.stop() == 0
    assert time.monotonic() - begun < 10
    await fresh.bot.start()
    await fresh.gets_picture(ann)
    assert fresh.used(ann) == 1


async def test_buttons_and_statuses_survive_a_kill(fresh: World) -> None:
    fresh.media.duration = lambda: 20.0
    await fresh.bot.start()
    ann, ben = fresh.user(), fresh.user(name="Ben")
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1")
    status = await fresh.hears(ann, "Drawing")
    fresh.telegram.say(ben, "/imagine a fox")
    question = await fresh.hears(ben, "Which shape")
    written_down = "SELECT 1 FROM requests WHERE status_message_id IS NOT NULL AND state = 'running'"
    await fresh.until(lambda: fresh.rows(written_down))
    await fresh.bot.kill()
    fresh.media.duration = lambda: 0.5
    await fresh.bot.start()
    fresh.telegram.press(ben, question, "4:3")
    await fresh.gets_picture(ben)
    fresh.telegram.press(ann, status, "Cancel")
    await fresh.toasted(status, "Cancelled")
    cancelled = await fresh.hears(ann, "Cancelled")
    assert cancelled.message_id == status.message_id
    await fresh.settled()
    assert (fresh.used(ann), fresh.used(ben)) == (0, 1)
    assert len(fresh.media.tasks) == 2


async def test_what_was_learned_about_durations_survives(fresh: World) -> None:
    await fresh.bot.start(USER_CONCURRENCY="1")
    ann = fresh.user()
    for number in range(3):
        fresh.telegram.say(ann, f"/imagine fox {number} --ar 1:1")
    await fresh.gets_picture(ann, 3)
    await fresh.settled()
    assert len(fresh.rows("SELECT * FROM durations")) == 3


async def test_two_pollers_are_told_once_and_waited_for(fresh: World) -> None:
    conflict = faults.telegram(409, "Conflict: terminated by other getUpdates request")
    rule = fresh.telegram.faults.add(Fault("getUpdates", times=2, answer=conflict))
    await fresh.bot.start()
    ann = fresh.user()
    fresh.telegram.say(ann, "/help")
    await fresh.hears(ann, "Shapes")
    told = [line for line in fresh.bot.log if "another instance" in line["event"]]
    assert (rule.hits, len(told)) == (2, 1)
    assert rule.hit_at[1] - rule.hit_at[0] >= 4.9


async def test_a_wrong_token_is_told_and_not_hammered(fresh: World) -> None:
    await fresh.bot.start(BOT_TOKEN="4242:another-token-another-token", until="updates not received")
    assert fresh.telegram.calls["getUpdates"] == 0
    line = await fresh.bot.logged("updates not received")
    assert "Unauthorized" in line["error"]
    assert "another-token" not in "".join(fresh.bot.raw)


async def test_the_deadline_is_kept_and_the_picture_not_charged(fresh: World) -> None:
    fresh.media.duration = lambda: 60.0
    await fresh.bot.start(GENERATION_TIMEOUT="2")
    ann = fresh.user()
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1")
    await fresh.hears(
        ann, "not ready in time. Please try again. This one did not count: you have 20 pictures"
    )
    assert fresh.used(ann) == 0
    await fresh.settled()
    assert len(fresh.of_bot(ann)) == 1


async def test_unknown_create_refund_never_pays_twice(fresh: World) -> None:
    fresh.media.faults.add(Fault("create", drop=True, after=True))
    await fresh.bot.start(UNKNOWN_CREATE="refund")
    ann = fresh.user()
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1")
    await fresh.hears(ann, "cannot tell whether it was started")
    assert (fresh.used(ann), len(fresh.media.tasks)) == (0, 1)


async def test_quota_zero_is_for_admins_only(fresh: World) -> None:
    await fresh.bot.start(DAILY_QUOTA="0", ADMIN_IDS="7, 8")
    ann, admin = fresh.user(), fresh.user(user_id=8)
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1")
    await fresh.hears(ann, "open to the bot’s owners only")
    fresh.telegram.say(admin, "/imagine a fox --ar 1:1")
    await fresh.gets_picture(admin)


async def test_token_and_key_are_in_no_log_even_at_debug(fresh: World) -> None:
    fresh.media.faults.add(Fault("create", answer=faults.status(502, "<html>bad gateway</html>")))
    fresh.telegram.faults.add(Fault("sendPhoto", drop=True))
    fresh.telegram.faults.add(Fault("getUpdates", drop=True))
    await fresh.bot.start(LOG_LEVEL="DEBUG")
    ann = fresh.user()
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1")
    await fresh.gets_picture(ann)
    await fresh.settled()
    await fresh.bot.stop()
    everything = "\n".join(fresh.bot.raw)
    assert "request closed" in everything
    assert TOKEN not in everything
    assert TOKEN.partition(":")[2] not in everything
    assert KEY not in everything
    assert fresh.media.headers_seen == []


async def test_a_kill_during_a_long_poll_loses_no_update(fresh: World) -> None:
    users = [fresh.user() for _ in range(5)]
    await fresh.bot.start()
    for user in users:
        fresh.telegram.say(user, "/imagine a fox --ar 1:1")
    os.kill(fresh.bot.pid, signal.SIGKILL)
    await fresh.bot.kill()
    await fresh.bot.start()
    for user in users:
        await fresh.gets_picture(user)
    await fresh.settled()
    assert all(fresh.used(user) == len(fresh.pictures(user)) == 1 for user in users)
