"""Drives requests in several processes that share a PostgreSQL database: DBOS decides which process drives which one.

A request has two workflows. `draw` holds one of the slots of all processes until the request is not pending any more;
`finish` follows in the same process, without a slot. If a process dies, the others take its workflows over.
"""

import asyncio
import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import structlog

from core.background import Background
from core.clock import Clock
from core.metrics import Metrics
from core.model import PENDING, Accepted, Allowance, GenerationRequest, Rejection, Request, State
from generation.engine import DRAIN_SECONDS
from generation.lifecycle import Lifecycle
from generation.shielded_tasks import ShieldedTasks
from generation.status_messages import StatusMessages
from generation.step_loop import run_steps
from generation.step_result import StepResult
from storage.database import Database
from storage.database_errors import StorageUnavailable
from storage.request_queue import RequestQueue
from storage.requests import Requests
from storage.workflows import queue_positions

if TYPE_CHECKING:
    from generation.dbos_workflows import DbosWorkflows

log = structlog.get_logger(__name__)

NOT_PENDING = frozenset(State) - PENDING
POSITIONS_SECONDS = 1.0
"""Time for which status messages use the same positions."""


class DbosEngine:
    """Drives requests together with the other processes of the ledger (Engine)."""

    def __init__(
        self,
        *,
        database: Database,
        requests: Requests,
        queue: RequestQueue,
        workflows: "DbosWorkflows",
        lifecycle: Lifecycle,
        status_messages: StatusMessages,
        tasks: ShieldedTasks,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._requests = requests
        self._queue = queue
        self._workflows = workflows
        self._lifecycle = lifecycle
        self._status_messages = status_messages
        self._tasks = tasks
        self._clock = clock
        self._metrics = metrics
        self._draws: dict[int, asyncio.Task[StepResult]] = {}
        self._finishes: dict[int, asyncio.Task[StepResult]] = {}
        self._background = Background()
        self._tombstones: Sequence[str] = ()
        self._launched = False
        self._positions: Mapping[int, int] = {}
        self._positions_at = float("-inf")
        self.running = False

    async def start(self) -> None:
        """Join the processes that drive requests, and enqueue the open requests that no workflow drives."""
        self.running = True
        self._status_messages.start(self._recent_positions)
        await self._workflows.launch(draw=self._draw, finish=self._finish)
        self._launched = True
        try:
            await self.take_over(self._tombstones)
            await self.repair()
        except StorageUnavailable as error:
            # The next heartbeat and the leader resume them.
            log.warning("open requests are resumed later", error=str(error))
        log.info("engine started")

    async def submit(self, request: GenerationRequest, allowance: Allowance) -> Accepted | Rejection:
        """Accept a request, which enqueues it, or return the rejection."""
        answer = await self._requests.accept(request, allowance)
        if isinstance(answer, Accepted) and answer.fresh and self.running and not answer.request.is_asked:
            self._show_waiting(answer.request)
        return answer

    async def follow(self, *requests: Request) -> None:
        """Enqueue requests as their rows are now. If that fails, the leader's next repair does it."""
        for request in requests:
            if request.is_asked:
                await self._status_messages.forget(request.id)
            elif request.state is not State.QUEUED:
                await self._end_draw(request.id)
            elif self.running:
                self._show_waiting(request)
        if not self.running or all(request.state is not State.QUEUED for request in requests):
            return
        try:
            await self.repair()
        except StorageUnavailable as error:
            log.warning(
                "requests are enqueued later", requests=[one.id for one in requests], error=str(error)
            )

    async def cancel(self, request_id: int) -> bool:
        """Cancel a pending request. A create call in flight still finishes, and its task is dropped."""
        request = await self._requests.get(request_id)
        if request is None or not await self._requests.settle(request, PENDING, State.CANCELLED):
            return False
        await self._end_draw(request_id)
        return True

    async def queue_positions(self) -> Mapping[int, int]:
        """Return the position of each waiting request, as if they were drawn one after the other."""
        return await self._database.read(queue_positions)

    async def take_over(self, tombstones: Sequence[str]) -> None:
        """Let the living processes continue the requests of dead ones. Raises StorageUnavailable."""
        self._tombstones = tombstones
        if not self._launched:
            return
        number = await self._workflows.take_over(tombstones)
        if number:
            log.warning("requests taken over", workflows=number)

    async def repair(self) -> None:
        """Enqueue open requests that no workflow drives, and delete old workflows. Raises StorageUnavailable.

        One process at a time needs to do it, for example after an enqueued workflow was deleted by hand.
        """
        lost = await self._workflows.repair(self._queue)
        if lost:
            log.warning("requests enqueued again", **dataclasses.asdict(lost))
        await self._workflows.delete_old()

    async def stop(self) -> None:
        """Start nothing new and finish the shielded tasks. Other processes continue the rest."""
        self.running = self._launched = False
        tasks = [*self._draws.values(), *self._finishes.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._background.stop()
        await self._status_messages.stop()
        await asyncio.gather(self._tasks.drain(DRAIN_SECONDS), self._workflows.stop())

    async def _draw(self, request_id: int) -> bool:
        """Advance a request until it is not pending any more. Return whether this process is to finish it."""
        result = await self._run(request_id, PENDING, self._draws)
        # A request that is still `queued` waits for an answer of its owner.
        if result is not None and result.state not in {State.CANCELLED, State.QUEUED}:
            return True
        await self._forget(request_id)
        return False

    async def _finish(self, request_id: int) -> None:
        """Advance a request that is not pending any more until it is closed."""
        await self._run(request_id, NOT_PENDING, self._finishes)
        await self._forget(request_id)

    async def _run(
        self,
        request_id: int,
        within: Collection[State],
        tasks: dict[int, asyncio.Task[StepResult]],
    ) -> StepResult | None:
        """Run the steps of a request as one of the tasks. Return None if `cancel` has cancelled the task.

        Raises CancelledError if the engine stops, or if another process has cancelled the workflow.
        """
        if not self.running:
            raise asyncio.CancelledError
        task = tasks[request_id] = asyncio.create_task(self._advance_within(request_id, within))
        self._metrics.in_flight.set(len(self._draws))
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
            await self._forget(request_id)
            raise
        finally:
            if tasks.get(request_id) is task:
                del tasks[request_id]
            self._metrics.in_flight.set(len(self._draws))
        if not task.cancelled():
            return task.result()
        if not self.running:
            raise asyncio.CancelledError
        return None

    async def _advance_within(self, request_id: int, within: Collection[State]) -> StepResult:
        shown = self._status_messages.shows(request_id)

        async def step(written: Request | None) -> StepResult:
            nonlocal shown
            if not shown:
                await self._show(request_id)
                shown = True
            return await self._lifecycle.advance(request_id, within, written=written)

        return await run_steps(step, request_id=request_id, clock=self._clock)

    def _show_waiting(self, request: Request) -> None:
        if not self._status_messages.shows(request.id):
            self._status_messages.show(request)
        self._status_messages.update_now(request.id)

    async def _show(self, request_id: int) -> None:
        """Show the progress of a request that another process has begun. One that waits is the leader's to show."""
        request = await self._requests.get(request_id)
        if request is not None and (request.state is not State.QUEUED or request.started_at is not None):
            self._status_messages.resume(request)

    async def _forget(self, request_id: int) -> None:
        await self._status_messages.forget(request_id)
        self._lifecycle.forget(request_id)

    async def _end_draw(self, request_id: int) -> None:
        """Stop to draw a request that is cancelled, in whichever process."""
        task = self._draws.get(request_id)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        else:
            self._background.start(self._cancel_draw(request_id))

    async def _cancel_draw(self, request_id: int) -> None:
        try:
            await self._workflows.cancel_draw(request_id)
        except StorageUnavailable as error:
            # The process that draws the request sees its state at its next step.
            log.info("drawing not interrupted", request=request_id, error=str(error))

    async def _recent_positions(self) -> Mapping[int, int]:
        if self._clock.monotonic() - self._positions_at >= POSITIONS_SECONDS:
            self._positions = await self.queue_positions()
            self._positions_at = self._clock.monotonic()
        return self._positions
