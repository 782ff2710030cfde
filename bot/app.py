"""The composition root: constructs all parts of the bot, starts them and closes them.

Each object is constructed once, in the order of the layers, with one builder for each layer (`bot/build_*.py`), and
closed in reverse order.
"""

import asyncio
import contextlib
from collections.abc import Callable

import httpx
from aiogram.client.session.base import BaseSession

from bot.backups import Backups
from bot.build_broadcasts import build_broadcasts
from bot.build_chat import build_chat
from bot.build_dispatcher import build_dispatcher
from bot.build_generation import build_generation
from bot.build_provider import build_provider
from bot.build_shop import build_shop
from bot.build_storage import build_storage
from bot.build_tracing import build_tracing
from bot.build_workflows import WorkflowParts, build_workflows
from bot.disk_metrics import watch_disk
from bot.housekeeping import (
    prune_hourly,
    record_availability,
    relearn_regularly,
    repair_regularly,
)
from bot.leader_tasks import LeaderTasks
from bot.loop_lag import measure_loop_lag
from bot.notices import Notices
from bot.polling import Polling
from bot.raw_updates import allowed_updates
from bot.readiness import Readiness
from bot.replica import Replica
from bot.retention import empty_regularly
from bot.settings import ADMIN_PATH, Settings, Updates
from bot.startup_tasks import learn_name, set_profile
from bot.throttle import Throttle
from bot.update_queue import UpdateQueue
from bot.web import WebServer, webhook_path, webhook_secret
from bot.webhook import Webhook
from chat.telegram_session import TelegramSession
from core.background import Background
from core.clock import Clock
from core.metrics import Metrics
from generation.alarms import Alarm
from storage.backup_folder import BackupFolder
from storage.database import Database
from storage.replicas import Heartbeat, Replicas
from storage.retention import Retention
from storage.sqlite_file import sqlite_path
from storage.write_check import WriteCheck

