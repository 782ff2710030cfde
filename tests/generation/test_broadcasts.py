"""Broadcasts, killed at any moment: each user gets one message at most, and all who can be written to get it."""

import asyncio
import json
import random
import shutil
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.build_broadcasts import build_broadcasts
from bot.build_storage import build_storage
from generation.broadcaster import MOST_REFUSED
from storage.bans import Ban
from storage.broadcasts import KEPT_SECONDS, Broadcast, Broadcasts, BroadcastState, Outcome
from storage.database import Database
from storage.schema import bans, broadcasts, preferences, users
from tests.support.broadcast_telegram import ADMIN, BroadcastTelegram
from tests.support.fake_apis import FakeProvider
from tests.support.in_process_app import open_app
from tests.support.ledger import connect, file_url
from tests.support.manual_clock import ManualClock
from tests.support.virtual_loop import LoopClock, virtual_time

ALL = ("en", "ru", "es", "pt")
FIRST = 1_000
"""The id of the first user."""


class _Bot:
    """Applications on one ledger, one after the other, each until it is killed."""

    def __init__(self, url: str, telegram: BroadcastTelegram, **settings: Any) -> None:
        self.url, self.telegram = url, telegram
        self.settings: dict[str, Any] = {"telegram_rate": 30, "admin_ids": frozenset({ADMIN})} | settings
        self.app: App | None = None
        self.in_flight: list[int] = []
        """The users who were recorded as in flight at a kill."""

    async def start(self) -> App:
        """Start an application."""
        self.app = await open_app(
            self.url,
            telegram=self.telegram,
            provider=FakeProvider(self.telegram.kill_switch),
            clock=LoopClock(),
            failpoint=self.telegram.kill_switch.pass_point,
            **self.settings,
        )
        await self.app.start()
        return self.app

    async def run_until_killed(self, points: int) -> None:
        """Start an application, and kill it after some points in its code."""
        app = await self.start()
        switch = self.telegram.kill_switch
        switch.points_left = points
        await switch.dead.wait()
        # Units in flight end at their next failpoint. A cancelled one could leave its connection open, and so could one
        # that begins while the database is closed.
        units: set[asyncio.Task[Any]] = getattr(app.database, "_tasks", set())
        for task in asyncio.all_tasks() - {asyncio.current_task()} - units:
            if not _returns_connection(task):
                task.cancel()
        await asyncio.sleep(1)
        await app.database.close()
        switch.reset()
        with connect(self.url) as connection:
            self.in_flight += filter(
                None, connection.execute(sa.select(broadcasts.c.sending_user_id)).scalars()
            )

    async def wait_for_end(self, *ids: int) -> list[Broadcast]:
        """Wait until broadcasts have ended and their panels show it, and return them."""
        assert self.app is not None
        stored = Broadcasts(database=self.app.database, clock=LoopClock())
        while True:
            found = [await stored.get(number) for number in ids or (1,)]
            ended = [one for one in found if one is not None and one.shown_at is not None]
            if len(ended) == len(found):
                return ended
            await asyncio.sleep(5)


def _returns_connection(task: "asyncio.Task[Any]") -> bool:
    """Return whether a task is one of SQLAlchemy's, which closes a connection or gives it back to the pool."""
    coroutine: Any = task.get_coro()
    return "sqlalchemy" in coroutine.cr_code.co_filename


def _add_users(url: str, telegram: BroadcastTelegram, ids: Collection[int], **values: Any) -> None:
    telegram.add_users(*ids)
    row = {"private_chat": True, "language": "en", "blocked_at": None, "unsubscribed_at": None} | values
    with connect(url) as connection:
        connection.execute(sa.insert(users), [row | {"id": user_id} for user_id in ids])


def _add_broadcast(
    url: str, telegram: BroadcastTelegram, languages: Sequence[str] = ALL, **values: Any
) -> None:
    row: dict[str, Any] = {
        "key": f"m:{ADMIN}:{random.random()}",
        "admin_id": ADMIN,
        "message_id": telegram.original.message_id,
        "languages": ",".join(languages),
        "state": "waiting",
        "created_at": LoopClock().now(),
        "due_at": LoopClock().now(),
        "panel_message_id": telegram.next_message_id(),
    }
    telegram.texts[row["panel_message_id"]] = "panel"
    with connect(url) as connection:
        connection.execute(sa.insert(broadcasts).values(row | values))


def _blocked(url: str) -> set[int]:
    with connect(url) as connection:
        return set(connection.execute(sa.select(users.c.id).where(users.c.blocked_at.is_not(None))).scalars())


