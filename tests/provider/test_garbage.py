"""Calls that leave no garbage: each collection of it pauses the event loop."""

import gc
import weakref
from collections.abc import Iterator

import httpx
import pytest
from aiohttp import web

from playground.serve import served
from provider.http_answer import close


@pytest.fixture
def without_collections() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("without_collections")
async def test_a_closed_response_is_no_garbage() -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="fox")

    app = web.Application()
    app.router.add_get("/", answer)
    async with served(app) as url, httpx.AsyncClient() as client:
        response = await client.send(client.build_request("GET", url), stream=True)
        assert await response.aread() == b"fox"
        await close(response)
        still_there = weakref.ref(response)
        del response
        assert still_there() is None
