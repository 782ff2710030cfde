"""The texts that confirm payments and refunds to their users."""

from aiogram.types import InlineKeyboardMarkup

from chat.dates import moment
from chat.shop_keyboards import pass_on
from chat.translations import Translator
from core.clock import Clock
from core.payments.charges import Charge
from core.payments.offers import OrderKind
from core.payments.refunds import Purchase, Refund, RefundState


class Receipts:
    """Makes the texts, as HTML. `contact` is the operator's address for users, as they may write it, or None."""

    def __init__(self, *, clock: Clock, contact: str | None) -> None:
        self._clock = clock
        self._contact = contact

    def of_charge(self, charge: Charge, balance: int, translate: Translator) -> str:
        """Return the confirmation of a payment that is no gift: the pictures, the balance, how to go on, the charge."""
        lines = [self._paid(charge, translate)]
        if charge.kind is not None:
            lines.append(translate("paid-left", balance=balance))
        if charge.kind is not None and not charge.is_renewal:
            lines.append(translate("paid-go-on"))
        return "\n".join([*lines, "", _receipt(charge, translate)])

    def of_gift(self, charge: Charge, link: str, translate: Translator) -> tuple[str, InlineKeyboardMarkup]:
        """Return the confirmation of a paid gift, with the button that passes its link on."""
        text = translate("paid-gift", units=charge.units, link=link)
        return f"{text}\n\n{_receipt(charge, translate)}", pass_on(translate, link)

    def of_refund(self, purchase: Purchase, balance: int, translate: Translator) -> str:
        """Return the message about a refund that is done, declined, or refused by Telegram."""
        charge, refund = purchase.charge, purchase.refund
        if refund is not None and refund.state is not RefundState.DONE:
            return refund_refused(charge, refund, translate) + self._or_write(translate)
        if purchase.gift is not None and purchase.gift.redeemed_by is None:
            return translate("refunded-gift", stars=charge.stars)
        if charge.kind in {None, OrderKind.GIFT}:
            return translate("refunded-nothing", stars=charge.stars)
        text = translate("refunded", stars=charge.stars, balance=balance)
        if balance < 0:
            text += "\n" + translate("refunded-below")
        return f"{text}\n{translate('refunded-monthly')}" if purchase.stopped else text

    def _paid(self, charge: Charge, translate: Translator) -> str:
        if charge.kind is None:
            return translate("paid-unknown", stars=charge.stars)
        if charge.kind is not OrderKind.SUBSCRIPTION or charge.expires_at is None:
            return translate("paid", units=charge.units)
        return translate(
            "paid-renewed" if charge.is_renewal else "paid-monthly",
            units=charge.units,
            **moment(charge.expires_at, self._clock.now(), translate),
        )

    def _or_write(self, translate: Translator) -> str:
        return f" {translate('paysupport-contact', contact=self._contact)}" if self._contact else ""


def refund_refused(charge: Charge, refund: Refund, translate: Translator) -> str:
    """Return the sentence about a refund that an admin declined or Telegram refused."""
    if refund.state is RefundState.DECLINED:
        return translate("paysupport-declined", stars=charge.stars)
    return translate("paysupport-refused" if charge.units else "paysupport-kept", stars=charge.stars)


def _receipt(charge: Charge, translate: Translator) -> str:
    return translate("paid-receipt", stars=charge.stars, charge=charge.id)
