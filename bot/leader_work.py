"""The list of all work that one process does for all. `bot/leader_tasks.py` runs it while this process leads."""

from collections.abc import Awaitable, Callable, Iterator

from bot.backups import Backups
from bot.build_layers import Layers
from bot.housekeeping import prune_hourly, record_availability, repair_regularly
from bot.leader_tasks import Work
from bot.retention import empty_regularly
from bot.settings import Settings
from bot.startup_tasks import set_profile
from bot.webhook import Webhook
from core.clock import Clock
from core.metrics import Metrics
from generation.alarms import Alarm
from storage.backup_folder import BackupFolder
from storage.retention import Retention
from storage.sqlite_file import sqlite_path


class LeaderWork:
    """Lists the work, as the settings ask for it. Each piece begins anew with each leader, and runs until cancelled."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        metrics: Metrics,
        layers: Layers,
        webhook: Webhook | None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._layers = layers
        self._webhook = webhook

    def at_start(self) -> Iterator[Work]:
        """Yield the work that begins with the requests, before updates are received."""
        chat, generation = self._layers.chat, self._layers.generation
        yield chat.deletion_scheduler.resume
        yield generation.alarms.check_forever
        if self._layers.replica is not None:
            yield generation.waiting_statuses.run
            yield lambda: repair_regularly(generation.engine, self._clock)
            yield chat.deletion_scheduler.resume_overdue_forever
        yield generation.sources.cleanup.sweep_hourly
        yield generation.exporter.run
        yield self._layers.storage.users_takeover.run
        yield self._layers.broadcasting.broadcaster.run
        if self._layers.shop is not None:
            yield self._layers.shop.reconciler.run_hourly
            yield self._layers.shop.refund_worker.run
        if (backups := self._backups()) is not None:
            yield backups.run

    def at_serve(self) -> Iterator[Work]:
        """Yield the work that begins when the bot begins to receive updates, but for polling itself."""
        yield self._prune_hourly
        if self._settings.keep_days:
            yield self._empty_regularly
        yield self.record_availability
        yield self._set_profile
        if self._webhook is not None:
            yield self._webhook.keep

    async def record_availability(self) -> None:
        """Record again and again that pictures can be started, as far as any process knows, until cancelled."""
        await record_availability(
            self._layers.storage.interruptions,
            self._clock,
            is_available=lambda: self._layers.known_outage() is None,
        )

    async def _prune_hourly(self) -> None:
        await prune_hourly(list(self._prunes()), self._clock)

    def _prunes(self) -> Iterator[Callable[[], Awaitable[None]]]:
        """Yield the functions that delete old rows or sum them up, in their order."""
        storage, generation = self._layers.storage, self._layers.generation
        yield storage.inbox.prune
        yield storage.drafts.prune
        yield storage.inline_prompts.prune
        yield storage.searches.prune
        yield storage.exports.prune
        yield storage.reports.prune
        yield storage.statistics.store_days
        yield storage.broadcasts.prune
        if self._layers.shop is not None:
            yield self._layers.shop.keep_house
        if self._layers.replica is not None:
            yield self._layers.replicas.forget_dead
            yield storage.rate_limits.prune
        yield generation.sticker_maker.forget  # after all rows, because it may wait for Telegram
        yield generation.decisions.cancel_unanswered

    async def _empty_regularly(self) -> None:
        database, keep_days = self._layers.storage.database, self._settings.keep_days
        retention = Retention(database=database, clock=self._clock, keep_days=keep_days)
        await empty_regularly(retention, self._metrics, self._clock)

    async def _set_profile(self) -> None:
        chat = self._layers.chat
        await set_profile(
            menus=chat.menus,
            bot=chat.bot,
            key_values=self._layers.storage.key_values,
            clock=self._clock,
            translations=chat.translations,
        )

    def _backups(self) -> Backups | None:
        """Return the nightly copies of the ledger, None without BACKUP_DIR."""
        folder, alarms = self._settings.backup_dir, self._layers.generation.alarms
        if folder is None:
            return None
        return Backups(
            folder=BackupFolder(folder=folder, ledger=sqlite_path(self._settings.database_url)),
            clock=self._clock,
            metrics=self._metrics,
            on_failure=lambda: alarms.raise_alarm(Alarm.BACKUP),
        )
