"""The Caddyfile of `compose.yaml`, run by Caddy in front of two web servers of the bot, with its own certificates."""

import asyncio
import os
import shutil
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest
from pydantic import SecretStr

from bot.settings import ADMIN_PATH
from bot.update_queue import UpdateQueue
from bot.web import HEALTH_PATH, METRICS_PATH, NOT_FOUND, READY_PATH, SECRET_HEADER, WEBHOOK_PATH, WebServer
from core.metrics import Metrics
from generation.conversion import Picture
from generation.signed_links import SOURCE_PATH, LinkRefused
from tests.support.free_port import free_port
from tests.support.process_launcher import DEADLINE, ROOT, started

CADDYFILE = ROOT / "deploy" / "caddy" / "Caddyfile"
CALLS = 10
SECRET, SECRET_PATH = "secret-of-the-webhook", "path-of-the-webhook"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("caddy") is None and "CI" not in os.environ, reason="caddy is not installed"
    ),
]


class Replica:
    """The web server of a replica without a bot behind it."""

    def __init__(self) -> None:
        self.calls = 0
        self.unready: Sequence[str] = ()
        self.server = WebServer(
            address=("127.0.0.1", 0),
            public_url=None,
            metrics=Metrics(),
            is_ending=lambda: False,
            find_unready=self._find_unready,
            load_source=self._count,
            load_picture=self._count_picture,
        )
        # No update is passed on: the body of each call is no JSON.
        self.server.add_webhook(f"{WEBHOOK_PATH}/{SECRET_PATH}", SecretStr(SECRET), cast("UpdateQueue", None))

    async def _find_unready(self) -> Sequence[str]:
        return self.unready

    async def _count_picture(self, _signed: str) -> Picture:
        self.calls += 1
        raise LinkRefused("a test")

    async def _count(self, _signed: str) -> bytes:
        self.calls += 1
        raise LinkRefused("a test")


class Proxy:
    """Caddy, and its address."""

    def __init__(self, url: str, log: Path, http: aiohttp.ClientSession, context: ssl.SSLContext) -> None:
        self.log = log
        self._url = url
        self._http = http
        self._context = context

    async def call(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        async with self._http.request(method, self._url + path, ssl=self._context, **more) as answer:
            return answer.status, await answer.text()

    async def post_update(self) -> int:
        """Call the webhook as Telegram does, with a body that the bot reads and refuses. Return the status."""
        headers = {SECRET_HEADER: SECRET}
        status, _ = await self.call(
            "POST",
            f"{WEBHOOK_PATH}/{SECRET_PATH}",
            data=b"x" * 2_000,
            headers=headers,
        )
        return status


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
    async with (
        _caddy(replicas, health_interval, tmp_path) as (url, caddy),
        aiohttp.ClientSession() as http,
    ):
        root = tmp_path / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        proxy: Proxy | None = None
        async with asyncio.timeout(DEADLINE):
            while proxy is None:
                assert caddy.returncode is None
                with suppress(OSError, aiohttp.ClientError):
                    context = ssl.create_default_context(cafile=root)
                    found = Proxy(url, tmp_path / "caddy.log", http, context)
                    await found.call("GET", "/")
                    proxy = found
                await asyncio.sleep(0.05)
        yield proxy


@asynccontextmanager
async def _caddy(
    replicas: Sequence[Replica], health_interval: str, folder: Path
) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """Run Caddy with the Caddyfile, but for the addresses, the certificates and the time between two looks."""
    url = f"https://localhost:{free_port()}"
    text = CADDYFILE.read_text(encoding="utf-8")
    for old, new in (
        ("bot:8080 bot-2:8080", " ".join(replica.server.address for replica in replicas)),
        ("admin off", f"admin off\nlocal_certs\nskip_install_trust\nhttp_port {free_port()}"),
        ("health_interval 5s", f"health_interval {health_interval}"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    config = folder / "Caddyfile"
    config.write_text(text, encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "PUBLIC_URL": url,
    }
    command = ("caddy", "run", "--adapter", "caddyfile", "--config", str(config))
    with (folder / "caddy.log").open("wb") as log:
        async with started(*command, env=environment, folder=folder, stderr=log.fileno()) as caddy:
            yield url, caddy


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
