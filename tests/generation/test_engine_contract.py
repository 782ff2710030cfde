"""The promises of every engine: order, limits, cancelling, repeats and positions, in real time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.setting_choices import EngineChoice
from core.model import Accepted, Approval, State
from generation.decisions import Decisions
from storage.asked_requests import AskedRequests
from tests.support.engine_contract import ContractHarness, until
from tests.support.factories import AMPLE, generation_request


@pytest.fixture(params=[EngineChoice.LOCAL, EngineChoice.DBOS])
async def harness(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ContractHarness]:
    url = f"sqlite:///{tmp_path}/bot.sqlite3"
    if request.param is EngineChoice.DBOS:
        url = request.getfixturevalue("dbos_url")
    harness = ContractHarness(url, request.param)
    yield harness
    await harness.stop()


async def test_the_limits_per_user_and_in_total_are_reached_and_never_exceeded(
    harness: ContractHarness,
) -> None:
    await harness.start(max_in_flight=5, user_concurrency=2)
    prompts = await harness.submit(1, 1, 1, 1, 2, 2, 2, 3, 3, 3)
    provider = harness.provider

    def is_full() -> bool:
        """Return whether five tasks run, or two of each user whose requests wait."""
        running = Counter(prompt[0] for prompt in provider.running)
        return running.total() == 5 or all(running[p[0]] == 2 for p in set(prompts) - set(provider.created))

    await until(is_full)
    while len(provider.created) < len(prompts):
        provider.finish(provider.running[0])
        await until(is_full)
    provider.finish()
    assert set(await harness.until_closed(*prompts)) == {State.DELIVERED}
    assert provider.most_running == {None: 5, "1": 2, "2": 2, "3": 2}
    for user in ("1", "2", "3"):
        assert [p for p in harness.provider.created if p.startswith(user)] == [
            p for p in prompts if p.startswith(user)
        ]
    assert set(harness.provider.paid.values()) == {1}


async def test_users_are_served_round_robin(harness: ContractHarness) -> None:
    await harness.start(max_in_flight=1, user_concurrency=2)
    first = await harness.submit(1)
    await until(lambda: harness.provider.running)
    prompts = first + await harness.submit(1, 1, 2, 2, 3)
    harness.provider.finish()
    await harness.until_closed(*prompts)
    assert harness.provider.created == ["1: 1", "1: 2", "2: 1", "3: 1", "1: 3", "2: 2"]


@pytest.mark.parametrize(
    ("concurrency", "users", "positions"),
    [
        (2, [], []),
        (2, [1], ["1: 2"]),
        (2, [1, 1, 2, 2, 3], ["1: 2", "2: 1", "3: 1", "1: 3", "2: 2"]),
        (2, [2, 1, 2, 2], ["2: 1", "1: 2", "2: 2", "2: 3"]),
        (1, [1, 2, 1, 2], ["2: 1", "1: 2", "2: 2", "1: 3"]),
    ],
)
async def test_the_positions_are_the_order_in_which_requests_will_be_drawn(
    harness: ContractHarness, concurrency: int, users: list[int], positions: list[str]
) -> None:
    await harness.start(max_in_flight=1, user_concurrency=concurrency)
    await harness.submit(1)
    await until(lambda: harness.provider.running)
    await harness.submit(*users)
    assert await harness.positions() == positions


@pytest.mark.parametrize("state", [State.QUEUED, State.SUBMITTING, State.RUNNING])
async def test_a_cancelled_request_makes_place_for_the_next(harness: ContractHarness, state: State) -> None:
    app = await harness.start(max_in_flight=1, user_concurrency=1)
    if state is State.SUBMITTING:
        harness.provider.create_gate.clear()
    first, second, third = await harness.submit(1, 1, 1)
    await until(lambda: harness.provider.created)
    cancelled = second if state is State.QUEUED else first
    request = await harness.request(cancelled)
    while request.state is not state:
        request = await harness.request(cancelled)
    assert await app.engine.cancel(request.id)
    assert not await app.engine.cancel(request.id)
    harness.provider.create_gate.set()
    assert await harness.until_closed(cancelled) == [State.CANCELLED]
    harness.provider.finish()
    states = await harness.until_closed(first, second, third)
    assert sorted(states) == [State.CANCELLED, State.DELIVERED, State.DELIVERED]
    assert harness.provider.created == [
        p for p in (first, second, third) if p != second or state is not State.QUEUED
    ]


async def test_a_request_whose_picture_is_ready_is_not_cancelled(harness: ContractHarness) -> None:
    app = await harness.start()
    harness.provider.finish()
    [prompt] = await harness.submit(1)
    await until(lambda: harness.telegram.photos)
    assert not await app.engine.cancel((await harness.request(prompt)).id)
    assert await harness.until_closed(prompt) == [State.DELIVERED]
    assert not await app.engine.cancel((await harness.request(prompt)).id)


async def test_a_repeat_of_an_accepted_request_is_the_same_request(harness: ContractHarness) -> None:
    app = await harness.start()
    asked = generation_request(1_001, 1, "1: 1")
    answers = await asyncio.gather(*(app.engine.submit(asked, AMPLE) for _ in range(5)))
    assert sorted(answer.fresh for answer in answers if isinstance(answer, Accepted)) == [False] * 4 + [True]
    harness.provider.finish()
    await harness.until_closed("1: 1")
    again = await app.engine.submit(asked, AMPLE)
    assert isinstance(again, Accepted)
    assert again.request.state is State.DELIVERED
    assert harness.provider.created == ["1: 1"]


@pytest.mark.parametrize("count", [1, 3])
async def test_requests_that_wait_for_an_approval_hold_no_slot_and_are_drawn_once_after_it(
    harness: ContractHarness, count: int
) -> None:
    app = await harness.start(max_in_flight=1, user_concurrency=1)
    asked: AskedRequests = app.dispatcher["asked_requests"]
    decisions: Decisions = app.dispatcher["decisions"]
    heads = []
    for number, prompt in enumerate(("1: yes", "1: no"), start=1):
        wanted = replace(generation_request(number, 1, prompt), needs_approval=True, count=count)
        answer = await app.engine.submit(wanted, AMPLE)
        assert isinstance(answer, Accepted)
        assert answer.request.waits_for_approval
        heads.append(answer.request)
    yes, no = heads
    for head in heads:
        while (question := await asked.question(head.id)) is None or question.message_id is None:  # noqa: ASYNC110 - the ledger has no events
            await asyncio.sleep(0.02)
    assert len([text for text in harness.telegram.texts.values() if "Shall I draw this?" in text]) == 2
    prompts = await harness.submit(1)
    await until(lambda: harness.provider.running)
    assert harness.provider.created == prompts
    assert await harness.positions() == []

    assert not await decisions.draw(yes)  # without an approval
    presses = [decisions.draw(yes, approved=True) for _ in range(2)]
    presses.append(decisions.cancel(no, approval=Approval.DECLINED))
    drawn, again, cancelled = await asyncio.gather(*presses)
    assert (drawn + again, cancelled) == (1, True)
    assert await harness.positions() == ["1: yes"] * count
    harness.provider.finish()
    for head, state in ((yes, State.DELIVERED), (no, State.CANCELLED)):
        while (row := await app.requests.get(head.id)) is None or row.closed_at is None:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.02)
        assert row.state is state
    assert harness.provider.paid == {prompts[0]: 1, "1: yes": count}
    assert await app.dispatcher["quota"].used(1) == 1 + count


async def test_a_stop_loses_nothing_and_draws_nothing_twice(harness: ContractHarness) -> None:
    await harness.start(max_in_flight=2)
    prompts = await harness.submit(1, 1, 2, 3)
    await until(lambda: len(harness.provider.running) == 2)
    await harness.stop()
    await harness.start(max_in_flight=2)
    harness.provider.finish()
    assert await harness.until_closed(*prompts) == [State.DELIVERED] * 4
    assert set(harness.provider.paid.values()) == {1}
    assert harness.provider.most_running[None] == 2


async def test_requests_that_no_engine_drives_are_driven_after_a_start(harness: ContractHarness) -> None:
    """Another engine, or a restored ledger, leaves requests in any state and no workflow."""
    await harness.start()
    await harness.stop()
    local = ContractHarness(harness.database_url, EngineChoice.LOCAL, harness.provider)
    await local.start(max_in_flight=1)
    prompts = await local.submit(1, 1, 2)
    await until(lambda: harness.provider.running)
    await local.stop()
    app = await harness.start()
    harness.provider.finish()
    assert app.engine.running
    assert await harness.until_closed(*prompts) == [State.DELIVERED] * 3
    assert set(harness.provider.paid.values()) == {1}
