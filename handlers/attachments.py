"""Finds the source picture in a message, and the request behind a picture of the bot."""

import mimetypes

from aiogram.types import (
    Document,
    ExternalReplyInfo,
    Message,
    PaidMediaInfo,
    PaidMediaLivePhoto,
    PaidMediaPhoto,
    PhotoSize,
    Sticker,
)

from chat.callbacks import DrawInRatio, DrawSame, ResultAction, ResultButton
from chat.telegram_files import size_limit
from core.model import Request, SourcePicture
from generation.export_archive import EXPORT_PREFIX
from generation.hidden_file import HIDDEN_SUFFIX
from handlers.commands import parse_command
from handlers.count_flag import CountRefused
from handlers.prompt import ParsedPrompt, PromptTooLong, parse_prompt
from handlers.user_errors import PictureHidden, UserError
from storage.requests import Requests

_UNSPECIFIC = frozenset({"", "application/octet-stream", "binary/octet-stream"})
"""MIME types of files of a kind that the sender's software does not know."""
_PICTURE_SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".gif"),
    *(".heic", ".heif", ".hif", ".avif", ".bmp", ".dib", ".tif", ".tiff"),
)


class SourceError(UserError):
    """The attachment cannot be edited."""


class TooLarge(SourceError):
    """The file is larger than the bot can download. `limit` is in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class NotAPicture(SourceError):
    """The attachment is a file that its MIME type and its name call something other than a picture."""


class Sound(NotAPicture):
    """The attachment is a voice message or another sound."""


class Moves(NotAPicture):
    """The attachment is a video, an animation, or a sticker that moves."""


async def find_source(
    message: Message | ExternalReplyInfo, bot_id: int, requests: Requests, *, known_chat: bool = True
) -> SourcePicture | None:
    """Return the picture of a message, or None without an attachment.

    Raises SourceError for any other attachment, and PictureHidden for a hidden picture of the bot. `known_chat` is
    False in a chat whose id may be that of another one.
    """
    in_archive = _is_hidden_file(message, bot_id)
    file = message.document if in_archive else _picture_file(message)
    if file is None:
        return None
    await _check_size(message, file.file_id)
    parent = None
    if known_chat and isinstance(message, Message):
        parent = await stored_request(message, bot_id, requests)
    if parent is not None and parent.hidden_at is not None:
        raise PictureHidden
    parent = parent if parent is not None and parent.is_visible else None
    # A group may cover all pictures of the bot; these are hidden only there.
    hidden = bool(message.has_media_spoiler) or in_archive if parent is None else parent.spoiler
    return SourcePicture(file.file_id, parent.id if parent else None, hidden, file.file_unique_id)


async def find_subject(
    message: Message, parsed: ParsedPrompt, bot_id: int, requests: Requests, *, known_chat: bool = True
) -> SourcePicture | None:
    """Return the picture that a message asks to change, or None if its words are to be drawn.

    That is the picture in the message. A picture that it answers counts if the words name no ratio, unless the answered
    message is a channel's post above its comments: each comment answers that. Raises SourceError for any other
    attachment in the message, and for one in the answered message if there are no words to draw.
    """
    source = await find_source(message, bot_id, requests, known_chat=known_chat)
    if source is not None or parsed.is_complete:
        return source
    answered = answered_message(message)
    if answered is None:
        return None
    try:
        return await find_source(answered, bot_id, requests, known_chat=known_chat)
    except NotAPicture:
        if parsed.prompt:
            return None
        raise


async def find_answered_picture(
    message: Message, parsed: ParsedPrompt, bot_id: int, requests: Requests
) -> SourcePicture | None:
    """Return the picture that words with a ratio answer, or None. The words may be meant to change it."""
    answered = answered_message(message) if parsed.is_complete else None
    try:
        return None if answered is None else await find_source(answered, bot_id, requests)
    except (SourceError, PictureHidden):
        return None


def stands_alone(text: str, *, has_picture: bool) -> bool:
    """Return whether a text or caption means the same without the message that it answers.

    So does a caption, a command that is not about a picture, and /imagine with words and a ratio.
    """
    command = parse_command(text)
    if command is None or command.command in {"prompt", "report"}:
        return command is None and has_picture
    if command.command != "imagine" or has_picture:
        return True
    try:
        return parse_prompt(command.args or "").is_complete
    except (PromptTooLong, CountRefused):
        return True


def answered_message(message: Message) -> Message | ExternalReplyInfo | None:
    """Return the message that a user chose to answer, in this chat or in another, or None."""
    replied_to = message.reply_to_message
    if replied_to is not None:
        return None if replied_to.is_automatic_forward else replied_to
    return message.external_reply


async def find_request(message: Message, bot_id: int, requests: Requests) -> Request | None:
    """Return the request behind a picture of the bot that may be shown."""
    request = await stored_request(message, bot_id, requests)
    return None if request is None or not request.is_visible else request


async def stored_request(message: Message, bot_id: int, requests: Requests) -> Request | None:
    """Return the request behind a picture of the bot: the ledger knows its message, or else its buttons name it."""
    if message.from_user is None or message.from_user.id != bot_id:
        return None
    request = await requests.by_message(message.chat.id, message.message_id)
    if request is None and (request_id := _request_in_buttons(message)) is not None:
        request = await requests.get(request_id)
    return request


def _is_hidden_file(message: Message | ExternalReplyInfo, bot_id: int) -> bool:
    """Return whether a message is the bot's own file of a picture under a spoiler, which is in an archive."""
    if not isinstance(message, Message) or message.from_user is None or message.document is None:
        return False
    name = message.document.file_name or ""
    of_picture = name.endswith(HIDDEN_SUFFIX) and not name.startswith(EXPORT_PREFIX)
    return message.from_user.id == bot_id and of_picture


