"""The search for users, and the summary of one."""

from typing import Any

import pytest
import sqlalchemy as sa

from core.model import State
from storage.database import Database
from storage.requests import Requests
from storage.schema import requests, users
from storage.user_summaries import FOUND_USERS, LAST_REQUESTS, UserSummaries
from tests.support.factories import AMPLE, generation_request
from tests.support.manual_clock import ManualClock

USERS: list[dict[str, Any]] = [
    {"id": 41, "name": "Анна Ёлкина", "username": "anna_yo", "last_day": "2026-11-20"},
    {"id": 42, "name": "ZOË 100%", "username": None, "last_day": "2026-11-27"},
    {"id": 43, "name": "Ann", "username": "Zebra", "last_day": None},
    {"id": 441, "name": None, "username": None, "last_day": "2026-11-01"},
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("анна", [41]),
        ("ЁЛКИНА", [41]),
        ("ann", [41, 43]),
        ("@ZEBRA", [43]),
        ("zoë", [42]),
        ("100%", [42]),
        ("_", [41]),
        ("41", [41]),
        ("4", []),
        ("@", []),
        ("9" * 30, []),
    ],
)
async def test_a_name_a_username_or_an_id_finds_users(
    database: Database, text: str, found: list[int]
) -> None:
    await database.write(lambda c: c.execute(sa.insert(users), USERS).rowcount)
    assert [user.id for user in await UserSummaries(database).find(text)] == found


async def test_a_search_is_bounded_and_begins_with_the_newest(database: Database) -> None:
    rows: list[dict[str, Any]] = [
        {"id": number, "name": "Ann", "last_day": f"2026-11-{number:02}"} for number in range(1, 28)
    ]
    await database.write(lambda c: c.execute(sa.insert(users), rows).rowcount)
    found = await UserSummaries(database).find("ann")
    assert [user.id for user in found] == list(range(27, 27 - FOUND_USERS - 1, -1))


async def test_a_summary_counts_emptied_requests_and_leaves_them_out_of_the_last_ones(
    database: Database,
) -> None:
    ledger = Requests(database=database, clock=ManualClock())
    for number in range(1, 9):
        await ledger.accept(generation_request(number, 7 if number < 8 else 8), AMPLE)

    def unit(connection: sa.Connection) -> None:
        for key, values in (
            ("m:7:1", {"state": State.DELIVERED, "cost": 3.5}),
            ("m:7:2", {"state": State.FAILED, "cost": 3.0}),
            ("m:7:3", {"state": State.DELIVERED, "cost": 100.0, "forget": True}),
        ):
            connection.execute(sa.update(requests).where(requests.c.key == key).values(**values))

    await database.write(unit)
    summary = await UserSummaries(database).of(7)
    assert summary.counts == {State.DELIVERED: 2, State.FAILED: 1, State.QUEUED: 4}
    assert (summary.roubles, summary.stars, summary.user) == (106.5, 0, None)
    assert [one.origin.key for one in summary.last] == [f"m:7:{number}" for number in (7, 6, 5, 4, 2)]
    assert len(summary.last) == LAST_REQUESTS
