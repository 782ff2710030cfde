"""Strikes: counted for an hour, also those that are recorded after the first count."""

import asyncio

import pytest

from core.model import PENDING, Accepted, Failure, State
from storage.database import Database
from storage.moderation_strikes import WINDOW, ModerationStrikes
from storage.requests import Requests
from tests.support.factories import AMPLE, generation_request
from tests.support.manual_clock import ManualClock

USER, OTHER = 7, 8


@pytest.mark.parametrize("only_writer", [True, False])
async def test_each_strike_of_a_user_counts_for_an_hour(
    database: Database, clock: ManualClock, only_writer: bool
) -> None:
    strikes = ModerationStrikes(database=database, clock=clock, only_writer=only_writer)
    requests = Requests(database=database, clock=clock, strikes=strikes)

    async def fail(number: int, user: int, failure: Failure) -> None:
        accepted = await requests.accept(generation_request(number, user), AMPLE)
        assert isinstance(accepted, Accepted)
        assert await requests.settle(accepted.request, PENDING, State.FAILED, failure=failure)

    async def counts() -> list[int]:
        return [await strikes.count_recent(user) for user in (USER, OTHER)]

    assert await counts() == [0, 0]
    await fail(1, USER, Failure.MODERATED)
    assert await counts() == [1, 0]
    clock.advance(WINDOW / 2)
    await fail(2, USER, Failure.MODERATED)
    await fail(3, OTHER, Failure.MODERATED)
    await fail(4, OTHER, Failure.TASK_FAILED)
    assert await counts() == [2, 1]
    clock.advance(WINDOW / 2)
    assert await counts() == [1, 1]
    clock.advance(WINDOW / 2)
    assert await counts() == [0, 0]


async def test_a_strike_during_a_count_is_not_overlooked_afterwards(
    database: Database, clock: ManualClock
) -> None:
    strikes = ModerationStrikes(database=database, clock=clock, only_writer=True)
    requests = Requests(database=database, clock=clock, strikes=strikes)
    for number in range(1, 11):
        accepted = await requests.accept(generation_request(number, USER), AMPLE)
        assert isinstance(accepted, Accepted)
        await asyncio.gather(
            strikes.count_recent(USER),
            requests.settle(accepted.request, PENDING, State.FAILED, failure=Failure.MODERATED),
            strikes.count_recent(USER),
        )
        assert await strikes.count_recent(USER) == number
