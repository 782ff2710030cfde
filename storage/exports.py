"""Exports: everything kept of a user, on its way to them as one file or several."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.clock import Clock
from core.model import Request
from storage.database import Database
from storage.locks import hold
from storage.rows import read_request
from storage.schema import (
    drafts,
    exports,
    inline_prompts,
    preferences,
    requests,
    searches,
    sticker_sets,
    styles,
)
from storage.upsert import insert
from storage.users import StoredUser, find_user

HOUR = 3600.0
"""A user may have one export within this time, in seconds."""


@dataclass(frozen=True, slots=True)
class Export:
    """One row of the table of exports, which describes the columns."""

    id: int
    key: str
    user_id: int
    language: str
    asked_at: float
    last_id: int
    sent_id: int
    files: int
    tries: int
    finished_at: float | None


@dataclass(frozen=True, slots=True)
class TooSoon:
    """The user had an export already. The next one is possible in some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class KeptChoices:
    """Everything kept of a user but requests: choices, and texts with their times.

    `questions` are the texts that wait for an answer or for a press. `styles` are the names and templates of the user's
    own, `sticker_sets` the names of the sets at Telegram, and `user` is what Telegram showed of the user last.
    """

    ratio: str | None
    language: str | None
    questions: list[tuple[str | None, float]]
    searches: list[tuple[str, float]]
    style: str | None
    styles: list[tuple[str, str]]
    sticker_sets: list[str]
    user: StoredUser | None


