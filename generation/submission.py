"""The paid create call: a request from `queued` to `running`, or to `ready` if the task is done at once."""

from dataclasses import replace

import structlog

from chat.telegram_files import FileGone, FileUnavailable
from core.clock import Clock
from core.metrics import Metrics
from core.model import Failure, Request, State
from core.options import UnknownCreate
from core.retries import backoff
from generation.circuit_breaker import CircuitBreaker, OutageReason
from generation.conversion import UnusablePicture
from generation.request_memory import RequestMemory
from generation.shielded_tasks import ShieldedTasks
from generation.source_images import SourceImageLoader
from generation.step_result import StepResult, fail
from provider.answers import Task
from provider.client import MediaClient
from provider.errors import (
    BadInput,
    MediaError,
    Moderated,
    NotAccepted,
    OutcomeUnknown,
    OutOfMoney,
    RateLimited,
    Unauthorised,
)
from storage.requests import Requests

log = structlog.get_logger(__name__)


class Submission:
    """Submits requests to the provider. `timeout` is in seconds from the first submission."""

    def __init__(
        self,
        *,
        requests: Requests,
        client: MediaClient,
        source_images: SourceImageLoader,
        circuit_breaker: CircuitBreaker,
        tasks: ShieldedTasks,
        clock: Clock,
        metrics: Metrics,
        timeout: float,
        unknown_create: UnknownCreate,
    ) -> None:
        self._requests = requests
        self._client = client
        self._source_images = source_images
        self._circuit_breaker = circuit_breaker
        self._tasks = tasks
        self._clock = clock
        self._metrics = metrics
        self._timeout = timeout
        self._unknown_create = unknown_create

    async def step(self, request: Request, memory: RequestMemory) -> StepResult:
        """Pay for a task. The caller runs this as a shielded task, after the circuit breaker has admitted it."""
        if memory.began_at is None:
            memory.began_at = self._clock.now()
        if self._time_left(memory.began_at) <= 0:
            return await self._fail(request, Failure.UNAVAILABLE)
        try:
            image = await self._image(request)
        except FileUnavailable as error:
            return await self._retry_source(request, memory, error)
        except (FileGone, UnusablePicture) as error:
            log.warning("source not usable", request=request.id, error=str(error))
            gone = isinstance(error, FileGone)
            return await self._fail(request, Failure.SOURCE_GONE if gone else Failure.SOURCE_UNUSABLE)
        request = replace(request, started_at=memory.began_at, creates=request.creates + 1)
        if not await self._requests.move(
            request.id,
            State.QUEUED,
            State.SUBMITTING,
            started_at=request.started_at,
            creates=request.creates,
        ):
            return StepResult(request.state)
        return await self._create(request, image, memory)

    async def after_unknown(self, request: Request, reason: str) -> StepResult:
        """Repeat a create of unknown outcome once, or fail the request: the provider cannot say whether it started.

        The circuit breaker holds the repeat back until the provider answers again.
        """
        repeat = self._unknown_create is UnknownCreate.REPEAT and request.creates < 2
        log.error("create with unknown outcome", request=request.id, repeat=repeat, reason=reason)
        self._metrics.unknown_creates.labels("repeated" if repeat else "refunded").inc()
        if not repeat:
            return await self._fail(request, Failure.UNKNOWN_CREATE)
        await self._tasks.retry_until_written(
            lambda: self._requests.move(request.id, State.SUBMITTING, State.QUEUED)
        )
        return StepResult(State.QUEUED)

    async def _create(self, request: Request, image: str | None, memory: RequestMemory) -> StepResult:
        sent_at = self._clock.monotonic()
        try:
            task = await self._client.create(request.prompt, request.ratio, image)
        except (NotAccepted, Unauthorised, OutOfMoney) as error:
            return await self._put_back(request, memory, error, sent_at)
        except OutcomeUnknown as error:
            self._circuit_breaker.record_failure(OutageReason.DOWN, sent_at)
            return await self.after_unknown(request, str(error))
        except MediaError as error:
            self._circuit_breaker.record_success(sent_at)
            log.warning("create refused", request=request.id, kind=type(error).__name__, error=str(error))
            return await self._fail(request, _failure(error))
        self._circuit_breaker.record_success(sent_at)
        return await self._record_task(request, memory, task)

    async def _image(self, request: Request) -> str | None:
        if request.source is None:
            return None
        return await self._source_images.address(request.id, request.source.file_id)

    async def _retry_source(
        self, request: Request, memory: RequestMemory, error: FileUnavailable
    ) -> StepResult:
        """Try again later, because Telegram does not serve the source picture now. Nothing was paid."""
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
                task_id=task.id,
                running_at=now,
                picture_url=task.url,
                ready_at=now if task.url else None,
                cost=task.cost,
            )
        )
        if moved:
            memory.task_began_here = True
        else:
            log.info("request cancelled during the create call", request=request.id, task=task.id)
        return StepResult(state)

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
            self._circuit_breaker.record_failure(_outage_reason(error), sent_at)
        await self._tasks.retry_until_written(
            lambda: self._requests.move(
                request.id, State.SUBMITTING, State.QUEUED, creates=request.creates - 1
            )
        )
        if self._circuit_breaker.outage is not None:
            return StepResult(State.QUEUED)
        wait = retry_after if retry_after is not None else backoff(memory.create_retries, longest=15.0)
        return StepResult(State.QUEUED, wait=wait)

    async def _fail(self, request: Request, failure: Failure) -> StepResult:
        return await fail(self._tasks, self._requests, request, failure)

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
