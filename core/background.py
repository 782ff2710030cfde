"""Background tasks with an owner: referenced until they end, logged when they fail, stopped with their owner."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Background:
    """The background tasks of one owner."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    def start(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        """Run a coroutine as a task and return the task. An exception of it is logged."""
        task: asyncio.Task[object] = asyncio.create_task(work, name=getattr(work, "__qualname__", None))
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)
        return task

    async def stop(self, patience: float = 0.0) -> None:
        """Wait up to `patience` seconds for the tasks that run, then cancel and await the rest."""
        if patience and self._tasks:
            await asyncio.wait(self._tasks, timeout=patience)
        remaining = list(self._tasks)
        for task in remaining:
            task.cancel()
        await asyncio.gather(*remaining, return_exceptions=True)

    def _on_task_done(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background task failed", task=task.get_name(), exc_info=error)
