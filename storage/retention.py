"""Retention: the contents of old requests are emptied, and old rows with words of users deleted, in small steps.

An emptied request keeps its row: its key recognises an edited message, its numbers and times count in statistics, and
movements of credits and quota counters refer to it. It loses the prompt, the file ids, and the names at the provider,
and counts as forgotten, so nothing shows it. Its stickers and comparisons lose their rows, and a batch goes with the
last of its pictures.

Favourites are left out as long as they are favourites. No later step finds the rows that a step changed, so a pass may
be interrupted anywhere and begun anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core.clock import Clock
from storage.database import Database
from storage.schema import answers, batches, comparisons, drafts, inline_prompts, requests, searches, stickers

DAY = 86_400.0
ROWS = 200
"""Most requests that one transaction empties, and most other rows that one deletes: some milliseconds of locks."""
LOOKED_AT = 2_000
"""Ids of requests that one step looks at. Reading holds no lock."""

_KEPT = sa.or_(requests.c.closed_at.is_(None), requests.c.favourite_at.is_not(None), requests.c.forget)
_OLD = sa.and_(~_KEPT, requests.c.closed_at < sa.bindparam("before"))
_FIND = (
    sa.select(requests.c.id)
    .where(requests.c.id > sa.bindparam("after"), requests.c.id <= sa.bindparam("up_to"), _OLD)
    .order_by(requests.c.id)
    .limit(ROWS)
)
_LAST = sa.select(sa.func.max(requests.c.id))
_EMPTY = (
    sa.update(requests)
    .where(requests.c.id.in_(sa.bindparam("ids", expanding=True)), _OLD)
    .values(
        forget=True,
        prompt="",
        source_file_id=None,
        source_unique_id=None,
        task_id=None,
        picture_url=None,
        file_id=None,
        file_kind=None,
        original_file_id=None,
    )
    .returning(requests.c.id, requests.c.batch_id)
)
_SHOWN = sa.exists().where(requests.c.batch_id == batches.c.id, ~requests.c.forget)
_DROP_BATCHES = sa.delete(batches).where(batches.c.id.in_(sa.bindparam("ids", expanding=True)), ~_SHOWN)
_DROP_COMPARISONS = sa.delete(comparisons).where(
    comparisons.c.edit_id.in_(sa.bindparam("ids", expanding=True))
)
_DROP_STICKERS = sa.delete(stickers).where(stickers.c.request_id.in_(sa.bindparam("ids", expanding=True)))
_WITH_WORDS = (
    (drafts, drafts.c.created_at),
    (inline_prompts, inline_prompts.c.asked_at),
    (searches, searches.c.searched_at),
)
"""Other tables with words of users, and the column with the time of each row."""


@dataclass(frozen=True, slots=True)
class Step:
    """The result of a step: the id after which the next one begins, None at the end of a pass, and the changed rows."""

    after: int | None
    changed: int


class Retention:
    """Empties and deletes what is older than `keep_days` days."""

    def __init__(self, *, database: Database, clock: Clock, keep_days: int) -> None:
        self._database = database
        self._clock = clock
        self._keep_seconds = keep_days * DAY

    async def empty_requests(self, after: int) -> Step:
        """Empty at most `ROWS` requests in one transaction: those of the next `LOOKED_AT` ids above `after`.

        Raises StorageUnavailable.
        """
        before, up_to = self._clock.now() - self._keep_seconds, after + LOOKED_AT
        values = {"after": after, "up_to": up_to, "before": before}

        def find(connection: sa.Connection) -> tuple[Sequence[int], int]:
            return connection.execute(_FIND, values).scalars().all(), connection.execute(_LAST).scalar() or 0

        found, last = await self._database.read(find)
        emptied = await self._database.write(lambda c: _empty(c, found, before)) if found else 0
        reached = found[-1] if len(found) == ROWS else up_to
        return Step(reached if reached < last else None, emptied)

    async def delete_words(self) -> Step:
        """Delete at most `ROWS` rows of each other table with words of users. The pass ends once there are fewer."""
        before = self._clock.now() - self._keep_seconds
        numbers = [await self._delete_old(table, time < before) for table, time in _WITH_WORDS]
        return Step(0 if ROWS in numbers else None, sum(numbers))

    async def _delete_old(self, table: sa.Table, is_old: sa.ColumnElement[bool]) -> int:
        old = sa.select(table.c.id).where(is_old).order_by(table.c.id).limit(ROWS)
        ids = await self._database.read(lambda connection: connection.execute(old).scalars().all())
        return await self._database.write(lambda connection: _delete(connection, table, ids)) if ids else 0


def _empty(connection: sa.Connection, ids: Sequence[int], before: float) -> int:
    """Empty those of the requests that are still old, with the rows that belong to them. Return their number."""
    rows = connection.execute(_EMPTY, {"ids": ids, "before": before}).all()
    emptied = [row.id for row in rows]
    of_batches = sorted({row.batch_id for row in rows if row.batch_id is not None})
    for statement, which in (
        (_DROP_COMPARISONS, emptied),
        (_DROP_STICKERS, emptied),
        (_DROP_BATCHES, of_batches),
    ):
        if which:
            connection.execute(statement, {"ids": which})
    return len(emptied)


def _delete(connection: sa.Connection, table: sa.Table, ids: Sequence[int]) -> int:
    if table is drafts:
        connection.execute(sa.delete(answers).where(answers.c.draft_id.in_(ids)))
    return connection.execute(sa.delete(table).where(table.c.id.in_(ids))).rowcount
