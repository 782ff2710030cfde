"""/healthz and /readyz: whether the process is well, and whether it can take traffic."""

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import closing

import aiohttp
import psycopg
import pytest

from bot.app import App
from bot.readiness import Readiness, Unready
from bot.web import HEALTH_PATH, READY_PATH, WebServer
from core.metrics import Metrics
from generation.conversion import Picture
from generation.signed_links import LinkRefused
from storage.open_database import open_database
from storage.requests import Requests
from tests.support.fake_apis import EngineTelegram, FakeProvider, KillSwitch
from tests.support.in_process_app import open_app
from tests.support.manual_clock import ManualClock
from tests.support.virtual_loop import LoopClock, virtual_time


async def _app(database_url: str, points: list[str]) -> App:
    """Return an application that is not started. `points` collects the failpoints of its ledger."""
    provider = FakeProvider(KillSwitch())
    telegram = EngineTelegram(provider.kill_switch)
    return await open_app(
        database_url, telegram=telegram, provider=provider, clock=LoopClock(), failpoint=points.append
    )


@virtual_time
async def test_a_bot_is_ready_only_while_it_runs_and_polls(database_url: str) -> None:
    app = await _app(database_url, [])
    await app.start()
    assert await app.readiness.unready() == (Unready.UPDATES,)
    polling = asyncio.create_task(app.polling.run())
    assert await app.readiness.unready() == ()
    polling.cancel()
    assert await app.readiness.unready() == (Unready.UPDATES,)
    polling = asyncio.create_task(app.polling.run())
    await app.engine.stop()
    assert await app.readiness.unready() == (Unready.ENGINE,)
    polling.cancel()
    await app.stop()


@virtual_time
async def test_a_readiness_check_writes_nothing(database_url: str) -> None:
    points: list[str] = []
    app = await _app(database_url, points)
    await app.start()
    polling = asyncio.create_task(app.polling.run())
    await asyncio.sleep(1.0)  # the tasks of the start write to the ledger
    points.clear()
    for _ in range(10):
        assert await app.readiness.unready() == ()
    assert points == []
    polling.cancel()
    await app.stop()


@virtual_time
async def test_an_app_that_was_never_started_stops(database_url: str) -> None:
    app = await _app(database_url, [])
    assert await app.readiness.unready() == (Unready.ENGINE, Unready.UPDATES)
    await app.stop()


async def test_a_database_that_does_not_answer_is_not_waited_for(postgres_url: str) -> None:
    database = await open_database(postgres_url)
    readiness = Readiness(
        database=database,
        requests=Requests(database=database, clock=ManualClock()),
        is_ending=lambda: False,
        engine_runs=lambda: True,
        receives_updates=lambda: True,
    )
    while await readiness.unready():  # noqa: ASYNC110 - a busy machine may need longer than a look takes
        await asyncio.sleep(0)
    backends = _backends(postgres_url)
    try:
        _send(backends, signal.SIGSTOP)
        assert await readiness.unready() == (Unready.DATABASE,)
        assert await readiness.unready() == (Unready.DATABASE,)
        assert _backends(postgres_url) == backends  # the second look did not need another connection
    finally:
        _send(backends, signal.SIGCONT)
    while await readiness.unready():  # noqa: ASYNC110 - it waits itself
        await asyncio.sleep(0)
    await readiness.stop()
    await database.close()


def _backends(url: str) -> set[int]:
    """Return the processes of the server that serve the bot's connections to a database."""
    query = (
        "SELECT pid FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'imagine-bot'"
    )
    with closing(psycopg.connect(url)) as connection:
        return {int(pid) for (pid,) in connection.execute(query)}


def _send(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        os.kill(pid, number)


async def _no_picture(_signed: str) -> Picture:
    raise LinkRefused("a test")


async def _no_source(_signed: str) -> bytes:
    raise LinkRefused("a test")


@pytest.mark.parametrize(
    ("ending", "parts", "health", "readiness"),
    [
        (False, (), (200, "ok\n"), (200, "ok\n")),
        (
            False,
            (Unready.DATABASE, Unready.UPDATES),
            (200, "ok\n"),
            (503, "not ready: database, updates\n"),
        ),
        (True, (Unready.ENDING,), (503, "ending\n"), (503, "not ready: ending\n")),
    ],
)
async def test_only_an_end_is_a_reason_to_kill_the_process(
    ending: bool, parts: Sequence[Unready], health: tuple[int, str], readiness: tuple[int, str]
) -> None:
    async def find_unready() -> Sequence[str]:
        return parts

    server = WebServer(
        address=("127.0.0.1", 0),
        public_url=None,
        metrics=Metrics(),
        is_ending=lambda: ending,
        find_unready=find_unready,
        load_source=_no_source,
        load_picture=_no_picture,
    )
    await server.start()
    async with aiohttp.ClientSession() as http:
        for path, expected in ((HEALTH_PATH, health), (READY_PATH, readiness)):
            async with http.get(f"http://{server.address}{path}") as answer:
                assert (answer.status, await answer.text()) == expected
    await server.stop()
