"""Sign-ins of the bot's admins to the admin page: each is accepted once, by every replica together.

The key-value store has two values of each admin: the sign-ins of the last minutes, and the epoch of the sessions. A
sign-out stores another epoch, which ends all sessions of the admin on all devices.

The value of the sign-ins is the time of the newest one, filled with zeros to 20 digits, and a word `time:digest` for
each. Older programs compare the time alone, so a word without a digest stands for all sign-ins up to its time.
"""

import hashlib
import secrets

import sqlalchemy as sa

from storage.database import Database
from storage.key_values import KeyValueStore
from storage.locks import hold
from storage.schema import key_values
from storage.upsert import insert

REMEMBERED_SECONDS = 600
"""Age by which a sign-in is older than the newest one and not accepted any more, used or not."""
_DIGITS = 20
_DIGEST_LETTERS = 16


class AdminSessions:
    """Every read and write of the values of sign-ins."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key_values = KeyValueStore(database)

    async def begin(self, admin_id: int, signed_at: int, signature: str) -> bool:
        """Record a sign-in that Telegram signed at a Unix time. Return False if it was used before, or is too old."""
        name = f"admin sign-in {admin_id}"
        stored = sa.select(key_values.c.value).where(key_values.c.name == name)

        def unit(connection: sa.Connection) -> bool:
            hold(connection, "admin sign-in", admin_id)
            value = _with_sign_in(connection.execute(stored).scalar() or "", signed_at, signature)
            if value is None:
                return False
            statement = insert(key_values).values(name=name, value=value)
            connection.execute(
                statement.on_conflict_do_update(index_elements=[key_values.c.name], set_={"value": value})
            )
            return True

        return await self._database.write(unit)

    async def epoch(self, admin_id: int) -> str:
        """Return the epoch that the sessions of an admin must have now. It is empty before the first sign-out."""
        return await self._key_values.get(_epoch_name(admin_id)) or ""

    async def end_all(self, admin_id: int) -> None:
        """End all sessions of an admin."""
        await self._key_values.set(_epoch_name(admin_id), secrets.token_hex(8))


def _with_sign_in(value: str, signed_at: int, signature: str) -> str | None:
    """Return the value with one more sign-in, or None if it has that one, or newer ones only."""
    first, *words = value.split() or ["0"]
    newest = int(first)
    if value and not words:  # of an older program
        words = [f"{newest}:"]
    used = [(int(at), digest) for at, _, digest in (word.partition(":") for word in words)]
    digest = hashlib.sha256(signature.encode()).hexdigest()[:_DIGEST_LETTERS]
    if (signed_at, digest) in used or any(signed_at <= at for at, known in used if not known):
        return None
    if signed_at < newest - REMEMBERED_SECONDS:
        return None
    newest = max(newest, signed_at)
    kept = [(at, known) for at, known in [*used, (signed_at, digest)] if at >= newest - REMEMBERED_SECONDS]
    return " ".join([f"{newest:0{_DIGITS}}", *(f"{at}:{known}" for at, known in kept)])


def _epoch_name(admin_id: int) -> str:
    return f"admin sessions {admin_id}"
