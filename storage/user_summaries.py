"""Summaries of single users for the bot's admins, and the search for users by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core.model import Request, State
from storage.database import Database
from storage.rows import read_request
from storage.schema import requests, star_charges, users
from storage.users import StoredUser, find_user

LAST_REQUESTS = 5
FOUND_USERS = 10
"""Most users that a search returns."""
_OF_USER = requests.c.user_id == sa.bindparam("of_user")
_COUNTS = sa.select(requests.c.state, sa.func.count()).where(_OF_USER).group_by(requests.c.state)
_SPENT = sa.select(sa.func.sum(requests.c.cost)).where(_OF_USER)
_LAST = (
    sa.select(requests)
    .where(_OF_USER, ~requests.c.forget)
    .order_by(requests.c.id.desc())
    .limit(LAST_REQUESTS)
)
_STARS = sa.select(sa.func.sum(star_charges.c.stars)).where(star_charges.c.user_id == sa.bindparam("of_user"))


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSummary:
    """A user, with the numbers of their requests by state, the roubles spent for these, and the Stars they paid.

    `user` is None for one who is not known by name. `last` are the newest requests, without deleted and emptied ones.
    """

    user: StoredUser | None
    counts: Mapping[State, int]
    roubles: float
    stars: int
    last: Sequence[Request]


class UserSummaries:
    """Reads users for the bot's admins."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, user_id: int) -> UserSummary:
        """Return the summary of a user or of a chat that draws."""

        def unit(connection: sa.Connection) -> UserSummary:
            own = {"of_user": user_id}
            return UserSummary(
                user=find_user(connection, user_id),
                counts={State(state): count for state, count in connection.execute(_COUNTS, own)},
                roubles=connection.execute(_SPENT, own).scalar() or 0.0,
                stars=int(connection.execute(_STARS, own).scalar() or 0),
                last=[read_request(row) for row in connection.execute(_LAST, own)],
            )

        return await self._database.read(unit)

    async def find(self, text: str) -> list[StoredUser]:
        """Return up to one more than `FOUND_USERS` users whose name, username or id has a text, the newest first.

        An id has to be the whole text. The search reads all users, which takes some tenths of a second for a million.
        """
        wanted = text.removeprefix("@").strip()
        if not wanted:
            return []
        conditions = [users.c.name.contains(one, autoescape=True) for one in _spellings(wanted)]
        folded = wanted.lower()
        for column in (users.c.name, users.c.username):
            conditions.append(sa.func.lower(column).contains(folded, autoescape=True))
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
            conditions.append(users.c.id == int(wanted))
        newest_first = sa.func.coalesce(users.c.last_day, "").desc()
        statement = sa.select(users).where(sa.or_(*conditions)).order_by(newest_first, users.c.id.desc())

        def unit(connection: sa.Connection) -> list[StoredUser]:
            rows = connection.execute(statement.limit(FOUND_USERS + 1))
            return [StoredUser(**row._asdict()) for row in rows]

        return await self._database.read(unit)


def _spellings(text: str) -> set[str]:
    """Return the usual spellings of a name: SQLite knows the case of ASCII letters only."""
    return {text, text.lower(), text.upper(), text.capitalize(), text.title()}
