"""The steps of a request that is not pending any more: its delivery, or the report of its end."""

from core.model import PENDING, SENDING, Request
from generation.batch_end import BatchEnd
from generation.delivery import Delivery
from generation.finalizer import Finalizer
from generation.request_memory import RequestMemory
from generation.step_result import StepResult


class RequestEnd:
    """Ends each request by itself, or together with its batch."""

    def __init__(self, *, delivery: Delivery, finalizer: Finalizer, batch_end: BatchEnd) -> None:
        self._delivery = delivery
        self._finalizer = finalizer
        self._batch_end = batch_end

    async def step(self, request: Request, memory: RequestMemory) -> StepResult:
        """Do the next step of a request that is not pending."""
        if request.batch_id is not None:
            return await self._batch_end.step(request, memory)
        if request.state in SENDING:
            return await self._delivery.step(request, memory)
        return await self._finalizer.step(request)

    def note(self, request: Request, result: StepResult) -> None:
        """Let the head of a batch look again at once, if a step has ended the drawing of another request of it."""
        if request.batch_id is not None and (result.closed or request.state in PENDING):
            self._batch_end.wake(request.batch_id)
