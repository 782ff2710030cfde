"""Requests as the admin page shows them: those that are open, and the last ones that failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.model import State
from storage.database import Database
from storage.schema import requests, users

LISTED = 10
"""Most requests in each of the lists."""
SEARCHED = 2_000
"""Newest requests among which failed ones are looked for, so that a bot without failures does not read its ledger."""
_FAILED = (State.FAILED.value, State.UNDELIVERABLE.value)
_COLUMNS = (
    *(requests.c.id, requests.c.user_id, requests.c.prompt, requests.c.state, requests.c.accepted_at),
    *(requests.c.finished_at, requests.c.failure, requests.c.failure_detail, users.c.name),
)
_WITH_NAMES = requests.outerjoin(users, users.c.id == requests.c.user_id)
_IS_OPEN = sa.and_(requests.c.closed_at.is_(None), requests.c.finished_at.is_(None))
_COUNTS = sa.select(requests.c.state, sa.func.count()).where(_IS_OPEN).group_by(requests.c.state)
_OPEN = sa.select(*_COLUMNS).select_from(_WITH_NAMES).where(_IS_OPEN).order_by(requests.c.id).limit(LISTED)
_NEWEST = sa.select(sa.func.max(requests.c.id))
_LAST_FAILED = (
    sa.select(*_COLUMNS)
    .select_from(_WITH_NAMES)
    .where(requests.c.id > sa.bindparam("after"), requests.c.state.in_(_FAILED))
    .order_by(requests.c.id.desc())
    .limit(LISTED)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRequest:
    """A request in a list. `name` is that of its user, None if it is not known. The prompt may be emptied.

    `failure` is a text, because another version of the program may know more kinds.
    """

    id: int
    user_id: int
    name: str | None
    prompt: str
    state: State
    accepted_at: float
    finished_at: float | None
    failure: str | None
    failure_detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOverview:
    """The numbers of open requests by state, the oldest of them, and the last that failed, the newest first."""

    counts: Mapping[State, int]
    oldest: Sequence[ListedRequest]
    failed: Sequence[ListedRequest]


class OpenRequests:
    """Reads requests for the admin page."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def overview(self) -> RequestOverview:
        """Return the requests as they are now."""

        def unit(connection: sa.Connection) -> RequestOverview:
            newest = connection.execute(_NEWEST).scalar() or 0
            return RequestOverview(
                counts={State(state): count for state, count in connection.execute(_COUNTS)},
                oldest=_read(connection.execute(_OPEN)),
                failed=_read(connection.execute(_LAST_FAILED, {"after": newest - SEARCHED})),
            )

        return await self._database.read(unit)


def _read(rows: sa.CursorResult[Any]) -> list[ListedRequest]:
    return [ListedRequest(**row | {"state": State(row["state"])}) for row in map(dict, rows.mappings())]
