"""The buttons under a grid, the picture of a batch."""

from collections.abc import Sequence

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from chat.callbacks import DrawFour, PickPicture
from chat.translations import Translator
from core.model import Request


def grid(translate: Translator, head: Request, shown: Sequence[Request]) -> InlineKeyboardMarkup:
    """Return the buttons under a grid: one for each picture, in the order of the cells, and one to draw four more."""
    numbers = [
        InlineKeyboardButton(text=str(number), callback_data=PickPicture(request=one.id).pack())
        for number, one in enumerate(shown, start=1)
    ]
    more = InlineKeyboardButton(
        text=translate.raw("offer-four"), callback_data=DrawFour(request=head.id).pack()
    )
    return InlineKeyboardMarkup(inline_keyboard=[numbers, [more]])
