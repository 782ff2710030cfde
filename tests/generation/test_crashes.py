"""Whatever happens, and wherever the process dies: none lost, none paid twice but an unknown one, quotas add up."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from pydantic import SecretStr

from bot.app import App
from bot.settings import Settings
from core.model import FINAL, GenerationRequest, Rejection, Request, State
from storage.database import Database
from storage.quotas import Quotas
from tests.support.factories import generation_request
from tests.support.fake_apis import Chats, KillSwitch, Provider
from tests.support.virtual_loop import LoopClock, VirtualLoop

pytestmark = pytest.mark.slow

T = TypeVar("T")
DAILY = 6
SETTINGS = Settings.model_construct(
    bot_token=SecretStr("1:token"),
    gptunnel_api_key=SecretStr("key-key-key"),
    gptunnel_api_url="http://media.test/v1",
    telegram_rate=1_000,
    daily_quota=DAILY,
    max_in_flight=3,
)


class Crashes(RuleBasedStateMachine):
    """One bot after the other on the same file, in one outside world."""

    wishes: "Bundle[GenerationRequest]" = Bundle("wishes")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="crashes-"))
        self.loop = VirtualLoop()
        asyncio.set_event_loop(self.loop)
        self.clock, self.kill_switch = LoopClock(), KillSwitch()
        self.provider, self.chats = Provider(self.kill_switch), Chats(self.kill_switch)
        self.asked: dict[str, GenerationRequest] = {}
        self.half_sent: set[int] = set()
        self.unheard: list[GenerationRequest] = []
        self.app: App | None = None
        self.settle_start()

    def settle_start(self) -> None:
        """Start until a start comes through: a process may die while it starts, too."""
        self.alive(self._start())
        while self.app is None or self.kill_switch.dead.is_set():
            self.cleanup_dead()
            self.alive(self._start())

    async def _start(self) -> None:
        self.clock.restart()
        database = await Database.open(f"sqlite:///{self.folder}/bot.sqlite3", self.kill_switch.at)
        self.app = App(
            SETTINGS, database=database, session=self.chats, media_transport=self.provider, clock=self.clock
        )
        await self.app.start()
        unheard, self.unheard = self.unheard, []
        for again in unheard:  # Telegram's updates come again until they are handled
            await self._submit(again)

    async def _submit(self, wanted: GenerationRequest) -> None:
        assert self.app is not None
        self.unheard.append(wanted)
        answer = await self.app.engine.submit(wanted, self.app.allowances.of_user(wanted.origin.user_id))
        self.unheard.remove(wanted)
        if isinstance(answer, Rejection):
            self.asked.pop(wanted.origin.key, None)
        else:
            self.asked[wanted.origin.key] = wanted

    def alive(self, work: Coroutine[Any, Any, object]) -> None:
        """Run something until it is done or the process is dead."""

        async def race() -> None:
            task = asyncio.ensure_future(work)
            death = asyncio.ensure_future(self.kill_switch.dead.wait())
            await asyncio.wait({task, death}, return_when=asyncio.FIRST_COMPLETED)
            death.cancel()
            if not self.kill_switch.dead.is_set():
                task.result()

        self.loop.run_until_complete(race())

    def restart_if_dead(self) -> None:
        if self.kill_switch.dead.is_set():
            self.cleanup_dead()
            self.settle_start()

    def cleanup_dead(self) -> None:
        """Take away all that the dead process held, note what it was about, and let the next one live."""
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(_gone(asyncio.all_tasks(self.loop)))
        if self.app is not None:
            self.app.database._lock.release()
            self.app.database._writer.dispose()
        self.app = None
        self.kill_switch.places, self.kill_switch.dead = None, asyncio.Event()
        rows = self.loop.run_until_complete(_rows(self.folder))
        self.provider.unknown |= {row.prompt for row in rows if row.state is State.SUBMITTING}
        self.half_sent |= {row.place.require_reply_to() for row in rows if row.state is State.DELIVERING}

    @rule(
        target=wishes,
        number=st.integers(1, 40),
        user=st.integers(1, 3),
        bad=st.sampled_from(["", "", " bad"]),
    )
    def ask(self, number: int, user: int, bad: str) -> GenerationRequest:
        wanted = generation_request(user * 100 + number, user)
        known = self.asked.get(wanted.origin.key)
        if known is None:
            known = replace(wanted, prompt=f"{wanted.prompt}{bad}")
        self.alive(self._submit(known))
        self.restart_if_dead()
        return known

    @rule(wanted=wishes)
    def ask_again(self, wanted: GenerationRequest) -> None:
        self.alive(self._submit(wanted))
        self.restart_if_dead()

    @rule(wanted=wishes)
    def cancel(self, wanted: GenerationRequest) -> None:
        async def press() -> None:
            assert self.app is not None
            request = await self.app.requests.by_key(wanted.origin.key)
            if request is not None:
                await self.app.engine.cancel(request.id)

        self.alive(press())
        self.restart_if_dead()

    @rule(seconds=st.sampled_from([0.01, 0.1, 1.0, 3.0, 10.0]))
    def wait(self, seconds: float) -> None:
        self.alive(asyncio.sleep(seconds))
        self.restart_if_dead()

    @rule(places=st.integers(1, 12))
    def die_soon(self, places: int) -> None:
        self.kill_switch.places = places

    @rule(ends=st.sampled_from(["refused", "lost before", "lost after"]))
    def spoil_a_create(self, ends: str) -> None:
        self.provider.next_creates.append(ends)

    @rule(ends=st.sampled_from(["too fast", "blocked", "lost before", "lost after"]))
    def spoil_a_photo(self, ends: str) -> None:
        self.chats.next_photos.append(ends)

    @rule(hours=st.sampled_from([-1, 1]))
    def set_the_clock(self, hours: int) -> None:
        self.clock.offset += hours * 3600

    def teardown(self) -> None:
        if not hasattr(self, "folder"):
            return
        try:
            self.kill_switch.places = None
            self.restart_if_dead()
            self.alive(asyncio.sleep(4 * 3600))
            self.check(self.loop.run_until_complete(_rows(self.folder)))
            assert self.app is not None
            self.loop.run_until_complete(self.app.stop())
        finally:
            self.loop.close()
            shutil.rmtree(self.folder)

    def check(self, rows: list[Request]) -> None:
        assert {row.origin.key for row in rows} == set(self.asked)
        for row in rows:
            assert row.state in FINAL
            assert row.closed_at is not None
            assert self.provider.paid[row.prompt] <= 1 + (row.prompt in self.provider.unknown)
            unsure = row.place.require_reply_to() in self.half_sent | self.chats.unsure
            sent = self.chats.photos[row.place.require_reply_to()]
            if row.state is State.DELIVERED:
                assert sent == 1 or (unsure and sent >= 1)
            elif not unsure:
                assert sent == 0
            if row.state is State.FAILED:
                assert self.chats.told[row.place.require_reply_to()] >= 1
        for user in (1, 2, 3):
            days = {row.quota_day for row in rows if row.user_id == user}
            for day in days:
                kept = [
                    r for r in rows if r.user_id == user and r.quota_day == day and r.state is State.DELIVERED
                ]
                assert self.app is not None
                used = self.loop.run_until_complete(Quotas(self.app.database).used(user, day))
                assert used == len(kept) <= DAILY


async def _gone(tasks: "set[asyncio.Task[Any]]") -> None:
    tasks.discard(asyncio.current_task())
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(outcome, BaseException | None)


async def _rows(folder: Path) -> list[Request]:
    """Read the ledger as it is on the disk, with no process on it."""
    import sqlalchemy as sa

    from storage.database import connect
    from storage.rows import read_request
    from storage.schema import requests

    path = folder / "bot.sqlite3"
    if not path.exists():
        return []
    engine = connect(path, read_only=True)
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("requests"):
            return []
        rows = [read_request(row) for row in connection.execute(sa.select(requests))]
    engine.dispose()
    return rows


@pytest.mark.timeout(600)  # room for hypothesis to shrink what it finds
def test_nothing_is_lost_wherever_it_dies() -> None:
    """Hypothesis looks for a life that breaks a promise."""
    run_state_machine_as_test(
        Crashes, settings=settings(max_examples=60, stateful_step_count=25, deadline=None)
    )
