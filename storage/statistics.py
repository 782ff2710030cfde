"""The figures of /stats, aggregated by the database on the reading connection.

A day that is over and whose requests all ended is stored, so that only the last days are read anew. The ids of requests
follow their times, so a binary search over the primary key finds a day's first request, and no index of the times has
to be kept. The reads of one day are one unit of work, so that other reads come in between.
"""

import functools
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.clock import Clock
from core.model import State
from core.payments.refunds import RefundState
from core.statistics import (
    BUCKETS_A_SECOND,
    LONGEST_BUCKET,
    DayFigures,
    Figures,
    PeriodFigures,
    UserCounts,
    add_days,
)
from storage.database import Database
from storage.schema import daily_statistics, requests, star_charges, star_refunds, users
from storage.upsert import insert

PERIODS = (1, 7, 30)
"""Lengths of the periods in UTC days. Each ends with today."""
_DAY = 86_400.0
_SETTLED_SECONDS = 3_600.0
"""Time after the end of a day from which no process adds a request to it any more."""
_ARRIVED = sa.func.coalesce(star_charges.c.income, star_charges.c.stars)
_FIRST_AT = (
    sa.select(requests.c.accepted_at)
    .where(requests.c.id >= sa.bindparam("from_id"))
    .order_by(requests.c.id)
    .limit(1)
)
_NEWEST_ID = sa.select(sa.func.max(requests.c.id))
_REFUNDED = sa.join(star_charges, star_refunds, star_refunds.c.charge_id == star_charges.c.id)


class Statistics:
    """Reads the figures, and stores those of days that are over."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of_all(self) -> Figures:
        """Return the figures of all users. Deleted requests count in stored days only."""
        days = self._days()
        figures = await self._of_days(days)
        counts = await self._users([days[-length] for length in PERIODS])
        return _figures(figures, await self._stars(days, None), counts)

    async def of_user(self, user_id: int) -> Figures:
        """Return the figures of one user, without stored days: deleted requests count nowhere."""
        days = self._days()
        found = await self._database.read(
            lambda connection: _by_day(connection, _day_start(days[0]), user_id)
        )
        figures = [found.get(day, DayFigures(day)) for day in days]
        return _figures(figures, await self._stars(days, user_id), [None] * len(PERIODS))

    async def store_days(self) -> None:
        """Store the days that are over and not stored yet, for housekeeping, so that /stats is quick."""
        await self._of_days(self._days())

    def _days(self) -> list[str]:
        """Return the UTC days of the longest period, the oldest first."""
        today = datetime.fromtimestamp(self._clock.now(), UTC).date()
        return [(today - timedelta(days=ago)).isoformat() for ago in reversed(range(max(PERIODS)))]

    async def _of_days(self, days: Sequence[str]) -> list[DayFigures]:
        known = await self._database.read(lambda connection: _stored(connection, days[0]))
        fresh: list[DayFigures] = []
        for day in days:
            if day not in known:
                start = _day_start(day)
                known[day] = await self._database.read(functools.partial(_of_day, start=start))
                over = self._clock.now() >= start + _DAY + _SETTLED_SECONDS
                if over and not known[day].pending:
                    fresh.append(known[day])
        if fresh:
            rows = [{"day": one.day, "figures": _dump(one)} for one in fresh]
            add = insert(daily_statistics).on_conflict_do_nothing()
            await self._database.write(lambda connection: connection.execute(add, rows).rowcount)
        return [known[day] for day in days]

    async def _users(self, first_days: Sequence[str]) -> list[UserCounts]:
        """Return the users since each of some days. One whose first day is not known counts as known before."""

        def unit(connection: sa.Connection) -> tuple[int, ...]:
            last_day, first_day = (
                _by_bytes(connection, day) for day in (users.c.last_day, users.c.first_day)
            )
            columns = [
                sa.func.coalesce(sa.func.sum(sa.case((seen >= since, 1), else_=0)), 0)
                for since in first_days
                for seen in (last_day, first_day)
            ]
            counts = sa.select(*columns).where(last_day >= min(first_days), users.c.id > 0)
            return tuple(map(int, connection.execute(counts).one()))

        row = await self._database.read(unit)
        pairs = zip(row[::2], row[1::2], strict=True)
        return [UserCounts(active=active, new=new, returning=active - new) for active, new in pairs]

    async def _stars(self, days: Sequence[str], user_id: int | None) -> list[int]:
        """Return the Stars that arrived on each day, less those refunded on it."""
        first = _day_start(days[0])
        own = [] if user_id is None else [star_charges.c.user_id == user_id]

        def unit(connection: sa.Connection) -> Mapping[str, int]:
            sums: defaultdict[str, int] = defaultdict(int)
            dialect = connection.dialect.name
            paid_on = _whole(dialect, star_charges.c.paid_at / _DAY)
            paid = sa.select(paid_on, sa.func.sum(_ARRIVED)).where(star_charges.c.paid_at >= first, *own)
            for number, stars in connection.execute(paid.group_by(paid_on)):
                sums[_day_of(number)] += int(stars)
            back_on = _whole(dialect, star_refunds.c.done_at / _DAY)
            done = star_refunds.c.state == RefundState.DONE.value
            back = sa.select(back_on, sa.func.sum(_ARRIVED)).select_from(_REFUNDED)
            back = back.where(done, star_refunds.c.done_at >= first, *own).group_by(back_on)
            for number, stars in connection.execute(back):
                sums[_day_of(number)] -= int(stars)
            return sums

        sums = await self._database.read(unit)
        return [sums.get(day, 0) for day in days]


def _figures(
    days: Sequence[DayFigures], stars: Sequence[int], counts: Sequence[UserCounts | None]
) -> Figures:
    periods = [
        PeriodFigures(total=add_days(days[-length:]), users=count, stars=sum(stars[-length:]))
        for length, count in zip(PERIODS, counts, strict=True)
    ]
    return Figures(days=days, stars=stars, periods=periods)


def _of_day(connection: sa.Connection, start: float) -> DayFigures:
    """Return the figures of the requests that were accepted within a day from a Unix time on."""
    day, newest = _day_of(start // _DAY), connection.execute(_NEWEST_ID).scalar() or 0
    from_id = _first_id(connection, start, newest)
    if from_id > newest:
        return DayFigures(day)
    ids = {"from_id": from_id, "to_id": _first_id(connection, start + _DAY, newest)}
    return _collect(day, connection.execute(_of_ids(connection.dialect.name), ids).all())


@functools.cache
def _of_ids(dialect: str) -> sa.Select[Any]:
    """Return the statement that counts the requests with an id of `from_id` or more, and less than `to_id`."""
    columns = (requests.c.state, requests.c.failure, _bucket(dialect))
    return (
        sa.select(*columns, sa.func.count(), sa.func.sum(requests.c.cost))
        .where(requests.c.id >= sa.bindparam("from_id"), requests.c.id < sa.bindparam("to_id"))
        .group_by(*columns)
    )


def _by_day(connection: sa.Connection, start: float, user_id: int) -> dict[str, DayFigures]:
    """Return the figures of a user's requests since a Unix time, by day."""
    dialect = connection.dialect.name
    number, bucket = _whole(dialect, requests.c.accepted_at / _DAY), _bucket(dialect)
    columns = (requests.c.state, requests.c.failure, bucket)
    statement = (
        sa.select(*columns, sa.func.count(), sa.func.sum(requests.c.cost), number)
        .where(requests.c.user_id == user_id, requests.c.accepted_at >= start)
        .group_by(*columns, number)
    )
    rows: defaultdict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(statement):
        rows[_day_of(row[5])].append(row[:5])
    return {day: _collect(day, found) for day, found in rows.items()}


