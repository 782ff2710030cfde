"""Delivered pictures: paged through by their owner, marked as favourites, and deleted on their owner's demand."""

from dataclasses import dataclass

import sqlalchemy as sa

from core.clock import Clock, utc_day
from core.model import SENDING, Request, State
from core.word_search import has_words, search_words
from storage import request_statements as statements
from storage.batches import drop_empty_batches, forget_batches
from storage.database import Database
from storage.quotas import forget_counters
from storage.refunds import forget_reasons
from storage.reports import forget_reports
from storage.rows import read_request
from storage.schema import (
    answers,
    comparisons,
    drafts,
    exports,
    inline_prompts,
    preferences,
    requests,
    searches,
    stickers,
    styles,
)
from storage.stickers import forget_stickers
from storage.users import forget_user


@dataclass(frozen=True, slots=True)
class Selection:
    """The pictures that a pager shows: all of a user in a chat, their favourites, or those that a search finds.

    `shared` are those of all members of a group, or the ones of them that a search finds.
    """

    favourites: bool = False
    search_id: int | None = None
    shared: bool = False


ALL_PICTURES, FAVOURITES, SHARED = Selection(), Selection(favourites=True), Selection(shared=True)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One picture of a selection, newest first: its number from 1, the total, its neighbours' ids and the oldest id.

    `viewer` is the user who pages through the selection, `words` are those of a search.
    """

    viewer: int
    request: Request
    number: int
    total: int
    newer: int | None
    older: int | None
    oldest: int
    selection: Selection = ALL_PICTURES
    words: str | None = None


VISIBLE = sa.and_(~requests.c.forget, requests.c.hidden_at.is_(None))
"""The condition of every picture that is shown, as `Request.is_visible`: kept by its owner, and not hidden."""
_IN_GROUP = requests.c.chat_id < sa.literal_column("0")
"""The condition of the index of groups' requests, in its words: SQLite uses the index only then."""
_READ_AT_ONCE = 500
"""Pictures whose prompts a search reads at once. SQLite folds the case of ASCII letters only, so that is done here."""


