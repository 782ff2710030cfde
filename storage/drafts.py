"""Requests that still lack a prompt or a ratio, and the question the bot asked for it."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from core.clock import Clock
from core.model import AspectRatio
from storage.database import Database, Unit
from storage.schema import drafts

KEPT_SECONDS = 90 * 86_400
"""Buttons under messages older than this say that they are too old."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known so far. `key` becomes the request's key, so one message is one request at most."""

    id: int
    key: str
    user_id: int
    chat_id: int
    thread_id: int | None
    message_id: int
    prompt: str | None
    ratio: AspectRatio | None
    source_file_id: str | None
    parent_id: int | None
    question_message_id: int | None
    created_at: float


def _draft(row: sa.Row[Any]) -> Draft:
    values = row._asdict()
    values["ratio"] = AspectRatio(values["ratio"]) if values["ratio"] else None
    return Draft(**values)


class Drafts:
    """Every read and write of the drafts table."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def save(
        self,
        *,
        key: str,
        user_id: int,
        chat_id: int,
        thread_id: int | None,
        message_id: int,
        prompt: str | None,
        ratio: AspectRatio | None = None,
        source_file_id: str | None = None,
        parent_id: int | None = None,
    ) -> Draft:
        """Keep a draft. The same key saved again is the same draft."""
        values = {
            "key": key,
            "user_id": user_id,
            "chat_id": chat_id,
            "thread_id": thread_id,
            "message_id": message_id,
            "prompt": prompt,
            "ratio": ratio,
            "source_file_id": source_file_id,
            "parent_id": parent_id,
            "created_at": self._clock.now(),
        }

        def unit(connection: sa.Connection) -> Draft:
            connection.execute(insert(drafts).on_conflict_do_nothing(), values)
            return _draft(connection.execute(sa.select(drafts).where(drafts.c.key == key)).one())

        return await self._database.write(unit)

    async def set_question(self, draft_id: int, message_id: int) -> None:
        """Remember the bot's message that asks for the rest."""
        statement = sa.update(drafts).where(drafts.c.id == draft_id).values(question_message_id=message_id)
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def rewrite(self, draft_id: int, prompt: str) -> None:
        """Give a draft another prompt."""
        statement = sa.update(drafts).where(drafts.c.id == draft_id).values(prompt=prompt)
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def by_key(self, key: str) -> Draft | None:
        """Return the draft a cause led to."""
        return await self._database.read(self._first(drafts.c.key == key))

    async def get(self, draft_id: int) -> Draft | None:
        """Return a draft, or None once it is too old."""
        return await self._database.read(self._first(drafts.c.id == draft_id))

    async def by_question(self, chat_id: int, message_id: int) -> Draft | None:
        """Return the draft that this message of the bot's asked about."""
        condition = sa.and_(drafts.c.chat_id == chat_id, drafts.c.question_message_id == message_id)
        return await self._database.read(self._first(condition))

    async def prune(self) -> None:
        """Forget drafts nobody finished."""
        statement = sa.delete(drafts).where(drafts.c.created_at < self._clock.now() - KEPT_SECONDS)
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    def _first(self, condition: sa.ColumnElement[bool]) -> Unit[Draft | None]:
        def unit(connection: sa.Connection) -> Draft | None:
            row = connection.execute(sa.select(drafts).where(condition)).first()
            return None if row is None else _draft(row)

        return unit
