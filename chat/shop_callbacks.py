"""Callback data of the buttons about purchases. A price in it shows whether today's price is the one that was shown."""

import hashlib
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from chat.callbacks import LedgerId
from core.payments.offers import OrderKind

Amount = Annotated[int, Field(gt=0, lt=2**31)]
ChargeKey = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


def charge_key(charge_id: str) -> str:
    """Return the short form of a charge's id for callback data, which has 64 bytes in all."""
    return hashlib.sha256(charge_id.encode()).hexdigest()[:16]


class ShowShop(CallbackData, prefix="bs"):
    """Show what can be bought."""


class Buy(CallbackData, prefix="bu"):
    """Buy units (pictures) for Stars, as they were offered."""

    kind: OrderKind
    units: Amount
    stars: Amount


class AgreeAndBuy(Buy, prefix="bt"):
    """Accept the terms, and buy."""


class ChangeSubscription(CallbackData, prefix="su"):
    """Cancel the renewals of a user's subscription, or allow them again."""

    user: LedgerId
    cancel: bool


class AskRefund(CallbackData, prefix="ra"):
    """Begin to ask for the refund of a charge."""

    charge: ChargeKey


class DecideRefund(CallbackData, prefix="rd"):
    """Refund a charge of a user or decline that, as a bot admin."""

    user: LedgerId
    charge: ChargeKey
    refund: bool
