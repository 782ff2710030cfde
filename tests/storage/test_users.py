"""Users: written in batches and only when something changed, taken over from older rows, deleted by /forget."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from core.clock import utc_day
from core.model import Accepted
from storage import users_takeover
from storage.database import Database
from storage.exports import Exports
from storage.picture_history import History
from storage.preferences import Preferences
from storage.requests import Requests
from storage.schema import key_values
from storage.schema import users as table
from storage.users import FLUSH_SECONDS, StoredUser, Users
from storage.users_takeover import UsersTakeover
from tests.support.factories import AMPLE, generation_request
from tests.support.manual_clock import START, ManualClock

ANN, BEN = 7, 8
DAY = 86_400.0
TODAY, TOMORROW = utc_day(START), utc_day(START + DAY)


@pytest.fixture
def users(database: Database, clock: ManualClock) -> Users:
    return Users(database=database, clock=clock)


def _note(users: Users, user_id: int = ANN, name: str = "Ann", *, private: bool = True) -> None:
    users.note(user_id, "de", name, "ann", private=private)


@contextmanager
def _written() -> Iterator[list[str]]:
    """Yield the statements about users from now on to the end of the block."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_more: object) -> None:
        if "users" in sql and not sql.startswith("SELECT"):
            statements.append(sql)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


async def test_a_noted_user_is_written_soon(users: Users) -> None:
    _note(users)
    while (stored := await users.get(ANN)) is None:  # noqa: ASYNC110 - the database has no event for it
        await asyncio.sleep(0.01)
    assert stored == StoredUser(ANN, TODAY, TODAY, "de", "Ann", "ann", True, None, None)
    await users.stop()


async def test_only_a_change_or_a_new_day_is_written(users: Users, clock: ManualClock) -> None:
    for user_id in range(1, 1_101):
        _note(users, user_id)
    with _written() as statements:
        await users.flush()
    assert len(statements) == 3, "a batch is one statement"
    with _written() as statements:
        _note(users)
        _note(users, private=False)
        await users.flush()
        assert statements == []
        clock.advance(DAY)
        _note(users, name="Anna", private=False)
        await users.flush()
        assert len(statements) == 1
    stored = await users.get(ANN)
    assert stored == StoredUser(ANN, TODAY, TOMORROW, "de", "Anna", "ann", True, None, None)


async def test_a_block_lasts_until_the_next_update_of_the_private_chat(
    users: Users, clock: ManualClock
) -> None:
    _note(users)
    await users.flush()
    users.note_block(ANN)
    _note(users, private=False)
    await users.flush()
    blocked = await users.get(ANN)
    assert blocked is not None
    assert blocked.blocked_at == pytest.approx(clock.now(), abs=10 * FLUSH_SECONDS)
    assert blocked.private_chat
    _note(users)
    await users.flush()
    again = await users.get(ANN)
    assert again is not None
    assert again.blocked_at is None
    _note(users, name="A.")
    users.note_block(ANN)  # both before they are written
    await users.stop()
    last = await users.get(ANN)
    assert last is not None
    assert (last.name, last.blocked_at is not None) == ("A.", True)


async def test_a_user_who_is_not_known_is_not_marked(users: Users) -> None:
    users.note_block(ANN)
    await users.flush()
    assert await users.get(ANN) is None


@pytest.mark.parametrize("unsubscribed", [False, True])
async def test_forget_leaves_nothing_but_the_choice_to_get_no_broadcasts(
    users: Users, database: Database, clock: ManualClock, unsubscribed: bool
) -> None:
    _note(users)
    _note(users, BEN)
    await users.flush()
    if unsubscribed:
        await users.set_subscribed(ANN, False)
    clock.advance(DAY)
    _note(users)  # by the press itself
    await users.drop_notes(ANN)
    await History(database=database, clock=clock).forget(ANN)
    await users.flush()
    stored = await users.get(ANN)
    if not unsubscribed:
        assert stored is None
    else:
        assert stored is not None
        assert stored.unsubscribed_at is not None
        assert stored == StoredUser(ANN, None, None, None, None, None, False, None, stored.unsubscribed_at)
    assert await users.get(BEN) is not None
    _note(users)
    await users.flush()
    back = await users.get(ANN)
    assert back is not None
    assert (back.first_day, back.unsubscribed_at is not None) == (TOMORROW, unsubscribed)


async def test_an_export_contains_the_user(users: Users, database: Database, clock: ManualClock) -> None:
    exports = Exports(database=database, clock=clock)
    assert (await exports.choices(ANN)).user is None
    _note(users)
    await users.flush()
    assert (await exports.choices(ANN)).user == await users.get(ANN)


async def _accept(requests: Requests, number: int, user: int) -> None:
    assert isinstance(await requests.accept(generation_request(number, user), AMPLE), Accepted)


async def test_older_users_are_taken_over_step_by_step(
    users: Users, database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(users_takeover, "STEP", 2)
    requests = Requests(database=database, clock=clock)
    for number, user in enumerate((ANN, BEN, ANN, -5, ANN), start=1):
        await _accept(requests, number, user)
        clock.advance(DAY)
    _note(users, BEN, "Ben")
    await users.flush()
    preferences = Preferences(database)
    for subject in (ANN, 9, 10, 11, -5):
        await preferences.choose(subject, language="pt")
    takeover = UsersTakeover(database=database, clock=clock)
    await takeover.run()
    rows = await database.read(lambda c: c.execute(sa.select(table).order_by(table.c.id)).all())
    days = [utc_day(START + number * DAY) for number in range(6)]
    assert [(*tuple(row)[:5], row.private_chat) for row in rows] == [
        (ANN, days[0], days[4], "en", None, True),
        (BEN, days[1], days[5], "de", "Ben", True),
        *((user, None, None, "pt", None, True) for user in (9, 10, 11)),
    ]
    with _written() as statements:
        await takeover.run()
    assert statements == []


async def test_a_takeover_goes_on_where_it_ended(
    users: Users, database: Database, clock: ManualClock
) -> None:
    requests = Requests(database=database, clock=clock)
    for number, user in enumerate((ANN, BEN), start=1):
        await _accept(requests, number, user)
    position = sa.insert(key_values).values(name="users taken over", value="requests 1")
    await database.write(lambda connection: connection.execute(position).rowcount)
    await UsersTakeover(database=database, clock=clock).run()
    assert await users.get(ANN) is None
    assert await users.get(BEN) is not None
