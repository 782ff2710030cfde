"""Telegram's rates, for any crowd that wants to speak: kept, in order of urgency, and nobody forgotten."""

import asyncio
from collections import defaultdict
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chat.limits import (
    GROUP_MESSAGES,
    GROUP_SECONDS,
    PRIVATE_BURST,
    Priority,
    RateLimiter,
    SlotScheduler,
    Ticket,
)
from core.clock import SystemClock

RATE = 30


def _granted(asked: list[tuple[float, int, Priority]], rate: int = RATE) -> list[tuple[float, Ticket, float]]:
    """Run the scheduler over wishes (time, chat, priority) and return (granted at, ticket, asked at)."""
    scheduler = SlotScheduler(rate)
    waiting = sorted(asked, key=lambda generation_request: generation_request[0])
    born: dict[int, float] = {}
    out: list[tuple[float, Ticket, float]] = []
    now = 0.0
    while True:
        while waiting and waiting[0][0] <= now:
            at, chat, priority = waiting.pop(0)
            ticket = Ticket(chat, priority)
            scheduler.enqueue(ticket, now)
            born[ticket.number] = at
        out += [(now, ticket, born[ticket.number]) for ticket in scheduler.grant(now)]
        times = [t for t in (scheduler.next_at(), waiting[0][0] if waiting else None) if t is not None]
        if not times:
            return out
        now = max(now + 1e-6, min(times))


wishes = st.lists(
    st.tuples(
        st.floats(0, 20),
        st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, -100, -200]),
        st.sampled_from(list(Priority)),
    ),
    max_size=150,
)


@given(wishes)
def test_the_rates_are_kept_and_everybody_is_served(asked: list[tuple[float, int, Priority]]) -> None:
    granted = _granted(asked)
    assert len(granted) == len(asked)
    times = [at for at, _, _ in granted]
    assert all(later - first >= 1.0 for first, later in zip(times, times[RATE:], strict=False))
    chats: dict[int, list[float]] = defaultdict(list)
    for at, ticket, _ in granted:
        chats[ticket.chat_id].append(at)
    for chat, sent in chats.items():
        if chat < 0:
            window = zip(sent, sent[GROUP_MESSAGES:], strict=False)
            assert all(later - first >= GROUP_SECONDS for first, later in window)
        else:
            # A burst of three, then one a second: n + 3 messages take at least n seconds.
            for start in range(len(sent)):
                for end in range(start + PRIVATE_BURST, len(sent)):
                    assert sent[end] - sent[start] >= end - start - PRIVATE_BURST + 1 - 1e-6


@given(st.lists(st.sampled_from(list(Priority)), min_size=1, max_size=60), st.integers(1, 5))
def test_of_those_who_wait_the_most_urgent_goes_first(priorities: list[Priority], rate: int) -> None:
    asked = [(0.0, 1000 + number, priority) for number, priority in enumerate(priorities)]
    order = [ticket.key for _, ticket, _ in _granted(asked, rate)]
    assert order == sorted(order)


@given(wishes)
def test_within_a_chat_and_a_priority_first_come_is_first_served(
    asked: list[tuple[float, int, Priority]],
) -> None:
    lines: dict[tuple[int, Priority], list[int]] = defaultdict(list)
    for _, ticket, _ in _granted(asked):
        lines[ticket.chat_id, ticket.priority].append(ticket.number)
    assert all(first < later for line in lines.values() for first, later in pairwise(line))


def test_a_free_chat_speaks_at_once() -> None:
    assert [at for at, _, _ in _granted([(5.0, 1, Priority.STATUS)])] == [5.0]


def test_a_frozen_chat_waits_and_others_do_not() -> None:
    scheduler = SlotScheduler(RATE)
    scheduler.freeze(1, 7.0)
    scheduler.enqueue(Ticket(1, Priority.PICTURE), 0.0)
    scheduler.enqueue(Ticket(2, Priority.STATUS), 0.0)
    assert [ticket.chat_id for ticket in scheduler.grant(0.0)] == [2]
    assert scheduler.next_at() == 7.0
    assert [ticket.chat_id for ticket in scheduler.grant(7.0)] == [1]


def test_a_freeze_holds_for_those_already_in_line() -> None:
    scheduler = SlotScheduler(1)
    for chat in (1, 2):
        scheduler.enqueue(Ticket(chat, Priority.STATUS), 0.0)
    assert [ticket.chat_id for ticket in scheduler.grant(0.0)] == [1]
    scheduler.freeze(2, 9.0)
    assert scheduler.grant(5.0) == []
    assert [ticket.chat_id for ticket in scheduler.grant(9.0)] == [2]


def test_many_chats_are_forgotten_once_idle() -> None:
    scheduler = SlotScheduler(10_000)
    for number in range(10_000):
        scheduler.enqueue(Ticket(number, Priority.ANSWER), number * 10.0)
        assert len(scheduler.grant(number * 10.0)) == 1
    assert len(scheduler._chats) <= 2_001


async def test_a_turn_that_is_not_wanted_any_more_is_not_used_up() -> None:
    rate_limiter = RateLimiter(RATE, SystemClock())
    rate_limiter.freeze(1, 0.05)
    waits = [asyncio.create_task(rate_limiter.acquire(1, Priority.STATUS)) for _ in range(4)]
    await asyncio.sleep(0)
    for wait in waits[:3]:
        wait.cancel()
    await asyncio.wait_for(waits[3], 5)
    await asyncio.wait_for(
        rate_limiter.acquire(1, Priority.ANSWER), 0.5
    )  # the burst of three is nearly whole
    await asyncio.wait_for(rate_limiter.acquire(1, Priority.ANSWER), 0.5)
