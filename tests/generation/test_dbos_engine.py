"""The workflows of DBOS: lost ones are enqueued again, old ones are deleted, and none holds more than an id."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dbos import error as dbos_errors

from bot.replica import LEASE_LOOK_SECONDS, LEASE_SECONDS
from bot.setting_choices import EngineChoice
from core.clock import SystemClock
from core.model import Accepted, State
from generation.dbos_workflows import RESUMED, DbosWorkflows, ProcessStops
from storage.database_errors import DatabaseError
from storage.replicas import BEAT_SECONDS
from storage.request_queue import Workflow
from tests.support.engine_contract import ContractHarness, until
from tests.support.factories import AMPLE, generation_request
from tests.support.ledger import connect, read_rows

READY = """UPDATE requests
    SET state = 'ready', picture_url = 'http://media.test/x.webp', ready_at = running_at WHERE id = 1"""
OLDER = "UPDATE dbos.workflow_status SET completed_at = completed_at - 86400000 WHERE right(workflow_uuid, 2) = ':1'"
"""Lets the workflows of the first request end a day earlier."""


@pytest.fixture
async def harness(dbos_url: str) -> AsyncIterator[ContractHarness]:
    harness = ContractHarness(dbos_url, EngineChoice.DBOS)
    yield harness
    await harness.stop()


class HeldHeartbeats(SystemClock):
    """A clock that can hold the heartbeats back. `looks` is the number of looks at a lease that has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0
        self._ahead = 0.0
        self._held = asyncio.Event()
        self._beats = asyncio.Event()
        self._beats.set()

    def monotonic(self) -> float:
        return super().monotonic() + self._ahead

    async def sleep(self, seconds: float) -> None:
        self.looks += seconds == LEASE_LOOK_SECONDS
        await super().sleep(seconds)
        if seconds == BEAT_SECONDS and not self._beats.is_set():
            self._held.set()
            await self._beats.wait()

    async def end_lease(self) -> None:
        """Let the lease end, and send no heartbeat until `renew_lease`."""
        self._beats.clear()
        await self._held.wait()
        self._ahead += LEASE_SECONDS

    def renew_lease(self) -> None:
        """Send heartbeats again."""
        self._beats.set()


def _execute(harness: ContractHarness, statement: str) -> None:
    with connect(harness.database_url) as connection:
        connection.exec_driver_sql(statement)


async def test_workflows_that_ended_too_early_are_enqueued_again(harness: ContractHarness) -> None:
    app = await harness.start(max_in_flight=2)
    prompts = await harness.submit(1, 1, 2, 3)
    await until(lambda: len(harness.provider.running) == 2)
    await harness.stop()
    _execute(harness, "UPDATE dbos.workflow_status SET status = 'ERROR'")
    _execute(harness, READY)
    harness.provider.finish()
    app = await harness.start(max_in_flight=2)
    assert await harness.until_closed(*prompts) == [State.DELIVERED] * 4
    assert set(harness.provider.paid.values()) == {1}
    assert harness.provider.most_running[None] == 2
    await app.engine.repair()
    enqueued = "SELECT 1 FROM dbos.workflow_status WHERE status = 'ENQUEUED'"
    assert read_rows(harness.database_url, enqueued) == []


async def test_the_workflows_of_a_process_without_a_tombstone_are_continued(harness: ContractHarness) -> None:
    await harness.start()
    [prompt] = await harness.submit(1)
    await until(lambda: harness.provider.running)
    await harness.stop()
    _execute(harness, "DELETE FROM replicas")
    harness.provider.finish()
    await harness.start()
    assert await harness.until_closed(prompt) == [State.DELIVERED]
    assert set(harness.provider.paid.values()) == {1}


