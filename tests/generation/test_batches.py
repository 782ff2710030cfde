"""Several pictures at once, in virtual time: one status, one grid, and a unit of the quota for each that came."""

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.app import App
from core.model import (
    PENDING,
    Accepted,
    Failure,
    GenerationRequest,
    Rejection,
    RejectionReason,
    Request,
    State,
)
from generation.batch_cancel import cancel_batch
from storage.quotas import Quotas
from storage.schema import moderation_strikes, requests
from tests.support import fake_apis
from tests.support.engine_harness import EngineHarness, requests_until_closed
from tests.support.factories import AMPLE, generation_request
from tests.support.virtual_loop import LoopClock, virtual_time

USER = 7


def _four(number: int = 1, prompt: str | None = None, count: int = 4) -> GenerationRequest:
    return replace(generation_request(number, USER, prompt), count=count)


async def _accepted(app: App, request: GenerationRequest) -> list[Request]:
    answer = await app.engine.submit(request, AMPLE)
    assert isinstance(answer, Accepted)
    assert answer.fresh
    return [answer.request, *answer.members]


async def _used(app: App, request: Request) -> int:
    return await Quotas(app.database).used(USER, request.quota_day)


def _texts(harness: EngineHarness) -> list[str]:
    return [text for text in harness.telegram.texts.values() if text]


@virtual_time
@pytest.mark.parametrize("count", [2, 3, 4])
async def test_a_batch_is_one_grid_and_one_status(database_url: str, count: int) -> None:
    harness = EngineHarness(database_url)
    app = await harness.start()
    batch = await _accepted(app, _four(count=count))
    assert {one.batch_id for one in batch} == {batch[0].id}
    assert len({one.origin.key for one in batch}) == count
    await asyncio.sleep(1.0)
    assert _texts(harness) == [f"🎨 Drawing {count} pictures."]
    ended = await requests_until_closed(app, count)
    assert {one.state for one in ended} == {State.DELIVERED}
    assert harness.telegram.photos == {1: 1}
    assert _texts(harness) == []
    assert harness.provider.paid == {"picture 1": count}
    assert await _used(app, ended[0]) == count
    await app.stop()


@virtual_time
async def test_the_status_counts_the_pictures_that_are_ready(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake_apis, "TASK_SECONDS", 6.0)  # longer than the time between two edits of a status
    harness = EngineHarness(database_url, user_concurrency=1)
    app = await harness.start()
    await _accepted(app, _four())
    ended = asyncio.create_task(requests_until_closed(app, 4))
    shown: list[str] = []
    while not ended.done():
        shown += [text for text in _texts(harness) if text not in shown]
        await asyncio.sleep(0.2)
    assert [text for text in shown if "ready, drawing" in text] == [
        f"🎨 {ready} of 4 ready, drawing the rest." for ready in (1, 2, 3)
    ]
    await app.stop()


@virtual_time
async def test_the_grid_is_sent_within_a_second_of_the_last_picture(database_url: str) -> None:
    harness = EngineHarness(database_url)
    app = await harness.start()
    await _accepted(app, _four())
    ended = await requests_until_closed(app, 4)
    last = max(one.require_ready_at() for one in ended)
    assert max(one.require_finished_at() for one in ended) - last < 1.0
    await app.stop()


@virtual_time
async def test_the_grid_waits_less_than_a_second_for_pictures_that_another_process_drew(
    database_url: str,
) -> None:
    harness = EngineHarness(database_url, user_concurrency=1)
    app = await harness.start()
    head, *others = await _accepted(app, _four())
    while (stored := await app.requests.get(head.id)) is None or stored.state is not State.READY:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    drawn = sa.update(requests).where(requests.c.id.in_([one.id for one in others]))
    now = LoopClock().now()
    values = {"state": State.READY, "picture_url": "http://media.test/x.webp", "ready_at": now}
    await app.database.write(lambda connection: connection.execute(drawn.values(values)).rowcount)
    ended = await requests_until_closed(app, 4)
    assert {one.state for one in ended} == {State.DELIVERED}
    assert max(one.require_finished_at() for one in ended) - now < 1.0
    await app.stop()


@virtual_time
async def test_a_repeated_cause_is_the_same_batch(database_url: str) -> None:
    harness = EngineHarness(database_url)
    app = await harness.start()
    batch = await _accepted(app, _four())
    again = await app.engine.submit(_four(), AMPLE)
    assert isinstance(again, Accepted)
    assert (again.fresh, again.request.id) == (False, batch[0].id)
    assert [one.id for one in again.members] == [one.id for one in batch[1:]]
    await requests_until_closed(app, 4)
    assert sum(harness.provider.paid.values()) == 4
    await app.stop()


@virtual_time
async def test_a_batch_is_accepted_as_a_whole_or_not_at_all(database_url: str) -> None:
    harness = EngineHarness(database_url)
    app = await harness.start()
    for allowance, rejection in (
        (replace(AMPLE, daily=3), Rejection(RejectionReason.QUOTA_USED, 3)),
        (replace(AMPLE, daily=0), Rejection(RejectionReason.QUOTA_USED, 0)),
        (replace(AMPLE, pending=3), Rejection(RejectionReason.QUEUE_FULL, 3)),
    ):
        assert await app.engine.submit(_four(), allowance) == rejection
    assert await app.requests.get(1) is None
    batch = await _accepted(app, _four(count=2))
    left = await app.engine.submit(_four(2), replace(AMPLE, daily=4, pending=5))
    assert left == Rejection(RejectionReason.QUEUE_FULL, 3)
    left = await app.engine.submit(_four(2), replace(AMPLE, daily=4))
    assert left == Rejection(RejectionReason.QUOTA_USED, 2)
    assert await _used(app, batch[0]) == 2
    await app.stop()


