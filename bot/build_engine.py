"""Constructs the engine, and the steps of a request that it drives."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.build_chat import ChatParts
from bot.build_provider import ProviderParts
from bot.build_sources import SourceParts
from bot.build_storage import StorageParts
from bot.build_workflows import WorkflowParts
from bot.replica import Replica, lease_of
from bot.settings import Settings
from core.clock import Clock
from core.metrics import Metrics
from generation.batch_end import BatchEnd
from generation.circuit_breaker import CircuitBreaker
from generation.dbos_engine import DbosEngine
from generation.delivery import Delivery
from generation.end_reports import EndReports
from generation.end_texts import EndTexts
from generation.engine import Engine, LocalEngine
from generation.finalizer import Finalizer
from generation.first_effect import FirstEffect
from generation.grid_delivery import GridDelivery
from generation.late_questions import LateQuestions
from generation.lifecycle import Lifecycle
from generation.picture_fetcher import PictureFetcher
from generation.picture_messages import PictureMessages
from generation.poll_schedule import PollSchedule
from generation.question_message import QuestionMessage
from generation.request_end import RequestEnd
from generation.request_traces import RequestTraces
from generation.shielded_tasks import ShieldedTasks
from generation.signed_links import SignedLinks
from generation.status_messages import StatusMessages
from generation.submission import Submission
from generation.task_poller import TaskPoller


@dataclass(frozen=True, slots=True, kw_only=True)
class StepParts:
    """The parts that several steps of a request use. Without PUBLIC_URL there are no `picture_links`."""

    circuit_breaker: CircuitBreaker
    end_texts: EndTexts
    fetcher: PictureFetcher
    picture_links: SignedLinks | None
    poll_schedule: PollSchedule
    sources: SourceParts
    status_messages: StatusMessages
    tasks: ShieldedTasks


def build_engine(
    settings: Settings,
    *,
    clock: Clock,
    metrics: Metrics,
    storage: StorageParts,
    provider: ProviderParts,
    chat: ChatParts,
    parts: StepParts,
    replica: Replica | None,
    shared: WorkflowParts | None,
    traces: RequestTraces | None,
) -> Engine:
    """Return the engine: DBOS with parts that are `shared` by replicas, else that of a single process."""
    wait_for_lease = lease_of(replica)
    lifecycle = Lifecycle(
        requests=storage.requests,
        circuit_breaker=parts.circuit_breaker,
        status_messages=parts.status_messages,
        tasks=parts.tasks,
        submission=Submission(
            requests=storage.requests,
            client=provider.client,
            source_images=parts.sources.images,
            source_ways=parts.sources.ways,
            circuit_breaker=parts.circuit_breaker,
            tasks=parts.tasks,
            clock=clock,
            metrics=metrics,
            timeout=settings.generation_timeout,
            unknown_create=settings.unknown_create,
            wait_for_lease=wait_for_lease,
        ),
        task_poller=TaskPoller(
            requests=storage.requests,
            client=provider.client,
            source_ways=parts.sources.ways,
            poll_schedule=parts.poll_schedule,
            circuit_breaker=parts.circuit_breaker,
            tasks=parts.tasks,
            clock=clock,
            metrics=metrics,
            timeout=settings.generation_timeout,
        ),
        request_end=_build_request_end(
            settings,
            clock=clock,
            metrics=metrics,
            storage=storage,
            chat=chat,
            parts=parts,
            wait_for_lease=wait_for_lease,
            traces=traces,
        ),
        source_cleanup=parts.sources.cleanup,
        traces=traces,
        late_questions=_build_late_questions(settings, clock=clock, storage=storage, chat=chat, parts=parts),
    )
    if shared is not None:
        return DbosEngine(
            database=storage.database,
            requests=storage.requests,
            queue=shared.queue,
            workflows=shared.workflows,
            lifecycle=lifecycle,
            status_messages=parts.status_messages,
            tasks=parts.tasks,
            clock=clock,
            metrics=metrics,
        )
    return LocalEngine(
        requests=storage.requests,
        lifecycle=lifecycle,
        status_messages=parts.status_messages,
        tasks=parts.tasks,
        clock=clock,
        metrics=metrics,
        concurrency=settings.user_concurrency,
        in_flight=settings.max_in_flight,
    )


def _build_late_questions(
    settings: Settings, *, clock: Clock, storage: StorageParts, chat: ChatParts, parts: StepParts
) -> LateQuestions:
    return LateQuestions(
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
        status_messages=parts.status_messages,
        tasks=parts.tasks,
        clock=clock,
        after=60.0 * settings.ask_after_minutes,
    )


def _build_request_end(
    settings: Settings,
    *,
    clock: Clock,
    metrics: Metrics,
    storage: StorageParts,
    chat: ChatParts,
    parts: StepParts,
    wait_for_lease: Callable[[], Awaitable[None]],
    traces: RequestTraces | None,
) -> RequestEnd:
    first_effect = FirstEffect(history=storage.history, effect_id=settings.first_picture_effect)
    delivery = Delivery(
        requests=storage.requests,
        fetcher=parts.fetcher,
        picture_sender=chat.picture_sender,
        picture_messages=PictureMessages(
            requests=storage.requests,
            picture_sender=chat.picture_sender,
            keyboards=chat.result_keyboards,
            translations=chat.translations,
            first_effect=first_effect,
            storage_chat_id=settings.storage_chat_id,
            links=parts.picture_links,
        ),
        status_messages=parts.status_messages,
        tasks=parts.tasks,
        clock=clock,
        metrics=metrics,
        wait_for_lease=wait_for_lease,
    )
    finalizer = Finalizer(
        requests=storage.requests,
        end_reports=EndReports(
            end_texts=parts.end_texts,
            sender=chat.sender,
            inline_messages=chat.inline_messages,
            deletion_scheduler=chat.deletion_scheduler,
            private_replies=chat.private_replies,
            translations=chat.translations,
            switches=chat.bot_switches,
            links=parts.picture_links,
        ),
        deletion_scheduler=chat.deletion_scheduler,
        status_messages=parts.status_messages,
        tasks=parts.tasks,
        clock=clock,
        metrics=metrics,
        traces=traces,
    )
    grid_delivery = GridDelivery(
        batches=storage.batches,
        delivery=delivery,
        fetcher=parts.fetcher,
        picture_sender=chat.picture_sender,
        translations=chat.translations,
        first_effect=first_effect,
        tasks=parts.tasks,
        clock=clock,
        metrics=metrics,
        wait_for_lease=wait_for_lease,
    )
    batch_end = BatchEnd(
        batches=storage.batches,
        delivery=delivery,
        grid_delivery=grid_delivery,
        finalizer=finalizer,
        status_messages=parts.status_messages,
        end_texts=parts.end_texts,
        deletion_scheduler=chat.deletion_scheduler,
        translations=chat.translations,
    )
    return RequestEnd(delivery=delivery, finalizer=finalizer, batch_end=batch_end)
