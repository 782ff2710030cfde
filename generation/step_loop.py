"""The loop that advances one request, step by step."""

from collections.abc import Awaitable, Callable

import structlog

from core.clock import Clock
from core.model import Request
from core.retries import backoff
from generation.step_result import StepResult
from storage.database_errors import StorageUnavailable

log = structlog.get_logger(__name__)


async def run_steps(
    step: Callable[[Request | None], Awaitable[StepResult]],
    *,
    request_id: int,
    clock: Clock,
    written: Request | None = None,
    on_step: Callable[[StepResult], None] = lambda _result: None,
) -> StepResult:
    """Run steps of a request until one leaves no further step, and return its result.

    A step gets the row that was written just before it, or None if it has to read the row. `written` is for the first
    step. A failed step is repeated later. Only a cancellation ends the loop early.
    """
    tries = 0
    while True:
        try:
            result = await step(written)
        except Exception as error:
            written = None
            tries += 1
            outage = isinstance(error, StorageUnavailable)  # the database logs an outage itself
            if not outage:
                log.exception("advance failed", request=request_id, tries=tries)
            await clock.sleep(backoff(tries, longest=10.0 if outage else 60.0))
            continue
        tries = 0
        on_step(result)
        if result.closed:
            return result
        written = None if result.wait else result.request
        if result.wait:
            await clock.sleep(result.wait)
