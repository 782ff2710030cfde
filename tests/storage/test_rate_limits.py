"""The shared rate limits: the decision of the SQL statement, alone and with many callers at once."""

import asyncio
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from storage.open_database import open_database
from storage.rate_limits import _SPEND, ALL_CHATS, CellRate, RateLimits
from storage.schema import rate_limits
from tests.support.ledger import connect
from tests.support.postgres_server import new_database
from tests.support.property_tests import examples
from tests.support.shared_postgres import MIGRATED, SharedPostgres

CHAT = -1_002_345_678_901
AMPLE = CellRate(0.001, 10.0)
RATES = st.builds(CellRate, st.floats(0.01, 10), st.floats(0, 60))
AHEAD = st.one_of(st.floats(-100, 100), st.just(-1e9))
"""Seconds by which a row's time lies ahead of the clock. -1e9 is an unused row."""


@pytest.fixture(scope="module")
def module_url(postgres: SharedPostgres) -> Iterator[str]:
    with new_database(postgres.admin_url, MIGRATED) as url:
        yield url


def _free_at(url: str) -> dict[int, float]:
    with connect(url) as connection:
        return {row.chat_id: row.free_at for row in connection.execute(sa.select(rate_limits))}


@given(st.tuples(AHEAD, AHEAD), RATES, RATES, st.booleans())
@examples(60)
def test_the_statement_decides_as_two_cells_do(
    module_url: str, ahead: tuple[float, float], overall: CellRate, chat: CellRate, only_overall: bool
) -> None:
    now = time.time()
    before = {ALL_CHATS: now + ahead[0], CHAT: now + ahead[1]}
    rates = {ALL_CHATS: overall, CHAT: chat}
    with connect(module_url) as connection:
        connection.execute(sa.delete(rate_limits))
        rows = [{"chat_id": chat_id, "free_at": free_at} for chat_id, free_at in before.items()]
        connection.execute(sa.insert(rate_limits), rows)
        values = {
            "chat_id": None if only_overall else CHAT,
            "rows": 1 if only_overall else 2,
            "overall_interval": overall.interval,
            "overall_tolerance": overall.tolerance,
            "chat_interval": chat.interval,
            "chat_tolerance": chat.tolerance,
        }
        found = connection.execute(_SPEND, values).one()
    asked = {
        chat_id: free_at for chat_id, free_at in before.items() if chat_id == ALL_CHATS or not only_overall
    }
    clock = before[ALL_CHATS] - overall.tolerance - found.overall_wait
    assert now - 0.001 <= clock <= time.time() + 0.001
    waits = {chat_id: free_at - clock - rates[chat_id].tolerance for chat_id, free_at in asked.items()}
    assert found.chat_wait == pytest.approx(waits.get(CHAT, 0.0), abs=1e-4)
    after = dict(before)
    if found.overall_wait <= 0 and found.chat_wait <= 0:
        after |= {key: max(free_at, clock) + rates[key].interval for key, free_at in asked.items()}
    assert _free_at(module_url) == pytest.approx(after, abs=1e-4)


async def test_many_callers_at_once_get_no_more_than_a_burst(postgres_url: str) -> None:
    """Also for a chat that none of them has met before."""
    database = await open_database(postgres_url)
    limits = RateLimits(database)
    slow = CellRate(100_000.0, 200_000.0)  # no time that passes meanwhile matters
    answers = await asyncio.gather(*(limits.spend(1, overall=AMPLE, chat=slow) for _ in range(40)))
    assert answers.count(None) == 3
    assert all(99_000 < answer.chat <= 100_000 for answer in answers if answer is not None)
    answers = await asyncio.gather(*(limits.spend(n, overall=slow, chat=AMPLE) for n in range(2, 42)))
    assert answers.count(None) == 3
    await database.close()


async def test_a_refused_message_spends_nothing(postgres_url: str) -> None:
    database = await open_database(postgres_url)
    limits = RateLimits(database)
    never = CellRate(1_000.0, 0.0)
    assert await limits.spend(1, overall=AMPLE, chat=never) is None
    before = _free_at(postgres_url)
    refusal = await limits.spend(1, overall=AMPLE, chat=never)
    assert refusal is not None
    assert refusal.overall <= 0 < refusal.chat
    assert _free_at(postgres_url) == before
    await database.close()


async def test_a_freeze_lasts_as_long_as_asked_and_is_not_shortened(postgres_url: str) -> None:
    database = await open_database(postgres_url)
    limits = RateLimits(database)
    rate = CellRate(1.0, 2.0)
    for seconds in (50.0, 100.0, 30.0):
        await limits.freeze(1, seconds, rate)
    refusal = await limits.spend(1, overall=AMPLE, chat=rate)
    assert refusal is not None
    assert 90 < refusal.chat <= 100
    assert await limits.spend(2, overall=AMPLE, chat=rate) is None
    await limits.freeze(ALL_CHATS, 100.0, AMPLE)
    refusal = await limits.spend(2, overall=AMPLE, chat=rate)
    assert refusal is not None
    assert 90 < refusal.overall <= 100
    await database.close()


async def test_unused_rows_are_pruned(postgres_url: str) -> None:
    database = await open_database(postgres_url)
    limits = RateLimits(database)
    for chat_id, interval in ((1, 0.0), (2, 1_000.0)):
        assert await limits.spend(chat_id, overall=AMPLE, chat=CellRate(interval, 0.0)) is None
    await limits.prune()
    assert sorted(_free_at(postgres_url)) == [ALL_CHATS, 2]
    await limits.reach()
    await database.close()
