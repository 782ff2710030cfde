"""Users' own styles: templates of prompts."""

import sqlalchemy as sa

from core.clock import Clock
from core.styles import MOST_OWN, Style
from storage.database import Database
from storage.locks import hold
from storage.schema import preferences, styles
from storage.upsert import insert

_EMOJI = "✨"


class Styles:
    """Every read and write of the table of styles but those of other units of work."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, user_id: int) -> list[Style]:
        """Return a user's own styles, oldest first."""
        statement = sa.select(styles).where(styles.c.user_id == user_id)
        statement = statement.order_by(styles.c.saved_at, styles.c.key)

        def unit(connection: sa.Connection) -> list[Style]:
            rows = connection.execute(statement)
            return [Style(row.key, _EMOJI, row.template, row.label) for row in rows]

        return await self._database.read(unit)

    async def save(self, user_id: int, key: str, label: str, template: str) -> bool:
        """Store a style, in the place of one with the same key. Return False if the user has `MOST_OWN` others."""
        values = {"label": label, "template": template}
        columns = {"user_id": user_id, "key": key, "saved_at": self._clock.now(), **values}
        statement = insert(styles).on_conflict_do_update(
            index_elements=[styles.c.user_id, styles.c.key], set_=values
        )
        others = sa.select(sa.func.count()).where(styles.c.user_id == user_id, styles.c.key != key)

        def unit(connection: sa.Connection) -> bool:
            hold(connection, "styles of", user_id)
            if connection.execute(others).scalar_one() >= MOST_OWN:
                return False
            connection.execute(statement, columns)
            return True

        return await self._database.write(unit)

    async def delete(self, user_id: int, key: str) -> bool:
        """Delete a style, also as the usual one. Return False if there is none. The caller reloads the preference."""
        own = sa.delete(styles).where(styles.c.user_id == user_id, styles.c.key == key)
        usual = sa.update(preferences).where(preferences.c.subject_id == user_id, preferences.c.style == key)

        def unit(connection: sa.Connection) -> bool:
            if connection.execute(own).rowcount == 0:
                return False
            connection.execute(usual.values(style=None))
            return True

        return await self._database.write(unit)
