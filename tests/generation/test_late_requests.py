"""Late requests: after a long interruption their owners are asked before anything is paid, in virtual time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import SendMessage
from aiogram.methods.base import TelegramMethod

from bot.app import App
from core.model import Request, State
from generation.decisions import ANSWER_SECONDS, Decisions
from storage.asked_requests import AskedRequests
from storage.interruptions import RECORD_SECONDS, SHORTEST, Interruptions
from storage.key_values import KeyValueStore
from storage.open_database import open_database
from tests.support import fake_apis
from tests.support.engine_harness import EngineHarness, requests_until_closed
from tests.support.factories import AMPLE, generation_request
from tests.support.manual_clock import START
from tests.support.virtual_loop import LoopClock, virtual_time

MINUTE = 60.0
QUESTION = "Do you still want “picture {}”?"


@asynccontextmanager
async def _running(harness: EngineHarness) -> AsyncIterator[App]:
    """Yield an application that records interruptions. The end of the block stops it."""
    app = await harness.start()
    recording = asyncio.create_task(app.leader_work.record_availability())
    try:
        yield app
    finally:
        recording.cancel()
        await app.stop()


async def _row(app: App, number: int) -> Request:
    row = await app.requests.get(number)
    assert row is not None
    return row


def _asked(app: App) -> AskedRequests:
    asked: AskedRequests = app.dispatcher["asked_requests"]
    return asked


def _decisions(app: App) -> Decisions:
    decisions: Decisions = app.dispatcher["decisions"]
    return decisions


def _questions(harness: EngineHarness) -> list[str]:
    return [text for text in harness.telegram.texts.values() if "still want" in text]


async def _agree(app: App, number: int) -> None:
    """Answer that a request is still wanted, as the handler of the press does."""
    assert await _decisions(app).draw(await _row(app, number))


@virtual_time
async def test_after_a_long_outage_owners_are_asked_before_anything_is_paid(database_url: str) -> None:
    harness = EngineHarness(database_url, outage_patience=3_600)
    harness.provider.down_until = 14 * MINUTE
    async with _running(harness) as app:
        for user in (1, 2, 3):
            await app.engine.submit(generation_request(user, user), AMPLE)
        await asyncio.sleep(9 * MINUTE)
        await app.engine.submit(generation_request(4, 4), AMPLE)
        await asyncio.sleep(4 * MINUTE)
        assert _questions(harness) == []  # it may still end in time
        await asyncio.sleep(3 * MINUTE)
        assert harness.paid_prompts() == ["picture 4"]
        assert sorted(_questions(harness)) == [
            f"Sorry for the wait: for a while I couldn’t draw. {QUESTION.format(n)}" for n in (1, 2, 3)
        ]
        # The questions took the place of the status messages; a picture has no text.
        assert len([text for text in harness.telegram.texts.values() if text]) == 3
        assert (await _row(app, 4)).state is State.DELIVERED

        await _agree(app, 1)
        assert await _asked(app).resume(1) is None  # a second press
        assert await app.engine.cancel(2)
        await asyncio.sleep(1 * MINUTE)
        assert harness.paid_prompts() == ["picture 4", "picture 1"]
        assert [(await _row(app, n)).state for n in (1, 2, 3)] == [
            State.DELIVERED,
            State.CANCELLED,
            State.QUEUED,
        ]
        assert _questions(harness) == [
            f"Sorry for the wait: for a while I couldn’t draw. {QUESTION.format(3)}"
        ]


@virtual_time
async def test_a_request_that_was_agreed_to_is_asked_about_again_only_after_another_long_outage(
    database_url: str,
) -> None:
    harness = EngineHarness(database_url, outage_patience=3_600)
    harness.provider.down_until = 11 * MINUTE
    async with _running(harness) as app:
        await app.engine.submit(generation_request(1, 1), AMPLE)
        await asyncio.sleep(12 * MINUTE)
        assert len(_questions(harness)) == 1
        harness.provider.down_until = 16 * MINUTE
        await _agree(app, 1)
        await requests_until_closed(app, 1)
        assert harness.paid_prompts() == ["picture 1"]


@pytest.mark.parametrize(("minutes", "asked"), [(9, False), (11, True)])
@virtual_time
async def test_a_long_stop_counts_as_an_outage_does(database_url: str, minutes: int, asked: bool) -> None:
    harness = EngineHarness(database_url, outage_patience=3_600)
    harness.provider.down_until = 1 * MINUTE
    async with _running(harness) as app:
        await app.engine.submit(generation_request(1, 1), AMPLE)
        await asyncio.sleep(2.0)
    await asyncio.sleep(minutes * MINUTE)
    async with _running(harness) as app:
        await asyncio.sleep(1 * MINUTE)
        assert bool(_questions(harness)) is asked
        assert bool(harness.paid_prompts()) is not asked
    async with _running(harness) as app:  # and a restart asks nobody twice
        await asyncio.sleep(1 * MINUTE)
        assert len(_questions(harness)) == asked
        assert bool(harness.paid_prompts()) is not asked
        if asked:
            assert await app.engine.queue_positions() == {}
            await _agree(app, 1)
            await requests_until_closed(app, 1)
        assert harness.paid_prompts() == ["picture 1"]


@virtual_time
async def test_a_long_queue_is_no_reason_to_ask(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a restart in between. The last request waits for a quarter of an hour."""
    monkeypatch.setattr(fake_apis, "TASK_SECONDS", 200.0)
    harness = EngineHarness(database_url, user_concurrency=1)
    async with _running(harness) as app:
        for number in range(1, 7):
            await app.engine.submit(generation_request(number, 1), AMPLE)
        await asyncio.sleep(9 * MINUTE)
    await asyncio.sleep(SHORTEST / 2)
    async with _running(harness) as app:
        requests = await requests_until_closed(app, 6)
        assert {request.state for request in requests} == {State.DELIVERED}
        started = [request.started_at or 0.0 for request in requests]
        assert max(started) - requests[-1].accepted_at > 14 * MINUTE
        assert harness.telegram.replies == {}


