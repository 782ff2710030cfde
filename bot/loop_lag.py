"""Measures the lag of the event loop."""

import asyncio

import structlog

from core.metrics import Metrics

log = structlog.get_logger(__name__)

INTERVAL_SECONDS = 0.1
LOGGED_SECONDS = 1.0
"""A lag of this length is logged: the machine was overloaded or suspended."""


async def measure_loop_lag(metrics: Metrics) -> None:
    """Record how late the event loop runs a timer, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + INTERVAL_SECONDS
        await asyncio.sleep(INTERVAL_SECONDS)
        lag = max(0.0, loop.time() - due)
        metrics.loop_lag.observe(lag)
        if lag > LOGGED_SECONDS:
            log.warning("event loop was blocked", seconds=round(lag, 1))
