"""Sessions of admins: one for each sign-in, over replicas, until they end."""

import asyncio
from contextlib import AsyncExitStack

from pydantic import SecretStr

from admin_page.sessions import SESSION_SECONDS, Sessions
from admin_page.telegram_login import FUTURE_SECONDS, LONGEST_AGE
from storage.admin_sessions import REMEMBERED_SECONDS, AdminSessions
from storage.database import Database
from storage.key_values import KeyValueStore
from storage.open_database import open_database
from tests.support.manual_clock import ManualClock

ADA, BEN = 99, 98


def _replica(
    database: Database,
    clock: ManualClock,
    *,
    key: str = "1:a",
    admins: frozenset[int] = frozenset({ADA, BEN}),
) -> Sessions:
    return Sessions(token=SecretStr(key), admin_ids=admins, stored=AdminSessions(database), clock=clock)


async def test_each_sign_in_is_accepted_once_in_any_order(database: Database) -> None:
    one, other = AdminSessions(database), AdminSessions(database)
    assert await one.begin(ADA, 1_000, "a")
    assert not await other.begin(ADA, 1_000, "a")
    assert await other.begin(ADA, 1_000, "b")  # of the same second
    assert await one.begin(ADA, 999, "c")  # the page of an earlier press is opened later
    assert not await other.begin(ADA, 999, "c")
    assert not await one.begin(ADA, 1_000, "b")
    assert await other.begin(BEN, 1_000, "a")
    assert await other.begin(ADA, 10_001, "a")  # more digits
    assert not await one.begin(ADA, 10_000 - REMEMBERED_SECONDS, "d")
    assert await one.begin(ADA, 10_001 - REMEMBERED_SECONDS, "d")
    assert not await one.begin(ADA, 10_001, "a")
    assert REMEMBERED_SECONDS > LONGEST_AGE + FUTURE_SECONDS


async def test_of_two_replicas_one_accepts_a_sign_in(postgres_url: str) -> None:
    async with AsyncExitStack() as stack:
        replicas = []
        for _ in range(2):
            database = await open_database(postgres_url, shared=True)
            stack.push_async_callback(database.close)
            replicas.append(AdminSessions(database))
        for second in range(1_000, 1_020):
            answers = await asyncio.gather(*(replica.begin(ADA, second, "a") for replica in replicas))
            assert sorted(answers) == [False, True]


async def test_a_sign_in_at_an_older_program_stays_used(database: Database) -> None:
    values, sessions = KeyValueStore(database), AdminSessions(database)
    await values.set(f"admin sign-in {ADA}", f"{1_000:020}")
    assert not await sessions.begin(ADA, 1_000, "a")
    assert await sessions.begin(ADA, 1_001, "b")
    assert not await sessions.begin(ADA, 999, "c")
    stored = await values.get(f"admin sign-in {ADA}")
    assert stored is not None
    assert f"{1_001:020}" < stored < f"{1_002:020}"  # as that program compares it


async def test_a_session_holds_on_every_replica_until_it_ends(database: Database, clock: ManualClock) -> None:
    one, other = _replica(database, clock), _replica(database, clock)
    cookie, second, ben = await one.begin(ADA), await one.begin(ADA), await one.begin(BEN)
    session = await other.read(cookie)
    assert session is not None
    assert session.admin_id == ADA
    found = await other.read(second)
    assert found is not None
    assert found.word != session.word
    assert await _replica(database, clock, key="1:b").read(cookie) is None
    assert await _replica(database, clock, admins=frozenset({BEN})).read(cookie) is None
    for forged in ("", "x", cookie + "x", cookie[:-1], cookie.replace(".", "..", 1)):
        assert await one.read(forged) is None

    await AdminSessions(database).end_all(ADA)
    assert await one.read(cookie) is None
    assert await one.read(second) is None
    assert await one.read(ben) is not None
    fresh = await one.begin(ADA)
    clock.advance(SESSION_SECONDS)
    assert await one.read(fresh) is not None
    clock.advance(1)
    assert await one.read(fresh) is None
