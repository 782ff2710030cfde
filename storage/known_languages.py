"""The languages that users are known to have, for messages that answer no update."""

import sqlalchemy as sa

from storage.database import Database
from storage.schema import requests, star_orders, users

_OF_ACCOUNT = sa.select(users.c.language).where(users.c.id == sa.bindparam("of_user"))
_OF_REQUEST = (
    sa.select(requests.c.language)
    .where(requests.c.user_id == sa.bindparam("of_user"))
    .order_by(requests.c.id.desc())
    .limit(1)
)
_OF_ORDER = (
    sa.select(star_orders.c.language)
    .where(star_orders.c.user_id == sa.bindparam("of_user"))
    .order_by(star_orders.c.created_at.desc())
    .limit(1)
)


class KnownLanguages:
    """Reads the languages that the ledger has stored with users, requests and orders."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, user_id: int) -> str | None:
        """Return the language of a user's app, or else of their newest request or order, or None."""

        def unit(connection: sa.Connection) -> str | None:
            for statement in (_OF_ACCOUNT, _OF_REQUEST, _OF_ORDER):
                found: str | None = connection.execute(statement, {"of_user": user_id}).scalar()
                if found is not None:
                    return found
            return None

        return await self._database.read(unit)
