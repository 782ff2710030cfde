"""Edits inline messages, and answers the queries that lead to them.

An inline message shows a picture only by its `file_id` or by a link: nothing can be uploaded to it (Bot API,
editMessageMedia).
"""

from collections.abc import Sequence

import structlog
from aiogram.methods import (
    AnswerGuestQuery,
    AnswerInlineQuery,
    EditMessageMedia,
    EditMessageText,
    SendChatAction,
)
from aiogram.types import (
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InlineQueryResultUnion,
)

from chat.api_calls import ApiCaller
from chat.errors import SendError, Unreachable
from chat.input_media import input_media
from chat.limits import Priority
from core.model import FileKind
from core.reply_target import ReplyTarget

log = structlog.get_logger(__name__)

CACHE_SECONDS = 2
"""Time for which Telegram may repeat an answer to a user's query. The next picture may be in the next answer."""


class InlineMessages:
    """Edits inline messages and answers queries. Texts and captions are HTML; edits raise a subclass of SendError.

    Telegram names no limit for edits of inline messages, so each needs a slot of its user's private chat.
    """

    def __init__(self, caller: ApiCaller) -> None:
        self._caller = caller

    async def edit_status(
        self, place: ReplyTarget, text: str, *, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Edit the text of an inline message once. The caller has acquired a slot."""
        method = EditMessageText(inline_message_id=place.inline_message_id, text=text, reply_markup=keyboard)
        await self._caller.call_ignoring_no_ops(method, None)

    async def edit_text(
        self, place: ReplyTarget, text: str, *, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Edit the text of an inline message, with retries. Does nothing if the message was deleted."""

        async def attempt() -> None:
            await self._caller.acquire_slot(place.chat_id, Priority.ANSWER)
            await self.edit_status(place, text, keyboard=keyboard)

        await self._caller.with_retries(attempt, repeatable=True)

    async def show_picture(
        self,
        place: ReplyTarget,
        picture: str,
        kind: FileKind,
        caption: str,
        keyboard: InlineKeyboardMarkup | None,
        *,
        spoiler: bool = False,
    ) -> None:
        """Replace the text of an inline message by a picture, with retries. `picture` is a `file_id` or a link."""
        media = input_media(picture, kind, caption, spoiler=spoiler)
        method = EditMessageMedia(
            inline_message_id=place.inline_message_id, media=media, reply_markup=keyboard
        )

        async def attempt() -> None:
            await self._caller.acquire_slot(place.chat_id, Priority.PICTURE)
            await self._caller.call_ignoring_no_ops(method, None)

        await self._caller.with_retries(attempt, repeatable=True)

    async def answer_query(
        self,
        query_id: str,
        results: Sequence[InlineQueryResultUnion],
        *,
        next_offset: str = "",
        button: InlineQueryResultsButton | None = None,
    ) -> None:
        """Answer an inline query once, for its user only. Logs errors: the user types on and asks again."""
        method = AnswerInlineQuery(
            inline_query_id=query_id,
            results=list(results),
            cache_time=CACHE_SECONDS,
            is_personal=True,
            next_offset=next_offset,
            button=button,
        )
        try:
            await self._caller.call_ignoring_no_ops(method, None)
        except SendError as error:
            log.info("inline query not answered", error=str(error))

    async def answer_guest(self, query_id: str, article: InlineQueryResultArticle) -> str:
        """Answer a guest query and return the id of the inline message. A second answer raises Rejected."""
        method = AnswerGuestQuery(guest_query_id=query_id, result=article)
        sent = await self._caller.with_retries(lambda: self._caller.call(method, None))
        return sent.inline_message_id

    async def can_write_to(self, user_id: int) -> bool:
        """Return whether a user has started the private chat with the bot, as far as Telegram says."""
        try:
            await self._caller.call(SendChatAction(chat_id=user_id, action="upload_photo"), user_id)
        except Unreachable:
            return False
        except SendError as error:
            log.info("private chat not asked about", error=str(error))
        return True
