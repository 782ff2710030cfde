"""The composition root: constructs all parts of the bot, starts them and closes them.

Each object is constructed once, in the order of the layers, with one builder for each layer (`bot/build_*.py`), and
closed in reverse order.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import httpx
from aiogram.client.session.base import BaseSession

from bot.build_intake import build_intake
from bot.build_layers import build_layers
from bot.disk_metrics import watch_disk
from bot.housekeeping import relearn_regularly
from bot.leader_tasks import LeaderTasks
from bot.leader_work import LeaderWork
from bot.loop_lag import measure_loop_lag
from bot.setting_choices import Updates
from bot.settings import ADMIN_PATH, Settings
from bot.startup_tasks import learn_name
from chat.telegram_session import TelegramSession
from core.background import Background
from core.clock import Clock
from core.metrics import Metrics
from storage.database import Database
from storage.replicas import Heartbeat


def telegram_session(settings: Settings) -> BaseSession:
    """Return a session for the Bot API server of the settings."""
    return TelegramSession(settings.telegram_api_url, proxy=settings.proxy_to_telegram)


class App:
    """All parts of the bot. The constructor starts nothing; `stop` closes everything, started or not.

    `heartbeat_clock` is that of the heartbeats, by default `clock`. `is_ending` returns whether the process was told to
    end.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database,
        session: BaseSession,
        clock: Clock,
        heartbeat_clock: Clock | None = None,
        media_transport: httpx.AsyncBaseTransport | None = None,
        is_ending: Callable[[], bool] = lambda: False,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._is_ending = is_ending
        self.metrics = Metrics()

        # From here on, whatever has to be closed is pushed to the stack at its construction.
        self._stack = stack = AsyncExitStack()
        self.layers = layers = build_layers(
            settings,
            database=database,
            session=session,
            clock=clock,
            heartbeat_clock=heartbeat_clock or clock,
            metrics=self.metrics,
            media_transport=media_transport,
            stack=stack,
        )
        self._background = Background()
        stack.push_async_callback(self._background.stop)
        self._intake = intake = build_intake(
            settings, clock=clock, metrics=self.metrics, layers=layers, is_ending=is_ending, stack=stack
        )
        self._leader_tasks = LeaderTasks(clock=clock, is_leader=layers.is_leader if layers.replica else None)
        stack.push_async_callback(self._leader_tasks.stop)

        self.leader_work = LeaderWork(
            settings, clock=clock, metrics=self.metrics, layers=layers, webhook=intake.webhook
        )
        self.database, self.replica, self.dispatcher = database, layers.replica, layers.dispatcher
        self.requests, self.batches, self.bot = (
            layers.storage.requests,
            layers.storage.batches,
            layers.chat.bot,
        )
        self.engine, self.alarms = layers.generation.engine, layers.generation.alarms
        self.allowances = layers.generation.allowances
        self.polling, self.readiness = intake.polling, intake.readiness
        self._set_gauges()

    async def start(self) -> None:
        """Resume the open requests and, if this process leads, the work that one process does for all."""
        layers, durations = self.layers, self.layers.storage.durations
        await layers.storage.controls.load()
        if self.replica is not None:
            self.replica.on_heartbeat(self._take_over_requests)
            self.replica.on_heartbeat(self._follow_controls)
            await self.replica.start()
        if layers.traces is not None:
            await layers.traces.open()
        layers.generation.poll_schedule.restore(await durations.recent())
        await self.engine.start()
        await self._leader_tasks.start()
        for work in self.leader_work.at_start():
            self._leader_tasks.add(work)
        if self.replica is not None:
            relearn = relearn_regularly(durations, layers.generation.poll_schedule, self._clock)
            self._background.start(relearn)

    async def serve(self) -> None:
        """Start the web server and receive updates. Raises OSError if the address is in use."""
        chat, intake = self.layers.chat, self._intake
        self._background.start(measure_loop_lag(self.metrics))
        for work in self.leader_work.at_serve():
            self._leader_tasks.add(work)
        self._add_admin_page()
        await intake.web.start()
        await intake.update_queue.start()
        if self.replica is not None:
            self.replica.on_heartbeat(self._adopt_updates)
        if self._settings.updates is Updates.POLLING:
            self._leader_tasks.add(intake.polling.run)
        self._background.start(learn_name(bot=self.bot, clock=self._clock, switches=chat.bot_switches))
        self._background.start(asyncio.to_thread(chat.translations.load_all))

    async def stop(self) -> None:
        """Finish the shielded tasks and close everything, in reverse order of construction."""
        await self._stack.aclose()

    def _add_admin_page(self) -> None:
        if self._settings.admin_login is None:
            return
        from bot.build_admin_page import build_admin_page  # noqa: PLC0415 - most bots have no admin page

        layers = self.layers
        page = build_admin_page(
            self._settings,
            clock=self._clock,
            storage=layers.storage,
            chat=layers.chat,
            generation=layers.generation,
            broadcasting=layers.broadcasting,
            user_cards=layers.dispatcher["user_cards"],
            outage=layers.known_outage,
        )
        self._intake.web.add_page(ADMIN_PATH, page.add_to)

    def _set_gauges(self) -> None:
        metrics, database, update_queue = self.metrics, self.database, self._intake.update_queue
        metrics.disk_refuses.set_function(lambda: float(database.write_error is not None))
        metrics.failed_payments.set_function(lambda: float(update_queue.failed_payments))
        metrics.replicas.set_function(self.layers.count_processes)
        metrics.leader.set_function(lambda: float(self.layers.is_leader()))
        watch_disk(self._settings, metrics)

    async def _adopt_updates(self, _heartbeat: Heartbeat) -> None:
        if not self._is_ending():
            await self._intake.update_queue.adopt()

    async def _take_over_requests(self, heartbeat: Heartbeat) -> None:
        await self.engine.take_over(heartbeat.dead)

    async def _follow_controls(self, _heartbeat: Heartbeat) -> None:
        await self.layers.storage.controls.load()
