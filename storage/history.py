"""Pictures that were delivered: paged through by who drew them, and forgotten when they say so."""

from dataclasses import dataclass

import sqlalchemy as sa

from core.model import Request, State
from storage.database import Database
from storage.requests import read_request
from storage.schema import drafts, preferences, requests


@dataclass(frozen=True, slots=True)
class Page:
    """One picture of a history, newest first: its number from 1, of how many, and its neighbours' ids."""

    request: Request
    number: int
    total: int
    newer: int | None
    older: int | None


class History:
    """Reads and forgets what the ledger keeps about a person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, user_id: int, chat_id: int, request_id: int | None = None) -> Page | None:
        """Return the page of a picture in this chat: the newest where none is named. None where there is none.

        A picture that is gone by now gives way to the next older one, or else the newest.
        """
        own = sa.and_(
            requests.c.user_id == user_id,
            requests.c.chat_id == chat_id,
            requests.c.state == State.DELIVERED,
            requests.c.file_id.is_not(None),
            ~requests.c.forget,
        )

        def unit(connection: sa.Connection) -> Page | None:
            ids = list(
                connection.execute(
                    sa.select(requests.c.id).where(own).order_by(requests.c.id.desc())
                ).scalars()
            )
            if not ids:
                return None
            at = next((i for i, found in enumerate(ids) if request_id is None or found <= request_id), 0)
            row = connection.execute(sa.select(requests).where(requests.c.id == ids[at])).one()
            return Page(
                request=read_request(row),
                number=at + 1,
                total=len(ids),
                newer=ids[at - 1] if at else None,
                older=ids[at + 1] if at + 1 < len(ids) else None,
            )

        return await self._database.read(unit)

    async def forget(self, user_id: int) -> None:
        """Delete what is kept about a person, quota counters aside, in one transaction.

        A request whose last words are not said yet is deleted when they are.
        """

        def unit(connection: sa.Connection) -> None:
            own = requests.c.user_id == user_id
            connection.execute(sa.delete(requests).where(own, requests.c.closed_at.is_not(None)))
            connection.execute(sa.update(requests).where(own).values(forget=True))
            connection.execute(sa.delete(drafts).where(drafts.c.user_id == user_id))
            connection.execute(sa.delete(preferences).where(preferences.c.subject_id == user_id))

        await self._database.write(unit)
