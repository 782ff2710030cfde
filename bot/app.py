"""The composition: the only file that knows every room. It builds each part once and hands it what it needs."""

import httpx
from aiogram import Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer

from bot.notices import Notices
from bot.settings import Settings
from chat.files import Files
from chat.limits import Limiter
from chat.members import Members
from chat.sender import Sender, make_bot
from chat.texts import Library
from chat.whispers import Whispers
from generation.alarms import Alarm, Alarms
from generation.allowances import Allowances
from generation.circuit import Circuit
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
from generation.watching import Watcher
from handlers import (
    cancel,
    context,
    forget,
    groups,
    history,
    imagine,
    language,
    moderation,
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
from storage.bans import Bans
from storage.clock import Clock
from storage.database import Database
from storage.deletions import Deletions
from storage.drafts import Drafts
from storage.durations import Durations
from storage.facts import Facts
from storage.preferences import Preferences
from storage.quotas import Quotas
from storage.requests import Requests
from storage.unsafe import Unsafe


def telegram_session(settings: Settings) -> BaseSession:
    """Return a session for the Bot API server of the settings."""
    return AiohttpSession(api=TelegramAPIServer.from_base(settings.telegram_api_url))


def _allowances(settings: Settings) -> Allowances:
    return Allowances(
        daily=settings.daily_quota,
        concurrency=settings.user_concurrency,
        queue=settings.user_queue_limit,
        admins=settings.admin_ids,
        group_daily=settings.group_daily_quota,
    )


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
        self.allowances = _allowances(settings)
        self.requests = Requests(database, clock)
        self.quotas = Quotas(database)
        self.bot = make_bot(settings.bot_token.get_secret_value(), session)
        self.sender = Sender(self.bot, Limiter(settings.telegram_rate, clock), clock)
        self.media = self._media_api(media_transport)
        self.downloads = Downloads(
            settings.gptunnel_api_url,
            allow_private=settings.media_hosts_allow_private,
            transport=media_transport,
        )
        self.pictures = Pictures()
        self.preferences = Preferences(database)
        self.facts = Facts(database)
        self.alarms = self._alarms()
        self.metrics.disk_refuses.set_function(lambda: float(database.trouble is not None))
        database.on_trouble(lambda: self.alarms.raise_for(Alarm.DISK))
        self.whispers = Whispers(self.sender, Deletions(database), clock)
        self.notices = Notices(self.sender, self.whispers, self.preferences, self.library)
        self.originals = Originals(self.requests, self.media, self.downloads, self.sender)
        seconds = settings.generation_timeout + MARGIN
        self.links = SourceLinks(settings.public_url, settings.bot_token, seconds, clock)
        self.sources = Sources(Files(self.bot), self.pictures, self.links, settings.sources_by)

    def _media_api(self, transport: httpx.AsyncBaseTransport | None) -> MediaApi:
        return MediaApi(
            self.settings.gptunnel_api_url,
            self.settings.gptunnel_api_key,
            self.settings.gptunnel_model,
            self.metrics,
            in_flight=self.settings.max_in_flight,
            transport=transport,
        )

    def _alarms(self) -> Alarms:
        return Alarms(
            self.media,
            self.sender,
            self.facts,
            self.preferences,
            self.library,
            self.clock,
            admins=self.settings.admin_ids,
            low_balance=self.settings.low_balance,
        )

    async def start(self) -> None:
        """Read what was learned and go on with whatever was in flight."""
        pollster = Pollster(self.clock, await Durations(self.database).recent())
        circuit = Circuit(self.clock, self.settings.outage_patience, self.alarms.provider_in)
        acts = Acts(self.clock)
        tells = (self.sender, self.requests, self.library, self.clock, pollster.usual)
        board = StatusBoard(*tells, paused=lambda: circuit.trouble is not None)
        self.engine = LocalEngine(
            self.requests,
            self._lifecycle(pollster, circuit, board, acts),
            board,
            acts,
            self.clock,
            self.metrics,
            concurrency=self.settings.user_concurrency,
            in_flight=self.settings.max_in_flight,
        )
        await self.engine.start()
        await self.whispers.start()
        self.alarms.start()

    def _lifecycle(self, pollster: Pollster, circuit: Circuit, board: StatusBoard, acts: Acts) -> Lifecycle:
        requests, media, library = self.requests, self.media, self.library
        common = (acts, self.clock, self.metrics)
        timeout = self.settings.generation_timeout
        ways = (requests, media, self.downloads, self.pictures, self.sender, board, library)
        said_by = (requests, self.quotas, self.sender, board, library, self.allowances)
        return Lifecycle(
            requests,
            media,
            self.sources,
            Watcher(requests, media, pollster, *common, timeout=timeout),
            Delivery(*ways, *common),
            Closing(*said_by, *common),
            circuit,
            board,
            *common,
            timeout=timeout,
            unknown_create=self.settings.unknown_create,
        )

    async def source(self, signed: str) -> bytes:
        """Return the picture a signed link names. Raises LinkRefused, FileGone, FileTrouble or PictureRefused."""
        request = await self.requests.get(self.links.read(signed))
        if request is None or request.source_file_id is None:
            raise LinkRefused("no such picture")
        return await self.sources.read(request.source_file_id)

    async def healthy(self) -> bool:
        """Say whether the database answers, takes writes, and the engine runs."""
        await self.requests.get(0)
        if self.database.trouble is not None:
            await self.facts.set("tried the disk", str(self.clock.now()))
        return self.engine.running

    async def stop(self) -> None:
        """Finish what must not be cut, then close every way out."""
        await self.engine.stop()
        await self.alarms.stop()
        await self.originals.stop()
        await self.whispers.stop()
        await self.media.__aexit__(None, None, None)
        await self.downloads.__aexit__(None, None, None)
        self.pictures.close()
        await self.bot.session.close()
        await self.database.close()


def dispatcher(core: Core) -> Dispatcher:
    """Return the handlers with everything they are handed."""
    drafts, preferences = Drafts(core.database, core.clock), core.preferences
    archive, members = Archive(core.database), Members(core.sender, core.clock)
    sender, whispers, allowances = core.sender, core.whispers, core.allowances
    refusals = Refusals(whispers, core.clock)
    ways = (core.engine, sender, whispers, refusals, members)
    bans, unsafe = Bans(core.database), Unsafe(core.database, core.clock)
    orders = Orders(*ways, drafts, preferences, core.quotas, allowances, core.clock, bans, unsafe)
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
    speaks = context.Speaks(core.library, preferences, bans)
    for observer in (dispatch.message, dispatch.edited_message, dispatch.callback_query):
        observer.outer_middleware(speaks)
    settings = groups.GroupSettings(preferences, allowances, members, sender, whispers, core.library)
    buttons = results.Results(core.requests, archive, orders, core.originals, members)
    features = (start, imagine, queue, cancel, quota, ratio, history, language, forget)
    dispatch.include_routers(
        context.router(),
        groups.router(settings),
        moderation.router(moderation.Moderation(bans, sender, core.settings.admin_ids)),
        *(feature.router() for feature in features),
        results.router(buttons),
        photos.router(),
        start.last_router(),
    )
    return dispatch
