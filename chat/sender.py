"""Sends texts, status messages, toasts and reactions to Telegram. Pictures: chat.picture_sender."""

from collections.abc import Collection

import structlog
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.base import BaseSession
from aiogram.enums import ParseMode
from aiogram.methods import (
    AnswerCallbackQuery,
    CopyMessage,
    DeleteMessage,
    EditMessageReplyMarkup,
    EditMessageText,
    SendMessage,
    SetMessageReaction,
)
from aiogram.types import (
    EphemeralMessageParameters,
    ForceReply,
    InlineKeyboardMarkup,
    ReactionTypeEmoji,
    ReactionTypeUnion,
    ReplyParameters,
)

from chat.api_calls import ApiCaller
from chat.captions import TOAST_UNITS, cut, strip_html
from chat.errors import Rejected, SendError, Unreachable, is_gone
from chat.limits import Priority
from chat.reply_parameters import reply_parameters
from core.reply_target import ReplyTarget

Keyboard = InlineKeyboardMarkup | ForceReply
log = structlog.get_logger(__name__)


def make_bot(token: str, session: BaseSession) -> Bot:
    """Return a Bot API client with the project's defaults: HTML and no link previews."""
    defaults = DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview_is_disabled=True)
    return Bot(token, session=session, default=defaults)


