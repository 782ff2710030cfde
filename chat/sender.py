"""The only way out to Telegram: every message takes its turn, every refusal becomes one of chat.errors' four."""

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
)

from chat.api_calls import ApiCaller
from chat.errors import SendError, Unsure
from chat.limits import Priority, RateLimiter
from core.background import Background
from core.clock import Clock
from core.model import FileKind
from core.reply_target import ReplyTarget

Keyboard = InlineKeyboardMarkup | ForceReply
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SentPicture:
    """What Telegram made of a picture."""

    message_id: int
    file_id: str
    kind: FileKind


def make_bot(token: str, session: BaseSession) -> Bot:
    """Return the Bot API client with the product's defaults: HTML, no link previews."""
    defaults = DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview_is_disabled=True)
    return Bot(token, session=session, default=defaults)


class Sender(ApiCaller):
    """Sends, edits and deletes messages at the pace Telegram allows."""

    def __init__(self, bot: Bot, rate_limiter: RateLimiter, clock: Clock) -> None:
        super().__init__(bot, rate_limiter, clock)
        self._acting = Background()

    async def send_text(self, place: ReplyTarget, text: str, *, keyboard: Keyboard | None = None) -> int:
        """Send an answer in HTML and return its message id. Tried again for up to `PATIENCE` seconds."""
        method = self._text(place, text, keyboard, silent=False)

        async def once() -> Message:
            await self.acquire_slot(place.chat_id, Priority.ANSWER)
            return await self.call(method, place.chat_id)

        return (await self.with_retries(once)).message_id

    async def send_status(self, place: ReplyTarget, text: str, *, keyboard: Keyboard | None = None) -> int:
        """Send a silent status text, once, and return its message id: a later one says more."""
        method = self._text(place, text, keyboard, silent=True)
        return (await self.call(method, place.chat_id)).message_id

    async def edit_status(
        self, chat_id: int, message_id: int, text: str, *, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Change a status text, once."""
        method = EditMessageText(chat_id=chat_id, message_id=message_id, text=text, reply_markup=keyboard)
        await self.call_ignoring_no_ops(method, chat_id)

    async def edit_text(
        self, chat_id: int, message_id: int, text: str, *, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Change a text of the bot's; one that already reads so, or is gone, is left as it is."""

        async def once() -> None:
            await self.acquire_slot(chat_id, Priority.ANSWER)
            await self.edit_status(chat_id, message_id, text, keyboard=keyboard)

        await self.with_retries(once)

    async def delete(self, chat_id: int, message_id: int) -> None:
        """Take a message of the bot's away. Takes no turn: Telegram's rates are for messages sent."""
        method = DeleteMessage(chat_id=chat_id, message_id=message_id)
        await self.with_retries(lambda: self.call_ignoring_no_ops(method, chat_id))

    async def toast(self, query_id: str, text: str | None = None) -> None:
        """Answer a button press at once. A press whose answer is lost stays a press: errors are only logged."""
        method = AnswerCallbackQuery(callback_query_id=query_id, text=text)
        try:
            await self.call_ignoring_no_ops(method, None)
        except SendError as error:
            log.info("toast not shown", error=str(error))

    async def send_photo(
        self,
        place: ReplyTarget,
        data: bytes,
        filename: str,
        caption: str,
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> SentPicture:
        """Send a picture as a photo, once, with an HTML caption. The turn was taken by `turn`."""
        method = SendPhoto(
            chat_id=place.chat_id,
            message_thread_id=place.thread_id,
            photo=BufferedInputFile(data, filename),
            caption=caption,
            reply_parameters=place.reply,
            reply_markup=keyboard,
        )
        message = await self.call(method, place.chat_id)
        if not message.photo:
            raise Unsure("Telegram's answer names no photo")
        return SentPicture(message.message_id, message.photo[-1].file_id, FileKind.PHOTO)

    async def send_document(
        self,
        place: ReplyTarget,
        file: BufferedInputFile | str,
        caption: str | None = None,
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> SentPicture:
        """Send a file, new or by its `file_id`, once, with an HTML caption. The turn was taken by `turn`.

        Without content type detection: with it Telegram makes a sticker of a WebP.
        """
        method = SendDocument(
            chat_id=place.chat_id,
            message_thread_id=place.thread_id,
            document=file,
            caption=caption,
            disable_content_type_detection=True,
            reply_parameters=place.reply,
            reply_markup=keyboard,
        )
        message = await self.call(method, place.chat_id)
        if message.document is None:
            raise Unsure("Telegram's answer names no document")
        return SentPicture(message.message_id, message.document.file_id, FileKind.DOCUMENT)

    async def send_by_file_id(
        self,
        place: ReplyTarget,
        file_id: str,
        kind: FileKind,
        caption: str,
        keyboard: InlineKeyboardMarkup | None,
    ) -> int:
        """Send a picture Telegram already has and return its message id. Tried again like a text."""

        async def once() -> Message:
            await self.acquire_slot(place.chat_id, Priority.ANSWER)
            form, field = (SendPhoto, "photo") if kind is FileKind.PHOTO else (SendDocument, "document")
            method = form.model_validate(
                {
                    "chat_id": place.chat_id,
                    "message_thread_id": place.thread_id,
                    field: file_id,
                    "caption": caption,
                    "reply_parameters": place.reply,
                    "reply_markup": keyboard,
                }
            )
            return await self.call(method, place.chat_id)

        return (await self.with_retries(once)).message_id

    async def replace_picture(
        self,
        chat_id: int,
        message_id: int,
        file_id: str,
        kind: FileKind,
        caption: str,
        keyboard: InlineKeyboardMarkup | None,
    ) -> None:
        """Put another picture that Telegram already has into a message of the bot's."""
        form = InputMediaPhoto if kind is FileKind.PHOTO else InputMediaDocument
        method = EditMessageMedia(
            chat_id=chat_id,
            message_id=message_id,
            media=form(media=file_id, caption=caption, parse_mode=ParseMode.HTML),
            reply_markup=keyboard,
        )

        async def once() -> None:
            await self.acquire_slot(chat_id, Priority.ANSWER)
            await self.call_ignoring_no_ops(method, chat_id)

        await self.with_retries(once)

    async def edit_keyboard(self, chat_id: int, message_id: int, keyboard: InlineKeyboardMarkup) -> None:
        """Put other buttons under a message of the bot's. Takes no turn: it answers a press."""
        method = EditMessageReplyMarkup(chat_id=chat_id, message_id=message_id, reply_markup=keyboard)
        await self.with_retries(lambda: self.call_ignoring_no_ops(method, chat_id))

    async def set_reaction(self, chat_id: int, message_id: int, emoji: str | None) -> None:
        """Put a reaction on a message, once, or take it away. Raises Rejected where reactions are not allowed."""
        reaction: list[ReactionTypeUnion] = [ReactionTypeEmoji(emoji=emoji)] if emoji else []
        method = SetMessageReaction(chat_id=chat_id, message_id=message_id, reaction=reaction)
        await self.call_ignoring_no_ops(method, chat_id)

    async def send_ephemeral(self, place: ReplyTarget, receiver_id: int, text: str) -> int | None:
        """Say something only one person in a group sees, once. Raises Rejected where the server does not allow it.

        An ephemeral message (Bot API 10.2, EphemeralMessageParameters). A server older than that overlooks the
        parameter and shows the message to all: then its id is returned, so that it can be taken away.
        """
        method = self._text(place, text, None, silent=False).model_copy(
            update={"ephemeral_message_parameters": EphemeralMessageParameters(receiver_user_id=receiver_id)}
        )
        await self.acquire_slot(place.chat_id, Priority.ANSWER)
        message = await self.call(method, place.chat_id)
        return None if message.ephemeral_message_id is not None else message.message_id

    def show_chat_action(self, place: ReplyTarget) -> None:
        """Show that a picture is being sent. Nobody waits for it, and nothing depends on it."""
        method = SendChatAction(
            chat_id=place.chat_id, message_thread_id=place.thread_id, action=ChatAction.UPLOAD_PHOTO
        )
        self._acting.start(self._quietly(method, place.chat_id))

    async def _quietly(self, method: TelegramMethod[bool], chat_id: int) -> None:
        try:
            await self.call(method, chat_id)
        except SendError as error:
            log.info("action not shown", error=str(error))

    @staticmethod
    def _text(place: ReplyTarget, text: str, keyboard: Keyboard | None, *, silent: bool) -> SendMessage:
        return SendMessage(
            chat_id=place.chat_id,
            message_thread_id=place.thread_id,
            text=text,
            reply_markup=keyboard,
            reply_parameters=place.reply,
            disable_notification=silent or None,
        )
