"""Questions before a request is drawn: whether it is still wanted after an interruption, and whether admins agree."""

import structlog

from chat.errors import Rejected, SendError, Unreachable
from core.clock import Clock
from core.model import Request, State
from generation.question_message import QuestionMessage
from generation.shielded_tasks import ShieldedTasks
from generation.status_messages import StatusMessages
from generation.step_result import StepResult
from storage.asked_requests import AskedRequests, Question
from storage.interruptions import Interruptions
from storage.requests import Requests

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 60.0
_OTHERS_SECONDS = 5.0
"""Time after which a request looks again whether another one of its batch has sent their question."""


class LateQuestions:
    """Asks the owners of late requests, and sends all questions. `after` is in seconds of interruptions; 0 asks nobody.

    A request that is asked about is `queued` without a slot and without a position until it is resumed. Its status
    message is the question, which is recorded before it is sent. The requests of a batch share one question.
    """

    def __init__(
        self,
        *,
        requests: Requests,
        asked_requests: AskedRequests,
        interruptions: Interruptions,
        message: QuestionMessage,
        status_messages: StatusMessages,
        tasks: ShieldedTasks,
        clock: Clock,
        after: float,
    ) -> None:
        self._requests = requests
        self._asked_requests = asked_requests
        self._interruptions = interruptions
        self._message = message
        self._status_messages = status_messages
        self._tasks = tasks
        self._clock = clock
        self._after = after

    async def is_due(self, request: Request) -> bool:
        """Return whether to ask before a request is paid. A long queue alone is no reason."""
        if not self._after or request.creates or self._clock.now() - request.accepted_at < self._after:
            return False
        return await self._interruptions.seconds_since(request.accepted_at) >= self._after

    async def ask(self, request: Request) -> StepResult:
        """Take a request out of the queue, or all of its batch that are not begun. The next step sends the question."""
        shown = request if not request.is_member else await self._requests.get(request.batch_id or request.id)
        if shown is not None and shown.state is State.QUEUED and not shown.creates and shown.asked_at is None:
            status = await self._status_messages.take_down(shown)
            if status is not None:  # an edit of it would notify nobody, so the question is a new message
                await self._message.withdraw(request.place.chat_id, status)
        asked = await self._tasks.retry_until_written(lambda: self._asked_requests.ask(request.id))
        if asked:
            log.info("still wanted?", requests=[one.id for one in asked])
        return StepResult(State.QUEUED, request=next((one for one in asked if one.id == request.id), None))

    async def put(self, request: Request) -> StepResult:
        """Send the question unless it is sent. The request then waits for the answer, without any further step."""
        question = await self._question(request)
        if question is None:
            return StepResult(State.QUEUED)  # it was answered just now: read again
        if question.message_id is not None:
            return StepResult(State.QUEUED, closed=True, request=request)
        if question.first.id != request.id:
            return StepResult(State.QUEUED, wait=_OTHERS_SECONDS, request=request)
        try:
            await self._tasks.run(self._send(question))
        except (Unreachable, Rejected) as error:
            log.info("question not sent", request=request.id, error=str(error))
            # Not if it was answered or asked anew meanwhile: a link to the request shows the question, too.
            ended = await self._asked_requests.cancel(request.id, version=question.version)
            own = next((one for one in ended.requests if one.id == request.id), None) if ended else None
            return StepResult(State.QUEUED if own is None else own.state, request=own)
        except SendError as error:
            log.info("question not sent yet", request=request.id, error=str(error))
            return StepResult(State.QUEUED, wait=_RETRY_SECONDS, request=request)
        # Read again, because the answer may be there. Nothing shows whether an inline message is the question already.
        return StepResult(State.QUEUED, closed=request.place.inline_message_id is not None)

    async def _question(self, request: Request) -> Question | None:
        if request.batch_id is None:
            return Question((request,), request.status_message_id)
        return await self._asked_requests.question(request.id)

    async def _send(self, question: Question) -> None:
        message_id = await self._message.send(question)
        if message_id is None:
            return
        stored = await self._tasks.retry_until_written(
            lambda: self._asked_requests.set_message(question, message_id)
        )
        if not stored:  # it was answered, cancelled or asked anew meanwhile
            await self._message.withdraw(question.first.place.chat_id, message_id)
