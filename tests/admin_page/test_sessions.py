"""Sessions of admins: one for each sign-in, over replicas, until they end."""

from pydantic import SecretStr

from admin_page.sessions import SESSION_SECONDS, Sessions
from storage.admin_sessions import AdminSessions
from storage.database import Database
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


async def test_each_sign_in_is_accepted_once_and_only_after_the_one_before(database: Database) -> None:
    one, other = AdminSessions(database), AdminSessions(database)
    assert await one.begin(ADA, 1_000)
    assert not await other.begin(ADA, 1_000)
    assert not await one.begin(ADA, 999)
    assert await other.begin(BEN, 999)
    assert await other.begin(ADA, 10_001)  # more digits
    assert not await one.begin(ADA, 9_999)


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
