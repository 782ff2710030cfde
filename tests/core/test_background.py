"""Background tasks: logged when they fail, awaited or cancelled at the end, and never held longer than they run."""

import asyncio
import gc
import weakref

import structlog

from core.background import Background
from tests.support.virtual_loop import virtual_time


async def _fail() -> None:
    raise LookupError("lost")


async def _succeed() -> int:
    return 7


async def test_only_a_task_that_fails_is_logged_with_its_name_and_error() -> None:
    background = Background()
    with structlog.testing.capture_logs() as logged:
        failing, working = background.start(_fail()), background.start(_succeed())
        hanging = background.start(asyncio.Event().wait())
        await asyncio.wait([failing, working])
        await background.stop()
    assert (working.result(), hanging.cancelled()) == (7, True)
    assert [(line["task"], line["exc_info"]) for line in logged] == [("_fail", failing.exception())]


@virtual_time
async def test_a_stop_waits_for_its_patience_and_then_cancels() -> None:
    background, ended = Background(), list[str]()

    async def run(seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
            ended.append(f"done after {seconds}")
        except asyncio.CancelledError:
            await asyncio.sleep(1)  # a task may need a moment to end
            ended.append("cancelled")
            raise

    for seconds in (2, 100):
        background.start(run(seconds))
    await background.stop(patience=5)
    assert ended == ["done after 2", "cancelled"]
    assert asyncio.get_running_loop().time() == 6
    await background.stop(patience=5)
    background.start(run(0.5))
    await asyncio.sleep(0)
    await background.stop()
    assert ended[2:] == ["cancelled"]
    assert asyncio.get_running_loop().time() == 7


async def test_a_task_is_held_while_it_runs_and_no_longer() -> None:
    background = Background()
    task = weakref.ref(background.start(asyncio.sleep(0)))
    gc.collect()
    assert task() is not None
    for _ in range(5):  # one pass for the task, more for its callbacks
        await asyncio.sleep(0)
    gc.collect()
    assert task() is None
