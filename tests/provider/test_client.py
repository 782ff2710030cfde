"""The media client over real HTTP against the stand-in, with one fault at a time."""

import asyncio
import gc
import json
import logging
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from pydantic import SecretStr

from core.metrics import Metrics
from core.model import AspectRatio
from playground import faults
from playground.faults import Fault
from playground.media import MODELS, Media
from playground.serve import served
from provider.client import CALLS_AT_ONCE, FEWEST_CLIENTS, MediaClient
from provider.errors import (
    BadInput,
    MediaError,
    Moderated,
    NotSent,
    OutcomeUnknown,
    OutOfMoney,
    ProtocolError,
    RateLimited,
    TaskFailed,
    Temporary,
    Unauthorised,
)
from tests.support.answer_variants import TASK_ID, VARIANTS

KEY = "a-very-secret-key"
CASES = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parents[1] / "cases").glob("provider-*.json"))
}
"""Answers of the provider as operators reported them."""


@pytest.fixture
async def media() -> AsyncIterator[Media]:
    stand_in = Media(KEY, duration=lambda: 0.0, pixels=10_000)
    async with served(stand_in.app()) as url:
        stand_in.url = url
        yield stand_in


@pytest.fixture
async def api(media: Media) -> AsyncIterator[MediaClient]:
    async with MediaClient(
        url=f"{media.url}/v1", key=SecretStr(KEY), model="seedream-3", metrics=Metrics()
    ) as opened:
        yield opened


async def test_a_task_is_created_and_its_picture_found(media: Media, api: MediaClient) -> None:
    created = await api.create("лиса на снегу", AspectRatio.TALL)
    assert created.id is not None
    assert len(created.id) == 24
    found = await api.result(created.id)
    assert found.url == f"{media.url}/pictures/{created.id}.webp"
    assert media.tasks[created.id].ratio == "9:16"
    assert await api.balance() == pytest.approx(999_995.5)


async def test_a_create_may_answer_with_a_finished_task(api: MediaClient) -> None:
    assert (await api.create("quick", None)).url is not None


@pytest.mark.parametrize("seconds", [0.0, 60.0])
@pytest.mark.parametrize("name", VARIANTS)
async def test_a_task_is_a_task_in_each_form_of_the_answer(
    media: Media, api: MediaClient, name: str, seconds: float
) -> None:
    media.variant, media.duration, media.new_id = VARIANTS[name], lambda: seconds, lambda: TASK_ID
    created = await api.create("a fox", None)
    url = None if seconds else f"{media.url}/pictures/{TASK_ID}.webp"
    assert (created.id, created.url) == (TASK_ID, url)
    assert (await api.result(TASK_ID)).url == url


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_the_task_of_a_reported_answer_is_found(
    media: Media, api: MediaClient, case: dict[str, Any]
) -> None:
    result = case.get("result", case["create"])
    for status in {case["http_status"], case.get("also", case["http_status"])}:
        media.faults.add(Fault("create", answer=faults.json(case["create"], status)))
        media.faults.add(Fault("result", answer=faults.json(result, status)))
        created = await api.create("a cat", AspectRatio.SQUARE)
        assert created.id == str(case["create"]["id"])
        assert (await api.result(created.id)).url == result["url"]


async def test_an_empty_create_lists_the_models_and_starts_no_task(media: Media, api: MediaClient) -> None:
    assert await api.models() == list(MODELS)
    assert not media.tasks


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (faults.json({"message": "Invalid token, x"}, 401), Unauthorised),
        (faults.json({"message": "Invalid token, x"}), Unauthorised),
        (faults.status(502, "<html>"), Temporary),
        (faults.status(200, "<html>"), ProtocolError),
    ],
)
async def test_an_empty_create_that_fails_raises_the_matching_error(
    media: Media, api: MediaClient, answer: Callable[[], web.StreamResponse], error: type[MediaError]
) -> None:
    media.faults.add(Fault("create", answer=answer))
    with pytest.raises(error):
        await api.models()


async def test_a_probe_is_free_and_answered_by_validation(media: Media, api: MediaClient) -> None:
    await api.probe()
    assert (media.empty_creates, len(media.tasks), media.balance) == (1, 0, 1_000_000.0)


