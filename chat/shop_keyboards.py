"""The keyboards under messages about purchases."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from chat.links import buy_link, share_link
from chat.shop_callbacks import (
    AgreeAndBuy,
    AskRefund,
    Buy,
    ChangeSubscription,
    DecideRefund,
    ShowShop,
    charge_key,
)
from chat.translations import Translator
from core.payments.charges import Charge
from core.payments.offers import OrderKind, Pack, Plan, Prices

_CENTS = Decimal("0.01")
_PAYS, _ENDS = "success", "danger"
"""The colours of a button that goes on with a payment, and of one that cancels (Bot API, InlineKeyboardButton)."""


def price_each(offer: Pack | Plan) -> Decimal:
    """Return the Stars for one picture, with two decimals at most."""
    each = (Decimal(offer.stars) / offer.units).quantize(_CENTS)
    return each.quantize(Decimal(1)) if each == each.to_integral_value() else each.normalize()


def offers(translate: Translator, prices: Prices, kind: OrderKind, *, plan: bool) -> InlineKeyboardMarkup:
    """Return one button for each pack, as a purchase of a kind, and one for the subscription if it is offered."""
    rows = [
        [
            _button(
                translate("button-pack", units=pack.units, stars=pack.stars, each=price_each(pack)),
                Buy(kind=kind, units=pack.units, stars=pack.stars),
            )
        ]
        for pack in prices.packs
    ]
    if plan and prices.plan is not None:
        label = translate(
            "button-pack-monthly",
            units=prices.plan.units,
            stars=prices.plan.stars,
            each=price_each(prices.plan),
        )
        data = Buy(kind=OrderKind.SUBSCRIPTION, units=prices.plan.units, stars=prices.plan.stars)
        rows.append([_button(label, data)])
    return InlineKeyboardMarkup(inline_keyboard=rows)


def agree(translate: Translator, wanted: Buy) -> InlineKeyboardMarkup:
    """Return the button that accepts the terms and goes on with a purchase."""
    data = AgreeAndBuy(kind=wanted.kind, units=wanted.units, stars=wanted.stars)
    return _alone(_button(translate.raw("button-agree"), data, style=_PAYS))


def buy(translate: Translator) -> InlineKeyboardMarkup:
    """Return the button that shows what can be bought."""
    return _alone(_button(translate.raw("button-buy"), ShowShop()))


def buy_in_private(translate: Translator, address: str) -> InlineKeyboardMarkup:
    """Return the button that opens the private chat to buy there. `address` is that of the bot."""
    return _alone(InlineKeyboardButton(text=translate.raw("button-buy"), url=buy_link(address)))


def subscribe(translate: Translator, stars: int, link: str) -> InlineKeyboardMarkup:
    """Return the button that opens the invoice of a subscription."""
    return _alone(InlineKeyboardButton(text=translate("button-subscribe", stars=stars), url=link))


def pass_on(translate: Translator, link: str) -> InlineKeyboardMarkup:
    """Return the button that sends the link of a gift to another chat."""
    return _alone(InlineKeyboardButton(text=translate.raw("button-pass-on"), url=share_link(link)))


def balance(translate: Translator, user_id: int, *, cancel: bool | None) -> InlineKeyboardMarkup:
    """Return the buttons under /balance: to buy, and to cancel or resume a subscription, None without either."""
    rows = [[_button(translate.raw("button-buy"), ShowShop())]]
    if cancel is not None:
        label = translate.raw("button-subscription-cancel" if cancel else "button-subscription-resume")
        data = ChangeSubscription(user=user_id, cancel=cancel)
        rows.append([_button(label, data, style=_ENDS if cancel else None)])
    return InlineKeyboardMarkup(inline_keyboard=rows)


def charges(translate: Translator, listed: Sequence[Charge]) -> InlineKeyboardMarkup:
    """Return one button for each charge, which begins to ask for its refund."""
    rows = []
    for charge in listed:
        date = datetime.fromtimestamp(charge.paid_at, UTC).date()
        label = translate("button-charge", date=date, stars=charge.stars)
        rows.append([_button(label, AskRefund(charge=charge_key(charge.id)))])
    return InlineKeyboardMarkup(inline_keyboard=rows)


def refund_decisions(translate: Translator, charge: Charge) -> InlineKeyboardMarkup:
    """Return the buttons with which a bot admin refunds a charge or declines that."""
    key = charge_key(charge.id)
    yes, no = (DecideRefund(user=charge.user_id, charge=key, refund=refund) for refund in (True, False))
    row = [
        _button(translate.raw("button-refund"), yes),
        _button(translate.raw("button-decline"), no, style=_ENDS),
    ]
    return InlineKeyboardMarkup(inline_keyboard=[row])


def _button(label: str, data: CallbackData, *, style: str | None = None) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=label, style=style, callback_data=data.pack())


def _alone(button: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[button]])
