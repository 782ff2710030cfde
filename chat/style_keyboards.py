"""The keyboards of styles: below /style, below one style, and below a picture."""

from collections.abc import Sequence

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from chat.callbacks import DrawInStyle, PreferStyle, ResultAction, ResultButton
from chat.style_names import name_of
from chat.translations import Translator
from core.model import Request
from core.styles import Style

_COLUMNS = 3
_Rows = list[list[InlineKeyboardButton]]


def usual_style(
    translate: Translator, user_id: int, styles: Sequence[Style], usual: Style | None
) -> InlineKeyboardMarkup:
    """Return one button for each style to use from now on. The first row ends the usual one, or says there is none."""
    label = translate.raw("button-style-none-now") if usual is None else f"✕ {_name(usual, translate)}"
    first = _button(label, PreferStyle(user=user_id))
    buttons = [
        _button(
            f"✓ {_name(style, translate)}" if style == usual else _name(style, translate),
            PreferStyle(user=user_id, style=style.key),
        )
        for style in styles
    ]
    return InlineKeyboardMarkup(inline_keyboard=[[first], *_rows(buttons)])


def prefer_style(translate: Translator, user_id: int, style: Style) -> InlineKeyboardMarkup:
    """Return the button that uses a style from now on."""
    label = f"📌 {translate.raw('button-style-usual')} {_name(style, translate)}"
    return InlineKeyboardMarkup(
        inline_keyboard=[[_button(label, PreferStyle(user=user_id, style=style.key))]]
    )


def picture_styles(
    translate: Translator, request: Request, styles: Sequence[Style], shown: Sequence[Style], *, paged: int
) -> InlineKeyboardMarkup:
    """Return one button for each style in which a picture may be drawn again, and one back to its actions.

    `shown` are the styles that the picture has. The first row draws it without them.
    """
    rows = _rows(
        [
            _button(_name(style, translate), DrawInStyle(request=request.id, style=style.key, paged=paged))
            for style in styles
            if style not in shown
        ]
    )
    if shown:
        without = DrawInStyle(request=request.id, style="", paged=paged)
        rows.insert(0, [_button(translate.raw("button-style-without"), without)])
    back = ResultButton(request=request.id, action=ResultAction.BACK, paged=paged)
    rows.append([_button(translate.raw("button-back"), back)])
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _name(style: Style, translate: Translator) -> str:
    return f"{style.emoji} {name_of(style, translate)}"


def _rows(buttons: Sequence[InlineKeyboardButton]) -> _Rows:
    return [list(buttons[at : at + _COLUMNS]) for at in range(0, len(buttons), _COLUMNS)]


def _button(label: str, data: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=label, callback_data=data.pack())