@pytest.mark.parametrize(
    "answer",
    [
        faults.json({"code": 3, "message": "Validation error", "issues": [{"path": ["prompt"]}]}, 400),
        faults.json({"code": 3, "message": "Validation error"}, 422),
        faults.json({"message": "prompt is required"}, 400),
        faults.json({"error": {"code": 400, "message": "model is required"}}),
    ],
)
async def test_a_probe_is_answered_by_each_form_of_validation(
    media: Media, api: MediaClient, answer: Callable[[], web.StreamResponse]
) -> None:
    media.faults.add(Fault("create", answer=answer))
    await api.probe()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (faults.status(502, "<html>"), Temporary),
        (faults.status(503), Temporary),
        (faults.status(429, retry_after="3"), RateLimited),
        (faults.json({"message": "Invalid token, x"}, 401), Unauthorised),
        (faults.json({"message": "no money"}, 402), OutOfMoney),
        (faults.status(400, "<html>Bad Request</html>"), Temporary),
        (faults.status(413, "<html>Too large</html>"), Temporary),
        (faults.status(403, "<html>Access denied</html>"), Temporary),
        (faults.status(200, "<html>Maintenance</html>"), Temporary),
        (faults.status(204), Temporary),
        (faults.status(401, "<html>Log in</html>"), Temporary),
        (faults.status(402), Temporary),
        (faults.json({"error": "Bad Request"}, 400), ProtocolError),
        (faults.json({"message": "no Route matched with those values"}, 404), ProtocolError),
        (faults.json({"code": 0, "status": "ok"}), ProtocolError),
        (faults.json({"code": 504, "message": "no"}), ProtocolError),
    ],
)
async def test_a_probe_that_validation_does_not_answer_raises_the_matching_error(
    media: Media, api: MediaClient, answer: Callable[[], web.StreamResponse], error: type[MediaError]
) -> None:
    media.faults.add(Fault("create", answer=answer))
    with pytest.raises(error):
        await api.probe()


async def test_a_create_without_a_ratio_sends_none(media: Media, api: MediaClient) -> None:
    created = await api.create("a fox", None)
    assert [task.shown for task in media.tasks.values()] == ["a fox"]
    assert created.id in media.tasks


UNKNOWN: list[Callable[[], web.StreamResponse]] = [
    faults.status(408),
    faults.status(500, "Internal Server Error"),
    faults.json({"message": "Internal server error"}, 500),
    faults.status(502, "<html>Bad gateway</html>"),
    faults.status(504),
    faults.status(200, "<html>hello</html>"),
    faults.status(200, '{"code":0,"id":"6876a7a6'),
    faults.json({"code": 0, "status": "idle"}),
    faults.json(["a list"]),
    faults.status(204),
    faults.status(302, location="https://elsewhere.example/"),
    faults.status(303, location="https://elsewhere.example/"),
    faults.status(403, "<html>Access denied</html>"),
    faults.status(404, "<html>Not found</html>"),
    faults.json({}, 400),
    faults.json({"message": "Internal server error"}),
    faults.json({"error": "Internal server error"}),
    faults.json({"code": 5, "message": "Internal server error"}),
    faults.status(301, location="https://elsewhere.example/"),
    faults.status(308, location="https://elsewhere.example/"),
    faults.status(401, "<html>Log in to the proxy</html>"),
    faults.status(402),
    faults.status(425),
    faults.status(429),
    faults.status(429, "<html>error code: 1015</html>", retry_after="3"),
    faults.status(503, "<html>Service Temporarily Unavailable</html>"),
]
NOT_ACCEPTED: list[tuple[Callable[[], web.StreamResponse], type[MediaError]]] = [
    (faults.json({"message": "too early"}, 425), Temporary),
    (faults.json({"message": "slow down"}, 429, retry_after="3"), RateLimited),
    (faults.json({"message": "Service unavailable"}, 503), Temporary),
    (faults.json({"code": 5, "message": "The model is overloaded"}), Temporary),
]


@pytest.mark.parametrize("answer", UNKNOWN)
async def test_a_create_that_may_have_been_accepted_is_unknown(
    media: Media, api: MediaClient, answer: Callable[[], web.StreamResponse]
) -> None:
    media.faults.add(Fault("create", answer=answer, after=True))
    with pytest.raises(OutcomeUnknown):
        await api.create("a fox", None)
    assert len(media.tasks) == 1  # it was accepted


@pytest.mark.parametrize(("answer", "error"), NOT_ACCEPTED)
async def test_a_create_that_was_not_accepted_raises_the_matching_error(
    media: Media, api: MediaClient, answer: Callable[[], web.StreamResponse], error: type[MediaError]
) -> None:
    media.faults.add(Fault("create", answer=answer))
    with pytest.raises(error):
        await api.create("a fox", None)


