"""A paid picture waits for Telegram, in virtual time: for hours, over restarts, and with few duplicates."""

import asyncio
import itertools

import pytest

from chat.api_calls import UNSURE_SECONDS
from core.model import Failure, Request, State
from generation.send_retries import SEND_SECONDS
from storage.quotas import Quotas
from tests.support.engine_harness import EngineHarness, requests_until_closed
from tests.support.factories import AMPLE, generation_request
from tests.support.fake_apis import PhotoOutcome
from tests.support.virtual_loop import LoopClock, virtual_time

MINUTE, HOUR = 60.0, 3600.0


async def _deliver(harness: EngineHarness) -> Request:
    app = await harness.start()
    await app.engine.submit(generation_request(1), AMPLE)
    (request,) = await requests_until_closed(app, 1)
    assert await Quotas(app.database).used(request.user_id, request.quota_day) == (
        request.state is State.DELIVERED
    )
    await app.stop()
    return request


def _pauses(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(times)]


@pytest.mark.parametrize("seconds", [15.0, 3 * MINUTE, 20 * MINUTE])
@pytest.mark.parametrize("outcome", ["unreadable", "lost before", "down", "too fast"])
@virtual_time
async def test_a_picture_is_delivered_after_an_outage_of_any_length(
    database_url: str, outcome: PhotoOutcome, seconds: float
) -> None:
    harness = EngineHarness(database_url)
    harness.telegram.outage, harness.telegram.outage_until = outcome, seconds
    request = await _deliver(harness)
    assert request.state is State.DELIVERED
    assert harness.telegram.photos.total() == 1
    late = harness.telegram.photo_calls[-1] - seconds
    assert late <= max(UNSURE_SECONDS, min(600.0, seconds / 4)) + 2.0
    assert harness.provider.paid.total() == 1


@pytest.mark.parametrize("outcome", ["unreadable", "lost before", "lost after"])
@virtual_time
async def test_a_picture_that_may_be_delivered_is_repeated_at_once_and_then_at_most_once_a_minute(
    database_url: str, outcome: PhotoOutcome
) -> None:
    harness = EngineHarness(database_url)
    harness.telegram.outage, harness.telegram.outage_until = outcome, 30 * MINUTE
    assert (await _deliver(harness)).state is State.DELIVERED
    first, *pauses = _pauses(harness.telegram.photo_calls)
    assert first < 5.0
    assert all(pause >= UNSURE_SECONDS for pause in pauses)
    assert len(pauses) < 20  # the pauses grow
    assert harness.provider.paid.total() == 1


@pytest.mark.parametrize("outcome", ["unreadable", "down"])
@virtual_time
async def test_after_a_day_the_user_is_informed_and_the_picture_does_not_count(
    database_url: str, outcome: PhotoOutcome
) -> None:
    harness = EngineHarness(database_url)
    harness.telegram.outage, harness.telegram.outage_until = outcome, 30 * HOUR
    app = await harness.start()
    await app.engine.submit(generation_request(1), AMPLE)
    await asyncio.sleep(10.0)
    # The picture was ready almost a day ago, and only the ledger knows that.
    ready_at = LoopClock().now() - SEND_SECONDS + 5 * MINUTE
    assert await app.requests.move(1, State.DELIVERING, State.DELIVERING, ready_at=ready_at)
    await app.stop()
    app = await harness.start()
    (request,) = await requests_until_closed(app, 1)
    assert await Quotas(app.database).used(request.user_id, request.quota_day) == 0
    await app.stop()
    assert (request.state, request.failure) == (State.FAILED, Failure.NOT_SENT)
    waited = request.require_finished_at() - request.require_ready_at()
    assert SEND_SECONDS < waited < SEND_SECONDS + 11 * MINUTE
    assert any("for a whole day" in text for text in harness.telegram.texts.values())


@virtual_time
async def test_a_restart_neither_ends_nor_hurries_the_wait(database_url: str) -> None:
    harness = EngineHarness(database_url)
    harness.telegram.outage, harness.telegram.outage_until = "unreadable", 20 * MINUTE
    app = await harness.start()
    await app.engine.submit(generation_request(1), AMPLE)
    for _ in range(3):
        await asyncio.sleep(7 * MINUTE)
        before = len(harness.telegram.photo_calls)
        await app.stop()
        app = await harness.start()
        await asyncio.sleep(50.0)
        assert len(harness.telegram.photo_calls) <= before + 1  # the send of the start
    (request,) = await requests_until_closed(app, 1)
    assert request.state is State.DELIVERED
    assert harness.telegram.photos.total() == harness.provider.paid.total() == 1
    await app.stop()


@virtual_time
async def test_a_store_that_fails_while_a_picture_waits_for_telegram_does_not_lose_it(
    database_url: str,
) -> None:
    harness = EngineHarness(database_url)
    harness.telegram.outage, harness.telegram.outage_until = "down", 45 * MINUTE
    app = await harness.start()
    await app.engine.submit(generation_request(1), AMPLE)
    await asyncio.sleep(40 * MINUTE)  # longer than an outage of the store may last
    harness.provider.store_down_until = asyncio.get_running_loop().time() + 10 * MINUTE
    (request,) = await requests_until_closed(app, 1)
    assert request.state is State.DELIVERED
    await app.stop()
