"""SQLite, PostgreSQL with one process, and PostgreSQL with two replicas, side by side."""

import asyncio
import contextlib
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.harness import SETTINGS, Harness, commit, machine_line
from benchmarks.ring import IdealRing
from tests.support.fleet import Fleet, open_fleet
from tests.support.ledger import read_rows
from tests.support.postgres_server import EMPTY, PostgresServer, new_database, new_server

Column = dict[str, str]
"""The values of one setup by measure."""

WARM_UP, ROUNDS, COUNT = 30, 3, 100
ONE_BY_ONE, KILLED = 20, 40
REST_SECONDS = 20.0
FLUSH_SECONDS = 11.0
"""A connection of PostgreSQL that is idle reports its transactions within 10 s."""
USERS, EACH, NEWCOMERS = 50, 20, 3
IN_FLIGHT, CONCURRENCY = 40, 2
CROWDED = SETTINGS | {
    "TELEGRAM_RATE": "30",
    "MAX_IN_FLIGHT": str(IN_FLIGHT),
    "USER_CONCURRENCY": str(CONCURRENCY),
    "USER_QUEUE_LIMIT": str(EACH),
    "THROTTLE": "0",
}
BARS = {
    "update to create s, idle, median": "<= 0.4",
    "newcomer's wait / ideal": "<= 1.3",
    "kill -9 to all tasks polled again s": "<= 30",
}


@dataclass(slots=True)
class Setup:
    """A way to run the bot. `server` is None for SQLite."""

    name: str
    engine: str
    replicas: int
    server: PostgresServer | None

    @contextmanager
    def new_ledger(self, folder: Path) -> Iterator[str]:
        """Yield the URL of a new ledger."""
        if self.server is None:
            yield f"sqlite:///{folder}/bot.sqlite3"
            return
        with new_database(self.server.url("postgres"), EMPTY) as url:
            yield url

    @asynccontextmanager
    async def started(self, settings: dict[str, str]) -> AsyncIterator["Scene"]:
        """Yield the scene with a new ledger and running processes."""
        with tempfile.TemporaryDirectory(prefix="imagine-bench-") as name:
            folder = Path(name)
            with self.new_ledger(folder) as url:
                urls = [url] * self.replicas
                async with open_fleet(folder, urls, **settings, ENGINE=self.engine) as fleet:
                    harness = Harness(fleet.world, fleet.replicas)
                    await fleet.start()
                    yield Scene(self, fleet, harness, url)
                    for process in fleet.replicas:
                        await process.kill()


