"""Words that the admins of a group blocked in their group."""

from enum import Enum

import sqlalchemy as sa

from storage.database import Database
from storage.locks import hold
from storage.schema import group_words
from storage.upsert import insert

MOST_WORDS = 100
"""Blocked words of one group."""
_CACHED_GROUPS = 1_000


class Blocking(Enum):
    """The result of the wish to block a word."""

    DONE = "done"
    KNOWN = "known"
    FULL = "full"
    """The group has `MOST_WORDS` others."""


class GroupWords:
    """Every read and write of the table of groups' words, cached if this process is the only writer."""

    def __init__(self, database: Database, *, only_writer: bool = True) -> None:
        self._database = database
        self._only_writer = only_writer
        self._cached: dict[int, tuple[str, ...]] = {}
        self._changes = 0

    async def of(self, chat_id: int) -> tuple[str, ...]:
        """Return the words of a group as they were entered, in the order of the alphabet."""
        cached = self._cached.get(chat_id)
        if cached is None:
            changes = self._changes
            cached = await self._database.read(lambda connection: _words(connection, chat_id))
            if changes != self._changes or not self._only_writer:
                return cached  # they may have changed since they were read
            if len(self._cached) >= _CACHED_GROUPS:
                self._cached.clear()
            self._cached[chat_id] = cached
        return cached

    async def block(self, chat_id: int, word: str) -> Blocking:
        """Add a word to those of a group."""
        statement = insert(group_words).values(chat_id=chat_id, word=word).on_conflict_do_nothing()

        def unit(connection: sa.Connection) -> Blocking:
            hold(connection, "words of", chat_id)
            words = _words(connection, chat_id)
            if word in words:
                return Blocking.KNOWN
            if len(words) >= MOST_WORDS:
                return Blocking.FULL
            connection.execute(statement)
            return Blocking.DONE

        done = await self._database.write(unit)
        self.reload(chat_id)
        return done

    async def allow(self, chat_id: int, word: str) -> bool:
        """Remove a word from those of a group. Return False if it is none of them."""
        own = sa.delete(group_words).where(group_words.c.chat_id == chat_id, group_words.c.word == word)
        removed = await self._database.write(lambda connection: connection.execute(own).rowcount)
        self.reload(chat_id)
        return removed > 0

    def reload(self, *chat_ids: int) -> None:
        """Drop these groups from the cache, after a change of their rows."""
        self._changes += 1
        for chat_id in chat_ids:
            self._cached.pop(chat_id, None)


def _words(connection: sa.Connection, chat_id: int) -> tuple[str, ...]:
    statement = sa.select(group_words.c.word).where(group_words.c.chat_id == chat_id)
    return tuple(sorted(connection.execute(statement).scalars()))
