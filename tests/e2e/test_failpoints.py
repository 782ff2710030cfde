"""`kill -9` at every place of a generation, one by one: around each commit of the ledger and inside each call.

A place is passed by the real process: the ledger's failpoint kills it from within, the stand-ins from without.
"""

import asyncio
import itertools
import os
import shutil
import signal
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiogram.types import Message, User
from aiohttp import web

from playground import faults
from playground.faults import Fault, Faults
from tests.support.world import World, buttons, open_world

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

AT_ONCE = 6
PLACES = ("write", "commit", "committed")
NO_ROW, CLOSED = "no row", "closed"


@dataclass(frozen=True, slots=True)
class Story:
    """A generation from its wish to its end: the states it is killed in, how often in each, and the calls it makes.

    Up to `running` all of them are the first one's.
    """

    name: str
    prompt: str
    end: str
    states: tuple[str, ...]
    calls: tuple[str, ...] = ()
    each: int = 1
    cancels: bool = False
    blocked: bool = False


STORIES = [
    Story(
        "delivered",
        "a fox",
        "delivered",
        (NO_ROW, "queued", "submitting", "running", "ready", "delivering", "delivered"),
        ("sendMessage", "create", "result", "picture", "sendPhoto", "deleteMessage"),
        each=2,
    ),
    Story("failed", "nsfw", "failed", ("running", "failed"), ("result", "sendMessage")),
    Story(
        "cancelled",
        "slow",
        "cancelled",
        ("running", "cancelled"),
        ("answerCallbackQuery", "editMessageText"),
        cancels=True,
    ),
    Story("undeliverable", "a fox", "undeliverable", ("delivering", "undeliverable"), blocked=True),
]


@dataclass(slots=True)
class Life:
    """One story in a world of its own, with one death in it."""

    world: World
    story: Story
    user: User

    @classmethod
    def begin(cls, world: World, story: Story) -> "Life":
        world.media.duration = lambda: 30.0 if story.cancels else 0.2
        if story.blocked:
            blocked = faults.telegram(403, "Forbidden: bot was blocked by the user")
            world.telegram.faults.add(Fault("sendPhoto", times=None, answer=blocked))
        life = cls(world, story, world.add_user())
        world.telegram.say(life.user, f"/imagine {story.prompt} --ar 1:1")
        return life

    async def to_its_end(self) -> None:
        """Do what the person does, until the process dies or all is over."""
        pressed = False

        def over() -> bool:
            nonlocal pressed
            if self.story.cancels and not pressed and (shown := self._status()):
                pressed = True
                self.world.telegram.press(self.user, shown[0], "Cancel")
            return self.world.process.ended or self._is_over()

        await self.world.process.wait_until(over)

    def _status(self) -> list[Message]:
        return [m for m in self.world.messages_to(self.user) if any("Cancel" in b for b in buttons(m))]

    def _is_over(self) -> bool:
        closed = self.world.rows("SELECT 1 FROM requests WHERE closed_at IS NOT NULL")
        return bool(closed) and not self.world.rows("SELECT 1 FROM inbox WHERE payload IS NOT NULL")

    def state(self) -> str:
        """Return how far the ledger is."""
        rows = self.world.rows("SELECT state, closed_at FROM requests")
        if not rows:
            return NO_ROW
        return CLOSED if rows[0]["closed_at"] is not None else str(rows[0]["state"])

    async def goes_on(self, died_in: str) -> None:
        """Start again, and look at what became of it."""
        world, story = self.world, self.story
        await world.process.start()
        await self.to_its_end()
        rows = world.rows("SELECT state, status_message_id FROM requests")
        assert [row["state"] for row in rows] == [story.end], died_in
        assert world.quota_used(self.user) == (story.end == "delivered")
        assert len(world.media.tasks) <= 1 + (died_in == "submitting")
        pictures = len(world.pictures(self.user))
        assert pictures == (story.end == "delivered") or (pictures == 2 and died_in == "delivering")
        stray = [m for m in self._status() if m.message_id != rows[0]["status_message_id"]]
        assert len(stray) <= 1  # said, and dead before that was written down: a press on it takes it away
        said = [m.text or "" for m in world.messages_to(self.user) if m.text and m not in stray]
        said = [] if story.end == "undeliverable" else said
        told = {"failed": "as unsafe", "cancelled": "Cancelled"}.get(story.end)
        assert all(told is not None and told in text for text in said), said
        assert bool(said) == (told is not None)


async def _dies_in_the_ledger(folder: Path, story: Story, place: str) -> bool:
    """Live a story whose process dies at a place of the ledger's. False where it never came there."""
    async with open_world(folder) as world:
        life = Life.begin(world, story)
        world.process.die_at = place
        await world.process.start(until=None)
        await life.to_its_end()
        if await world.process.stop() == 0:
            return False
        await life.goes_on(life.state())
        return True


async def _dies_on_the_wire(folder: Path, story: Story, call: str, *, after: bool) -> None:
    async with open_world(folder) as world:
        life = Life.begin(world, story)
        stand_in: Faults = (
            world.media.faults if call in {"create", "result", "picture"} else world.telegram.faults
        )
        stand_in.rules.insert(0, Fault(call, answer=_kills(lambda: world.process.pid), after=after))
        await world.process.start(until=None)
        await life.to_its_end()
        assert world.process.ended, f"{call} was never made"
        await world.process.kill()
        await life.goes_on(life.state())


def _kills(pid: Callable[[], int]) -> Callable[[], web.Response]:
    def kill() -> web.Response:
        os.kill(pid(), signal.SIGKILL)
        return web.Response(status=500)  # nobody is there to hear it

    return kill


@pytest_asyncio.fixture(loop_scope="session")
async def file(tmp_path: Path) -> Path:
    """The file of a bot that ran before: what a first start does on the way would be most of the places."""
    async with open_world(tmp_path) as world:
        await world.process.start(until="menus set")
        assert await world.process.stop() == 0
    return tmp_path / "bot.sqlite3"


def _folder(file: Path, name: str) -> Path:
    folder = file.parent / name
    folder.mkdir()
    shutil.copy(file, folder)
    return folder


async def _all_at_once(lives: Iterable[Coroutine[None, None, None]]) -> None:
    at_once = asyncio.Semaphore(AT_ONCE)

    async def one(life: Coroutine[None, None, None]) -> None:
        async with at_once:
            await life

    async with asyncio.TaskGroup() as all_of_them:
        for life in lives:
            all_of_them.create_task(one(life))


@pytest.mark.timeout(240)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_a_kill_around_each_commit(file: Path, story: Story) -> None:
    """In each state: before a transaction, inside it, and once it is on the disk; the first such and the second."""
    never: list[str] = []

    async def live(place: str) -> None:
        if not await _dies_in_the_ledger(_folder(file, place), story, place):
            never.append(place)

    names = itertools.product(PLACES, story.states, "12"[: story.each])
    await _all_at_once([live(" ".join(name)) for name in names])
    assert [place for place in never if place.endswith(" 1")] == []


@pytest.mark.timeout(240)
async def test_a_kill_inside_each_call(file: Path) -> None:
    def live(story: Story, call: str, *, after: bool) -> Coroutine[None, None, None]:
        folder = _folder(file, f"{story.name} {call} {after}")
        return _dies_on_the_wire(folder, story, call, after=after)

    stories = itertools.product(STORIES, (False, True))
    await _all_at_once([live(story, call, after=after) for story, after in stories for call in story.calls])
