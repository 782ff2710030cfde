"""Random failures and kills at random points: no request is lost, none is paid or sent twice, and the quotas are right.

The exceptions are a create whose answer was lost and a picture in flight at a kill, which may be repeated.
"""

import asyncio
import contextlib
import functools
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bot.app import App
from core.model import FINAL, GenerationRequest, Rejection, Request, State
from generation.batch_cancel import cancel_batch
from storage.quotas import Quotas
from storage.rows import read_request
from storage.schema import batches, requests
from tests.support.factories import generation_request
from tests.support.fake_apis import (
    CREATE_FAILURES,
    PHOTO_FAILURES,
    CreateOutcome,
    EngineTelegram,
    FakeProvider,
    KillSwitch,
    PhotoOutcome,
)
from tests.support.healthy import find_oddities
from tests.support.in_process_app import open_app
from tests.support.ledger import connect, file_url
from tests.support.postgres_server import new_database
from tests.support.property_tests import examples
from tests.support.shared_postgres import MIGRATED, SharedPostgres
from tests.support.virtual_loop import LoopClock, VirtualLoop

pytestmark = pytest.mark.slow

DAILY = 6
USERS = (1, 2, 3)
NewLedger = Callable[[], contextlib.AbstractContextManager[str]]
"""Yields the URL of a new ledger."""


class Crashes(RuleBasedStateMachine):
    """Runs one application after the other on the same ledger, with the same users and APIs.

    `accepted` are the requests by key. `unanswered` are the requests whose update was not handled before a kill.
    `in_flight_photos` are the ids of the messages whose picture was being sent at a kill.
    """

    submitted: "Bundle[GenerationRequest]" = Bundle("submitted")

    def __init__(self, new_ledger: NewLedger) -> None:
        super().__init__()
        self.new_ledger = new_ledger

    @initialize()
    def begin(self) -> None:
        self.stack = contextlib.ExitStack()
        self.database_url = self.stack.enter_context(self.new_ledger())
        self.runner = asyncio.Runner(loop_factory=VirtualLoop)
        self.clock, self.kill_switch = LoopClock(), KillSwitch()
        self.provider, self.telegram = FakeProvider(self.kill_switch), EngineTelegram(self.kill_switch)
        self.accepted: dict[str, GenerationRequest] = {}
        self.in_flight_photos: set[int] = set()
        self.unanswered: list[GenerationRequest] = []
        self.app: App | None = None
        self.restart()

    @rule(
        target=submitted,
        number=st.integers(1, 40),
        user=st.sampled_from(USERS),
        bad=st.sampled_from(["", "", " bad"]),
        count=st.sampled_from([1, 1, 2, 3]),
    )
    def submit(self, number: int, user: int, bad: str, count: int) -> GenerationRequest:
        request = generation_request(user * 100 + number, user)
        known = self.accepted.get(request.origin.key)
        if known is None:
            known = replace(request, prompt=f"{request.prompt}{bad}", count=count)
        self.run(self._submit(known))
        return known

    @rule(request=submitted)
    def submit_again(self, request: GenerationRequest) -> None:
        self.run(self._submit(request))

    @rule(request=submitted)
    def cancel(self, request: GenerationRequest) -> None:
        async def press() -> None:
            assert self.app is not None
            row = await self.app.requests.by_key(request.origin.key)
            if row is not None:
                await self.app.engine.cancel(row.id)

        self.run(press())

    @rule(request=submitted)
    def cancel_all(self, request: GenerationRequest) -> None:
        async def press() -> None:
            assert self.app is not None
            row = await self.app.requests.by_key(request.origin.key)
            if row is not None:
                await cancel_batch(row, engine=self.app.engine, batches=self.app.batches)

        self.run(press())

    @rule(seconds=st.sampled_from([0.01, 0.1, 1.0, 3.0, 10.0]))
    def wait(self, seconds: float) -> None:
        self.run(asyncio.sleep(seconds))

    @rule(points=st.integers(1, 12))
    def kill_soon(self, points: int) -> None:
        self.kill_switch.points_left = points

    @rule(outcome=st.sampled_from(CREATE_FAILURES))
    def fail_a_create(self, outcome: CreateOutcome) -> None:
        self.provider.create_outcomes.append(outcome)

    @rule(outcome=st.sampled_from(PHOTO_FAILURES))
    def fail_a_photo(self, outcome: PhotoOutcome) -> None:
        self.telegram.photo_outcomes.append(outcome)

    @rule(hours=st.sampled_from([-1, 1]))
    def set_the_clock(self, hours: int) -> None:
        self.clock.offset += hours * 3600

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        try:
            self.kill_switch.points_left = None
            self.restart_if_dead()
            self.run(asyncio.sleep(4 * 3600))
            self.check(_read_requests(self.database_url))
            assert self.app is not None
            now = self.runner.run(self._now())
            self.runner.run(self.app.stop())
            with connect(self.database_url) as connection:
                assert find_oddities(connection, now) == []
        finally:
            self.runner.close()
            self.stack.close()

    def run(self, work: Coroutine[Any, Any, object]) -> None:
        """Run a coroutine until it ends or the process dies, and replace a dead process."""
        self._run_until_death(work)
        self.restart_if_dead()

    def restart_if_dead(self) -> None:
        if self.kill_switch.dead.is_set():
            self.cleanup_dead()
            self.restart()

    def restart(self) -> None:
        """Start processes until one survives its start."""
        self._run_until_death(self._start())
        while self.app is None or self.kill_switch.dead.is_set():
            self.cleanup_dead()
            self._run_until_death(self._start())

    def cleanup_dead(self) -> None:
        """Free the resources of the dead process, and note the work that was in flight."""
        if self.app is not None:
            # Units in flight end at their next failpoint. A cancelled one could leave its connection open.
            self.runner.run(self.app.database.close())
        self.runner.run(_cancel_other_tasks())
        self.app = None
        self.kill_switch.reset()
        rows = _read_requests(self.database_url)
        self.provider.unknown.update(row.prompt for row in rows if row.state is State.SUBMITTING)
        self.in_flight_photos |= {
            row.place.require_reply_to() for row in rows if row.state is State.DELIVERING
        }
        self.in_flight_photos |= _messages_of_grids(self.database_url)

    def check(self, rows: list[Request]) -> None:
        keys = {
            request.origin.key + (f"+{number}" if number > 1 else "")
            for request in self.accepted.values()
            for number in range(1, request.count + 1)
        }
        assert {row.origin.key for row in rows} == keys
        of_message: dict[int, list[Request]] = {}
        for row in rows:
            of_message.setdefault(row.place.require_reply_to(), []).append(row)
        for batch in of_message.values():
            self._check_batch(batch)
        for user in USERS:
            self._check_quota(user, [row for row in rows if row.user_id == user])

    def _check_batch(self, batch: list[Request]) -> None:
        """Check the requests of one message: a single one, or all of a batch."""
        prompt, message_id, states = batch[0].prompt, batch[0].place.require_reply_to(), set[State]()
        for row in batch:
            assert row.state in FINAL
            assert row.closed_at is not None
            states.add(row.state)
        repeats = min(len(batch), self.provider.unknown[prompt])
        assert self.provider.paid[prompt] <= len(batch) + repeats
        may_be_repeated = message_id in self.in_flight_photos | self.telegram.unconfirmed
        sent = self.telegram.photos[message_id]
        if State.DELIVERED in states:
            assert sent == 1 or (may_be_repeated and sent >= 1)
        elif not may_be_repeated:
            assert sent == 0
        if State.FAILED in states and State.DELIVERED not in states:
            assert self.telegram.replies[message_id] >= 1

    def _check_quota(self, user: int, rows: list[Request]) -> None:
        assert self.app is not None
        for day in {row.quota_day for row in rows}:
            delivered = [row for row in rows if row.quota_day == day and row.state is State.DELIVERED]
            used = self.runner.run(Quotas(self.app.database).used(user, day))
            assert used == len(delivered) <= DAILY

    async def _now(self) -> float:
        return self.clock.now()

    def _run_until_death(self, work: Coroutine[Any, Any, object]) -> None:
        async def race() -> None:
            task = asyncio.ensure_future(work)
            death = asyncio.ensure_future(self.kill_switch.dead.wait())
            await asyncio.wait({task, death}, return_when=asyncio.FIRST_COMPLETED)
            death.cancel()
            if not self.kill_switch.dead.is_set():
                task.result()

        self.runner.run(race())

    async def _start(self) -> None:
        self.clock.restart()
        self.app = await open_app(
            self.database_url,
            telegram=self.telegram,
            provider=self.provider,
            clock=self.clock,
            failpoint=self.kill_switch.pass_point,
            telegram_rate=1_000,
            daily_quota=DAILY,
            max_in_flight=3,
        )
        await self.app.start()
        unanswered, self.unanswered = self.unanswered, []
        for request in unanswered:  # Telegram repeats an update until it is acknowledged
            await self._submit(request)

    async def _submit(self, request: GenerationRequest) -> None:
        assert self.app is not None
        self.unanswered.append(request)
        answer = await self.app.engine.submit(request, self.app.allowances.of_user(request.origin.user_id))
        self.unanswered.remove(request)
        if isinstance(answer, Rejection):
            self.accepted.pop(request.origin.key, None)
        else:
            self.accepted[request.origin.key] = request


