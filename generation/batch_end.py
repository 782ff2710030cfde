"""The end of a batch: its head waits for the other requests, sends the pictures that came, and reports the others.

The head stays open until the batch has ended, even if it failed or was cancelled itself. So one loop, which one living
process drives, sends and reports for all, and nothing has to be agreed upon between processes.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from chat.deletion_scheduler import DeletionScheduler
from chat.translations import Translations
from core.model import FINAL, PENDING, SENDING, Request, State
from generation.delivery import Delivery
from generation.end_texts import EndTexts
from generation.finalizer import Finalizer
from generation.grid_delivery import GridDelivery
from generation.request_memory import RequestMemory
from generation.status_messages import StatusMessages
from generation.step_result import StepResult
from storage.batches import Batches

POLL_SECONDS, OFTEN = 0.4, 150
"""Time after which a head reads its batch again, so many times: another process may draw the rest of it."""
REST_SECONDS = 5.0
"""The same after a minute, and for any other request of a batch, which waits to be closed."""
_OUTCOMES = (State.DELIVERED, State.FAILED, State.UNDELIVERABLE, State.CANCELLED)
"""The states of a batch as a whole: the first of them that one of its requests has."""


class BatchEnd:
    """Ends the batches."""

    def __init__(
        self,
        *,
        batches: Batches,
        delivery: Delivery,
        grid_delivery: GridDelivery,
        finalizer: Finalizer,
        status_messages: StatusMessages,
        end_texts: EndTexts,
        deletion_scheduler: DeletionScheduler,
        translations: Translations,
    ) -> None:
        self._batches = batches
        self._delivery = delivery
        self._grid_delivery = grid_delivery
        self._finalizer = finalizer
        self._status_messages = status_messages
        self._end_texts = end_texts
        self._deletion_scheduler = deletion_scheduler
        self._translations = translations
        self._changes: dict[int, asyncio.Event] = {}

    async def step(self, request: Request, memory: RequestMemory) -> StepResult:
        """Do the next step of a request of a batch that is not pending."""
        return await (self._member_step if request.is_member else self._head_step)(request, memory)

    def wake(self, batch_id: int) -> None:
        """Let all requests of a batch that this process drives look at it again now."""
        change = self._changes.pop(batch_id, None)
        if change is not None:
            change.set()

    async def _member_step(self, request: Request, memory: RequestMemory) -> StepResult:
        """Wait for the head, which sends and closes this request. Close it if it ended without a picture."""
        batch_id = request.batch_id or request.id
        change = self._change(batch_id)
        if request.state in FINAL:
            return await self._finalizer.close(request)
        batch = await self._batches.requests_of(batch_id)
        head = next((one for one in batch if one.id == batch_id), None)
        if head is None or head.closed_at is not None:
            # Another program has ended the head, or it was deleted by hand. This program closes it last.
            own = next((one for one in batch if one.id == request.id and one.state in SENDING), None)
            return StepResult(request.state) if own is None else await self._delivery.step(own, memory)
        await self._wait(change, REST_SECONDS)
        return StepResult(request.state)

    async def _head_step(self, head: Request, memory: RequestMemory) -> StepResult:
        change = self._change(head.id)
        batch = await self._batches.requests_of(head.id)
        ready = [one for one in batch if one.state in SENDING]
        pending = [one for one in batch if one.state in PENDING]
        if pending:
            if not all(one.is_asked for one in pending):  # else the question stands for the status
                self._status_messages.progress(head, len(ready))
            await self._grid_delivery.fetch_ahead(ready)
            memory.batch_reads += 1
            await self._wait(change, POLL_SECONDS if memory.batch_reads < OFTEN else REST_SECONDS)
            return StepResult(head.state)
        if not ready:
            question = await self._batches.take_question(head.id)
            if question is not None:  # its requests were cancelled one by one
                await self._deletion_scheduler.schedule(head.place.chat_id, question, 0.0)
            result = await self._finalizer.step(head, outcome=await self._outcome(head, batch))
            if result.closed:
                self._grid_delivery.forget([one.id for one in batch])
                self.wake(head.id)
            return result
        self._status_messages.sending(head.id)
        note = await self._end_texts.partial(batch, self._translations.for_language(head.language))
        if len(ready) == 1:
            result = await self._deliver_alone(ready[0], memory, note)
        else:
            result = await self._grid_delivery.step(head, ready, memory, note)
        self.wake(head.id)
        # The row that the step wrote may be that of another request.
        return StepResult(head.state, wait=result.wait)

    async def _deliver_alone(self, request: Request, memory: RequestMemory, note: str) -> StepResult:
        """Deliver the only picture of a batch as any other picture, and close it unless it is the head."""
        result = await self._delivery.step(request, memory, note=note)
        if result.request is not None and result.state in FINAL and request.is_member:
            await self._finalizer.close(result.request)
        return result

    async def _outcome(self, head: Request, batch: Sequence[Request]) -> Request:
        """Return the request that has the end of the batch as a whole, the last one of several."""
        for state in _OUTCOMES:
            ended = [one for one in batch if one.state is state]
            if ended:
                break
        if state is not State.DELIVERED:
            stored = await self._batches.get(head.id)
            if stored is not None and stored.message_id is not None:  # the delivered ones were forgotten
                return replace(head, state=State.DELIVERED)
        return max(ended, key=lambda one: (one.require_finished_at(), one.id))

    def _change(self, batch_id: int) -> asyncio.Event:
        return self._changes.setdefault(batch_id, asyncio.Event())

    @staticmethod
    async def _wait(change: asyncio.Event, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await change.wait()
        except TimeoutError:
            pass
