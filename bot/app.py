"""The composition root: constructs all parts of the bot, starts them and closes them.

Each object is constructed once, in the order of the layers, with one builder for each layer (`bot/build_*.py`), and
closed in reverse order.
"""

import contextlib
import uuid

import httpx
from aiogram.client.session.base import BaseSession

from bot.build_chat import build_chat
from bot.build_dispatcher import build_dispatcher
from bot.build_generation import build_generation
from bot.build_provider import build_provider
from bot.build_storage import build_storage
from bot.build_workflows import build_workflows
from bot.housekeeping import prune_hourly
from bot.loop_lag import measure_loop_lag
from bot.notices import Notices
from bot.polling import Polling
from bot.settings import Settings, Updates
from bot.startup_tasks import log_link, set_descriptions, set_menus
from bot.throttle import Throttle
from bot.update_queue import UpdateQueue
from bot.web import WebServer, webhook_path, webhook_secret
from bot.webhook import set_webhook
from chat.telegram_session import TelegramSession
from core.background import Background
from core.clock import Clock
from core.metrics import Metrics
from generation.alarms import Alarm
from storage.database import Database
from storage.write_check import WriteCheck

HANDLER_SECONDS = 1.0
"""Time that a stop gives to running handlers."""


def telegram_session(settings: Settings) -> BaseSession:
    """Return a session for the Bot API server of the settings."""
    return TelegramSession(settings.telegram_api_url, proxy=settings.proxy_to_telegram)


class App:
    """All parts of the bot. The constructor starts nothing; `stop` closes everything, started or not.

    `replica_id` names this process among those that share the ledger; no other process ever has the same.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database,
        session: BaseSession,
        clock: Clock,
        media_transport: httpx.AsyncBaseTransport | None = None,
        replica_id: str | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._stack = contextlib.AsyncExitStack()
        self._background = Background()

        self.metrics = Metrics()
        self.database = database
        self._stack.push_async_callback(database.close)
        self.replica_id = replica_id or uuid.uuid4().hex
        shared = build_workflows(settings, replica_id=self.replica_id, stack=self._stack)
        self._storage = storage = build_storage(database, clock, shared.queue if shared else None)
        write_check = WriteCheck(key_values=storage.key_values, clock=clock)
        self._stack.push_async_callback(write_check.stop)
        provider = build_provider(
            settings, metrics=self.metrics, transport=media_transport, stack=self._stack
        )
        self._chat = chat = build_chat(
            settings, session=session, clock=clock, storage=storage, stack=self._stack
        )
        self._generation = generation = build_generation(
            settings,
            clock=clock,
            metrics=self.metrics,
            storage=storage,
            provider=provider,
            chat=chat,
            shared=shared,
            stack=self._stack,
        )
        self.requests, self.bot = storage.requests, chat.bot
        self.engine, self.alarms = generation.engine, generation.alarms
        self.allowances = generation.allowances
        self.dispatcher = build_dispatcher(
            settings, clock=clock, storage=storage, chat=chat, generation=generation
        )

        self._stack.push_async_callback(self._background.stop)
        self._update_queue = UpdateQueue(
            inbox=storage.inbox,
            dispatcher=self.dispatcher,
            bot=self.bot,
            clock=clock,
            throttle=Throttle(settings.throttle),
            notices=Notices(
                sender=chat.sender, private_replies=chat.private_replies, languages=chat.languages
            ),
        )
        self._stack.push_async_callback(self._update_queue.stop, HANDLER_SECONDS)
        self.polling = Polling(bot=self.bot, update_queue=self._update_queue, clock=clock)
        self._web = WebServer(
            address=settings.listen_address,
            public_url=settings.public_url,
            metrics=self.metrics,
            is_healthy=self.is_healthy,
            load_source=generation.sources.images.load_signed,
        )
        self._stack.push_async_callback(self._web.stop)
        self._stack.push_async_callback(self.polling.stop)

        database.on_unavailable(lambda: self.alarms.raise_alarm(Alarm.DISK))
        database.on_unavailable(write_check.start)
        self.metrics.disk_refuses.set_function(lambda: float(database.write_error is not None))

    async def start(self) -> None:
        """Resume the open requests, the scheduled deletions and the checks of the balance."""
        self._generation.poll_schedule.restore(await self._storage.durations.recent())
        await self.engine.start()
        await self._chat.deletion_scheduler.start()
        self.alarms.start()
        self._generation.sources.cleanup.start()

    async def serve(self) -> None:
        """Start the web server and receive updates. Raises OSError if the address is in use."""
        settings = self._settings
        self._background.start(measure_loop_lag(self.metrics))
        self._background.start(prune_hourly(self._storage.inbox, self._storage.drafts, self._clock))
        self._background.start(set_menus(menus=self._chat.menus, clock=self._clock))
        self._background.start(
            set_descriptions(bot=self.bot, clock=self._clock, translations=self._chat.translations)
        )
        if settings.updates is Updates.WEBHOOK:
            path, secret = webhook_path(settings.bot_token), webhook_secret(settings.webhook_secret)
            self._web.add_webhook(path, secret, self._update_queue)
            url = f"{settings.public_url}{path}"
            self._background.start(set_webhook(bot=self.bot, clock=self._clock, url=url, secret=secret))
        await self._web.start()
        await self._update_queue.start()
        if settings.updates is Updates.POLLING:
            self.polling.start()
        self._background.start(log_link(bot=self.bot, clock=self._clock))

    async def is_healthy(self) -> bool:
        """Return whether the database answers and accepts writes, the engine runs, and updates are received."""
        await self.requests.get(0)
        receives = self.polling.is_alive or self._settings.updates is Updates.WEBHOOK
        return self.database.write_error is None and self.engine.running and receives

    async def stop(self) -> None:
        """Finish the shielded tasks and close everything, in reverse order of construction."""
        await self._stack.aclose()
