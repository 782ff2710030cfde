"""The composition: the only file that knows every room. It builds each part once and hands it what it needs."""

import httpx
from aiogram import Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer

from bot.notices import Notices
from bot.settings import Settings
from chat.limits import RateLimiter
from chat.members import Members
from chat.private_replies import PrivateReplies
from chat.sender import Sender, make_bot
from chat.telegram_files import TelegramFiles
from chat.translations import Translations
from core.clock import Clock
from core.metrics import Metrics
from generation.alarms import Alarm, Alarms
from generation.allowances import Allowances
from generation.circuit_breaker import CircuitBreaker
from generation.conversion import PictureConverter
from generation.delivery import Delivery
from generation.engine import LocalEngine
from generation.finalizer import Finalizer
from generation.lifecycle import Lifecycle
from generation.originals import Originals
from generation.poll_schedule import PollSchedule
from generation.shielded_tasks import ShieldedTasks
from generation.source_images import MARGIN, LinkRefused, SourceImageLoader, SourceLinks
from generation.status_messages import StatusMessages
from generation.task_poller import TaskPoller
from handlers import (
    cancel,
    forget,
    groups,
    history,
    identity,
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
from handlers.generation_service import GenerationService
from handlers.rejection_texts import RejectionTexts
from provider.client import MediaClient
from provider.downloads import Downloads
from storage.bans import Bans
from storage.database import Database
from storage.drafts import Drafts
from storage.durations import Durations
from storage.history import History
from storage.key_values import KeyValueStore
from storage.moderation_strikes import ModerationStrikes
from storage.preferences import Preferences
from storage.quotas import Quotas
from storage.requests import Requests
from storage.scheduled_deletions import ScheduledDeletions


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
        self.translations = Translations()
        self.allowances = _allowances(settings)
        self.requests = Requests(database, clock)
        self.quotas = Quotas(database)
        self.bot = make_bot(settings.bot_token.get_secret_value(), session)
        self.sender = Sender(self.bot, RateLimiter(settings.telegram_rate, clock), clock)
        self.media = self._media_api(media_transport)
        self.downloads = Downloads(
            settings.gptunnel_api_url,
            allow_private=settings.media_hosts_allow_private,
            transport=media_transport,
        )
        self.pictures = PictureConverter()
        self.preferences = Preferences(database)
        self.key_values = KeyValueStore(database)
        self.alarms = self._alarms()
        self.metrics.disk_refuses.set_function(lambda: float(database.trouble is not None))
        database.on_unavailable(lambda: self.alarms.raise_for(Alarm.DISK))
        self.private_replies = PrivateReplies(self.sender, ScheduledDeletions(database), clock)
        self.notices = Notices(self.sender, self.private_replies, self.preferences, self.translations)
        self.originals = Originals(self.requests, self.media, self.downloads, self.sender)
        seconds = settings.generation_timeout + MARGIN
        self.links = SourceLinks(settings.public_url, settings.bot_token, seconds, clock)
        self.sources = SourceImageLoader(
            TelegramFiles(self.bot), self.pictures, self.links, settings.sources_by
        )

    def _media_api(self, transport: httpx.AsyncBaseTransport | None) -> MediaClient:
        return MediaClient(
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
            self.key_values,
            self.preferences,
            self.translations,
            self.clock,
            admins=self.settings.admin_ids,
            low_balance=self.settings.low_balance,
        )

    async def start(self) -> None:
        """Read what was learned and go on with whatever was in flight."""
        poll_schedule = PollSchedule(self.clock, await Durations(self.database).recent())
        circuit_breaker = CircuitBreaker(self.clock, self.settings.outage_patience, self.alarms.provider_in)
        tasks = ShieldedTasks(self.clock)
        tells = (self.sender, self.requests, self.translations, self.clock, poll_schedule.usual)
        status_messages = StatusMessages(*tells, paused=lambda: circuit_breaker.trouble is not None)
        self.engine = LocalEngine(
            self.requests,
            self._lifecycle(poll_schedule, circuit_breaker, status_messages, tasks),
            status_messages,
            tasks,
            self.clock,
            self.metrics,
            concurrency=self.settings.user_concurrency,
            in_flight=self.settings.max_in_flight,
        )
        await self.engine.start()
        await self.private_replies.start()
        self.alarms.start()

    def _lifecycle(
        self,
        poll_schedule: PollSchedule,
        circuit_breaker: CircuitBreaker,
        status_messages: StatusMessages,
        tasks: ShieldedTasks,
    ) -> Lifecycle:
        requests, media, translations = self.requests, self.media, self.translations
        common = (tasks, self.clock, self.metrics)
        timeout = self.settings.generation_timeout
        ways = (requests, media, self.downloads, self.pictures, self.sender, status_messages, translations)
        said_by = (requests, self.quotas, self.sender, status_messages, translations, self.allowances)
        return Lifecycle(
            requests,
            media,
            self.sources,
            TaskPoller(requests, media, poll_schedule, *common, timeout=timeout),
            Delivery(*ways, *common),
            Finalizer(*said_by, *common),
            circuit_breaker,
            status_messages,
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
            await self.key_values.set("tried the disk", str(self.clock.now()))
        return self.engine.running

    async def stop(self) -> None:
        """Finish what must not be cut, then close every way out."""
        await self.engine.stop()
        await self.alarms.stop()
        await self.originals.stop()
        await self.private_replies.stop()
        await self.media.__aexit__(None, None, None)
        await self.downloads.__aexit__(None, None, None)
        self.pictures.close()
        await self.bot.session.close()
        await self.database.close()


def dispatcher(core: Core) -> Dispatcher:
    """Return the handlers with everything they are handed."""
    drafts, preferences = Drafts(core.database, core.clock), core.preferences
    archive, members = History(core.database), Members(core.sender, core.clock)
    sender, private_replies, allowances = core.sender, core.private_replies, core.allowances
    rejection_texts = RejectionTexts(private_replies, core.clock)
    ways = (core.engine, sender, private_replies, rejection_texts, members)
    bans, unsafe = Bans(core.database), ModerationStrikes(core.database, core.clock)
    generation_service = GenerationService(
        *ways, drafts, preferences, core.quotas, allowances, core.clock, bans, unsafe
    )
    dispatch = Dispatcher(
        database=core.database,
        engine=core.engine,
        sender=sender,
        private_replies=private_replies,
        members=members,
        translations=core.translations,
        requests=core.requests,
        archive=archive,
        drafts=drafts,
        preferences=preferences,
        generation_service=generation_service,
    )
    speaks = identity.UserContextMiddleware(core.translations, preferences, bans)
    for observer in (dispatch.message, dispatch.edited_message, dispatch.callback_query):
        observer.outer_middleware(speaks)
    settings = groups.GroupSettings(
        preferences, allowances, members, sender, private_replies, core.translations
    )
    buttons = results.Results(core.requests, archive, generation_service, core.originals, members)
    features = (start, imagine, queue, cancel, quota, ratio, history, language, forget)
    dispatch.include_routers(
        identity.router(),
        groups.router(settings),
        moderation.router(moderation.Moderation(bans, sender, core.settings.admin_ids)),
        *(feature.router() for feature in features),
        results.router(buttons),
        photos.router(),
        start.last_router(),
    )
    return dispatch
