"""The order of requests: by age for one user, round-robin between users, with limits that also hold after a start."""

import asyncio
import tempfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.model import Accepted, State
from core.options import UnknownCreate
from generation.end_reports import CANCELLED_SECONDS
from storage.database_errors import StorageUnreachable
from tests.support.engine_harness import EngineHarness, requests_until_closed
from tests.support.factories import AMPLE, generation_request
from tests.support.fake_apis import REFUSAL
from tests.support.ledger import read_rows
from tests.support.property_tests import examples
from tests.support.virtual_loop import LoopClock, virtual_time

USERS, EACH, IN_FLIGHT = 50, 20, 20
NEWCOMER = 9_000


@pytest.mark.parametrize("answer", [REFUSAL, b"<html>Service Temporarily Unavailable</html>", b""])
@virtual_time
async def test_ten_minutes_of_503_are_waited_out_with_few_calls(database_url: str, answer: bytes) -> None:
    harness = EngineHarness(database_url, max_in_flight=IN_FLIGHT, generation_timeout=60)
    harness.provider.down_until, harness.provider.down_answer = 600.0, answer
    app = await harness.start()
    for user in range(1, USERS + 1):
        await app.engine.submit(generation_request(user, user), AMPLE)
    await asyncio.sleep(600.0)
    assert harness.provider.creates <= 25
    assert harness.paid_prompts() == []
    requests = await requests_until_closed(app, USERS)
    assert {request.state for request in requests} == {State.DELIVERED}
    assert harness.provider.creates <= 25 + USERS
    assert max(harness.provider.paid.values()) == 1
    assert asyncio.get_running_loop().time() < 720.0
    await app.stop()


@virtual_time
async def test_four_seconds_of_502_cost_no_picture_and_no_create(database_url: str) -> None:
    harness = EngineHarness(database_url)
    harness.provider.bad_gateway_until = 4.0
    app = await harness.start()
    for user in range(1, 11):
        await app.engine.submit(generation_request(user, user), AMPLE)
    requests = await requests_until_closed(app, 10)
    assert {(request.state, request.creates) for request in requests} == {(State.DELIVERED, 2)}
    assert asyncio.get_running_loop().time() < 4.0 + 15.0
    assert harness.provider.creates == 20
    assert harness.provider.probes <= 5
    assert max(harness.provider.paid.values()) == 1
    await app.stop()


@pytest.mark.long(15)
@given(
    begins=st.lists(st.floats(0.0, 8.0), min_size=10, max_size=10),
    kind=st.sampled_from(["refused", "unreadable", "bad gateway", "lost"]),
    outage=st.floats(0.0, 4.0),
)
@example(begins=[0.0, *[1.54] * 9], kind="refused", outage=0.0)
@example(begins=[0.0] * 10, kind="lost", outage=0.0)
@examples(15)
@virtual_time
async def test_no_order_of_ten_requests_around_an_outage_needs_more_than_twenty_creates(
    begins: list[float], kind: str, outage: float
) -> None:
    """Each request starts at its own time, and the four seconds begin at `outage`."""
    with tempfile.TemporaryDirectory() as folder:
        harness = EngineHarness(f"sqlite:///{folder}/bot.sqlite3")
        app = await harness.start()

        async def request(user: int, begin: float) -> None:
            await asyncio.sleep(begin)
            await app.engine.submit(generation_request(user, user), AMPLE)

        waiting = [asyncio.ensure_future(request(user, at)) for user, at in enumerate(begins, start=1)]
        await asyncio.sleep(outage)
        end = outage + 4.0
        if kind == "bad gateway":
            harness.provider.bad_gateway_until = end
        elif kind == "lost":
            harness.provider.creates_lost_until = end
        else:
            harness.provider.down_until = end
            harness.provider.down_answer = REFUSAL if kind == "refused" else b"<html>"
        await asyncio.gather(*waiting)
        requests = await requests_until_closed(app, 10)
        assert {request.state for request in requests} == {State.DELIVERED}
        assert asyncio.get_running_loop().time() < max(end, *begins) + 15.0
        assert harness.provider.creates <= 20
        assert harness.provider.probes <= 8
        assert max(harness.provider.paid.values()) == 1
        await app.stop()


