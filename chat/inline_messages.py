"""Edits inline messages, and answers the queries that lead to them.

An inline message shows a picture only by its `file_id` or by a link: nothing can be uploaded to it (Bot API,
editMessageMedia).
"""

from collections.abc import Awaitable, Callable, Sequence

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
from chat.errors import Rejected, SendError, Unreachable, is_no_op, is_unchanged
from chat.input_media import input_media
from chat.limits import Priority
from core.model import FileKind
from core.reply_target import ReplyTarget

log = structlog.get_logger(__name__)

CACHE_SECONDS = 2
"""Time for which Telegram may repeat an answer to a user's query. The next picture may be in the next answer."""


class InlineMessages:
    """Edits inline messages and answers queries. Texts and captions are HTML; edits raise TryLater or Unsure.

    An edit is refused if the message was deleted, or if its chat lets the bot not show or not change this.
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
    ) -> bool:
        """Edit the text of an inline message, with retries. Return False if Telegram refuses it."""
        method = EditMessageText(inline_message_id=place.inline_message_id, text=text, reply_markup=keyboard)

        async def attempt() -> None:
            await self._caller.acquire_slot(place.chat_id, Priority.ANSWER)
            await self._caller.call(method, None)

        return await self._is_edited(attempt)

    async def show_picture(
        self,
        place: ReplyTarget,
        picture: str,
        kind: FileKind,
        caption: str,
        keyboard: InlineKeyboardMarkup | None,
        *,
        spoiler: bool = False,
    ) -> bool:
        """Replace the text of an inline message by a picture, with retries. Return False if Telegram refuses it.

        `picture` is a `file_id` or a link.
        """
        media = input_media(picture, kind, caption, spoiler=spoiler)
        method = EditMessageMedia(
            inline_message_id=place.inline_message_id, media=media, reply_markup=keyboard
        )

        async def attempt() -> None:
            await self._caller.acquire_slot(place.chat_id, Priority.PICTURE)
            await self._caller.call(method, None)

        return await self._is_edited(attempt)

    async def _is_edited(self, attempt: Callable[[], Awaitable[None]]) -> bool:
        try:
            await self._caller.with_retries(attempt, repeatable=True)
        except (Rejected, Unreachable) as error:
            if not is_unchanged(error):
                log.info("inline message not edited", error=str(error))
                return False
        return True

    async def answer_query(
        self,
        query_id: str,
        results: Sequence[InlineQueryResultUnion],
        *,
        next_offset: str = "",
        button: InlineQueryResultsButton | None = None,
        without_pictures: InlineQueryResultsButton | None = None,
    ) -> None:
        """Answer an inline query once, for its user only. Logs errors: the user types on and asks again.

        Telegram refuses an answer as a whole if it no longer has one of the files, and does not name that one. The
        answer is then repeated without pictures, and with the button `without_pictures` if there is no other.
        """
        method = AnswerInlineQuery(
            inline_query_id=query_id,
            results=list(results),
            cache_time=CACHE_SECONDS,
            is_personal=True,
            next_offset=next_offset,
            button=button,
        )
        articles = [result for result in results if isinstance(result, InlineQueryResultArticle)]
        try:
            try:
                await self._caller.call(method, None)
            except Rejected as error:
                if is_no_op(error) or len(articles) == len(results):
                    raise
                log.warning("inline query answered without pictures", error=str(error))
                changes = {"results": articles, "button": button or without_pictures}
                await self._caller.call(method.model_copy(update=changes), None)
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
