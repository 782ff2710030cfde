"""The results of inline queries and guest queries, and the buttons of inline messages."""

from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultCachedDocument,
    InlineQueryResultCachedPhoto,
    InlineQueryResultsButton,
    InputTextMessageContent,
)

from chat.bot_switches import BotSwitches
from chat.callbacks import DropInline, InlineDraw
from chat.captions import caption, cut, one_line, strip_html
from chat.links import request_link
from chat.translations import Translator
from core.model import AspectRatio, FileKind, Request

RESULTS_A_PAGE = 40
"""Bot API, answerInlineQuery: at most 50."""
START_PAYLOAD = "inline"
"""The payload with which a button above the results opens the private chat. It greets as a plain /start does."""
_HEADING_UNITS = 300
_LABEL_UNITS = 64
"""Longest text of the button above the results. Telegram names no limit, but shows one line."""
_DESCRIPTION_UNITS = 120


def with_prompt(translate: Translator, prompt: str, below: str) -> str:
    """Return the HTML text of an inline message: its prompt, and the HTML `below` it."""
    return f"{translate('inline-prompt', prompt=one_line(prompt, _HEADING_UNITS))}\n{below}"


def offer(
    translate: Translator, prompt_id: int, prompt: str, ratio: AspectRatio | None, *, guest: str | None = None
) -> InlineQueryResultArticle:
    """Return the result that sends an inline message with the button that draws a prompt.

    `ratio` is None for the change of a picture. `guest` is the address of the bot if it answers as a guest.
    """
    below = translate("inline-ready") if guest is None else translate("guest-accepted", link=guest)
    title = (
        translate.raw("button-change-it") if ratio is None else translate("inline-draw", ratio=ratio.value)
    )
    return InlineQueryResultArticle(
        id=f"{prompt_id}:{ratio.slug if ratio else ''}",
        title=title,
        description=one_line(prompt, _DESCRIPTION_UNITS),
        input_message_content=InputTextMessageContent(message_text=with_prompt(translate, prompt, below)),
        reply_markup=draw_or_drop(translate, prompt_id, ratio),
    )


def sentence(translate: Translator, text: str) -> InlineQueryResultArticle:
    """Return an answer to a guest query that is only a sentence in HTML."""
    return InlineQueryResultArticle(
        id="sentence",
        title=translate.raw("guest-title"),
        input_message_content=InputTextMessageContent(message_text=text),
    )


def own_picture(
    translate: Translator, request: Request
) -> InlineQueryResultCachedPhoto | InlineQueryResultCachedDocument:
    """Return the result that sends a delivered picture."""
    file_id, kind = request.require_file()
    title = one_line(request.prompt, _DESCRIPTION_UNITS)
    if kind is FileKind.PHOTO:
        return InlineQueryResultCachedPhoto(
            id=f"p{request.id}", photo_file_id=file_id, title=title, caption=caption(request.prompt)
        )
    return InlineQueryResultCachedDocument(
        id=f"p{request.id}",
        document_file_id=file_id,
        title=title or translate.raw("guest-title"),
        caption=caption(request.prompt),
    )


def open_chat(text: str) -> InlineQueryResultsButton:
    """Return the button above the results, which opens the private chat. `text` is HTML."""
    return InlineQueryResultsButton(text=cut(strip_html(text), _LABEL_UNITS), start_parameter=START_PAYLOAD)


def draw_or_drop(translate: Translator, prompt_id: int, ratio: AspectRatio | None) -> InlineKeyboardMarkup:
    """Return the buttons of an inline message that waits for its sender's word."""
    draw = InlineDraw(prompt=prompt_id, ratio=ratio.slug if ratio else "")
    row = [
        InlineKeyboardButton(text=translate.raw("button-draw-it"), callback_data=draw.pack()),
        InlineKeyboardButton(
            text=translate.raw("button-cancel"), callback_data=DropInline(prompt=prompt_id).pack()
        ),
    ]
    return InlineKeyboardMarkup(inline_keyboard=[row])


def start_first(
    translate: Translator, switches: BotSwitches, prompt_id: int, ratio: AspectRatio | None
) -> InlineKeyboardMarkup:
    """Return the buttons for a sender without a private chat with the bot: open it, then draw."""
    rows = draw_or_drop(translate, prompt_id, ratio).inline_keyboard
    if switches.address is not None:
        url = f"{switches.address}?start={START_PAYLOAD}"
        rows = [[InlineKeyboardButton(text=translate.raw("button-open-chat"), url=url)], *rows]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def under_picture(
    translate: Translator, switches: BotSwitches, request: Request
) -> InlineKeyboardMarkup | None:
    """Return the buttons under a picture in an inline message, for all readers of the chat."""
    row = []
    if switches.inline:
        row.append(
            InlineKeyboardButton(text=translate.raw("button-draw-own"), switch_inline_query_current_chat="")
        )
    if switches.address is not None:
        url = request_link(switches.address, request.id)
        row.append(InlineKeyboardButton(text=translate.raw("button-open-in-chat"), url=url))
    return InlineKeyboardMarkup(inline_keyboard=[row]) if row else None
