"""Closes settled requests: removes the status message and reports a failure to the user."""

import structlog

from chat.deletion_scheduler import DeletionScheduler
from chat.errors import SendError, TryLater, Unsure
from core.clock import Clock
from core.metrics import Metrics
from core.model import Request
from generation.end_reports import EndReports
from generation.request_traces import RequestTraces
from generation.shielded_tasks import ShieldedTasks
from generation.status_messages import StatusMessages
from generation.step_result import StepResult
from storage.requests import Requests

log = structlog.get_logger(__name__)

REPORT_SECONDS = 3600.0
"""Time after the final state within which a failed report is retried."""


class Finalizer:
    """Reports the end of a request and closes it. After a crash in between it reports again."""

    def __init__(
        self,
        *,
        requests: Requests,
        end_reports: EndReports,
        deletion_scheduler: DeletionScheduler,
        status_messages: StatusMessages,
        tasks: ShieldedTasks,
        clock: Clock,
        metrics: Metrics,
        traces: RequestTraces | None = None,
    ) -> None:
        self._requests = requests
        self._end_reports = end_reports
        self._deletion_scheduler = deletion_scheduler
        self._status_messages = status_messages
        self._tasks = tasks
        self._clock = clock
        self._metrics = metrics
        self._traces = traces

    async def step(self, request: Request, *, outcome: Request | None = None) -> StepResult:
        """Report the end of a request and write `closed_at`.

        For the head of a batch, `outcome` is the request with the end of the batch as a whole.
        """
        reported = outcome or request
        status = await self._status_messages.take_down(request)
        try:
            await self._end_reports.report(reported, status)
        except (TryLater, Unsure) as error:
            if self._clock.now() - reported.require_finished_at() < REPORT_SECONDS:
                return StepResult(request.state, wait=60.0 if isinstance(error, Unsure) else 30.0)
            log.warning("end not reported", request=request.id, error=str(error))
        except SendError as error:
            log.info("end not reported", request=request.id, error=str(error))
        return await self.close(request, status)

    async def close(self, request: Request, status: int | None = None) -> StepResult:
        """Write `closed_at` without a report. `status` is the status message that was taken down."""
        # Retried by itself, because a repeated step would report the end again.
        await self._tasks.run(self._close(request, status))
        self._metrics.record_end(request.failure or request.state, request.cost)
        if self._traces is not None:
            self._traces.trace_closed(request)
        log.info("request closed", request=request.id, state=request.state, failure=request.failure)
        return StepResult(request.state, closed=True)

    async def _close(self, request: Request, status: int | None) -> None:
        stored = await self._tasks.retry_until_written(lambda: self._requests.close(request.id))
        if status is None and stored is not None:
            # Another replica has sent it in the meantime.
            await self._deletion_scheduler.schedule(request.place.chat_id, stored, 0.0)
