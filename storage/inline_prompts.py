"""The prompts that inline messages offer to draw: a button's callback data has no room for one."""

from dataclasses import dataclass

import sqlalchemy as sa

from core.clock import Clock
from core.model import SourcePicture
from storage.database import Database
from storage.rows import read_source, source_columns
from storage.schema import inline_prompts
from storage.upsert import insert

KEPT_SECONDS = 7 * 86_400.0
"""A button under an older message is answered as expired."""


@dataclass(frozen=True, slots=True)
class InlinePrompt:
    """A prompt of a user, with the picture to change if there is one. `key` names the cause (handlers.origins)."""

    id: int
    key: str
    user_id: int
    prompt: str
    source: SourcePicture | None


class InlinePrompts:
    """Every read and write of the table of prompts."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def save(self, key: str, user_id: int, prompt: str, source: SourcePicture | None = None) -> int:
        """Store a prompt, or renew the stored one with this key. Return its id."""
        now = self._clock.now()
        columns = {"key": key, "user_id": user_id, "prompt": prompt, "asked_at": now} | source_columns(source)
        statement = (
            insert(inline_prompts)
            .on_conflict_do_update(index_elements=[inline_prompts.c.key], set_={"asked_at": now})
            .returning(inline_prompts.c.id)
        )
        return await self._database.write(
            lambda connection: int(connection.execute(statement, columns).scalar_one())
        )

    async def drop(self, key: str, user_id: int) -> None:
        """Store that a user wants no request with a key. The record has no prompt."""
        await self.save(key, user_id, "")

    async def has(self, key: str) -> bool:
        """Return whether a prompt or a record has this key."""
        statement = sa.select(sa.literal(1)).where(inline_prompts.c.key == key)
        return await self._database.read(lambda connection: connection.execute(statement).first() is not None)

    async def get(self, prompt_id: int) -> InlinePrompt | None:
        """Return a prompt, or None once it is pruned or forgotten."""
        is_it = sa.and_(inline_prompts.c.id == prompt_id, inline_prompts.c.prompt != "")
        statement = sa.select(inline_prompts).where(is_it)

        def unit(connection: sa.Connection) -> InlinePrompt | None:
            row = connection.execute(statement).first()
            if row is None:
                return None
            return InlinePrompt(row.id, row.key, row.user_id, row.prompt, read_source(row))

        return await self._database.read(unit)

    async def prune(self) -> None:
        """Delete the prompts that were asked for longer than `KEPT_SECONDS` ago."""
        condition = inline_prompts.c.asked_at < self._clock.now() - KEPT_SECONDS
        statement = sa.delete(inline_prompts).where(condition)
        await self._database.write(lambda connection: connection.execute(statement).rowcount)
