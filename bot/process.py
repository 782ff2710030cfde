"""The run of the process: start, wait for a signal, stop."""

import asyncio
import gc

import structlog

from bot.app import App, telegram_session
from bot.settings import Settings
from bot.stop_signals import STOP_SIGNALS
from core.clock import SystemClock
from storage.database import Failpoint
from storage.open_database import open_database
from storage.replicas import Heartbeat

log = structlog.get_logger(__name__)


async def run(settings: Settings, *, failpoint: Failpoint | None = None) -> None:
    """Run the bot until SIGTERM or SIGINT. Raises DatabaseError or OSError if it cannot start."""
    stopping = _stop_signal()
    database = await open_database(settings.database_url, failpoint, shared=settings.uses_dbos)
    clock = SystemClock()
    app = App(
        settings,
        database=database,
        session=telegram_session(settings),
        clock=clock,
        is_ending=stopping.is_set,
    )
    if app.replica is not None:

        async def follow_database(heartbeat: Heartbeat) -> None:
            clock.follow(heartbeat.now)

        app.replica.on_heartbeat(follow_database)
    try:
        await app.start()
        if not stopping.is_set():
            await app.serve()
            # Imported objects stay for good. Frozen, they do not slow a full garbage collection down (benchmarks/).
            gc.freeze()
            gc.set_threshold(10_000, 20, 20)
            log.info("ready", updates=settings.updates)
            await stopping.wait()
        log.info("stopping")
    finally:
        await app.stop()
        log.info("stopped")


def _stop_signal() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stopping.set)
    return stopping
