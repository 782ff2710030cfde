"""Sends messages to Telegram: every message of the bot goes through this module."""

from collections.abc import Collection
from dataclasses import dataclass

import structlog
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.base import BaseSession
from aiogram.enums import ChatAction, ParseMode
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    EditMessageMedia,
    EditMessageReplyMarkup,
    EditMessageText,
    SendChatAction,
    SendDocument,
    SendMessage,
    SendPhoto,
    SetMessageReaction,
)
from aiogram.methods.base import TelegramMethod
from aiogram.types import (
    BufferedInputFile,
    EphemeralMessageParameters,
    ForceReply,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    Message,
    ReactionTypeEmoji,
    ReactionTypeUnion,
    ReplyParameters,
)

from chat.api_calls import ApiCaller
from chat.errors import SendError
from chat.limits import Priority
from core.background import Background
from core.model import FileKind
from core.reply_target import ReplyTarget

Keyboard = InlineKeyboardMarkup | ForceReply
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A delivered picture: the message and the file that Telegram made of it."""

    message_id: int
    file_id: str
    kind: FileKind


def make_bot(token: str, session: BaseSession) -> Bot:
    """Return a Bot API client with the project's defaults: HTML and no link previews."""
    defaults = DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview_is_disabled=True)
    return Bot(token, session=session, default=defaults)


