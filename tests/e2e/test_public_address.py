"""The bot behind a reverse proxy: a public address with a path, and the deliveries that Telegram reports."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from playground import faults
from playground.faults import Fault
from playground.serve import TOKEN, served
from tests.support.command import run_check
from tests.support.free_port import free_port
from tests.support.proxy_servers import ONE_BOT, skip_without
from tests.support.reverse_proxy import ReverseProxy
from tests.support.world import World, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

PREFIX = "/bots/imagine"


@asynccontextmanager
async def _behind(prefix: str = PREFIX, *, strips: bool = True) -> AsyncIterator[tuple[ReverseProxy, str]]:
    proxy = ReverseProxy(prefix, strips)
    async with served(proxy.app()) as url:
        yield proxy, url + PREFIX


@pytest.mark.parametrize("strips", [True, False])
@pytest.mark.parametrize("slash", ["", "/"])
async def test_a_path_works_whether_the_proxy_strips_it_or_not(
    own_bot: World, strips: bool, slash: str
) -> None:
    async with _behind(strips=strips) as (proxy, url):
        await own_bot.process.start(UPDATES="webhook", PUBLIC_URL=url + slash, until="webhook set")
        proxy.target = await own_bot.process.address()
        ann = own_bot.add_user()
        own_bot.send_photo(ann, jpeg(), caption="make it night")
        await own_bot.wait_for_picture(ann)
        assert set(proxy.statuses) == {200}
        # The provider's fetch of the link needs no second call of Telegram, which might fail by then.
        assert own_bot.telegram.calls["getFile"] == 1
        async with aiohttp.ClientSession() as http:
            for path in ("/healthz", "/readyz", "/metrics"):
                async with http.get(proxy.target + PREFIX + path) as answer:
                    assert answer.status == 404
        await own_bot.process.kill()


@pytest.mark.parametrize("name", ONE_BOT)
async def test_an_edit_of_a_photo_works_through_each_proxy_of_deploy(
    own_bot: World, tmp_path: Path, name: str
) -> None:
    skip_without(name)
    port = free_port()
    # The stand-in trusts no local authority: the tests of the files themselves use TLS.
    async with ONE_BOT[name](f"127.0.0.1:{port}", tmp_path, tls=False) as proxy:
        settings = {"UPDATES": "webhook", "PUBLIC_URL": proxy.url, "LISTEN": f"127.0.0.1:{port}"}
        await own_bot.process.start(**settings, SOURCE_IMAGES="link", until="webhook set")
        ann = own_bot.add_user()
        own_bot.send_photo(ann, jpeg(), caption="make it night")
        await own_bot.wait_for_picture(ann)
        assert await own_bot.process.stop() == 0


async def test_a_failed_delivery_is_logged_once_and_in_one_line(own_bot: World) -> None:
    async with _behind("/elsewhere") as (_, url):
        own_bot.telegram.say(own_bot.add_user(), "/start")
        await own_bot.process.start(UPDATES="webhook", PUBLIC_URL=url, until="webhook set")
        line = await own_bot.process.wait_for_log("updates not delivered")
        assert "Wrong response from the webhook: 404 Not Found" in line["error"]
        assert line["waiting"] == 1
        assert "webhook/" not in str(line)
        await own_bot.process.kill()


async def test_an_unanswered_look_at_the_webhook_is_no_error(own_bot: World) -> None:
    own_bot.telegram.faults.add(Fault("getWebhookInfo", answer=faults.status(502, "<html>")))
    await own_bot.process.start(UPDATES="webhook", PUBLIC_URL="http://127.0.0.1:9", until="webhook set")
    await own_bot.process.wait_for_log("webhook not checked")
    assert not any(line.get("level") in {"error", "critical"} for line in own_bot.process.log)


async def test_check_calls_its_own_public_address(own_bot: World, capsys: pytest.CaptureFixture[str]) -> None:
    async with _behind() as (proxy, url):
        port = free_port()
        proxy.target = f"http://127.0.0.1:{port}"
        settings = {"UPDATES": "webhook", "PUBLIC_URL": url, "LISTEN": f"127.0.0.1:{port}"}
        good, out = await run_check(own_bot, capsys, **settings)
        assert f"ok    PUBLIC_URL: {url} leads to this bot" in out
        assert "ok    webhook: Telegram has no webhook yet" in out
        assert good
        await own_bot.process.start(**settings, until="webhook set")
        good, out = await run_check(own_bot, capsys, **settings)
        assert f"ok    PUBLIC_URL: {url} leads to this bot" in out
        assert "ok    webhook: Telegram delivers to 127.0.0.1:" in out
        assert good
        assert TOKEN not in out
        await own_bot.process.kill()


async def test_check_says_that_the_address_leads_elsewhere(
    own_bot: World, capsys: pytest.CaptureFixture[str]
) -> None:
    async with _behind("/elsewhere") as (_, url):
        settings = {"UPDATES": "webhook", "PUBLIC_URL": url}
        own_bot.telegram.say(own_bot.add_user(), "/start")
        await own_bot.process.start(**settings, until="webhook set")
        await own_bot.process.wait_for_log("updates not delivered")
        good, out = await run_check(own_bot, capsys, **settings)
        assert not good
        assert f"FAIL  PUBLIC_URL: {url}/source/x is answered with 404 by another server" in out
        assert "FAIL  webhook: Telegram delivers to 127.0.0.1:" in out
        assert "1 updates wait; Telegram's last delivery failed at" in out
        await own_bot.process.kill()
    good, out = await run_check(own_bot, capsys, PUBLIC_URL=url)
    assert (good, f"{url}/source/x cannot be reached from this machine" in out) == (False, True)


async def test_check_names_an_address_on_which_it_cannot_listen(
    sqlite_bot: World, capsys: pytest.CaptureFixture[str]
) -> None:
    good, out = await run_check(sqlite_bot, capsys, PUBLIC_URL="http://127.0.0.1:9", LISTEN="192.0.2.1:8080")
    assert (good, "FAIL  PUBLIC_URL: LISTEN=192.0.2.1:8080 cannot be used: " in out) == (False, True)


@pytest.mark.parametrize("updates", [[], [{"update_id": 7}]])
async def test_answers_without_a_new_update_do_not_make_the_bot_spin(
    own_bot: World, updates: list[object]
) -> None:
    """A proxy or a server that does not hold getUpdates answers at once."""
    answer = faults.json({"ok": True, "result": updates})
    fault = own_bot.telegram.faults.add(Fault("getUpdates", times=None, answer=answer))
    await own_bot.process.start()
    await own_bot.wait_until(lambda: fault.hits >= 4)
    # A call counts as held from half a second on, on a busy machine, too, and is followed by the next one at once.
    assert fault.hit_at[3] - fault.hit_at[0] >= 0.95
    own_bot.telegram.faults.clear()
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_picture(ann)
