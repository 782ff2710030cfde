"""The media API over HTTP: create, result and balance (docs/media-api.md). Errors: provider.errors."""

import asyncio
import functools
import itertools
import math
import ssl
from collections.abc import Awaitable
from http import HTTPStatus
from types import TracebackType
from typing import Self, TypeVar

import httpx
from pydantic import SecretStr

from core.metrics import Metrics
from core.model import AspectRatio
from core.proxies import Proxy, ProxyRules
from core.tls import tls_context
from core.tracing import traced
from core.turns import Turns
from provider.answers import Task, check_probe, read_balance, read_created, read_result
from provider.connections import recording_transport
from provider.errors import BadInput, MediaError, NotSent, OutcomeUnknown, ProtocolError, Temporary
from provider.fields import Json, read_json
from provider.http_answer import (
    LARGEST_ANSWER,
    HttpAnswer,
    decompressed,
    read_raw,
)
from provider.image_refusals import asks_for_prompt, picture_refusal
from provider.keyed_requests import KeyedRequests
from provider.model_list import read_models
from provider.received_bytes import ReceivedBytes, received_bytes
from provider.refusals import is_success, refusal, status_error
from provider.result_calls import ResultCalls

T = TypeVar("T")

CALLS_AT_ONCE = 10
"""Calls at once in one httpx pool. A pool walks all waiting calls and connections whenever a call ends
(encode/httpx#3215), so several small pools cost less than a large one."""
TASKS_PER_CLIENT = 50
"""Tasks for each pool and each ten connections of polls: with 5.4 polls in 8 s, answers may take 0.3 s."""
FEWEST_CLIENTS = 2
"""A pool full of slow answers must not delay every create."""
TIMEOUT = httpx.Timeout(connect=10.0, read=30.0, write=10.0, pool=5.0)
LONGEST_WAIT = 60.0
"""Longest time in seconds until the headers of an answer, and then until its end, however slowly the bytes arrive."""
BEGUN_AT_ONCE = 4
"""Calls that begin in one pass of the event loop, in which each takes about a millisecond."""
_BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class MediaClient:
    """The media API with one account's key. Open it with `async with`, once per process."""

    def __init__(
        self,
        *,
        url: str,
        key: SecretStr,
        model: str,
        metrics: Metrics,
        in_flight: int = TASKS_PER_CLIENT,
        proxies: ProxyRules | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._model = model
        self._metrics = metrics
        count = max(FEWEST_CLIENTS, math.ceil(in_flight / TASKS_PER_CLIENT))
        context = tls_context()
        proxy = (proxies or ProxyRules()).for_url(url)
        self._requests = KeyedRequests(key, TIMEOUT)
        self._pools = [_pool(context, proxy, transport) for _ in range(count)]
        self._next_pool = itertools.cycle(self._pools)
        self._turns = Turns(BEGUN_AT_ONCE)
        self._result_calls = ResultCalls(
            url=f"{self._url}/media/result",
            key=key,
            context=context,
            proxy=proxy,
            at_once=count * CALLS_AT_ONCE,
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pool, _slots in self._pools:
            await pool.aclose()
        await self._result_calls.aclose()

    async def create(self, prompt: str, ratio: AspectRatio | None, image: str | None = None) -> Task:
        """Start a paid task and return it. This method never repeats the call.

        `image` is the address of the source picture; an edit ignores `ratio`. Raises RequestRefused, NotAccepted or
        OutcomeUnknown, and TaskFailed or DoneWithoutPicture for a task that ended at once.
        """
        body: dict[str, object] = {"model": self._model, "prompt": prompt}
        if image is not None:
            body["images"] = [image]
        elif ratio is not None:
            body["ar"] = ratio.value
        return await self._counted("create", self._create(body))

    async def result(self, task_id: str) -> Task:
        """Return the current task; safe to repeat. Raises RequestRefused, NotAccepted, TaskFailed or ProtocolError."""
        return await self._counted("result", self._result(task_id))

    async def balance(self) -> float:
        """Return the account's balance in roubles. Raises RequestRefused, NotAccepted or ProtocolError."""
        return await self._counted("balance", self._balance())

    async def probe(self) -> None:
        """Make a create without any parameter, which is free, and return if the provider's validation refused it.

        So the provider processes creates. Raises Unauthorised, OutOfMoney, NotAccepted or ProtocolError.
        """
        await self._counted("probe", self._probe())

    async def models(self) -> list[str]:
        """Return the names of the models that the key may use, or an empty list if the answer names none.

        This is a create without any parameter, which the provider refuses free of charge (docs/media-api.md). Raises
        RequestRefused for the key or the balance, NotAccepted or ProtocolError.
        """
        return await self._counted("models", self._models())

    async def try_picture(self, image: str) -> str | None:
        """Return the provider's objection to the address of a picture, or None if it has none. Nothing is paid.

        Sends a create without a prompt, which validation refuses; the refusal says whether the picture is a cause, too.
        Raises RequestRefused or NotAccepted, and ProtocolError if the answer does not tell.
        """
        return await self._counted("create", self._try_picture({"model": self._model, "images": [image]}))

    async def _try_picture(self, body: Json) -> str | None:
        found = await self._call_again("POST", "media/create", body)
        status = found.status
        refused = None if is_success(status) else status_error(status, found.body, found.retry_after)
        if refused is not None and not isinstance(refused, BadInput):
            raise refused
        if status in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE):
            return str(refused)
        answer = read_json(status, found.body)
        objection = picture_refusal(answer)
        if objection is None and not asks_for_prompt(answer):
            raise refusal(answer)
        return objection

    async def _create(self, body: Json) -> Task:
        return read_created(await self._call("POST", "media/create", body))

    async def _result(self, task_id: str) -> Task:
        found = await self._result_calls.post({"task_id": task_id})
        return read_result(_fields(_readable(found, "media/result")), task_id)

    async def _balance(self) -> float:
        return read_balance(await self._ask("GET", "balance", None))

    async def _probe(self) -> None:
        check_probe(await self._call_again("POST", "media/create", {}))

    async def _models(self) -> list[str]:
        answer = await self._ask("POST", "media/create", {})
        models = read_models(answer)
        error = refusal(answer)
        if not models and not isinstance(error, BadInput | ProtocolError):
            raise error
        return models

    async def _ask(self, verb: str, path: str, body: Json | None) -> Json:
        """Return the fields of an answer to a call that is safe to repeat."""
        return _fields(await self._call_again(verb, path, body))

    async def _call_again(self, verb: str, path: str, body: Json | None) -> HttpAnswer:
        """Return the answer to a call that is safe to repeat. Raises Temporary if it did not arrive."""
        try:
            return _readable(await self._call(verb, path, body), path)
        except OutcomeUnknown as error:
            raise Temporary(str(error)) from error

    async def _call(self, verb: str, path: str, body: Json | None) -> HttpAnswer:
        """Return the answer, of which the end may be missing.

        Raises NotSent, or OutcomeUnknown if the call was sent and no answer arrived.
        """
        pool, slots = next(self._next_pool)
        async with slots:
            await self._turns.take()
            with received_bytes() as received:
                request = self._requests.build(verb, _parsed_url(f"{self._url}/{path}"), body)
                try:
                    async with asyncio.timeout(LONGEST_WAIT):
                        response = await pool.handle_async_request(request)
                except _BEFORE_SENDING as error:
                    raise NotSent(f"{path}: {type(error).__name__}: {error}".rstrip(": ")) from error
                except (httpx.HTTPError, httpx.StreamError, TimeoutError) as error:
                    name = type(error).__name__
                    if not received.payload():
                        raise OutcomeUnknown(f"{path}: {name}") from error
                    return HttpAnswer(received.status(), b"", broken=name, arrived=received.unchunked())
                return await _read(response, received)

    async def _counted(self, call: str, answer: Awaitable[T]) -> T:
        try:
            value = await traced(f"media {call}", answer)
        except MediaError as error:
            self._metrics.calls.labels(call, type(error).__name__).inc()
            raise
        self._metrics.calls.labels(call, "ok").inc()
        return value


@functools.cache
def _parsed_url(url: str) -> httpx.URL:
    """Return one of the few addresses of the API, parsed once."""
    return httpx.URL(url)


def _pool(
    context: ssl.SSLContext, proxy: Proxy | None, transport: httpx.AsyncBaseTransport | None
) -> tuple[httpx.AsyncBaseTransport, asyncio.Semaphore]:
    limits = httpx.Limits(max_connections=CALLS_AT_ONCE, max_keepalive_connections=CALLS_AT_ONCE)
    pool = transport or recording_transport(proxy, context=context, limits=limits)
    return pool, asyncio.Semaphore(CALLS_AT_ONCE)


def _fields(found: HttpAnswer) -> Json:
    """Return the fields of a successful answer. Raises RequestRefused, NotAccepted or ProtocolError for another one."""
    if not is_success(found.status):
        raise status_error(found.status, found.body, found.retry_after)
    return read_json(found.status, found.body)


def _readable(found: HttpAnswer, path: str) -> HttpAnswer:
    """Return an answer that is safe to ask for again. Raises Temporary if a part of it is missing."""
    if found.broken is not None:
        try:
            read_json(found.status, found.body)
        except ProtocolError:
            raise Temporary(f"{path}: {found.broken}") from None
    return found


async def _read(response: httpx.Response, received: ReceivedBytes) -> HttpAnswer:
    """Return as much of an answer as arrives, at most `LARGEST_ANSWER` bytes: an answer has a few hundred.

    The beginning of the answer to a paid call may name its task.
    """
    if response.is_stream_consumed:  # the transport gave the whole answer at once
        return HttpAnswer(response.status_code, response.content, response.headers.get("retry-after"))
    failures = (httpx.HTTPError, httpx.StreamError, TimeoutError)
    raw, broken = await read_raw(response, failures, LONGEST_WAIT)
    encoding = response.headers.get("content-encoding", "")
    body, whole = decompressed(raw, encoding, LARGEST_ANSWER)
    if not whole:
        broken = broken or "the answer is damaged"
    arrived = received.unchunked() if "transfer-encoding" in response.headers else received.payload()
    if len(arrived) > len(raw) and "transfer-encoding" not in response.headers:
        broken = broken or "the answer is longer than its headers say"
        # The rest must not be read as the answer to the next call on this connection.
        await response.extensions["network_stream"].aclose()
    if broken is not None:
        arrived, _ = decompressed(arrived, encoding, LARGEST_ANSWER)
    return HttpAnswer(
        response.status_code, body, response.headers.get("retry-after"), broken, arrived if broken else b""
    )
