"""Sign-ins of the bot's admins to the admin page: each is accepted once, by every replica together.

The key-value store has two values of each admin: the time of the last sign-in, and the epoch of the sessions. A
sign-out stores another epoch, which ends all sessions of the admin on all devices.
"""

import secrets

from storage.database import Database
from storage.key_values import KeyValueStore
from storage.schema import key_values
from storage.upsert import insert

_DIGITS = 20
"""Length to which a time is filled with zeros, so that texts compare as the numbers do."""


class AdminSessions:
    """Every read and write of the values of sign-ins."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key_values = KeyValueStore(database)

    async def begin(self, admin_id: int, signed_at: int) -> bool:
        """Record a sign-in that Telegram signed at a Unix time. Return False unless it is newer than the last one."""
        value = f"{signed_at:0{_DIGITS}}"
        statement = (
            insert(key_values)
            .values(name=f"admin sign-in {admin_id}", value=value)
            .on_conflict_do_update(
                index_elements=[key_values.c.name], set_={"value": value}, where=key_values.c.value < value
            )
            .returning(key_values.c.name)
        )
        return await self._database.write(
            lambda connection: connection.execute(statement).first() is not None
        )

    async def epoch(self, admin_id: int) -> str:
        """Return the epoch that the sessions of an admin must have now. It is empty before the first sign-out."""
        return await self._key_values.get(_epoch_name(admin_id)) or ""

    async def end_all(self, admin_id: int) -> None:
        """End all sessions of an admin."""
        await self._key_values.set(_epoch_name(admin_id), secrets.token_hex(8))


def _epoch_name(admin_id: int) -> str:
    return f"admin sessions {admin_id}"
