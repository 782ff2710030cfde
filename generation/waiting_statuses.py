"""Shows the requests that wait, whichever replica has accepted them. The leader runs this."""

import contextlib

from core.clock import Clock
from core.metrics import Metrics
from generation.engine import Engine
from generation.status_messages import StatusMessages
from storage.database_errors import StorageUnavailable
from storage.requests import Requests

LOOK_SECONDS = 2.0


class WaitingStatuses:
    """Follows the queue of all replicas."""

    def __init__(
        self,
        *,
        engine: Engine,
        requests: Requests,
        status_messages: StatusMessages,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._requests = requests
        self._status_messages = status_messages
        self._metrics = metrics
        self._clock = clock

    async def run(self) -> None:
        """Show the requests that wait until cancelled, and count them."""
        try:
            while True:
                with contextlib.suppress(StorageUnavailable):  # the next look is early enough
                    await self._look()
                await self._clock.sleep(LOOK_SECONDS)
        finally:
            self._metrics.waiting.set(0)  # the next leader counts them

    async def _look(self) -> None:
        positions = await self._engine.queue_positions()
        self._metrics.waiting.set(len(positions))
        unknown = [number for number in positions if not self._status_messages.shows(number)]
        for request in await self._requests.get_all(unknown) if unknown else ():
            self._status_messages.adopt(request)
        self._status_messages.drop_waiting(kept=positions)
