"""Small values that survive a restart, by name."""

import sqlalchemy as sa

from storage.database import Database
from storage.schema import key_values
from storage.upsert import insert

_SAME_TIME_SECONDS = 60.0
"""Most seconds by which the time of a claim is later than that of another one which is written after it."""


class KeyValueStore:
    """Every read and write of the table of key values."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> str | None:
        """Return a value, or None."""
        statement = sa.select(key_values.c.value).where(key_values.c.name == name)
        return await self._database.read(lambda connection: connection.execute(statement).scalar())

    async def set(self, name: str, value: str) -> None:
        """Store a value."""
        statement = (
            insert(key_values)
            .values(name=name, value=value)
            .on_conflict_do_update(index_elements=[key_values.c.name], set_={"value": value})
        )
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def get_or_set(self, name: str, value: str) -> str:
        """Return a value, and store the given one if there is none. All processes get the same one."""
        statement = insert(key_values).values(name=name, value=value).on_conflict_do_nothing()
        stored = sa.select(key_values.c.value).where(key_values.c.name == name)

        def unit(connection: sa.Connection) -> str:
            connection.execute(statement)
            return str(connection.execute(stored).scalar_one())

        return await self._database.write(unit)

    async def claim(self, name: str, now: float, seconds: float) -> bool:
        """Store the time `now` unless a time of the last `seconds` is stored. Return whether this call stored it.

        Of several processes that claim a name, one succeeds.
        """
        stored = sa.cast(key_values.c.value, sa.Float)
        # A clock that was set back frees it. A process that claims at the same time may have read the clock later.
        free = sa.or_(stored <= now - seconds, stored > now + _SAME_TIME_SECONDS)
        statement = (
            insert(key_values)
            .values(name=name, value=str(now))
            .on_conflict_do_update(index_elements=[key_values.c.name], set_={"value": str(now)}, where=free)
            .returning(key_values.c.name)
        )
        return await self._database.write(lambda c: c.execute(statement).first() is not None)

    async def delete(self, name: str) -> None:
        """Delete a value, if it exists."""
        statement = sa.delete(key_values).where(key_values.c.name == name)
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def names(self, start: str) -> list[str]:
        """Return the names that start with a text."""
        statement = sa.select(key_values.c.name).where(key_values.c.name.startswith(start, autoescape=True))
        return await self._database.read(lambda connection: list(connection.execute(statement).scalars()))