class Exports:
    """Every read and write of the table of exports, and the reads of everything that an export contains."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begin(self, key: str, user_id: int, language: str) -> Export | TooSoon | None:
        """Store an export and return it, or None if nothing is kept. A known key is the stored export."""
        now = self._clock.now()

        def unit(connection: sa.Connection) -> Export | TooSoon | None:
            hold(connection, "user", user_id)
            known = connection.execute(sa.select(exports).where(exports.c.key == key)).first()
            if known is not None:
                return _read(known)
            own = sa.select(sa.func.max(exports.c.asked_at)).where(exports.c.user_id == user_id)
            asked_at = connection.execute(own).scalar()
            if asked_at is not None and now - asked_at < HOUR:
                return TooSoon(asked_at + HOUR - now)
            newest = sa.select(sa.func.max(requests.c.id)).where(
                requests.c.user_id == user_id, ~requests.c.forget
            )
            last_id = connection.execute(newest).scalar()
            if last_id is None and not _keeps_more(connection, user_id):
                return None
            values = {
                "key": key,
                "user_id": user_id,
                "language": language,
                "asked_at": now,
                "last_id": last_id or 0,
            }
            row = connection.execute(insert(exports).returning(*exports.c), values).one()
            return _read(row)

        return await self._database.write(unit)

    async def next_open(self, *, without: Collection[int] = ()) -> Export | None:
        """Return the open export of which the fewest files are sent, or None. Those `without` are left out."""
        waiting = sa.select(exports).where(
            exports.c.finished_at.is_(None), exports.c.id.not_in(list(without))
        )
        first = waiting.order_by(exports.c.files, exports.c.id).limit(1)
        row = await self._database.read(lambda connection: connection.execute(first).first())
        return None if row is None else _read(row)

    async def requests_after(self, export: Export, request_id: int, most: int) -> list[Request]:
        """Return up to `most` requests of an export after an id, oldest first."""
        own = sa.select(requests).where(
            requests.c.user_id == export.user_id,
            requests.c.id > request_id,
            requests.c.id <= export.last_id,
            ~requests.c.forget,
        )
        statement = own.order_by(requests.c.id).limit(most)
        return await self._database.read(
            lambda connection: [read_request(row) for row in connection.execute(statement)]
        )

    async def choices(self, user_id: int) -> KeptChoices:
        """Return everything kept of a user but requests."""

        def unit(connection: sa.Connection) -> KeptChoices:
            chosen = connection.execute(
                sa.select(preferences.c.ratio, preferences.c.language, preferences.c.style).where(
                    preferences.c.subject_id == user_id
                )
            ).first()
            asked = sa.select(drafts.c.prompt, drafts.c.created_at).where(drafts.c.user_id == user_id)
            inline = sa.select(inline_prompts.c.prompt, inline_prompts.c.asked_at).where(
                inline_prompts.c.user_id == user_id, inline_prompts.c.prompt != ""
            )
            searched = sa.select(searches.c.words, searches.c.searched_at).where(
                searches.c.user_id == user_id
            )
            templates = sa.select(styles.c.label, styles.c.template).where(styles.c.user_id == user_id)
            own_sets = sa.select(sticker_sets.c.name).where(
                sticker_sets.c.user_id == user_id, sticker_sets.c.created, ~sticker_sets.c.forget
            )
            return KeptChoices(
                ratio=chosen.ratio if chosen else None,
                language=chosen.language if chosen else None,
                questions=[(row[0], row[1]) for row in connection.execute(asked.union_all(inline))],
                searches=[(row[0], row[1]) for row in connection.execute(searched.order_by(searches.c.id))],
                style=chosen.style if chosen else None,
                styles=[
                    (row[0], row[1]) for row in connection.execute(templates.order_by(styles.c.saved_at))
                ],
                sticker_sets=list(connection.execute(own_sets.order_by(sticker_sets.c.number)).scalars()),
                user=find_user(connection, user_id),
            )

        return await self._database.read(unit)

    async def begin_send(self, export: Export) -> Export | None:
        """Record that the next file is about to be sent. None if the export is deleted or went on elsewhere."""
        return await self._move(export, tries=export.tries + 1)

    async def not_sent(self, export: Export) -> None:
        """Record that the send of the next file that was begun last has certainly failed."""
        await self._move(export, tries=export.tries - 1)

    async def file_sent(self, export: Export, sent_id: int, *, last: bool) -> None:
        """Record that the next file was sent, with the requests up to `sent_id`, and whether it is the last one."""
        finished_at = self._clock.now() if last else None
        await self._move(export, sent_id=sent_id, files=export.files + 1, tries=0, finished_at=finished_at)

    async def drop(self, export_id: int) -> None:
        """Delete an export that cannot be sent, so that the user may ask for another one at once."""
        statement = sa.delete(exports).where(exports.c.id == export_id)
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def prune(self) -> None:
        """Delete the exports that limit no other one any more."""
        old = sa.and_(exports.c.finished_at.is_not(None), exports.c.asked_at < self._clock.now() - HOUR)
        await self._database.write(
            lambda connection: connection.execute(sa.delete(exports).where(old)).rowcount
        )

    async def _move(self, export: Export, **values: Any) -> Export | None:
        """Change an open export whose next file and tries are still those of `export`, and return it."""
        statement = (
            sa.update(exports)
            .where(
                exports.c.id == export.id,
                exports.c.files == export.files,
                exports.c.tries == export.tries,
                exports.c.finished_at.is_(None),
            )
            .values(**values)
            .returning(*exports.c)
        )
        row = await self._database.write(lambda connection: connection.execute(statement).first())
        return None if row is None else _read(row)


def _keeps_more(connection: sa.Connection, user_id: int) -> bool:
    """Return whether anything but requests is kept that an export is made for. The row of the user is in each."""
    own: list[sa.Select[Any]] = [
        sa.select(sa.literal(1)).where(table.c.user_id == user_id)
        for table in (drafts, inline_prompts, searches, styles)
    ]
    own.append(sa.select(sa.literal(1)).where(preferences.c.subject_id == user_id))
    own.append(sa.select(sa.literal(1)).where(sticker_sets.c.user_id == user_id, ~sticker_sets.c.forget))
    return any(connection.execute(one.limit(1)).first() is not None for one in own)


def _read(row: sa.Row[Any]) -> Export:
    return Export(**row._asdict())
