"""Decides when requests advance: one queue per user, round robin between users, limits, and recovery at the start.

An engine holds no state that a restart needs. The handlers use the `Engine` protocol, so that another engine can drive
the same lifecycle.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from core.clock import Clock
from core.metrics import Metrics
from core.model import PENDING, Accepted, Allowance, GenerationRequest, Rejection, Request, State
from generation.lifecycle import Lifecycle
from generation.shielded_tasks import ShieldedTasks
from generation.status_messages import StatusMessages
from generation.step_loop import run_steps
from generation.step_result import StepResult
from storage.requests import Requests

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 7.0
"""Time that a stop gives to paid calls and sends in flight. The whole stop has ten seconds."""


class Engine(Protocol):
    """Drives requests through their lifecycle. `running` is True between `start` and `stop`."""

    running: bool

    async def start(self) -> None:
        """Resume all open requests."""

    async def submit(self, request: GenerationRequest, allowance: Allowance) -> Accepted | Rejection:
        """Accept a request or return the rejection. A request with a known key is the stored request."""

    async def cancel(self, request_id: int) -> bool:
        """Cancel a pending request. Return False if it is too late."""

    async def follow(self, *requests: Request) -> None:
        """Drive requests as their rows are now: back in the queue, asked about, or cancelled together."""

    async def queue_positions(self) -> Mapping[int, int]:
        """Return the position, from 1, of every request that waits. Raises StorageUnavailable."""

    async def take_over(self, tombstones: Sequence[str]) -> None:
        """Continue the requests of dead processes, by their replica ids. Raises StorageUnavailable."""

    async def repair(self) -> None:
        """Continue open requests that nothing drives. There should be none. Raises StorageUnavailable."""

    async def stop(self) -> None:
        """Start nothing new and finish the shielded tasks. The next start resumes the rest."""


class LocalEngine:
    """Drives requests in this process: `concurrency` at once per user, `in_flight` in total."""

    def __init__(
        self,
        *,
        requests: Requests,
        lifecycle: Lifecycle,
        status_messages: StatusMessages,
        tasks: ShieldedTasks,
        clock: Clock,
        metrics: Metrics,
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
        self._round_robin: deque[int] = deque()
        self._slots: dict[int, int] = {}
        self._running_per_user: dict[int, int] = {}
        self._request_tasks: dict[int, asyncio.Task[None]] = {}
        self.running = False

    async def start(self) -> None:
        """Resume all open requests. The ones that run count against the limits before any other starts."""
        self.running = True
        self._status_messages.start(self.queue_positions)
        waiting: list[Request] = []
        for request in await self._requests.list_open():
            if request.is_asked:
                self._start_task(request.id)  # its question may not be sent yet
                continue
            self._status_messages.resume(request)
            if request.state is State.QUEUED:
                waiting.append(request)
                continue
            if request.state in PENDING:
                self._occupy_slot(request.id, request.user_id)
            self._start_task(request.id)
        for request in waiting:
            self._enqueue(request)
        self._dispatch()
        log.info("engine started", resumed=len(self._request_tasks), waiting=len(waiting))

    async def submit(self, request: GenerationRequest, allowance: Allowance) -> Accepted | Rejection:
        """Accept a request or return the rejection, and start it if a slot is free."""
        answer = await self._requests.accept(request, allowance)
        if isinstance(answer, Accepted) and self.running:
            self._admit(
                *(one for one in (answer.request, *answer.members) if self._is_new(one, fresh=answer.fresh))
            )
        return answer

    async def follow(self, *requests: Request) -> None:
        """Drive requests as their rows are now, and start the ones that wait if a slot is free."""
        for request in requests:
            await self._leave(request)
            if request.is_asked:
                await self._status_messages.forget(request.id)
        if self.running:
            self._admit(*(one for one in requests if one.state is State.QUEUED))
            for request in requests:
                if request.state is not State.QUEUED:
                    self._start_task(request.id)

    async def cancel(self, request_id: int) -> bool:
        """Cancel a pending request. A create call in flight still finishes, and its task is dropped."""
        request = await self._requests.get(request_id)
        if request is None or not await self._requests.settle(request, PENDING, State.CANCELLED):
            return False
        await self._leave(request)
        if self.running:
            self._start_task(request_id)
        return True

    async def queue_positions(self) -> Mapping[int, int]:
        """Return the position of each waiting request, as if they ran one after the other."""
        in_ring = set(self._round_robin)
        order = [*self._round_robin, *(user for user in self._waiting if user not in in_ring)]
        queues = [self._waiting[user] for user in order if self._waiting.get(user)]
        positions: dict[int, int] = {}
        position = 0
        while queues:
            for queue in queues:
                positions[queue[position]] = len(positions) + 1
            position += 1
            queues = [queue for queue in queues if len(queue) > position]
        return positions

    async def take_over(self, tombstones: Sequence[str]) -> None:
        """Do nothing: no other process drives requests, and the start resumes those of earlier ones."""

    async def repair(self) -> None:
        """Do nothing: a task drives each open request until the process ends."""

    async def stop(self) -> None:
        """Start nothing new and finish the shielded tasks."""
        self.running = False
        tasks = list(self._request_tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._status_messages.stop()
        await self._tasks.drain(DRAIN_SECONDS)

    async def _leave(self, request: Request) -> None:
        """Stop the task of a request, take it out of the queue, and free its slot."""
        task = self._request_tasks.pop(request.id, None)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        waiting = self._waiting.get(request.user_id)
        if waiting and request.id in waiting:
            waiting.remove(request.id)
            if not waiting:
                del self._waiting[request.user_id]
        self._free_slot(request.id)

    def _is_new(self, request: Request, *, fresh: bool) -> bool:
        """Return whether the engine does not drive an accepted request yet.

        If the ledger's answer was lost, a request is accepted and its caller does not know: a repeat is not fresh.
        """
        if fresh:
            return True
        waits = request.id in self._waiting.get(request.user_id, ())
        driven = waits or request.id in self._request_tasks
        return request.state is State.QUEUED and not driven

    def _admit(self, *new: Request) -> None:
        """Let requests wait in the queue, and start the first of them if a slot is free.

        Those that are asked about do not wait there: their question is sent, unless it is in the chat.
        """
        waiting = [request for request in new if not request.is_asked]
        for request in waiting:
            self._status_messages.show(request)
            self._enqueue(request)
        if waiting:
            self._dispatch(waiting[0])
            self._status_messages.update_now(waiting[0].id)
        for request in new:
            if request.is_asked:
                self._start_task(request.id, request)

    def _enqueue(self, request: Request) -> None:
        self._waiting.setdefault(request.user_id, deque()).append(request.id)
        self._join_round_robin(request.user_id)

    def _join_round_robin(self, user_id: int) -> None:
        """Add a user to the round robin, once, if the user has a waiting request and a free slot."""
        waits = bool(self._waiting.get(user_id))
        if (
            waits
            and self._running_per_user.get(user_id, 0) < self._concurrency
            and user_id not in self._round_robin
        ):
            self._round_robin.append(user_id)

    def _dispatch(self, written: Request | None = None) -> None:
        """Start requests while slots are free. `written` is the row of one that was accepted just now."""
        while self.running and self._round_robin and len(self._slots) < self._in_flight:
            user_id = self._round_robin.popleft()
            queue = self._waiting.get(user_id)
            if queue and self._running_per_user.get(user_id, 0) < self._concurrency:
                request_id = queue.popleft()
                self._occupy_slot(request_id, user_id)
                self._status_messages.drawing(request_id)
                is_written = written is not None and written.id == request_id
                self._start_task(request_id, written if is_written else None)
                self._join_round_robin(user_id)
            if not queue:
                self._waiting.pop(user_id, None)
        self._metrics.waiting.set(sum(map(len, self._waiting.values())))
        self._metrics.in_flight.set(len(self._slots))

    def _occupy_slot(self, request_id: int, user_id: int) -> None:
        self._slots[request_id] = user_id
        self._running_per_user[user_id] = self._running_per_user.get(user_id, 0) + 1

    def _free_slot(self, request_id: int) -> None:
        user_id = self._slots.pop(request_id, None)
        if user_id is None:
            return
        self._running_per_user[user_id] -= 1
        if not self._running_per_user[user_id]:
            del self._running_per_user[user_id]
        self._join_round_robin(user_id)
        self._dispatch()

    def _start_task(self, request_id: int, written: Request | None = None) -> None:
        task = asyncio.create_task(self._run(request_id, written), name=f"request {request_id}")
        self._request_tasks[request_id] = task
        task.add_done_callback(lambda done: self._on_task_done(request_id, done))

    def _on_task_done(self, request_id: int, task: asyncio.Task[None]) -> None:
        if self._request_tasks.get(request_id) is task:
            del self._request_tasks[request_id]

    async def _run(self, request_id: int, written: Request | None) -> None:
        def on_step(result: StepResult) -> None:
            if not result.holds_slot:
                self._free_slot(request_id)

        await run_steps(
            lambda row: self._lifecycle.advance(request_id, written=row),
            request_id=request_id,
            clock=self._clock,
            written=written,
            on_step=on_step,
        )
