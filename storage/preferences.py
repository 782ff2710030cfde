"""What a person or a group chose once and for all."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from core.model import AspectRatio
from storage.database import Database
from storage.schema import preferences

_REMEMBERED = 10_000
"""Subjects whose choices are kept in memory, too: nearly every update asks for one or two."""


class WhoMayDraw(StrEnum):
    """Who may draw in a group."""

    ALL = "all"
    ADMINS = "admins"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Preference:
    """The choices of one subject; None means: not chosen. `who` and `daily` are a group's alone."""

    ratio: AspectRatio | None = None
    language: str | None = None
    who: WhoMayDraw = WhoMayDraw.ALL
    daily: int | None = None


class Preferences:
    """Reads and writes preferences. The only writer there is, so what it remembers is true."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, Preference] = {}

    async def of(self, subject_id: int) -> Preference:
        """Return what a person (positive id) or a group (negative id) chose."""
        known = self._known.get(subject_id)
        if known is None:
            statement = sa.select(preferences).where(preferences.c.subject_id == subject_id)
            row = await self._database.read(lambda connection: connection.execute(statement).first())
            known = Preference() if row is None else _preference(row)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[subject_id] = known
        return known

    async def choose(self, subject_id: int, **values: Any) -> None:
        """Remember choices by name (see `Preference`); None takes one back."""
        statement = (
            insert(preferences)
            .values(subject_id=subject_id, **values)
            .on_conflict_do_update(index_elements=[preferences.c.subject_id], set_=values)
        )
        await self._database.write(lambda connection: connection.execute(statement).rowcount)
        self.reload(subject_id)

    def reload(self, *subject_ids: int) -> None:
        """Read these subjects anew: their rows were changed in a transaction of somebody else's."""
        for subject_id in subject_ids:
            self._known.pop(subject_id, None)


def _preference(row: sa.Row[Any]) -> Preference:
    return Preference(
        ratio=AspectRatio(row.ratio) if row.ratio else None,
        language=row.language,
        who=WhoMayDraw(row.who) if row.who else WhoMayDraw.ALL,
        daily=row.daily,
    )
