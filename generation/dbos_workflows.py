"""DBOS: gives the workflows of requests to the processes that share a PostgreSQL database.

No other module imports dbos. Its tables lie in the schema `dbos` of the ledger's database, and hold the id of a request
but nothing of its content.
"""

import asyncio
import contextlib
import functools
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID
from dbos import error as dbos_errors

from storage.database_errors import DatabaseError, StorageUnavailable
from storage.locks import hold
from storage.postgres_connection import create_blocking_engine
from storage.postgres_errors import explain, to_storage_error
from storage.request_queue import RequestQueue, Workflow
from storage.workflows import LostWork, find_lost_work

T = TypeVar("T")

APPLICATION, VERSION = "imagine-bot", "1"
"""DBOS runs a workflow only in a process with its version. A deploy must not strand workflows, so it never changes."""
SCHEMA = "dbos"
RESUMED = "resumed"
"""The queue of work that waits for no slot: it has one since another process began it, or it only sends a question."""
POLL_SECONDS = {Workflow.DRAW: 0.2, Workflow.FINISH: 0.5, RESUMED: 0.5}
"""The queues with their polling intervals."""
DBOS_CONNECTIONS, OWN_CONNECTIONS, MIGRATING_CONNECTIONS = 6, 3, 3
"""Connections of a process for DBOS's threads, for the calls of this module, and at a start that migrates."""
EXECUTOR_THREADS = 16
RECONNECT_SECONDS = 0.5
KEPT_FOR = timedelta(days=1)
_DELETED_AT_ONCE = 1_000
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


class ProcessStops(Exception):
    """DBOS wants a new connection during the stop."""


