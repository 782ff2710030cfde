"""The paid create call: a request from `queued` to `running`, or to `ready` if the task is done at once."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from chat.telegram_files import FileRefused, FileTooLarge, FileUnavailable
from core.clock import Clock
from core.metrics import Metrics
from core.model import Failure, Request, State
from core.options import SourceWay, UnknownCreate
from core.retries import backoff
from generation.circuit_breaker import CircuitBreaker, OutageReason
from generation.conversion import UnusablePicture
from generation.request_memory import RequestMemory
from generation.shielded_tasks import ShieldedTasks
from generation.source_bucket import BucketUnavailable
from generation.source_images import SourceAddress, SourceImageLoader
from generation.source_ways import SourceWays
from generation.step_result import StepResult, fail
from provider.answers import Task
from provider.client import MediaClient
from provider.errors import (
    BadInput,
    ImageRefused,
    MediaError,
    Moderated,
    NotAccepted,
    OutcomeUnknown,
    OutOfMoney,
    RateLimited,
    Unauthorised,
)
from provider.image_refusals import failed_to_load
from storage.database_errors import StorageUnreachable
from storage.requests import Beginning, Requests

log = structlog.get_logger(__name__)

SLOT_SECONDS = 0.3
"""Time after which a request looks again for a slot, if the requests in flight of all processes use all of them."""


class Submission:
    """Submits requests to the provider. `timeout` is in seconds from the first submission.

    `wait_for_lease` returns once no other process can have taken over what is recorded here.
    """

    def __init__(
        self,
        *,
        requests: Requests,
        client: MediaClient,
        source_images: SourceImageLoader,
        source_ways: SourceWays,
        circuit_breaker: CircuitBreaker,
        tasks: ShieldedTasks,
        clock: Clock,
        metrics: Metrics,
        timeout: float,
        unknown_create: UnknownCreate,
        wait_for_lease: Callable[[], Awaitable[None]],
    ) -> None:
        self._requests = requests
        self._client = client
        self._source_images = source_images
        self._source_ways = source_ways
        self._circuit_breaker = circuit_breaker
        self._tasks = tasks
        self._clock = clock
        self._metrics = metrics
        self._timeout = timeout
        self._unknown_create = unknown_create
        self._wait_for_lease = wait_for_lease

    async def step(
        self, request: Request, memory: RequestMemory, on_begin: Callable[[Request], None]
    ) -> StepResult:
        """Pay for a task. The caller runs this as a shielded task, after the circuit breaker has admitted it.

        Calls `on_begin` once the create is recorded, before it is sent.
        """
        if memory.began_at is None:
            memory.began_at = self._clock.now()
        try:
            source = await self._source_address(request, memory)
        except (FileUnavailable, BucketUnavailable) as error:
            if self._time_left(memory.began_at) <= 0:
                # The picture service was not asked, so it is not blamed.
                telegram = isinstance(error, FileUnavailable)
                failure = Failure.SOURCE_UNAVAILABLE if telegram else Failure.UNAVAILABLE
                return await self._fail(request, failure)
            return await self._retry_source(request, memory, error)
        except FileTooLarge as error:
            log.warning("source too large", request=request.id, error=str(error))
            return await self._fail(request, Failure.SOURCE_TOO_LARGE, str(error.limit))
        except FileRefused as error:
            log.warning("source gone", request=request.id, error=str(error))
            return await self._fail(request, Failure.SOURCE_GONE)
        except UnusablePicture as error:
            log.warning("source not usable", request=request.id, error=str(error))
            return await self._fail(request, error.failure, error.detail)
        if self._time_left(memory.began_at) <= 0:
            return await self._fail(request, Failure.UNAVAILABLE)
        request = replace(request, started_at=memory.began_at, creates=request.creates + 1)
        beginning = await self._begin(request)
        if beginning is Beginning.FULL:
            return StepResult(request.state, wait=SLOT_SECONDS)
        if beginning is Beginning.OUTDATED:
            return StepResult(request.state)  # read again
        if request.creates == 1 and not memory.create_retries:
            self._metrics.queueing.observe(max(0.0, self._clock.now() - request.accepted_at))
        await self._wait_for_lease()
        on_begin(request)
        return await self._create(request, source, memory)

    async def _begin(self, request: Request) -> Beginning:
        """Record the create."""
        try:
            return await self._requests.begin_submission(request)
        except StorageUnreachable:
            # Nothing is sent yet, so the outcome of the create is known, whether the record is stored or not.
            stored = await self._tasks.retry_until_written(lambda: self._requests.get(request.id))
            begun = (
                stored is not None and stored.state is State.SUBMITTING and stored.creates == request.creates
            )
            return Beginning.BEGUN if begun else Beginning.OUTDATED

    async def after_unknown(self, request: Request, reason: str) -> StepResult:
        """Repeat a create of unknown outcome once, or fail the request: the provider cannot say whether it started.

        The circuit breaker holds the repeat back until the provider answers again.
        """
        repeat = self._unknown_create is UnknownCreate.REPEAT and request.creates < 2
        log.error("create with unknown outcome", request=request.id, repeat=repeat, reason=reason)
        self._metrics.unknown_creates.labels("repeated" if repeat else "refunded").inc()
        if not repeat:
            return await self._fail(request, Failure.UNKNOWN_CREATE)
        moved = await self._tasks.retry_until_written(
            lambda: self._requests.move(request.id, State.SUBMITTING, State.QUEUED, of_create=request.creates)
        )
        return StepResult(State.QUEUED, request=moved)

    async def _create(
        self, request: Request, source: SourceAddress | None, memory: RequestMemory
    ) -> StepResult:
        sent_at = self._clock.monotonic()
        try:
            task = await self._client.create(request.prompt, request.ratio, source.url if source else None)
        except (NotAccepted, Unauthorised, OutOfMoney) as error:
            return await self._put_back(request, memory, error, sent_at)
        except OutcomeUnknown as error:
            self._circuit_breaker.record_failure(OutageReason.DOWN, sent_at)
            if error.retry_after is not None:
                self._circuit_breaker.pause_for(error.retry_after)
            await self._avoid_way(source, memory, error)
            return await self.after_unknown(request, str(error))
        except MediaError as error:
            self._circuit_breaker.record_success(sent_at)
            log.warning("create refused", request=request.id, kind=type(error).__name__, error=str(error))
            if isinstance(error, ImageRefused) and source is not None:
                return await self._try_next_way(request, source.way, memory)
            await self._avoid_way(source, memory, error)
            return await self._fail(request, _failure(error))
        self._circuit_breaker.record_success(sent_at)
        result = await self._record_task(request, memory, task)
        if source is not None:
            memory.source_way = source.way
            await self._source_ways.record_accepted(source.way)
        return result

    async def _source_address(self, request: Request, memory: RequestMemory) -> SourceAddress | None:
        if request.source is None:
            return None
        return await self._source_images.address(request.id, request.source.file_id, memory.refused_ways)

    async def _try_next_way(self, request: Request, way: SourceWay, memory: RequestMemory) -> StepResult:
        """Move a request back to `queued` as if never submitted, so that its picture is sent in the next way.

        The provider refused the picture, so nothing was paid. Fails the request if no way is left.
        """
        memory.refused_ways.add(way)
        if not self._source_ways.are_left(memory.refused_ways):
            worked = await self._source_ways.has_worked()
            failure = Failure.SOURCE_REFUSED if worked else Failure.EDITS_NOT_SET_UP
            result = await self._fail(request, failure)
            await self._source_ways.record_all_refused()
            return result
        await self._withdraw(request)
        await self._source_ways.record_refused(way)
        return StepResult(State.QUEUED)

    async def _avoid_way(
        self, source: SourceAddress | None, memory: RequestMemory, error: MediaError
    ) -> None:
        """Prefer the other ways from now on, if a call failed because the provider could not load the picture.

        This call may have been paid, so only a repeat that is made anyway uses another way.
        """
        if source is None or not failed_to_load(str(error)):
            return
        await self._source_ways.record_not_loaded(source.way)
        if self._source_ways.are_left(memory.refused_ways | {source.way}):
            memory.refused_ways.add(source.way)

    async def _withdraw(self, request: Request) -> None:
        """Move a request from `submitting` back to `queued`, and do not count its create, which was not accepted."""
        await self._tasks.retry_until_written(
            lambda: self._requests.move(
                request.id,
                State.SUBMITTING,
                State.QUEUED,
                of_create=request.creates,
                creates=request.creates - 1,
            )
        )

    async def _retry_source(
        self, request: Request, memory: RequestMemory, error: FileUnavailable | BucketUnavailable
    ) -> StepResult:
        """Try again later, because the source picture cannot be sent now. Nothing was paid."""
        memory.create_retries += 1
        log.warning("source not read", request=request.id, tries=memory.create_retries, error=str(error))
        await self._requests.move(request.id, State.QUEUED, State.QUEUED, started_at=memory.began_at)
        return StepResult(State.QUEUED, wait=backoff(memory.create_retries, longest=15.0))

    async def _record_task(self, request: Request, memory: RequestMemory, task: Task) -> StepResult:
        """Store the id of the paid task, which must not be lost."""
        now = self._clock.now()
        state = State.READY if task.url else State.RUNNING
        moved = await self._tasks.retry_until_written(
            lambda: self._requests.move(
                request.id,
                State.SUBMITTING,
                state,
                of_create=request.creates,
                task_id=task.id,
                running_at=now,
                picture_url=task.url,
                ready_at=now if task.url else None,
                cost=task.cost,
            )
        )
        if moved is not None:
            memory.task_began_here = True
        else:
            # Cancelled during the call, or created again by another process after this one was stopped for a while.
            log.info("task not recorded", request=request.id, task=task.id)
        return StepResult(state, request=moved)

    async def _put_back(
        self,
        request: Request,
        memory: RequestMemory,
        error: NotAccepted | Unauthorised | OutOfMoney,
        sent_at: float,
    ) -> StepResult:
        """Move a request back to `queued` as if never submitted, after a create that was certainly not accepted."""
        memory.create_retries += 1
        log.warning("create not accepted", request=request.id, tries=memory.create_retries, error=str(error))
        retry_after = None
        if isinstance(error, RateLimited):
            retry_after = error.retry_after
            self._circuit_breaker.pause_for(retry_after if retry_after is not None else 1.0)
        else:
            memory.refused_by_outage = isinstance(error, NotAccepted)
            self._circuit_breaker.record_failure(_outage_reason(error), sent_at)
        await self._withdraw(request)
        if self._circuit_breaker.outage is not None:
            return StepResult(State.QUEUED)
        wait = retry_after if retry_after is not None else backoff(memory.create_retries, longest=15.0)
        return StepResult(State.QUEUED, wait=wait)

    async def _fail(self, request: Request, failure: Failure, detail: str | None = None) -> StepResult:
        return await fail(self._tasks, self._requests, request, failure, detail)

    def _time_left(self, began_at: float) -> float:
        # A wall clock that was set back must not extend the timeout.
        return self._timeout - max(0.0, self._clock.now() - began_at)


def _outage_reason(error: MediaError) -> OutageReason:
    if isinstance(error, Unauthorised):
        return OutageReason.KEY
    return OutageReason.MONEY if isinstance(error, OutOfMoney) else OutageReason.DOWN


def _failure(error: MediaError) -> Failure:
    if isinstance(error, Moderated):
        return Failure.MODERATED
    if isinstance(error, BadInput):
        return Failure.BAD_INPUT
    return Failure.TASK_FAILED
