"""Sticker sets at Telegram: created, filled, read, deleted, and stickers sent."""

from dataclasses import dataclass

from aiogram.enums import StickerFormat
from aiogram.methods import (
    AddStickerToSet,
    CreateNewStickerSet,
    DeleteStickerSet,
    GetStickerSet,
    SendSticker,
    UploadStickerFile,
)
from aiogram.methods.base import TelegramMethod
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup, InputSticker

from chat.api_calls import ApiCaller
from chat.errors import Rejected
from chat.reply_parameters import reply_parameters
from core.reply_target import ReplyTarget

MOST_STICKERS = 120
"""Stickers in a set that is not one of custom emoji (Bot API, addStickerToSet)."""
LONGEST_TITLE = 64
"""Bot API, createNewStickerSet."""
_EMOJI = "🎨"
"""A sticker needs 1-20 emoji (Bot API, InputSticker)."""
_UNKNOWN_SET = "stickerset_invalid"
_FULL = "stickers_too_much"
_OCCUPIED = ("already occupied", "pack_short_name_occupied")


class SetIsFull(Exception):
    """The set has as many stickers as it may have."""


@dataclass(frozen=True, slots=True)
class StickerFile:
    """A sticker, or an uploaded file for one, by Telegram's ids."""

    file_id: str
    unique_id: str


class StickerSets:
    """Calls the methods of sticker sets, each with retries. Every method raises a subclass of SendError."""

    def __init__(self, caller: ApiCaller) -> None:
        self._caller = caller

    async def upload(self, user_id: int, data: bytes) -> StickerFile:
        """Upload a WebP for a sticker of a user."""
        method = UploadStickerFile(
            user_id=user_id,
            sticker=BufferedInputFile(data, "sticker.webp"),
            sticker_format=StickerFormat.STATIC,
        )
        file = await self._caller.with_retries(lambda: self._caller.call(method, None), repeatable=True)
        return StickerFile(file.file_id, file.file_unique_id)

    async def read(self, name: str) -> list[StickerFile] | None:
        """Return the stickers of a set, or None if there is no such set."""
        method = GetStickerSet(name=name)
        try:
            found = await self._caller.with_retries(lambda: self._caller.call(method, None), repeatable=True)
        except Rejected as error:
            if _says(error, _UNKNOWN_SET):
                return None
            raise
        return [StickerFile(sticker.file_id, sticker.file_unique_id) for sticker in found.stickers]

    async def create(self, user_id: int, name: str, title: str, uploaded_id: str) -> None:
        """Create a set with one sticker. Does nothing if the set exists: the answer to an earlier call was lost."""
        method = CreateNewStickerSet(
            user_id=user_id, name=name, title=title[:LONGEST_TITLE], stickers=[_sticker(uploaded_id)]
        )
        try:
            await self._repeat(method)
        except Rejected as error:
            if not _says(error, *_OCCUPIED):
                raise

    async def add(self, user_id: int, name: str, uploaded_id: str) -> None:
        """Add a sticker to a set. "If exactly the same sticker had already been added …, the set isn't changed".

        Raises SetIsFull. (Bot API, addStickerToSet.)
        """
        method = AddStickerToSet(user_id=user_id, name=name, sticker=_sticker(uploaded_id))
        try:
            await self._repeat(method)
        except Rejected as error:
            if _says(error, _FULL):
                raise SetIsFull from error
            raise

    async def delete(self, name: str) -> None:
        """Delete a set. Does nothing if there is none."""
        try:
            await self._repeat(DeleteStickerSet(name=name))
        except Rejected as error:
            if not _says(error, _UNKNOWN_SET):
                raise

    async def send(self, place: ReplyTarget, file_id: str, keyboard: InlineKeyboardMarkup) -> None:
        """Send a sticker."""
        method = SendSticker(
            chat_id=place.chat_id,
            message_thread_id=place.thread_id,
            sticker=file_id,
            reply_parameters=reply_parameters(place),
            reply_markup=keyboard,
        )
        await self._caller.send_answer(method, place.chat_id)

    async def _repeat(self, method: TelegramMethod[bool]) -> None:
        await self._caller.with_retries(lambda: self._caller.call(method, None), repeatable=True)


def _sticker(uploaded_id: str) -> InputSticker:
    return InputSticker(sticker=uploaded_id, format=StickerFormat.STATIC, emoji_list=[_EMOJI])


def _says(error: Rejected, *words: str) -> bool:
    return any(one in str(error).lower() for one in words)
