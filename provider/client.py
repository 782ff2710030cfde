"""The only file that speaks HTTP to the provider: create, result, balance. Errors: provider.errors."""

import asyncio
import itertools
import math
import ssl
from collections.abc import Awaitable, Generator
from http import HTTPStatus
from types import TracebackType
from typing import Self, TypeVar

import httpx
from pydantic import SecretStr

from core.metrics import Metrics
from core.model import AspectRatio
from provider.answers import Json, Task, read_balance, read_json, read_task, status_error
from provider.errors import (
    DoneWithoutPicture,
    MediaError,
    NotSent,
    OutcomeUnknown,
    ProtocolError,
    Temporary,
)

T = TypeVar("T")

CALLS_AT_ONCE = 10
"""Calls let into one httpx pool together: the pool walks every waiting call and every connection for each that ends
(house.md), so many small pools cost less than a large one."""
IN_FLIGHT_A_LANE = 50
"""Tasks polled over one pool: at 5.4 calls in 8 s each, 10 places do for answers that take 0.3 s."""
FEWEST_LANES = 2
"""So that a pool full of slow answers does not hold up every create."""
TIMEOUT = httpx.Timeout(connect=10.0, read=30.0, write=10.0, pool=5.0)
LARGEST_ANSWER = 1024 * 1024
_BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_REFUSED_BY_A_GATE = frozenset(
    {HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
)
"""425, 429 and 503 say that the request was not taken up; 408 and other 5xx do not."""


class MediaClient:
    """The provider's API with one account's key. Open it with `async with`, once for the life of the process."""

    def __init__(
        self,
        url: str,
        key: SecretStr,
        model: str,
        metrics: Metrics,
        *,
        in_flight: int = IN_FLIGHT_A_LANE,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._model = model
        self._metrics = metrics
        lanes = max(FEWEST_LANES, math.ceil(in_flight / IN_FLIGHT_A_LANE))
        context = ssl.create_default_context()
        self._lanes = [_lane(key, context, transport) for _ in range(lanes)]
        self._turn = itertools.cycle(self._lanes)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client, _places in self._lanes:
            await client.aclose()

    async def create(self, prompt: str, ratio: AspectRatio | None, image: str | None = None) -> Task:
        """Start a task: paid. Nothing here repeats it. `image` is the address of a picture to edit; it has no ratio.

        Raises Refused, NotAccepted, OutcomeUnknown, or TaskFailed and DoneWithoutPicture for one that ended at once.
        """
        body: dict[str, object] = {"model": self._model, "prompt": prompt}
        if image is not None:
            body["images"] = [image]
        elif ratio is not None:
            body["ar"] = ratio.value
        return await self._counted("create", self._create(body))

    async def result(self, task_id: str) -> Task:
        """Ask about a task. Raises Refused, NotAccepted, TaskFailed or ProtocolError; repeating is harmless."""
        return await self._counted("result", self._result(task_id))

    async def balance(self) -> float:
        """Return the account's balance in roubles. Raises Refused, NotAccepted or ProtocolError."""
        return await self._counted("balance", self._balance())

    async def _create(self, body: Json) -> Task:
        status, raw, retry_after = await self._call("POST", "media/create", body)
        if status != HTTPStatus.OK:
            error = status_error(status, raw, retry_after)
            if isinstance(error, Temporary) and status >= 400 and status not in _REFUSED_BY_A_GATE:
                raise OutcomeUnknown(str(error))
            raise error
        try:
            return read_task(read_json(status, raw))
        except ProtocolError as error:
            if isinstance(error, DoneWithoutPicture):
                raise
            raise OutcomeUnknown(str(error)) from error

    async def _result(self, task_id: str) -> Task:
        return read_task(await self._ask("POST", "media/result", {"task_id": task_id}))

    async def _balance(self) -> float:
        return read_balance(await self._ask("GET", "balance", None))

    async def _ask(self, verb: str, path: str, body: Json | None) -> Json:
        try:
            status, raw, retry_after = await self._call(verb, path, body)
        except OutcomeUnknown as error:
            raise Temporary(str(error)) from error
        if status != HTTPStatus.OK:
            raise status_error(status, raw, retry_after)
        return read_json(status, raw)

    async def _call(self, verb: str, path: str, body: Json | None) -> tuple[int, bytes, str | None]:
        """Return status, body and `Retry-After`. Raises NotSent, or OutcomeUnknown once anything was sent."""
        client, places = next(self._turn)
        async with places:
            try:
                request = client.build_request(verb, f"{self._url}/{path}", json=body)
                response = await client.send(request, stream=True)
                try:
                    raw = await _read(response)
                finally:
                    await response.aclose()
            except _BEFORE_SENDING as error:
                raise NotSent(f"{path}: {type(error).__name__}") from error
            except (httpx.HTTPError, httpx.StreamError) as error:
                raise OutcomeUnknown(f"{path}: {type(error).__name__}") from error
        return response.status_code, raw, response.headers.get("retry-after")

    async def _counted(self, call: str, answer: Awaitable[T]) -> T:
        try:
            value = await answer
        except MediaError as error:
            self._metrics.calls.labels(call, type(error).__name__).inc()
            raise
        self._metrics.calls.labels(call, "ok").inc()
        return value


class _BareKey(httpx.Auth):
    """Puts the key into each request as it leaves (no `Bearer`, media-api.md), so no object that is shown holds it."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._key.get_secret_value()
        yield request


def _lane(
    key: SecretStr, context: ssl.SSLContext, transport: httpx.AsyncBaseTransport | None
) -> tuple[httpx.AsyncClient, asyncio.Semaphore]:
    client = httpx.AsyncClient(
        auth=_BareKey(key),
        timeout=TIMEOUT,
        limits=httpx.Limits(max_connections=CALLS_AT_ONCE, max_keepalive_connections=CALLS_AT_ONCE),
        verify=context,
        transport=transport,
    )
    return client, asyncio.Semaphore(CALLS_AT_ONCE)


async def _read(response: httpx.Response) -> bytes:
    """Return the body, bounded: an answer of the API's is a few hundred bytes."""
    raw = bytearray()
    async for chunk in response.aiter_bytes():
        raw += chunk
        if len(raw) > LARGEST_ANSWER:
            raise httpx.ReadError("the answer is too long")
    return bytes(raw)