@virtual_time
@pytest.mark.parametrize("lost", [0, 1, 3])
async def test_what_came_is_sent_and_the_rest_is_given_back(database_url: str, lost: int) -> None:
    """The create of one picture is lost twice, so that its outcome stays unknown: that of the head, or another one."""
    harness = EngineHarness(database_url, user_concurrency=1)
    harness.provider.create_outcomes = [*["accepted"] * lost, "lost before", "lost before"]  # type: ignore[list-item]
    app = await harness.start()
    await _accepted(app, _four())
    ended = await requests_until_closed(app, 4)
    states = [State.DELIVERED] * 4
    states[lost] = State.FAILED
    assert [one.state for one in ended] == states
    assert harness.telegram.photos == {1: 1}
    assert harness.telegram.replies == {}
    assert await _used(app, ended[0]) == 3
    await app.stop()


@virtual_time
async def test_the_only_picture_that_came_is_sent_by_itself(database_url: str) -> None:
    harness = EngineHarness(database_url, user_concurrency=1)
    harness.provider.create_outcomes = ["lost before", "lost before", "accepted"]
    app = await harness.start()
    await _accepted(app, _four(count=2))
    ended = await requests_until_closed(app, 2)
    assert [one.state for one in ended] == [State.FAILED, State.DELIVERED]
    assert (ended[1].file_id, harness.telegram.photos) == ("f", {1: 1})
    assert await _used(app, ended[0]) == 1
    await app.stop()


@virtual_time
async def test_a_batch_without_a_picture_is_reported_once(database_url: str) -> None:
    harness = EngineHarness(database_url)
    app = await harness.start()
    await _accepted(app, _four(prompt="bad"))
    ended = await requests_until_closed(app, 4)
    assert {one.state for one in ended} == {State.FAILED}
    (text,) = _texts(harness)
    assert text.startswith("None of the pictures came. The picture service could not draw this.")
    assert (harness.telegram.photos, harness.telegram.replies) == ({}, {1: 1})
    assert await _used(app, ended[0]) == 0
    await app.stop()


@virtual_time
async def test_a_description_that_is_refused_is_one_strike(database_url: str) -> None:
    harness = EngineHarness(database_url)
    app = await harness.start()
    batch = await _accepted(app, _four())
    for one in batch:
        await app.requests.settle(one, PENDING, State.FAILED, failure=Failure.MODERATED)
    strikes = await app.database.read(
        lambda connection: connection.execute(sa.select(moderation_strikes)).all()
    )
    assert len(strikes) == 1
    await app.stop()


@virtual_time
async def test_cancel_ends_all_that_wait_and_sends_what_is_ready(database_url: str) -> None:
    harness = EngineHarness(database_url)
    app = await harness.start()
    batch = await _accepted(app, _four())
    await asyncio.sleep(5.0)
    assert harness.provider.creates == 4
    stored = [await app.requests.get(one.id) for one in batch]
    assert [one.state for one in stored if one] == [*[State.READY] * 2, *[State.RUNNING] * 2]
    assert await cancel_batch(batch[0], engine=app.engine, batches=app.batches)
    ended = await requests_until_closed(app, 4)
    assert [one.state for one in ended] == [*[State.DELIVERED] * 2, *[State.CANCELLED] * 2]
    assert harness.telegram.photos == {1: 1}
    assert await _used(app, ended[0]) == 2
    assert not await cancel_batch(batch[0], engine=app.engine, batches=app.batches)
    await app.stop()


@virtual_time
async def test_a_cancelled_batch_starts_no_further_picture(database_url: str) -> None:
    harness = EngineHarness(database_url, user_concurrency=1)
    app = await harness.start()
    batch = await _accepted(app, _four())
    await asyncio.sleep(1.0)
    assert await cancel_batch(batch[0], engine=app.engine, batches=app.batches)
    ended = await requests_until_closed(app, 4)
    assert {one.state for one in ended} == {State.CANCELLED}
    assert harness.provider.creates == 1
    assert await _used(app, ended[0]) == 0
    assert [text.split(".")[0] for text in _texts(harness)] == ["Cancelled"]
    await app.stop()


@virtual_time
@pytest.mark.parametrize("after", [0.5, 2.0, 5.0])
async def test_a_restart_continues_a_batch(database_url: str, after: float) -> None:
    harness = EngineHarness(database_url)
    app = await harness.start()
    await _accepted(app, _four())
    await asyncio.sleep(after)
    await app.stop()
    app = await harness.start()
    ended = await requests_until_closed(app, 4)
    assert {one.state for one in ended} == {State.DELIVERED}
    assert harness.telegram.photos == {1: 1}
    assert sum(harness.provider.paid.values()) == 4
    await app.stop()


@virtual_time
@pytest.mark.parametrize("outcome", ["too fast", "down", "lost before"])
async def test_a_grid_that_was_not_sent_is_sent_again(database_url: str, outcome: str) -> None:
    harness = EngineHarness(database_url)
    harness.telegram.photo_outcomes = [outcome]  # type: ignore[list-item]
    app = await harness.start()
    await _accepted(app, _four())
    ended = await requests_until_closed(app, 4)
    assert {one.state for one in ended} == {State.DELIVERED}
    assert harness.telegram.photos == {1: 1}
    await app.stop()


@virtual_time
async def test_a_user_who_blocked_the_bot_pays_for_no_picture(database_url: str) -> None:
    harness = EngineHarness(database_url)
    harness.telegram.photo_outcomes = ["blocked"]
    app = await harness.start()
    await _accepted(app, _four())
    ended = await requests_until_closed(app, 4)
    assert {one.state for one in ended} == {State.UNDELIVERABLE}
    assert await _used(app, ended[0]) == 0
    await app.stop()
