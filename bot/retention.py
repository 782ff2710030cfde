"""The regular passes of retention, in small steps with pauses between them (KEEP_DAYS)."""

import structlog

from core.clock import Clock
from core.metrics import Metrics
from storage.database_errors import StorageUnavailable
from storage.retention import Retention

log = structlog.get_logger(__name__)

PASS_SECONDS = 6 * 3600.0
PAUSE_SECONDS = 0.25
"""Pause after each step, so that the units of users come first."""


async def empty_regularly(retention: Retention, metrics: Metrics, clock: Clock) -> None:
    """Empty old requests and delete old words now and every six hours, until cancelled.

    A pass that the database interrupts is begun anew the next time.
    """
    while True:
        try:
            await _pass(retention, metrics, clock)
        except StorageUnavailable as error:
            log.info("retention interrupted", error=str(error))
        await clock.sleep(PASS_SECONDS)


async def _pass(retention: Retention, metrics: Metrics, clock: Clock) -> None:
    emptied = deleted = 0
    after: int | None = 0
    while after is not None:
        step = await retention.empty_requests(after)
        metrics.emptied_requests.inc(step.changed)
        emptied, after = emptied + step.changed, step.after
        await clock.sleep(PAUSE_SECONDS)
    after = 0
    while after is not None:
        step = await retention.delete_words()
        deleted, after = deleted + step.changed, step.after
        await clock.sleep(PAUSE_SECONDS)
    metrics.retention_passed.set(clock.now())
    if emptied or deleted:
        log.info("old contents removed", requests=emptied, texts=deleted)
