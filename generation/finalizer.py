"""Closes settled requests: removes the status message and reports a failure to the user."""

import contextlib

import structlog

from chat.deletion_scheduler import DeletionScheduler
from chat.errors import Rejected, SendError, TryLater, Unsure
from chat.sender import Sender
from chat.translations import Translations
from core.clock import Clock
from core.metrics import Metrics
from core.model import Request, State
from generation.end_texts import EndTexts
from generation.shielded_tasks import ShieldedTasks
from generation.status_messages import StatusMessages
from generation.step_result import StepResult
from storage.requests import Requests

log = structlog.get_logger(__name__)

CANCELLED_SECONDS = 30.0
"""Time for which a status message says that its request is cancelled: the user pressed Cancel and knows it."""
REPORT_SECONDS = 3600.0
"""Time after the final state within which a failed report is retried."""


class Finalizer:
    """Reports the end of a request and closes it. After a crash in between it reports again."""

    def __init__(
        self,
        *,
        requests: Requests,
        end_texts: EndTexts,
        sender: Sender,
        deletion_scheduler: DeletionScheduler,
        status_messages: StatusMessages,
        translations: Translations,
        tasks: ShieldedTasks,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._requests = requests
        self._end_texts = end_texts
        self._sender = sender
        self._deletion_scheduler = deletion_scheduler
        self._status_messages = status_messages
        self._translations = translations
        self._tasks = tasks
        self._clock = clock
        self._metrics = metrics

    async def step(self, request: Request) -> StepResult:
        """Report the end of a request and write `closed_at`."""
        status = await self._status_messages.take_down(request)
        try:
            await self._report(request, status)
        except (TryLater, Unsure) as error:
            if self._clock.now() - request.require_finished_at() < REPORT_SECONDS:
                return StepResult(request.state, wait=60.0 if isinstance(error, Unsure) else 30.0)
            log.warning("end not reported", request=request.id, error=str(error))
        except SendError as error:
            log.info("end not reported", request=request.id, error=str(error))
        # Retried by itself, because a repeated step would report the end again.
        await self._tasks.run(self._close(request, status))
        self._metrics.requests.labels(request.failure or request.state).inc()
        log.info("request closed", request=request.id, state=request.state, failure=request.failure)
        return StepResult(request.state, closed=True)

    async def _close(self, request: Request, status: int | None) -> None:
        stored = await self._tasks.retry_until_written(lambda: self._requests.close(request.id))
        if status is None and stored is not None:
            # Another replica has sent it in the meantime.
            await self._deletion_scheduler.schedule(request.place.chat_id, stored, 0.0)

    async def _report(self, request: Request, status: int | None) -> None:
        translate = self._translations.for_language(request.language)
        chat_id = request.place.chat_id
        if request.place.in_group:
            # A reaction that stays is better than a late report.
            with contextlib.suppress(Rejected, Unsure):
                await self._sender.set_reaction(chat_id, request.place.require_reply_to(), None)
        if request.state is State.CANCELLED:
            if status is not None:
                text = await self._end_texts.cancelled(request, translate)
                await self._sender.edit_text(chat_id, status, text)
                await self._deletion_scheduler.schedule(chat_id, status, CANCELLED_SECONDS)
            return
        if request.state is State.FAILED:
            text, keyboard = await self._end_texts.failed(request, translate)
            await self._sender.send_text(request.place, text, keyboard=keyboard)
        if status is not None and request.state is not State.UNDELIVERABLE:
            await self._sender.delete(chat_id, status)
