"""The Caddyfile of `compose.yaml`, run by Caddy in front of two web servers of the bot, with its own certificates."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.settings import ADMIN_PATH
from bot.web import HEALTH_PATH, METRICS_PATH, NOT_FOUND, READY_PATH, WEBHOOK_PATH
from generation.signed_links import SOURCE_PATH
from tests.support.free_port import free_port
from tests.support.process_launcher import DEADLINE
from tests.support.proxy_servers import (
    CADDYFILE,
    SECRET,
    SECRET_PATH,
    Proxy,
    Replica,
    caddy,
    local_caddy,
    replaced,
)

CALLS = 10

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("caddy") is None and "CI" not in os.environ, reason="caddy is not installed"
    ),
]


@pytest.fixture
async def replicas() -> AsyncIterator[list[Replica]]:
    both = [Replica(), Replica()]
    for replica in both:
        await replica.server.start()
    yield both
    for replica in both:
        await replica.server.stop()


@pytest.fixture
def health_interval() -> str:
    """Return the time between two looks of Caddy at a replica: no look decides which replica gets a call."""
    return "1h"


@pytest.fixture
async def proxy(replicas: list[Replica], health_interval: str, tmp_path: Path) -> AsyncIterator[Proxy]:
    """Run Caddy with the Caddyfile, but for the addresses, the certificates and the time between two looks."""
    port = free_port()
    changes = {
        "bot:8080 bot-2:8080": " ".join(replica.server.address for replica in replicas),
        "admin off": local_caddy(port),
        "health_interval 5s": f"health_interval {health_interval}",
    }
    async with caddy(replaced(CADDYFILE, changes), f"https://localhost:{port}", tmp_path) as proxy:
        yield proxy


async def test_only_the_paths_for_others_are_public(proxy: Proxy) -> None:
    for method, path in (
        ("GET", f"{SOURCE_PATH}/x"),
        ("POST", f"{WEBHOOK_PATH}/x"),
        ("GET", f"{ADMIN_PATH}/x"),
    ):
        assert await proxy.call(method, path) == (404, NOT_FOUND)
    for path in ("/", HEALTH_PATH, READY_PATH, METRICS_PATH, f"{SOURCE_PATH}/..{METRICS_PATH}", SOURCE_PATH):
        assert await proxy.call("GET", path) == (404, "")


async def test_the_replicas_take_turns(proxy: Proxy, replicas: list[Replica]) -> None:
    for _ in range(CALLS):
        assert await proxy.call("GET", f"{SOURCE_PATH}/x") == (404, NOT_FOUND)
    assert [replica.calls for replica in replicas] == [CALLS / 2, CALLS / 2]


async def test_a_replica_that_ends_costs_one_call_which_telegram_repeats(
    proxy: Proxy, replicas: list[Replica]
) -> None:
    assert [await proxy.post_update() for _ in range(CALLS)] == [400] * CALLS
    await replicas[0].server.stop()
    statuses = [await proxy.post_update() for _ in range(CALLS)]
    assert sorted(statuses) == [400] * (CALLS - 1) + [502]


async def test_the_log_of_the_proxy_holds_no_secret(proxy: Proxy, replicas: list[Replica]) -> None:
    for replica in replicas:
        await replica.server.stop()
    assert {await proxy.post_update() for _ in range(4)} <= {502, 503}
    async with asyncio.timeout(DEADLINE):
        while "connection refused" not in (log := proxy.log.read_text(encoding="utf-8")):  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.05)
    assert SECRET not in log
    assert SECRET_PATH not in log


@pytest.mark.parametrize("health_interval", ["50ms"])
async def test_a_replica_that_is_not_ready_gets_no_calls(proxy: Proxy, replicas: list[Replica]) -> None:
    replicas[0].unready = ["database"]
    passed_by = False
    async with asyncio.timeout(DEADLINE):
        while not passed_by:  # until Caddy has looked
            before = replicas[0].calls
            for _ in replicas:
                await proxy.call("GET", f"{SOURCE_PATH}/x")
            passed_by = replicas[0].calls == before
    for _ in range(CALLS):
        assert await proxy.call("GET", f"{SOURCE_PATH}/x") == (404, NOT_FOUND)
    assert replicas[0].calls == before
