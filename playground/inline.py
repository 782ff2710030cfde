"""Inline queries, guest queries and inline messages of the stand-in, with the Bot API's rules and error texts.

An inline message is a message that a user sends through the bot. The bot knows its inline message id, and neither the
chat nor the message id (Bot API, ChosenInlineResult, CallbackQuery).
"""

import re
import time
from collections.abc import Callable
from typing import Any

from aiogram import methods
from aiogram.types import (
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultCachedDocument,
    InlineQueryResultCachedPhoto,
    InlineQueryResultUnion,
    InputTextMessageContent,
    Message,
    User,
)
from pydantic import TypeAdapter, ValidationError

from playground import files
from playground.call import LONGEST_TEXT, ApiError, Call
from playground.chats import BOT, Chats
from playground.inline_state import InlineResult

LONGEST_QUERY = 256
"""Bot API, InlineQuery."""
MOST_RESULTS = 50
"""Bot API, answerInlineQuery."""
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"

_MENTION = re.compile(rf"(?<![\w@])@{BOT.username}(?!\w)", re.IGNORECASE)
_Parsed = TypeAdapter[Any](InlineQueryResultUnion)


def answer_inline_query(call: Call) -> Any:
    """Keep the answer to an inline query."""
    call.check(methods.AnswerInlineQuery)
    query = call.inline.queries.get(str(call.parameters.get("inline_query_id")))
    if query is None or query.results is not None or time.monotonic() - query.at > call.inline.answer_seconds:
        raise ApiError(400, TOO_OLD)
    results = call.parameters.get("results") or []
    if len(results) > MOST_RESULTS:
        raise ApiError(400, "Bad Request: RESULTS_TOO_MUCH")
    parsed = [_result(call, one) for one in results]
    if len({one.id for one in parsed}) < len(parsed):
        raise ApiError(400, "Bad Request: RESULT_ID_DUPLICATE")
    offset = str(call.parameters.get("next_offset") or "")
    if len(offset.encode()) > 64:  # Bot API, answerInlineQuery
        raise ApiError(400, "Bad Request: NEXT_OFFSET_INVALID")
    query.button = _button(call.parameters.get("button"))
    query.results, query.next_offset = parsed, offset
    call.chats.notify()
    return True


def answer_guest_query(call: Call) -> Any:
    """Reply to a guest query, once, as a message of the bot in the chat of the query."""
    call.check(methods.AnswerGuestQuery)
    query = call.inline.guest_queries.get(str(call.parameters.get("guest_query_id")))
    if query is None or query.answered:
        raise ApiError(400, TOO_OLD)
    given = call.parameters.get("result") or {}
    result = _result(call, given)
    if not result.title:  # soruly/trace.moe-telegram-bot#276: also for a photo
        raise ApiError(400, "Bad Request: RESULT_TITLE_EMPTY")
    query.answered = True
    content = result.content | {"reply_to_message": query.message}
    message = call.chats.add(query.message.chat.id, BOT, **content)
    return {"inline_message_id": call.chats.make_inline(message)}


def send_result(chats: Chats, user: User, chat_id: int, result: InlineResult, **more: Any) -> Message:
    """Send a result as a user, and return the message. With buttons it has an inline message id.

    `more` are further fields of the message.
    """
    message = chats.add(chat_id, user, via_bot=BOT, **result.content, **more)
    if result.content.get("reply_markup") is not None:
        chats.make_inline(message)
    return message


def is_for_guest(message: Message) -> bool:
    """Return whether a message in a chat without the bot is a guest query: it mentions the bot or answers its message.

    Bot features, Guest mode.
    """
    answered = message.reply_to_message
    answers = answered is not None and answered.from_user is not None and answered.from_user.id == BOT.id
    return answers or _MENTION.search(message.text or message.caption or "") is not None


def _button(given: dict[str, str] | None) -> dict[str, str] | None:
    """Check the button above the results: 1-64 characters of A-Z, a-z, 0-9, _ and - (InlineQueryResultsButton)."""
    if given is None:
        return None
    payload = str(given.get("start_parameter") or "")
    allowed = all(c.isascii() and (c.isalnum() or c in "_-") for c in payload)
    if not given.get("text") or not 1 <= len(payload) <= 64 or not allowed:
        raise ApiError(400, "Bad Request: START_PARAM_INVALID")
    return {"text": str(given["text"]), "start_parameter": payload}


def _result(call: Call, given: dict[str, Any]) -> InlineResult:
    """Return a result with the content of its message. Raises ApiError for one that the Bot API refuses."""
    try:
        result = _Parsed.validate_python(given)
    except ValidationError:
        raise ApiError(400, "Bad Request: can't parse inline query result") from None
    if not 1 <= len(result.id.encode()) <= 64:
        raise ApiError(400, "Bad Request: RESULT_ID_INVALID")
    make = _MAKERS.get(type(result))
    if make is None:
        raise ApiError(400, "Bad Request: this stand-in knows no result of that kind")
    content = make(call, result) | {"reply_markup": _keyboard(call, given)}
    return InlineResult(
        id=result.id,
        title=getattr(result, "title", None) or "",
        description=getattr(result, "description", None) or "",
        content=content,
    )


def _keyboard(call: Call, given: dict[str, Any]) -> InlineKeyboardMarkup | None:
    markup = call.inline_keyboard(given.get("reply_markup"))
    if markup is not None and markup.force_reply:  # a user sends the message, and no bot sees an answer to it
        raise ApiError(
            400, "Bad Request: force_reply is not allowed in inline messages"
        )  # the words are a guess
    return markup


def _article(call: Call, result: InlineQueryResultArticle) -> dict[str, Any]:
    content = result.input_message_content
    if not result.title:
        raise ApiError(400, "Bad Request: ARTICLE_TITLE_EMPTY")
    if not isinstance(content, InputTextMessageContent):
        raise ApiError(400, "Bad Request: this stand-in knows texts only")
    mode = content.parse_mode if isinstance(content.parse_mode, str) else None
    text, entities = call.parse(content.message_text, mode, LONGEST_TEXT, "message is too long")
    if not text:
        raise ApiError(400, "Bad Request: message text is empty")
    return {"text": text, "entities": entities or None}


def _cached_photo(call: Call, result: InlineQueryResultCachedPhoto) -> dict[str, Any]:
    photo = files.known_photo(call, result.photo_file_id)
    if photo is None:
        raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
    return {"photo": photo, **_caption(call, result)}


def _cached_document(call: Call, result: InlineQueryResultCachedDocument) -> dict[str, Any]:
    document = files.known_document(call, result.document_file_id)
    if document is None:
        raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
    return {"document": document, **_caption(call, result)}


def _caption(
    call: Call, result: InlineQueryResultCachedPhoto | InlineQueryResultCachedDocument
) -> dict[str, Any]:
    mode = result.parse_mode if isinstance(result.parse_mode, str) else None
    text, entities = call.parse(result.caption or "", mode, files.LONGEST_CAPTION)
    return {"caption": text or None, "caption_entities": entities or None}


_MAKERS: dict[type[Any], Callable[[Call, Any], dict[str, Any]]] = {
    InlineQueryResultArticle: _article,
    InlineQueryResultCachedPhoto: _cached_photo,
    InlineQueryResultCachedDocument: _cached_document,
}
