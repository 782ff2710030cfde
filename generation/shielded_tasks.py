"""What one advance comes to, and acts: the parts of it that must not be cut in half by a stop or a cancel."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
import tenacity

from core.clock import Clock
from core.model import PENDING, Failure, Request, State
from storage.database import StorageUnavailable
from storage.requests import Requests

T = TypeVar("T")
log = structlog.get_logger(__name__)


def _complain(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, StorageUnavailable):  # that has told of itself, once for all who wait for it
        log.error("the database refuses a write", attempt=state.attempt_number, error=str(error))


@dataclass(frozen=True, slots=True)
class StepResult:
    """The state a request is in now, as far as this step knows, and the seconds until the next step is of use."""

    state: State
    wait: float = 0.0
    closed: bool = False


class ShieldedTasks:
    """Runs what must finish once begun (a paid call and writing down its answer) apart from who waits for it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self, act: Coroutine[Any, Any, T]) -> T:
        """Wait for an act. Cancelling the waiting leaves the act to finish by itself."""
        task = asyncio.create_task(act)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def retry_until_written(self, write: Callable[[], Awaitable[T]]) -> T:
        """Write down what has happened, however long the database refuses: it cannot be found out again."""
        retrying = tenacity.AsyncRetrying(
            sleep=self._clock.sleep,
            retry=tenacity.retry_if_exception_type(Exception),
            wait=tenacity.wait_exponential(multiplier=0.1, max=5.0),
            before_sleep=_complain,
        )

        async def once() -> T:  # tenacity awaits only what is declared `async`
            return await write()

        return await retrying(once)

    async def drain(self, seconds: float) -> None:
        """Wait for the acts that run, at most so long."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # seen by who waited; one that nobody waits for any more must not warn


async def fail(tasks: ShieldedTasks, requests: Requests, request: Request, failure: Failure) -> StepResult:
    """End a request that was not drawn: its quota comes back with it."""
    await tasks.retry_until_written(lambda: requests.settle(request, PENDING, State.FAILED, failure=failure))
    return StepResult(State.FAILED)


def backoff(tries: int, *, first: float = 0.5, longest: float = 30.0) -> float:
    """Return the seconds to wait after so many tries (1 is the first)."""
    return float(min(longest, first * 2 ** min(tries - 1, 20)))
