"""`kill -9` at every point of a generation: around each commit of the ledger and inside each call.

A failpoint of the ledger kills the real process from inside, a stand-in from outside.
"""

import asyncio
import itertools
import os
import shutil
import signal
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiogram.types import Message, User
from aiohttp import web

from playground import faults
from playground.faults import Fault, Faults
from tests.support.ledger import file_url
from tests.support.postgres_server import copied_database
from tests.support.world import World, buttons, open_world

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

AT_ONCE = 6
FAILPOINTS = ("write", "commit", "committed")
NO_ROW, CLOSED = "no row", "closed"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A generation with its final state.

    The process is killed in each of the `states`, in the first `passes` transactions of that state, and inside each of
    the `calls`. The states up to `running` are tested by the first scenario alone, as they are the same in all.
    """

    name: str
    prompt: str
    final_state: str
    states: tuple[str, ...]
    calls: tuple[str, ...] = ()
    passes: int = 1
    cancels: bool = False
    blocked: bool = False


SCENARIOS = [
    Scenario(
        "delivered",
        "a fox",
        "delivered",
        (NO_ROW, "queued", "submitting", "running", "ready", "delivering", "delivered"),
        ("sendMessage", "create", "result", "picture", "sendPhoto", "deleteMessage"),
        passes=2,
    ),
    Scenario("failed", "nsfw", "failed", ("running", "failed"), ("result", "sendMessage")),
    Scenario(
        "cancelled",
        "slow",
        "cancelled",
        ("running", "cancelled"),
        ("answerCallbackQuery", "editMessageText"),
        cancels=True,
    ),
    Scenario("undeliverable", "a fox", "undeliverable", ("delivering", "undeliverable"), blocked=True),
]


@dataclass(slots=True)
class Generation:
    """The generation of a scenario, in a world of its own."""

    world: World
    scenario: Scenario
    user: User

    @classmethod
    def begin(cls, world: World, scenario: Scenario) -> "Generation":
        world.hold_tasks()
        if scenario.blocked:
            blocked = faults.telegram(403, "Forbidden: bot was blocked by the user")
            world.telegram.faults.add(Fault("sendPhoto", times=None, answer=blocked))
        generation = cls(world, scenario, world.add_user())
        world.telegram.say(generation.user, f"/imagine {scenario.prompt} --ar 1:1")
        return generation

    async def run(self) -> None:
        """Wait until the process dies or the request is closed.

        Once there is a status message, let the task end. If the scenario cancels, press Cancel instead, as soon as
        the request runs: an earlier press could be committed together with the start of the task.
        """
        acted = False

        def is_over() -> bool:
            nonlocal acted
            cancels = self.scenario.cancels
            if not acted and (statuses := self._statuses()) and (not cancels or self._state() == "running"):
                acted = True
                if cancels:
                    self.world.telegram.press(self.user, statuses[0], "Cancel")
                else:
                    self.world.finish_tasks()
            return self.world.process.ended or self._is_closed()

        await self.world.process.wait_until(is_over)

    async def restart_and_check(self) -> None:
        """Start the bot again, run the generation to its end, and check the ledger, the chat and the provider."""
        world, scenario, state_at_kill = self.world, self.scenario, self._state()
        await world.process.start()
        await self.run()
        rows = world.rows("SELECT state, status_message_id FROM requests")
        assert [row["state"] for row in rows] == [scenario.final_state], state_at_kill
        delivered = scenario.final_state == "delivered"
        assert world.quota_used(self.user) == delivered
        assert len(world.media.tasks) <= 1 + (state_at_kill == "submitting")
        pictures = len(world.pictures(self.user))
        assert pictures == delivered or (pictures == 2 and state_at_kill == "delivering")
        stray = [m for m in self._statuses() if m.message_id != rows[0]["status_message_id"]]
        assert len(stray) <= 1  # sent just before the kill, and its id is not stored
        texts = [m.text or "" for m in world.messages_to(self.user) if m.text and m not in stray]
        texts = [] if scenario.final_state == "undeliverable" else texts
        words = {"failed": "won’t draw", "cancelled": "Cancelled"}.get(scenario.final_state)
        assert all(words is not None and words in text for text in texts), texts
        # The text about a cancel is deleted after half a minute, which a restart may take on a busy machine.
        told = bool(texts) or (scenario.final_state == "cancelled" and self._was_told("Cancelled"))
        assert told == (words is not None)

    def _was_told(self, words: str) -> bool:
        """Return whether the private chat has ever shown these words."""
        events = self.world.telegram.chats.events
        return any(e.chat_id == self.user.id and e.kind == "edited" and words in e.text for e in events)

    def _statuses(self) -> list[Message]:
        messages = self.world.messages_to(self.user)
        return [message for message in messages if any("Cancel" in label for label in buttons(message))]

    def _is_closed(self) -> bool:
        closed = self.world.rows("SELECT 1 FROM requests WHERE closed_at IS NOT NULL")
        return bool(closed) and not self.world.rows("SELECT 1 FROM inbox WHERE payload IS NOT NULL")

    def _state(self) -> str:
        """Return the state of the request in the ledger."""
        rows = self.world.rows("SELECT state, closed_at FROM requests")
        if not rows:
            return NO_ROW
        return CLOSED if rows[0]["closed_at"] is not None else str(rows[0]["state"])


async def _kill_at_failpoint(folder: Path, url: str, scenario: Scenario, point: str) -> bool:
    """Kill the process at a failpoint. Return False if the process never passed it."""
    async with open_world(folder, DATABASE_URL=url) as world:
        generation = Generation.begin(world, scenario)
        world.process.die_at = point
        await world.process.start(until=None)
        await generation.run()
        if await world.process.stop() == 0:
            return False
        await generation.restart_and_check()
        return True


async def _kill_in_call(folder: Path, url: str, scenario: Scenario, call: str, *, after: bool) -> None:
    """Kill the process before or after a stand-in handles one of its calls."""
    async with open_world(folder, DATABASE_URL=url) as world:
        generation = Generation.begin(world, scenario)
        of_provider = call in {"create", "result", "picture"}
        stand_in: Faults = world.media.faults if of_provider else world.telegram.faults
        stand_in.rules.insert(0, Fault(call, answer=_kill(lambda: world.process.pid), after=after))
        await world.process.start(until=None)
        await generation.run()
        assert world.process.ended, f"{call} was never called"
        await world.process.kill()
        await generation.restart_and_check()


def _kill(pid: Callable[[], int]) -> Callable[[], web.Response]:
    def kill() -> web.Response:
        os.kill(pid(), signal.SIGKILL)
        return web.Response(status=500)  # the killed process does not receive it

    return kill


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of a bot that ran in a folder."""

    folder: Path
    url: str

    @contextmanager
    def copied(self, name: str) -> Iterator[tuple[Path, str]]:
        """Yield a folder of its own and the URL of a copy of the ledger."""
        folder = self.folder / name
        folder.mkdir()
        if self.url.startswith("sqlite:"):
            shutil.copy(self.folder / "bot.sqlite3", folder)
            yield folder, file_url(folder / "bot.sqlite3")
            return
        with copied_database(self.url) as url:
            yield folder, url