def _collect(day: str, rows: Sequence[Any]) -> DayFigures:
    outcomes: defaultdict[tuple[State, str], int] = defaultdict(int)
    seconds: defaultdict[int, int] = defaultdict(int)
    roubles = 0.0
    for state, failure, bucket, count, cost in rows:
        outcomes[State(state), failure or ""] += count
        roubles += cost or 0.0
        if state == State.DELIVERED and bucket is not None:
            seconds[min(max(int(bucket), 0), LONGEST_BUCKET)] += count
    return DayFigures(day, dict(outcomes), roubles, dict(seconds))


def _bucket(dialect: str) -> sa.ColumnElement[Any]:
    """Return the bucket of a delivered request's time, NULL for every other one, so that these are one group."""
    waited = (requests.c.finished_at - requests.c.accepted_at) * BUCKETS_A_SECOND
    longest = sa.case((waited > LONGEST_BUCKET, float(LONGEST_BUCKET)), else_=waited)
    return sa.case((requests.c.state == State.DELIVERED.value, _whole(dialect, longest)))


def _first_id(connection: sa.Connection, at: float, newest: int) -> int:
    """Return the id from which on requests were accepted at a Unix time or later: `newest` + 1 if none was."""
    low, high = 1, newest + 1
    while low < high:
        middle = (low + high) // 2
        accepted_at = connection.execute(_FIRST_AT, {"from_id": middle}).scalar()
        if accepted_at is None or accepted_at >= at:
            high = middle
        else:
            low = middle + 1
    return low


def _whole(dialect: str, number: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return a positive number without its fraction. PostgreSQL's cast rounds, and not each SQLite has floor()."""
    if dialect == "postgresql":
        return sa.func.floor(number)
    return sa.cast(number, sa.Integer)


def _by_bytes(connection: sa.Connection, day: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return a column of days compared byte by byte: by the database's collation, PostgreSQL takes twice the time."""
    return sa.collate(day, "C") if connection.dialect.name == "postgresql" else day


def _stored(connection: sa.Connection, first_day: str) -> dict[str, DayFigures]:
    rows = connection.execute(sa.select(daily_statistics).where(daily_statistics.c.day >= first_day))
    return {row.day: _load(row.day, row.figures) for row in rows}


def _dump(figures: DayFigures) -> str:
    outcomes = [[state.value, failure, count] for (state, failure), count in figures.outcomes.items()]
    seconds = sorted(figures.seconds.items())
    return json.dumps({"outcomes": outcomes, "roubles": figures.roubles, "seconds": seconds})


def _load(day: str, text: str) -> DayFigures:
    values = json.loads(text)
    outcomes = {(State(state), failure): count for state, failure, count in values["outcomes"]}
    return DayFigures(day, outcomes, values["roubles"], dict(values["seconds"]))


def _day_start(day: str) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


def _day_of(number: float) -> str:
    """Return the day with a number, counted from the Unix epoch."""
    return (date(1970, 1, 1) + timedelta(days=int(number))).isoformat()
