"""The files of `deploy/` for one bot behind Caddy or nginx, run by both with certificates of their own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.settings import ADMIN_PATH
from bot.web import HEALTH_PATH, LARGEST_UPDATE, METRICS_PATH, NOT_FOUND, READY_PATH, WEBHOOK_PATH
from generation.signed_links import PICTURE_PATH, SOURCE_PATH
from tests.support.free_port import free_port
from tests.support.process_launcher import DEADLINE
from tests.support.proxy_servers import ONE_BOT, SECRET, SECRET_PATH, Proxy, Replica, skip_without

pytestmark = pytest.mark.slow


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
async def web_server(port: int) -> AsyncIterator[Replica]:
    replica = Replica(port)
    await replica.server.start()
    yield replica
    await replica.server.stop()


@pytest.fixture(params=ONE_BOT)
async def proxy(
    request: pytest.FixtureRequest, web_server: Replica, port: int, tmp_path: Path
) -> AsyncIterator[Proxy]:
    """Yield each proxy in turn, in front of one web server of the bot."""
    skip_without(request.param)
    async with ONE_BOT[request.param](f"127.0.0.1:{port}", tmp_path) as running:
        yield running


async def test_only_the_paths_for_others_are_public(proxy: Proxy) -> None:
    for method, path in (("GET", SOURCE_PATH), ("GET", PICTURE_PATH), ("POST", WEBHOOK_PATH)):
        assert await proxy.call(method, f"{path}/x") == (404, NOT_FOUND)
    for path in (ADMIN_PATH, f"{ADMIN_PATH}/x"):
        assert await proxy.call("GET", path) == (404, NOT_FOUND)
    for path in (
        "/",
        HEALTH_PATH,
        READY_PATH,
        METRICS_PATH,
        f"{SOURCE_PATH}/..{METRICS_PATH}",
        f"{ADMIN_PATH}x",
        SOURCE_PATH,
    ):
        status, text = await proxy.call("GET", path)
        assert (status, NOT_FOUND in text) == (404, False), path


async def test_an_update_of_any_size_reaches_the_bot(proxy: Proxy) -> None:
    assert await proxy.post_update(LARGEST_UPDATE - 1) == 400  # the bot has read it, and it is no JSON
    assert await proxy.post_update(LARGEST_UPDATE + 1) == 413


async def test_a_restart_of_the_bot_costs_no_more_than_the_calls_meanwhile(
    proxy: Proxy, web_server: Replica, port: int
) -> None:
    assert await proxy.post_update() == 400
    await web_server.server.stop()
    assert await proxy.post_update() == 502  # Telegram repeats the update
    again = Replica(port)
    await again.server.start()
    assert await proxy.post_update() == 400
    await again.server.stop()


async def test_the_log_of_the_proxy_holds_no_secret(proxy: Proxy, web_server: Replica) -> None:
    assert await proxy.post_update() == 400
    await web_server.server.stop()
    assert await proxy.post_update() == 502
    async with asyncio.timeout(DEADLINE):
        while "502" not in (log := proxy.log.read_text(encoding="utf-8")):  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.05)
    assert SECRET not in log
    assert SECRET_PATH not in log
