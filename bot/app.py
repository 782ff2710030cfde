"""The composition root: the only module that knows every package.

It constructs each object once, in the order of the layers, and closes them in reverse order.
"""

import contextlib

import httpx
import structlog
from aiogram import Dispatcher
from aiogram.client.session.base import BaseSession

from bot.housekeeping import prune_hourly
from bot.loop_lag import measure_loop_lag
from bot.notices import Notices
from bot.polling import Polling
from bot.settings import Settings, Updates
from bot.startup_tasks import log_link, set_menus
from bot.throttle import Throttle
from bot.update_queue import UpdateQueue
from bot.web import WebServer, webhook_path, webhook_secret
from bot.webhook import set_webhook
from chat.api_calls import ApiCaller
from chat.languages import LanguageResolver
from chat.limits import RateLimiter
from chat.members import Members
from chat.picture_sender import PictureSender
from chat.private_replies import PrivateReplies
from chat.sender import Sender, make_bot
from chat.telegram_files import TelegramFiles
from chat.telegram_session import TelegramSession
from chat.translations import Translations
from core.background import Background
from core.clock import Clock
from core.metrics import Metrics
from generation.alarms import Alarm, Alarms
from generation.allowances import Allowances, DailyQuota
from generation.circuit_breaker import CircuitBreaker
from generation.conversion import PictureConverter
from generation.delivery import Delivery
from generation.engine import LocalEngine
from generation.finalizer import Finalizer
from generation.lifecycle import Lifecycle
from generation.lost_status import LostStatusFinder
from generation.originals import Originals
from generation.picture_fetcher import PictureFetcher
from generation.poll_schedule import PollSchedule
from generation.shielded_tasks import ShieldedTasks
from generation.source_bucket import SourceBucket
from generation.source_cleanup import SourceCleanup
from generation.source_images import SourceImageLoader
from generation.source_links import LINK_MARGIN_SECONDS, SourceLinks
from generation.source_ways import SourceWays
from generation.status_messages import StatusMessages
from generation.submission import Submission
from generation.task_poller import TaskPoller
from handlers import (
    cancel,
    edits,
    error_handler,
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
from handlers.access_rules import AccessRules
from handlers.generation_service import GenerationService
from handlers.middleware import UserContextMiddleware
from handlers.questions import Questions
from handlers.rejection_texts import RejectionTexts
from provider.client import MediaClient
from provider.downloads import Downloads
from storage.bans import Bans
from storage.database import Database
from storage.drafts import Drafts
from storage.durations import Durations
from storage.inbox import Inbox
from storage.key_values import KeyValueStore
from storage.moderation_strikes import ModerationStrikes
from storage.picture_history import History
from storage.preferences import Preferences
from storage.quotas import Quotas
from storage.requests import Requests
from storage.scheduled_deletions import ScheduledDeletions
from storage.write_probe import WriteProbe

log = structlog.get_logger(__name__)

HANDLER_SECONDS = 1.0
"""Time that a stop gives to running handlers."""


def telegram_session(settings: Settings) -> BaseSession:
    """Return a session for the Bot API server of the settings."""
    return TelegramSession(settings.telegram_api_url, proxy=settings.proxy_to_telegram)


def open_source_bucket(settings: Settings, seconds: float) -> SourceBucket | None:
    """Return the bucket of the settings, or None without one. Its links are valid for `seconds`."""
    if settings.bucket_address is None:
        return None
    bot_id = settings.bot_token.get_secret_value().partition(":")[0]
    proxy = settings.proxies.for_url(settings.bucket_address.endpoint)
    return SourceBucket(settings.bucket_address, bot_id=bot_id, seconds=seconds, proxy=proxy)


class App:
    """All parts of the bot. The constructor starts nothing; `stop` closes everything, started or not."""

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database,
        session: BaseSession,
        clock: Clock,
        media_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._stack = contextlib.AsyncExitStack()
        self._background = Background()

        # core
        self.metrics = Metrics()

        # storage
        self.database = database
        self._stack.push_async_callback(database.close)
        self.requests = Requests(database=database, clock=clock)
        self._durations = Durations(database)
        self._key_values = KeyValueStore(database)
        self._inbox = Inbox(database=database, clock=clock)
        self._drafts = Drafts(database=database, clock=clock)
        self.preferences = Preferences(database)
        bans = Bans(database)
        write_probe = WriteProbe(key_values=self._key_values, clock=clock)
        self._stack.push_async_callback(write_probe.stop)

        # provider
        client = MediaClient(
            url=settings.gptunnel_api_url,
            key=settings.gptunnel_api_key,
            model=settings.gptunnel_model,
            metrics=self.metrics,
            in_flight=settings.max_in_flight,
            proxies=settings.proxies,
            transport=media_transport,
        )
        self._stack.push_async_exit(client)
        downloads = Downloads(
            settings.gptunnel_api_url,
            allow_private=settings.media_hosts_allow_private,
            proxies=settings.proxies,
            transport=media_transport,
        )
        self._stack.push_async_exit(downloads)

        # chat
        self.bot = make_bot(settings.bot_token.get_secret_value(), session)
        self._stack.push_async_callback(self.bot.session.close)
        rate_limiter = RateLimiter(rate=settings.telegram_rate, clock=clock)
        caller = ApiCaller(bot=self.bot, rate_limiter=rate_limiter, clock=clock)
        sender = Sender(caller)
        picture_sender = PictureSender(caller)
        self._stack.push_async_callback(picture_sender.stop)
        members = Members(caller=caller, clock=clock)
        self._private_replies = PrivateReplies(
            sender=sender, deletions=ScheduledDeletions(database), clock=clock
        )
        self._stack.push_async_callback(self._private_replies.stop)
        self._translations = Translations()
        languages = LanguageResolver(translations=self._translations, preferences=self.preferences)

        # generation
        self.allowances = Allowances(
            daily=settings.daily_quota,
            concurrency=settings.user_concurrency,
            queue=settings.user_queue_limit,
            admins=settings.admin_ids,
            group_daily=settings.group_daily_quota,
        )
        daily_quota = DailyQuota(quotas=Quotas(database), allowances=self.allowances, clock=clock)
        self.alarms = Alarms(
            client=client,
            sender=sender,
            key_values=self._key_values,
            languages=languages,
            clock=clock,
            admins=settings.admin_ids,
            low_balance=settings.low_balance,
        )
        self._stack.push_async_callback(self.alarms.stop)
        converter = PictureConverter()
        self._stack.callback(converter.close)
        fetcher = PictureFetcher(
            requests=self.requests, client=client, downloads=downloads, converter=converter
        )
        originals = Originals(
            requests=self.requests, fetcher=fetcher, sender=sender, picture_sender=picture_sender
        )
        self._stack.push_async_callback(originals.stop)
        link_seconds = settings.generation_timeout + LINK_MARGIN_SECONDS
        bucket = open_source_bucket(settings, link_seconds)
        self._source_cleanup = SourceCleanup(bucket=bucket, requests=self.requests, clock=clock)
        self._stack.push_async_callback(self._source_cleanup.stop)
        source_ways = SourceWays(
            ways=settings.source_ways,
            settings=" ".join(
                str(setting)
                for setting in (
                    settings.gptunnel_api_url,
                    settings.gptunnel_model,
                    settings.public_url,
                    settings.bucket_address,
                    *settings.source_ways,
                )
            ),
            key_values=self._key_values,
            report=self.alarms.report_refused_way,
        )
        self._stack.push_async_callback(source_ways.stop)
        source_images = SourceImageLoader(
            requests=self.requests,
            files=TelegramFiles(self.bot, folder=settings.telegram_files_dir),
            converter=converter,
            links=SourceLinks(
                public_url=settings.public_url,
                token=settings.bot_token,
                seconds=link_seconds,
                clock=clock,
            ),
            bucket=bucket,
            cleanup=self._source_cleanup,
            ways=source_ways,
            on_bucket_unavailable=lambda: self.alarms.raise_alarm(Alarm.BUCKET),
        )
        tasks = ShieldedTasks(clock)
        circuit_breaker = CircuitBreaker(
            clock=clock,
            patience=settings.outage_patience,
            on_open=self.alarms.raise_for_outage,
            ask_balance=client.balance,
        )
        self._poll_schedule = PollSchedule(clock)
        status_messages = StatusMessages(
            sender=sender,
            requests=self.requests,
            translations=self._translations,
            clock=clock,
            lost_status_finder=LostStatusFinder(sender),
            usual=self._poll_schedule.usual,
            paused=lambda: circuit_breaker.outage is not None,
        )
        lifecycle = Lifecycle(
            requests=self.requests,
            circuit_breaker=circuit_breaker,
            status_messages=status_messages,
            tasks=tasks,
            submission=Submission(
                requests=self.requests,
                client=client,
                source_images=source_images,
                source_ways=source_ways,
                circuit_breaker=circuit_breaker,
                tasks=tasks,
                clock=clock,
                metrics=self.metrics,
                timeout=settings.generation_timeout,
                unknown_create=settings.unknown_create,
            ),
            task_poller=TaskPoller(
                requests=self.requests,
                client=client,
                source_ways=source_ways,
                poll_schedule=self._poll_schedule,
                circuit_breaker=circuit_breaker,
                tasks=tasks,
                clock=clock,
                metrics=self.metrics,
                timeout=settings.generation_timeout,
            ),
            delivery=Delivery(
                requests=self.requests,
                fetcher=fetcher,
                picture_sender=picture_sender,
                status_messages=status_messages,
                translations=self._translations,
                tasks=tasks,
                clock=clock,
                metrics=self.metrics,
            ),
            finalizer=Finalizer(
                requests=self.requests,
                quota=daily_quota,
                sender=sender,
                status_messages=status_messages,
                translations=self._translations,
                tasks=tasks,
                clock=clock,
                metrics=self.metrics,
            ),
            source_cleanup=self._source_cleanup,
        )
        self.engine = LocalEngine(
            requests=self.requests,
            lifecycle=lifecycle,
            status_messages=status_messages,
            tasks=tasks,
            clock=clock,
            metrics=self.metrics,
            concurrency=settings.user_concurrency,
            in_flight=settings.max_in_flight,
        )
        self._stack.push_async_callback(self.engine.stop)

        # handlers
        rejection_texts = RejectionTexts(clock)
        access_rules = AccessRules(
            bans=bans,
            strikes=ModerationStrikes(database=database, clock=clock),
            preferences=self.preferences,
            members=members,
        )
        questions = Questions(sender=sender, drafts=self._drafts)
        generation_service = GenerationService(
            engine=self.engine,
            access_rules=access_rules,
            allowances=self.allowances,
            quota=daily_quota,
            preferences=self.preferences,
            questions=questions,
            rejection_texts=rejection_texts,
            sender=sender,
            private_replies=self._private_replies,
        )
        self.dispatcher = Dispatcher(
            access_rules=access_rules,
            admin_ids=settings.admin_ids,
            allowances=self.allowances,
            bans=bans,
            database=database,
            drafts=self._drafts,
            engine=self.engine,
            generation_service=generation_service,
            history=History(database),
            languages=languages,
            members=members,
            originals=originals,
            picture_sender=picture_sender,
            preferences=self.preferences,
            private_replies=self._private_replies,
            questions=questions,
            quota=daily_quota,
            rejection_texts=rejection_texts,
            requests=self.requests,
            sender=sender,
        )
        user_context = UserContextMiddleware(languages=languages, bans=bans)
        for observer in (
            self.dispatcher.message,
            self.dispatcher.edited_message,
            self.dispatcher.callback_query,
        ):
            observer.outer_middleware(user_context)
        self.dispatcher.include_routers(
            error_handler.router(),
            groups.router(),
            moderation.router(),
            edits.router(),
            start.router(),
            imagine.router(),
            queue.router(),
            cancel.router(),
            quota.router(),
            ratio.router(),
            history.router(),
            language.router(),
            forget.router(),
            results.router(),
            photos.router(),
            start.last_router(),
        )

        # bot
        self._stack.push_async_callback(self._background.stop)
        self._update_queue = UpdateQueue(
            inbox=self._inbox,
            dispatcher=self.dispatcher,
            bot=self.bot,
            clock=clock,
            throttle=Throttle(settings.throttle),
            notices=Notices(sender=sender, private_replies=self._private_replies, languages=languages),
        )
        self._stack.push_async_callback(self._update_queue.stop, HANDLER_SECONDS)
        self.polling = Polling(bot=self.bot, update_queue=self._update_queue, clock=clock)
        self._web = WebServer(
            address=settings.listen_address,
            public_url=settings.public_url,
            metrics=self.metrics,
            is_healthy=self.is_healthy,
            load_source=source_images.load_signed,
        )
        self._stack.push_async_callback(self._web.stop)
        self._stack.push_async_callback(self.polling.stop)

        database.on_unavailable(lambda: self.alarms.raise_alarm(Alarm.DISK))
        database.on_unavailable(write_probe.start)
        self.metrics.disk_refuses.set_function(lambda: float(database.write_error is not None))

    async def start(self) -> None:
        """Resume the open requests, the scheduled deletions and the checks of the balance."""
        self._poll_schedule.restore(await self._durations.recent())
        await self.engine.start()
        await self._private_replies.start()
        self.alarms.start()
        self._source_cleanup.start()

    async def serve(self) -> None:
        """Start the web server and receive updates. Raises OSError if the address is in use."""
        settings = self._settings
        self._background.start(measure_loop_lag(self.metrics))
        self._background.start(prune_hourly(self._inbox, self._drafts, self._clock))
        self._background.start(
            set_menus(
                bot=self.bot,
                clock=self._clock,
                key_values=self._key_values,
                translations=self._translations,
                admins=settings.admin_ids,
            )
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