@virtual_time
async def test_nobody_is_asked_if_the_setting_is_0(database_url: str) -> None:
    harness = EngineHarness(database_url, outage_patience=3_600, ask_after_minutes=0)
    harness.provider.down_until = 20 * MINUTE
    async with _running(harness) as app:
        await app.engine.submit(generation_request(1, 1), AMPLE)
        (request,) = await requests_until_closed(app, 1)
        assert request.state is State.DELIVERED


@virtual_time
async def test_a_question_without_an_answer_ends_after_a_day_and_costs_nothing(database_url: str) -> None:
    harness = EngineHarness(database_url, outage_patience=3_600)
    harness.provider.down_until = 11 * MINUTE
    async with _running(harness) as app:
        await app.engine.submit(generation_request(1, 1), AMPLE)
        await asyncio.sleep(12 * MINUTE)
        await asyncio.sleep(ANSWER_SECONDS - 2 * MINUTE)
        await _decisions(app).cancel_unanswered()
        assert (await _row(app, 1)).state is State.QUEUED
        await asyncio.sleep(2 * MINUTE)
        await _decisions(app).cancel_unanswered()
        (request,) = await requests_until_closed(app, 1)
        assert request.state is State.CANCELLED
        assert await app.dispatcher["quota"].used(1) == 0
        assert harness.paid_prompts() == []
        assert any("Cancelled" in text for text in harness.telegram.texts.values())


@virtual_time
async def test_a_waiting_answer_holds_no_slot_of_its_user(database_url: str) -> None:
    harness = EngineHarness(database_url, outage_patience=3_600, user_concurrency=1, max_in_flight=1)
    harness.provider.down_until = 11 * MINUTE
    async with _running(harness) as app:
        await app.engine.submit(generation_request(1, 1), AMPLE)
        await asyncio.sleep(12 * MINUTE)
        assert len(_questions(harness)) == 1
        for number, user in ((2, 1), (3, 2)):
            await app.engine.submit(generation_request(number, user), AMPLE)
        await asyncio.sleep(1 * MINUTE)
        assert harness.paid_prompts() == ["picture 2", "picture 3"]
        # The same message again: the request is known, and still waits for the answer.
        await app.engine.submit(generation_request(1, 1), AMPLE)
        await asyncio.sleep(1 * MINUTE)
        assert harness.paid_prompts() == ["picture 2", "picture 3"]
        assert len(_questions(harness)) == 1


