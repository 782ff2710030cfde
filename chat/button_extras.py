"""The parts of keyboards that a Bot API server may not know.

These are colours (Bot API 9.4), disabled buttons and the reply field that opens beside buttons (10.3). A server that
refuses one costs one more call. From then on the process sends keyboards without these parts.
"""

from typing import TypeVar

import structlog
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiogram.methods.base import TelegramMethod
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

T = TypeVar("T")
log = structlog.get_logger(__name__)

_WORDS = ("inline keyboard button", "button style", "unallowed in the inline keyboard", "reply markup")
"""Words of refusals (Bot API server, "can't parse inline keyboard button: …", "object expected as reply markup")."""


class ButtonExtras:
    """Leaves the parts out of keyboards after a refusal."""

    def __init__(self) -> None:
        self._refused = False

    def fit(self, method: TelegramMethod[T]) -> TelegramMethod[T]:
        """Return a method as the server accepts it, as far as that is known."""
        return (_without(method) or method) if self._refused else method

    def after_refusal(self, method: TelegramMethod[T], error: AiogramError) -> TelegramMethod[T] | None:
        """Return a refused method without the parts, or None if they are not the reason."""
        words = (error.message or "") if isinstance(error, TelegramBadRequest) else ""
        return _without(method) if any(part in words for part in _WORDS) else None

    def note_refusal(self) -> None:
        """Record that a call succeeded only without the parts."""
        if not self._refused:
            log.warning(
                "the Bot API server knows no coloured or disabled buttons, or no reply field beside buttons"
            )
        self._refused = True


def _without(method: TelegramMethod[T]) -> TelegramMethod[T] | None:
    """Return a method without the parts in its keyboard, or None if it has none. Disabled buttons are dropped."""
    markup = getattr(method, "reply_markup", None)
    if not isinstance(markup, InlineKeyboardMarkup):
        return None
    rows = [[_plain(button) for button in row if button.disabled is None] for row in markup.inline_keyboard]
    plain = InlineKeyboardMarkup(inline_keyboard=[row for row in rows if row])
    return None if plain == markup else method.model_copy(update={"reply_markup": plain})


def _plain(button: InlineKeyboardButton) -> InlineKeyboardButton:
    return button.model_copy(update={"style": None})
