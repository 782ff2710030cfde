"""Finds the source picture in a message, and the request behind a picture of the bot."""

from aiogram.types import Message

from chat.callbacks import DrawInRatio, ResultButton
from chat.telegram_files import size_limit
from core.model import Request, SourcePicture
from handlers.user_errors import UserError
from storage.requests import Requests


class SourceError(UserError):
    """The attachment cannot be edited."""


class TooLarge(SourceError):
    """The file is larger than the bot can download. `limit` is in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class NotAPicture(SourceError):
    """The attachment moves, sounds, or is not a picture."""


async def find_source(message: Message, bot_id: int, requests: Requests) -> SourcePicture | None:
    """Return the picture of a message, or None without an attachment. Raises SourceError for any other attachment."""
    file_id = _picture_file_id(message)
    if file_id is None:
        return None
    await _check_size(message, file_id)
    parent = await find_request(message, bot_id, requests)
    return SourcePicture(file_id, parent.id if parent else None)


async def find_request(message: Message, bot_id: int, requests: Requests) -> Request | None:
    """Return the request behind a picture of the bot: the ledger knows its message, or else its buttons name it."""
    if message.from_user is None or message.from_user.id != bot_id:
        return None
    request = await requests.by_result(message.chat.id, message.message_id)
    if request is None and (request_id := _request_in_buttons(message)) is not None:
        request = await requests.get(request_id)
    return None if request is None or request.forget else request


def _picture_file_id(message: Message) -> str | None:
    if message.photo:
        return message.photo[-1].file_id
    if message.animation:  # an animation has a document, too
        raise NotAPicture
    if message.document:
        mime_type = message.document.mime_type or ""
        if not mime_type.startswith("image/") or mime_type == "image/gif":
            raise NotAPicture
        return message.document.file_id
    if message.sticker:
        if message.sticker.is_animated or message.sticker.is_video:
            raise NotAPicture
        return message.sticker.file_id
    if message.video or message.video_note or message.voice or message.audio:
        raise NotAPicture
    return None


async def _check_size(message: Message, file_id: str) -> None:
    """Raise TooLarge for a file that the bot cannot download. Photos are always small."""
    file = message.document or message.sticker
    if file is None or message.bot is None or message.photo:
        return
    size = file.file_size or 0
    limit = await size_limit(message.bot, file_id, size)
    if size > limit:
        raise TooLarge(limit)


def _request_in_buttons(message: Message) -> int | None:
    if message.reply_markup is None:
        return None
    for button in (button for row in message.reply_markup.inline_keyboard for button in row):
        data = button.callback_data or ""
        for kind in (ResultButton, DrawInRatio):
            if data.startswith(f"{kind.__prefix__}:"):
                try:
                    return kind.unpack(data).request
                except (ValueError, TypeError):
                    continue
    return None
