"""The ledger alone: CPU time and speed of the writes and reads of one request, on each database."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.clock import SystemClock
from core.model import Accepted, Allowance, State
from storage.open_database import open_database
from storage.requests import Beginning, Requests
from tests.support.factories import generation_request
from tests.support.ledger import file_url
from tests.support.postgres_server import EMPTY, find_programs, new_database, new_server

Row = tuple[str, str, str]
WARM_UP, COUNT = 50, 500
AMPLE = Allowance(pending=10**6, daily=10**6)


async def ledger_rows() -> list[Row]:
    """Measure each database with 1 caller and with 32 callers."""
    rows: list[Row] = []
    with _new_file() as url:
        rows += await _rows("SQLite", url)
    if find_programs() is not None:
        with new_server(durable=True) as server, new_database(server.url("postgres"), EMPTY) as url:
            rows += await _rows("PostgreSQL", url)
    return rows


async def _rows(name: str, url: str) -> list[Row]:
    database = await open_database(url)
    requests = Requests(database=database, clock=SystemClock())
    rows: list[Row] = []
    for callers, first in ((1, 1), (32, 10_000)):
        await _run(requests, first, WARM_UP, callers)
        cpu, begun = time.process_time(), time.monotonic()
        await _run(requests, first + WARM_UP, COUNT, callers)
        cpu, seconds = time.process_time() - cpu, time.monotonic() - begun
        what = f"{name}, {callers} caller{'s' if callers > 1 else ''}"
        rows.append((f"ledger CPU ms a request, {what}", f"{cpu / COUNT * 1_000:.2f}", ""))
        rows.append((f"ledger requests a second, {what}", f"{COUNT / seconds:.0f}", ""))
    await database.close()
    return rows


async def _run(requests: Requests, first: int, count: int, callers: int) -> None:
    numbers = iter(range(first, first + count))

    async def call() -> None:
        for number in numbers:
            await _generate(requests, number)

    await asyncio.gather(*(call() for _ in range(callers)))


async def _generate(requests: Requests, number: int) -> None:
    """Do the seven writes of a generation without faults. Each returns the row, so nothing is read."""
    accepted = await requests.accept(generation_request(number, number % 97 + 1), AMPLE)
    assert isinstance(accepted, Accepted)
    request, now = accepted.request, time.time()
    begun = replace(request, creates=1, started_at=now)
    assert await requests.begin_submission(begun) is Beginning.BEGUN
    moves: list[tuple[State, State, dict[str, Any]]] = [
        (State.SUBMITTING, State.RUNNING, {"task_id": f"task-{number}", "running_at": now}),
        (State.RUNNING, State.READY, {"picture_url": "https://store.example/1.webp", "ready_at": now}),
        (State.READY, State.DELIVERING, {}),
    ]
    for before, after, values in moves:
        assert await requests.move(request.id, before, after, **values)
    assert await requests.settle(request, [State.DELIVERING], State.DELIVERED, file_id="f")
    await requests.close(request.id)


@contextmanager
def _new_file() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="imagine-bench-") as folder:
        yield file_url(Path(folder) / "bot.sqlite3")
