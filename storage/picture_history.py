"""Delivered pictures: paged through by their owner, and deleted on their owner's demand."""

from dataclasses import dataclass

import sqlalchemy as sa

from core.model import Request, State
from storage.database import Database
from storage.rows import read_request
from storage.schema import answers, comparisons, drafts, inline_prompts, preferences, requests


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One picture of a history, newest first: its number from 1, the total, its neighbours' ids and the oldest id."""

    request: Request
    number: int
    total: int
    newer: int | None
    older: int | None
    oldest: int


_SEARCHED = 2_000
"""Pictures whose prompts a search reads. SQLite folds the case of ASCII letters only, so that is done here."""


class History:
    """Reads and deletes a user's delivered pictures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, user_id: int, chat_id: int, request_id: int | None = None) -> HistoryPage | None:
        """Return the page of a picture in a chat, or the newest if `request_id` is None. None for an empty history.

        For a picture that was deleted, return the next older one, or else the newest.
        """
        own = sa.and_(
            requests.c.user_id == user_id,
            requests.c.chat_id == chat_id,
            requests.c.state == State.DELIVERED,
            requests.c.file_id.is_not(None),
            ~requests.c.forget,
        )

        def unit(connection: sa.Connection) -> HistoryPage | None:
            ids = list(
                connection.execute(
                    sa.select(requests.c.id).where(own).order_by(requests.c.id.desc())
                ).scalars()
            )
            if not ids:
                return None
            at = next((i for i, found in enumerate(ids) if request_id is None or found <= request_id), 0)
            row = connection.execute(sa.select(requests).where(requests.c.id == ids[at])).one()
            return HistoryPage(
                request=read_request(row),
                number=at + 1,
                total=len(ids),
                newer=ids[at - 1] if at else None,
                older=ids[at + 1] if at + 1 < len(ids) else None,
                oldest=ids[-1],
            )

        return await self._database.read(unit)

    async def shareable(self, user_id: int, request_id: int) -> Request | None:
        """Return a delivered picture of a user, from any chat, or None. A picture under a spoiler is not shared."""
        statement = sa.select(requests).where(_shareable_of(user_id), requests.c.id == request_id)

        def unit(connection: sa.Connection) -> Request | None:
            row = connection.execute(statement).first()
            return None if row is None else read_request(row)

        return await self._database.read(unit)

    async def search_shareable(
        self, user_id: int, words: str, *, before: int | None, limit: int
    ) -> list[Request]:
        """Return a user's delivered pictures of all chats whose prompt contains these words, the newest first.

        `before` is the id after which the page before has ended.
        """
        statement = (
            sa.select(requests.c.id, requests.c.prompt)
            .where(_shareable_of(user_id))
            .order_by(requests.c.id.desc())
            .limit(_SEARCHED)
        )
        if before is not None:
            statement = statement.where(requests.c.id < before)
        wanted = words.casefold()

        def unit(connection: sa.Connection) -> list[Request]:
            found = [row.id for row in connection.execute(statement) if wanted in row.prompt.casefold()]
            rows = connection.execute(
                sa.select(requests).where(requests.c.id.in_(found[:limit])).order_by(requests.c.id.desc())
            )
            return [read_request(row) for row in rows]

        return await self._database.read(unit)

    async def forget(self, user_id: int) -> None:
        """Delete a user's data, except the quota counters, in one transaction.

        An open request is marked instead and deleted when it is closed.
        """

        def unit(connection: sa.Connection) -> None:
            own = requests.c.user_id == user_id
            # Marked first: a request that is closed meanwhile is deleted here or by its own unit.
            connection.execute(sa.update(requests).where(own).values(forget=True))
            closed = requests.c.closed_at.is_not(None)
            connection.execute(sa.delete(requests).where(own, requests.c.forget, closed))
            drafted = sa.select(drafts.c.id).where(drafts.c.user_id == user_id)
            connection.execute(sa.delete(answers).where(answers.c.draft_id.in_(drafted)))
            connection.execute(sa.delete(drafts).where(drafts.c.user_id == user_id))
            connection.execute(sa.delete(inline_prompts).where(inline_prompts.c.user_id == user_id))
            connection.execute(sa.delete(comparisons).where(comparisons.c.user_id == user_id))
            connection.execute(sa.delete(preferences).where(preferences.c.subject_id == user_id))

        await self._database.write(unit)


def _shareable_of(user_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        requests.c.user_id == user_id,
        requests.c.state == State.DELIVERED,
        requests.c.file_id.is_not(None),
        ~requests.c.source_spoiler,
        ~requests.c.forget,
    )
