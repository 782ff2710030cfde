"""The process: `check`, bad settings, start, health, stop, and the next start."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable

import aiohttp
import pytest
from aiohttp import web

from playground import faults
from playground.faults import Fault
from playground.serve import KEY, TOKEN
from playground.source_rules import SourceRule
from tests.support.commands import run_to_end as _run_command
from tests.support.process_launcher import DEADLINE, ROOT, started
from tests.support.world import KNOWN_DURATIONS, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_check_reports_ok_for_each_part_and_pays_nothing(own_bot: World) -> None:
    code, out, _ = await _run_command(own_bot, "check")
    assert code == 0
    assert [line[:4].strip() for line in out.splitlines()] == ["ok"] * 8
    assert "@imagine_demo_bot" in out
    assert "balance is 1000000.00" in out
    assert "source pictures go by data" in out
    assert "photo edits: by data: accepted" in out
    assert "GPTUNNEL_MODEL: the key may use seedream-3" in out
    assert (own_bot.media.balance, len(own_bot.media.tasks)) == (1_000_000.0, 0)


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        ({"BOT_TOKEN": "4242:another-token-another-token"}, "FAIL  BOT_TOKEN: Telegram does not know"),
        (
            {"TELEGRAM_API_URL": "http://127.0.0.1:9"},
            "FAIL  BOT_TOKEN: http://127.0.0.1:9 cannot be reached: ",
        ),
        ({"GPTUNNEL_API_KEY": "another-key"}, "FAIL  GPTUNNEL_API_KEY: the provider does not accept"),
        ({"GPTUNNEL_API_URL": "http://127.0.0.1:9/v1"}, "FAIL  GPTUNNEL_API_KEY: http://127.0.0.1:9/v1"),
        (
            {"GPTUNNEL_MODEL": "seedream-33"},
            "FAIL  GPTUNNEL_MODEL: the key may not use seedream-33; it may use seedream-3, flux-1.1-pro, midjourney",
        ),
        ({"DATABASE_URL": "sqlite:////proc/nowhere/bot.sqlite3"}, "FAIL  DATABASE_URL: "),
        ({"LISTEN": "nowhere.invalid:8080"}, "FAIL  LISTEN: nowhere.invalid:8080 cannot be used: "),
        (
            {"METRICS_LISTEN": "nowhere.invalid:9090"},
            "FAIL  METRICS_LISTEN: nowhere.invalid:9090 cannot be used: ",
        ),
        (
            {"BACKUP_DIR": "/proc/nowhere/copies"},
            "FAIL  BACKUP_DIR: /proc/nowhere/copies cannot be written: ",
        ),
    ],
)
async def test_check_names_the_setting_that_fails(
    sqlite_bot: World, settings: dict[str, str], verdict: str
) -> None:
    code, out, errors = await _run_command(sqlite_bot, "check", **settings)
    assert code == 1
    assert verdict in out
    assert [line[:4].strip() for line in out.splitlines()].count("FAIL") == 1
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("call", "answer", "verdict"),
    [
        (
            "create",
            faults.json({"code": 3, "message": "Validation error"}),
            "skip  GPTUNNEL_MODEL: the provider lists no models",
        ),
        (
            "create",
            faults.status(502, "<html>"),
            "skip  GPTUNNEL_MODEL: the provider does not list the models of this key",
        ),
        (
            "balance",
            faults.status(404, "<html>"),
            "ok    GPTUNNEL_API_KEY: the key is right; the balance is not",
        ),
    ],
)
async def test_check_passes_if_one_of_the_two_free_calls_proves_the_key(
    sqlite_bot: World, call: str, answer: Callable[[], web.StreamResponse], verdict: str
) -> None:
    sqlite_bot.media.faults.add(Fault(call, times=None, answer=answer))
    code, out, _ = await _run_command(sqlite_bot, "check")
    assert (code, verdict in out) == (0, True)


async def test_check_reports_that_source_pictures_go_by_link(sqlite_bot: World) -> None:
    _, out, _ = await _run_command(sqlite_bot, "check", PUBLIC_URL="https://bot.example.org")
    assert "source pictures go by link" in out
    code, _, errors = await _run_command(sqlite_bot, "check", SOURCE_IMAGES="link")
    assert (code, errors.startswith("PUBLIC_URL is missing: SOURCE_IMAGES=link")) == (2, True)


async def test_check_fails_if_no_way_of_sending_photos_is_accepted(sqlite_bot: World) -> None:
    sqlite_bot.media.source_rule = SourceRule.LINKS
    code, out, _ = await _run_command(sqlite_bot, "check")
    assert (code, "FAIL  photo edits: by data: refused (Invalid URL); set PUBLIC_URL" in out) == (1, True)


async def test_check_fails_for_an_empty_balance(sqlite_bot: World) -> None:
    sqlite_bot.media.balance = 0.0
    code, out, _ = await _run_command(sqlite_bot, "check")
    assert (code, "top it up" in out) == (1, True)


async def test_each_bad_setting_is_reported_in_one_line(sqlite_bot: World) -> None:
    code, out, errors = await _run_command(sqlite_bot, "run", BOT_TOKEN="-", DAILY_QUOTA="many")
    assert (code, out) == (2, "")
    first, second = errors.splitlines()
    assert first.startswith("BOT_TOKEN is missing (example: BOT_TOKEN=")
    assert second.startswith("DAILY_QUOTA is not usable: ")


async def test_a_key_with_quotes_and_spaces_is_accepted(sqlite_bot: World) -> None:
    code, _, _ = await _run_command(
        sqlite_bot, "check", GPTUNNEL_API_KEY=f' "{KEY}" ', BOT_TOKEN=f"'{TOKEN}'\n"
    )
    assert code == 0


async def test_a_second_process_on_the_same_ledger_is_refused(own_bot: World) -> None:
    await own_bot.process.start()
    code, _, errors = await _run_command(own_bot, "run")
    assert code == 1
    assert re.fullmatch(r"DATABASE_URL: another process is using .*; stop it first\n", errors)
    code, out, _ = await _run_command(own_bot, "check")
    assert (code, "in use by another process" in out) == (0, True)


@pytest.mark.parametrize("damage", ["header", "page"])
async def test_a_damaged_ledger_is_refused_with_advice(sqlite_bot: World, damage: str) -> None:
    own_bot = sqlite_bot
    await own_bot.process.start()
    ann = own_bot.add_user()
    for number in range(5):
        own_bot.telegram.say(ann, f"/imagine {'a long prompt ' * 100}{number} --ar 1:1")
    await own_bot.wait_for_picture(ann, 5)
    assert await own_bot.process.stop() == 0
    path = own_bot.folder / "bot.sqlite3"
    data = bytearray(path.read_bytes())
    if damage == "header":
        data[:100] = b"x" * 100
    else:
        # Of a table that no statement at the start reads, so that only the check for damage notices.
        root = own_bot.rows("SELECT rootpage FROM sqlite_master WHERE name = 'drafts'")[0]["rootpage"]
        start = (root - 1) * 4_096
        data[start : start + 64] = b"\xff" * 64
    path.write_bytes(data)
    for leftover in own_bot.folder.glob("bot.sqlite3-*"):
        leftover.unlink()
    code, _, errors = await _run_command(own_bot, "run")
    assert code == 1
    assert re.match(
        r"DATABASE_URL: .* cannot be used: .*; restore a copy of it with `imagine-bot restore`, or", errors
    )
    assert "Traceback" not in errors


async def test_an_address_in_use_is_reported(own_bot: World) -> None:
    await own_bot.process.start()
    address = (await own_bot.process.address()).removeprefix("http://")
    another = {"DATABASE_URL": f"sqlite:///{own_bot.folder}/another.sqlite3"}
    code, _, errors = await _run_command(own_bot, "run", LISTEN=address, **another)
    assert code == 1
    assert f"LISTEN={address} cannot be used" in errors
    assert "Traceback" not in errors


async def test_health_and_metrics_are_served(own_bot: World) -> None:
    await own_bot.process.start()
    address = await own_bot.process.address()
    async with aiohttp.ClientSession() as http:
        for path in ("/healthz", "/readyz"):
            async with http.get(f"{address}{path}") as answer:
                assert (answer.status, await answer.text()) == (200, "ok\n")
        async with http.get(f"{address}/metrics") as answer:
            shown = (await answer.text()).splitlines()
            assert {"imagine_in_flight 0.0", "imagine_replicas 1.0", "imagine_leader 1.0"} <= set(shown)
        async with http.get(f"{address}/") as answer:
            assert answer.status == 404
    environment = {
        "PYTHONPATH": str(ROOT),
        "LISTEN": address.removeprefix("http://"),
        "http_proxy": "http://127.0.0.1:9",
    }
    command = (sys.executable, "-m", "bot.healthcheck")
    for arguments in ([], ["/readyz"]):
        async with started(*command, *arguments, env=environment, folder=own_bot.folder) as check:
            assert await asyncio.wait_for(check.wait(), DEADLINE) == 0
    await own_bot.process.stop()
    quiet = asyncio.subprocess.DEVNULL
    async with started(*command, env=environment, folder=own_bot.folder, stderr=quiet) as check:
        assert await asyncio.wait_for(check.wait(), DEADLINE) == 1


async def test_after_sigterm_the_next_start_continues_open_requests(own_bot: World) -> None:
    own_bot.hold_tasks()
    await own_bot.process.start()
    ann = own_bot.add_user()
    for number in range(4):
        own_bot.telegram.say(ann, f"/imagine fox {number} --ar 1:1")
    await own_bot.wait_for_text(ann, "number 2 in line")
    assert await own_bot.process.stop() == 0
    assert [line["event"] for line in own_bot.process.log][-1] == "stopped"
    own_bot.finish_tasks()
    await own_bot.process.start()
    await own_bot.wait_for_picture(ann, 4)
    await own_bot.wait_until_closed()
    assert len(own_bot.media.tasks) == len(own_bot.pictures(ann)) == own_bot.quota_used(ann) == 4
    assert own_bot.messages_to(ann) == own_bot.pictures(ann)


async def test_sigterm_finishes_a_picture_that_is_being_sent(own_bot: World) -> None:
    slow = own_bot.telegram.faults.add(Fault("sendPhoto", delay=0.3))
    await own_bot.process.start()
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await asyncio.wait_for(slow.begun.wait(), DEADLINE)
    assert await own_bot.process.stop() == 0
    assert slow.hits == 1
    assert len(own_bot.pictures(ann)) == 1
    assert own_bot.rows("SELECT state FROM requests")[0]["state"] == "delivered"


async def test_sigterm_does_not_wait_for_a_hanging_create(own_bot: World) -> None:
    hanging = own_bot.media.faults.add(Fault("create", delay=3_600.0))
    await own_bot.process.start()
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await asyncio.wait_for(hanging.begun.wait(), DEADLINE)
    assert await own_bot.process.stop() == 0
    await own_bot.process.start()
    await own_bot.wait_for_picture(ann)
    assert own_bot.quota_used(ann) == 1


async def test_buttons_and_status_messages_work_after_a_kill(own_bot: World) -> None:
    own_bot.hold_tasks()
    await own_bot.process.start()
    ann, ben = own_bot.add_user(), own_bot.add_user(name="Ben")
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    status = await own_bot.wait_for_text(ann, "Drawing")
    own_bot.telegram.say(ben, "/imagine a fox")
    question = await own_bot.wait_for_text(ben, "Which shape")
    stored = "SELECT 1 FROM requests WHERE status_message_id IS NOT NULL AND state = 'running'"
    await own_bot.wait_until(lambda: own_bot.rows(stored))
    await own_bot.process.kill()
    own_bot.media.duration = lambda: 0.5
    await own_bot.process.start()
    own_bot.telegram.press(ben, question, "4:3")
    await own_bot.wait_for_picture(ben)
    own_bot.telegram.press(ann, status, "Cancel")
    await own_bot.wait_for_toast(status, "Cancelled")
    cancelled = await own_bot.wait_for_text(ann, "Cancelled")
    assert cancelled.message_id == status.message_id
    await own_bot.wait_until_closed()
    assert (own_bot.quota_used(ann), own_bot.quota_used(ben)) == (0, 1)
    assert len(own_bot.media.tasks) == 2


async def test_durations_are_stored(own_bot: World) -> None:
    await own_bot.process.start(USER_CONCURRENCY="1")
    ann = own_bot.add_user()
    for number in range(3):
        own_bot.telegram.say(ann, f"/imagine fox {number} --ar 1:1")
    await own_bot.wait_for_picture(ann, 3)
    await own_bot.wait_until_closed()
    assert len(own_bot.rows("SELECT * FROM durations")) == KNOWN_DURATIONS + 3


async def test_a_conflict_with_another_poller_is_logged_once_and_waited_out(own_bot: World) -> None:
    conflict = faults.telegram(409, "Conflict: terminated by other getUpdates request")
    rule = own_bot.telegram.faults.add(Fault("getUpdates", times=2, answer=conflict))
    await own_bot.process.start()
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/help")
    await own_bot.wait_for_text(ann, "Shapes")
    logged = [line for line in own_bot.process.log if "another instance" in line["event"]]
    assert (rule.hits, len(logged)) == (2, 1)
    assert rule.hit_at[1] - rule.hit_at[0] >= 4.9


async def test_a_wrong_token_is_logged_and_tried_rarely(own_bot: World) -> None:
    await own_bot.process.start(BOT_TOKEN="4242:another-token-another-token", until="updates not received")
    assert own_bot.telegram.calls["getUpdates"] == 0
    line = await own_bot.process.wait_for_log("updates not received")
    assert "Unauthorized" in line["error"]
    assert "another-token" not in "".join(own_bot.process.lines)


async def test_a_picture_that_is_not_ready_in_time_is_refunded(own_bot: World) -> None:
    own_bot.hold_tasks()
    await own_bot.process.start(GENERATION_TIMEOUT="2")
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_text(ann, "not ready in time. It didn’t count: 20 pictures")
    assert own_bot.quota_used(ann) == 0
    await own_bot.wait_until_closed()
    assert len(own_bot.messages_to(ann)) == 1


async def test_with_unknown_create_refund_no_task_is_paid_twice(own_bot: World) -> None:
    own_bot.media.faults.add(Fault("create", drop=True, after=True))
    await own_bot.process.start(UNKNOWN_CREATE="refund")
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_text(ann, "can’t tell whether the order arrived")
    assert (own_bot.quota_used(ann), len(own_bot.media.tasks)) == (0, 1)


async def test_with_a_quota_of_zero_only_admins_get_pictures(own_bot: World) -> None:
    await own_bot.process.start(DAILY_QUOTA="0", ADMIN_IDS="7, 8")
    ann, admin = own_bot.add_user(), own_bot.add_user(user_id=8)
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_text(ann, "open to the bot’s owners only")
    own_bot.telegram.say(admin, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_picture(admin)


async def test_token_and_key_are_in_no_log_at_debug_level(own_bot: World) -> None:
    own_bot.media.faults.add(Fault("create", answer=faults.status(502, "<html>bad gateway</html>")))
    own_bot.telegram.faults.add(Fault("sendPhoto", drop=True))
    own_bot.telegram.faults.add(Fault("getUpdates", drop=True))
    await own_bot.process.start(LOG_LEVEL="DEBUG")
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_picture(ann)
    await own_bot.wait_until_closed()
    await own_bot.process.stop()
    log = "\n".join(own_bot.process.lines)
    assert "request closed" in log
    assert TOKEN not in log
    assert TOKEN.partition(":")[2] not in log
    assert KEY not in log
    assert own_bot.media.headers_seen == []


async def test_a_kill_during_a_long_poll_loses_no_update(own_bot: World) -> None:
    users = [own_bot.add_user() for _ in range(5)]
    await own_bot.process.start()
    for user in users:
        own_bot.telegram.say(user, "/imagine a fox --ar 1:1")
    os.kill(own_bot.process.pid, signal.SIGKILL)
    await own_bot.process.kill()
    await own_bot.process.start()
    for user in users:
        await own_bot.wait_for_picture(user)
    await own_bot.wait_until_closed()
    assert all(own_bot.quota_used(user) == len(own_bot.pictures(user)) == 1 for user in users)
