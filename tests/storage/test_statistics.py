"""The figures of /stats are those that counting each row would give, before and after days are stored."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from hypothesis import given

from core.model import FINAL, State
from core.payments.refunds import RefundState
from core.statistics import DayFigures, add_days
from storage.database import Database
from storage.open_database import open_database
from storage.schema import daily_statistics, requests, star_charges, star_refunds, users
from storage.statistics import Statistics
from tests.support.manual_clock import START, ManualClock
from tests.support.property_tests import examples

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC).timestamp()
DAY = 86_400.0
ANN, BEN = 7, 8

_ROWS = st.lists(
    st.tuples(
        st.floats(0, 34 * DAY),  # before noon
        st.sampled_from([ANN, BEN]),
        st.sampled_from(list(State)),
        st.sampled_from(["timeout", "moderated"]),
        st.floats(0, 900),
        st.sampled_from([None, 3.5, 10.0]),
    ),
    max_size=40,
)


def _request(
    number: int, ago: float, user: int, state: State, failure: str, took: float, cost: float | None
) -> dict[str, Any]:
    at = NOON - ago
    return {
        "key": f"m:{user}:{number}",
        "user_id": user,
        "chat_id": user,
        "message_id": number,
        "language": "en",
        "prompt": "fox",
        "state": state,
        "quota_day": "2026-11-27",
        "accepted_at": at,
        "creates": 1,
        "failure": failure if state is State.FAILED else None,
        "finished_at": at + took if state in FINAL else None,
        "cost": cost,
        "forget": False,
        "source_spoiler": False,
    }


def _clock() -> ManualClock:
    clock = ManualClock()
    clock.advance(NOON - START)
    return clock


def _clear(connection: sa.Connection) -> None:
    for table in (requests, daily_statistics, users, star_charges, star_refunds):
        connection.execute(sa.delete(table))


def _expected(rows: list[dict[str, Any]], day: str) -> tuple[Counter[tuple[State, str]], float, list[float]]:
    own = [row for row in rows if datetime.fromtimestamp(row["accepted_at"], UTC).date().isoformat() == day]
    outcomes = Counter((row["state"], row["failure"] or "") for row in own)
    done = [row["finished_at"] - row["accepted_at"] for row in own if row["state"] is State.DELIVERED]
    return outcomes, sum(row["cost"] or 0.0 for row in own), sorted(done)


@examples(25)
@given(drawn=_ROWS)
def test_each_day_has_its_requests_and_no_other(drawn: list[Any], module_database_url: str) -> None:
    rows = [_request(number, *one) for number, one in enumerate(sorted(drawn, key=lambda one: -one[0]))]

    async def run() -> None:
        database = await open_database(module_database_url)
        try:
            await database.write(_clear)
            if rows:
                await database.write(lambda c: c.execute(sa.insert(requests), rows).rowcount)
            statistics = Statistics(database=database, clock=_clock())
            first = await statistics.of_all()
            for figures in (first, await statistics.of_all()):  # then days that are over are stored
                assert [day.day for day in figures.days] == sorted({day.day for day in figures.days})
                assert len(figures.days) == 30
                assert figures.days[-1].day == "2026-11-27"
                for day in figures.days:
                    _check(day, rows)
                for period, length in zip(figures.periods, (1, 7, 30), strict=True):
                    assert period.total == add_days(figures.days[-length:])
            own = await statistics.of_user(ANN)
            for day in own.days:
                _check(day, [row for row in rows if row["user_id"] == ANN])
        finally:
            await database.close()

    asyncio.run(run())


def _check(day: DayFigures, rows: list[dict[str, Any]]) -> None:
    outcomes, roubles, times = _expected(rows, day.day)
    assert day.outcomes == outcomes
    assert day.roubles == pytest.approx(roubles)
    assert sum(day.seconds.values()) == len(times)
    for share in (0.5, 0.95):
        found = day.quantile(share)
        if not times:
            assert found is None
            continue
        exact = next(time for count, time in enumerate(times, 1) if count >= share * len(times))
        assert found == pytest.approx(min(exact, 600.25), abs=0.26)


async def test_a_day_is_stored_once_all_its_requests_ended(database: Database) -> None:
    rows = [
        _request(1, 1.5 * DAY, ANN, State.DELIVERED, "", 9.0, 3.5),
        _request(2, 0.6 * DAY, ANN, State.RUNNING, "", 9.0, None),
        _request(3, 0.1 * DAY, BEN, State.FAILED, "timeout", 9.0, None),
    ]
    await database.write(lambda c: c.execute(sa.insert(requests), rows).rowcount)
    clock = _clock()
    statistics = Statistics(database=database, clock=clock)
    await statistics.store_days()
    stored = sa.select(daily_statistics.c.day).order_by(daily_statistics.c.day.desc())

    async def newest() -> str | None:
        return await database.read(lambda c: c.execute(stored).scalar())

    assert await newest() == "2026-11-25"  # a request of the 26th is under way
    end = sa.update(requests).where(requests.c.key == "m:7:2").values(state=State.CANCELLED)
    await database.write(lambda c: c.execute(end).rowcount)
    await statistics.store_days()
    assert await newest() == "2026-11-26"
    await database.write(lambda c: c.execute(sa.delete(requests)).rowcount)  # as after /forget
    figures = await statistics.of_all()
    assert [period.total.requests for period in figures.periods] == [0, 2, 2]
    clock.advance(0.5 * DAY + 3_599)
    await statistics.store_days()
    assert await newest() == "2026-11-26"
    clock.advance(1)
    await statistics.store_days()
    assert await newest() == "2026-11-27"


async def test_users_are_new_or_known_before_in_each_period(database: Database) -> None:
    days = {
        ago: (datetime.fromtimestamp(NOON, UTC) - timedelta(days=ago)).date().isoformat() for ago in range(40)
    }
    rows: list[dict[str, Any]] = [
        {"id": 1, "first_day": days[0], "last_day": days[0]},
        {"id": 2, "first_day": days[6], "last_day": days[0]},
        {"id": 3, "first_day": None, "last_day": days[6]},
        {"id": 4, "first_day": days[7], "last_day": days[7]},
        {"id": 5, "first_day": days[30], "last_day": days[29]},
        {"id": 6, "first_day": days[30], "last_day": days[30]},
        {"id": 7, "first_day": None, "last_day": None},
        {"id": -8, "first_day": days[0], "last_day": days[0]},
    ]
    await database.write(lambda c: c.execute(sa.insert(users), rows).rowcount)
    figures = await Statistics(database=database, clock=_clock()).of_all()
    counts = [period.users for period in figures.periods]
    found = [(one.active, one.new, one.returning) for one in counts if one is not None]
    assert found == [(2, 1, 1), (3, 2, 1), (5, 3, 2)]


async def test_stars_are_those_that_arrived_less_those_refunded(database: Database) -> None:
    def charge(number: int, user: int, ago: float, income: int | None) -> dict[str, Any]:
        times = {"paid_at": NOON - ago * DAY, "is_renewal": False}
        names = {"id": f"c{number}", "user_id": user, "payload": "o", "found_by": "update"}
        return names | times | {"stars": 100, "units": 5, "income": income}

    charges = [charge(1, ANN, 0, 90), charge(2, BEN, 3, None), charge(3, ANN, 20, 90), charge(4, ANN, 35, 90)]
    back = {"charge_id": "c3", "user_id": ANN, "done_at": NOON}
    asked = {"charge_id": "c2", "user_id": BEN, "done_at": None}
    refunds = [back | {"state": RefundState.DONE}, asked | {"state": RefundState.ASKED}]

    def unit(connection: sa.Connection) -> None:
        connection.execute(sa.insert(star_charges), charges)
        connection.execute(sa.insert(star_refunds), refunds)

    await database.write(unit)
    statistics = Statistics(database=database, clock=_clock())
    assert [period.stars for period in (await statistics.of_all()).periods] == [0, 100, 190]
    assert [period.stars for period in (await statistics.of_user(ANN)).periods] == [0, 0, 90]