HANDLER_SECONDS = 1.0
"""Time that a stop gives to running handlers."""


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
        self._stack = contextlib.AsyncExitStack()
        self._background = Background()

        self.metrics = Metrics()
        self.database = database
        self._stack.push_async_callback(database.close)
        self.replica: Replica | None = None
        shared: WorkflowParts | None = None
        self._replicas = Replicas(database)
        if database.is_shared:
            self.replica = Replica(
                replicas=self._replicas, clock=heartbeat_clock or clock, trouble=self._outage
            )
            shared = build_workflows(settings, replica_id=self.replica.id, stack=self._stack)
            self._stack.push_async_callback(self.replica.stop)
        self._storage = storage = build_storage(database, clock, shared.queue if shared else None)
        self._stack.push_async_callback(storage.users.stop)
        self._traces = build_tracing(
            settings,
            storage=storage,
            clock=clock,
            metrics=self.metrics,
            instance_id=self.replica.id if self.replica else None,
            stack=self._stack,
        )
        is_leader = self.is_leader if self.replica else None
        self._leader_tasks = LeaderTasks(clock=clock, is_leader=is_leader)
        write_check = WriteCheck(key_values=storage.key_values, clock=clock)
        self._stack.push_async_callback(write_check.stop)
        provider = build_provider(
            settings, metrics=self.metrics, transport=media_transport, stack=self._stack
        )
        self._chat = chat = build_chat(
            settings,
            session=session,
            clock=clock,
            metrics=self.metrics,
            storage=storage,
            stack=self._stack,
            replica=self.replica,
        )
        self._generation = generation = build_generation(
            settings,
            clock=clock,
            metrics=self.metrics,
            storage=storage,
            provider=provider,
            chat=chat,
            replica=self.replica,
            shared=shared,
            traces=self._traces,
            stack=self._stack,
        )
        self.requests, self.batches, self.bot = storage.requests, storage.batches, chat.bot
        self.engine, self.alarms = generation.engine, generation.alarms
        self.allowances = generation.allowances
        self._broadcasts = broadcasts = build_broadcasts(
            clock=clock,
            metrics=self.metrics,
            storage=storage,
            chat=chat,
            replica=self.replica,
            stack=self._stack,
        )
        self._shop = shop = build_shop(
            settings,
            database=database,
            clock=clock,
            credits=storage.credits,
            controls=storage.controls,
            metrics=self.metrics,
            chat=chat,
            alarms=generation.alarms,
            circuit_breaker=generation.circuit_breaker,
            replica=self.replica,
        )
        self.dispatcher = build_dispatcher(
            settings,
            clock=clock,
            storage=storage,
            chat=chat,
            generation=generation,
            broadcasting=broadcasts,
            shop=shop,
            traces=self._traces,
        )

        self._stack.push_async_callback(self._background.stop)
        self._update_queue = UpdateQueue(
            inbox=storage.inbox,
            dispatcher=self.dispatcher,
            bot=self.bot,
            clock=clock,
            throttle=Throttle(settings.throttle, processes=self._count_processes),
            notices=Notices(
                sender=chat.sender,
                private_replies=chat.private_replies,
                guest_answers=chat.guest_answers,
                invoices=chat.invoices,
                languages=chat.languages,
            ),
            owner=self.replica.id if self.replica else None,
            stars=settings.stars,
            on_failed_payment=self._report_failed_payment,
        )
        self._stack.push_async_callback(self._update_queue.stop, HANDLER_SECONDS)
        self.polling = Polling(
            bot=self.bot,
            update_queue=self._update_queue,
            clock=clock,
            allowed=allowed_updates(stars=settings.stars),
        )
        self._webhook: Webhook | None = None
        self.readiness = Readiness(
            database=database,
            requests=self.requests,
            is_ending=is_ending,
            engine_runs=lambda: self.engine.running,
            receives_updates=self._receives_updates,
        )
        self._web = WebServer(
            address=settings.listen_address,
            public_url=settings.public_url,
            metrics=self.metrics,
            is_ending=is_ending,
            find_unready=self.readiness.unready,
            load_source=generation.sources.images.load_signed,
            load_picture=generation.linked_pictures.load_signed,
            metrics_address=settings.metrics_address,
        )
        self._stack.push_async_callback(self.readiness.stop)
        self._stack.push_async_callback(self._web.stop)
        self._stack.push_async_callback(self._leader_tasks.stop)

        database.on_unavailable(lambda: self.alarms.raise_alarm(Alarm.DISK))
        database.on_unavailable(write_check.start)
        self.metrics.disk_refuses.set_function(lambda: float(database.write_error is not None))
        self.metrics.failed_payments.set_function(lambda: float(self._update_queue.failed_payments))
        self.metrics.replicas.set_function(self._count_processes)
        watch_disk(settings, self.metrics)
        self.metrics.leader.set_function(lambda: float(self.is_leader()))

    async def start(self) -> None:
        """Resume the open requests and, if this process leads, the work that one process does for all."""
        await self._storage.controls.load()
        if self.replica is not None:
            self.replica.on_heartbeat(self._take_over_requests)
            self.replica.on_heartbeat(self._follow_controls)
            await self.replica.start()
        if self._traces is not None:
            await self._traces.open()
        durations, poll_schedule = self._storage.durations, self._generation.poll_schedule
        poll_schedule.restore(await durations.recent())
        await self.engine.start()
        await self._leader_tasks.start()
        self._leader_tasks.add(self._chat.deletion_scheduler.resume)
        self._leader_tasks.add(self.alarms.check_forever)
        if self.replica is not None:
            self._background.start(relearn_regularly(durations, poll_schedule, self._clock))
            self._leader_tasks.add(self._generation.waiting_statuses.run)
            self._leader_tasks.add(lambda: repair_regularly(self.engine, self._clock))
            self._leader_tasks.add(self._chat.deletion_scheduler.resume_overdue_forever)
        self._leader_tasks.add(self._generation.sources.cleanup.sweep_hourly)
        self._leader_tasks.add(self._generation.exporter.run)
        self._leader_tasks.add(self._storage.users_takeover.run)
        self._leader_tasks.add(self._broadcasts.broadcaster.run)
        if self._shop is not None:
            self._leader_tasks.add(self._shop.reconciler.run_hourly)
            self._leader_tasks.add(self._shop.refund_worker.run)
        if self._settings.backup_dir is not None:
            backups = Backups(
                folder=BackupFolder(
                    folder=self._settings.backup_dir, ledger=sqlite_path(self._settings.database_url)
                ),
                clock=self._clock,
                metrics=self.metrics,
                on_failure=lambda: self.alarms.raise_alarm(Alarm.BACKUP),
            )
            self._leader_tasks.add(backups.run)

    async def serve(self) -> None:
        """Start the web server and receive updates. Raises OSError if the address is in use."""
        settings, clock, storage = self._settings, self._clock, self._storage
        self._background.start(measure_loop_lag(self.metrics))
        prunes = [storage.inbox.prune, storage.drafts.prune, storage.inline_prompts.prune]
        prunes += [storage.searches.prune, storage.exports.prune, storage.reports.prune]
        prunes.append(storage.statistics.store_days)
        prunes.append(storage.broadcasts.prune)
        if self._shop is not None:
            prunes.append(self._shop.keep_house)
        if self.replica is not None:
            prunes += [self._replicas.forget_dead, storage.rate_limits.prune]
        prunes.append(self._generation.sticker_maker.forget)  # the last one, because it may wait for Telegram
        lead = self._leader_tasks.add
        prunes.append(self._generation.decisions.cancel_unanswered)
        lead(lambda: prune_hourly(prunes, clock))
        if settings.keep_days:
            retention = Retention(database=self.database, clock=clock, keep_days=settings.keep_days)
            lead(lambda: empty_regularly(retention, self.metrics, clock))
        lead(self.record_availability)
        lead(self._set_profile)
        if settings.updates is Updates.WEBHOOK:
            path = webhook_path(settings.bot_token)
            secret = webhook_secret(settings.bot_token, settings.webhook_secret)
            self._web.add_webhook(path, secret, self._update_queue)
            url = f"{settings.public_url}{path}"
            allowed = allowed_updates(stars=settings.stars)
            self._webhook = Webhook(bot=self.bot, clock=clock, url=url, secret=secret, allowed=allowed)
            lead(self._webhook.keep)
        self._add_admin_page()
        await self._web.start()
        await self._update_queue.start()
        if self.replica is not None:
            self.replica.on_heartbeat(self._adopt_updates)
        if settings.updates is Updates.POLLING:
            lead(self.polling.run)
        self._background.start(learn_name(bot=self.bot, clock=clock, switches=self._chat.bot_switches))
        self._background.start(asyncio.to_thread(self._chat.translations.load_all))

    def _add_admin_page(self) -> None:
        if self._settings.admin_login is None:
            return
        from bot.build_admin_page import build_admin_page  # noqa: PLC0415 - most bots have no admin page

        page = build_admin_page(
            self._settings,
            clock=self._clock,
            storage=self._storage,
            chat=self._chat,
            generation=self._generation,
            broadcasting=self._broadcasts,
            user_cards=self.dispatcher["user_cards"],
            outage=self._known_outage,
        )
        self._web.add_page(ADMIN_PATH, page.add_to)

    async def _set_profile(self) -> None:
        await set_profile(
            menus=self._chat.menus,
            bot=self.bot,
            key_values=self._storage.key_values,
            clock=self._clock,
            translations=self._chat.translations,
        )

    async def record_availability(self) -> None:
        """Record again and again that pictures can be started, as far as any process knows, until cancelled."""
        await record_availability(
            self._storage.interruptions, self._clock, is_available=lambda: not self._knows_outage()
        )

    def is_leader(self) -> bool:
        """Return whether this process does the work that one process does for all."""
        return self.replica is None or self.replica.is_leader

    def _report_failed_payment(self) -> None:
        self.metrics.payment_failures.inc()
        self.alarms.raise_alarm(Alarm.PAYMENT)

    def _outage(self) -> str | None:
        outage = self._generation.circuit_breaker.outage
        return None if outage is None else outage.value

    def _known_outage(self) -> str | None:
        """Return the reason of an outage of the provider that this process or another one knows."""
        shared = self.replica.trouble if self.replica is not None else None
        return self._outage() or shared

    def _knows_outage(self) -> bool:
        return self._known_outage() is not None

    def _count_processes(self) -> int:
        return 1 if self.replica is None else self.replica.living

    async def _adopt_updates(self, _heartbeat: Heartbeat) -> None:
        if not self._is_ending():
            await self._update_queue.adopt()

    async def _take_over_requests(self, heartbeat: Heartbeat) -> None:
        await self.engine.take_over(heartbeat.dead)

    async def _follow_controls(self, _heartbeat: Heartbeat) -> None:
        await self._storage.controls.load()

    def _receives_updates(self) -> bool:
        if not self.is_leader():
            if self._webhook is not None:
                self._webhook.rely_on_leader()
            return True
        return self.polling.is_alive or (self._webhook is not None and self._webhook.is_set)

    async def stop(self) -> None:
        """Finish the shielded tasks and close everything, in reverse order of construction."""
        await self._stack.aclose()
