"""The limits that several processes share, while all of them submit and accept at once."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import pytest

from core.model import PENDING, Accepted, Allowance, Rejection, RejectionReason, Request, State
from storage.open_database import open_database
from storage.request_queue import RequestQueue
from storage.requests import Beginning, Requests
from tests.support.factories import AMPLE, generation_request
from tests.support.manual_clock import ManualClock

IN_FLIGHT, CONCURRENCY = 3, 2


@pytest.fixture
async def replicas(postgres_url: str, clock: ManualClock) -> AsyncIterator[Sequence[Requests]]:
    """Yield the ledger of requests as two replicas have it."""
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(2):
            database = await open_database(postgres_url, shared=True)
            stack.push_async_callback(database.close)
            queue = RequestQueue(
                enqueue=lambda *_, **_options: None, concurrency=CONCURRENCY, in_flight=IN_FLIGHT
            )
            opened.append(Requests(database=database, clock=clock, queue=queue))
        yield opened


async def _accept(requests: Requests, number: int, user_id: int) -> Request:
    answer = await requests.accept(generation_request(number, user_id), AMPLE)
    assert isinstance(answer, Accepted)
    return answer.request


async def _begin_all(replicas: Sequence[Requests], waiting: Sequence[Request]) -> list[Beginning]:
    return await asyncio.gather(
        *(
            replicas[number % 2].begin_submission(dataclasses.replace(request, started_at=5.0, creates=1))
            for number, request in enumerate(waiting)
        )
    )


async def test_all_slots_are_given_and_no_more(replicas: Sequence[Requests]) -> None:
    for tries in range(3):
        users = range(10 * tries, 10 * tries + 10)
        waiting = [await _accept(replicas[0], 1, 7 + user) for user in users]
        beginnings = await _begin_all(replicas, waiting)
        assert beginnings.count(Beginning.BEGUN) == IN_FLIGHT
        for request in waiting:
            await replicas[0].settle(request, PENDING, State.CANCELLED)


async def test_all_slots_of_a_user_are_given_and_no_more(replicas: Sequence[Requests]) -> None:
    waiting = [await _accept(replicas[0], number, 7) for number in range(8)]
    beginnings = await _begin_all(replicas, waiting)
    assert beginnings.count(Beginning.BEGUN) == CONCURRENCY


async def test_a_user_has_no_more_requests_than_allowed(replicas: Sequence[Requests]) -> None:
    allowance = Allowance(daily=1_000, pending=4)
    answers = await asyncio.gather(
        *(replicas[number % 2].accept(generation_request(number), allowance) for number in range(16))
    )
    rejected = [answer.reason for answer in answers if isinstance(answer, Rejection)]
    assert rejected == [RejectionReason.QUEUE_FULL] * 12
