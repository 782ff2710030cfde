"""An event loop whose time jumps to the next timer, with threads' work done in place: hours pass in a moment."""

import asyncio
from collections.abc import Callable
from typing import Any

from tests.support.manual_clock import START


class VirtualLoop(asyncio.SelectorEventLoop):
    """Deterministic: one thread, and time passes only when nothing else is left to do."""

    def __init__(self) -> None:
        super().__init__()
        self._virtual = 0.0

    def time(self) -> float:
        return self._virtual

    def _run_once(self) -> None:
        ready, scheduled = self.__dict__["_ready"], self.__dict__["_scheduled"]
        if not ready and scheduled:
            self._virtual = max(self._virtual, scheduled[0].when())
        super()._run_once()  # type: ignore[misc]

    def run_in_executor(self, _executor: object, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except BaseException as error:
            done.set_exception(error)
        return done


class LoopClock:
    """The clock of the running loop. `offset` is what somebody set the wall clock forward by; a restart sees it."""

    def __init__(self) -> None:
        self.offset = 0.0
        self._seen = 0.0

    def restart(self) -> None:
        """Read the wall clock anew, as a process that starts does."""
        self._seen = self.offset

    def now(self) -> float:
        return START + self.monotonic() + self._seen

    def wall(self) -> float:
        return START + self.monotonic() + self.offset

    def monotonic(self) -> float:
        return asyncio.get_event_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.001, seconds))
