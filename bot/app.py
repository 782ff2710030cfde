"""The composition: the only file that knows every room. It builds each part once and hands it what it needs."""

import asyncio
import gc
import secrets
import signal

import httpx
import structlog
from aiogram import Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError
from pydantic import SecretStr

from bot.settings import Settings, Updates
from bot.updates import ALLOWED, Intake, Polling
from bot.web import Web, webhook_path
from chat.limits import Limiter
from chat.sender import Sender, make_bot
from chat.texts import Library
from generation.allowances import Allowances
from generation.closing import Closing
from generation.delivery import Delivery
from generation.downloads import Downloads
from generation.engine import LocalEngine
from generation.lifecycle import Lifecycle
from generation.media_api import MediaApi
from generation.metrics import Metrics
from generation.pictures import Pictures
from generation.polling import Pollster
from generation.status import StatusBoard
from generation.steps import Acts, backoff
from handlers import cancel, context, imagine, queue, quota, ratio, start
from handlers.orders import Orders
from storage.clock import Clock, SystemClock
from storage.database import Database, Failpoint
from storage.drafts import Drafts
from storage.durations import Durations
from storage.inbox import Inbox
from storage.preferences import Preferences
from storage.quotas import Quotas
from storage.requests import Requests

log = structlog.get_logger(__name__)

HANDLERS_PATIENCE = 1.0
_LAG_EVERY = 0.1


def telegram_session(settings: Settings) -> BaseSession:
    """Return a session for the Bot API server of the settings."""
    return AiohttpSession(api=TelegramAPIServer.from_base(settings.telegram_api_url))


class Core:
    """Everything below the handlers: the ledger, the engine that drives it, and the ways out."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        session: BaseSession,
        media_transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock,
    ) -> None:
        self.settings = settings
        self.database = database
        self.clock = clock
        self.metrics = Metrics()
        self.library = Library()
        self.allowances = Allowances(
            daily=settings.daily_quota,
            concurrency=settings.user_concurrency,
            queue=settings.user_queue_limit,
            admins=settings.admin_ids,
        )
        self.requests = Requests(database, clock)
        self.quotas = Quotas(database)
        self.bot = make_bot(settings.bot_token.get_secret_value(), session)
        self.sender = Sender(self.bot, Limiter(settings.telegram_rate, clock), clock)
        self.media = MediaApi(
            settings.gptunnel_api_url,
            settings.gptunnel_api_key,
            settings.gptunnel_model,
            self.metrics,
            in_flight=settings.max_in_flight,
            transport=media_transport,
        )
        self.downloads = Downloads(
            settings.gptunnel_api_url,
            allow_private=settings.media_hosts_allow_private,
            transport=media_transport,
        )
        self.pictures = Pictures()

    async def start(self) -> None:
        """Read what was learned and go on with whatever was in flight."""
        pollster = Pollster(self.clock, await Durations(self.database).recent())
        acts = Acts(self.clock)
        requests, sender, clock, metrics = self.requests, self.sender, self.clock, self.metrics
        board = StatusBoard(sender, requests, self.library, clock, pollster.usual)
        delivery = Delivery(
            requests, self.media, self.downloads, self.pictures, sender, board, acts, clock, metrics
        )
        closing = Closing(requests, self.quotas, sender, board, self.library, self.allowances, clock, metrics)
        lifecycle = Lifecycle(
            requests,
            self.media,
            pollster,
            delivery,
            closing,
            acts,
            clock,
            metrics,
            timeout=self.settings.generation_timeout,
            unknown_create=self.settings.unknown_create,
        )
        self.engine = LocalEngine(
            requests,
            lifecycle,
            board,
            acts,
            clock,
            metrics,
            concurrency=self.settings.user_concurrency,
            in_flight=self.settings.max_in_flight,
        )
        await self.engine.start()

    async def healthy(self) -> bool:
        """Say whether the database answers and the engine runs."""
        await self.requests.get(0)
        return self.engine.running

    async def stop(self) -> None:
        """Finish what must not be cut, then close every way out."""
        await self.engine.stop()
        await self.media.__aexit__(None, None, None)
        await self.downloads.__aexit__(None, None, None)
        self.pictures.close()
        await self.bot.session.close()
        await self.database.close()


def dispatcher(core: Core) -> Dispatcher:
    """Return the handlers with everything they are handed."""
    drafts, preferences = Drafts(core.database, core.clock), Preferences(core.database)
    orders = Orders(core.engine, core.sender, drafts, preferences, core.quotas, core.allowances, core.clock)
    dispatch = Dispatcher(
        engine=core.engine,
        sender=core.sender,
        library=core.library,
        requests=core.requests,
        drafts=drafts,
        preferences=preferences,
        orders=orders,
    )
    speaks = context.Speaks(core.library)
    dispatch.message.outer_middleware(context.PrivateOnly(core.sender, core.library))
    dispatch.message.outer_middleware(speaks)
    dispatch.callback_query.outer_middleware(speaks)
    features = (start, imagine, queue, cancel, quota, ratio)
    dispatch.include_routers(
        context.router(), *(feature.router() for feature in features), start.last_router()
    )
    return dispatch


async def run(settings: Settings, *, failpoint: Failpoint | None = None) -> None:
    """Run the bot until SIGTERM or SIGINT. Raises DatabaseError or OSError where it cannot start."""
    clock = SystemClock()
    database = await Database.open(settings.database_url, failpoint)
    core = Core(settings, database, session=telegram_session(settings), clock=clock)
    await core.start()
    intake = Intake(Inbox(database, clock), dispatcher(core), core.bot, clock)
    web = Web(settings.listen_address, core.metrics, core.healthy)
    polling = Polling(core.bot, intake, clock)
    background: list[asyncio.Task[None]] = [asyncio.create_task(_measure_lag(core.metrics))]
    stopping = _stop_signal()
    try:
        if settings.updates is Updates.WEBHOOK:
            secret = settings.webhook_secret or SecretStr(secrets.token_urlsafe(32))
            path = webhook_path(settings.bot_token)
            web.take_updates(path, secret, intake)
            background.append(asyncio.create_task(_set_webhook(core, f"{settings.public_url}{path}", secret)))
        await web.start()
        await intake.start()
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
        await intake.stop(HANDLERS_PATIENCE)
        await core.stop()
        log.info("stopped")


def _stop_signal() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    return stopping


async def _set_webhook(core: Core, url: str, secret: SecretStr) -> None:
    """Tell Telegram where to deliver, for as long as it takes to be heard."""
    tries = 0
    while True:
        try:
            await core.bot.set_webhook(
                url,
                secret_token=secret.get_secret_value(),
                allowed_updates=list(ALLOWED),
                drop_pending_updates=False,
            )
        except AiogramError as error:
            tries += 1
            log.error("webhook not set", tries=tries, error=str(error))
            await core.clock.sleep(backoff(tries, first=1.0, longest=60.0))
        else:
            log.info("webhook set")
            return


async def _measure_lag(metrics: Metrics) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _LAG_EVERY
        await asyncio.sleep(_LAG_EVERY)
        metrics.loop_lag.observe(max(0.0, loop.time() - due))
