"""Both rate limiters keep the same rules: the local one in virtual time, the shared one over PostgreSQL."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from chat import rate_limiter
from chat.limits import PRIVATE_BURST, Priority
from chat.rate_limiter import LocalRateLimiter, RateLimiter, SharedRateLimiter
from core.clock import Clock, SystemClock
from storage.open_database import open_database
from storage.rate_limits import RateLimits
from tests.support.postgres_server import new_database
from tests.support.process_launcher import DEADLINE
from tests.support.shared_postgres import MIGRATED, SharedPostgres
from tests.support.virtual_loop import LoopClock, virtual_time

Rule = Callable[[RateLimiter, Clock], Awaitable[None]]


async def _times(limiter: RateLimiter, clock: Clock, chat_ids: list[int]) -> list[float]:
    """Acquire slots for messages to these chats, and return the seconds after which each was granted."""
    begun = clock.monotonic()

    async def acquire(chat_id: int) -> float:
        await limiter.acquire(chat_id, Priority.ANSWER)
        return clock.monotonic() - begun

    return await asyncio.gather(*(acquire(chat_id) for chat_id in chat_ids))


async def a_private_chat_gets_three_at_once_and_then_one_a_second(limiter: RateLimiter, clock: Clock) -> None:
    times = sorted(await _times(limiter, clock, [1] * (PRIVATE_BURST + 2)))
    assert times[PRIVATE_BURST + 1] >= 2.0


async def a_group_gets_ten_messages_at_once(limiter: RateLimiter, clock: Clock) -> None:
    assert len(await _times(limiter, clock, [-1] * 10)) == 10


async def a_frozen_chat_delays_no_other(limiter: RateLimiter, clock: Clock) -> None:
    limiter.freeze(1, 1.5)
    frozen, other = await _times(limiter, clock, [1, 2])
    assert frozen >= 1.5
    assert other < frozen


async def a_freeze_of_the_bot_delays_all(limiter: RateLimiter, clock: Clock) -> None:
    limiter.freeze(None, 1.0)
    assert min(await _times(limiter, clock, [1, -2])) >= 1.0


async def a_message_that_is_cancelled_while_it_waits_uses_no_slot(limiter: RateLimiter, clock: Clock) -> None:
    limiter.freeze(1, 1.0)
    begun = clock.monotonic()
    waits = [asyncio.create_task(limiter.acquire(1, Priority.STATUS)) for _ in range(4)]
    await asyncio.sleep(0)
    for wait in waits[:3]:
        wait.cancel()
    await waits[3]
    assert clock.monotonic() - begun >= 1.0
    await limiter.acquire(2, Priority.ANSWER)


async def urgent_messages_go_first(limiter: RateLimiter, clock: Clock) -> None:
    limiter.freeze(None, 0.5)
    order: list[Priority] = []

    async def send(chat_id: int, priority: Priority) -> None:
        await limiter.acquire(chat_id, priority)
        order.append(priority)

    priorities = [Priority.STATUS, Priority.ANSWER, Priority.PICTURE, Priority.STATUS, Priority.PICTURE]
    await asyncio.gather(*(send(number, priority) for number, priority in enumerate(priorities, 1)))
    assert order == sorted(order)


async def a_slot_that_is_used_late_is_acquired_again_before_all_others(
    limiter: RateLimiter, clock: Clock
) -> None:
    await limiter.acquire(1, Priority.PICTURE)
    await asyncio.sleep(1.2)  # the picture is fetched slowly
    limiter.freeze(None, 0.5)
    order: list[str] = []

    async def send_late() -> None:
        async with limiter.sending(1):
            order.append("late")

    async def wait() -> None:
        await limiter.acquire(3, Priority.PICTURE)
        order.append("next")

    await asyncio.gather(wait(), send_late())
    assert order == ["late", "next"]


async def slots_are_granted_evenly(limiter: RateLimiter, clock: Clock) -> None:
    times = sorted(await _times(limiter, clock, list(range(1, 26))))
    assert times[-1] >= 0.5
    assert sum(later - first > 0.001 for first, later in pairwise(times)) >= 15


RULES: list[Rule] = [
    a_private_chat_gets_three_at_once_and_then_one_a_second,
    a_group_gets_ten_messages_at_once,
    a_frozen_chat_delays_no_other,
    a_freeze_of_the_bot_delays_all,
    a_message_that_is_cancelled_while_it_waits_uses_no_slot,
    urgent_messages_go_first,
    a_slot_that_is_used_late_is_acquired_again_before_all_others,
    slots_are_granted_evenly,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_alone(rule: Rule) -> None:
    @virtual_time
    async def run() -> None:
        clock = LoopClock()
        limiter = LocalRateLimiter(rate=30, clock=clock)
        await rule(limiter, clock)
        await limiter.stop()

    run()


async def test_shared(postgres: SharedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """All rules at the same time, since they wait. Each has a database of its own, as each bot has."""
    # After a second without an answer of the database a limiter would grant slots alone.
    monkeypatch.setattr(rate_limiter, "ASK_SECONDS", DEADLINE)
    with contextlib.ExitStack() as stack:
        async with asyncio.TaskGroup() as group:
            for rule in RULES:
                url = stack.enter_context(new_database(postgres.admin_url, MIGRATED))
                group.create_task(_run_shared(url, rule), name=rule.__name__)


async def _run_shared(url: str, rule: Rule) -> None:
    database = await open_database(url)
    clock = SystemClock()
    limiter = SharedRateLimiter(rate=30, clock=clock, limits=RateLimits(database))
    await rule(limiter, clock)
    await limiter.stop()
    await database.close()
