"""The web server of the bot and callers that leave."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import aiohttp
import pytest
from pydantic import SecretStr

from bot.update_queue import UpdateQueue
from bot.web import (
    HEALTH_PATH,
    METRICS_PATH,
    READY_PATH,
    SECRET_HEADER,
    WEBHOOK_PATH,
    CannotListen,
    WebServer,
)
from core.metrics import Metrics
from generation.conversion import Picture
from generation.signed_links import SOURCE_PATH, LinkRefused
from tests.support.intake import open_replicas, text_update
from tests.support.ledger import file_url

SECRET = "secret"


async def _nothing_is_unready() -> Sequence[str]:
    return ()


async def _refuse(_signed: str) -> bytes:
    raise LinkRefused("a test")


async def _refuse_picture(_signed: str) -> Picture:
    raise LinkRefused("a test")


def _server(metrics_address: tuple[str, int] | None = None) -> WebServer:
    return WebServer(
        address=("127.0.0.1", 0),
        public_url=None,
        metrics=Metrics(),
        is_ending=lambda: False,
        find_unready=_nothing_is_unready,
        load_source=_refuse,
        load_picture=_refuse_picture,
        metrics_address=metrics_address,
    )


async def test_metrics_with_an_address_of_their_own_are_served_there_only() -> None:
    shared, apart = _server(), _server(("127.0.0.1", 0))
    await shared.start()
    await apart.start()
    assert apart.metrics_address != apart.address
    async with aiohttp.ClientSession() as http:

        async def status(address: str, path: str) -> int:
            async with http.get(f"http://{address}{path}") as answer:
                return answer.status

        assert shared.metrics_address == shared.address
        assert await status(shared.address, METRICS_PATH) == 200
        assert await status(apart.metrics_address, METRICS_PATH) == 200
        assert await status(apart.address, METRICS_PATH) == 404
        assert await status(apart.address, HEALTH_PATH) == 200
        for path in (HEALTH_PATH, READY_PATH, f"{WEBHOOK_PATH}/x", f"{SOURCE_PATH}/x"):
            assert await status(apart.metrics_address, path) == 404
    await apart.stop()
    await shared.stop()


async def test_an_address_in_use_is_an_error_with_its_setting() -> None:
    first = _server(("127.0.0.1", 0))
    await first.start()
    host, port = first.metrics_address.split(":")
    second = _server((host, int(port)))
    with pytest.raises(CannotListen) as raised:
        await second.start()
    assert raised.value.setting == "METRICS_LISTEN"
    await second.stop()
    await first.stop()


async def test_the_webhook_takes_what_has_the_secret_and_is_stored(
    migrated_file: Path, tmp_path: Path
) -> None:
    """Telegram repeats an update that is not answered with 200 (Bot API, setWebhook)."""
    server, path = _server(), f"{WEBHOOK_PATH}/x"
    async with open_replicas(file_url(shutil.copy(migrated_file, tmp_path)), None) as (one,):
        one.may_handle.clear()
        server.add_webhook(path, SecretStr(SECRET), one.queue)
        await server.start()
        async with aiohttp.ClientSession() as http:

            async def status(update: object, secret: str | None = SECRET) -> int:
                headers = {} if secret is None else {SECRET_HEADER: secret}
                async with http.post(
                    f"http://{server.address}{path}", json=update, headers=headers
                ) as answer:
                    return answer.status

            for secret in (None, "", "secre", "secret1", "SECRET", "sécret"):
                assert await status(text_update(1), secret) == 401
            for number in (None, "1", 1.0, True, -1, 2**63):
                assert await status(text_update(1) | {"update_id": number}) == 400
            odd: tuple[object, ...] = ({}, [], "update", None)
            for body in odd:
                assert await status(body) == 400
            one.refuses_writes = one.telegram.is_down = True
            assert await status(text_update(2)) == 503
            one.refuses_writes = one.telegram.is_down = False
            assert [await status(text_update(number)) for number in (2, 3, 2**63 - 1)] == [200] * 3
        assert await one.storage.inbox.unhandled_ids(None, 9) == [2, 3, 2**63 - 1]
        await server.stop()


@asynccontextmanager
async def _quiet_webhook(caplog: pytest.LogCaptureFixture) -> AsyncIterator[tuple[str, int]]:
    """Yield the address of a server with a webhook, and expect no warning in the log. It passes on no update."""
    server = _server()
    server.add_webhook(f"{WEBHOOK_PATH}/x", SecretStr(SECRET), cast("UpdateQueue", None))
    await server.start()
    host, port = server.address.split(":")
    yield host, int(port)
    await server.stop()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def _head(host: str) -> tuple[str, ...]:
    """Return the first lines of a call of the webhook."""
    return (f"POST {WEBHOOK_PATH}/x HTTP/1.1", f"Host: {host}", f"{SECRET_HEADER}: {SECRET}")


async def test_a_caller_that_leaves_in_the_middle_of_an_update_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with _quiet_webhook(caplog) as (host, port):
        for _ in range(5):
            reader, writer = await asyncio.open_connection(host, port)
            lines = (*_head(host), "Expect: 100-continue", "Content-Length: 99", "", "{")
            writer.write("\r\n".join(lines).encode())
            assert b"100" in await reader.readline()
            writer.transport.abort()


async def test_calls_that_break_the_rules_of_http_are_refused_without_a_word_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with _quiet_webhook(caplog) as (host, port):
        for lines in (
            (*_head(host), "Content-Encoding: gzip", "Content-Length: 2", "", "{}"),
            ("GET / HTTP/1.1", "a header without a colon", "", ""),
            ("\x16\x03\x01", "", ""),
        ):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write("\r\n".join(lines).encode())
            assert b" 400 " in await reader.readline()
            writer.transport.abort()