class Sender:
    """Sends, edits and deletes messages. Texts and captions are HTML; every method raises a subclass of SendError."""

    def __init__(self, caller: ApiCaller) -> None:
        self._caller = caller
        self._chat_actions = Background()

    async def stop(self) -> None:
        """Cancel the chat actions that are not sent yet."""
        await self._chat_actions.stop()

    async def acquire_slot(self, chat_id: int, priority: Priority) -> None:
        """Wait until the rate limits allow one more message to a chat.

        The caller does this before `send_photo`, `send_document`, `send_status` and `edit_status`, so that their
        content is made only once it may be sent. All other methods acquire their own slot.
        """
        await self._caller.acquire_slot(chat_id, priority)

    async def send_text(self, place: ReplyTarget, text: str, *, keyboard: Keyboard | None = None) -> int:
        """Send an answer, with retries, and return its message id."""
        return await self._send_answer(place.chat_id, _send_message(place, text, keyboard, silent=False))

    async def send_status(self, place: ReplyTarget, text: str, *, keyboard: Keyboard | None = None) -> int:
        """Send a silent status message once and return its message id. The caller has acquired a slot."""
        method = _send_message(place, text, keyboard, silent=True)
        return (await self._caller.call(method, place.chat_id)).message_id

    async def edit_status(
        self, chat_id: int, message_id: int, text: str, *, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Edit a status message once. The caller has acquired a slot."""
        method = EditMessageText(chat_id=chat_id, message_id=message_id, text=text, reply_markup=keyboard)
        await self._caller.call_ignoring_no_ops(method, chat_id)

    async def edit_text(
        self, chat_id: int, message_id: int, text: str, *, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Edit a text message, with retries. Does nothing if the message is gone or reads the same."""

        async def attempt() -> None:
            await self.acquire_slot(chat_id, Priority.ANSWER)
            await self.edit_status(chat_id, message_id, text, keyboard=keyboard)

        await self._caller.with_retries(attempt, repeatable=True)

    async def delete(self, chat_id: int, message_id: int) -> None:
        """Delete a message of the bot, with retries. Needs no slot: Telegram limits only sent messages."""
        method = DeleteMessage(chat_id=chat_id, message_id=message_id)
        await self._caller.with_retries(
            lambda: self._caller.call_ignoring_no_ops(method, chat_id), repeatable=True
        )

    async def toast(self, query_id: str, text: str | None = None) -> None:
        """Answer a button press at once, without HTML. Logs errors instead of raising them."""
        method = AnswerCallbackQuery(callback_query_id=query_id, text=text)
        try:
            await self._caller.call_ignoring_no_ops(method, None)
        except SendError as error:
            log.info("toast not shown", error=str(error))

    async def send_photo(
        self,
        place: ReplyTarget,
        data: bytes,
        filename: str,
        caption: str,
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        spoiler: bool = False,
    ) -> SentPicture:
        """Send a picture as a photo once. The caller has acquired a slot."""
        method = SendPhoto(
            chat_id=place.chat_id,
            message_thread_id=place.thread_id,
            photo=BufferedInputFile(data, filename),
            caption=caption,
            has_spoiler=spoiler or None,
            reply_parameters=_reply_to(place),
            reply_markup=keyboard,
        )
        message = await self._caller.call(method, place.chat_id)
        return _sent_picture(message, FileKind.PHOTO)

    async def send_document(
        self,
        place: ReplyTarget,
        file: BufferedInputFile | str,
        caption: str | None = None,
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> SentPicture:
        """Send a file, new or by its `file_id`, once. The caller has acquired a slot.

        Content type detection is off: with it, Telegram turns a WebP file into a sticker.
        """
        method = SendDocument(
            chat_id=place.chat_id,
            message_thread_id=place.thread_id,
            document=file,
            caption=caption,
            disable_content_type_detection=True,
            reply_parameters=_reply_to(place),
            reply_markup=keyboard,
        )
        message = await self._caller.call(method, place.chat_id)
        return _sent_picture(message, FileKind.DOCUMENT)

    async def send_file(self, place: ReplyTarget, file: BufferedInputFile | str) -> SentPicture:
        """Send a file, new or by its `file_id`, with retries."""

        async def attempt() -> SentPicture:
            await self.acquire_slot(place.chat_id, Priority.ANSWER)
            return await self.send_document(place, file)

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
        """Send a picture that Telegram already has, with retries, and return its message id.

        A document has no spoiler (Bot API, sendDocument).
        """
        method_type, field = (SendPhoto, "photo") if kind is FileKind.PHOTO else (SendDocument, "document")
        method = method_type.model_validate(
            {
                "chat_id": place.chat_id,
                "message_thread_id": place.thread_id,
                field: file_id,
                "caption": caption,
                "reply_parameters": _reply_to(place),
                "reply_markup": keyboard,
            }
            | ({"has_spoiler": True} if spoiler and kind is FileKind.PHOTO else {})
        )
        return await self._send_answer(place.chat_id, method)

    async def replace_picture(
        self,
        chat_id: int,
        message_id: int,
        file_id: str,
        kind: FileKind,
        caption: str,
        keyboard: InlineKeyboardMarkup | None,
        *,
        spoiler: bool = False,
    ) -> None:
        """Replace the picture of a message by one that Telegram already has, with retries."""
        media: InputMediaPhoto | InputMediaDocument
        if kind is FileKind.PHOTO:
            media = InputMediaPhoto(
                media=file_id, caption=caption, parse_mode=ParseMode.HTML, has_spoiler=spoiler or None
            )
        else:
            media = InputMediaDocument(media=file_id, caption=caption, parse_mode=ParseMode.HTML)
        method = EditMessageMedia(
            chat_id=chat_id,
            message_id=message_id,
            media=media,
            reply_markup=keyboard,
        )

        async def attempt() -> None:
            await self.acquire_slot(chat_id, Priority.ANSWER)
            await self._caller.call_ignoring_no_ops(method, chat_id)

        await self._caller.with_retries(attempt, repeatable=True)

    async def edit_keyboard(self, chat_id: int, message_id: int, keyboard: InlineKeyboardMarkup) -> None:
        """Replace the buttons under a message, with retries. Needs no slot: it answers a press."""
        method = EditMessageReplyMarkup(chat_id=chat_id, message_id=message_id, reply_markup=keyboard)
        await self._caller.with_retries(
            lambda: self._caller.call_ignoring_no_ops(method, chat_id), repeatable=True
        )

    async def set_reaction(self, chat_id: int, message_id: int, emoji: str | None) -> None:
        """Set the bot's reaction to a message once, or remove it. Raises Rejected if the chat allows no reactions."""
        reaction: list[ReactionTypeUnion] = [ReactionTypeEmoji(emoji=emoji)] if emoji else []
        method = SetMessageReaction(chat_id=chat_id, message_id=message_id, reaction=reaction)
        await self._caller.call_ignoring_no_ops(method, chat_id)

    async def send_ephemeral(self, place: ReplyTarget, receiver_id: int, text: str) -> int | None:
        """Send a text that only one member of a group sees, once. Raises Rejected if the server does not allow it.

        It is an ephemeral message (Bot API 10.2, EphemeralMessageParameters). An older server ignores the parameter and
        shows the message to all: then its id is returned, so that the caller can delete it.
        """
        method = _send_message(place, text, None, silent=False).model_copy(
            update={"ephemeral_message_parameters": EphemeralMessageParameters(receiver_user_id=receiver_id)}
        )
        await self.acquire_slot(place.chat_id, Priority.ANSWER)
        message = await self._caller.call(method, place.chat_id)
        return None if message.ephemeral_message_id is not None else message.message_id

    async def probe(self, place: ReplyTarget, message_id: int, quote: str) -> Collection[str]:
        """Return the callback data of a message's buttons. The caller has acquired a slot.

        Raises Rejected if the chat has no such message or its text does not contain the quote. The probe is a silent
        reply with that quote, which is deleted at once.
        """
        method = SendMessage(
            chat_id=place.chat_id,
            message_thread_id=place.thread_id,
            text=quote,
            reply_parameters=ReplyParameters(message_id=message_id, quote=quote),
            disable_notification=True,
        )
        probe = await self._caller.call(method, place.chat_id)
        await self.delete(place.chat_id, probe.message_id)
        markup = probe.reply_to_message.reply_markup if probe.reply_to_message else None
        rows = markup.inline_keyboard if markup else []
        return {button.callback_data for row in rows for button in row if button.callback_data}

    def show_chat_action(self, place: ReplyTarget) -> None:
        """Show "sending a photo" in a chat, in the background. Logs errors instead of raising them."""
        method = SendChatAction(
            chat_id=place.chat_id, message_thread_id=place.thread_id, action=ChatAction.UPLOAD_PHOTO
        )
        self._chat_actions.start(self._call_logging_errors(method, place.chat_id))

    async def _send_answer(self, chat_id: int, method: TelegramMethod[Message]) -> int:
        async def attempt() -> Message:
            await self.acquire_slot(chat_id, Priority.ANSWER)
            return await self._caller.call(method, chat_id)

        return (await self._caller.with_retries(attempt)).message_id

    async def _call_logging_errors(self, method: TelegramMethod[bool], chat_id: int) -> None:
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


def _reply_to(place: ReplyTarget) -> ReplyParameters | None:
    """Return the parameters of a reply. A reply to a deleted message is sent as a plain message."""
    if place.reply_to is None:
        return None
    return ReplyParameters(message_id=place.reply_to, allow_sending_without_reply=True)


def _send_message(place: ReplyTarget, text: str, keyboard: Keyboard | None, *, silent: bool) -> SendMessage:
    return SendMessage(
        chat_id=place.chat_id,
        message_thread_id=place.thread_id,
        text=text,
        reply_markup=keyboard,
        reply_parameters=_reply_to(place),
        disable_notification=silent or None,
    )
