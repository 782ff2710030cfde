"""Runs units of work in batches, so that many units share one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from storage.database import Unit

T = TypeVar("T")
LARGEST_BATCH = 128


@dataclass(slots=True)
class UnitResult:
    """The value that a unit returned, or the error that its caller gets."""

    value: Any = None  # each unit has its own type, which `UnitQueue.run` restores
    error: Exception | None = None


RunBatch = Callable[[Sequence[Unit[Any]]], Awaitable[Sequence[UnitResult]]]
"""Runs units and returns their results in the same order."""


@dataclass(slots=True)
class _Pending(Generic[T]):
    unit: Unit[T]
    done: asyncio.Future[T]


class UnitQueue:
    """Passes units to `run_batch`, one batch at a time. Units that wait during a batch form the next one."""

    def __init__(self, run_batch: RunBatch) -> None:
        self._run_batch = run_batch
        self._pending: list[_Pending[Any]] = []
        self._pump: asyncio.Task[None] | None = None

    async def run(self, unit: Unit[T]) -> T:
        """Return the result of a unit, or raise its error."""
        loop = asyncio.get_running_loop()
        pending = _Pending(unit, loop.create_future())
        self._pending.append(pending)
        if self._pump is None:
            self._pump = loop.create_task(self._run_all())
        result: T = await pending.done
        return result

    async def drain(self) -> None:
        """Wait until no unit is left."""
        if self._pump is not None:
            await asyncio.wait([self._pump])

    async def _run_all(self) -> None:
        try:
            while self._pending:
                batch, self._pending = self._pending[:LARGEST_BATCH], self._pending[LARGEST_BATCH:]
                results = await self._run_batch([pending.unit for pending in batch])
                for pending, result in zip(batch, results, strict=True):
                    if pending.done.done():
                        continue
                    if result.error is not None:
                        pending.done.set_exception(result.error)
                    else:
                        pending.done.set_result(result.value)
        finally:
            self._pump = None
