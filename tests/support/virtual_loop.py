"""An event loop in virtual time: hours pass in a moment, and every run of a test is the same."""

import asyncio
import functools
import queue
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

import aiosqlite.core
from psycopg import waiting

from tests.support.manual_clock import START

P = ParamSpec("P")
Job = tuple[asyncio.Future[Any] | None, Callable[[], Any]]


def virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async test on a new VirtualLoop. Below `@given`, each example gets its own loop.

    The decorated test is an ordinary function, so pytest-asyncio leaves it alone. Its fixtures must not be async.
    """

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run


class VirtualLoop(asyncio.SelectorEventLoop):
    """Jumps to the next timer when nothing else is left to do. Work for threads is done in place."""

    def __init__(self) -> None:
        super().__init__()
        self._virtual = 0.0

    def time(self) -> float:
        return self._virtual

    def _run_once(self) -> None:
        ready, scheduled = self.__dict__["_ready"], self.__dict__["_scheduled"]
        if not ready and scheduled:
            # The loop drops cancelled timers, and would then wait in real time for the next one.
            first = scheduled[0]
            if first.cancelled():
                first = min((timer for timer in scheduled if not timer.cancelled()), default=first)
            self._virtual = max(self._virtual, first.when())
        super()._run_once()  # type: ignore[misc]

    def run_in_executor(self, _executor: object, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except BaseException as error:
            done.set_exception(error)
        return done


class _JobQueue(queue.SimpleQueue[Job]):
    """The queue of jobs between aiosqlite and a connection's thread. On a VirtualLoop, the job is done in place."""

    def put_nowait(self, item: Job) -> None:
        future, job = item
        if future is None or not isinstance(future.get_loop(), VirtualLoop):
            super().put_nowait(item)
            return
        try:
            future.set_result(job())
        except BaseException as error:
            future.set_exception(error)
        if future.exception() is None and future.result() is aiosqlite.core._STOP_RUNNING_SENTINEL:
            super().put_nowait((None, future.result))  # ends the idle thread


vars(aiosqlite.core)["SimpleQueue"] = _JobQueue


async def _wait_for_query(query: Any, socket: int, **options: Any) -> Any:
    """Wait for PostgreSQL's answer to a query (psycopg.waiting.wait_async). A VirtualLoop waits in place."""
    if isinstance(asyncio.get_running_loop(), VirtualLoop):
        return waiting.wait(query, socket, **options)
    return await _wait_async(query, socket, **options)


async def _wait_for_connection(connection: Any, **options: Any) -> Any:
    """Wait for a connection to PostgreSQL (psycopg.waiting.wait_conn_async). A VirtualLoop waits in place."""
    if isinstance(asyncio.get_running_loop(), VirtualLoop):
        return waiting.wait_conn(connection, **options)
    return await _wait_conn_async(connection, **options)


_wait_async, _wait_conn_async = waiting.wait_async, waiting.wait_conn_async
vars(waiting).update(wait_async=_wait_for_query, wait_conn_async=_wait_for_connection)


class LoopClock:
    """The clock of the running loop. `offset` is the seconds by which the machine's clock is set forward."""

    def __init__(self) -> None:
        self.offset = 0.0
        self._offset_at_start = 0.0

    def restart(self) -> None:
        """Read the machine's clock again, as a new process does."""
        self._offset_at_start = self.offset

    def now(self) -> float:
        return START + self.monotonic() + self._offset_at_start

    def wall(self) -> float:
        return START + self.monotonic() + self.offset

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.001, seconds))
