"""Users as Telegram showed them last, written in the background.

`Users.note` is called for each update, so it costs no statement for a user who is known as the update shows them: the
process remembers what it wrote. The rest is written in batches. A note that a kill loses is repeated by the user's next
update, and a block by the next message to the user.
"""

import asyncio
import contextlib
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa

from core.background import Background
from core.clock import Clock, utc_day
from storage.database import Database
from storage.database_errors import StorageUnavailable
from storage.schema import users
from storage.upsert import insert

FLUSH_SECONDS = 2.0
"""Time for which noted users are collected before they are written together."""
_DAY = 86_400
_REMEMBERED = 20_000
"""Users in the memory of what was written."""
_BATCH = 500
_MOST_PENDING = 20_000
"""Users who wait to be written while the database refuses writes."""
_LONGEST = 128
"""Longest name in characters. Telegram's are shorter, a damaged update's may not be."""


@dataclass(frozen=True, slots=True)
class StoredUser:
    """One row of the table of users, which describes the columns."""

    id: int
    first_day: str | None
    last_day: str | None
    language: str | None
    name: str | None
    username: str | None
    private_chat: bool
    blocked_at: float | None
    unsubscribed_at: float | None


class _Seen(NamedTuple):
    """A user in an update. `day` counts the days since the Unix epoch."""

    day: int
    language: str | None
    name: str
    username: str | None
    private: bool


@dataclass(slots=True)
class _Change:
    """The news about one user: how an update shows them, and the time of a block that came after it."""

    seen: _Seen | None = None
    blocked_at: float | None = None


_INSERT = insert(users)
_NOTED = _INSERT.on_conflict_do_update(
    index_elements=[users.c.id],
    set_={
        "first_day": sa.func.coalesce(users.c.first_day, _INSERT.excluded.first_day),
        "last_day": _INSERT.excluded.last_day,
        "language": _INSERT.excluded.language,
        "name": _INSERT.excluded.name,
        "username": _INSERT.excluded.username,
        "private_chat": sa.or_(users.c.private_chat, _INSERT.excluded.private_chat),
        # An update from a private chat shows that its user has not blocked the bot, or not any more.
        "blocked_at": sa.case((_INSERT.excluded.private_chat, sa.null()), else_=users.c.blocked_at),
    },
)
_BLOCKED = (
    sa.update(users)
    .where(users.c.id == sa.bindparam("of_user"))
    .values(blocked_at=sa.bindparam("since", type_=sa.Float))
)


class Users:
    """Every read and write of the table of users but those of storage.users_takeover."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._written: dict[int, _Seen] = {}
        self._pending: dict[int, _Change] = {}
        self._writing = asyncio.Lock()
        self._background = Background()
        self._task: asyncio.Task[object] | None = None

    def note(
        self, user_id: int, language: str | None, name: str, username: str | None, *, private: bool
    ) -> None:
        """Note a user as an update shows them. `private` says whether it comes from the user's private chat."""
        known = self._written.get(user_id)
        if known is not None and known.private:
            private = True
        seen = _Seen(int(self._clock.wall() // _DAY), language, name, username, private)
        if seen == known:
            return
        pending = self._pending.get(user_id)
        blocked_at = None if private or pending is None else pending.blocked_at
        if self._change(user_id, _Change(seen, blocked_at)):
            if len(self._written) >= _REMEMBERED:
                self._written.clear()
            self._written[user_id] = seen

    def note_block(self, user_id: int) -> None:
        """Note that a user cannot be written to: they blocked the bot, or deleted their account."""
        self._written.pop(user_id, None)  # so that their next update is written
        known = self._pending.get(user_id, _Change())
        self._change(user_id, _Change(known.seen, self._clock.now()))

    async def flush(self) -> None:
        """Write everything that is noted. Raises StorageUnavailable; then it is noted still."""
        async with self._writing:
            while self._pending:
                batch = dict(islice(self._pending.items(), _BATCH))
                for user_id in batch:
                    del self._pending[user_id]
                try:
                    await self._database.write(functools.partial(_write, changes=batch), patient=True)
                except StorageUnavailable:
                    self._pending = batch | self._pending
                    raise

    async def get(self, user_id: int) -> StoredUser | None:
        """Return a user, or None for one who is not known."""
        return await self._database.read(lambda connection: find_user(connection, user_id))

    async def set_subscribed(self, user_id: int, subscribed: bool) -> None:
        """Store whether a user gets broadcasts."""
        since = None if subscribed else self._clock.now()
        statement = (
            insert(users)
            .values(id=user_id, unsubscribed_at=since)
            .on_conflict_do_update(index_elements=[users.c.id], set_={"unsubscribed_at": since})
        )
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def drop_notes(self, user_id: int) -> None:
        """Forget what is noted of a user and not written yet, before the row is deleted.

        Another replica may still write a note of the last seconds.
        """
        async with self._writing:
            self._pending.pop(user_id, None)
            self._written.pop(user_id, None)

    async def stop(self) -> None:
        """Write what is noted, and stop."""
        await self._background.stop()
        with contextlib.suppress(StorageUnavailable):
            await self.flush()

    def _change(self, user_id: int, change: _Change) -> bool:
        """Let a change be written soon. Return False if there is no space for it."""
        if user_id not in self._pending and len(self._pending) >= _MOST_PENDING:
            return False
        self._pending[user_id] = change
        if self._task is None or self._task.done():
            self._task = self._background.start(self._flush_soon())
        return True

    async def _flush_soon(self) -> None:
        while self._pending:
            await self._clock.sleep(FLUSH_SECONDS)
            with contextlib.suppress(StorageUnavailable):
                await self.flush()


def find_user(connection: sa.Connection, user_id: int) -> StoredUser | None:
    """Return a user within a unit of work, or None for one who is not known."""
    row = connection.execute(sa.select(users).where(users.c.id == user_id)).first()
    return None if row is None else StoredUser(**row._asdict())


def forget_user(connection: sa.Connection, user_id: int) -> None:
    """Delete the row of a user within a unit of work. One who unsubscribed keeps this choice, and nothing else."""
    own = users.c.id == user_id
    connection.execute(sa.delete(users).where(own, users.c.unsubscribed_at.is_(None)))
    empty: dict[str, Any] = dict.fromkeys(
        ("first_day", "last_day", "language", "name", "username", "blocked_at")
    )
    connection.execute(sa.update(users).where(own).values(private_chat=False, **empty))


def _write(connection: sa.Connection, changes: Mapping[int, _Change]) -> None:
    seen = [_row(user_id, change.seen) for user_id, change in changes.items() if change.seen is not None]
    blocked = [
        {"of_user": user_id, "since": change.blocked_at}
        for user_id, change in changes.items()
        if change.blocked_at is not None
    ]
    if seen:
        connection.execute(_NOTED, seen)
    if blocked:
        connection.execute(_BLOCKED, blocked)


def _row(user_id: int, seen: _Seen) -> dict[str, Any]:
    day = utc_day(seen.day * _DAY)
    return {
        "id": user_id,
        "first_day": day,
        "last_day": day,
        "language": seen.language and seen.language[:_LONGEST],
        "name": seen.name[:_LONGEST],
        "username": seen.username and seen.username[:_LONGEST],
        "private_chat": seen.private,
    }
