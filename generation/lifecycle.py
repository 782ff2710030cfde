"""One request from `queued` to closed: `advance` does the next step of the state that the row has.

Steps that cannot be repeated (the paid create, the send) are recorded before they run; repeatable steps are recorded
afterwards. Calling `advance` again after a crash at any point is safe.
"""

from collections.abc import Collection

from core.model import PENDING, Failure, Request, State
from generation.circuit_breaker import CircuitBreaker, OutageReason
from generation.late_questions import LateQuestions
from generation.request_end import RequestEnd
from generation.request_memory import RequestMemories, RequestMemory
from generation.request_traces import RequestTraces
from generation.shielded_tasks import ShieldedTasks
from generation.source_cleanup import SourceCleanup
from generation.status_messages import StatusMessages
from generation.step_result import StepResult, fail
from generation.submission import SLOT_SECONDS, Submission
from generation.task_poller import TaskPoller
from storage.requests import Requests


class Lifecycle:
    """Advances requests, each state by its own part."""

    def __init__(
        self,
        *,
        requests: Requests,
        circuit_breaker: CircuitBreaker,
        status_messages: StatusMessages,
        tasks: ShieldedTasks,
        submission: Submission,
        task_poller: TaskPoller,
        request_end: RequestEnd,
        source_cleanup: SourceCleanup,
        late_questions: LateQuestions,
        traces: RequestTraces | None = None,
    ) -> None:
        self._requests = requests
        self._circuit_breaker = circuit_breaker
        self._status_messages = status_messages
        self._tasks = tasks
        self._submission = submission
        self._task_poller = task_poller
        self._request_end = request_end
        self._source_cleanup = source_cleanup
        self._late_questions = late_questions
        self._traces = traces
        self._memories = RequestMemories()

    async def advance(
        self,
        request_id: int,
        within: Collection[State] = frozenset(State),
        *,
        written: Request | None = None,
    ) -> StepResult:
        """Do the next step of a request. Raises the errors of the database; a repeated call is safe.

        In a state that is not `within`, do nothing: no step is left for the caller. `written` is the row as the write
        just before has returned it. Without it, the row is read.
        """
        request = written or await self._requests.get(request_id)
        if request is None or request.closed_at is not None:
            self._memories.drop(request_id)
            return StepResult(State.FAILED if request is None else request.state, closed=True)
        if request.state not in within:
            return StepResult(request.state, closed=True)
        memory = self._memories.of_request(request_id)
        result = await self._traced_step(request, memory)
        if result.state not in PENDING:
            self._source_cleanup.discard(request_id)
            self._request_end.note(request, result)
        if result.closed:
            self._memories.drop(request_id)
        return result

    def forget(self, request_id: int) -> None:
        """Drop the in-memory state of a request that another process continues."""
        self._memories.drop(request_id)

    async def _traced_step(self, request: Request, memory: RequestMemory) -> StepResult:
        if self._traces is None:
            return await self._step(request, memory)
        with self._traces.recording(request.id):
            return await self._step(request, memory)

    async def _step(self, request: Request, memory: RequestMemory) -> StepResult:
        if request.is_asked:
            return await self._late_questions.put(request)
        if request.state is State.QUEUED:
            return await self._submit_when_admitted(request, memory)
        if request.state is State.SUBMITTING:
            # A process ended during the create call, so its outcome is unknown.
            return await self._submission.after_unknown(request, "the process ended during the call")
        if request.state is State.RUNNING:
            return await self._task_poller.step(request, memory)
        return await self._request_end.step(request, memory)

    async def _submit_when_admitted(self, request: Request, memory: RequestMemory) -> StepResult:
        """Submit a request once a slot is free and the circuit breaker admits it, or fail it after a long wait."""
        if not await self._requests.has_slot(request.user_id):
            return StepResult(request.state, wait=SLOT_SECONDS)
        outage, repeats = self._circuit_breaker.outage, request.creates > 0
        admission = await self._circuit_breaker.acquire(
            request.accepted_at,
            repeats=repeats,
            retries=memory.refused_by_outage,
            on_outage=lambda: self._status_messages.waiting(request.id),
        )
        if admission is None:
            paused = self._circuit_breaker.outage in {OutageReason.KEY, OutageReason.MONEY}
            failure = Failure.SERVICE_PAUSED if paused else Failure.UNAVAILABLE
            return await fail(self._tasks, self._requests, request, failure)
        try:
            if outage is not None or repeats or memory.refused_by_outage:
                # Read again after the wait: the user may have edited the prompt.
                current = await self._requests.get(request.id)
                if current is None or current.state is not State.QUEUED:
                    return StepResult(request.state if current is None else current.state)
                # The outage does not count against this request's own time.
                memory.began_at, request = None, current
            if not await self._late_questions.is_due(request):
                return await self._tasks.run(self._submission.step(request, memory, self._show_drawing))
        finally:
            self._circuit_breaker.release(admission)
        return await self._late_questions.ask(request)

    def _show_drawing(self, request: Request) -> None:
        self._status_messages.adopt(request)
        self._status_messages.drawing(request.id)