@dataclass(slots=True)
class Scene:
    """The running processes of a setup, and its measurements."""

    setup: Setup
    fleet: Fleet
    harness: Harness
    url: str
    _sent: int = 0

    async def draw(self, count: int) -> None:
        """Request pictures and wait until they are sent."""
        self.harness.request(count)
        self._sent += count
        await self.harness.wait_until_sent(self._sent)

    async def rest(self) -> Column:
        """Measure the processes with nothing to do."""
        await asyncio.sleep(FLUSH_SECONDS)
        cpu, server_cpu, transactions = self.harness.cpu(), self._server_cpu(), self._transactions()
        await asyncio.sleep(REST_SECONDS)
        share = (self.harness.cpu() - cpu) / REST_SECONDS / self.setup.replicas
        column = {"idle CPU of a process, % of a core": f"{share * 100:.1f}"}
        if self.setup.server is not None:
            server_share = (self._server_cpu() - server_cpu) / REST_SECONDS
            idle = (self._transactions() - transactions) / REST_SECONDS
            column["idle CPU of PostgreSQL, % of a core"] = f"{server_share * 100:.1f}"
            column["idle database transactions a second"] = f"{idle:.0f}"
        return column

    async def latencies(self) -> Column:
        """Measure one request after the other."""
        self.harness.set_durations(0.5, 0.1)
        first = len(self.harness.tasks)
        for _ in range(ONE_BY_ONE):
            await self.draw(1)
        times = [
            task.created_at - self.harness.requested_at[task.prompt] for task in self.harness.tasks[first:]
        ]
        return {
            "update to create s, idle, median": f"{statistics.median(times):.3f}",
            "update to create s, idle, p95": f"{statistics.quantiles(times, n=20)[-1]:.3f}",
        }

    async def speed(self) -> Column:
        """Measure rounds of many requests at once; the best of them, because other programs disturb."""
        self.harness.set_durations(2.0, 0.35)
        await asyncio.sleep(FLUSH_SECONDS)
        transactions = self._transactions()
        rounds = [await self._round() for _ in range(ROUNDS)]
        await asyncio.sleep(FLUSH_SECONDS)
        cpu, server_cpu, _ = min(rounds)
        column = {
            "generations a second": f"{COUNT / min(seconds for _, _, seconds in rounds):.1f}",
            "CPU ms a generation, the bot": f"{cpu / COUNT * 1_000:.1f}",
            "resident MiB a process": f"{self.harness.memory():.0f}",
        }
        if self.setup.server is not None:
            made = (self._transactions() - transactions) / COUNT / ROUNDS
            column["CPU ms a generation, PostgreSQL"] = f"{server_cpu / COUNT * 1_000:.1f}"
            column["database transactions a generation"] = f"{made:.0f}"
            column["PostgreSQL connections a process"] = f"{self._connections() / self.setup.replicas:.0f}"
        return column

    async def kill(self) -> Column:
        """Measure the time until all tasks are polled after `kill -9`. A single process is started again at once."""
        self.fleet.world.hold_tasks()
        known = len(self.harness.tasks)
        self.harness.request(KILLED)
        await self.harness.wait_until_created(known + KILLED)
        await asyncio.sleep(3.0)
        begun = time.monotonic()
        await self.fleet.replicas[0].kill()
        polls = {task.id: task.polls for task in self.harness.tasks[known:]}
        if self.setup.replicas == 1:
            await self.fleet.start()
        await self.harness.wait_until_polled(polls)
        return {"kill -9 to all tasks polled again s": f"{time.monotonic() - begun:.1f}"}

    async def newcomers(self) -> Column:
        """Measure the waits of users with one request each behind users with many."""
        world, harness = self.fleet.world, self.harness
        harness.set_durations(15.0, 0.35)
        users = [world.add_user() for _ in range(USERS)]
        for number, user in itertools.product(range(EACH), users):
            world.telegram.say(user, f"/imagine {user.id} {number} --ar 1:1")
        while self._requests() < USERS * EACH:  # noqa: ASYNC110
            await asyncio.sleep(0.5)
        arrivals, waits = [], []
        for _ in range(NEWCOMERS):
            arrivals.append(len(harness.tasks))
            harness.request(1)
            prompt, requested_at = list(harness.requested_at.items())[-1]
            await world.wait_until(lambda prompt=prompt: self._created_at(prompt))  # type: ignore[misc]
            waits.append(self._created_at(prompt) - requested_at)
        durations = [task.done_at - task.created_at for task in harness.tasks]
        ring = IdealRing(
            itertools.cycle(durations), IN_FLIGHT, CONCURRENCY, dict.fromkeys(range(USERS), EACH)
        )
        wait, ideal = statistics.mean(waits), statistics.mean(ring.newcomer_waits(arrivals))
        return {
            "newcomer's wait s behind 50 × 20, mean of 3 (ideal)": f"{wait:.1f} ({ideal:.1f})",
            "newcomer's wait / ideal": f"{wait / ideal:.2f}",
        }

    def _created_at(self, prompt: str) -> float:
        return next((task.created_at for task in self.harness.tasks if task.prompt == prompt), 0.0)

    async def _round(self) -> tuple[float, float, float]:
        """Draw pictures. Return the CPU seconds of the bot and of PostgreSQL, and the seconds."""
        cpu, server_cpu, begun = self.harness.cpu(), self._server_cpu(), time.monotonic()
        await self.draw(COUNT)
        seconds = time.monotonic() - begun
        return self.harness.cpu() - cpu, self._server_cpu() - server_cpu, seconds

    def _requests(self) -> int:
        return int(read_rows(self.url, "SELECT count(*) AS n FROM requests")[0]["n"])

    def _transactions(self) -> int:
        if self.setup.server is None:
            return 0
        query = (
            "SELECT xact_commit + xact_rollback AS n FROM pg_stat_database WHERE datname = current_database()"
        )
        return int(read_rows(self.url, query)[0]["n"])

    def _connections(self) -> int:
        query = """SELECT count(*) AS n FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        return int(read_rows(self.url, query)[0]["n"])

    def _server_cpu(self) -> float:
        """Return the CPU seconds of PostgreSQL, also of its processes that have ended."""
        if self.setup.server is None:
            return 0.0
        server = psutil.Process(self.setup.server.pid)
        ended = server.cpu_times()
        used = ended.children_user + ended.children_system
        for process in [server, *server.children()]:
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                used += times.user + times.system
        return float(used)


async def _measure(setup: Setup) -> Column:
    async with setup.started(SETTINGS) as scene:
        scene.harness.set_durations(2.0, 0.35)
        await scene.draw(WARM_UP)
        column = await scene.speed()
        column |= await scene.latencies()
        column |= await scene.rest()
        column |= await scene.kill()
    async with setup.started(CROWDED) as scene:
        return column | await scene.newcomers()


async def database_table() -> str:
    """Measure all setups, and return a table with one column for each."""
    with new_server(durable=True) as server:
        setups = [
            Setup("SQLite", "local", 1, None),
            Setup("PostgreSQL, one process", "local", 1, server),
            Setup("PostgreSQL, two replicas", "auto", 2, server),
        ]
        columns: dict[str, Column] = {}
        for setup in setups:
            columns[setup.name] = await _measure(setup)
            print(setup.name, columns[setup.name], file=sys.stderr, flush=True)
    measures = list(columns[setups[-1].name])
    lines = [f"| what | {' | '.join(columns)} | bar |", "|---|" + "---|" * (len(columns) + 1)]
    for measure in measures:
        values = " | ".join(column.get(measure, "–") for column in columns.values())
        lines.append(f"| {measure} | {values} | {BARS.get(measure, '')} |")
    heading = f"{machine_line()}, commit {commit()}, `make bench ARGS=databases`:"
    return "\n".join([heading, "", *lines])
