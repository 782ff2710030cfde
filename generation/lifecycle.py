"""One request from `queued` to its end: `advance` reads the row, the only truth, and does what its state calls for.

What cannot be repeated (the paid create, the send) is written down before it happens, what can be, after. Killed
anywhere, calling `advance` again is right. From `ready` on the way is generation.delivery's, the last words are
generation.closing's.
"""

from dataclasses import replace
from enum import StrEnum

import structlog

from chat.files import FileGone, FileTrouble
from generation.closing import Closing
from generation.delivery import Delivery
from generation.media_answers import Task
from generation.media_api import MediaApi
from generation.media_errors import (
    BadInput,
    DoneWithoutPicture,
    MediaError,
    Moderated,
    NotAccepted,
    OutcomeUnknown,
    OutOfMoney,
    PictureRefused,
    RateLimited,
    TaskFailed,
    Unauthorised,
)
from generation.metrics import Metrics
from generation.polling import Pollster
from generation.sources import Sources
from generation.steps import Acts, Step, backoff
from storage.clock import Clock
from storage.durations import Interval
from storage.model import PENDING, SENDING, Failure, Request, State
from storage.requests import Requests

log = structlog.get_logger(__name__)

_REFUSALS_BELIEVED = 3
"""A task that the provider says it does not know this often in a row has vanished."""


class UnknownCreate(StrEnum):
    """What is done about a paid call whose outcome is not known."""

    REPEAT = "repeat"
    REFUND = "refund"


