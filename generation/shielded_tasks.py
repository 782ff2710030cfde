"""Work that a stop or a cancellation must not cut in half, such as a paid call and the storing of its answer."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
import tenacity

from core.clock import Clock
from core.shielded_calls import ShieldedCalls
from storage.database_errors import StorageUnavailable

T = TypeVar("T")
log = structlog.get_logger(__name__)

_FIRST_PAUSE = 0.1
"""Seconds between a failed write and its first repeat, doubled for each further one."""


class ShieldedTasks(ShieldedCalls):
    """Runs coroutines apart from their callers, and repeats the writes in them."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    async def retry_until_written(self, write: Callable[[], Awaitable[T]]) -> T:
        """Run a write until it succeeds, because the fact to be stored cannot be found out again."""
        try:
            return await write()
        except Exception as error:
            _log_failed_write(1, error)
        await self._clock.sleep(_FIRST_PAUSE)
        retrying = tenacity.AsyncRetrying(
            sleep=self._clock.sleep,
            retry=tenacity.retry_if_exception_type(Exception),
            wait=tenacity.wait_exponential(multiplier=2 * _FIRST_PAUSE, max=5.0),
            before_sleep=_log_retry,
        )

        async def attempt() -> T:  # tenacity awaits only functions that are declared `async`
            return await write()

        return await retrying(attempt)


def _log_retry(state: tenacity.RetryCallState) -> None:
    if state.outcome is not None and (error := state.outcome.exception()) is not None:
        _log_failed_write(state.attempt_number + 1, error)


def _log_failed_write(attempt: int, error: BaseException) -> None:
    if not isinstance(error, StorageUnavailable):  # the database logs an outage itself, once for all callers
        log.error("write failed", attempt=attempt, error=str(error))