@pytest.mark.parametrize("after", [False, True])
async def test_a_create_whose_connection_breaks_is_unknown_before_and_after(
    media: Media, api: MediaClient, after: bool
) -> None:
    media.faults.add(Fault("create", drop=True, after=after))
    with pytest.raises(OutcomeUnknown):
        await api.create("a fox", None)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (faults.json({"code": 3, "message": "Validation error", "issues": []}), BadInput),
        (faults.json({"message": "Invalid token, x"}, 401), Unauthorised),
        (faults.json({"message": "Invalid token, x"}, 403), Unauthorised),
        (faults.json({"error": {"message": "x", "type": "insufficient_balance_error"}}), OutOfMoney),
        (faults.json({"message": "no money"}, 402), OutOfMoney),
        (faults.json({"code": 8, "message": "content policy"}), Moderated),
    ],
)
async def test_a_refused_create_raises_the_matching_error(
    media: Media, api: MediaClient, answer: Callable[[], web.StreamResponse], error: type[MediaError]
) -> None:
    media.faults.add(Fault("create", answer=answer))
    with pytest.raises(error):
        await api.create("a fox", None)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (faults.status(408), Temporary),
        (faults.status(429, retry_after="3"), RateLimited),
        (faults.status(500), Temporary),
        (faults.status(502, "<html>"), Temporary),
        (faults.status(200, "<html>"), ProtocolError),
        (faults.status(200, '{"code":0,"i'), ProtocolError),
        (faults.json({"code": 0, "id": "x", "status": "done", "url": None}), ProtocolError),
        (faults.json({"code": 0, "id": "x", "status": "error"}), TaskFailed),
        (faults.json({"code": 0, "id": "x", "status": "failed", "message": "NSFW"}), Moderated),
        (faults.json({"code": 3, "message": "Task not found"}), BadInput),
    ],
)
async def test_a_result_without_a_picture_raises_the_matching_error(
    media: Media, api: MediaClient, answer: Callable[[], web.StreamResponse], error: type[MediaError]
) -> None:
    created = await api.create("a fox", None)
    assert created.id is not None
    media.faults.add(Fault("result", answer=answer))
    with pytest.raises(error):
        await api.result(created.id)
    assert (await api.result(created.id)).url


async def test_a_result_whose_connection_breaks_is_temporary(media: Media, api: MediaClient) -> None:
    created = await api.create("a fox", None)
    assert created.id is not None
    media.faults.add(Fault("result", drop=True))
    with pytest.raises(Temporary):
        await api.result(created.id)


async def test_a_refused_connection_means_not_sent() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
        async with MediaClient(url=url, key=SecretStr(KEY), model="seedream-3", metrics=Metrics()) as api:
            with pytest.raises(NotSent):
                await api.create("a fox", None)


async def test_an_unknown_host_name_means_not_sent() -> None:
    async with MediaClient(
        url="http://nowhere.invalid/v1", key=SecretStr(KEY), model="seedream-3", metrics=Metrics()
    ) as api:
        with pytest.raises(NotSent):
            await api.create("a fox", None)


async def test_a_too_large_answer_is_cut_off(media: Media, api: MediaClient) -> None:
    media.faults.add(Fault("create", answer=faults.status(200, "x" * 2_000_000)))
    with pytest.raises(OutcomeUnknown):
        await api.create("a fox", None)


class _CountingFaults(faults.Faults):
    """Holds all calls until `expected` are there, and each for 50 ms more.

    `most` is the largest number of calls at the same time.
    """

    def __init__(self, expected: int) -> None:
        super().__init__([Fault("balance", times=None, delay=0.05)])
        self.expected = expected
        self.at_once = self.most = 0
        self.all_there = asyncio.Event()

    async def around(
        self, call: str, request: web.Request, handler: faults.CallHandler, about: str = ""
    ) -> web.StreamResponse:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        if self.at_once == self.expected:
            self.all_there.set()
        await self.all_there.wait()
        try:
            return await super().around(call, request, handler, about)
        finally:
            self.at_once -= 1


async def test_calls_wait_for_a_slot_and_not_in_the_pool(
    media: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pool whose calls wait in it takes much CPU, and gives them up after its timeout."""
    monkeypatch.setattr("provider.client.TIMEOUT", httpx.Timeout(60, pool=0.02))
    media.faults = counting = _CountingFaults(CALLS_AT_ONCE * FEWEST_CLIENTS)
    async with MediaClient(
        url=f"{media.url}/v1", key=SecretStr(KEY), model="seedream-3", metrics=Metrics()
    ) as api:
        await asyncio.gather(*(api.balance() for _ in range(60)))
    assert counting.most == counting.expected


async def test_the_key_is_in_no_error_log_or_repr(
    media: Media, api: MediaClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    media.faults.add(Fault("create", drop=True))
    with pytest.raises(OutcomeUnknown) as caught:
        await api.create("a fox", None)
    shown = [caplog.text, repr(api), repr(vars(api)), str(caught.value)]
    error: BaseException | None = caught.value
    while error is not None:
        shown += [repr(error), str(error), repr(vars(error))]
        request = getattr(error, "_request", None)
        shown.append(repr(request and request.headers))
        error = error.__cause__ or error.__context__
    assert KEY not in "".join(shown)
    gc.collect()


async def test_a_create_that_is_not_answered_in_time_is_unknown(
    media: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provider.client.TIMEOUT", httpx.Timeout(60, read=0.2))
    media.faults.add(Fault("create", delay=60.0))
    async with MediaClient(
        url=f"{media.url}/v1", key=SecretStr(KEY), model="seedream-3", metrics=Metrics()
    ) as api:
        with pytest.raises(OutcomeUnknown, match="ReadTimeout"):
            await api.create("a fox", None)
