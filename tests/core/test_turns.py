"""Turns: few callers in each pass of the event loop, all of them in order."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from core.turns import Turns


@given(st.integers(1, 5), st.integers(0, 30), st.sets(st.integers(0, 29)))
def test_few_go_on_in_one_pass_and_all_in_order(at_once: int, callers: int, cancelled: set[int]) -> None:
    async def run() -> list[list[int]]:
        turns = Turns(at_once)
        passes: list[list[int]] = [[]]

        async def go_on(number: int) -> None:
            await turns.take()
            passes[-1].append(number)

        tasks = [asyncio.create_task(go_on(number)) for number in range(callers)]
        await asyncio.sleep(0)
        for number in cancelled & set(range(callers)):
            tasks[number].cancel()
        while not all(task.done() for task in tasks):
            passes.append([])
            await asyncio.sleep(0)
        await asyncio.gather(*tasks, return_exceptions=True)
        return passes

    passes = asyncio.run(run())
    gone_on = [number for one in passes for number in one]
    assert max(map(len, passes)) <= at_once
    assert gone_on == sorted(gone_on)
    assert set(range(callers)) - cancelled <= set(gone_on)


async def test_a_caller_alone_does_not_wait() -> None:
    turns = Turns(1)
    for _ in range(3):
        turn = turns.take()
        try:
            turn.send(None)
        except StopIteration:
            pass
        else:
            raise AssertionError("it waited")
        await asyncio.sleep(0)


async def test_each_pass_lets_as_many_go_on_as_may_and_no_fewer() -> None:
    turns = Turns(3)
    tasks = [asyncio.create_task(turns.take()) for _ in range(8)]
    done = []
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0)
        done.append(sum(task.done() for task in tasks))
    assert sorted({*done} - {0}) == [3, 6, 8]
