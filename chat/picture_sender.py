"""Sends pictures and files to Telegram."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from aiogram.enums import ChatAction
from aiogram.methods import EditMessageCaption, EditMessageMedia, SendChatAction, SendDocument, SendPhoto
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardMarkup,
    InputFile,
    Message,
)

from chat.api_calls import ApiCaller
from chat.errors import Rejected, SendError, is_no_op
from chat.input_media import input_media
from chat.limits import Priority
from chat.reply_parameters import reply_parameters
from core.background import Background
from core.model import FileKind
from core.reply_target import ReplyTarget

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A delivered picture: the message and the file that Telegram made of it.

    `message_id` is None for a picture that is not in the chat of its request.
    """

    message_id: int | None
    file_id: str
    kind: FileKind


class PictureSender:
    """Sends and replaces pictures. Captions are HTML; every method raises a subclass of SendError.

    `covers` returns whether a chat has all its pictures under a spoiler. A caller asks it before it sends a picture as
    a file, which has none; photos get theirs here.
    """

    def __init__(self, caller: ApiCaller, *, covers: Callable[[int], Awaitable[bool]]) -> None:
        self._caller = caller
        self.covers = covers
        self._chat_actions = Background()

    async def stop(self) -> None:
        """Cancel the chat actions that are not sent yet."""
        await self._chat_actions.stop()

    async def acquire_slot(self, chat_id: int, priority: Priority) -> None:
        """Wait until the rate limits allow one more message to a chat.

        The caller does this before `send_photo` and `send_document`, so that the picture is fetched only once it may be
        sent. All other methods acquire their own slot.
        """
        await self._caller.acquire_slot(chat_id, priority)

    async def send_photo(
        self,
        place: ReplyTarget,
        data: bytes,
        filename: str,
        caption: str,
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        spoiler: bool = False,
        silent: bool = False,
        effect_id: str | None = None,
    ) -> SentPicture:
        """Send a picture as a photo once. The caller has acquired a slot. A refused effect is left out."""
        spoiler = spoiler or await self.covers(place.chat_id)
        method = SendPhoto(
            chat_id=place.chat_id,
            message_thread_id=place.thread_id,
            photo=BufferedInputFile(data, filename),
            caption=caption,
            has_spoiler=spoiler or None,
            disable_notification=silent or None,
            message_effect_id=effect_id,
            reply_parameters=reply_parameters(place),
            reply_markup=keyboard,
        )
        message = await self._caller.call(method, place.chat_id)
        return _sent_picture(message, FileKind.PHOTO)

    async def send_document(
        self,
        place: ReplyTarget,
        file: InputFile | str,
        caption: str | None = None,
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        silent: bool = False,
        seconds: int | None = None,
    ) -> SentPicture:
        """Send a file, new or by its `file_id`, once. The caller has acquired a slot.

        `seconds` is the time for the upload, if that of all calls is too short for it. Content type detection is off:
        with it, Telegram turns a WebP file into a sticker.
        """
        method = SendDocument(
            chat_id=place.chat_id,
            message_thread_id=place.thread_id,
            document=file,
            caption=caption,
            disable_content_type_detection=True,
            disable_notification=silent or None,
            reply_parameters=reply_parameters(place),
            reply_markup=keyboard,
        )
        message = await self._caller.call(method, place.chat_id, seconds=seconds)
        return _sent_picture(message, FileKind.DOCUMENT)

    async def send_file(
        self,
        place: ReplyTarget,
        file: InputFile | str,
        caption: str | None = None,
        *,
        seconds: int | None = None,
    ) -> SentPicture:
        """Send a file, new or by its `file_id`, with retries. `seconds` is as for `send_document`."""

        async def attempt() -> SentPicture:
            await self.acquire_slot(place.chat_id, Priority.ANSWER)
            return await self.send_document(place, file, caption, seconds=seconds)

        return await self._caller.with_retries(attempt)

    async def send_by_file_id(
        self,
        place: ReplyTarget,
        file_id: str,
        kind: FileKind,
        caption: str,
        keyboard: InlineKeyboardMarkup | None,
        *,
        spoiler: bool = False,
    ) -> int:
        """Send a picture that Telegram already has, with retries, and return its message id."""
        spoiler = spoiler or await self.covers(place.chat_id)
        method = _by_file(place, file_id, kind, caption, keyboard, spoiler=spoiler)
        return (await self._caller.send_answer(method, place.chat_id)).message_id

    async def send_picture(
        self,
        place: ReplyTarget,
        file: BufferedInputFile | str,
        kind: FileKind,
        caption: str,
        keyboard: InlineKeyboardMarkup | None,
        *,
        spoiler: bool = False,
    ) -> SentPicture:
        """Send a picture, new or by its `file_id`, with retries."""
        spoiler = spoiler or await self.covers(place.chat_id)
        method = _by_file(place, file, kind, caption, keyboard, spoiler=spoiler)
        return _sent_picture(await self._caller.send_answer(method, place.chat_id), kind)

    async def replace_picture(
        self,
        chat_id: int,
        message_id: int,
        file: BufferedInputFile | str,
        kind: FileKind,
        caption: str,
        keyboard: InlineKeyboardMarkup | None,
        *,
        spoiler: bool = False,
    ) -> SentPicture | None:
        """Replace the picture of a message by another one, new or by its `file_id`, with retries.

        Return None if the message shows it already or was deleted.
        """
        spoiler = spoiler or await self.covers(chat_id)
        media = input_media(file, kind, caption, spoiler=spoiler)
        method = EditMessageMedia(
            chat_id=chat_id,
            message_id=message_id,
            media=media,
            reply_markup=keyboard,
        )

        async def attempt() -> SentPicture | None:
            await self.acquire_slot(chat_id, Priority.ANSWER)
            try:
                answer = await self._caller.call(method, chat_id)
            except Rejected as error:
                if not is_no_op(error):
                    raise
                return None
            return _sent_picture(answer, kind) if isinstance(answer, Message) else None

        return await self._caller.with_retries(attempt, repeatable=True)

    async def edit_caption(self, chat_id: int, message_id: int, caption: str) -> None:
        """Replace the caption of a picture and remove its buttons, with retries. Does nothing if it was deleted."""
        method = EditMessageCaption(chat_id=chat_id, message_id=message_id, caption=caption)

        async def attempt() -> None:
            await self.acquire_slot(chat_id, Priority.ANSWER)
            await self._caller.call_ignoring_no_ops(method, chat_id)

        await self._caller.with_retries(attempt, repeatable=True)

    def show_chat_action(self, place: ReplyTarget) -> None:
        """Show "sending a photo" in a chat, in the background. Logs errors instead of raising them."""
        method = SendChatAction(
            chat_id=place.chat_id, message_thread_id=place.thread_id, action=ChatAction.UPLOAD_PHOTO
        )
        self._chat_actions.start(self._send_chat_action(method, place.chat_id))

    async def _send_chat_action(self, method: SendChatAction, chat_id: int) -> None:
        try:
            await self._caller.call(method, chat_id)
        except SendError as error:
            log.info("chat action not shown", error=str(error))