async def _cancel_other_tasks() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(outcome, BaseException | None)


def _read_requests(database_url: str) -> list[Request]:
    """Read the requests from the ledger, which no process uses."""
    with connect(database_url) as connection:
        return [read_request(row) for row in connection.execute(sa.select(requests))]


def _messages_of_grids(database_url: str) -> set[int]:
    """Return the ids of the messages whose grid may be on its way, from the ledger, which no process uses."""
    with connect(database_url) as connection:
        begun = batches.c.delivering_at.is_not(None) & batches.c.message_id.is_(None)
        sending = sa.select(requests.c.message_id).join(batches, batches.c.id == requests.c.id).where(begun)
        return set(connection.execute(sending).scalars())


@contextlib.contextmanager
def _copied(migrated_file: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="crashes-") as folder:
        yield file_url(shutil.copy(migrated_file, folder))


def _check(new_ledger: NewLedger, number: int) -> None:
    steps = settings(examples(number), stateful_step_count=25)
    run_state_machine_as_test(functools.partial(Crashes, new_ledger), settings=steps)  # type: ignore[arg-type] # any factory will do


@pytest.mark.long(40)
@pytest.mark.hypothesis
def test_no_sequence_of_failures_and_kills_breaks_a_promise(migrated_file: Path) -> None:
    _check(lambda: _copied(migrated_file), 60)


@pytest.mark.long(30)
@pytest.mark.hypothesis
def test_no_sequence_of_failures_and_kills_breaks_a_promise_on_postgresql(postgres: SharedPostgres) -> None:
    _check(lambda: new_database(postgres.admin_url, MIGRATED), 20)
