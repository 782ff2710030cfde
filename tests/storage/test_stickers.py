"""Sticker sets and entries in the ledger: one set for all presses of a user, and names that Telegram accepts."""

import asyncio
import re

import pytest

from playground.stickers import LONGEST_NAME
from storage.database import Database
from storage.picture_history import History
from storage.stickers import REPEAT_SECONDS, Stickers
from tests.support.manual_clock import ManualClock

BOT = "a" * 29 + "Bot"
"""The longest name of a bot: 32 characters."""
USER = 2**52 - 1
"""The largest id of a user (Bot API, User: at most 52 significant bits)."""


@pytest.fixture
def stickers(database: Database, clock: ManualClock) -> Stickers:
    return Stickers(database=database, clock=clock)


async def test_presses_at_the_same_time_share_one_set(stickers: Stickers) -> None:
    entries = await asyncio.gather(*(stickers.claim(USER, number, BOT) for number in (1, 2, 3, 2)))
    assert len({entry.set_name for entry in entries}) == 1
    assert [entry.request_id for entry in entries] == [1, 2, 3, 2]
    assert (await stickers.claim(8, 1, BOT)).set_name != entries[0].set_name


async def test_a_name_is_one_that_telegram_accepts_and_never_the_same(
    stickers: Stickers, clock: ManualClock
) -> None:
    entry = await stickers.claim(USER, 1, BOT)
    names = {entry.set_name}
    for _ in range(99):
        entry = await stickers.move_to_next_set(entry, BOT)
        names.add(entry.set_name)
    assert len(names) == 100
    assert all(re.fullmatch(rf"[a-z](?!.*__)\w*_by_{BOT}", name, re.ASCII) for name in names)
    assert max(map(len, names)) <= LONGEST_NAME


async def test_the_next_set_is_shared_by_those_that_find_the_last_one_full(stickers: Stickers) -> None:
    first, second = await stickers.claim(USER, 1, BOT), await stickers.claim(USER, 2, BOT)
    moved = await asyncio.gather(*(stickers.move_to_next_set(entry, BOT) for entry in (first, second)))
    assert len({first.set_name, *(entry.set_name for entry in moved)}) == 2
    kept = await stickers.get_set(moved[0].set_name)
    assert kept is not None
    assert (kept.number, kept.created, kept.closed) == (2, False, False)


async def test_the_first_uploaded_file_counts(stickers: Stickers) -> None:
    entry = await stickers.claim(USER, 1, BOT)
    await stickers.set_uploaded(entry, "first", "1")
    assert (await stickers.set_uploaded(entry, "second", "2")).require_uploaded() == "first"


async def test_a_sticker_is_just_sent_for_a_minute(stickers: Stickers, clock: ManualClock) -> None:
    await stickers.claim(USER, 1, BOT)
    assert not await stickers.was_just_sent(USER, 1)
    await stickers.set_sent(USER, 1)
    assert await stickers.was_just_sent(USER, 1)
    clock.advance(REPEAT_SECONDS)
    assert not await stickers.was_just_sent(USER, 1)


async def test_forget_keeps_the_sets_until_telegram_has_deleted_them(
    stickers: Stickers, database: Database, clock: ManualClock
) -> None:
    entry, other = await stickers.claim(USER, 1, BOT), await stickers.claim(8, 1, BOT)
    await History(database=database, clock=clock).forget(USER)
    assert await stickers.get(USER, 1) is None
    assert await stickers.forgotten_sets() == await stickers.forgotten_sets(USER) == [entry.set_name]
    await stickers.remove_set(entry.set_name)
    assert await stickers.forgotten_sets() == []
    assert await stickers.get_set(other.set_name) is not None
