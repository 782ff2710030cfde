"""One request from `queued` to its end: `advance` reads the row, the only truth, and does what its state calls for.

What cannot be repeated (the paid create, the send) is written down before it happens, what can be, after. Killed
anywhere, calling `advance` again is right. A running task is generation.task_poller's, from `ready` on the way is
generation.delivery's, the last words are generation.finalizer's.
"""

from dataclasses import replace
from enum import StrEnum

import structlog

from chat.telegram_files import FileGone, FileUnavailable
from core.clock import Clock
from core.metrics import Metrics
from core.model import SENDING, Failure, Request, State
from generation.circuit_breaker import CircuitBreaker, OutageReason
from generation.delivery import Delivery
from generation.finalizer import Finalizer
from generation.shielded_tasks import ShieldedTasks, StepResult, backoff, fail
from generation.source_images import SourceImageLoader
from generation.status_messages import StatusMessages
from generation.task_poller import TaskPoller
from provider.answers import Task
from provider.client import MediaClient
from provider.errors import (
    BadInput,
    MediaError,
    Moderated,
    NotAccepted,
    OutcomeUnknown,
    OutOfMoney,
    PictureRefused,
    RateLimited,
    Unauthorised,
)
from storage.requests import Requests

log = structlog.get_logger(__name__)


class UnknownCreate(StrEnum):
    """What is done about a paid call whose outcome is not known."""

    REPEAT = "repeat"
    REFUND = "refund"


