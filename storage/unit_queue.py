"""Runs units of work in batches, so that many units share one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from storage.database import Unit
from storage.urgency import is_urgent

T = TypeVar("T")
LARGEST_BATCH = 128
RESUMED_AT_ONCE = 8
"""Callers that go on in one pass of the event loop, so that those of a large batch do not delay timers."""
PATIENT_SECONDS = 0.02
"""Time for which a patient unit waits for another one."""


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
    """Passes units to `run_batch`, one batch at a time. Units that wait during a batch form the next one.

    A patient unit begins no batch for a short time, so that it can join that of another unit. Urgent units
    (storage.urgency) form the next batch by themselves, so that they do not wait for others in it.
    """

    def __init__(self, run_batch: RunBatch) -> None:
        self._run_batch = run_batch
        self._pending: list[_Pending[Any]] = []
        self._urgent: list[_Pending[Any]] = []
        self._pump: asyncio.Task[None] | None = None
        self._is_due = False
        """Whether the pending units are to run as soon as possible."""
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, unit: Unit[T], *, patient: bool = False) -> T:
        """Return the result of a unit, or raise its error."""
        loop = asyncio.get_running_loop()
        pending = _Pending(unit, loop.create_future())
        (self._urgent if is_urgent() else self._pending).append(pending)
        if not patient or is_urgent():
            self._start()
        elif self._timer is None:
            self._timer = loop.call_later(PATIENT_SECONDS, self._start)
        result: T = await pending.done
        return result

    async def drain(self) -> None:
        """Run the units that are left, and those that come meanwhile, and wait for their end."""
        while self._pending or self._urgent or self._pump is not None:
            await asyncio.wait([self._start()])

    def _start(self) -> asyncio.Task[None]:
        self._is_due = True
        if self._pump is None:
            self._pump = asyncio.get_running_loop().create_task(self._run_all())
        return self._pump

    async def _run_all(self) -> None:
        try:
            while batch := self._next_batch():
                results = await self._run_batch([pending.unit for pending in batch])
                for index, (pending, result) in enumerate(zip(batch, results, strict=True)):
                    if index and index % RESUMED_AT_ONCE == 0:
                        await asyncio.sleep(0)
                    if pending.done.done():
                        continue
                    if result.error is not None:
                        pending.done.set_exception(result.error)
                    else:
                        pending.done.set_result(result.value)
        finally:
            self._pump = None

    def _next_batch(self) -> list[_Pending[Any]]:
        """Return the units to run next, none if those that are left may wait."""
        if self._urgent:
            batch, self._urgent = self._urgent[:LARGEST_BATCH], self._urgent[LARGEST_BATCH:]
            return batch
        if not self._is_due:
            return []
        batch, self._pending = self._pending[:LARGEST_BATCH], self._pending[LARGEST_BATCH:]
        self._is_due = bool(self._pending)
        if self._timer is not None and not self._pending:
            self._timer.cancel()
            self._timer = None
        return batch
