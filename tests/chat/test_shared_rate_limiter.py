"""The shared rate limiter: two replicas together keep Telegram's limits, and a lost database stops no message."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import psycopg
import pytest
import sqlalchemy as sa

from chat import rate_limiter
from chat.limits import PRIVATE_BURST, PRIVATE_SECONDS, Priority
from chat.rate_limiter import STATUS_RESERVE, SharedRateLimiter, overall_rate
from core.clock import SystemClock
from storage.database import Database
from storage.open_database import open_database
from storage.rate_limits import ALL_CHATS, RateLimits
from storage.schema import rate_limits
from tests.support.ledger import connect
from tests.support.postgres_server import end_connections, execute
from tests.support.process_launcher import DEADLINE
from tests.support.shared_postgres import SharedPostgres

RATE = 30
CALLERS = 124
TRIES = 5
"""Other processes may take the cores in all seconds of a try, and nothing can be granted then."""


class QuickClock(SystemClock):
    """A clock on which the retries of the limiter are short."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.1))


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    opened = await open_database(postgres_url)
    yield opened
    await opened.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a limiter wait for the database: after a second without an answer it would grant slots alone."""
    monkeypatch.setattr(rate_limiter, "ASK_SECONDS", DEADLINE)


def _limiter(database: Database, replicas: int = 2, rate: int = RATE) -> SharedRateLimiter:
    return SharedRateLimiter(
        rate=rate, clock=QuickClock(), limits=RateLimits(database), replicas=lambda: replicas
    )


async def _grants(limiters: Sequence[SharedRateLimiter]) -> list[tuple[float, int]]:
    """Let many callers wait for slots at once. Return the seconds after which each got one, with its chat."""
    granted: list[tuple[float, int]] = []
    begun = time.monotonic()

    async def send(number: int) -> None:
        chat_id = number % 4 + 1 if number < 20 else number
        await limiters[number % 2].acquire(chat_id, Priority(number % 2))
        granted.append((time.monotonic() - begun, chat_id))

    await asyncio.gather(*(send(number) for number in range(CALLERS)))
    return granted


async def test_two_replicas_together_keep_all_limits_and_use_them(postgres_url: str, patient: None) -> None:
    databases = [await open_database(postgres_url, shared=True) for _ in range(2)]
    limiters = [_limiter(database) for database in databases]
    most = 0
    for _ in range(TRIES):
        granted = await _grants(limiters)
        times = [at for at, _ in granted]
        in_a_second = [sum(at <= other < at + 1 for other in times) for at in times]
        assert max(in_a_second) <= 34
        sent: Counter[int] = Counter()
        for at, chat_id in granted:
            sent[chat_id] += 1
            assert sent[chat_id] <= PRIVATE_BURST + at / PRIVATE_SECONDS
        if (most := max(in_a_second)) >= 25:
            break
    assert most >= 25
    for limiter, database in zip(limiters, databases, strict=True):
        await limiter.stop()
        await database.close()


@pytest.mark.parametrize("rate", [1, 9, 10, 20, 30, 1_000])
def test_a_status_is_sent_only_if_two_more_messages_may_follow_at_once(rate: int) -> None:
    overall, statuses = overall_rate(rate), overall_rate(rate, reserve=STATUS_RESERVE)
    assert statuses.interval == overall.interval
    latest = statuses.tolerance  # the unused limit lies this far ahead when the last status is sent
    if rate >= 10 * (STATUS_RESERVE + 1):
        after_status_and_one = latest + 2 * overall.interval
        assert after_status_and_one <= overall.tolerance + 1e-9
    assert 0 <= statuses.tolerance <= overall.tolerance


async def test_a_freeze_by_one_replica_holds_for_the_other(database: Database, patient: None) -> None:
    first, second = _limiter(database), _limiter(database)
    begun = time.monotonic()
    first.freeze(7, 1.0)
    await asyncio.gather(*first._background._tasks)
    await second.acquire(7, Priority.PICTURE)
    assert time.monotonic() - begun >= 1.0
    for limiter in (first, second):
        await limiter.stop()


def _rows(url: str) -> dict[int, float]:
    with connect(url) as connection:
        return {row.chat_id: row.free_at for row in connection.execute(sa.select(rate_limits))}


async def test_without_the_database_a_replica_sends_at_its_part_of_the_rate(
    database: Database, postgres: SharedPostgres, postgres_url: str
) -> None:
    limiter = _limiter(database, replicas=3)
    await limiter.acquire(1, Priority.ANSWER)
    counted = _rows(postgres_url)
    name = psycopg.conninfo.conninfo_to_dict(postgres_url)["dbname"]
    execute(postgres.admin_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    end_connections(postgres_url)
    begun = time.monotonic()
    await asyncio.gather(*(limiter.acquire(number, Priority.ANSWER) for number in range(2, 17)))
    assert time.monotonic() - begun >= 1.0  # 15 at 10 a second, of which 2 may go at once
    assert _rows(postgres_url) == counted
    execute(postgres.admin_url, f"ALTER DATABASE {name} RESET default_transaction_read_only")
    end_connections(postgres_url)
    number = 100
    while _rows(postgres_url) == counted:
        number += 1
        await limiter.acquire(number, Priority.ANSWER)
    await limiter.stop()


async def test_a_database_that_hangs_delays_messages_by_a_second(
    database: Database, postgres_url: str
) -> None:
    limiter = _limiter(database)
    await limiter.acquire(1, Priority.ANSWER)
    with connect(postgres_url) as connection:
        connection.execute(sa.select(rate_limits).where(rate_limits.c.chat_id == ALL_CHATS).with_for_update())
        await asyncio.gather(*(limiter.acquire(number, Priority.ANSWER) for number in range(2, 9)))
    await limiter.stop()
