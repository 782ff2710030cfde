"""The last words about a request, once its end is written: the status goes, and a failure is told with what is left."""

import contextlib

import structlog

from chat.errors import Rejected, SendError, TryLater, Unsure
from chat.sender import Sender
from chat.translations import Translations, Translator
from core.clock import Clock, utc_day
from core.metrics import Metrics
from core.model import Request, State
from core.reply_target import ReplyTarget
from generation.allowances import Allowances, left
from generation.shielded_tasks import ShieldedTasks, StepResult
from generation.status_messages import StatusMessages
from storage.quotas import Quotas
from storage.requests import Requests

log = structlog.get_logger(__name__)

PATIENCE = 3600.0
"""Seconds after the end in which a notice is still tried for."""


class Finalizer:
    """Tells the end of a request and closes it. Killed on the way, it is told again: better twice than never."""

    def __init__(
        self,
        requests: Requests,
        quotas: Quotas,
        sender: Sender,
        status_messages: StatusMessages,
        translations: Translations,
        allowances: Allowances,
        tasks: ShieldedTasks,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._requests = requests
        self._quotas = quotas
        self._sender = sender
        self._status_messages = status_messages
        self._translations = translations
        self._allowances = allowances
        self._tasks = tasks
        self._clock = clock
        self._metrics = metrics

    async def step(self, request: Request) -> StepResult:
        """Say what is to be said and write `closed_at`."""
        status = await self._status_messages.take_down(request)
        try:
            await self._tell(request, status)
        except (TryLater, Unsure) as error:
            if self._clock.now() - (request.finished_at or 0.0) < PATIENCE:
                return StepResult(request.state, wait=30.0)
            log.warning("end not told", request=request.id, error=str(error))
        except SendError as error:
            log.info("end not told", request=request.id, error=str(error))
        # Insisted on: told once more with each try it would be a flood.
        await self._tasks.retry_until_written(lambda: self._requests.close(request.id))
        self._metrics.requests.labels(request.failure or request.state).inc()
        log.info("request closed", request=request.id, state=request.state, failure=request.failure)
        return StepResult(request.state, closed=True)

    async def _tell(self, request: Request, status: int | None) -> None:
        translate = self._translations.of(request.language)
        if request.in_group:
            # Eyes that stay hurt less than a notice that comes late.
            with contextlib.suppress(Rejected, Unsure):
                await self._sender.set_reaction(request.chat_id, request.message_id, None)
        if request.state is State.CANCELLED:
            if status is not None:
                words = translate("cancelled", left=await self._left(request, translate))
                await self._sender.edit_text(request.chat_id, status, words)
            return
        if request.state is State.FAILED:
            words = translate(f"failed-{request.failure}", left=await self._left(request, translate))
            await self._sender.send_text(
                ReplyTarget(request.chat_id, request.thread_id, request.message_id), words
            )
        if status is not None and request.state is not State.UNDELIVERABLE:
            await self._sender.delete(request.chat_id, status)

    async def _left(self, request: Request, translate: Translator) -> str:
        allowance = self._allowances.of(request.user_id)
        used = await self._quotas.used(request.user_id, utc_day(self._clock.wall()))
        remaining = left(allowance, used)
        return translate("left-unlimited") if remaining is None else translate("left", left=remaining)
