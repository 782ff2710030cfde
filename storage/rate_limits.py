"""Rate limits that all replicas share, in PostgreSQL, by the database's clock alone.

Each chat has a row, and row 0 limits all messages. A row is a cell of the generic cell rate algorithm (ITU-T I.371): a
message may be sent if `free_at`, the time at which the limit is unused again, lies at most a tolerance ahead, and then
delays it by an interval. A missing row is unused.
"""

from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from storage.database import Database

ALL_CHATS = 0


@dataclass(frozen=True, slots=True)
class CellRate:
    """One message each `interval` seconds, and bursts of 1 + tolerance / interval messages."""

    interval: float
    tolerance: float


class Refusal(NamedTuple):
    """The seconds until the limit of all messages, and that of the chat, allow the message. One of them is above 0."""

    overall: float
    chat: float


_SPEND = sa.text(
    """
    WITH locked AS MATERIALIZED (
      SELECT chat_id, free_at FROM rate_limits
      WHERE chat_id IN (0, CAST(:chat_id AS bigint)) ORDER BY chat_id <> 0 FOR UPDATE
    ), found AS (
      SELECT count(*) AS found,
             max(free_at) FILTER (WHERE chat_id = 0) AS overall_free_at,
             max(free_at) FILTER (WHERE chat_id <> 0) AS chat_free_at,
             extract(epoch FROM clock_timestamp())::float8 AS now
      FROM locked
    ), waits AS (
      SELECT *, overall_free_at - now - :overall_tolerance AS overall_wait,
             coalesce(chat_free_at - now - :chat_tolerance, 0) AS chat_wait
      FROM found
    ), spent AS (
      UPDATE rate_limits SET free_at = CASE rate_limits.chat_id
        WHEN 0 THEN greatest(overall_free_at, now) + :overall_interval
        ELSE greatest(chat_free_at, now) + :chat_interval END
      FROM waits
      WHERE rate_limits.chat_id IN (0, CAST(:chat_id AS bigint))
        AND found = :rows AND overall_wait <= 0 AND chat_wait <= 0
    )
    SELECT found, overall_wait, chat_wait, set_config('synchronous_commit', 'off', true) FROM waits
    """
)
"""Lock row 0, then the chat's row, read the clock, and spend both limits if both allow it.

A commit that a crash of the server loses costs one message too many, so no message waits for the disk.
"""
_CREATE = sa.text(
    "INSERT INTO rate_limits (chat_id, free_at) SELECT chat_id, 0 FROM unnest(CAST(:chat_ids AS bigint[])) chat_id"
    " ON CONFLICT DO NOTHING"
)
_FREEZE = sa.text(
    "INSERT INTO rate_limits VALUES (:chat_id, extract(epoch FROM clock_timestamp())::float8 + :seconds)"
    " ON CONFLICT (chat_id) DO UPDATE SET free_at = greatest(rate_limits.free_at, excluded.free_at)"
)
_PRUNE = sa.text(
    "DELETE FROM rate_limits WHERE chat_id <> 0 AND free_at <= extract(epoch FROM clock_timestamp())::float8"
)


class RateLimits:
    """Every read and write of the shared rate limits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def spend(self, chat_id: int | None, *, overall: CellRate, chat: CellRate) -> Refusal | None:
        """Count one message to a chat if both limits allow it now, and return None, or return the waits.

        Without a chat, count it in the limit of all messages only.
        """
        values = {
            "chat_id": chat_id,
            "rows": 1 if chat_id is None else 2,
            "overall_interval": overall.interval,
            "overall_tolerance": overall.tolerance,
            "chat_interval": chat.interval,
            "chat_tolerance": chat.tolerance,
        }
        chat_ids = [ALL_CHATS] if chat_id is None else [ALL_CHATS, chat_id]

        def unit(connection: sa.Connection) -> Refusal | None:
            while True:
                row = connection.execute(_SPEND, values).one()
                if row.found == values["rows"]:
                    refused = row.overall_wait > 0 or row.chat_wait > 0
                    return Refusal(row.overall_wait, row.chat_wait) if refused else None
                # A statement of its own: the one above sees no row that another replica creates while it waits.
                connection.execute(_CREATE, {"chat_ids": chat_ids})

        return await self._database.write(unit)

    async def freeze(self, chat_id: int, seconds: float, rate: CellRate) -> None:
        """Allow no message to a chat, or to `ALL_CHATS`, for some seconds."""
        values = {"chat_id": chat_id, "seconds": seconds + rate.tolerance}
        await self._database.write(lambda connection: connection.execute(_FREEZE, values).rowcount)

    async def prune(self) -> None:
        """Delete the rows of chats whose limits are unused. One replica does it, each hour."""
        await self._database.write(lambda connection: connection.execute(_PRUNE).rowcount)

    async def reach(self) -> None:
        """Raise StorageUnavailable unless the database answers and accepts writes."""
        await self._database.write(lambda c: c.execute(_CREATE, {"chat_ids": [ALL_CHATS]}).rowcount)
