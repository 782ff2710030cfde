"""The web server of the bot and callers that leave."""

import asyncio
import logging
from collections.abc import Sequence
from typing import cast

import pytest
from pydantic import SecretStr

from bot.update_queue import UpdateQueue
from bot.web import SECRET_HEADER, WEBHOOK_PATH, WebServer
from core.metrics import Metrics
from generation.conversion import Picture
from generation.signed_links import LinkRefused


async def _nothing_is_unready() -> Sequence[str]:
    return ()


async def _refuse(_signed: str) -> bytes:
    raise LinkRefused("a test")


async def _refuse_picture(_signed: str) -> Picture:
    raise LinkRefused("a test")


async def test_a_caller_that_leaves_in_the_middle_of_an_update_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = WebServer(
        address=("127.0.0.1", 0),
        public_url=None,
        metrics=Metrics(),
        is_ending=lambda: False,
        find_unready=_nothing_is_unready,
        load_source=_refuse,
        load_picture=_refuse_picture,
    )
    # No update arrives as a whole, so none is passed on.
    server.add_webhook(f"{WEBHOOK_PATH}/x", SecretStr("secret"), cast("UpdateQueue", None))
    await server.start()
    host, port = server.address.split(":")
    for _ in range(5):
        reader, writer = await asyncio.open_connection(host, int(port))
        head = (f"POST {WEBHOOK_PATH}/x HTTP/1.1", f"Host: {host}", f"{SECRET_HEADER}: secret")
        writer.write("\r\n".join((*head, "Expect: 100-continue", "Content-Length: 99", "", "{")).encode())
        assert b"100" in await reader.readline()
        writer.transport.abort()
    await server.stop()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
