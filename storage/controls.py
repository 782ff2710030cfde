"""The switches of the bot's admins that every request asks: the pause, and the daily limits of single users.

They are kept in memory, so that no request reads them. Replicas read them again at each heartbeat.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from storage.admin_actions import ActionKind, AdminCause, is_recorded, record
from storage.database import Database
from storage.schema import key_values, user_limits
from storage.upsert import insert

_PAUSE, _LIMITS_VERSION = "pause", "user limits version"
"""Names in the key-value store: the text of the pause, and the cause of the last change of a limit."""
_READ = sa.select(key_values.c.name, key_values.c.value).where(
    key_values.c.name.in_([_PAUSE, _LIMITS_VERSION])
)


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which no request is accepted. `text` is what users see, empty for the bot's own sentence."""

    text: str


class Controls:
    """The pause and the limits, as they were read last. `load` comes before the first request."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pause: Pause | None = None
        self._limits: dict[int, int] = {}
        self._limits_version: str | None = None
        self._changes = 0

    @property
    def pause(self) -> Pause | None:
        """The pause, or None if requests are accepted."""
        return self._pause

    def limit_of(self, user_id: int) -> int | None:
        """Return the daily limit that an admin set for a user, or None."""
        return self._limits.get(user_id)

    async def load(self) -> None:
        """Read everything that changed. Raises StorageUnavailable."""
        changes, version = self._changes, self._limits_version

        def unit(connection: sa.Connection) -> tuple[dict[str, str], dict[int, int] | None]:
            values = {row.name: row.value for row in connection.execute(_READ)}
            if values.get(_LIMITS_VERSION) == version:
                return values, None
            rows = connection.execute(sa.select(user_limits.c.user_id, user_limits.c.daily))
            return values, {row.user_id: row.daily for row in rows}

        values, limits = await self._database.read(unit)
        if changes != self._changes:
            return  # a change of this process may be newer than what was read
        text = values.get(_PAUSE)
        self._pause = None if text is None else Pause(text)
        if limits is not None:
            self._limits, self._limits_version = limits, values.get(_LIMITS_VERSION)

    async def begin_pause(self, cause: AdminCause, text: str) -> None:
        """Accept no request from now on. Another text replaces the one of a pause that lasts."""

        def unit(connection: sa.Connection) -> None:
            if record(connection, cause, ActionKind.PAUSE, details=text or None):
                _put(connection, _PAUSE, text)

        await self._database.write(unit)
        await self._reload()

    async def end_pause(self, cause: AdminCause) -> bool:
        """Accept requests again. Return False if there was no pause. The same cause again returns True."""
        delete = sa.delete(key_values).where(key_values.c.name == _PAUSE)

        def unit(connection: sa.Connection) -> bool:
            if is_recorded(connection, cause):
                return True
            return connection.execute(delete).rowcount == 1 and record(connection, cause, ActionKind.RESUME)

        ended = await self._database.write(unit)
        await self._reload()
        return ended

    async def set_limit(self, cause: AdminCause, user_id: int, daily: int | None) -> None:
        """Give a user a daily limit of their own, or the one of all users again with None."""
        details = None if daily is None else str(daily)

        def unit(connection: sa.Connection) -> None:
            if not record(connection, cause, ActionKind.LIMIT, subject_id=user_id, details=details):
                return
            if daily is None:
                connection.execute(sa.delete(user_limits).where(user_limits.c.user_id == user_id))
            else:
                put = insert(user_limits).values(user_id=user_id, daily=daily)
                connection.execute(
                    put.on_conflict_do_update(index_elements=[user_limits.c.user_id], set_={"daily": daily})
                )
            _put(connection, _LIMITS_VERSION, cause.key)

        await self._database.write(unit)
        await self._reload()

    async def _reload(self) -> None:
        self._changes += 1
        await self.load()


def _put(connection: sa.Connection, name: str, value: str) -> None:
    statement = insert(key_values).values(name=name, value=value)
    connection.execute(
        statement.on_conflict_do_update(index_elements=[key_values.c.name], set_={"value": value})
    )
