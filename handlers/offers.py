"""The offer of more pictures under the sentence that refuses a request, where the user's own free quota ends."""

from typing import NamedTuple

from aiogram.types import InlineKeyboardMarkup

from chat import shop_keyboards
from chat.translations import Translator
from core.model import Accepted, Allowance, Origin, Rejection, RejectionReason


class Refusal(NamedTuple):
    """The sentence that refuses a request, and the button that offers more pictures, if they are the way on."""

    reason: str
    offer: InlineKeyboardMarkup | None


def offer_under(
    answer: Accepted | Rejection, allowance: Allowance, origin: Origin, translate: Translator
) -> InlineKeyboardMarkup | None:
    """Return the button that offers pictures where the user's own quota ends, in the private chat only."""
    private = not origin.place.in_group and origin.place.inline_message_id is None
    if not (allowance.sells and private and isinstance(answer, Rejection)):
        return None
    return shop_keyboards.buy(translate) if answer.reason is RejectionReason.QUOTA_USED else None