class DbosWorkflows:
    """The workflows of all processes. This one is known by its `replica_id`, which no other process ever has."""

    def __init__(self, *, url: str, replica_id: str, in_flight: int) -> None:
        _route_logs()
        self._url = url
        self._replica_id = replica_id
        self._in_flight = in_flight
        self._engine = create_blocking_engine(sa.make_url(url), OWN_CONNECTIONS)
        self._dbos_engine = create_blocking_engine(sa.make_url(url), DBOS_CONNECTIONS)
        self._stopping = threading.Event()
        sa.event.listen(self._dbos_engine, "do_connect", self._connect)
        self._client = DBOSClient(
            system_database_url=url,
            system_database_engine=self._engine,
            dbos_system_schema=SCHEMA,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            lazy=True,
            retry_connection_errors=False,
            use_listen_notify=False,
        )
        # DBOS's own threads wait for a database that is unreachable, so calls have threads of their own.
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="workflows")
        self._launched = self._starting = False

    def enqueue(
        self,
        connection: sa.Connection,
        workflow: Workflow,
        request_id: int,
        *,
        at_once: bool = False,
    ) -> None:
        """Enqueue a workflow in the transaction of a connection (Enqueue)."""
        self._client.enqueue_in_transaction(
            connection,
            {
                "workflow_name": workflow.value,
                "queue_name": RESUMED if at_once else workflow.value,
                "workflow_id": workflow.id_of(request_id),
                "app_version": VERSION,
            },
            request_id,
        )

    async def launch(
        self, *, draw: Callable[[int], Awaitable[bool]], finish: Callable[[int], Awaitable[None]]
    ) -> None:
        """Create DBOS's tables and start to run workflows as tasks of this event loop.

        `draw` returns whether `finish` is to follow in this process. Neither may raise anything but CancelledError,
        after which the workflow waits for another process. Raises DatabaseError.
        """
        self._launched = True
        try:
            if not await self._launch(draw, finish):
                await self._run(self.migrate)
                await self._launch(draw, finish)
        except (sa.exc.SQLAlchemyError, psycopg.Error, StorageUnavailable) as error:
            raise DatabaseError(f"DBOS cannot use the schema {SCHEMA}: {explain(error)}") from error
        for queue, seconds in POLL_SECONDS.items():
            await DBOS.register_queue_async(
                str(queue),
                global_concurrency=self._in_flight if queue is Workflow.DRAW else None,
                polling_interval_sec=seconds,
                on_conflict="always_update",
            )

    def migrate(self) -> None:
        """Create or migrate DBOS's tables, in a thread: it waits for all open transactions, also of the event loop."""
        engine = create_blocking_engine(sa.make_url(self._url), MIGRATING_CONNECTIONS, limited=False)
        DBOS(config=self._config(engine, migrates=True))
        DBOS.listen_queues([])
        DBOS.launch()
        DBOS.destroy(destroy_registry=True)
        engine.dispose()

    async def stop(self) -> None:
        """Run no more workflows. The unfinished ones wait for another process."""
        if not self._launched:
            return
        self._launched = False
        self._stopping.set()
        loop, executor = asyncio.get_running_loop(), ThreadPoolExecutor()
        # DBOS has replaced the loop's executor by its own, which ends now.
        loop.set_default_executor(executor)
        await self._run(functools.partial(DBOS.destroy, destroy_registry=True))
        loop.set_default_executor(executor)

    def close(self) -> None:
        """Close the connections of the calls, after `stop`."""
        self._client.destroy()
        self._threads.shutdown(wait=False)
        self._engine.dispose()
        self._dbos_engine.dispose()

    async def cancel_draw(self, request_id: int) -> None:
        """End the drawing of a request in whichever process, within about a second. Raises StorageUnavailable."""
        await self._run(lambda: self._client.cancel_workflows([Workflow.DRAW.id_of(request_id)]))

    async def take_over(self, replica_ids: Sequence[str]) -> int:
        """Let the living processes run the workflows of dead ones. Return their number. Raises StorageUnavailable."""
        dead = [replica_id for replica_id in replica_ids if replica_id != self._replica_id]
        return await self._run(lambda: self._take_over(dead)) if dead else 0

    async def repair(self, queue: RequestQueue) -> LostWork:
        """Enqueue open requests without a workflow, and return them. Raises StorageUnavailable."""
        return await self._run(lambda: self._repair(queue))

    async def delete_old(self) -> None:
        """Delete the history of workflows that ended a day ago. Raises StorageUnavailable."""
        await self._run(self._delete_old)

    async def _launch(
        self, draw: Callable[[int], Awaitable[bool]], finish: Callable[[int], Awaitable[None]]
    ) -> bool:
        """Launch DBOS in this event loop, which it blocks meanwhile. Return False if its tables are missing or old."""
        _register(draw, finish, self._stopping)
        DBOS(config=self._config(self._dbos_engine, migrates=False))
        self._starting = True
        try:
            DBOS.launch()
        except dbos_errors.DBOSInitializationError:
            await self._run(functools.partial(DBOS.destroy, destroy_registry=True))
            return False
        finally:
            self._starting = False
        return True

    def _config(self, engine: sa.Engine, *, migrates: bool) -> DBOSConfig:
        return DBOSConfig(
            name=APPLICATION,
            system_database_url=self._url,
            system_database_engine=engine,
            run_migrations=migrates,
            dbos_system_schema=SCHEMA,
            executor_id=self._replica_id,
            application_version=VERSION,
            serializer=DBOSPortableJSONSerializer(),
            use_listen_notify=False,
            max_executor_threads=EXECUTOR_THREADS,
            log_level="WARNING",
        )

    def _connect(self, dialect: sa.Dialect, _record: object, arguments: Any, options: Any) -> Any:
        """Connect for DBOS. Wait for an unreachable server here: DBOS itself looks again only after up to a minute.

        While DBOS starts, on the event loop, nothing may wait: an unreachable server ends the start.
        """
        while True:
            if self._stopping.is_set():
                raise ProcessStops  # DBOS repeats errors of the database for ever
            try:
                return dialect.connect(*arguments, **options)
            except psycopg.OperationalError as error:
                if self._starting:  # DBOS does not repeat this error
                    raise StorageUnavailable(explain(error)) from error
                self._stopping.wait(RECONNECT_SECONDS)

    def _take_over(self, dead: list[str]) -> int:
        # Between list and resume no other process may resume the same workflow, run it, and have it resumed again.
        with self._engine.begin() as connection:
            hold(connection, "workflows", 0)
            found = self._client.list_workflows(
                executor_id=dead, status="PENDING", load_input=False, load_output=False
            )
            if found:
                self._client.resume_workflows([one.workflow_id for one in found], queue_name=RESUMED)
        return len(found)

    def _repair(self, queue: RequestQueue) -> LostWork:
        with self._engine.begin() as connection:
            hold(connection, "workflows", 0)
            lost = find_lost_work(connection)
            if lost.orphans:
                self._client.resume_workflows(lost.orphans, queue_name=RESUMED)
            if lost.ended:
                self._client.delete_workflows(lost.ended)
            for request_id in lost.draws:
                self.enqueue(connection, Workflow.DRAW, request_id, at_once=True)
            for request_id in lost.finishes:
                self.enqueue(connection, Workflow.FINISH, request_id)
            for user_id in sorted(lost.users):
                hold(connection, "user", user_id)
                queue.enqueue_next(connection, user_id)
        return lost

    def _delete_old(self) -> None:
        before = (datetime.now(UTC) - KEPT_FOR).isoformat()
        while True:
            old = self._client.list_workflows(
                status=_ENDED,
                completed_before=before,
                limit=_DELETED_AT_ONCE,
                load_input=False,
                load_output=False,
            )
            if old:
                self._client.delete_workflows([one.workflow_id for one in old])
            if len(old) < _DELETED_AT_ONCE:
                return

    async def _run(self, call: Callable[[], T]) -> T:
        """Run a blocking call in a thread."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except Exception as error:
            raise to_storage_error(error) from error


def _register(
    draw: Callable[[int], Awaitable[bool]],
    finish: Callable[[int], Awaitable[None]],
    stopping: threading.Event,
) -> None:
    """Register the workflows with DBOS. Each has one step, which a cancel of the workflow interrupts."""

    @DBOS.step(name="draw", preemptible=True)
    async def draw_step(request_id: int) -> bool:
        return await draw(request_id)

    @DBOS.step(name="finish", preemptible=True)
    async def finish_step(request_id: int) -> None:
        await finish(request_id)

    @DBOS.workflow(name=Workflow.FINISH.value, max_recovery_attempts=None)
    async def finish_workflow(request_id: int) -> None:
        with _unfinished_if(stopping):
            await finish_step(request_id)

    @DBOS.workflow(name=Workflow.DRAW.value, max_recovery_attempts=None)
    async def draw_workflow(request_id: int) -> None:
        with _unfinished_if(stopping):
            if await draw_step(request_id):
                with SetWorkflowID(Workflow.FINISH.id_of(request_id)):
                    await DBOS.start_workflow_async(finish_workflow, request_id)


@contextlib.contextmanager
def _unfinished_if(stopping: threading.Event) -> Iterator[None]:
    """Leave a workflow unfinished that ends during the stop, for another process.

    Steps fail then, because DBOS takes their threads away first, and it could still write that the workflow failed.
    """
    try:
        yield
    except Exception as error:
        if stopping.is_set():
            raise asyncio.CancelledError from error
        raise
    if stopping.is_set():
        raise asyncio.CancelledError


def _route_logs() -> None:
    """Pass DBOS's log lines to the root logger, which replaces secrets."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # DBOS adds a handler of its own to a logger without one
    logger.propagate = True
    logger.addFilter(_is_news)


_DESTROYED = "accessed before DBOS was launched"
"""The end of the errors of DBOS's parts after its end, when a workflow has just ended."""
_NO_NEWS = (
    "Asyncio task cancelled for workflow or step",  # by `cancel`
    "Exception polling schedules",  # the bot has none, and the ledger logs an outage itself
)


def _is_news(record: logging.LogRecord) -> bool:
    """Return whether a log line is news, and not of an expected event, such as tables that are to be migrated."""
    error = record.exc_info[1] if record.exc_info else None
    expected = isinstance(error, dbos_errors.DBOSInitializationError | ProcessStops) or (
        isinstance(error, dbos_errors.DBOSException) and str(error).endswith(_DESTROYED)
    )
    return not expected and not record.getMessage().startswith(_NO_NEWS)
