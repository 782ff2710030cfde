"""Fills the table of users from requests and preferences that are older than it, in small steps, once.

Each step is one transaction with the position of the next one, so a kill at any moment repeats and loses nothing.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
import structlog

from core.clock import Clock, utc_day
from storage.database import Database
from storage.database_errors import StorageUnavailable
from storage.schema import key_values, preferences, requests, users
from storage.upsert import insert

log = structlog.get_logger(__name__)

STEP = 1_000
"""Rows that one step reads."""
_PAUSE_SECONDS = 0.05
_RETRY_SECONDS = 30.0
_NAME = "users taken over"
"""The name of the position in the table of key values: a table and the last id that is taken over, or the end."""
_REQUESTS, _PREFERENCES, _END = "requests", "preferences", "all"

_INSERT = insert(users)
_NEW = _INSERT.excluded
_TAKEN = _INSERT.on_conflict_do_update(
    index_elements=[users.c.id],
    set_={
        "first_day": sa.case((users.c.first_day < _NEW.first_day, users.c.first_day), else_=_NEW.first_day),
        "last_day": sa.case((users.c.last_day > _NEW.last_day, users.c.last_day), else_=_NEW.last_day),
        # A user with a name was seen since, with the language of the app.
        "language": sa.case((users.c.name.is_(None), _NEW.language), else_=users.c.language),
        "private_chat": sa.or_(users.c.private_chat, _NEW.private_chat),
    },
)


class UsersTakeover:
    """Takes over the users of a ledger that is older than the table of users."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self) -> None:
        """Take over all users that are left. Returns at once if there are none."""
        steps = 0
        while True:
            try:
                if not await self._database.write(_step, patient=True):
                    break
                steps += 1
                await self._clock.sleep(_PAUSE_SECONDS)
            except StorageUnavailable:
                await self._clock.sleep(_RETRY_SECONDS)
        if steps > 1:  # the first one finds the end of the requests
            log.info("users taken over", steps=steps)


def _step(connection: sa.Connection) -> bool:
    """Take over the next rows. Return False after the last ones."""
    known = connection.execute(sa.select(key_values.c.value).where(key_values.c.name == _NAME)).scalar()
    table, _, last = (known or f"{_REQUESTS} 0").partition(" ")
    if table == _END:
        return False
    take = _take_requests if table == _REQUESTS else _take_preferences
    reached = take(connection, int(last))
    end = f"{_PREFERENCES} 0" if table == _REQUESTS else _END
    position = end if reached is None else f"{table} {reached}"
    store = insert(key_values).values(name=_NAME, value=position)
    connection.execute(
        store.on_conflict_do_update(index_elements=[key_values.c.name], set_={"value": position})
    )
    return position != _END


def _take_requests(connection: sa.Connection, after: int) -> int | None:
    """Take over the users of requests after an id. Return the last id, or None if there are no more."""
    columns = (
        *(requests.c.id, requests.c.user_id, requests.c.chat_id, requests.c.language),
        *(requests.c.accepted_at, requests.c.inline_message_id, requests.c.forget),
    )
    statement = sa.select(*columns).where(requests.c.id > after).order_by(requests.c.id).limit(STEP)
    rows = connection.execute(statement).all()
    found = _users_of([row for row in rows if row.user_id > 0 and not row.forget])
    if found:
        connection.execute(_TAKEN, found)
    return rows[-1].id if rows else None


def _users_of(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return one row of the table of users for each user of requests, which are in the order of their ids."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        day = utc_day(row.accepted_at)
        in_private = row.chat_id == row.user_id and row.inline_message_id is None
        known = found.setdefault(
            row.user_id, {"id": row.user_id, "first_day": day, "last_day": day, "private_chat": False}
        )
        known["first_day"] = min(known["first_day"], day)
        known["last_day"] = max(known["last_day"], day)
        known["language"] = row.language
        known["private_chat"] |= in_private
    return list(found.values())


def _take_preferences(connection: sa.Connection, after: int) -> int | None:
    """Take over users who only chose something. Most choices are made in private chats.

    A user who has none turns out to be unreachable at the first broadcast.
    """
    columns = preferences.c.subject_id, preferences.c.language
    statement = sa.select(*columns).where(preferences.c.subject_id > after)
    rows = connection.execute(statement.order_by(preferences.c.subject_id).limit(STEP)).all()
    if not rows:
        return None
    found = [{"id": row.subject_id, "language": row.language, "private_chat": True} for row in rows]
    connection.execute(insert(users).on_conflict_do_nothing(index_elements=[users.c.id]), found)
    return int(rows[-1].subject_id)
