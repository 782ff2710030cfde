"""Users' sticker sets at Telegram, and the stickers of their pictures: everything that a restart needs to go on."""

from dataclasses import dataclass

import sqlalchemy as sa

from core.clock import Clock
from core.model import MissingValue
from storage.database import Database
from storage.locks import hold
from storage.schema import sticker_sets, stickers

REPEAT_SECONDS = 60.0
"""A second press within this time is taken for the same one."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class StickerSet:
    """A sticker set of a user. `created` is True once Telegram has it, `closed` if it gets no further stickers."""

    name: str
    user_id: int
    number: int
    created: bool
    closed: bool
    forget: bool


@dataclass(frozen=True, slots=True)
class StickerEntry:
    """The sticker of a picture.

    `uploaded_id` is Telegram's id of the uploaded file, `position` the number of stickers that the set had before, and
    `file_id` the id of the sticker in the set. `unique_id` is that of the sticker, or before of the uploaded file.
    `sent_at` (Unix seconds) is the time at which it was last sent to a chat.
    """

    user_id: int
    request_id: int
    set_name: str
    uploaded_id: str | None = None
    unique_id: str | None = None
    position: int | None = None
    file_id: str | None = None
    sent_at: float | None = None

    def require_uploaded(self) -> str:
        """Return the id of the uploaded file. Raises MissingValue before the upload."""
        if self.uploaded_id is None:
            raise MissingValue(f"the sticker of request {self.request_id} is not uploaded")
        return self.uploaded_id


class Stickers:
    """Every read and write of the tables of sticker sets and stickers but those of other units of work."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def claim(self, user_id: int, request_id: int, bot_name: str) -> StickerEntry:
        """Return the entry of a picture's sticker. A new one gets a place in the user's open set, or in a new set."""

        def unit(connection: sa.Connection) -> StickerEntry:
            hold(connection, "stickers of", user_id)
            row = connection.execute(sa.select(stickers).where(_entry(user_id, request_id))).first()
            if row is not None:
                return StickerEntry(**row._asdict())
            name = self._open_set(connection, user_id, bot_name)
            columns = {"user_id": user_id, "request_id": request_id, "set_name": name}
            connection.execute(sa.insert(stickers), columns)
            return StickerEntry(user_id, request_id, name)

        return await self._database.write(unit)

    async def move_to_next_set(self, entry: StickerEntry, bot_name: str) -> StickerEntry:
        """Close the set of an entry, which is full or deleted, and give the entry a place in the next one."""

        def unit(connection: sa.Connection) -> StickerEntry:
            hold(connection, "stickers of", entry.user_id)
            full = sa.update(sticker_sets).where(sticker_sets.c.name == entry.set_name)
            connection.execute(full.values(closed=True))
            name = self._open_set(connection, entry.user_id, bot_name)
            own = sa.update(stickers).where(_entry(entry.user_id, entry.request_id))
            statement = own.values(set_name=name, position=None, file_id=None).returning(*stickers.c)
            return StickerEntry(**connection.execute(statement).one()._asdict())

        return await self._database.write(unit)

    async def set_uploaded(self, entry: StickerEntry, file_id: str, unique_id: str) -> StickerEntry:
        """Store the uploaded file of an entry, unless it has one already, and return the stored entry."""
        own = sa.update(stickers).where(_entry(entry.user_id, entry.request_id))
        statement = own.where(stickers.c.uploaded_id.is_(None))
        values = {"uploaded_id": file_id, "unique_id": unique_id}
        await self._write(statement.values(values))
        return await self.get(entry.user_id, entry.request_id) or entry

    async def set_position(self, entry: StickerEntry, position: int) -> None:
        """Store the number of stickers in the set before this one is added."""
        own = sa.update(stickers).where(_entry(entry.user_id, entry.request_id))
        await self._write(own.values(position=position))

    async def renew(self, entry: StickerEntry) -> StickerEntry:
        """Start an entry anew, whose sticker was deleted at Telegram, and return it."""
        own = sa.update(stickers).where(_entry(entry.user_id, entry.request_id))
        await self._write(own.values(uploaded_id=None, unique_id=None, position=None, file_id=None))
        return StickerEntry(entry.user_id, entry.request_id, entry.set_name)

    async def set_added(self, entry: StickerEntry, file_id: str, unique_id: str) -> None:
        """Record that Telegram has the set and that the sticker is in it."""

        def unit(connection: sa.Connection) -> None:
            named = sticker_sets.c.name == entry.set_name
            connection.execute(sa.update(sticker_sets).where(named).values(created=True))
            own = sa.update(stickers).where(_entry(entry.user_id, entry.request_id))
            connection.execute(own.values(file_id=file_id, unique_id=unique_id))

        await self._database.write(unit)

    async def set_sent(self, user_id: int, request_id: int) -> None:
        """Remember that a sticker was sent to a chat now."""
        own = sa.update(stickers).where(_entry(user_id, request_id))
        await self._write(own.values(sent_at=self._clock.now()))

    async def was_just_sent(self, user_id: int, request_id: int) -> bool:
        """Return whether a sticker was sent less than `REPEAT_SECONDS` ago."""
        entry = await self.get(user_id, request_id)
        sent_at = entry.sent_at if entry is not None else None
        return sent_at is not None and self._clock.now() - sent_at < REPEAT_SECONDS

    async def get(self, user_id: int, request_id: int) -> StickerEntry | None:
        """Return the entry of a picture's sticker, or None."""
        statement = sa.select(stickers).where(_entry(user_id, request_id))
        row = await self._database.read(lambda connection: connection.execute(statement).first())
        return None if row is None else StickerEntry(**row._asdict())

    async def unique_ids_of_others(self, entry: StickerEntry) -> set[str]:
        """Return the unique ids of the stickers of other pictures in the set of an entry."""
        others = sa.select(stickers.c.unique_id).where(
            stickers.c.user_id == entry.user_id,
            stickers.c.request_id != entry.request_id,
            stickers.c.set_name == entry.set_name,
            stickers.c.file_id.is_not(None),
            stickers.c.unique_id.is_not(None),
        )
        return await self._database.read(lambda connection: set(connection.execute(others).scalars()))

    async def get_set(self, name: str) -> StickerSet | None:
        """Return a set by its name, or None."""
        statement = sa.select(sticker_sets).where(sticker_sets.c.name == name)
        row = await self._database.read(lambda connection: connection.execute(statement).first())
        return None if row is None else StickerSet(**row._asdict())

    async def forgotten_sets(self, user_id: int | None = None) -> list[str]:
        """Return the names of the sets to delete at Telegram, of one user or of all."""
        statement = sa.select(sticker_sets.c.name).where(sticker_sets.c.forget)
        if user_id is not None:
            statement = statement.where(sticker_sets.c.user_id == user_id)
        return await self._database.read(lambda connection: list(connection.execute(statement).scalars()))

    async def remove_set(self, name: str) -> None:
        """Delete the row of a set that Telegram does not have any more."""
        await self._write(sa.delete(sticker_sets).where(sticker_sets.c.name == name))

    def _open_set(self, connection: sa.Connection, user_id: int, bot_name: str) -> str:
        """Return the name of the user's open set. A new one gets a name that none has had.

        Bot API, createNewStickerSet: the name has letters, digits and single underscores, begins with a letter, ends in
        `_by_` and the name of the bot, and has at most 64 characters. The name of a deleted set is not usable for a
        while (tdlib/telegram-bot-api#144), so the time is a part of it.
        """
        own = sa.and_(sticker_sets.c.user_id == user_id, ~sticker_sets.c.forget)
        found = connection.execute(sa.select(sticker_sets.c.name).where(own, ~sticker_sets.c.closed)).scalar()
        if found is not None:
            return str(found)
        number = connection.execute(sa.select(sa.func.count()).where(own)).scalar_one() + 1
        at = _short(int(self._clock.wall()))
        name = f"i{_short(abs(user_id))}_{at}_{number}_by_{bot_name}"
        connection.execute(sa.insert(sticker_sets), {"name": name, "user_id": user_id, "number": number})
        return name

    async def _write(self, statement: sa.Update | sa.Delete) -> None:
        await self._database.write(lambda connection: connection.execute(statement).rowcount)


def forget_stickers(connection: sa.Connection, user_id: int) -> None:
    """Delete the stickers of a user in the ledger, and mark the sets to be deleted at Telegram, in a unit of work."""
    connection.execute(sa.delete(stickers).where(stickers.c.user_id == user_id))
    connection.execute(sa.update(sticker_sets).where(sticker_sets.c.user_id == user_id).values(forget=True))


def _entry(user_id: int, request_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(stickers.c.user_id == user_id, stickers.c.request_id == request_id)


def _short(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits or "0"