class _RefusingTelegram(fake_apis.EngineTelegram):
    """A Bot API that refuses each question, half a minute after it was sent."""

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:  # noqa: ASYNC109
        if isinstance(method, SendMessage) and "still want" in method.text:
            await asyncio.sleep(0.5 * MINUTE)
            raise TelegramBadRequest(method, "Bad Request: chat not found")
        return await super().make_request(bot, method, timeout)


@virtual_time
async def test_a_request_that_was_agreed_to_while_its_question_is_refused_is_drawn(database_url: str) -> None:
    """A link shows the question in the private chat, while the one in its own chat cannot be sent."""
    harness = EngineHarness(database_url, outage_patience=3_600)
    harness.telegram = _RefusingTelegram(harness.provider.kill_switch)
    harness.provider.down_until = 11 * MINUTE
    async with _running(harness) as app:
        await app.engine.submit(generation_request(1, 1), AMPLE)
        while not (await _row(app, 1)).is_asked:  # noqa: ASYNC110 - the ledger has no events
            await asyncio.sleep(1.0)
        resumed = await _asked(app).resume(1)
        assert resumed is not None
        await asyncio.sleep(1 * MINUTE)  # the handler answers the press first
        await app.engine.follow(*resumed.requests)
        (request,) = await requests_until_closed(app, 1)
        assert request.state is State.DELIVERED
        assert harness.paid_prompts() == ["picture 1"]


@asynccontextmanager
async def _interruptions(url: str) -> AsyncIterator[Interruptions]:
    database = await open_database(url)
    try:
        yield Interruptions(key_values=KeyValueStore(database), clock=LoopClock())
    finally:
        await database.close()


@virtual_time
async def test_interruptions_are_measured_from_any_time_on(database_url: str) -> None:
    async with _interruptions(database_url) as interruptions:
        assert await interruptions.seconds_since(0.0) == 0.0  # nothing is known before the first record
        for _ in range(4):  # until 120 s
            await interruptions.record_available()
            await asyncio.sleep(RECORD_SECONDS)
        assert await interruptions.seconds_since(START) == 0.0
        await asyncio.sleep(480.0)  # now 600 s; the last record was at 90 s
        assert await interruptions.seconds_since(START) == pytest.approx(510.0, abs=1)
        assert await interruptions.seconds_since(START + 500.0) == pytest.approx(100.0, abs=1)
        await interruptions.record_available()
        await asyncio.sleep(200.0)
        await interruptions.record_available()
        assert await interruptions.seconds_since(START) == pytest.approx(710.0, abs=1)
        assert await interruptions.seconds_since(START + 590.0) == pytest.approx(210.0, abs=1)
        assert await interruptions.seconds_since(START + 10_000.0) == 0.0


@virtual_time
async def test_old_interruptions_are_dropped(database_url: str) -> None:
    async with _interruptions(database_url) as interruptions:
        for _ in range(4):
            await interruptions.record_available()
            await asyncio.sleep(3 * 86_400.0)
        await interruptions.record_available()
        assert await interruptions.seconds_since(START) == pytest.approx(9 * 86_400.0, abs=1)


@pytest.mark.parametrize("points", range(1, 7))
@virtual_time
async def test_a_kill_at_any_point_loses_no_question_and_pays_nothing(database_url: str, points: int) -> None:
    harness = EngineHarness(database_url, outage_patience=3_600)
    harness.provider.down_until = 1 * MINUTE
    async with _running(harness) as app:
        await app.engine.submit(generation_request(1, 1), AMPLE)
        await asyncio.sleep(2.0)
    await asyncio.sleep(11 * MINUTE)
    harness.provider.kill_switch.points_left = points
    app = await harness.start()
    waits = asyncio.create_task(asyncio.sleep(2 * MINUTE))
    killed = asyncio.create_task(harness.provider.kill_switch.dead.wait())
    await asyncio.wait({waits, killed}, return_when=asyncio.FIRST_COMPLETED)
    for task in (waits, killed):
        task.cancel()
    with contextlib.suppress(fake_apis.Killed):
        await app.stop()
    harness.provider.kill_switch.reset()
    async with _running(harness) as app:
        await asyncio.sleep(3 * MINUTE)
        assert harness.paid_prompts() == []
        assert (
            1 <= len(_questions(harness)) <= 2
        )  # a kill after a send and before its id is stored repeats it
        await _agree(app, 1)
        await requests_until_closed(app, 1)
        assert harness.paid_prompts() == ["picture 1"]
        assert max(harness.provider.paid.values()) == 1