class Lifecycle:
    """Advances requests. `timeout` is in seconds from the first submit."""

    def __init__(
        self,
        requests: Requests,
        media: MediaClient,
        sources: SourceImageLoader,
        task_poller: TaskPoller,
        delivery: Delivery,
        finalizer: Finalizer,
        circuit_breaker: CircuitBreaker,
        status_messages: StatusMessages,
        tasks: ShieldedTasks,
        clock: Clock,
        metrics: Metrics,
        *,
        timeout: float,
        unknown_create: UnknownCreate,
    ) -> None:
        self._requests = requests
        self._media = media
        self._sources = sources
        self._task_poller = task_poller
        self._delivery = delivery
        self._finalizer = finalizer
        self._tasks = tasks
        self._circuit_breaker = circuit_breaker
        self._status_messages = status_messages
        self._clock = clock
        self._metrics = metrics
        self._timeout = timeout
        self._unknown_create = unknown_create
        self._refused: dict[int, int] = {}
        self._begun: dict[int, float] = {}
        """When each request's own time began, for this process: none of it is what a process before was away."""

    async def advance(self, request_id: int) -> StepResult:
        """Do the next thing for a request. Raises what the database raises; calling it again is right."""
        request = await self._requests.get(request_id)
        if request is None or request.closed_at is not None:
            return StepResult(State.FAILED if request is None else request.state, closed=True)
        if request.state is State.QUEUED:
            return await self._in_turn(request)
        if request.state is State.SUBMITTING:
            # Found here it was left by a process that died on the way: whether the create was paid is unknown.
            return await self._after_unknown(request, "the process ended during the call")
        if request.state is State.RUNNING:
            return await self._task_poller.step(request)
        if request.state in SENDING:
            return await self._delivery.step(request)
        step = await self._finalizer.step(request)
        if step.closed:
            self._delivery.forget(request_id)
            self._refused.pop(request_id, None)
            self._begun.pop(request_id, None)
            self._task_poller.forget(request_id)
        return step

    async def _in_turn(self, request: Request) -> StepResult:
        """Submit a request once creates are let through, or give it up when they were held back for too long."""
        held = self._circuit_breaker.trouble
        if held is not None:
            self._status_messages.waiting(request.id)
        if not await self._circuit_breaker.turn(request.accepted_at):
            paused = self._circuit_breaker.trouble in {OutageReason.KEY, OutageReason.MONEY}
            return await self._fail(request, Failure.SERVICE_PAUSED if paused else Failure.UNAVAILABLE)
        try:
            self._status_messages.drawing(request.id)
            if held is None:
                return await self._tasks.run(self._submit(request))
            # Read anew after the wait: its words may have been edited meanwhile.
            current = await self._requests.get(request.id)
            if current is None or current.state is not State.QUEUED:
                return StepResult(request.state if current is None else current.state)
            # What was everybody's trouble does not count against this request's own time.
            self._begun.pop(request.id, None)
            return await self._tasks.run(self._submit(current))
        finally:
            self._circuit_breaker.done()

    async def _submit(self, request: Request) -> StepResult:
        """Pay for a task: an act."""
        started_at = self._begun.setdefault(request.id, self._clock.now())
        if self._time_left(started_at) <= 0:
            return await self._fail(request, Failure.UNAVAILABLE)
        try:
            image = await self._image(request)
        except FileUnavailable as error:
            return await self._not_read(request, started_at, error)
        except (FileGone, PictureRefused) as error:
            log.warning("source not usable", request=request.id, error=str(error))
            gone = isinstance(error, FileGone)
            return await self._fail(request, Failure.SOURCE_GONE if gone else Failure.SOURCE_UNUSABLE)
        request = replace(request, started_at=started_at, creates=request.creates + 1)
        if not await self._requests.move(
            request.id, State.QUEUED, State.SUBMITTING, started_at=started_at, creates=request.creates
        ):
            return StepResult(request.state)
        try:
            task = await self._media.create(request.prompt, request.ratio, image)
        except (NotAccepted, Unauthorised, OutOfMoney) as error:
            return await self._put_back(request, error)
        except OutcomeUnknown as error:
            self._circuit_breaker.failed(OutageReason.DOWN)
            return await self._after_unknown(request, str(error))
        except MediaError as error:
            self._circuit_breaker.well()
            log.warning("create refused", request=request.id, kind=type(error).__name__, error=str(error))
            return await self._fail(request, _failure(error))
        self._circuit_breaker.well()
        return await self._started(request, task)

    async def _image(self, request: Request) -> str | None:
        if request.source_file_id is None:
            return None
        return await self._sources.address(request.id, request.source_file_id)

    async def _not_read(self, request: Request, started_at: float, error: FileUnavailable) -> StepResult:
        """Telegram does not hand the source out right now: nothing was ordered, so try again."""
        tries = self._refused[request.id] = self._refused.get(request.id, 0) + 1
        log.warning("source not read", request=request.id, tries=tries, error=str(error))
        await self._requests.move(request.id, State.QUEUED, State.QUEUED, started_at=started_at)
        return StepResult(State.QUEUED, wait=backoff(tries, longest=15.0))

    async def _started(self, request: Request, task: Task) -> StepResult:
        """Write down a paid task's id: it must survive whatever comes."""
        now = self._clock.now()
        to = State.READY if task.url else State.RUNNING
        moved = await self._tasks.retry_until_written(
            lambda: self._requests.move(
                request.id,
                State.SUBMITTING,
                to,
                task_id=task.id,
                running_at=now,
                picture_url=task.url,
                ready_at=now if task.url else None,
            )
        )
        if moved:
            self._task_poller.began(request.id)
        else:
            log.info("cancelled while it was ordered", request=request.id, task=task.id)
        return StepResult(to)

    async def _put_back(self, request: Request, error: NotAccepted | Unauthorised | OutOfMoney) -> StepResult:
        """Back to `queued`, as if never tried, for a create that was surely not accepted."""
        tries = self._refused[request.id] = self._refused.get(request.id, 0) + 1
        log.warning("create not accepted", request=request.id, tries=tries, error=str(error))
        named = None
        if isinstance(error, RateLimited):
            named = error.retry_after
            self._circuit_breaker.hold(named if named is not None else 1.0)
        else:
            self._circuit_breaker.failed(_outage_reason(error))
        await self._tasks.retry_until_written(
            lambda: self._requests.move(
                request.id, State.SUBMITTING, State.QUEUED, creates=request.creates - 1
            )
        )
        if self._circuit_breaker.trouble is not None:
            return StepResult(State.QUEUED)
        return StepResult(State.QUEUED, wait=named if named is not None else backoff(tries, longest=15.0))

    async def _after_unknown(self, request: Request, why: str) -> StepResult:
        """Order once more, or give up: the provider can neither be asked nor told that it is the same order."""
        repeat = self._unknown_create is UnknownCreate.REPEAT and request.creates < 2
        log.error("create with unknown outcome", request=request.id, repeat=repeat, why=why)
        self._metrics.unknown_creates.labels("repeated" if repeat else "refunded").inc()
        if not repeat:
            return await self._fail(request, Failure.UNKNOWN_CREATE)
        await self._tasks.retry_until_written(
            lambda: self._requests.move(request.id, State.SUBMITTING, State.QUEUED)
        )
        return StepResult(State.QUEUED, wait=1.0)

    async def _fail(self, request: Request, failure: Failure) -> StepResult:
        return await fail(self._tasks, self._requests, request, failure)

    def _time_left(self, started_at: float) -> float:
        # A wall clock that was set back must not make anybody wait longer than the whole time.
        return self._timeout - max(0.0, self._clock.now() - started_at)


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
