"""The output for operators: `check`, the log of a start, and settings that are not used."""

import pytest
from aiohttp import web

from playground import faults
from playground.faults import Fault
from playground.serve import served
from tests.support.commands import run_to_end
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_check_tells_a_wrong_server_from_one_that_is_down(sqlite_bot: World) -> None:
    async with served(web.Application()) as elsewhere:  # every path is 404, as text
        urls = {"TELEGRAM_API_URL": elsewhere, "GPTUNNEL_API_URL": f"{elsewhere}/v1"}
        code, out, _ = await run_to_end(sqlite_bot, "check", **urls)
    assert code == 1
    assert f"FAIL  BOT_TOKEN: {elsewhere} answers, but not as a Bot API server does" in out
    assert f"FAIL  GPTUNNEL_API_KEY: {elsewhere}/v1 answers, but not as the media API does (HTTP 404" in out


async def test_check_tries_the_address_of_the_web_server(own_bot: World) -> None:
    await own_bot.process.start()
    taken = (await own_bot.process.address()).removeprefix("http://")
    code, out, _ = await run_to_end(own_bot, "check", LISTEN=taken)
    assert (code, f"ok    LISTEN: {taken} is in use, which is right while the bot runs" in out) == (0, True)
    another = {"DATABASE_URL": f"sqlite:///{own_bot.folder}/another.sqlite3"}
    code, out, _ = await run_to_end(own_bot, "check", LISTEN=taken, **another)
    assert (code, f"FAIL  LISTEN: {taken} cannot be used: Address already in use" in out) == (1, True)


async def test_an_unknown_name_is_reported_by_check_and_in_the_log(own_bot: World) -> None:
    reason = "environment: DAILY_QOUTA is not a setting; did you mean DAILY_QUOTA?"
    code, out, _ = await run_to_end(own_bot, "check", DAILY_QOUTA="3")
    assert (code, out.splitlines()[0]) == (0, f"warn  {reason}")
    await own_bot.process.start(DAILY_QOUTA="3")
    assert (await own_bot.process.wait_for_log("setting ignored"))["reason"] == reason


async def test_the_link_of_the_bot_is_logged_when_users_can_write_to_it(own_bot: World) -> None:
    own_bot.telegram.faults.add(Fault("getMe", answer=faults.status(502, "<html>bad gateway</html>")))
    await own_bot.process.start()
    line = await own_bot.process.wait_for_log("users can write to the bot")
    assert (line["link"], line["name"]) == ("https://t.me/imagine_demo_bot", "Imagine")


async def test_menus_that_are_not_set_are_one_line_per_round(own_bot: World) -> None:
    own_bot.telegram.faults.add(
        Fault("setMyCommands", times=6, answer=faults.status(404, '{"detail":"Not Found"}'))
    )
    await own_bot.process.start(until="menus set")
    (line,) = [line for line in own_bot.process.log if line["event"] == "menus not set"]
    assert (line["count"], line["error"]) == (6, "Telegram's answer cannot be read")
