"""Rare ends of a request, in virtual time: an expired link, a store that stays away, a paused service, a full disk."""

import asyncio
import json
import shutil
from collections import Counter
from pathlib import Path

import httpx
import pytest

from core.model import Failure, Request, State
from generation.delivery import FETCH_SECONDS
from storage.database_errors import StorageUnavailable
from tests.support import fake_apis
from tests.support.engine_harness import EngineHarness, requests_until_closed
from tests.support.factories import AMPLE, generation_request
from tests.support.fake_apis import FakeProvider
from tests.support.ledger import file_url
from tests.support.virtual_loop import virtual_time

MINUTE = 60.0


class _ExpiringLinks(FakeProvider):
    """The media API whose first `expired` links are answered with 403. `fetched` counts the downloads by path."""

    def __init__(self, harness: EngineHarness, expired: int) -> None:
        super().__init__(harness.provider.kill_switch)
        self._expired = expired
        self.fetched: Counter[str] = Counter()
        self.answers = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith(".webp"):
            self.fetched[path] += 1
            if int(path.split("/")[1]) <= self._expired:
                return httpx.Response(403)
        return await super().handle_async_request(request)

    def _answer(self, task: str) -> dict[str, object]:
        answer = super()._answer(task)
        if answer["url"]:
            self.answers += 1
            answer["url"] = f"http://media.test/{self.answers}/{task}.webp"
        return answer


class _RefusedCreates(FakeProvider):
    """The media API that refuses each call with a status."""

    def __init__(self, harness: EngineHarness, status: int, message: str) -> None:
        super().__init__(harness.provider.kill_switch)
        self._status, self._body = status, json.dumps({"message": message}).encode()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.05)
        return httpx.Response(self._status, content=self._body, request=request)


@pytest.fixture
def ledger(migrated_file: Path, tmp_path: Path) -> str:
    return file_url(shutil.copy(migrated_file, tmp_path))


async def _closed_request(harness: EngineHarness) -> Request:
    """Submit a request, and return it as it is closed."""
    app = await harness.start()
    await app.engine.submit(generation_request(1), AMPLE)
    (request,) = await requests_until_closed(app, 1)
    await app.stop()
    return request


@virtual_time
async def test_an_expired_link_is_renewed_after_two_tries_and_the_new_one_is_stored(ledger: str) -> None:
    harness = EngineHarness(ledger)
    harness.provider = provider = _ExpiringLinks(harness, expired=1)
    request = await _closed_request(harness)
    assert (request.state, request.picture_url) == (State.DELIVERED, "http://media.test/2/task-1.webp")
    assert provider.fetched == {"/1/task-1.webp": 2, "/2/task-1.webp": 1}
    assert provider.paid.total() == 1


@virtual_time
async def test_a_picture_whose_renewed_links_are_expired_too_is_lost(ledger: str) -> None:
    harness = EngineHarness(ledger)
    harness.provider = provider = _ExpiringLinks(harness, expired=99)
    request = await _closed_request(harness)
    assert (request.state, request.failure) == (State.FAILED, Failure.PICTURE_LOST)
    assert provider.fetched == {f"/{number}/task-1.webp": 2 for number in (1, 2, 3)}


@virtual_time
async def test_a_store_that_stays_away_for_half_an_hour_has_lost_the_picture(ledger: str) -> None:
    harness = EngineHarness(ledger)
    harness.provider.store_down_until = 48 * 60 * MINUTE
    request = await _closed_request(harness)
    assert (request.state, request.failure) == (State.FAILED, Failure.PICTURE_LOST)
    tried = request.require_finished_at() - request.require_ready_at()
    assert FETCH_SECONDS < tried < FETCH_SECONDS + 2 * MINUTE


@pytest.mark.parametrize(
    ("status", "message", "failure"),
    [
        (401, "Invalid token", Failure.SERVICE_PAUSED),
        (402, "Insufficient balance", Failure.SERVICE_PAUSED),
        (503, "Service unavailable", Failure.UNAVAILABLE),
    ],
)
@virtual_time
async def test_after_the_patience_a_refused_key_and_an_empty_balance_are_a_pause_of_the_service(
    ledger: str, status: int, message: str, failure: Failure
) -> None:
    harness = EngineHarness(ledger, outage_patience=60)
    harness.provider = _RefusedCreates(harness, status, message)
    request = await _closed_request(harness)
    assert (request.state, request.failure) == (State.FAILED, failure)


@virtual_time
async def test_a_picture_that_is_ready_at_once_was_ready_then(
    ledger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time for which Telegram is retried counts from it."""
    monkeypatch.setattr(fake_apis, "TASK_SECONDS", 0.0)
    harness = EngineHarness(ledger)
    harness.telegram.outage, harness.telegram.outage_until = "down", 5 * MINUTE
    request = await _closed_request(harness)
    assert request.state is State.DELIVERED
    assert request.require_ready_at() == request.running_at


@virtual_time
async def test_the_end_of_a_request_is_told_once_though_the_disk_refuses_to_record_that(ledger: str) -> None:
    refused = 0

    def refuse_for_a_while(point: str) -> None:
        nonlocal refused
        if point == "write" and harness.telegram.replies[1] and refused < 8:
            refused += 1
            raise StorageUnavailable("the disk is full")

    harness = EngineHarness(ledger, failpoint=refuse_for_a_while)
    app = await harness.start()
    await app.engine.submit(generation_request(1, prompt="a bad fox"), AMPLE)
    (request,) = await requests_until_closed(app, 1)
    await app.stop()
    assert (request.state, request.failure, refused) == (State.FAILED, Failure.TASK_FAILED, 8)
    assert harness.telegram.replies == {1: 1}