async def _check_kills(url: str, count: int, kills: int, seed: int) -> None:
    """Send a broadcast to users, some of whom blocked the bot, with kills at random points."""
    telegram = BroadcastTelegram()
    everyone = range(FIRST, FIRST + count)
    _add_users(url, telegram, everyone)
    blocked = set(everyone[:: count // 20])
    telegram.chats.blocked |= blocked
    _add_broadcast(url, telegram)
    bot = _Bot(url, telegram)
    draw = random.Random(seed)
    for _ in range(kills):
        await bot.run_until_killed(draw.randrange(20, 5 * count // kills))
    app = await bot.start()
    (ended,) = await bot.wait_for_end()
    await app.stop()
    assert max(telegram.received.values()) == 1
    assert set(everyone) - telegram.received.keys() <= blocked | set(bot.in_flight)
    assert len(bot.in_flight) <= kills
    assert ended.state is BroadcastState.DONE
    assert ended.total == ended.handled == count
    assert ended.unknown == len(bot.in_flight)
    assert telegram.flood.refused == 0
    assert _blocked(url) == blocked - set(bot.in_flight)
    assert f"Sent: {ended.sent:,} of {count:,}." in telegram.texts[ended.panel_message_id or 0]


@pytest.mark.slow
@pytest.mark.long(25)
@virtual_time
async def test_ten_thousand_users_get_one_message_each(tmp_path: Path, migrated_file: Path) -> None:
    url = file_url(shutil.copy(migrated_file, tmp_path))
    await _check_kills(url, 10_000, 5, seed=1)


@pytest.mark.parametrize("seed", range(2))
@virtual_time
async def test_kills_at_close_points(database_url: str, seed: int) -> None:
    await _check_kills(database_url, 40, 7, seed)


@virtual_time
async def test_one_broadcast_goes_out_after_the_other_to_those_who_want_it(database_url: str) -> None:
    telegram = BroadcastTelegram()
    _add_users(database_url, telegram, [1, 2, 3], language="en-GB")
    _add_users(database_url, telegram, [4], language="ru")
    _add_users(database_url, telegram, [6], language=None)
    _add_users(database_url, telegram, [7], unsubscribed_at=1.0)
    _add_users(database_url, telegram, [8], private_chat=False)
    _add_users(database_url, telegram, [9], blocked_at=1.0)
    _add_users(database_url, telegram, [10])
    _add_users(database_url, telegram, [11], language="pt-br")
    with connect(database_url) as connection:
        connection.execute(sa.insert(preferences).values(subject_id=3, language="ru"))
        connection.execute(
            sa.insert(bans), [{"kind": Ban.SUBJECT, "value": value} for value in ("10", "9" * 30)]
        )
    _add_broadcast(database_url, telegram, ["en"])
    _add_broadcast(database_url, telegram, ["ru", "pt"], due_at=LoopClock().now() + 60)
    bot = _Bot(database_url, telegram)
    app = await bot.start()
    (first,) = await bot.wait_for_end(1)
    assert first.total == first.sent == 3
    assert sorted(telegram.received) == [1, 2, 6]
    _first, second = await bot.wait_for_end(1, 2)
    assert second.total == second.sent == 3
    assert sorted(telegram.received) == [1, 2, 3, 4, 6, 11]
    assert second.started_at is not None
    assert second.due_at is not None
    assert 0 <= second.started_at - second.due_at < 1
    await app.stop()


@virtual_time
async def test_an_unknown_outcome_is_not_repeated_and_a_limit_only_pauses(database_url: str) -> None:
    telegram = BroadcastTelegram(rate=5)  # the bot expects 30
    users_ = range(FIRST, FIRST + 30)
    _add_users(database_url, telegram, users_)
    telegram.unanswered = {FIRST + 3, FIRST + 4, FIRST + 29}
    _add_broadcast(database_url, telegram)
    bot = _Bot(database_url, telegram)
    app = await bot.start()
    (ended,) = await bot.wait_for_end()
    assert telegram.flood.refused > 0
    assert telegram.received == dict.fromkeys(users_, 1)
    assert (ended.sent, ended.unknown, ended.state) == (27, 3, BroadcastState.DONE)
    assert "Perhaps arrived: 3" in telegram.texts[ended.panel_message_id or 0]
    counted = app.metrics.broadcast_messages
    assert counted.labels("sent")._value.get() == 27
    await app.stop()


@virtual_time
async def test_a_message_that_telegram_refuses_again_and_again_ends_the_broadcast(database_url: str) -> None:
    telegram = BroadcastTelegram()
    _add_users(database_url, telegram, range(FIRST, FIRST + 2 * MOST_REFUSED))
    broken = [[{"text": "A key", "url": "ftp://example.org"}]]
    _add_broadcast(database_url, telegram, keyboard=json.dumps(broken))
    bot = _Bot(database_url, telegram)
    app = await bot.start()
    (ended,) = await bot.wait_for_end()
    assert (ended.state, ended.refused, ended.sent) == (BroadcastState.REFUSED, MOST_REFUSED, 0)
    await app.stop()


@virtual_time
async def test_a_stop_ends_a_broadcast_after_the_message_on_its_way(database_url: str) -> None:
    telegram = BroadcastTelegram()
    _add_users(database_url, telegram, range(FIRST, FIRST + 100))
    _add_broadcast(database_url, telegram)
    bot = _Bot(database_url, telegram)
    app = await bot.start()
    stored = Broadcasts(database=app.database, clock=LoopClock())
    await telegram.wait_for_copies(10)
    stopped = await stored.end(1, BroadcastState.STOPPED)
    assert stopped is not None
    (ended,) = await bot.wait_for_end()
    await app.stop()
    assert ended.sent == len(telegram.received) <= stopped.sent + 2
    assert f"Stopped.</b> Sent: {ended.sent} of 100" in telegram.texts[ended.panel_message_id or 0]


@pytest.mark.parametrize("seconds", [0.0, 0.03])
@virtual_time
async def test_a_clean_stop_leaves_no_outcome_unknown(database_url: str, seconds: float) -> None:
    """It comes while a message is on its way, or while the next one waits for a slot."""
    telegram = BroadcastTelegram()
    everyone = range(FIRST, FIRST + 60)
    _add_users(database_url, telegram, everyone)
    _add_broadcast(database_url, telegram)
    bot = _Bot(database_url, telegram)
    for count in (10, 30):
        app = await bot.start()
        await telegram.wait_for_copies(count)
        await asyncio.sleep(seconds)
        await app.stop()
    app = await bot.start()
    (ended,) = await bot.wait_for_end()
    await app.stop()
    assert telegram.received == dict.fromkeys(everyone, 1)
    assert (ended.sent, ended.unknown) == (60, 0)


async def test_only_one_process_may_send_to_a_user(database: Database, clock: ManualClock) -> None:
    """A replica that lost the leadership has the row as it was: it can claim nothing any more."""
    with_users = [{"id": user, "private_chat": True} for user in (1, 2, 3)]
    await database.write(lambda c: c.execute(sa.insert(users), with_users).rowcount)
    stored = Broadcasts(database=database, clock=clock)
    draft = await stored.add("m:5:1", admin_id=ADMIN, message_id=1, keyboard=None, languages=ALL)
    assert await stored.add("m:5:1", admin_id=6, message_id=2, keyboard=None, languages=ALL) == draft
    await stored.schedule(draft.id, clock.now())
    begun = await stored.begin(draft.id, 3)
    assert begun is not None
    old = await stored.claim(begun, 1)
    assert old is not None
    assert old.sending_user_id == 1
    new = await stored.claim(old, None, Outcome.UNKNOWN)  # the new leader finds user 1 on record
    assert new is not None
    claimed = await stored.claim(new, 2)
    assert claimed is not None
    assert (claimed.sending_user_id, claimed.last_user_id, claimed.unknown) == (2, 1, 1)
    assert await stored.claim(old, 2, Outcome.SENT) is None
    assert await stored.claim(begun, 1) is None
    again = await stored.claim(claimed, None, Outcome.NOT_SENT)
    assert again is not None
    assert (again.sending_user_id, again.last_user_id, again.handled) == (None, 1, 1)
    await database.write(lambda c: c.execute(sa.delete(users).where(users.c.id == 2)).rowcount)
    skipped = await stored.claim(again, 2)
    assert skipped == again


async def test_old_broadcasts_are_deleted_and_those_that_wait_stay(
    database: Database, clock: ManualClock
) -> None:
    stored = Broadcasts(database=database, clock=clock)
    ids = [
        (await stored.add(key, admin_id=ADMIN, message_id=1, keyboard=None, languages=ALL)).id
        for key in ("draft", "waits", "ended late", "ended")
    ]
    await stored.schedule(ids[1], clock.now() + 2 * KEPT_SECONDS)
    await stored.end(ids[3], BroadcastState.STOPPED)
    clock.advance(KEPT_SECONDS + 1)
    await stored.end(ids[2], BroadcastState.STOPPED)
    await stored.prune()
    assert [await stored.get(number) is not None for number in ids] == [False, True, True, False]


@virtual_time
async def test_two_processes_that_both_lead_send_nothing_twice(database_url: str) -> None:
    telegram = BroadcastTelegram()
    everyone = range(FIRST, FIRST + 200)
    _add_users(database_url, telegram, everyone)
    _add_broadcast(database_url, telegram)
    bot = _Bot(database_url, telegram)
    app = await bot.start()
    async with AsyncExitStack() as stack:
        clock = LoopClock()
        other = build_broadcasts(
            clock=clock,
            metrics=app.metrics,
            storage=build_storage(app.database, clock),
            chat=app.layers.chat,
            replica=None,
            stack=stack,
        )
        await telegram.wait_for_copies(10)
        running = asyncio.create_task(other.broadcaster.run())
        (ended,) = await bot.wait_for_end()
        running.cancel()
    await app.stop()
    assert max(telegram.received.values()) == 1
    assert ended.handled == ended.total == len(everyone)
    assert len(telegram.received) >= ended.sent >= len(everyone) - ended.unknown
    assert 1 <= ended.unknown <= 5