def _sent_picture(message: Message, kind: FileKind) -> SentPicture:
    """Return the picture that an answer of Telegram confirms. An answer without a file has an empty `file_id`.

    The picture is in the chat then, so it must not be sent again; only its buttons cannot use it.
    """
    if message.document is not None:
        return SentPicture(message.message_id, message.document.file_id, FileKind.DOCUMENT)
    return SentPicture(message.message_id, message.photo[-1].file_id if message.photo else "", kind)


def _by_file(
    place: ReplyTarget,
    file: BufferedInputFile | str,
    kind: FileKind,
    caption: str,
    keyboard: InlineKeyboardMarkup | None,
    *,
    spoiler: bool,
) -> SendPhoto | SendDocument:
    """Return the call that sends a picture of a kind. A document has no spoiler (Bot API, sendDocument)."""
    method_type, field = (SendPhoto, "photo") if kind is FileKind.PHOTO else (SendDocument, "document")
    return method_type.model_validate(
        {
            "chat_id": place.chat_id,
            "message_thread_id": place.thread_id,
            field: file,
            "caption": caption,
            "reply_parameters": reply_parameters(place),
            "reply_markup": keyboard,
        }
        | ({"has_spoiler": True} if spoiler and kind is FileKind.PHOTO else {})
        | ({"disable_content_type_detection": True} if kind is FileKind.DOCUMENT else {})
    )