@pytest.mark.parametrize("cancelled", [False, True])
async def test_only_the_first_request_of_a_batch_is_enqueued_to_send_its_question(
    harness: ContractHarness, cancelled: bool
) -> None:
    """A workflow of each would hold the user's place in the queue after the answer."""
    app = await harness.start()
    wanted = replace(generation_request(1, 1, "1: 1"), needs_approval=True, count=3)
    assert isinstance(await app.engine.submit(wanted, AMPLE), Accepted)
    ended = "SELECT workflow_uuid FROM dbos.workflow_status WHERE status = 'SUCCESS'"
    await until(lambda: read_rows(harness.database_url, ended))
    _execute(harness, "UPDATE batches SET question_message_id = NULL")
    if cancelled:
        _execute(harness, "UPDATE requests SET state = 'cancelled', finished_at = asked_at WHERE id = 1")
    for _ in range(2):  # the second time, the first request's workflow is there
        await app.engine.repair()
    await until(lambda: len(harness.telegram.texts) == 2)
    workflows = read_rows(harness.database_url, "SELECT workflow_uuid FROM dbos.workflow_status")
    expected = {"draw:1", "finish:1", "draw:2"} if cancelled else {"draw:1"}
    assert {row["workflow_uuid"] for row in workflows} == expected


async def test_work_that_is_taken_over_does_not_wait_in_the_queue_of_new_work(
    harness: ContractHarness,
) -> None:
    """It has its slot already, and behind full slots it would never be drawn."""
    await harness.start()
    [prompt] = await harness.submit(1)
    await until(lambda: harness.provider.running)
    await harness.stop()
    await harness.start()
    harness.provider.finish()
    assert await harness.until_closed(prompt) == [State.DELIVERED]
    [draw] = read_rows(
        harness.database_url, "SELECT queue_name FROM dbos.workflow_status WHERE workflow_uuid = 'draw:1'"
    )
    assert draw["queue_name"] == RESUMED


@pytest.mark.parametrize("paid", [False, True])
async def test_without_its_lease_a_replica_neither_pays_nor_sends(dbos_url: str, paid: bool) -> None:
    clock = HeldHeartbeats()
    harness = ContractHarness(dbos_url, EngineChoice.DBOS, heartbeat_clock=clock)
    app = await harness.start()
    if paid:
        await harness.submit(1)
        await until(lambda: harness.provider.running)
    await clock.end_lease()
    if not paid:
        await harness.submit(1)
    harness.provider.finish()
    await until(lambda: clock.looks >= 3)
    assert (await harness.request("1: 1")).state is (State.DELIVERING if paid else State.SUBMITTING)
    assert (len(harness.provider.created), len(harness.telegram.photos)) == (int(paid), 0)
    clock.renew_lease()
    assert await harness.until_closed("1: 1") == [State.DELIVERED]
    assert (harness.provider.paid.total(), harness.telegram.photos.total()) == (1, 1)
    assert app.engine.running
    await harness.stop()


async def test_workflows_are_deleted_a_day_after_their_end(harness: ContractHarness) -> None:
    app = await harness.start()
    harness.provider.finish()
    old, new = await harness.submit(1, 2)
    await harness.until_closed(old, new)
    ended = "SELECT workflow_uuid FROM dbos.workflow_status WHERE status = 'SUCCESS'"
    await until(lambda: len(read_rows(harness.database_url, ended)) == 4)
    _execute(harness, OLDER)
    await app.engine.repair()
    assert {row["workflow_uuid"] for row in read_rows(harness.database_url, ended)} == {"draw:2", "finish:2"}
    inputs = read_rows(harness.database_url, "SELECT workflow_uuid FROM dbos.workflow_input")
    assert {row["workflow_uuid"] for row in inputs} == {"draw:2", "finish:2"}


async def test_nothing_of_a_request_but_its_id_is_given_to_dbos(harness: ContractHarness) -> None:
    await harness.start()
    harness.provider.finish()
    [prompt] = await harness.submit(1)
    await harness.until_closed(prompt)
    inputs = read_rows(harness.database_url, "SELECT inputs FROM dbos.workflow_input")
    given = [json.loads(row["inputs"]) for row in inputs]
    assert given == [{"positionalArgs": [1], "namedArgs": {}}] * 2


