"""Polls a running task until it is done, failed or timed out, at the times of generation.poll_schedule."""

from typing import Any

import structlog

from core.clock import Clock
from core.metrics import Metrics
from core.model import Failure, Request, State
from core.retries import backoff
from generation.circuit_breaker import CircuitBreaker
from generation.poll_schedule import PollSchedule, WatchedTask
from generation.request_memory import RequestMemory
from generation.shielded_tasks import ShieldedTasks
from generation.source_ways import SourceWays
from generation.step_result import StepResult, fail
from provider.answers import Task
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
from provider.image_refusals import failed_to_load
from storage.requests import Requests

log = structlog.get_logger(__name__)

GRACE_SECONDS = 30.0
"""A restarted process polls a paid task for at least this time, even after its deadline."""
_REFUSALS_BELIEVED = 3
"""After this many refusals in a row, a task counts as unknown to the provider."""


class TaskPoller:
    """Moves a request from `running` to `ready`, or fails it. `timeout` is in seconds from the first submission."""

    def __init__(
        self,
        *,
        requests: Requests,
        client: MediaClient,
        source_ways: SourceWays,
        poll_schedule: PollSchedule,
        circuit_breaker: CircuitBreaker,
        tasks: ShieldedTasks,
        clock: Clock,
        metrics: Metrics,
        timeout: float,
    ) -> None:
        self._requests = requests
        self._client = client
        self._source_ways = source_ways
        self._poll_schedule = poll_schedule
        self._circuit_breaker = circuit_breaker
        self._tasks = tasks
        self._clock = clock
        self._metrics = metrics
        self._timeout = timeout

    async def step(self, request: Request, memory: RequestMemory) -> StepResult:
        """Poll a running task until it is done, failed or timed out."""
        watched = self._poll_schedule.watch()
        try:
            return await self._poll(request, memory, watched)
        finally:
            watched.drop()

    async def _poll(self, request: Request, memory: RequestMemory, watched: WatchedTask) -> StepResult:
        # The task of an earlier process is polled at once, and the time of its last poll is unknown.
        skip_wait = not memory.task_began_here
        if not skip_wait:
            watched.still_runs(0.0)
        latest = self._timeout - GRACE_SECONDS if skip_wait else self._timeout
        age = _TaskAge(self._clock, request, latest=latest)
        errors = 0
        failure_at_timeout = Failure.TIMEOUT
        while True:
            left = self._timeout - age.since_start()
            if not skip_wait and left > 0:
                if errors:
                    await self._clock.sleep(min(left, backoff(errors, longest=10.0)))
                await self._poll_schedule.wait(age.of_task(), max(0.0, self._timeout - age.since_start()))
            skip_wait = False
            sent_at = self._clock.monotonic()
            try:
                task = await self._client.result(request.require_task_id())
            except (TaskFailed, DoneWithoutPicture, Moderated) as error:
                return await self._record_failed(request, memory, error)
            except MediaError as error:
                errors += 1
                failure_at_timeout = _failure_at_timeout(error)
                log.warning("result not read", request=request.id, tries=errors, error=str(error))
                if isinstance(error, RateLimited):
                    self._poll_schedule.slow_down(error.retry_after)
                if isinstance(error, BadInput) and errors >= _REFUSALS_BELIEVED:
                    return await self._fail(request, Failure.TASK_FAILED)
            else:
                self._circuit_breaker.record_life(sent_at)
                errors, failure_at_timeout = 0, Failure.TIMEOUT
                if task.url:
                    return await self._record_ready(request, task, watched, age.of_task())
                watched.still_runs(age.of_task())
            if left <= 0:
                return await self._fail(request, failure_at_timeout)

    async def _record_failed(
        self, request: Request, memory: RequestMemory, error: TaskFailed | DoneWithoutPicture | Moderated
    ) -> StepResult:
        log.warning("task failed", request=request.id, kind=type(error).__name__, error=str(error))
        if memory.source_way is not None and failed_to_load(str(error)):
            await self._source_ways.record_not_loaded(memory.source_way)
        return await self._fail(request, _failure(error))

    async def _record_ready(
        self, request: Request, task: Task, watched: WatchedTask, age: float
    ) -> StepResult:
        columns: dict[str, Any] = {"picture_url": task.url, "ready_at": self._clock.now()}
        if task.cost is not None:
            columns["cost"] = task.cost
        learned = watched.interval(age)
        moved = await self._requests.move(request.id, State.RUNNING, State.READY, learned=learned, **columns)
        if moved is not None and learned is not None:
            watched.finish(age)
            self._metrics.drawing.observe(learned.longest)
        return StepResult(request.state if moved is None else moved.state, request=moved)

    async def _fail(self, request: Request, failure: Failure) -> StepResult:
        return await fail(self._tasks, self._requests, request, failure)


class _TaskAge:
    """Seconds since a task began, and since the first submission of its request, which starts at `latest` at most."""

    def __init__(self, clock: Clock, request: Request, *, latest: float) -> None:
        now = clock.now()
        self._clock = clock
        self._created_at = clock.monotonic()
        self._age = max(0.0, now - (request.running_at or now))
        self._since_start = max(0.0, min(latest, now - (request.started_at or now)))

    def of_task(self) -> float:
        return self._age + self._clock.monotonic() - self._created_at

    def since_start(self) -> float:
        return self._since_start + self._clock.monotonic() - self._created_at


def _failure(error: MediaError) -> Failure:
    return Failure.MODERATED if isinstance(error, Moderated) else Failure.TASK_FAILED


def _failure_at_timeout(error: MediaError) -> Failure:
    paused = isinstance(error, Unauthorised | OutOfMoney)
    return Failure.SERVICE_PAUSED if paused else Failure.TIMEOUT
