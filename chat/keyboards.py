"""The keyboards under the bot's messages."""

from collections.abc import Sequence

from aiogram.types import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup
from aiogram.utils.keyboard import InlineKeyboardBuilder, KeyboardBuilder

from chat.callbacks import CancelRequest, ChooseRatio, PreferRatio
from chat.texts import Texts
from storage.model import AspectRatio


def ratios(texts: Texts, draft_id: int) -> InlineKeyboardMarkup:
    """Five ratios to pick from for a draft."""
    builder = InlineKeyboardBuilder()
    for ratio in AspectRatio:
        data = ChooseRatio(draft=draft_id, ratio=ratio.slug)
        builder.button(text=texts.raw(f"button-ratio-{ratio.slug}"), callback_data=data)
    return _markup(builder.adjust(3, 2))


def preferred_ratio(texts: Texts, user_id: int) -> InlineKeyboardMarkup:
    """Five ratios to remember, and a way back to being asked."""
    builder = InlineKeyboardBuilder()
    for ratio in AspectRatio:
        data = PreferRatio(user=user_id, ratio=ratio.slug)
        builder.button(text=texts.raw(f"button-ratio-{ratio.slug}"), callback_data=data)
    builder.button(text=texts.raw("button-ratio-ask"), callback_data=PreferRatio(user=user_id))
    return _markup(builder.adjust(3, 2, 1))


def cancel(texts: Texts, request_id: int) -> InlineKeyboardMarkup:
    """The one button under a status message."""
    button = InlineKeyboardButton(
        text=texts.raw("button-cancel"), callback_data=CancelRequest(request=request_id).pack()
    )
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def cancel_listed(texts: Texts, request_ids: Sequence[int]) -> InlineKeyboardMarkup | None:
    """A numbered cancel button for each listed request; None for an empty list."""
    if not request_ids:
        return None
    builder = InlineKeyboardBuilder()
    for number, request_id in enumerate(request_ids, start=1):
        data = CancelRequest(request=request_id, listed=True)
        builder.button(text=texts("button-cancel-number", number=number), callback_data=data)
    return _markup(builder.adjust(3))


def ask(placeholder: str) -> ForceReply:
    """Opens the reply field for the person who is asked (at most 64 characters of placeholder)."""
    return ForceReply(selective=True, input_field_placeholder=placeholder)


def _markup(builder: KeyboardBuilder[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=builder.export())
