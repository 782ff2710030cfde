"""The result call, which polls a task: most calls of the bot, and safe to repeat.

It goes to the transport of httpx without its client, and the transport is aiohttp (provider.direct_transport): together
a sixth of the CPU time of httpx's own client and pool. That pool stays for paid calls: only there can the bytes of a
broken answer be kept (provider.received_bytes).
"""

import asyncio
import ssl

import httpx
from pydantic import SecretStr

from core.proxies import Proxy
from core.turns import Turns
from provider.connections import WARM_SECONDS, transport_through
from provider.direct_transport import DirectTransport
from provider.errors import Temporary
from provider.fields import Json
from provider.http_answer import (
    LARGEST_ANSWER,
    HttpAnswer,
    decompressed,
    read_raw,
)
from provider.keyed_requests import KeyedRequests

TIMEOUT = httpx.Timeout(connect=10.0, read=30.0, write=10.0, pool=10.0)
"""For aiohttp, `pool` is the time for the slot and the whole connection, with TLS."""
LONGEST_WAIT = 60.0
"""Longest time in seconds for a whole call, however slowly the bytes arrive."""
BEGUN_AT_ONCE = 4
"""Calls that begin in one pass of the event loop. Tasks that were created together are polled together, a hundred calls
take 30 ms, and everything else would wait for them."""
_FAILURES = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL)


class ResultCalls:
    """Makes result calls, `at_once` of them at the same time. Close it in the loop that it was used in."""

    def __init__(
        self,
        *,
        url: str,
        key: SecretStr,
        context: ssl.SSLContext,
        proxy: Proxy | None,
        at_once: int,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = httpx.URL(url)
        self._requests = KeyedRequests(key, TIMEOUT)
        limits = httpx.Limits(
            max_connections=at_once, max_keepalive_connections=at_once, keepalive_expiry=WARM_SECONDS
        )
        self._slots = asyncio.Semaphore(at_once)
        self._turns = Turns(BEGUN_AT_ONCE)
        self._transport = transport or _transport(proxy, context, limits)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def post(self, body: Json) -> HttpAnswer:
        """Return the answer, of which the end may be missing. Raises Temporary if none arrives."""
        async with self._slots:
            await self._turns.take()
            try:
                async with asyncio.timeout(LONGEST_WAIT):
                    request = self._requests.build("POST", self._url, body)
                    return await _read(await self._transport.handle_async_request(request))
            except TimeoutError as error:
                raise Temporary("media/result: TimeoutError") from error
            except _FAILURES as error:
                raise Temporary(f"media/result: {type(error.__cause__ or error).__name__}") from error


def _transport(
    proxy: Proxy | None, context: ssl.SSLContext, limits: httpx.Limits
) -> httpx.AsyncBaseTransport:
    if proxy is not None:
        return transport_through(proxy, context=context, limits=limits)
    return DirectTransport(context=context, limits=limits, timeout=TIMEOUT)


async def _read(response: httpx.Response) -> HttpAnswer:
    """Return as much of an answer as arrives, at most `LARGEST_ANSWER` bytes: an answer has a few hundred."""
    if response.is_stream_consumed:  # the transport gave the whole answer at once
        return HttpAnswer(response.status_code, response.content, response.headers.get("retry-after"))
    raw, broken = await read_raw(response, _FAILURES)
    body, whole = decompressed(raw, response.headers.get("content-encoding", ""), LARGEST_ANSWER)
    if not whole:
        broken = broken or "the answer is damaged"
    return HttpAnswer(response.status_code, body, response.headers.get("retry-after"), broken)
