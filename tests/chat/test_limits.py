"""The rate limits, for any mix of messages: they are kept, urgent messages go first, and each message is sent."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.limits import (
    GROUP_MESSAGES,
    GROUP_SECONDS,
    PRIVATE_BURST,
    WIRE_SECONDS,
    Priority,
    SlotScheduler,
    Ticket,
)
from chat.rate_limiter import LocalRateLimiter
from tests.support.virtual_loop import LoopClock, virtual_time

RATE = 30
_Message = tuple[float, int, Priority]
"""A message to send: time, chat id, priority."""


def _granted(messages: Sequence[_Message], rate: int = RATE) -> list[tuple[float, Ticket]]:
    """Run the scheduler over messages, and return the tickets in the order of their slots, with their times."""
    scheduler = SlotScheduler(rate)
    waiting = sorted(messages, key=lambda message: message[0])
    granted: list[tuple[float, Ticket]] = []
    now = 0.0
    while True:
        while waiting and waiting[0][0] <= now:
            _, chat, priority = waiting.pop(0)
            scheduler.enqueue(Ticket(chat, priority), now)
        granted += [(now, ticket) for ticket in scheduler.grant(now)]
        times = [t for t in (scheduler.next_at(now), waiting[0][0] if waiting else None) if t is not None]
        if not times:
            return granted
        now = max(now + 1e-6, min(times))


MESSAGES = st.lists(
    st.tuples(
        st.floats(0, 20),
        st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, -100, -200]),
        st.sampled_from(list(Priority)),
    ),
    max_size=150,
)


@given(MESSAGES)
def test_all_messages_are_sent_and_every_rate_is_kept(messages: list[_Message]) -> None:
    granted = _granted(messages)
    assert len(granted) == len(messages)
    times = [at for at, _ in granted]
    assert all(later - first >= 1.0 for first, later in zip(times, times[RATE:], strict=False))
    chats: dict[int, list[float]] = defaultdict(list)
    for at, ticket in granted:
        chats[ticket.chat_id].append(at)
    for chat, sent in chats.items():
        if chat < 0:
            window = zip(sent, sent[GROUP_MESSAGES:], strict=False)
            assert all(later - first >= GROUP_SECONDS for first, later in window)
        else:
            # A burst of three, then one a second: n + 3 messages need at least n seconds.
            for start in range(len(sent)):
                for end in range(start + PRIVATE_BURST, len(sent)):
                    assert sent[end] - sent[start] >= end - start - PRIVATE_BURST + 1 - 1e-6


@given(st.lists(st.sampled_from(list(Priority)), min_size=1, max_size=60), st.integers(1, 5))
def test_of_the_waiting_messages_the_most_urgent_goes_first(priorities: list[Priority], rate: int) -> None:
    messages = [(0.0, 1000 + number, priority) for number, priority in enumerate(priorities)]
    order = [ticket.key for _, ticket in _granted(messages, rate)]
    assert order == sorted(order)


@given(MESSAGES)
def test_messages_of_one_chat_and_priority_keep_their_order(messages: list[_Message]) -> None:
    queues: dict[tuple[int, Priority], list[int]] = defaultdict(list)
    for _, ticket in _granted(messages):
        queues[ticket.chat_id, ticket.priority].append(ticket.number)
    assert all(first < later for queue in queues.values() for first, later in pairwise(queue))


def test_a_message_to_a_free_chat_is_sent_at_once() -> None:
    assert [at for at, _ in _granted([(5.0, 1, Priority.STATUS)])] == [5.0]


def test_a_frozen_chat_delays_no_other_chat() -> None:
    scheduler = SlotScheduler(RATE)
    scheduler.freeze(1, 7.0)
    scheduler.enqueue(Ticket(1, Priority.PICTURE), 0.0)
    scheduler.enqueue(Ticket(2, Priority.STATUS), 0.0)
    assert [ticket.chat_id for ticket in scheduler.grant(0.0)] == [2]
    assert scheduler.next_at(0.0) == 7.0
    assert [ticket.chat_id for ticket in scheduler.grant(7.0)] == [1]


@pytest.mark.parametrize("frozen", [1, None])
def test_a_shorter_freeze_does_not_end_a_longer_one(frozen: int | None) -> None:
    scheduler = SlotScheduler(RATE)
    scheduler.freeze(frozen, 9.0)
    scheduler.freeze(frozen, 5.0)
    scheduler.enqueue(Ticket(1, Priority.PICTURE), 0.0)
    assert scheduler.grant(5.0) == []
    assert len(scheduler.grant(9.0)) == 1


def test_a_freeze_also_delays_messages_that_already_wait() -> None:
    scheduler = SlotScheduler(1)
    for chat in (1, 2):
        scheduler.enqueue(Ticket(chat, Priority.STATUS), 0.0)
    assert [ticket.chat_id for ticket in scheduler.grant(0.0)] == [1]
    scheduler.freeze(2, 9.0)
    assert scheduler.grant(5.0) == []
    assert [ticket.chat_id for ticket in scheduler.grant(9.0)] == [2]


def test_idle_chats_are_forgotten() -> None:
    scheduler = SlotScheduler(10_000)
    for number in range(10_000):
        scheduler.enqueue(Ticket(number, Priority.ANSWER), number * 10.0)
        assert len(scheduler.grant(number * 10.0)) == 1
    assert len(scheduler._chats) <= 2_001


def test_slots_are_granted_evenly_except_for_a_small_burst() -> None:
    times = [at for at, _ in _granted([(0.0, chat, Priority.STATUS) for chat in range(1, 31)])]
    burst = RATE // 4
    assert times[burst - 1] == 0.0
    assert all(later - first >= 1 / RATE - 1e-6 for first, later in pairwise(times[burst - 1 :]))
    assert times[-1] <= 1.0


@virtual_time
async def test_a_message_on_the_wire_holds_its_slot_until_a_second_after_the_answer() -> None:
    clock = LoopClock()
    rate_limiter = LocalRateLimiter(rate=2, clock=clock)

    async def send(chat_id: int, seconds: float) -> float:
        await rate_limiter.acquire(chat_id, Priority.ANSWER)
        begun = clock.monotonic()
        async with rate_limiter.sending(chat_id):
            await asyncio.sleep(seconds)
        return begun

    times = await asyncio.gather(send(1, 3.0), send(2, 3.0), send(3, 0.1), send(4, 0.1))
    assert times[1] < 1.0
    # The first message may arrive as late as with its answer, and the third one at once.
    assert 1.0 <= times[2] - (times[0] + 3.0) <= 1.1
    assert times[3] > times[2]


@virtual_time
async def test_calls_that_hang_hold_up_other_messages_for_five_seconds_at_most() -> None:
    clock = LoopClock()
    rate_limiter = LocalRateLimiter(rate=RATE, clock=clock)

    async def hang(chat_id: int) -> None:
        await rate_limiter.acquire(chat_id, Priority.ANSWER)
        async with rate_limiter.sending(chat_id):
            await asyncio.sleep(60.0)

    hanging = [asyncio.create_task(hang(chat_id)) for chat_id in range(1, RATE + 1)]
    await asyncio.sleep(1.5)
    await rate_limiter.acquire(100, Priority.STATUS)
    assert clock.monotonic() <= 1.0 + WIRE_SECONDS
    await asyncio.gather(*hanging)
    begun = clock.monotonic()
    for chat_id in range(200, 200 + RATE):  # the late answers count, too, and none twice
        await rate_limiter.acquire(chat_id, Priority.STATUS)
    assert 0.8 <= clock.monotonic() - begun <= 2.0


def test_a_broadcast_never_delays_a_picture() -> None:
    """While a broadcast sends as fast as it may, a burst of pictures goes out as it would without one."""
    news = [(0.0, 1_000 + number, Priority.BROADCAST) for number in range(200)]
    pictures = [(4.0 + number / 1_000, 1 + number, Priority.PICTURE) for number in range(7)]
    alone = [at for at, _ in _granted(pictures)]
    beside = [at for at, ticket in _granted(news + pictures) if ticket.priority is Priority.PICTURE]
    assert beside == pytest.approx(alone, abs=1e-3)


def test_a_broadcast_leaves_a_third_of_the_rate() -> None:
    granted = _granted([(0.0, 1_000 + number, Priority.BROADCAST) for number in range(200)])
    times = [at for at, _ in granted]
    assert len(times) == 200
    assert all(later - first >= 1.0 for first, later in zip(times, times[RATE * 2 // 3 :], strict=False))
    assert times[-1] < 12
