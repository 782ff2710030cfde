"""Constructs the parts that turn a request into a picture."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.build_chat import ChatParts
from bot.build_engine import StepParts, build_engine
from bot.build_exports import build_exporter
from bot.build_provider import ProviderParts
from bot.build_sources import SourceParts, build_sources
from bot.build_storage import StorageParts
from bot.build_workflows import WorkflowParts
from bot.replica import Replica
from bot.settings import Settings
from core.clock import Clock
from core.metrics import Metrics
from generation.alarms import Alarms
from generation.allowances import Allowances, DailyQuota
from generation.circuit_breaker import CircuitBreaker
from generation.conversion import PictureConverter
from generation.decisions import Decisions
from generation.end_texts import EndTexts
from generation.engine import Engine
from generation.exporter import Exporter
from generation.group_photos import GroupPhotoMaker
from generation.linked_pictures import LinkedPictures
from generation.lost_status import LostStatusFinder
from generation.originals import Originals
from generation.picture_fetcher import PictureFetcher
from generation.poll_schedule import PollSchedule
from generation.request_traces import RequestTraces
from generation.shielded_tasks import ShieldedTasks
from generation.signed_links import PICTURE_PATH, PICTURE_SECONDS, SignedLinks
from generation.singles import Singles
from generation.status_messages import StatusMessages
from generation.status_sharing import StatusSharing
from generation.stickers import StickerMaker
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
    alarms = _build_alarms(
        settings, clock=clock, metrics=metrics, storage=storage, provider=provider, chat=chat
    )
    stack.push_async_callback(alarms.stop)
    allowances = _build_allowances(settings, storage)
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
    picture_links = SignedLinks(
        path=PICTURE_PATH,
        public_url=settings.public_url,
        token=settings.bot_token,
        seconds=PICTURE_SECONDS,
        clock=clock,
    )
    circuit_breaker = CircuitBreaker(
        clock=clock,
        patience=settings.outage_patience,
        on_open=alarms.raise_for_outage,
        probe=provider.client.probe,
    )
    poll_schedule, tasks = PollSchedule(clock), ShieldedTasks(clock)
    status_messages = _build_status_messages(
        clock=clock,
        storage=storage,
        chat=chat,
        poll_schedule=poll_schedule,
        circuit_breaker=circuit_breaker,
        replica=replica,
        tasks=tasks,
    )
    end_texts = EndTexts(quota=quota, strikes=storage.strikes)
    engine = build_engine(
        settings,
        clock=clock,
        metrics=metrics,
        storage=storage,
        provider=provider,
        chat=chat,
        parts=StepParts(
            circuit_breaker=circuit_breaker,
            end_texts=end_texts,
            fetcher=fetcher,
            picture_links=picture_links if settings.public_url is not None else None,
            poll_schedule=poll_schedule,
            sources=sources,
            status_messages=status_messages,
            tasks=tasks,
        ),
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


def _build_alarms(
    settings: Settings,
    *,
    clock: Clock,
    metrics: Metrics,
    storage: StorageParts,
    provider: ProviderParts,
    chat: ChatParts,
) -> Alarms:
    return Alarms(
        client=provider.client,
        sender=chat.sender,
        key_values=storage.key_values,
        languages=chat.languages,
        clock=clock,
        admins=settings.admin_ids,
        low_balance=settings.low_balance,
        metrics=metrics,
    )


def _build_allowances(settings: Settings, storage: StorageParts) -> Allowances:
    return Allowances(
        daily=settings.daily_quota,
        concurrency=settings.user_concurrency,
        queue=settings.user_queue_limit,
        admins=settings.admin_ids,
        group_daily=settings.group_daily_quota,
        credits=True,
        sells=settings.stars,
        limit_of=storage.controls.limit_of,
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