class Sender:
    """Sends, edits and deletes messages. Texts and captions are HTML; every method raises a subclass of SendError."""

    def __init__(self, caller: ApiCaller) -> None:
        self._caller = caller

    async def acquire_slot(self, chat_id: int, priority: Priority) -> None:
        """Wait until the rate limits allow one more message to a chat.

        The caller does this before `send_status` and `edit_status`, so that their content is made only once it may be
        sent. All other methods acquire their own slot.
        """
        await self._caller.acquire_slot(chat_id, priority)

    async def send_text(self, place: ReplyTarget, text: str, *, keyboard: Keyboard | None = None) -> int:
        """Send an answer, with retries, and return its message id."""
        method = _send_message(place, text, keyboard, silent=False)
        return (await self._caller.send_answer(method, place.chat_id)).message_id

    async def tell(self, user_id: int, text: str, *, keyboard: InlineKeyboardMarkup | None = None) -> bool:
        """Send a user a message that answers nothing, with retries. Return False if they cannot be reached: logged."""
        try:
            await self.send_text(ReplyTarget(user_id), text, keyboard=keyboard)
        except (Unreachable, Rejected) as error:
            log.warning("user not reached", user=user_id, error=str(error))
            return False
        return True

    async def send_status(self, place: ReplyTarget, text: str, *, keyboard: Keyboard | None = None) -> int:
        """Send a silent status message once and return its message id. The caller has acquired a slot."""
        method = _send_message(place, text, keyboard, silent=True)
        return (await self._caller.call(method, place.chat_id)).message_id

    async def copy_message(
        self, chat_id: int, from_chat_id: int, message_id: int, *, keyboard: InlineKeyboardMarkup | None
    ) -> int:
        """Copy a message to a chat once, and return the id of the copy. The caller has acquired a slot.

        A copy has the text, the formatting and the media, but not the buttons of its original
        (eternnoir/pyTelegramBotAPI#2421): these are `keyboard`. Raises OriginalDeleted if there is no original.
        """
        method = CopyMessage(
            chat_id=chat_id, from_chat_id=from_chat_id, message_id=message_id, reply_markup=keyboard
        )
        return (await self._caller.call(method, chat_id)).message_id

    async def edit_status(
        self, chat_id: int, message_id: int, text: str, *, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Edit a status message once. The caller has acquired a slot."""
        method = EditMessageText(chat_id=chat_id, message_id=message_id, text=text, reply_markup=keyboard)
        await self._caller.call_ignoring_no_ops(method, chat_id)

    async def edit_text(
        self, chat_id: int, message_id: int, text: str, *, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Edit a text message, with retries. Does nothing if the message was deleted or has this text."""

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

    async def try_to_delete(self, chat_id: int, message_id: int) -> bool:
        """Do the same. Return False if Telegram does not allow it, such as for a message of more than 48 hours."""
        try:
            method = DeleteMessage(chat_id=chat_id, message_id=message_id)
            await self._caller.with_retries(lambda: self._caller.call(method, chat_id), repeatable=True)
        except Rejected as error:
            if not is_gone(error):
                return False
        return True

    async def toast(self, query_id: str, text: str | None = None) -> None:
        """Answer a button press at once, without HTML. Logs errors instead of raising them."""
        await self._answer_press(AnswerCallbackQuery(callback_query_id=query_id, text=text))

    async def alert(self, query_id: str, text: str) -> None:
        """Answer a button press with an HTML text, shown without markup until the user closes it. Logs errors."""
        shown = cut(strip_html(text), TOAST_UNITS)
        await self._answer_press(AnswerCallbackQuery(callback_query_id=query_id, text=shown, show_alert=True))

    async def _answer_press(self, method: AnswerCallbackQuery) -> None:
        try:
            await self._caller.call_ignoring_no_ops(method, None)
        except SendError as error:
            log.info("toast not shown", error=str(error))

    async def edit_keyboard(
        self, chat_id: int, message_id: int, keyboard: InlineKeyboardMarkup | None
    ) -> None:
        """Replace or remove the buttons under a message, with retries. Needs no slot: it answers a press."""
        method = EditMessageReplyMarkup(chat_id=chat_id, message_id=message_id, reply_markup=keyboard)
        await self._caller.with_retries(
            lambda: self._caller.call_ignoring_no_ops(method, chat_id), repeatable=True
        )

    async def set_reaction(self, chat_id: int, message_id: int, emoji: str | None) -> None:
        """Set the bot's reaction to a message once, or remove it. Raises Rejected if the chat allows no reactions."""
        reaction: list[ReactionTypeUnion] = [ReactionTypeEmoji(emoji=emoji)] if emoji else []
        method = SetMessageReaction(chat_id=chat_id, message_id=message_id, reaction=reaction)
        await self._caller.call_ignoring_no_ops(method, chat_id)

    async def send_ephemeral(
        self,
        place: ReplyTarget,
        receiver_id: int,
        text: str,
        *,
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> int | None:
        """Send a text that only one member of a group sees, once. Raises Rejected if the server does not allow it.

        It is an ephemeral message (Bot API 10.2, EphemeralMessageParameters). An older server ignores the parameter and
        shows the message to all: then its id is returned, so that the caller can delete it.
        """
        method = _send_message(place, text, keyboard, silent=False).model_copy(
            update={"ephemeral_message_parameters": EphemeralMessageParameters(receiver_user_id=receiver_id)}
        )
        await self.acquire_slot(place.chat_id, Priority.ANSWER)
        message = await self._caller.call(method, place.chat_id)
        return None if message.ephemeral_message_id is not None else message.message_id

    async def quoted_buttons(self, place: ReplyTarget, message_id: int, quote: str) -> Collection[str]:
        """Return the callback data of a message's buttons. The caller has acquired a slot.

        Raises Rejected if the chat has no such message or its text does not contain the quote. The method
        sends a silent reply with that quote and deletes it at once.
        """
        method = SendMessage(
            chat_id=place.chat_id,
            message_thread_id=place.thread_id,
            text=quote,
            reply_parameters=ReplyParameters(message_id=message_id, quote=quote),
            disable_notification=True,
        )
        reply = await self._caller.call(method, place.chat_id)
        await self.delete(place.chat_id, reply.message_id)
        markup = reply.reply_to_message.reply_markup if reply.reply_to_message else None
        rows = markup.inline_keyboard if markup else []
        return {button.callback_data for row in rows for button in row if button.callback_data}


def _send_message(place: ReplyTarget, text: str, keyboard: Keyboard | None, *, silent: bool) -> SendMessage:
    return SendMessage(
        chat_id=place.chat_id,
        message_thread_id=place.thread_id,
        text=text,
        reply_markup=keyboard,
        reply_parameters=reply_parameters(place),
        disable_notification=silent or None,
    )