@pytest.mark.parametrize("seconds", [4.0, 30.0, 240.0])
@virtual_time
async def test_an_outage_of_creates_alone_costs_no_picture_and_no_create(
    database_url: str, seconds: float
) -> None:
    """The balance and the results are answered all the time, and say nothing about creates."""
    harness = EngineHarness(database_url)
    app = await harness.start()
    await app.engine.submit(generation_request(99, 99), AMPLE)
    await asyncio.sleep(1.0)
    harness.provider.creates_lost_until = 1.0 + seconds
    for user in range(1, 11):
        await app.engine.submit(generation_request(user, user), AMPLE)
    await asyncio.sleep(seconds)
    failed = harness.provider.creates - 1
    assert 3 <= failed <= 10
    requests = await requests_until_closed(app, 11)
    assert {request.state for request in requests} == {State.DELIVERED}
    assert asyncio.get_running_loop().time() < 1.0 + seconds + 25.0
    assert harness.provider.creates == 11 + failed
    assert harness.provider.probes <= 8 + seconds / 8
    assert max(harness.provider.paid.values()) == 1
    await app.stop()


@virtual_time
async def test_a_repeat_is_kept_over_a_restart_during_the_outage(database_url: str) -> None:
    harness = EngineHarness(database_url)
    harness.provider.bad_gateway_until = 300.0
    app = await harness.start()
    await app.engine.submit(generation_request(1, 1), AMPLE)
    await asyncio.sleep(2.0)
    for seconds in (20.0, 20.0):
        await app.stop()
        app = await harness.start()
        await asyncio.sleep(seconds)
    assert harness.provider.creates == 1
    (request,) = await requests_until_closed(app, 1)
    assert (request.state, request.creates, harness.provider.creates) == (State.DELIVERED, 2, 2)
    assert asyncio.get_running_loop().time() < 300.0 + 20.0
    await app.stop()


@virtual_time
async def test_the_time_between_two_processes_counts_against_no_request(database_url: str) -> None:
    harness = EngineHarness(database_url, generation_timeout=60)
    app = await harness.start()
    for number, submitted in ((1, True), (2, False)):
        await app.requests.accept(generation_request(number), AMPLE)
        now = LoopClock().now()
        await app.requests.move(number, State.QUEUED, State.SUBMITTING, started_at=now, creates=1)
        if not submitted:  # certainly not accepted, so it was put back
            await app.requests.move(number, State.SUBMITTING, State.QUEUED, creates=0)
    await app.stop()
    await asyncio.sleep(600.0)
    again = await harness.start()
    requests = await requests_until_closed(again, 2)
    assert [(request.state, request.creates) for request in requests] == [
        (State.DELIVERED, 2),
        (State.DELIVERED, 1),
    ]
    await again.stop()


@virtual_time
async def test_a_newcomer_behind_a_thousand_requests_starts_among_the_next_51(database_url: str) -> None:
    harness = EngineHarness(database_url, max_in_flight=IN_FLIGHT, user_concurrency=2)
    app = await harness.start()
    for user in range(1, USERS + 1):
        for number in range(EACH):
            await app.engine.submit(generation_request(user * 100 + number, user), AMPLE)
    await asyncio.sleep(1.0)
    before = len(harness.paid_prompts())
    assert before == IN_FLIGHT
    await app.engine.submit(generation_request(1, NEWCOMER), AMPLE)
    await asyncio.sleep(20.0)  # several rounds of twenty tasks
    assert len(harness.paid_prompts()) >= before + 51
    assert "picture 1" in harness.paid_prompts()[before : before + 51]
    await app.stop()


@virtual_time
async def test_the_requests_of_a_user_start_in_order_and_within_the_concurrency(database_url: str) -> None:
    harness = EngineHarness(database_url, max_in_flight=10, user_concurrency=2)
    app = await harness.start()
    for number in range(1, 7):
        await app.engine.submit(generation_request(number), AMPLE)
    await asyncio.sleep(0.5)
    assert harness.paid_prompts() == ["picture 1", "picture 2"]
    assert dict(await app.engine.queue_positions()) == {3: 1, 4: 2, 5: 3, 6: 4}
    await requests_until_closed(app, 6)
    assert harness.paid_prompts() == [f"picture {number}" for number in range(1, 7)]
    await app.stop()


