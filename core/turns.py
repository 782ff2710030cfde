"""Spreads work that is due at the same time over several passes of the event loop, so that timers stay in time."""

import asyncio
from collections import deque


class Turns:
    """Lets at most `at_once` callers go on in one pass of the event loop, in the order of their calls."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._taken = 0
        """Callers that went on in this pass."""
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self) -> None:
        """Go on in this pass of the event loop, or wait for a later one."""
        loop = asyncio.get_running_loop()
        if not self._taken:
            loop.call_soon(self._begin_pass)
        if self._taken < self._at_once:
            self._taken += 1
            return
        turn = loop.create_future()
        self._waiting.append(turn)
        await turn

    def _begin_pass(self) -> None:
        self._taken = 0
        while self._waiting and self._taken < self._at_once:
            turn = self._waiting.popleft()
            if not turn.done():  # its caller was cancelled
                turn.set_result(None)
                self._taken += 1
        if self._taken:
            asyncio.get_running_loop().call_soon(self._begin_pass)
