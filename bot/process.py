"""The life of the process: start in order, wait for a signal, stop in order."""

import asyncio
import gc
import secrets
import signal

import structlog
from pydantic import SecretStr

from bot import startup_tasks
from bot.app import Core, dispatcher, telegram_session
from bot.polling import Polling
from bot.settings import Settings, Updates
from bot.throttle import Throttle
from bot.update_queue import UpdateQueue
from bot.web import Web, webhook_path
from core.clock import SystemClock
from storage.database import Database, Failpoint
from storage.inbox import Inbox

log = structlog.get_logger(__name__)

HANDLERS_PATIENCE = 1.0


async def run(settings: Settings, *, failpoint: Failpoint | None = None) -> None:
    """Run the bot until SIGTERM or SIGINT. Raises DatabaseError or OSError where it cannot start."""
    clock = SystemClock()
    database = await Database.open(settings.database_url, failpoint)
    core = Core(settings, database, session=telegram_session(settings), clock=clock)
    await core.start()
    throttle = Throttle(settings.throttle)
    update_queue = UpdateQueue(
        Inbox(database, clock), dispatcher(core), core.bot, clock, throttle, core.notices
    )
    web = Web(settings.listen_address, core.metrics, core.healthy)
    polling = Polling(core.bot, update_queue, clock)
    background: list[asyncio.Task[None]] = [
        asyncio.create_task(startup_tasks.measure_lag(core.metrics)),
        asyncio.create_task(
            startup_tasks.set_menus(
                core.bot, core.clock, core.key_values, core.translations, settings.admin_ids
            )
        ),
    ]
    stopping = _stop_signal()
    try:
        if settings.updates is Updates.WEBHOOK:
            background.append(_take_webhook(settings, core, web, update_queue))
        web.serve_sources(core.source)
        await web.start()
        await update_queue.start()
        if settings.updates is Updates.POLLING:
            await polling.start()
        # What was imported stays for good: without it a full collection stalls the loop far less (benchmarks/).
        gc.freeze()
        gc.set_threshold(10_000, 20, 20)
        log.info("ready", updates=settings.updates)
        await stopping.wait()
        log.info("stopping")
    finally:
        await polling.stop()
        await web.stop()
        for task in background:
            task.cancel()
        await update_queue.stop(HANDLERS_PATIENCE)
        await core.stop()
        log.info("stopped")


def _take_webhook(settings: Settings, core: Core, web: Web, update_queue: UpdateQueue) -> asyncio.Task[None]:
    secret = settings.webhook_secret or SecretStr(secrets.token_urlsafe(32))
    path = webhook_path(settings.bot_token)
    web.take_updates(path, secret, update_queue)
    return asyncio.create_task(
        startup_tasks.set_webhook(core.bot, core.clock, f"{settings.public_url}{path}", secret)
    )


def _stop_signal() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    return stopping