@virtual_time
async def test_requests_in_flight_count_against_the_limits_of_the_next_start(database_url: str) -> None:
    harness = EngineHarness(database_url, max_in_flight=3, user_concurrency=2)
    app = await harness.start()
    for user in (1, 2, 3):
        for number in (1, 2):
            await app.engine.submit(generation_request(user * 10 + number, user), AMPLE)
    await asyncio.sleep(0.5)
    paid = harness.paid_prompts()
    assert len(paid) == 3
    await app.stop()
    again = await harness.start()
    await asyncio.sleep(0.5)
    assert harness.paid_prompts() == paid  # three tasks still run, so no other is paid for
    await requests_until_closed(again, 6)
    assert sorted(harness.paid_prompts()) == sorted({*harness.paid_prompts()})
    await again.stop()


@virtual_time
async def test_a_cancelled_request_leaves_the_queue_and_the_next_moves_up(database_url: str) -> None:
    harness = EngineHarness(database_url, max_in_flight=1, user_concurrency=1)
    app = await harness.start()
    for number in (1, 2, 3):
        await app.engine.submit(generation_request(number), AMPLE)
    await asyncio.sleep(0.5)
    assert await app.engine.cancel(2)
    assert not await app.engine.cancel(2)
    assert dict(await app.engine.queue_positions()) == {3: 1}
    requests = await requests_until_closed(app, 3)
    assert [request.state for request in requests] == [State.DELIVERED, State.CANCELLED, State.DELIVERED]
    assert harness.paid_prompts() == ["picture 1", "picture 3"]
    await app.stop()


@virtual_time
async def test_the_word_that_a_request_is_cancelled_does_not_stay(database_url: str) -> None:
    harness = EngineHarness(database_url)
    app = await harness.start()
    await app.engine.submit(generation_request(1), AMPLE)
    await asyncio.sleep(0.5)
    assert await app.engine.cancel(1)
    (request,) = await requests_until_closed(app, 1)
    assert request.status_message_id is not None
    assert harness.telegram.texts[request.status_message_id].startswith("Cancelled.")
    await asyncio.sleep(CANCELLED_SECONDS / 2)
    assert request.status_message_id in harness.telegram.texts
    await app.stop()
    again = await harness.start()
    await asyncio.sleep(CANCELLED_SECONDS / 2)
    assert request.status_message_id not in harness.telegram.texts
    await again.stop()


@virtual_time
async def test_a_request_with_a_lost_commit_answer_is_drawn_when_it_is_submitted_again(
    database_url: str,
) -> None:
    lost: list[str] = []

    def lose_an_answer(point: str) -> None:
        if point == "committed" and lost:
            raise StorageUnreachable(lost.pop())

    harness = EngineHarness(database_url, failpoint=lose_an_answer)
    app = await harness.start()
    lost.append("the connection ended")
    with pytest.raises(StorageUnreachable):
        await app.engine.submit(generation_request(1, 1), AMPLE)
    for _ in range(2):
        answer = await app.engine.submit(generation_request(1, 1), AMPLE)
        assert isinstance(answer, Accepted)
        assert not answer.fresh
    [request] = await requests_until_closed(app, 1)
    assert request.state is State.DELIVERED
    assert len(harness.paid_prompts()) == 1
    await app.stop()


@virtual_time
async def test_a_create_is_known_to_be_unsent_if_the_answer_to_its_record_was_lost(database_url: str) -> None:
    lost: list[str] = []

    def lose_an_answer(point: str) -> None:
        submitting = "SELECT 1 FROM requests WHERE state = 'submitting'"
        if point == "committed" and not lost and read_rows(database_url, submitting):
            lost.append("the connection ended")
            raise StorageUnreachable(lost[0])

    harness = EngineHarness(database_url, failpoint=lose_an_answer, unknown_create=UnknownCreate.REFUND)
    app = await harness.start()
    await app.engine.submit(generation_request(1, 1), AMPLE)
    [request] = await requests_until_closed(app, 1)
    assert lost
    assert (request.state, request.creates) == (State.DELIVERED, 1)
    assert len(harness.paid_prompts()) == 1
    await app.stop()
