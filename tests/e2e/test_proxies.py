"""The bot behind proxies: every connection goes the way that the settings name, and a broken proxy costs nothing."""

import re
import ssl
from pathlib import Path

import pytest
import trustme

from playground.serve import served
from tests.support.command import run_check
from tests.support.proxies import TestProxy, open_proxy
from tests.support.world import World, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

LOGIN = "ann:secret-word"


def _behind(world: World, scheme: str = "http") -> dict[str, str]:
    """Return settings in which the stand-ins have names that only a proxy resolves."""
    settings = world.process.settings
    ports = {
        name: re.sub(r"\D*127\.0\.0\.1:(\d+).*", r"\1", settings[name]) for name in settings if "URL" in name
    }
    world.media.url = f"{scheme}://media.example:{ports['GPTUNNEL_API_URL']}"
    return {
        "TELEGRAM_API_URL": f"{scheme}://telegram.example:{ports['TELEGRAM_API_URL']}",
        "GPTUNNEL_API_URL": f"{world.media.url}/v1",
    }


def _hosts(proxy: TestProxy) -> set[str]:
    return {target.partition(":")[0] for target in proxy.targets}


async def _draw_and_edit(world: World) -> None:
    ann = world.add_user()
    world.telegram.say(ann, "/imagine a fox --ar 1:1")
    await world.wait_for_picture(ann)
    world.send_photo(ann, jpeg(), caption="make it night")
    await world.wait_for_picture(ann, 2)
    assert world.quota_used(ann) == 2


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
async def test_telegram_goes_through_its_own_proxy(own_bot: World, scheme: str) -> None:
    async with open_proxy(LOGIN) as to_telegram, open_proxy() as to_others:
        await own_bot.process.start(
            **_behind(own_bot), TELEGRAM_PROXY=to_telegram.url(scheme), http_proxy=to_others.url("http")
        )
        await _draw_and_edit(own_bot)
        assert _hosts(to_telegram) == {"telegram.example"}
        assert _hosts(to_others) == {"media.example"}
        assert await own_bot.process.stop() == 0
    assert not any("secret-word" in line for line in own_bot.process.lines)


@pytest.mark.parametrize(
    ("setting", "kind"),
    [
        ("HTTPS_PROXY", "http"),
        ("HTTPS_PROXY", "socks5"),
        ("https_proxy", "socks5h"),
        ("ALL_PROXY", "http"),
        ("all_proxy", "socks5"),
    ],
)
async def test_the_proxy_of_the_environment_is_for_every_connection(
    own_bot: World, tmp_path: Path, setting: str, kind: str
) -> None:
    """Calls and files of Telegram, the provider and its pictures: only the proxy can resolve their names."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("telegram.example", "media.example").configure_cert(context)
    async with (
        served(own_bot.telegram.app(), context=context) as telegram_url,
        served(own_bot.media.app(), context=context) as media_url,
        open_proxy() as proxy,
    ):
        own_bot.process.settings |= {"TELEGRAM_API_URL": telegram_url, "GPTUNNEL_API_URL": media_url}
        settings = _behind(own_bot, "https") | {"SSL_CERT_FILE": str(tmp_path / "authority.pem")}
        settings[setting] = proxy.url(kind)
        await own_bot.process.start(**settings)
        await _draw_and_edit(own_bot)
        assert _hosts(proxy) == {"telegram.example", "media.example"}
        await own_bot.process.kill()


async def test_a_proxy_that_is_down_for_a_while_loses_and_repeats_nothing(own_bot: World) -> None:
    ann = own_bot.add_user()
    async with open_proxy() as proxy:
        await own_bot.process.start(**_behind(own_bot), ALL_PROXY=proxy.url("socks5"))
        own_bot.hold_tasks()
        own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
        # Before the bot has stored the task, the outcome of its create would be unknown, and it would create again.
        await own_bot.wait_until(lambda: own_bot.rows("SELECT 1 FROM requests WHERE task_id IS NOT NULL"))
        proxy.refused = {"telegram.example", "media.example"}
        proxy.hang_up()
        own_bot.finish_tasks()
        connections = len(proxy.targets)
        await own_bot.wait_until(lambda: len(proxy.targets) >= connections + 6)
        assert own_bot.pictures(ann) == []
        proxy.refused.clear()
        await own_bot.wait_for_picture(ann)
        await own_bot.wait_until_closed()
        assert own_bot.media.calls["create"] == len(own_bot.pictures(ann)) == 1
        await own_bot.process.kill()


async def test_check_says_the_way_of_each_connection(
    own_bot: World, capsys: pytest.CaptureFixture[str]
) -> None:
    good, out = await run_check(own_bot, capsys)
    assert good
    assert "ok    connections: Telegram directly, provider directly, pictures directly" in out
    async with open_proxy(LOGIN) as to_telegram, open_proxy() as to_others:
        settings = _behind(own_bot) | {
            "TELEGRAM_PROXY": to_telegram.url("socks5"),
            "ALL_PROXY": to_others.url("http"),
        }
        good, out = await run_check(own_bot, capsys, **settings)
        assert (good, "this machine cannot resolve media.example" in out) == (False, True)
        good, out = await run_check(own_bot, capsys, **settings, MEDIA_HOSTS_ALLOW_PRIVATE="true")
    assert good
    assert (
        f"connections: Telegram through TELEGRAM_PROXY (socks5://127.0.0.1:{to_telegram.port}), provider through "
        f"ALL_PROXY (http://127.0.0.1:{to_others.port}), pictures through ALL_PROXY"
    ) in out
    assert "secret-word" not in out


async def test_check_names_a_proxy_that_does_not_work(
    own_bot: World, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = _behind(own_bot) | {"TELEGRAM_PROXY": "socks5://127.0.0.1:9", "HTTP_PROXY": "127.0.0.1:9"}
    good, out = await run_check(own_bot, capsys, **settings)
    assert not good
    assert "FAIL  BOT_TOKEN: " in out
    assert "FAIL  GPTUNNEL_API_KEY: " in out
    assert "TELEGRAM_PROXY (socks5://127.0.0.1:9)" in out
