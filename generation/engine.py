"""Decides when requests advance: a queue a person, people in a ring, limits, and recovery at the start.

Nothing here survives a restart or needs to: the ledger does. `Engine` is what the handlers see, so that another engine
(DBOS on PostgreSQL, for several replicas) can drive the same lifecycle.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Protocol

import structlog

from core.clock import Clock
from core.metrics import Metrics
from core.model import FINAL, PENDING, Accepted, Allowance, GenerationRequest, Refused, Request, State
from generation.lifecycle import Lifecycle
from generation.shielded_tasks import ShieldedTasks, backoff
from generation.status_messages import StatusMessages
from storage.database import StorageUnavailable
from storage.requests import Requests

log = structlog.get_logger(__name__)

LAST_ACTS = 7.0
"""Seconds a stop gives to what is being paid or sent: the whole stop has ten."""


class Engine(Protocol):
    """What drives generations."""

    async def start(self) -> None:
        """Go on with whatever was in flight."""

    async def submit(self, wanted: GenerationRequest, allowance: Allowance) -> Accepted | Refused:
        """Accept a request, or say why not. The same key submitted again is the same request."""

    async def cancel(self, request_id: int) -> bool:
        """End a request that waits or is being drawn. False when it is too late."""

    def places(self) -> Mapping[int, int]:
        """Return the place in line, from 1, of every request that waits."""

    async def stop(self) -> None:
        """Take nothing up any more and finish what must not be cut; the rest is for the next start."""


class LocalEngine:
    """Drives requests in this process: `concurrency` at once a person, `in_flight` over all."""

    def __init__(
        self,
        requests: Requests,
        lifecycle: Lifecycle,
        status_messages: StatusMessages,
        tasks: ShieldedTasks,
        clock: Clock,
        metrics: Metrics,
        *,
        concurrency: int,
        in_flight: int,
    ) -> None:
        self._requests = requests
        self._lifecycle = lifecycle
        self._status_messages = status_messages
        self._tasks = tasks
        self._clock = clock
        self._metrics = metrics
        self._concurrency = concurrency
        self._in_flight = in_flight
        self._waiting: dict[int, deque[int]] = {}
        self._ring: deque[int] = deque()
        self._slots: dict[int, int] = {}
        self._taken: dict[int, int] = {}
        self._drives: dict[int, asyncio.Task[None]] = {}
        self.running = False

    async def start(self) -> None:
        """Go on with whatever was in flight: what runs already counts against the limits before anything new."""
        self.running = True
        self._status_messages.start(self.places)
        waiting: list[Request] = []
        for request in await self._requests.open():
            if request.state is State.QUEUED:
                waiting.append(request)
                continue
            if request.state in PENDING:
                self._take(request.id, request.user_id)
            if request.state not in FINAL:
                self._status_messages.show(request)
            self._drive(request.id)
        for request in waiting:
            self._enqueue(request)
        self._dispatch()
        log.info("engine started", going_on=len(self._drives), waiting=len(waiting))

    async def submit(self, wanted: GenerationRequest, allowance: Allowance) -> Accepted | Refused:
        """See `Engine.submit`."""
        answer = await self._requests.accept(wanted, allowance)
        if isinstance(answer, Accepted) and answer.fresh and self.running:
            self._enqueue(answer.request)
            self._dispatch()
            self._status_messages.speak(answer.request.id)
        return answer

    async def cancel(self, request_id: int) -> bool:
        """See `Engine.cancel`. A paid call on the wire goes on by itself, and its task is dropped."""
        request = await self._requests.get(request_id)
        if request is None or not await self._requests.settle(request, PENDING, State.CANCELLED):
            return False
        drive = self._drives.pop(request_id, None)
        if drive is not None:
            drive.cancel()
            await asyncio.wait([drive])
        waiting = self._waiting.get(request.user_id)
        if waiting and request_id in waiting:
            waiting.remove(request_id)
            if not waiting:
                del self._waiting[request.user_id]
        self._release(request_id)
        if self.running:
            self._drive(request_id)
        return True

    def places(self) -> Mapping[int, int]:
        """Return every waiting request's place, as if each had to go before the next could."""
        ring = set(self._ring)
        order = [*self._ring, *(user for user in self._waiting if user not in ring)]
        queues = [self._waiting[user] for user in order if self._waiting.get(user)]
        places: dict[int, int] = {}
        position = 0
        while queues:
            for queue in queues:
                places[queue[position]] = len(places) + 1
            position += 1
            queues = [queue for queue in queues if len(queue) > position]
        return places

    async def stop(self) -> None:
        """See `Engine.stop`."""
        self.running = False
        drives = list(self._drives.values())
        for drive in drives:
            drive.cancel()
        await asyncio.gather(*drives, return_exceptions=True)
        await self._status_messages.stop()
        await self._tasks.drain(LAST_ACTS)

    def _enqueue(self, request: Request) -> None:
        self._status_messages.show(request)
        self._waiting.setdefault(request.user_id, deque()).append(request.id)
        self._to_ring(request.user_id)

    def _to_ring(self, user_id: int) -> None:
        """Give a person a place in the ring: one each, and only who waits and may have one more at once."""
        waits = bool(self._waiting.get(user_id))
        if waits and self._taken.get(user_id, 0) < self._concurrency and user_id not in self._ring:
            self._ring.append(user_id)

    def _dispatch(self) -> None:
        while self.running and self._ring and len(self._slots) < self._in_flight:
            user_id = self._ring.popleft()
            queue = self._waiting.get(user_id)
            if queue and self._taken.get(user_id, 0) < self._concurrency:
                request_id = queue.popleft()
                self._take(request_id, user_id)
                self._status_messages.drawing(request_id)
                self._drive(request_id)
                self._to_ring(user_id)
            if not queue:
                self._waiting.pop(user_id, None)
        self._metrics.waiting.set(sum(map(len, self._waiting.values())))
        self._metrics.in_flight.set(len(self._slots))

    def _take(self, request_id: int, user_id: int) -> None:
        self._slots[request_id] = user_id
        self._taken[user_id] = self._taken.get(user_id, 0) + 1

    def _release(self, request_id: int) -> None:
        user_id = self._slots.pop(request_id, None)
        if user_id is None:
            return
        self._taken[user_id] -= 1
        if not self._taken[user_id]:
            del self._taken[user_id]
        self._to_ring(user_id)
        self._dispatch()

    def _drive(self, request_id: int) -> None:
        drive = asyncio.create_task(self._drive_on(request_id), name=f"request {request_id}")
        self._drives[request_id] = drive
        drive.add_done_callback(lambda done: self._driven(request_id, done))

    def _driven(self, request_id: int, drive: asyncio.Task[None]) -> None:
        if self._drives.get(request_id) is drive:
            del self._drives[request_id]

    async def _drive_on(self, request_id: int) -> None:
        tries = 0
        while True:
            try:
                step = await self._lifecycle.advance(request_id)
            except Exception as error:
                tries += 1
                trouble = isinstance(
                    error, StorageUnavailable
                )  # that has told of itself, once for all who wait
                if not trouble:
                    log.exception("advance failed", request=request_id, tries=tries)
                await self._clock.sleep(backoff(tries, longest=10.0 if trouble else 60.0))
                continue
            tries = 0
            if step.state not in PENDING:
                self._release(request_id)
            if step.closed:
                return
            if step.wait:
                await self._clock.sleep(step.wait)
