"""The question whether a request is still wanted, before it is paid, after an interruption has held it up for long."""

import structlog

from chat.errors import Rejected, SendError, Unreachable
from core.clock import Clock
from core.model import PENDING, Request, State
from generation.late_question_message import LateQuestionMessage
from generation.shielded_tasks import ShieldedTasks
from generation.status_messages import StatusMessages
from generation.step_result import StepResult
from storage.interruptions import Interruptions
from storage.late_requests import LateRequests
from storage.requests import Requests

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 60.0


class LateQuestions:
    """Asks the owners of late requests. `after` is in seconds of interruptions; 0 asks nobody.

    A request that is asked about is `queued` without a slot and without a position until it is resumed. Its status
    message is the question, which is recorded before it is sent.
    """

    def __init__(
        self,
        *,
        requests: Requests,
        late_requests: LateRequests,
        interruptions: Interruptions,
        message: LateQuestionMessage,
        status_messages: StatusMessages,
        tasks: ShieldedTasks,
        clock: Clock,
        after: float,
    ) -> None:
        self._requests = requests
        self._late_requests = late_requests
        self._interruptions = interruptions
        self._message = message
        self._status_messages = status_messages
        self._tasks = tasks
        self._clock = clock
        self._after = after

    async def is_due(self, request: Request) -> bool:
        """Return whether to ask before a request is paid. A long queue alone is no reason.

        A batch is drawn without a question: it would need one answer for several requests.
        """
        if request.batch_id is not None:
            return False
        if not self._after or request.creates or self._clock.now() - request.accepted_at < self._after:
            return False
        return await self._interruptions.seconds_since(request.accepted_at) >= self._after

    async def ask(self, request: Request) -> StepResult:
        """Take a request out of the queue. The next step sends the question."""
        status = await self._status_messages.take_down(request)
        if status is not None:  # an edit of it would notify nobody, so the question is a new message
            await self._message.withdraw(request, status)
        asked = await self._tasks.retry_until_written(lambda: self._late_requests.ask(request.id))
        if asked is not None:
            log.info("still wanted?", request=request.id)
        return StepResult(State.QUEUED, request=asked)

    async def put(self, request: Request) -> StepResult:
        """Send the question unless it is sent. The request then waits for the answer, without any further step."""
        if request.status_message_id is not None:
            return StepResult(State.QUEUED, closed=True)
        try:
            await self._tasks.run(self._send(request))
        except (Unreachable, Rejected) as error:
            log.info("question not sent", request=request.id, error=str(error))
            settled = await self._requests.settle(request, PENDING, State.CANCELLED)
            return StepResult(State.CANCELLED, request=settled)
        except SendError as error:
            log.info("question not sent yet", request=request.id, error=str(error))
            return StepResult(State.QUEUED, wait=_RETRY_SECONDS)
        # Read again, because the answer may be there. Nothing shows whether an inline message is the question already.
        return StepResult(State.QUEUED, closed=request.place.inline_message_id is not None)

    async def _send(self, request: Request) -> None:
        message_id = await self._message.send(request)
        if message_id is None:
            return
        stored = await self._tasks.retry_until_written(
            lambda: self._requests.set_status_message(request.id, message_id)
        )
        if not stored:  # it was cancelled meanwhile
            await self._message.withdraw(request, message_id)