def _picture_file(message: Message | ExternalReplyInfo) -> PhotoSize | Document | Sticker | None:
    # For backward compatibility `photo` is set for a live photo, too (Bot API, Message).
    photo = message.photo or (message.live_photo.photo if message.live_photo else None)
    if photo:
        return photo[-1]
    if message.paid_media:
        return _paid_photo(message.paid_media)
    # An animation has a document, too.
    if message.animation or message.video or message.video_note or message.live_photo:
        raise Moves
    if message.document:
        _check_kind(message.document)
        return message.document
    if message.sticker:
        if message.sticker.is_animated or message.sticker.is_video:
            raise Moves
        return message.sticker
    if message.voice or message.audio:
        raise Sound
    return None


def _check_kind(document: Document) -> None:
    """Raise Moves or NotAPicture for a file that neither its MIME type nor its name calls a picture.

    Both are chosen by the sender's software and often unspecific. If they leave it open, the bytes decide later.
    """
    kind, name = (document.mime_type or "").lower(), document.file_name or ""
    if kind in _UNSPECIFIC:
        kind = mimetypes.guess_type(name)[0] or ""
    if kind in _UNSPECIFIC or kind.startswith("image/"):
        return
    if name.lower().endswith(_PICTURE_SUFFIXES):
        return
    raise Moves if kind.startswith("video/") else NotAPicture


def _paid_photo(paid_media: PaidMediaInfo) -> PhotoSize:
    """Return the first photo that the user has bought or sells. A preview has no file."""
    for media in paid_media.paid_media:
        if isinstance(media, PaidMediaPhoto):
            return media.photo[-1]
        if isinstance(media, PaidMediaLivePhoto) and media.live_photo.photo:
            return media.live_photo.photo[-1]
    raise NotAPicture


async def _check_size(message: Message | ExternalReplyInfo, file_id: str) -> None:
    """Raise TooLarge for a file that the bot cannot download. Photos are always small."""
    file = message.document or message.sticker
    if file is None or message.bot is None or message.photo or message.paid_media:
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
        for kind in (ResultButton, DrawInRatio, DrawSame):
            if data.startswith(f"{kind.__prefix__}:"):
                try:
                    named = kind.unpack(data)
                except (ValueError, TypeError):
                    continue
                # Under a source that the user did not draw, the buttons name the edit.
                of_source = isinstance(named, ResultButton) and named.action is ResultAction.EDIT_SOURCE
                return None if of_source else named.request
    return None
