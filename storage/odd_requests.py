"""Requests in impossible states, requests that nothing drives, and quota counters that count too little."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from core.clock import utc_day
from core.model import FINAL, SENDING, Approval, AspectRatio, Failure, FileKind, State
from storage.oddities import Fix, Oddity, change
from storage.quotas import Counter as QuotaCounter
from storage.quotas import counters_of
from storage.request_statements import Values
from storage.schema import batches, member_quotas, quotas, requests
from storage.settlement import settle
from storage.upsert import insert

_DAY = 86_400.0
_LONG_OPEN = 2 * _DAY
"""Age of an open request in seconds that no wait explains: pictures and questions wait for a day."""
_COUNTED_DAYS = 30
"""Days whose counters are compared: older ones limit nothing any more."""
_GAVE_BACK = FINAL - {State.DELIVERED}
_TABLE = requests.c
_VALUES: tuple[tuple[sa.Column[Any], type[StrEnum]], ...] = (
    (_TABLE.state, State),
    (_TABLE.ratio, AspectRatio),
    (_TABLE.failure, Failure),
    (_TABLE.file_kind, FileKind),
    (_TABLE.approval, Approval),
)


def find_unknown_values(connection: sa.Connection, _now: float) -> Iterator[Oddity]:
    """Yield requests with a value that this version does not know: it cannot read them, nor list open ones."""
    for column, kind in _VALUES:
        unknown = sa.and_(column.is_not(None), column.not_in([member.value for member in kind]))
        for row in connection.execute(sa.select(_TABLE.id, column.label("value")).where(unknown)):
            yield Oddity(
                f"request {row.id}: the {column.name} is {row.value!r}, which this version does not know;"
                " a newer version may have written it"
            )


def find_impossible_states(connection: sa.Connection, now: float) -> Iterator[Oddity]:
    """Yield requests of which the state and other columns contradict each other."""
    final, is_open = _in(FINAL), _TABLE.closed_at.is_(None)
    times = sa.func.coalesce(_TABLE.closed_at, _TABLE.ready_at, _TABLE.started_at, _TABLE.accepted_at)
    unfinished = sa.and_(final, _TABLE.finished_at.is_(None))
    for row in _rows(connection, unfinished):
        fixed = sa.update(requests).where(_TABLE.id == row.id, unfinished).values(finished_at=times)
        yield Oddity(
            f"request {row.id}: {row.state}, without the time of its end",
            change(fixed, f"request {row.id} has a time of its end"),
        )
    too_early = sa.and_(~final, is_open, _TABLE.finished_at.is_not(None))
    for row in _rows(connection, too_early):
        fixed = sa.update(requests).where(_TABLE.id == row.id, too_early).values(finished_at=None)
        yield Oddity(
            f"request {row.id}: {row.state}, with the time of an end",
            change(fixed, f"request {row.id} has no time of an end; the next start goes on with it"),
        )
    for row in _rows(connection, sa.and_(_in(frozenset(State) - FINAL), ~is_open)):
        yield Oddity(
            f"request {row.id}: closed in the state {row.state}, so nothing drives it and its unit stays taken;"
            " look at `imagine-bot trace`"
        )
    lacks = sa.or_(
        sa.and_(_TABLE.state == State.RUNNING.value, _TABLE.task_id.is_(None)),
        sa.and_(_in(SENDING), _TABLE.picture_url.is_(None)),
    )
    for row in _rows(connection, sa.and_(lacks, is_open, _TABLE.finished_at.is_(None))):
        missing = "task" if row.state == State.RUNNING else "link to its picture"
        yield Oddity(f"request {row.id}: {row.state}, without a {missing}", _fail(row.id, row.state, now))


def find_undeleted(connection: sa.Connection, _now: float) -> Iterator[Oddity]:
    """Yield requests that their owner deleted and that are still there, although they are closed."""
    deleted = sa.and_(_TABLE.forget, _TABLE.closed_at.is_not(None), _TABLE.prompt != "")
    for row in _rows(connection, deleted):
        statement = sa.delete(requests).where(_TABLE.id == row.id, deleted)
        yield Oddity(
            f"request {row.id}: its user deleted it, and its description is still here",
            change(statement, f"request {row.id} is deleted"),
        )


def find_long_open(connection: sa.Connection, now: float) -> Iterator[Oddity]:
    """Yield requests that are open for longer than any wait lasts."""
    old = sa.and_(_TABLE.closed_at.is_(None), _TABLE.accepted_at < now - _LONG_OPEN)
    for row in _rows(connection, old):
        days = int((now - row.accepted_at) / _DAY)
        yield Oddity(f"request {row.id}: {row.state} for {days} days; a bot that runs goes on with it")


def find_open_without_batch(connection: sa.Connection, _now: float) -> Iterator[Oddity]:
    """Yield open requests of a batch that has no row: its grid cannot be delivered."""
    known = sa.exists().where(batches.c.id == _TABLE.batch_id)
    for row in _rows(connection, sa.and_(_TABLE.closed_at.is_(None), _TABLE.batch_id.is_not(None), ~known)):
        yield Oddity(f"request {row.id}: its batch {row.batch_id} is missing; look at `imagine-bot trace`")


def find_low_counters(connection: sa.Connection, now: float) -> Iterator[Oddity]:
    """Yield counters of units that are below the number of requests that hold a unit.

    A counter above that number is right: a deleted picture counts on its day.
    """
    since = utc_day(now - _COUNTED_DAYS * _DAY)
    holds = sa.and_(
        ~_in(_GAVE_BACK), ~_TABLE.forget, _TABLE.quota_day >= since, _TABLE.accepted_at > now - 40 * _DAY
    )
    held: Counter[tuple[QuotaCounter, str]] = Counter()
    columns = (_TABLE.user_id, _TABLE.chat_id, _TABLE.quota_day, _TABLE.credit_lot_id)
    for row in connection.execute(sa.select(*columns).where(holds)):
        counters = counters_of(row.user_id, row.chat_id)
        for counter in counters if row.credit_lot_id is None else counters[1:]:
            held[counter, row.quota_day] += 1
    used = {
        (QuotaCounter(row.subject_id), row.day): row.used
        for row in connection.execute(sa.select(quotas).where(quotas.c.day >= since))
    }
    used |= {
        (QuotaCounter(row.user_id, row.chat_id), row.day): row.used
        for row in connection.execute(sa.select(member_quotas).where(member_quotas.c.day >= since))
    }
    for (counter, day), units in sorted(held.items(), key=lambda item: (item[0][1], str(item[0][0]))):
        counted = used.get((counter, day), 0)
        if counted < units:
            yield Oddity(
                f"{_name(counter)}: {counted} counted on {day}, but {units} requests hold a unit",
                _raise_counter(counter, day, units),
            )


def _raise_counter(counter: QuotaCounter, day: str, units: int) -> Fix:
    table, values = quotas, {"subject_id": counter.subject_id, "day": day, "used": units}
    if counter.member_of is not None:
        table = member_quotas
        values = {"chat_id": counter.member_of, "user_id": counter.subject_id, "day": day, "used": units}
    statement = insert(table).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={"used": units},
        where=table.c.used < units,
    )
    return change(statement, f"{_name(counter)} has {units} counted on {day}")


def _name(counter: QuotaCounter) -> str:
    subject = f"{'chat' if counter.subject_id < 0 else 'user'} {counter.subject_id}"
    return subject if counter.member_of is None else f"{subject} in group {counter.member_of}"


def _fail(request_id: int, state: str, now: float) -> Fix:
    def fix(connection: sa.Connection) -> str:
        columns: Values = {"state": State.FAILED, "failure": Failure.PICTURE_LOST, "finished_at": now}
        settle(connection, None, request_id, [State(state)], columns)
        return f"request {request_id} has failed and its unit is given back; the next start tells its user"

    return fix


def _in(states: frozenset[State]) -> sa.ColumnElement[bool]:
    return _TABLE.state.in_([state.value for state in sorted(states)])


def _rows(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[sa.Row[Any]]:
    columns = (_TABLE.id, _TABLE.state, _TABLE.accepted_at, _TABLE.batch_id)
    return list(connection.execute(sa.select(*columns).where(condition).order_by(_TABLE.id)))