class Lifecycle:
    """Advances requests. `timeout` is in seconds from the first submit."""

    def __init__(
        self,
        requests: Requests,
        media: MediaApi,
        sources: Sources,
        pollster: Pollster,
        delivery: Delivery,
        closing: Closing,
        acts: Acts,
        clock: Clock,
        metrics: Metrics,
        *,
        timeout: float,
        unknown_create: UnknownCreate,
    ) -> None:
        self._requests = requests
        self._media = media
        self._sources = sources
        self._pollster = pollster
        self._delivery = delivery
        self._closing = closing
        self._acts = acts
        self._clock = clock
        self._metrics = metrics
        self._timeout = timeout
        self._unknown_create = unknown_create
        self._refused: dict[int, int] = {}
        self._own: set[int] = set()

    async def advance(self, request_id: int) -> Step:
        """Do the next thing for a request. Raises what the database raises; calling it again is right."""
        request = await self._requests.get(request_id)
        if request is None or request.closed_at is not None:
            return Step(State.FAILED if request is None else request.state, closed=True)
        if request.state is State.QUEUED:
            return await self._acts.run(self._submit(request))
        if request.state is State.SUBMITTING:
            # Found here it was left by a process that died on the way: whether the create was paid is unknown.
            return await self._after_unknown(request, "the process ended during the call")
        if request.state is State.RUNNING:
            return await self._watch(request)
        if request.state in SENDING:
            return await self._delivery.step(request)
        step = await self._closing.step(request)
        if step.closed:
            self._delivery.forget(request_id)
            self._refused.pop(request_id, None)
            self._own.discard(request_id)
        return step

    async def _submit(self, request: Request) -> Step:
        """Pay for a task: an act."""
        started_at = request.started_at if request.started_at is not None else self._clock.now()
        if self._time_left(started_at) <= 0:
            return await self._fail(request, Failure.UNAVAILABLE)
        try:
            image = await self._image(request)
        except FileTrouble as error:
            return await self._not_read(request, started_at, error)
        except (FileGone, PictureRefused) as error:
            log.warning("source not usable", request=request.id, error=str(error))
            gone = isinstance(error, FileGone)
            return await self._fail(request, Failure.SOURCE_GONE if gone else Failure.SOURCE_UNUSABLE)
        request = replace(request, started_at=started_at, creates=request.creates + 1)
        if not await self._requests.move(
            request.id, State.QUEUED, State.SUBMITTING, started_at=started_at, creates=request.creates
        ):
            return Step(request.state)
        try:
            task = await self._media.create(request.prompt, request.ratio, image)
        except NotAccepted as error:
            return await self._put_back(request, error)
        except OutcomeUnknown as error:
            return await self._after_unknown(request, str(error))
        except MediaError as error:
            log.warning("create refused", request=request.id, kind=type(error).__name__, error=str(error))
            return await self._fail(request, _failure(error))
        return await self._started(request, task)

    async def _image(self, request: Request) -> str | None:
        if request.source_file_id is None:
            return None
        return await self._sources.address(request.id, request.source_file_id)

    async def _not_read(self, request: Request, started_at: float, error: FileTrouble) -> Step:
        """Telegram does not hand the source out right now: nothing was ordered, so try again."""
        tries = self._refused[request.id] = self._refused.get(request.id, 0) + 1
        log.warning("source not read", request=request.id, tries=tries, error=str(error))
        await self._requests.move(request.id, State.QUEUED, State.QUEUED, started_at=started_at)
        return Step(State.QUEUED, wait=backoff(tries, longest=15.0))

    async def _started(self, request: Request, task: Task) -> Step:
        """Write down a paid task's id: it must survive whatever comes."""
        now = self._clock.now()
        to = State.READY if task.url else State.RUNNING
        moved = await self._acts.insist(
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
            self._own.add(request.id)
        else:
            log.info("cancelled while it was ordered", request=request.id, task=task.id)
        return Step(to)

    async def _put_back(self, request: Request, error: NotAccepted) -> Step:
        """Back to `queued`, as if never tried, for a create that was surely not accepted."""
        tries = self._refused[request.id] = self._refused.get(request.id, 0) + 1
        log.warning("create not accepted", request=request.id, tries=tries, error=str(error))
        await self._acts.insist(
            lambda: self._requests.move(
                request.id, State.SUBMITTING, State.QUEUED, creates=request.creates - 1
            )
        )
        named = error.retry_after if isinstance(error, RateLimited) else None
        return Step(State.QUEUED, wait=named if named is not None else backoff(tries, longest=15.0))

    async def _after_unknown(self, request: Request, why: str) -> Step:
        """Order once more, or give up: the provider can neither be asked nor told that it is the same order."""
        repeat = self._unknown_create is UnknownCreate.REPEAT and request.creates < 2
        log.error("create with unknown outcome", request=request.id, repeat=repeat, why=why)
        self._metrics.unknown_creates.labels("repeated" if repeat else "refunded").inc()
        if not repeat:
            return await self._fail(request, Failure.UNKNOWN_CREATE)
        await self._acts.insist(lambda: self._requests.move(request.id, State.SUBMITTING, State.QUEUED))
        return Step(State.QUEUED, wait=1.0)

    async def _watch(self, request: Request) -> Step:
        """Ask about a running task until it is done, refused or too late."""
        watch = _Watch(self._clock, request)
        # A task of a process that died is asked about at once, and when it was last still running is not known.
        not_done_at = 0.0 if request.id in self._own else None
        first = not_done_at is None
        trouble = 0
        blame: Failure = Failure.TIMEOUT
        while True:
            left = self._timeout - watch.since_start()
            if not first and left > 0:
                if trouble:
                    await self._clock.sleep(min(left, backoff(trouble, longest=10.0)))
                await self._pollster.wait(watch.age(), max(0.0, self._timeout - watch.since_start()))
            first = False
            try:
                task = await self._media.result(request.task_id or "")
            except (TaskFailed, DoneWithoutPicture, Moderated) as error:
                log.warning("task failed", request=request.id, kind=type(error).__name__, error=str(error))
                return await self._fail(request, _failure(error))
            except MediaError as error:
                trouble += 1
                blame = self._blame(error)
                log.warning("result not read", request=request.id, tries=trouble, error=str(error))
                if isinstance(error, RateLimited):
                    self._pollster.slow_down(error.retry_after)
                if isinstance(error, BadInput) and trouble >= _REFUSALS_BELIEVED:
                    return await self._fail(request, Failure.TASK_FAILED)
            else:
                trouble, blame = 0, Failure.TIMEOUT
                if task.url:
                    learned = None if not_done_at is None else Interval(not_done_at, watch.age())
                    return await self._ready(request, task.url, learned)
                not_done_at = watch.age()
            if left <= 0:
                return await self._fail(request, blame)

    @staticmethod
    def _blame(error: MediaError) -> Failure:
        paused = isinstance(error, Unauthorised | OutOfMoney)
        return Failure.SERVICE_PAUSED if paused else Failure.TIMEOUT

    async def _ready(self, request: Request, url: str, learned: Interval | None) -> Step:
        now = self._clock.now()
        moved = await self._requests.move(
            request.id, State.RUNNING, State.READY, learned=learned, picture_url=url, ready_at=now
        )
        if moved and learned is not None:
            self._pollster.learn(learned)
            self._metrics.drawing.observe(learned.longest)
        return Step(State.READY if moved else request.state)

    async def _fail(self, request: Request, failure: Failure) -> Step:
        await self._acts.insist(
            lambda: self._requests.settle(request, PENDING, State.FAILED, failure=failure)
        )
        return Step(State.FAILED)

    def _time_left(self, started_at: float) -> float:
        # A wall clock that was set back must not make anybody wait longer than the whole time.
        return self._timeout - max(0.0, self._clock.now() - started_at)


class _Watch:
    """Seconds since a task began and since its request was first submitted, untouched by a wall clock being set."""

    def __init__(self, clock: Clock, request: Request) -> None:
        now = clock.now()
        self._clock = clock
        self._from = clock.monotonic()
        self._age = max(0.0, now - (request.running_at or now))
        self._since_start = max(0.0, now - (request.started_at or now))

    def age(self) -> float:
        return self._age + self._clock.monotonic() - self._from

    def since_start(self) -> float:
        return self._since_start + self._clock.monotonic() - self._from


def _failure(error: MediaError) -> Failure:
    if isinstance(error, Moderated):
        return Failure.MODERATED
    if isinstance(error, BadInput):
        return Failure.BAD_INPUT
    if isinstance(error, Unauthorised | OutOfMoney):
        return Failure.SERVICE_PAUSED
    return Failure.TASK_FAILED
