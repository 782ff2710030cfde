"""A pause of the handlers of stored updates, while something is done that must not wait for them."""

import asyncio
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from core.background import Background
from core.clock import Clock

LONGEST_SECONDS = 5.0
"""Longest pause. After it, there is none for as long, so that handlers go on whatever happens."""


class HandlerPause:
    """Lets no handler begin as long as there is a reason: updates to receive, or checkouts to answer.

    A hundred handlers at once take the whole CPU time of the process, and each step of an answer waits for them.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reasons: set[Hashable] = set()
        self._is_over = asyncio.Event()
        self._is_over.set()
        self._no_pause_until = float("-inf")
        self._timer: asyncio.Task[object] | None = None
        self._background = Background()

    async def wait(self) -> None:
        """Wait for the end of the pause, if there is one."""
        await self._is_over.wait()

    @contextmanager
    def during(self, reason: Hashable) -> Iterator[None]:
        """Pause during a block."""
        self.begin(reason)
        try:
            yield
        finally:
            self.end(reason)

    def begin(self, reason: Hashable) -> None:
        """Pause for a reason."""
        self._reasons.add(reason)
        if self._is_over.is_set() and self._clock.monotonic() >= self._no_pause_until:
            self._is_over.clear()
            self._timer = self._background.start(self._end_in_time())

    def end(self, reason: Hashable) -> None:
        """End the pause, unless there is another reason."""
        self._reasons.discard(reason)
        if not self._reasons:
            self._is_over.set()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    async def stop(self) -> None:
        """End the pause."""
        self._is_over.set()
        await self._background.stop()

    async def _end_in_time(self) -> None:
        await self._clock.sleep(LONGEST_SECONDS)
        self._no_pause_until = self._clock.monotonic() + LONGEST_SECONDS
        self._is_over.set()