@pytest_asyncio.fixture(loop_scope="session")
async def ledger(tmp_path: Path, database_url: str) -> Ledger:
    """Return the ledger of a bot that ran before. On a new one, most transactions would be those of a first start."""
    async with open_world(tmp_path, DATABASE_URL=database_url) as world:
        await world.process.start(until="menus set")
        assert await world.process.stop() == 0
    return Ledger(tmp_path, database_url)


async def _run_together(runs: Iterable[Coroutine[None, None, None]]) -> None:
    slots = asyncio.Semaphore(AT_ONCE)

    async def run_one(run: Coroutine[None, None, None]) -> None:
        async with slots:
            await run

    async with asyncio.TaskGroup() as group:
        for run in runs:
            group.create_task(run_one(run))


@pytest.mark.long(35)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_a_kill_around_any_commit_breaks_no_promise(ledger: Ledger, scenario: Scenario) -> None:
    """The process dies before, inside and after the first and the second transaction of each state."""
    never_passed: list[str] = []

    async def kill_at(point: str) -> None:
        with ledger.copied(point) as (folder, url):
            if not await _kill_at_failpoint(folder, url, scenario, point):
                never_passed.append(point)

    points = itertools.product(FAILPOINTS, scenario.states, "12"[: scenario.passes])
    await _run_together([kill_at(" ".join(point)) for point in points])
    assert [point for point in never_passed if point.endswith(" 1")] == []


@pytest.mark.long(35)
async def test_a_kill_inside_any_call_breaks_no_promise(ledger: Ledger) -> None:
    async def kill_in(scenario: Scenario, call: str, *, after: bool) -> None:
        with ledger.copied(f"{scenario.name} {call} {after}") as (folder, url):
            await _kill_in_call(folder, url, scenario, call, after=after)

    await _run_together(
        [
            kill_in(scenario, call, after=after)
            for scenario, after in itertools.product(SCENARIOS, (False, True))
            for call in scenario.calls
        ]
    )
