"""The decisions about requests that are asked about: to draw them, to cancel them, or to ask anew about other words."""

from chat.deletion_scheduler import DeletionScheduler
from core.clock import Clock
from core.model import Approval, AspectRatio, Request, SourcePicture
from generation.engine import Engine
from storage.asked_requests import Answered, AskedRequests, version_of

ANSWER_SECONDS = 86_400.0
"""Time to answer a question about requests. After that they are cancelled."""
PICTURES_SECONDS = 3_600.0
"""The same if other pictures of the batch are ready: they are sent together with the rest, and their links expire."""


class Decisions:
    """Carries out decisions: in the ledger first, then in the engine and in the chat."""

    def __init__(
        self,
        *,
        asked_requests: AskedRequests,
        engine: Engine,
        deletion_scheduler: DeletionScheduler,
        clock: Clock,
    ) -> None:
        self._asked_requests = asked_requests
        self._engine = engine
        self._deletion_scheduler = deletion_scheduler
        self._clock = clock

    async def draw(self, request: Request, *, approved: bool = False, version: int | None = None) -> bool:
        """Draw all requests of the question about a request. Return False if it is answered, or another one is open.

        Only an approval draws requests that wait for one.
        """
        answered = await self._asked_requests.resume(request.id, approved=approved, version=version)
        return await self._follow(answered)

    async def cancel(
        self, request: Request, *, approval: Approval | None = None, version: int | None = None
    ) -> bool:
        """Cancel all requests of the question about a request. Return False as `draw` does.

        `approval` is the decision to store about requests that wait for an approval.
        """
        answered = await self._asked_requests.cancel(request.id, approval=approval, version=version)
        return await self._follow(answered)

    async def ask_anew(
        self, request: Request, prompt: str, ratio: AspectRatio | None, source: SourcePicture | None
    ) -> bool:
        """Change a request or batch that waits, and ask the admins about it. Return False if it does not wait."""
        return await self._follow(
            await self._asked_requests.revise(request.origin.key, prompt, ratio, source)
        )

    async def cancel_unanswered(self) -> None:
        """Cancel the requests whose question was not answered in time. One that is asked anew meanwhile stays."""
        now = self._clock.now()
        late = await self._asked_requests.unanswered(now - ANSWER_SECONDS)
        late += await self._asked_requests.unanswered(now - PICTURES_SECONDS, keeping_pictures=True)
        for request in late:
            await self.cancel(request, approval=Approval.UNANSWERED, version=version_of(request))

    async def _follow(self, answered: Answered | None) -> bool:
        if answered is None:
            return False
        await self._engine.follow(*answered.requests)
        for message_id in answered.messages:
            await self._deletion_scheduler.schedule(answered.requests[0].place.chat_id, message_id, 0.0)
        return True
