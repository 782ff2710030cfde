"""Finds the picture that is to be edited in a message, and the request behind a picture of the bot's."""

from dataclasses import dataclass

from aiogram.types import Message

from chat.callbacks import DrawInRatio, ResultButton
from chat.telegram_files import LARGEST_FILE


class SourceError(Exception):
    """What was sent cannot be edited."""


class TooLarge(SourceError):
    """More than bots may download."""


class NotAPicture(SourceError):
    """It moves, sounds, or is some other file."""


@dataclass(frozen=True, slots=True)
class SourcePicture:
    """A picture by Telegram's `file_id`, and the request that drew it where the bot did."""

    file_id: str
    parent_id: int | None = None


def source_in(message: Message, bot_id: int) -> SourcePicture | None:
    """Return the picture of a message; None where it has no attachment. Raises SourceError for any other one."""
    parent_id = request_of(message, bot_id)
    if message.photo:
        return SourcePicture(message.photo[-1].file_id, parent_id)
    if message.animation:  # comes with a document, too
        raise NotAPicture
    if message.document:
        kind = message.document.mime_type or ""
        if not kind.startswith("image/") or kind == "image/gif":
            raise NotAPicture
        return SourcePicture(_within(message.document.file_id, message.document.file_size), parent_id)
    if message.sticker:
        if message.sticker.is_animated or message.sticker.is_video:
            raise NotAPicture
        return SourcePicture(_within(message.sticker.file_id, message.sticker.file_size))
    if message.video or message.video_note or message.voice or message.audio:
        raise NotAPicture
    return None


def request_of(message: Message, bot_id: int) -> int | None:
    """Return the request whose picture a message of the bot's shows: its buttons name it."""
    if message.from_user is None or message.from_user.id != bot_id or message.reply_markup is None:
        return None
    for button in (button for row in message.reply_markup.inline_keyboard for button in row):
        for kind in (ResultButton, DrawInRatio):
            if (button.callback_data or "").startswith(f"{kind.__prefix__}:"):
                try:
                    return kind.unpack(button.callback_data or "").request
                except (ValueError, TypeError):
                    continue
    return None


def _within(file_id: str, size: int | None) -> str:
    if (size or 0) > LARGEST_FILE:
        raise TooLarge
    return file_id
