"""Calls that a stop or a cancellation of their callers must not cut in half."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class ShieldedCalls:
    """Runs coroutines as tasks of their own, apart from their callers."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine and return its result. If the caller is cancelled, the coroutine still finishes."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)
        return await asyncio.shield(task)

    async def drain(self, seconds: float) -> None:
        """Wait up to some seconds for the tasks that run."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def finish(self) -> None:
        """Wait until no task runs, also of those that begin meanwhile."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _on_task_done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # raised for the caller; marked as retrieved in case the caller was cancelled
