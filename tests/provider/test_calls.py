"""Calls as they leave the client, byte for byte, their limits in virtual time, and what is counted about them."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import httpx
import pytest
from pydantic import SecretStr

from core.metrics import Metrics
from core.model import AspectRatio
from core.tracing import recording
from provider import client, result_calls
from provider.answers import Task
from provider.client import MediaClient
from provider.errors import BadInput, MediaError, OutcomeUnknown, RateLimited, Temporary
from tests.support.virtual_loop import virtual_time

ID = "6876a7a68cc456ab830ab9df"
KEY = "a-very-secret-key"
Call = Callable[[MediaClient], Awaitable[object]]


class _Transport(httpx.AsyncBaseTransport):
    """Keeps the requests and gives one answer to all, after some seconds."""

    def __init__(
        self, answer: object = None, status: int = 200, *, seconds: float = 0.0, **headers: str
    ) -> None:
        self.answer, self.status, self.headers = (
            answer,
            status,
            {k.replace("_", "-"): v for k, v in headers.items()},
        )
        self.seconds = seconds
        self.requests: list[httpx.Request] = []
        self.at_once = self.most = 0
        self.closed = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(self.seconds)
        self.at_once -= 1
        return httpx.Response(self.status, json=self.answer, headers=self.headers)

    async def aclose(self) -> None:
        self.closed += 1


def _client(transport: _Transport, *, metrics: Metrics | None = None, in_flight: int = 1) -> MediaClient:
    return MediaClient(
        url="https://media.example/v1/",
        key=SecretStr(KEY),
        model="seedream-3",
        metrics=metrics or Metrics(),
        in_flight=in_flight,
        transport=transport,
    )


TASK = {"code": 0, "id": ID, "status": "idle"}
REFUSED = {"code": 3, "message": "Validation error", "issues": [{"path": ["model"], "expected": "a-1|b-2"}]}
NO_PROMPT = {"code": 3, "issues": [{"path": ["prompt"], "message": "Required"}]}
CREATE, RESULT = "/v1/media/create", "/v1/media/result"
CALLS: dict[str, tuple[Call, object, str, str, object, object]] = {
    "create": (
        lambda api: api.create("лиса", AspectRatio.TALL),
        TASK,
        "POST",
        CREATE,
        {"model": "seedream-3", "prompt": "лиса", "ar": "9:16"},
        Task(ID),
    ),
    "create without a ratio": (
        lambda api: api.create("a fox", None),
        TASK,
        "POST",
        CREATE,
        {"model": "seedream-3", "prompt": "a fox"},
        Task(ID),
    ),
    "create from a picture": (
        lambda api: api.create("at night", AspectRatio.TALL, "https://bot.example/p"),
        TASK,
        "POST",
        CREATE,
        {"model": "seedream-3", "prompt": "at night", "images": ["https://bot.example/p"]},
        Task(ID),
    ),
    "result": (
        lambda api: api.result(ID),
        {"status": "done", "url": "https://s.example/p", "cost": 4.5},
        "POST",
        RESULT,
        {"task_id": ID},
        Task(ID, "https://s.example/p", 4.5),
    ),
    "balance": (lambda api: api.balance(), {"balance": "7,5"}, "GET", "/v1/balance", None, 7.5),
    "probe": (lambda api: api.probe(), REFUSED, "POST", CREATE, {}, None),
    "models": (lambda api: api.models(), REFUSED, "POST", CREATE, {}, ["a-1", "b-2"]),
    "try_picture": (
        lambda api: api.try_picture("data:x"),
        NO_PROMPT,
        "POST",
        CREATE,
        {"model": "seedream-3", "images": ["data:x"]},
        None,
    ),
}


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_is_sent_as_documented(name: str) -> None:
    call, answer, verb, path, body, outcome = CALLS[name]
    transport = _Transport(answer)
    async with _client(transport) as api:
        assert await call(api) == outcome
    (sent,) = transport.requests
    assert (sent.method, str(sent.url)) == (verb, f"https://media.example{path}")
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    assert sent.content == content
    expected = {
        "host": "media.example",
        "accept": "*/*",
        "user-agent": f"python-httpx/{httpx.__version__}",
        "accept-encoding": "gzip, deflate",
        "authorization": KEY,
    }
    if body is not None:
        expected |= {"content-type": "application/json", "content-length": str(len(content))}
    assert dict(sent.headers) == expected
    timeout = result_calls.TIMEOUT if name == "result" else client.TIMEOUT
    assert sent.extensions == {"timeout": timeout.as_dict()}


@pytest.mark.parametrize("answer", [{"code": 3, "message": "Validation error"}, {"code": 0}])
async def test_an_answer_that_lists_no_models_is_no_error(answer: object) -> None:
    async with _client(_Transport(answer)) as api:
        assert await api.models() == []


class _Recorder:
    def __init__(self) -> None:
        self.calls: list[tuple[str, str | None]] = []

    def now(self) -> float:
        return 1.0

    def record(self, name: str, _started_at: float, error: str | None) -> None:
        self.calls.append((name, error))


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_is_counted_and_recorded_by_its_name_and_outcome(name: str) -> None:
    call, answer, *_ = CALLS[name]
    metrics, recorder = Metrics(), _Recorder()
    with recording(recorder):
        async with _client(_Transport(answer), metrics=metrics) as api:
            await call(api)
        async with _client(_Transport({"code": 401}), metrics=metrics) as api:
            with pytest.raises(MediaError):
                await call(api)
    counted = name.split(maxsplit=1)[0] if name != "try_picture" else "create"
    assert recorder.calls == [(f"media {counted}", None), (f"media {counted}", "Unauthorised")]
    for outcome in ("ok", "Unauthorised"):
        labels = {"call": counted, "outcome": outcome}
        assert metrics.registry.get_sample_value("imagine_media_calls_total", labels) == 1


@pytest.mark.parametrize("name", CALLS)
async def test_each_call_is_told_how_long_to_wait(name: str) -> None:
    call = CALLS[name][0]
    async with _client(_Transport({"message": "slow down"}, 429, retry_after="7")) as api:
        with pytest.raises(RateLimited, match="slow down") as caught:
            await call(api)
    assert caught.value.retry_after == 7.0


@pytest.mark.parametrize(
    ("answer", "status", "outcome"),
    [
        ({"code": 3, "issues": [{"path": ["images", 0], "message": "Only links"}]}, 400, "Only links"),
        ({"code": 3, "message": "Invalid image url"}, 200, "Invalid image url"),
        (NO_PROMPT, 400, None),
        ({"message": "too large"}, 413, "HTTP 413: too large"),
        ({"message": "no"}, 415, "HTTP 415: no"),
        ({"code": 3, "message": "no"}, 400, BadInput),
        ({"message": "slow down"}, 429, RateLimited),
        ({"message": "down"}, 503, Temporary),
    ],
)
async def test_a_picture_is_tried_without_a_prompt(answer: object, status: int, outcome: object) -> None:
    async with _client(_Transport(answer, status)) as api:
        if not isinstance(outcome, type):
            assert await api.try_picture("data:x") == outcome
            return
        with pytest.raises(outcome):
            await api.try_picture("data:x")


@pytest.mark.parametrize(("in_flight", "at_once"), [(1, 20), (100, 20), (101, 30), (1_000, 200)])
@virtual_time
async def test_so_many_calls_are_made_at_once_as_tasks_are_in_flight(in_flight: int, at_once: int) -> None:
    asks: list[Call] = [lambda api: api.balance(), lambda api: api.result(ID)]
    for ask in asks:
        transport = _Transport({"balance": 1, "status": "idle"}, seconds=1.0)
        async with _client(transport, in_flight=in_flight) as api:
            await asyncio.gather(*(ask(api) for _ in range(at_once + 15)))
        assert transport.most == at_once


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda api: api.create("a fox", None), OutcomeUnknown),
        (lambda api: api.balance(), Temporary),
        (lambda api: api.result(ID), Temporary),
    ],
)
@virtual_time
async def test_a_call_without_an_answer_ends_after_a_minute(ask: Call, error: type[MediaError]) -> None:
    async with _client(_Transport(TASK, seconds=10_000.0)) as api:
        with pytest.raises(error, match="TimeoutError"):
            await ask(api)
    assert asyncio.get_running_loop().time() == 60.0


async def test_the_connections_are_closed_once() -> None:
    transport = _Transport(TASK)
    async with _client(transport):
        pass
    assert transport.closed == 3  # two pools of calls, and that of the polls