class History:
    """Reads, marks and deletes a user's delivered pictures."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def page(
        self,
        user_id: int,
        chat_id: int,
        request_id: int | None = None,
        selection: Selection = ALL_PICTURES,
    ) -> HistoryPage | None:
        """Return the page of a picture in a chat, or the newest if `request_id` is None.

        For a picture that is not in the selection any more, return the next older one, or else the newest. None for an
        empty selection, and for a search that is deleted. A picture of a grid has no file before it is shown by itself.
        """

        def unit(connection: sa.Connection) -> HistoryPage | None:
            ids, words = _selected(connection, user_id, chat_id, selection)
            if not ids:
                return None
            chosen = next((found for found in ids if request_id is None or found <= request_id), ids[0])
            row = connection.execute(sa.select(requests).where(requests.c.id == chosen)).one()
            return _page(user_id, read_request(row), ids, selection, words)

        return await self._database.read(unit)

    async def page_of(self, request: Request, chat_id: int, selection: Selection) -> HistoryPage:
        """Return the page of a request as it is, with the neighbours that it has or would have in the selection."""

        def unit(connection: sa.Connection) -> HistoryPage:
            ids, words = _selected(connection, request.user_id, chat_id, selection)
            return _page(request.user_id, request, ids, selection, words)

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
        """Return a user's delivered pictures of all chats whose prompt has these words, the newest first.

        `before` is the id after which the page before has ended.
        """
        statement = (
            sa.select(requests.c.id, requests.c.prompt)
            .where(_shareable_of(user_id))
            .order_by(requests.c.id.desc())
            .limit(_READ_AT_ONCE)
        )
        wanted = search_words(words)

        def unit(connection: sa.Connection) -> list[Request]:
            found: list[int] = []
            last = before
            while len(found) < limit:
                older = statement if last is None else statement.where(requests.c.id < last)
                read = connection.execute(older).all()
                found += [row.id for row in read if has_words(wanted, row.prompt)]
                if len(read) < _READ_AT_ONCE:
                    break
                last = read[-1].id
            rows = connection.execute(
                sa.select(requests).where(requests.c.id.in_(found[:limit])).order_by(requests.c.id.desc())
            )
            return [read_request(row) for row in rows]

        return await self._database.read(unit)

    async def first_in_private(self, user_id: int) -> int | None:
        """Return the request whose picture was ready first of those that are sent or delivered in the private chat.

        Deleted pictures do not count, so that after /forget the next one is the first again.
        """
        own = sa.select(requests.c.id).where(
            requests.c.user_id == user_id,
            requests.c.chat_id == user_id,
            requests.c.inline_message_id.is_(None),
            statements.in_states({State.DELIVERED, *SENDING}),
        )
        first = own.order_by(sa.func.coalesce(requests.c.ready_at, 0.0), requests.c.id).limit(1)
        return await self._database.read(lambda connection: connection.execute(first).scalar())

    async def set_favourite(self, request_id: int, *, favourite: bool) -> Request | None:
        """Make a picture a favourite, or not one any more, and return it. May be repeated.

        Return None if it is deleted or hidden.
        """
        since = sa.func.coalesce(requests.c.favourite_at, self._clock.now())
        statement = (
            sa.update(requests)
            .where(requests.c.id == request_id, VISIBLE)
            .values(favourite_at=since if favourite else None)
            .returning(*requests.c)
        )

        def unit(connection: sa.Connection) -> Request | None:
            row = connection.execute(statement).first()
            return None if row is None else read_request(row)

        return await self._database.write(unit)

    async def has_edits(self, request: Request) -> bool:
        """Return whether a picture is the source of another picture of its owner."""
        edits = sa.select(sa.literal(1)).where(
            requests.c.user_id == request.user_id, requests.c.parent_id == request.id, ~requests.c.forget
        )
        found = await self._database.read(lambda connection: connection.execute(edits.limit(1)).first())
        return found is not None

    async def delete(self, request_id: int) -> None:
        """Delete one picture, in one transaction. An open request is marked instead and deleted when it is closed.

        Edits of the picture stay, with its file as their source.
        """

        def unit(connection: sa.Connection) -> None:
            _delete(connection, requests.c.id == request_id)
            drop_empty_batches(connection, request_id)
            connection.execute(sa.delete(comparisons).where(comparisons.c.edit_id == request_id))
            connection.execute(sa.delete(stickers).where(stickers.c.request_id == request_id))

        await self._database.write(unit)

    async def forget(self, user_id: int) -> None:
        """Delete a user's data in one transaction, except today's quota counters, the rows of payments
        and the choice to get no broadcasts.

        An open request is marked instead and deleted when it is closed.
        """

        today = utc_day(self._clock.wall())

        def unit(connection: sa.Connection) -> None:
            _delete(connection, requests.c.user_id == user_id)
            forget_counters(connection, user_id, today)
            forget_batches(connection, user_id)
            drafted = sa.select(drafts.c.id).where(drafts.c.user_id == user_id)
            connection.execute(sa.delete(answers).where(answers.c.draft_id.in_(drafted)))
            for table in (drafts, inline_prompts, comparisons, searches, exports, styles):
                connection.execute(sa.delete(table).where(table.c.user_id == user_id))
            forget_stickers(connection, user_id)
            forget_reports(connection, user_id)
            forget_reasons(connection, user_id)
            connection.execute(sa.delete(preferences).where(preferences.c.subject_id == user_id))
            forget_user(connection, user_id)

        await self._database.write(unit)


def _shareable_of(user_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        requests.c.user_id == user_id,
        requests.c.state == State.DELIVERED,
        requests.c.file_id.is_not(None),
        ~requests.c.source_spoiler,
        VISIBLE,
    )


def _delete(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    # Marked first: a request that is closed meanwhile is deleted here or by its own unit.
    connection.execute(sa.update(requests).where(which).values(forget=True))
    closed = requests.c.closed_at.is_not(None)
    connection.execute(sa.delete(requests).where(which, requests.c.forget, closed))


def _selected(
    connection: sa.Connection, user_id: int, chat_id: int, selection: Selection
) -> tuple[list[int], str | None]:
    """Return the ids of the selected pictures, newest first, and the words of the search."""
    own = [
        _IN_GROUP if selection.shared else requests.c.user_id == user_id,
        requests.c.chat_id == chat_id,
        requests.c.state == State.DELIVERED,
        sa.or_(requests.c.file_id.is_not(None), requests.c.batch_id.is_not(None)),
        VISIBLE,
    ]
    newest_first = requests.c.id.desc()
    if selection.search_id is None:
        if selection.favourites:
            own.append(requests.c.favourite_at.is_not(None))
        ids = sa.select(requests.c.id).where(*own).order_by(newest_first)
        return list(connection.execute(ids).scalars()), None
    search = sa.select(searches.c.words).where(
        searches.c.id == selection.search_id, searches.c.user_id == user_id
    )
    words = connection.execute(search).scalar()
    if words is None:
        return [], None
    # Here rather than by LIKE, which ignores the case of ASCII letters only on SQLite, and none of the accents.
    wanted = search_words(words)
    described = sa.select(requests.c.id, requests.c.prompt).where(*own).order_by(newest_first)
    return [row.id for row in connection.execute(described) if has_words(wanted, row.prompt)], words


def _page(
    viewer: int, request: Request, ids: list[int], selection: Selection, words: str | None
) -> HistoryPage:
    newer = [found for found in ids if found > request.id]
    older = [found for found in ids if found < request.id]
    return HistoryPage(
        viewer=viewer,
        request=request,
        number=len(newer) + 1,
        total=len(ids),
        newer=newer[-1] if newer else None,
        older=older[0] if older else None,
        oldest=ids[-1] if ids else request.id,
        selection=selection,
        words=words,
    )
