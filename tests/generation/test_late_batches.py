"""Late batches: one question about those of a batch that are not begun, before anything is paid, in virtual time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.app import App
from core.model import Accepted, Request, State
from generation.decisions import ANSWER_SECONDS, PICTURES_SECONDS, Decisions
from storage.asked_requests import AskedRequests
from tests.support import fake_apis
from tests.support.engine_harness import EngineHarness, requests_until_closed
from tests.support.factories import AMPLE, generation_request
from tests.support.virtual_loop import virtual_time

MINUTE = 60.0


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


async def _four(app: App, number: int = 1, user: int = 1) -> Request:
    answer = await app.engine.submit(replace(generation_request(number, user), count=4), AMPLE)
    assert isinstance(answer, Accepted)
    return answer.request


async def _row(app: App, number: int) -> Request:
    row = await app.requests.get(number)
    assert row is not None
    return row


async def _states(app: App) -> list[State]:
    return [(await _row(app, number)).state for number in range(1, 5)]


def _decisions(app: App) -> Decisions:
    decisions: Decisions = app.dispatcher["decisions"]
    return decisions


def _texts(harness: EngineHarness) -> list[str]:
    return [text for text in harness.telegram.texts.values() if text]


def _questions(harness: EngineHarness) -> list[str]:
    return [text for text in _texts(harness) if "still want" in text]


def _question(number: int, *, count: str) -> str:
    return f"Sorry for the wait: for a while I couldn’t draw. Do you still want “picture {number}” ({count})?"


@asynccontextmanager
async def _asked(url: str, *, begun: int) -> AsyncIterator[tuple[EngineHarness, App]]:
    """Yield an application that has asked about a batch of four, of which some were begun before the outage."""
    harness = EngineHarness(url, outage_patience=3_600, user_concurrency=2)
    async with _running(harness) as app:
        if not begun:
            harness.provider.down_until = asyncio.get_running_loop().time() + 11 * MINUTE
        await _four(app)
        while harness.provider.creates < begun:  # noqa: ASYNC110 - the fake has no events
            await asyncio.sleep(0.1)
        harness.provider.down_until = asyncio.get_running_loop().time() + 11 * MINUTE
        await asyncio.sleep(12 * MINUTE)
        yield harness, app


@pytest.mark.parametrize("user_concurrency", [1, 2, 4])
@virtual_time
async def test_a_batch_is_asked_about_once_and_drawn_as_a_whole(
    database_url: str, user_concurrency: int
) -> None:
    harness = EngineHarness(database_url, outage_patience=3_600, user_concurrency=user_concurrency)
    harness.provider.down_until = 11 * MINUTE
    async with _running(harness) as app:
        head = await _four(app)
        await app.engine.submit(generation_request(2, 2), AMPLE)
        await asyncio.sleep(13 * MINUTE)
        assert harness.paid_prompts() == []
        assert sorted(_texts(harness)) == sorted(
            [
                _question(1, count="4 pictures"),
                "Sorry for the wait: for a while I couldn’t draw. Do you still want “picture 2”?",
            ]
        )
        assert await app.engine.queue_positions() == {}
        assert await _decisions(app).draw(head)
        assert not await _decisions(app).draw(head)
        ended = await requests_until_closed(app, 4)
        assert {one.state for one in ended} == {State.DELIVERED}
        assert harness.telegram.photos == {1: 1}
        assert harness.provider.paid == {"picture 1": 4}
        assert _questions(harness) == _texts(harness)
        assert len(_texts(harness)) == 1  # that of the other user


@pytest.mark.parametrize("answer", [True, False, None])
@virtual_time
async def test_only_those_that_are_not_begun_are_asked_about(database_url: str, answer: bool | None) -> None:
    """Pictures that are ready are kept back for an hour at most, and come without those that nobody wanted."""
    async with _asked(database_url, begun=2) as (harness, app):
        assert await _states(app) == [State.READY, State.READY, State.QUEUED, State.QUEUED]
        assert _questions(harness) == [_question(1, count="2 pictures")]
        shown = [text for text in _texts(harness) if text not in _questions(harness)]
        assert shown == ["🎨 2 of 4 ready, drawing the rest."]
        if answer is None:
            await _decisions(app).cancel_unanswered()
            assert not (await _row(app, 3)).closed_at
            await asyncio.sleep(PICTURES_SECONDS)
            await _decisions(app).cancel_unanswered()
        elif answer:
            assert await _decisions(app).draw(await _row(app, 4))
        else:
            assert await _decisions(app).cancel(await _row(app, 1))
        ended = await requests_until_closed(app, 4)
        came = 4 if answer else 2
        assert [one.state for one in ended].count(State.DELIVERED) == came
        assert await app.dispatcher["quota"].used(1) == came
        assert harness.provider.paid == {"picture 1": came}
        assert harness.telegram.photos == {1: 1}
        await asyncio.sleep(1.0)
        assert _texts(harness) == []  # neither the question nor the status is left


@virtual_time
async def test_a_no_gives_all_pictures_back(database_url: str) -> None:
    async with _asked(database_url, begun=0) as (harness, app):
        assert await _decisions(app).cancel(await _row(app, 2))
        ended = await requests_until_closed(app, 4)
        assert {one.state for one in ended} == {State.CANCELLED}
        assert await app.dispatcher["quota"].used(1) == 0
        assert [text[:10] for text in _texts(harness)] == ["Cancelled."]  # in place of the question
        await asyncio.sleep(1 * MINUTE)
        assert _texts(harness) == []
        assert harness.paid_prompts() == []


@virtual_time
async def test_a_batch_without_an_answer_ends_after_a_day(database_url: str) -> None:
    async with _asked(database_url, begun=0) as (harness, app):
        await asyncio.sleep(ANSWER_SECONDS - 2 * MINUTE)
        await _decisions(app).cancel_unanswered()
        assert set(await _states(app)) == {State.QUEUED}
        await asyncio.sleep(2 * MINUTE)
        await _decisions(app).cancel_unanswered()
        assert {one.state for one in await requests_until_closed(app, 4)} == {State.CANCELLED}
        assert harness.paid_prompts() == []


@virtual_time
async def test_requests_cancelled_one_by_one_leave_the_question_to_the_others(database_url: str) -> None:
    async with _asked(database_url, begun=0) as (harness, app):
        for number in (1, 3):
            assert await app.engine.cancel(number)
        await asyncio.sleep(1 * MINUTE)
        assert _texts(harness) == [_question(1, count="4 pictures")]
        assert await _decisions(app).draw(await _row(app, 1))
        ended = await requests_until_closed(app, 4)
        assert [one.state for one in ended].count(State.DELIVERED) == 2
        assert harness.provider.paid == {"picture 1": 2}
        await asyncio.sleep(1 * MINUTE)
        assert _texts(harness) == []


@virtual_time
async def test_the_question_goes_with_the_last_request_that_is_cancelled(database_url: str) -> None:
    async with _asked(database_url, begun=0) as (harness, app):
        for number in (4, 1, 2, 3):
            assert await app.engine.cancel(number)
        await requests_until_closed(app, 4)
        await asyncio.sleep(1.0)
        assert _texts(harness) == []


@virtual_time
async def test_another_request_sends_the_question_if_the_first_one_is_cancelled(database_url: str) -> None:
    harness = EngineHarness(database_url, outage_patience=3_600)
    harness.provider.down_until = 11 * MINUTE
    async with _running(harness) as app:
        await _four(app)
        await asyncio.sleep(10 * MINUTE)
        harness.telegram.text_outcomes = ["down"] * 30
        while not (await _row(app, 4)).is_asked:  # noqa: ASYNC110 - the ledger has no events
            await asyncio.sleep(0.1)
        assert _questions(harness) == []
        assert await app.engine.cancel(1)
        await asyncio.sleep(5 * MINUTE)
        assert _questions(harness) == [_question(1, count="3 pictures")]


@virtual_time
async def test_a_restart_asks_nobody_twice_and_forgets_no_answer(database_url: str) -> None:
    async with _asked(database_url, begun=2) as (harness, _):
        pass
    async with _running(harness) as app:
        await asyncio.sleep(1 * MINUTE)
        assert _questions(harness) == [_question(1, count="2 pictures")]
        asked: AskedRequests = app.dispatcher["asked_requests"]
        assert await asked.resume(3) is not None  # and the process ends before the engine follows
    async with _running(harness) as app:
        assert {one.state for one in await requests_until_closed(app, 4)} == {State.DELIVERED}
        assert harness.provider.paid == {"picture 1": 4}


@pytest.mark.parametrize("points", range(1, 9))
@virtual_time
async def test_a_kill_at_any_point_loses_no_question_and_pays_nothing(database_url: str, points: int) -> None:
    harness = EngineHarness(database_url, outage_patience=3_600)
    harness.provider.down_until = 1 * MINUTE
    async with _running(harness) as app:
        await _four(app)
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
        # A kill after a send and before its id is stored repeats it.
        assert 1 <= len(_questions(harness)) <= 2
        assert await _decisions(app).draw(await _row(app, 3))
        await requests_until_closed(app, 4)
        assert harness.provider.paid == {"picture 1": 4}
