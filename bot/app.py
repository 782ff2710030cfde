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
from pydantic import SecretStr

from bot import chores
from bot.settings import Settings, Updates
from bot.updates import Intake, Polling
from bot.web import Web, webhook_path
from chat.files import Files
from chat.limits import Limiter
from chat.members import Members
from chat.sender import Sender, make_bot
from chat.texts import Library
from chat.whispers import Whispers
from generation.allowances import Allowances
from generation.closing import Closing
from generation.delivery import Delivery
from generation.downloads import Downloads
from generation.engine import LocalEngine
from generation.lifecycle import Lifecycle
from generation.media_api import MediaApi
from generation.metrics import Metrics
from generation.originals import Originals
from generation.pictures import Pictures
from generation.polling import Pollster
from generation.sources import MARGIN, LinkRefused, SourceLinks, Sources
from generation.status import StatusBoard
from generation.steps import Acts
from handlers import (
    cancel,
    context,
    forget,
    groups,
    history,
    imagine,
    language,
    photos,
    queue,
    quota,
    ratio,
    results,
    start,
)
from handlers.orders import Orders
from handlers.refusals import Refusals
from storage.archive import Archive
from storage.clock import Clock, SystemClock
from storage.database import Database, Failpoint
from storage.deletions import Deletions
from storage.drafts import Drafts
from storage.durations import Durations
from storage.facts import Facts
from storage.inbox import Inbox
from storage.preferences import Preferences
from storage.quotas import Quotas
from storage.requests import Requests

log = structlog.get_logger(__name__)

HANDLERS_PATIENCE = 1.0


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
            group_daily=settings.group_daily_quota,
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
        self.whispers = Whispers(self.sender, Deletions(database), clock)
        self.originals = Originals(self.requests, self.media, self.downloads, self.sender, clock)
        seconds = settings.generation_timeout + MARGIN
        self.links = SourceLinks(settings.public_url, settings.bot_token, seconds)
        self.sources = Sources(Files(self.bot), self.pictures, self.links, settings.sources_by)

    async def start(self) -> None:
        """Read what was learned and go on with whatever was in flight."""
        pollster = Pollster(self.clock, await Durations(self.database).recent())
        acts = Acts(self.clock)
        requests, sender, clock, metrics = self.requests, self.sender, self.clock, self.metrics
        board = StatusBoard(sender, requests, self.library, clock, pollster.usual)
        delivery = Delivery(
            requests,
            self.media,
            self.downloads,
            self.pictures,
            sender,
            board,
            self.library,
            acts,
            clock,
            metrics,
        )
        closing = Closing(requests, self.quotas, sender, board, self.library, self.allowances, clock, metrics)
        lifecycle = Lifecycle(
            requests,
            self.media,
            self.sources,
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
        await self.whispers.start()

    async def source(self, signed: str) -> bytes:
        """Return the picture a signed link names. Raises LinkRefused, FileGone, FileTrouble or PictureRefused."""
        request = await self.requests.get(self.links.read(signed))
        if request is None or request.source_file_id is None:
            raise LinkRefused("no such picture")
        return await self.sources.read(request.source_file_id)

    async def healthy(self) -> bool:
        """Say whether the database answers and the engine runs."""
        await self.requests.get(0)
        return self.engine.running

    async def stop(self) -> None:
        """Finish what must not be cut, then close every way out."""
        await self.engine.stop()
        await self.originals.stop()
        await self.whispers.stop()
        await self.media.__aexit__(None, None, None)
        await self.downloads.__aexit__(None, None, None)
        self.pictures.close()
        await self.bot.session.close()
        await self.database.close()


def dispatcher(core: Core) -> Dispatcher:
    """Return the handlers with everything they are handed."""
    drafts, preferences = Drafts(core.database, core.clock), Preferences(core.database)
    archive, members = Archive(core.database), Members(core.bot, core.clock)
    sender, whispers, allowances = core.sender, core.whispers, core.allowances
    refusals = Refusals(whispers, core.clock)
    ways = (core.engine, sender, whispers, refusals, members)
    orders = Orders(*ways, drafts, preferences, core.quotas, allowances, core.clock)
    dispatch = Dispatcher(
        database=core.database,
        engine=core.engine,
        sender=sender,
        whispers=whispers,
        members=members,
        library=core.library,
        requests=core.requests,
        archive=archive,
        drafts=drafts,
        preferences=preferences,
        orders=orders,
    )
    speaks = context.Speaks(core.library, preferences)
    for observer in (dispatch.message, dispatch.edited_message, dispatch.callback_query):
        observer.outer_middleware(speaks)
    settings = groups.GroupSettings(preferences, allowances, members, sender, whispers, core.library)
    buttons = results.Results(core.requests, archive, orders, core.originals, members)
    features = (start, imagine, queue, cancel, quota, ratio, history, language, forget)
    dispatch.include_routers(
        context.router(),
        groups.router(settings),
        *(feature.router() for feature in features),
        results.router(buttons),
        photos.router(),
        start.last_router(),
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
    background: list[asyncio.Task[None]] = [
        asyncio.create_task(chores.measure_lag(core.metrics)),
        asyncio.create_task(
            chores.set_menus(core.bot, core.clock, Facts(database), core.library, settings.admin_ids)
        ),
    ]
    stopping = _stop_signal()
    try:
        if settings.updates is Updates.WEBHOOK:
            secret = settings.webhook_secret or SecretStr(secrets.token_urlsafe(32))
            path = webhook_path(settings.bot_token)
            web.take_updates(path, secret, intake)
            background.append(
                asyncio.create_task(
                    chores.set_webhook(core.bot, core.clock, f"{settings.public_url}{path}", secret)
                )
            )
        web.serve_sources(core.source)
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