async def test_an_outage_of_the_database_logs_no_traceback_of_schedules(
    harness: ContractHarness, caplog: pytest.LogCaptureFixture
) -> None:
    await harness.start()
    for line in ("Exception polling schedules: Traceback", "Exception encountered in asynchronous workflow:"):
        logging.getLogger("dbos").warning(line)
    assert [record.getMessage() for record in caplog.records if "Exception" in record.msg] == [
        "Exception encountered in asynchronous workflow:"
    ]


async def test_no_update_is_handled_before_the_queue_exists(postgres_url: str) -> None:
    """Updates wait in a ledger that was moved here, and the start creates DBOS's tables."""
    message = {"message_id": 1, "date": 1_790_000_000, "text": "/imagine a fox --ar 1:1"}
    message |= {"chat": {"id": 7, "type": "private"}, "from": {"id": 7, "is_bot": False, "first_name": "Ann"}}
    harness = ContractHarness(postgres_url, EngineChoice.DBOS)
    with connect(postgres_url) as connection:
        connection.exec_driver_sql(
            "INSERT INTO inbox (update_id, payload, received_at) VALUES (1, %s, 0)",
            (json.dumps({"update_id": 1, "message": message}),),
        )
    await harness.start()
    await harness.stop()
    assert read_rows(postgres_url, "SELECT 1 FROM inbox WHERE payload IS NOT NULL")


async def test_a_start_without_the_server_fails_and_blocks_nothing(tmp_path: Path) -> None:
    """DBOS starts on the event loop, and repeats a failed connection for ever: no heartbeat, no SIGTERM meanwhile."""
    url = f"postgresql://imagine@/imagine?host={tmp_path}"
    workflows = DbosWorkflows(url=url, replica_id="one", in_flight=1)

    async def drive(_request_id: int) -> Any:
        raise AssertionError("nothing is to be driven")

    with pytest.raises(DatabaseError, match="No such file or directory"):
        await workflows.launch(draw=drive, finish=drive)
    await workflows.stop()
    workflows.close()


async def test_a_workflow_that_ends_during_the_stop_waits_for_another_process(
    dbos_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """DBOS takes its threads away first, and would then write that the workflow failed."""
    workflows = DbosWorkflows(url=dbos_url, replica_id="one", in_flight=1)
    drawing, stopped = asyncio.Event(), asyncio.Event()

    async def draw(_request_id: int) -> bool:
        drawing.set()
        await stopped.wait()
        return True

    async def finish(_request_id: int) -> None:
        raise AssertionError("nothing is to be finished")

    await workflows.launch(draw=draw, finish=finish)
    with connect(dbos_url) as connection:
        workflows.enqueue(connection, Workflow.DRAW, 1)
    await drawing.wait()
    await workflows.stop()
    before = asyncio.all_tasks()
    stopped.set()
    await until(lambda: len(before & asyncio.all_tasks()) == 1)
    workflows.close()
    statuses = read_rows(dbos_url, "SELECT workflow_uuid, status FROM dbos.workflow_status")
    assert [tuple(row.values()) for row in statuses] == [("draw:1", "PENDING")]
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.parametrize(
    "error",
    [ProcessStops(), dbos_errors.DBOSException("System database accessed before DBOS was launched")],
    ids=["a connection", "a part of DBOS"],
)
def test_a_workflow_without_an_outcome_during_the_stop_is_not_logged(
    error: Exception, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    DbosWorkflows(url=f"postgresql://imagine@/imagine?host={tmp_path}", replica_id="one", in_flight=1).close()
    logger = logging.getLogger("dbos")
    logger.error("Exception encountered in asynchronous workflow:", exc_info=error)
    logger.error(
        "Exception encountered in asynchronous workflow:", exc_info=dbos_errors.DBOSException("Other")
    )
    assert [
        record.exc_info[1].args for record in caplog.records if record.exc_info and record.exc_info[1]
    ] == [("Other",)]
