"""Makes stickers of pictures, each once: a press that is handled again after a kill goes on where it was.

The ledger names the set and the uploaded file before they are used, so a repeated call finds what an earlier one did.
"""

from dataclasses import dataclass, replace

import structlog
from aiogram import Bot

from chat.errors import SendError
from chat.sticker_sets import MOST_STICKERS, SetIsFull, StickerFile, StickerSets
from chat.telegram_files import TelegramFiles
from core.model import Request
from generation.conversion import PictureConverter
from storage.stickers import StickerEntry, Stickers

log = structlog.get_logger(__name__)

_MOST_SETS = 5
"""Sets that one press may find full or deleted."""


class NoOpenSet(Exception):
    """Too many sets of the user were full or deleted."""


class NotInSet(Exception):
    """Telegram added the sticker, but does not show it in the set yet."""


@dataclass(frozen=True, slots=True)
class MadeSticker:
    """A sticker in a set, by Telegram's file id and the name of the set."""

    file_id: str
    set_name: str


class StickerMaker:
    """Puts stickers of pictures into their users' sets. The presses of one user come one after the other."""

    def __init__(
        self,
        *,
        bot: Bot,
        files: TelegramFiles,
        converter: PictureConverter,
        sticker_sets: StickerSets,
        stickers: Stickers,
    ) -> None:
        self._bot = bot
        self._files = files
        self._converter = converter
        self._sticker_sets = sticker_sets
        self._stickers = stickers

    async def make(self, request: Request, user_id: int, title: str) -> MadeSticker:
        """Return the sticker of a delivered picture, made now unless it exists. `title` is that of a new set.

        Raises FileError, UnusablePicture, SendError, NotInSet or NoOpenSet.
        """
        bot_name = (await self._bot.me()).username or ""
        entry = await self._stickers.claim(user_id, request.id, bot_name)
        for _ in range(_MOST_SETS):
            present = await self._sticker_sets.read(entry.set_name)
            found = await self._find(present, entry)
            if found is None:
                if entry.file_id is not None:  # the user has deleted it
                    entry = await self._stickers.renew(entry)
                entry = await self._upload(entry, request)
                found = await self._add(entry, present, title)
            if found is not None:
                await self._stickers.set_added(entry, found.file_id, found.unique_id)
                log.info("sticker made", request=request.id)
                return MadeSticker(found.file_id, entry.set_name)
            entry = await self._stickers.move_to_next_set(entry, bot_name)
        raise NoOpenSet

    async def forget(self, user_id: int | None = None) -> None:
        """Delete the sets of a user who asked for that, or of all such users, at Telegram. Logs errors.

        A set that cannot be deleted now is deleted by a later call.
        """
        for name in await self._stickers.forgotten_sets(user_id):
            try:
                await self._sticker_sets.delete(name)
            except SendError as error:
                log.warning("sticker set not deleted", name=name, error=str(error))
                continue
            await self._stickers.remove_set(name)

    async def _upload(self, entry: StickerEntry, request: Request) -> StickerEntry:
        """Return the entry with an uploaded file. Two calls may upload a file; the first one counts."""
        if entry.uploaded_id is not None:
            return entry
        file_id, _ = request.require_file()
        sticker = await self._converter.to_sticker(await self._files.download(file_id))
        file = await self._sticker_sets.upload(entry.user_id, sticker)
        return await self._stickers.set_uploaded(entry, file.file_id, file.unique_id)

    async def _add(
        self, entry: StickerEntry, present: list[StickerFile] | None, title: str
    ) -> StickerFile | None:
        """Add an uploaded sticker to its set, which had these stickers or did not exist, and return it as it is there.

        Return None if the set is full, or if the user has deleted it.
        """
        uploaded_id, position = entry.require_uploaded(), len(present or [])
        if present is None:
            known = await self._stickers.get_set(entry.set_name)
            if known is None or known.created:
                return None
            await self._stickers.set_position(entry, position)
            numbered = title if known.number == 1 else f"{known.number}. {title}"
            await self._sticker_sets.create(entry.user_id, entry.set_name, numbered, uploaded_id)
        elif position >= MOST_STICKERS:
            return None
        else:
            await self._stickers.set_position(entry, position)
            try:
                await self._sticker_sets.add(entry.user_id, entry.set_name, uploaded_id)
            except SetIsFull:
                return None
        now = await self._sticker_sets.read(entry.set_name)
        found = await self._find(now, replace(entry, position=position))
        if found is None:
            raise NotInSet
        return found

    async def _find(self, present: list[StickerFile] | None, entry: StickerEntry) -> StickerFile | None:
        """Return the sticker of an entry in a set, or None.

        While it is being added, it may have another unique id than the uploaded file. It then has its position, unless
        the addition has failed and the sticker of another picture is there by now.
        """
        by_id = next((one for one in present or [] if one.unique_id == entry.unique_id), None)
        if by_id is not None or entry.file_id is not None or entry.position is None:
            return by_id
        there = (present or [])[entry.position : entry.position + 1]
        if not there or there[0].unique_id in await self._stickers.unique_ids_of_others(entry):
            return None
        return there[0]
