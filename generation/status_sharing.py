"""Divides the status messages between replicas: the leader shows the requests that wait, the driver the rest.

The replica that accepts a request sends the first status message. From then on the row says who shows it: the leader
while the request is `queued`, the replica that draws it afterwards. Every edit reads the row first, so a replica that
is late shows nothing that is over.
"""

from collections.abc import Callable

from core.clock import Clock
from core.model import FINAL, Request, State
from storage.requests import Requests

ID_SECONDS = 10.0
"""Time after which a first status message whose id is not stored is taken for lost with its replica."""


class StatusSharing:
    """Answers whether this replica shows a request. `leads` returns whether it is the leader."""

    def __init__(self, *, requests: Requests, clock: Clock, leads: Callable[[], bool]) -> None:
        self.leads = leads
        self._requests = requests
        self._clock = clock

    async def read(self, request_id: int, *, waits: bool) -> Request | None:
        """Return the row of a request that this replica shall show as it has it, else None.

        `waits` is whether it has the request as one that waits. The head of a batch is shown until the batch has ended.
        """
        request = await self._requests.get(request_id)
        if request is None or request.closed_at is not None or request.is_asked:
            return None
        if request.state in FINAL and request.batch_id is None:
            return None
        return None if waits and request.state is not State.QUEUED else request

    def may_send_first(self, adopted_at: float) -> bool:
        """Return whether to send a status message for an adopted request without one. `adopted_at` is monotonic."""
        return self._clock.monotonic() - adopted_at >= ID_SECONDS
