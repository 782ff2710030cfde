"""The lasting choices of users and groups."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from core.model import AspectRatio
from core.reply_target import is_group
from storage.database import Database
from storage.schema import preferences
from storage.upsert import insert

_CACHED_SUBJECTS = 10_000
"""Subjects in the cache: nearly every update needs the choices of one or two."""


class WhoMayDraw(StrEnum):
    """The members of a group that may draw."""

    ALL = "all"
    ADMINS = "admins"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Preference:
    """The choices of one subject. None means not chosen. Only groups use `who`, `daily` and the last four.

    `style` is the key of a style that the user may have deleted since. `member_daily` is the part of the group's day
    that each member may use. In a group with a `shared_history` all members see its pictures, `spoiler` covers each
    picture, and with `approval` its admins decide whether one is drawn.
    """

    ratio: AspectRatio | None = None
    language: str | None = None
    who: WhoMayDraw = WhoMayDraw.ALL
    daily: int | None = None
    style: str | None = None
    shared_history: bool = False
    member_daily: int | None = None
    spoiler: bool = False
    approval: bool = False


_OF = sa.select(preferences).where(preferences.c.subject_id == sa.bindparam("of_subject"))


class Preferences:
    """Every read and write of the preferences table, cached if this process is the only writer."""

    def __init__(self, database: Database, *, only_writer: bool = True) -> None:
        self._database = database
        self._only_writer = only_writer
        self._cached: dict[int, Preference] = {}
        self._changes = 0

    async def of(self, subject_id: int) -> Preference:
        """Return the choices of a user (positive id) or a group (negative id)."""
        cached = self._cached.get(subject_id)
        if cached is None:
            changes = self._changes
            row = await self._database.read(lambda c: c.execute(_OF, {"of_subject": subject_id}).first())
            cached = Preference() if row is None else _preference(row)
            if changes != self._changes or not self._only_writer:
                return cached  # it may have changed since it was read
            if len(self._cached) >= _CACHED_SUBJECTS:
                self._cached.clear()
            self._cached[subject_id] = cached
        return cached

    async def cover_pictures(self, chat_id: int) -> bool:
        """Return whether every picture in a chat is sent under a spoiler, because it is a group that chose that."""
        return is_group(chat_id) and (await self.of(chat_id)).spoiler

    async def users_with_language(self) -> list[int]:
        """Return the users who chose a language."""
        chosen = sa.and_(preferences.c.subject_id > 0, preferences.c.language.is_not(None))
        statement = sa.select(preferences.c.subject_id).where(chosen)
        return await self._database.read(lambda connection: list(connection.execute(statement).scalars()))

    async def choose(self, subject_id: int, **values: Any) -> None:
        """Store choices by name (see `Preference`). None resets one."""
        statement = (
            insert(preferences)
            .values(subject_id=subject_id, **values)
            .on_conflict_do_update(index_elements=[preferences.c.subject_id], set_=values)
        )
        await self._database.write(lambda connection: connection.execute(statement).rowcount)
        self.reload(subject_id)

    def reload(self, *subject_ids: int) -> None:
        """Drop these subjects from the cache, after another module has changed their rows."""
        self._changes += 1
        for subject_id in subject_ids:
            self._cached.pop(subject_id, None)


def _preference(row: sa.Row[Any]) -> Preference:
    return Preference(
        ratio=AspectRatio(row.ratio) if row.ratio else None,
        language=row.language,
        who=WhoMayDraw(row.who) if row.who else WhoMayDraw.ALL,
        daily=row.daily,
        style=row.style,
        shared_history=bool(row.shared_history),
        member_daily=row.member_daily,
        spoiler=bool(row.spoiler),
        approval=bool(row.approval),
    )
