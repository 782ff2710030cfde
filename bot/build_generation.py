"""Constructs the parts that turn a request into a picture."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.build_chat import ChatParts
from bot.build_exports import build_exporter
from bot.build_provider import ProviderParts
from bot.build_sources import SourceParts, build_sources
from bot.build_storage import StorageParts
from bot.build_workflows import WorkflowParts
from bot.replica import Replica, lease_of
from bot.settings import Settings
from core.clock import Clock
from core.metrics import Metrics
from generation.alarms import Alarms
from generation.allowances import Allowances, DailyQuota
from generation.batch_end import BatchEnd
from generation.circuit_breaker import CircuitBreaker
from generation.conversion import PictureConverter
from generation.dbos_engine import DbosEngine
from generation.decisions import Decisions
from generation.delivery import Delivery
from generation.end_reports import EndReports
from generation.end_texts import EndTexts
from generation.engine import Engine, LocalEngine
from generation.exporter import Exporter
from generation.finalizer import Finalizer
from generation.first_effect import FirstEffect
from generation.grid_delivery import GridDelivery
from generation.group_photos import GroupPhotoMaker
from generation.late_questions import LateQuestions
from generation.lifecycle import Lifecycle
from generation.linked_pictures import LinkedPictures
from generation.lost_status import LostStatusFinder
from generation.originals import Originals
from generation.picture_fetcher import PictureFetcher
from generation.picture_messages import PictureMessages
from generation.poll_schedule import PollSchedule
from generation.question_message import QuestionMessage
from generation.request_end import RequestEnd
from generation.request_traces import RequestTraces
from generation.shielded_tasks import ShieldedTasks
from generation.signed_links import PICTURE_PATH, PICTURE_SECONDS, SignedLinks
from generation.singles import Singles
from generation.status_messages import StatusMessages
from generation.status_sharing import StatusSharing
from generation.stickers import StickerMaker
from generation.submission import Submission
from generation.task_poller import TaskPoller
from generation.waiting_statuses import WaitingStatuses


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationParts:
    """The parts of the layer generation that the other layers use."""

    alarms: Alarms
    allowances: Allowances
    circuit_breaker: CircuitBreaker
    decisions: Decisions
    end_texts: EndTexts
    engine: Engine
    exporter: Exporter
    group_photo_maker: GroupPhotoMaker
    linked_pictures: LinkedPictures
    originals: Originals
    poll_schedule: PollSchedule
    quota: DailyQuota
    singles: Singles
    sources: SourceParts
    sticker_maker: StickerMaker
    waiting_statuses: WaitingStatuses


def build_generation(
    settings: Settings,
    *,
    clock: Clock,
    metrics: Metrics,
    storage: StorageParts,
    provider: ProviderParts,
    chat: ChatParts,
    replica: Replica | None,
    shared: WorkflowParts | None,
    traces: RequestTraces | None,
    stack: AsyncExitStack,
) -> GenerationParts:
    """Return the parts of the layer generation. `stack` closes them.

    A single process has no `replica` and no parts that are `shared`.
    """
    alarms = Alarms(
        client=provider.client,
        sender=chat.sender,
        key_values=storage.key_values,
        languages=chat.languages,
        clock=clock,
        admins=settings.admin_ids,
        low_balance=settings.low_balance,
        metrics=metrics,
    )
    stack.push_async_callback(alarms.stop)
    allowances = Allowances(
        daily=settings.daily_quota,
        concurrency=settings.user_concurrency,
        queue=settings.user_queue_limit,
        admins=settings.admin_ids,
        group_daily=settings.group_daily_quota,
        credits=True,
        sells=settings.stars,
        limit_of=storage.controls.limit_of,
    )
    quota = DailyQuota(quotas=storage.quotas, allowances=allowances, clock=clock)
    converter = PictureConverter()
    stack.callback(converter.close)
    fetcher = PictureFetcher(
        requests=storage.requests,
        client=provider.client,
        downloads=provider.downloads,
        converter=converter,
        webp=settings.webp_photos,
    )
    originals = Originals(
        requests=storage.requests, fetcher=fetcher, sender=chat.sender, picture_sender=chat.picture_sender
    )
    stack.push_async_callback(originals.stop)
    sources = build_sources(
        settings, clock=clock, storage=storage, chat=chat, alarms=alarms, converter=converter, stack=stack
    )
    poll_schedule = PollSchedule(clock)
    circuit_breaker = CircuitBreaker(
        clock=clock,
        patience=settings.outage_patience,
        on_open=alarms.raise_for_outage,
        probe=provider.client.probe,
    )
    tasks = ShieldedTasks(clock)
    end_texts = EndTexts(quota=quota, strikes=storage.strikes)
    status_messages = _build_status_messages(
        clock=clock,
        storage=storage,
        chat=chat,
        poll_schedule=poll_schedule,
        circuit_breaker=circuit_breaker,
        replica=replica,
        tasks=tasks,
    )
    picture_links = SignedLinks(
        path=PICTURE_PATH,
        public_url=settings.public_url,
        token=settings.bot_token,
        seconds=PICTURE_SECONDS,
        clock=clock,
    )
    engine = _build_engine(
        settings,
        picture_links=picture_links if settings.public_url is not None else None,
        clock=clock,
        metrics=metrics,
        storage=storage,
        provider=provider,
        chat=chat,
        sources=sources,
        end_texts=end_texts,
        fetcher=fetcher,
        poll_schedule=poll_schedule,
        circuit_breaker=circuit_breaker,
        status_messages=status_messages,
        tasks=tasks,
        replica=replica,
        shared=shared,
        traces=traces,
    )
    stack.push_async_callback(engine.stop)
    singles = Singles(
        requests=storage.requests,
        batches=storage.batches,
        fetcher=fetcher,
        files=chat.files,
        picture_sender=chat.picture_sender,
        keyboards=chat.result_keyboards,
        clock=clock,
    )
    return GenerationParts(
        alarms=alarms,
        allowances=allowances,
        circuit_breaker=circuit_breaker,
        decisions=Decisions(
            asked_requests=storage.asked_requests,
            engine=engine,
            deletion_scheduler=chat.deletion_scheduler,
            clock=clock,
        ),
        end_texts=end_texts,
        engine=engine,
        exporter=build_exporter(
            clock=clock,
            storage=storage,
            chat=chat,
            singles=singles,
            replica=replica,
            stack=stack,
        ),
        group_photo_maker=GroupPhotoMaker(
            files=chat.files, singles=singles, converter=converter, group_photos=chat.group_photos
        ),
        linked_pictures=LinkedPictures(links=picture_links, requests=storage.requests, fetcher=fetcher),
        originals=originals,
        poll_schedule=poll_schedule,
        quota=quota,
        singles=singles,
        sources=sources,
        sticker_maker=StickerMaker(
            bot=chat.bot,
            files=chat.files,
            converter=converter,
            sticker_sets=chat.sticker_sets,
            stickers=storage.stickers,
        ),
        waiting_statuses=WaitingStatuses(
            engine=engine,
            requests=storage.requests,
            status_messages=status_messages,
            metrics=metrics,
            clock=clock,
        ),
    )


def _build_status_messages(
    *,
    clock: Clock,
    storage: StorageParts,
    chat: ChatParts,
    poll_schedule: PollSchedule,
    circuit_breaker: CircuitBreaker,
    replica: Replica | None,
    tasks: ShieldedTasks,
) -> StatusMessages:
    sharing = None
    if replica is not None:
        sharing = StatusSharing(requests=storage.requests, clock=clock, leads=lambda: replica.is_leader)

    def paused() -> bool:
        return circuit_breaker.outage is not None or (replica is not None and replica.trouble is not None)

    return StatusMessages(
        sender=chat.sender,
        inline_messages=chat.inline_messages,
        requests=storage.requests,
        translations=chat.translations,
        tasks=tasks,
        clock=clock,
        lost_status_finder=LostStatusFinder(chat.sender),
        deletion_scheduler=chat.deletion_scheduler,
        estimate=poll_schedule.estimate,
        paused=paused,
        sharing=sharing,
    )


def _build_engine(
    settings: Settings,
    *,
    picture_links: SignedLinks | None,
    clock: Clock,
    metrics: Metrics,
    storage: StorageParts,
    provider: ProviderParts,
    chat: ChatParts,
    sources: SourceParts,
    end_texts: EndTexts,
    fetcher: PictureFetcher,
    poll_schedule: PollSchedule,
    circuit_breaker: CircuitBreaker,
    status_messages: StatusMessages,
    tasks: ShieldedTasks,
    replica: Replica | None,
    shared: WorkflowParts | None,
    traces: RequestTraces | None,
) -> Engine:
    wait_for_lease = lease_of(replica)
    lifecycle = Lifecycle(
        requests=storage.requests,
        circuit_breaker=circuit_breaker,
        status_messages=status_messages,
        tasks=tasks,
        submission=Submission(
            requests=storage.requests,
            client=provider.client,
            source_images=sources.images,
            source_ways=sources.ways,
            circuit_breaker=circuit_breaker,
            tasks=tasks,
            clock=clock,
            metrics=metrics,
            timeout=settings.generation_timeout,
            unknown_create=settings.unknown_create,
            wait_for_lease=wait_for_lease,
        ),
        task_poller=TaskPoller(
            requests=storage.requests,
            client=provider.client,
            source_ways=sources.ways,
            poll_schedule=poll_schedule,
            circuit_breaker=circuit_breaker,
            tasks=tasks,
            clock=clock,
            metrics=metrics,
            timeout=settings.generation_timeout,
        ),
        request_end=_build_request_end(
            settings=settings,
            clock=clock,
            metrics=metrics,
            storage=storage,
            chat=chat,
            end_texts=end_texts,
            fetcher=fetcher,
            picture_links=picture_links,
            status_messages=status_messages,
            tasks=tasks,
            wait_for_lease=wait_for_lease,
            traces=traces,
        ),
        source_cleanup=sources.cleanup,
        traces=traces,
        late_questions=LateQuestions(
            requests=storage.requests,
            asked_requests=storage.asked_requests,
            interruptions=storage.interruptions,
            message=QuestionMessage(
                sender=chat.sender,
                inline_messages=chat.inline_messages,
                deletion_scheduler=chat.deletion_scheduler,
                members=chat.members,
                translations=chat.translations,
            ),
            status_messages=status_messages,
            tasks=tasks,
            clock=clock,
            after=60.0 * settings.ask_after_minutes,
        ),
    )
    if shared is not None:
        return DbosEngine(
            database=storage.database,
            requests=storage.requests,
            queue=shared.queue,
            workflows=shared.workflows,
            lifecycle=lifecycle,
            status_messages=status_messages,
            tasks=tasks,
            clock=clock,
            metrics=metrics,
        )
    return LocalEngine(
        requests=storage.requests,
        lifecycle=lifecycle,
        status_messages=status_messages,
        tasks=tasks,
        clock=clock,
        metrics=metrics,
        concurrency=settings.user_concurrency,
        in_flight=settings.max_in_flight,
    )


def _build_request_end(
    *,
    settings: Settings,
    clock: Clock,
    metrics: Metrics,
    storage: StorageParts,
    chat: ChatParts,
    end_texts: EndTexts,
    fetcher: PictureFetcher,
    picture_links: SignedLinks | None,
    status_messages: StatusMessages,
    tasks: ShieldedTasks,
    wait_for_lease: Callable[[], Awaitable[None]],
    traces: RequestTraces | None,
) -> RequestEnd:
    first_effect = FirstEffect(history=storage.history, effect_id=settings.first_picture_effect)
    delivery = Delivery(
        requests=storage.requests,
        fetcher=fetcher,
        picture_sender=chat.picture_sender,
        picture_messages=PictureMessages(
            requests=storage.requests,
            picture_sender=chat.picture_sender,
            keyboards=chat.result_keyboards,
            translations=chat.translations,
            first_effect=first_effect,
            storage_chat_id=settings.storage_chat_id,
            links=picture_links,
        ),
        status_messages=status_messages,
        tasks=tasks,
        clock=clock,
        metrics=metrics,
        wait_for_lease=wait_for_lease,
    )
    finalizer = Finalizer(
        requests=storage.requests,
        end_reports=EndReports(
            end_texts=end_texts,
            sender=chat.sender,
            inline_messages=chat.inline_messages,
            deletion_scheduler=chat.deletion_scheduler,
            private_replies=chat.private_replies,
            translations=chat.translations,
            switches=chat.bot_switches,
            links=picture_links,
        ),
        deletion_scheduler=chat.deletion_scheduler,
        status_messages=status_messages,
        tasks=tasks,
        clock=clock,
        metrics=metrics,
        traces=traces,
    )
    grid_delivery = GridDelivery(
        batches=storage.batches,
        delivery=delivery,
        fetcher=fetcher,
        picture_sender=chat.picture_sender,
        translations=chat.translations,
        first_effect=first_effect,
        tasks=tasks,
        clock=clock,
        metrics=metrics,
        wait_for_lease=wait_for_lease,
    )
    batch_end = BatchEnd(
        batches=storage.batches,
        delivery=delivery,
        grid_delivery=grid_delivery,
        finalizer=finalizer,
        status_messages=status_messages,
        end_texts=end_texts,
        deletion_scheduler=chat.deletion_scheduler,
        translations=chat.translations,
    )
    return RequestEnd(delivery=delivery, finalizer=finalizer, batch_end=batch_end)
