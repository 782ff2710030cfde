"""Asks about a running task until it is done, refused or too late; what it learns goes to generation.poll_schedule."""

import structlog

from core.clock import Clock
from core.metrics import Metrics
from core.model import Failure, Request, State
from generation.poll_schedule import PollSchedule
from generation.shielded_tasks import ShieldedTasks, StepResult, backoff, fail
from provider.client import MediaClient
from provider.errors import (
    BadInput,
    DoneWithoutPicture,
    MediaError,
    Moderated,
    OutOfMoney,
    RateLimited,
    TaskFailed,
    Unauthorised,
)
from storage.durations import Interval
from storage.requests import Requests

log = structlog.get_logger(__name__)

GRACE = 30.0
"""Seconds a paid task is at least asked about by a process that has come back, however late its clock says it is."""
_REFUSALS_BELIEVED = 3
"""A task that the provider says it does not know this often in a row has vanished."""


class TaskPoller:
    """Takes a request from `running` to `ready`, or to its end. `timeout` is in seconds from the first submit."""

    def __init__(
        self,
        requests: Requests,
        media: MediaClient,
        poll_schedule: PollSchedule,
        tasks: ShieldedTasks,
        clock: Clock,
        metrics: Metrics,
        *,
        timeout: float,
    ) -> None:
        self._requests = requests
        self._media = media
        self._poll_schedule = poll_schedule
        self._tasks = tasks
        self._clock = clock
        self._metrics = metrics
        self._timeout = timeout
        self._own: set[int] = set()

    def began(self, request_id: int) -> None:
        """Note that this process saw the task begin, and so knows how long it takes."""
        self._own.add(request_id)

    def forget(self, request_id: int) -> None:
        """Drop what is remembered of a closed request."""
        self._own.discard(request_id)

    async def step(self, request: Request) -> StepResult:
        """Ask about a running task until it is done, refused or too late."""
        # A task of a process that died is asked about at once, and when it was last still running is not known.
        first = request.id not in self._own
        not_done_at = None if first else 0.0
        watch = _Watch(self._clock, request, self._timeout - GRACE if first else self._timeout)
        trouble = 0
        blame: Failure = Failure.TIMEOUT
        while True:
            left = self._timeout - watch.since_start()
            if not first and left > 0:
                if trouble:
                    await self._clock.sleep(min(left, backoff(trouble, longest=10.0)))
                await self._poll_schedule.wait(watch.age(), max(0.0, self._timeout - watch.since_start()))
            first = False
            try:
                task = await self._media.result(request.task_id or "")
            except (TaskFailed, DoneWithoutPicture, Moderated) as error:
                log.warning("task failed", request=request.id, kind=type(error).__name__, error=str(error))
                return await fail(self._tasks, self._requests, request, _failure(error))
            except MediaError as error:
                trouble += 1
                blame = self._blame(error)
                log.warning("result not read", request=request.id, tries=trouble, error=str(error))
                if isinstance(error, RateLimited):
                    self._poll_schedule.slow_down(error.retry_after)
                if isinstance(error, BadInput) and trouble >= _REFUSALS_BELIEVED:
                    return await fail(self._tasks, self._requests, request, Failure.TASK_FAILED)
            else:
                trouble, blame = 0, Failure.TIMEOUT
                if task.url:
                    learned = None if not_done_at is None else Interval(not_done_at, watch.age())
                    return await self._ready(request, task.url, learned)
                not_done_at = watch.age()
            if left <= 0:
                return await fail(self._tasks, self._requests, request, blame)

    @staticmethod
    def _blame(error: MediaError) -> Failure:
        paused = isinstance(error, Unauthorised | OutOfMoney)
        return Failure.SERVICE_PAUSED if paused else Failure.TIMEOUT

    async def _ready(self, request: Request, url: str, learned: Interval | None) -> StepResult:
        now = self._clock.now()
        moved = await self._requests.move(
            request.id, State.RUNNING, State.READY, learned=learned, picture_url=url, ready_at=now
        )
        if moved and learned is not None:
            self._poll_schedule.learn(learned)
            self._metrics.drawing.observe(learned.longest)
        return StepResult(State.READY if moved else request.state)


class _Watch:
    """Seconds since a task began, and since its request was first submitted: that at most `latest` to begin with."""

    def __init__(self, clock: Clock, request: Request, latest: float) -> None:
        now = clock.now()
        self._clock = clock
        self._from = clock.monotonic()
        self._age = max(0.0, now - (request.running_at or now))
        self._since_start = max(0.0, min(latest, now - (request.started_at or now)))

    def age(self) -> float:
        return self._age + self._clock.monotonic() - self._from

    def since_start(self) -> float:
        return self._since_start + self._clock.monotonic() - self._from


def _failure(error: MediaError) -> Failure:
    return Failure.MODERATED if isinstance(error, Moderated) else Failure.TASK_FAILED
