"""Work that one process does for all: command menus, long polling, checks of the balance, deletions of old rows."""

from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from core.background import Background
from core.clock import Clock

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 1.0
Work = Callable[[], Coroutine[Any, Any, None]]


class LeaderTasks:
    """Runs work while this process leads: begins it when it becomes the leader, cancels it when it is not any more.

    Without `is_leader` this is the only process.
    """

    def __init__(self, *, clock: Clock, is_leader: Callable[[], bool] | None = None) -> None:
        self._is_leader = is_leader
        self._clock = clock
        self._work: list[Work] = []
        self._leading = False
        self._tasks = Background()
        self._background = Background()

    def add(self, work: Work) -> None:
        """Add work, which begins at once if this process leads. It may end, and must bear to be cancelled anywhere."""
        self._work.append(work)
        if self._leading:
            self._tasks.start(work())

    async def start(self) -> None:
        """Begin the work if this process leads, and follow changes of the leader from now on."""
        if self._is_leader is None:
            self._begin()
        else:
            await self._follow(self._is_leader())
            self._background.start(self._follow_forever(self._is_leader))

    async def stop(self) -> None:
        """Cancel the work."""
        await self._background.stop()
        await self._tasks.stop()

    async def _follow_forever(self, is_leader: Callable[[], bool]) -> None:
        while True:
            await self._clock.sleep(_LOOK_SECONDS)
            await self._follow(is_leader())

    async def _follow(self, leads: bool) -> None:
        if leads and not self._leading:
            log.info("leader tasks begin", tasks=len(self._work))
            self._begin()
        elif self._leading and not leads:
            self._leading = False
            log.warning("leader tasks end")
            await self._tasks.stop()

    def _begin(self) -> None:
        self._leading = True
        for work in self._work:
            self._tasks.start(work())
