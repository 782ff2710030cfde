"""The messages about payments and refunds, each recorded once it is sent.

A message is sent first and recorded afterwards: a kill in between sends it again, with the same charge in it. The
other order could lose the confirmation, and a user who sees none pays again.
"""

import asyncio
from collections.abc import Collection

import structlog
from aiogram import Bot
from aiogram.types import InlineKeyboardMarkup

from chat.errors import Rejected, Unreachable
from chat.languages import LanguageResolver
from chat.links import bot_address, gift_link
from chat.sender import Sender
from core.payments import Charge, Purchase, Refund, RefundState
from core.reply_target import ReplyTarget
from payments.receipts import Receipts
from storage.charges import Charges
from storage.credits import Credits
from storage.refunds import Refunds

log = structlog.get_logger(__name__)


class PaymentMessages:
    """Sends the messages. Every method raises StorageUnavailable, and TryLater and Unsure of chat.errors.

    A user who cannot be reached counts as told. `admins` get the results of refunds that they decided.
    """

    def __init__(
        self,
        *,
        bot: Bot,
        charges: Charges,
        refunds: Refunds,
        credits: Credits,
        receipts: Receipts,
        sender: Sender,
        languages: LanguageResolver,
        admins: Collection[int],
    ) -> None:
        self._bot = bot
        self._charges = charges
        self._refunds = refunds
        self._credits = credits
        self._receipts = receipts
        self._sender = sender
        self._languages = languages
        self._admins = sorted(admins)
        self._lock = asyncio.Lock()
        """Held from the look for a message until its record: the handler and the worker may have the same charge."""

    async def tell_charge(self, charge_id: str) -> None:
        """Confirm a charge to its user, unless that is done."""
        async with self._lock:
            purchase = await self._charges.purchase(charge_id)
            if purchase is None or purchase.charge.told_at is not None:
                return
            charge = purchase.charge
            translate = await self._languages.translator(charge.user_id, charge.language)
            keyboard: InlineKeyboardMarkup | None = None
            if purchase.gift is not None:
                link = gift_link(await bot_address(self._bot), purchase.gift.code)
                text, keyboard = self._receipts.of_gift(charge, link, translate)
            else:
                balance = await self._credits.balance(charge.user_id)
                text = self._receipts.of_charge(charge, balance.units, translate)
            await self._send(charge.user_id, text, keyboard)
            await self._charges.told(charge_id)

    async def tell_refund(self, charge_id: str) -> None:
        """Tell the user the end of a refund, unless that is done, and the admin who decided it."""
        async with self._lock:
            purchase = await self._charges.purchase(charge_id)
            refund = purchase.refund if purchase is not None else None
            if purchase is None or refund is None or refund.told_at is not None:
                return
            # Of a refusal, only users know who asked for the refund, or were told that nothing explains their payment.
            expects = refund.asked_at is not None or purchase.charge.kind is None
            if refund.state is not RefundState.REFUSED or expects:
                await self._tell_user(purchase)
            if refund.state is not RefundState.DECLINED:
                await self._tell_admins(purchase.charge, refund)
            await self._refunds.told(charge_id, refund.state)

    async def _tell_user(self, purchase: Purchase) -> None:
        charge, gift = purchase.charge, purchase.gift
        translate = await self._languages.translator(charge.user_id, charge.language)
        balance = await self._credits.balance(charge.user_id)
        await self._send(charge.user_id, self._receipts.of_refund(purchase, balance.units, translate))
        done = purchase.refund is not None and purchase.refund.state is RefundState.DONE
        if gift is not None and gift.redeemed_by is not None and done:
            translate = await self._languages.translator(gift.redeemed_by)
            await self._send(gift.redeemed_by, translate("gift-taken-back"))

    async def _tell_admins(self, charge: Charge, refund: Refund) -> None:
        """Tell the admin who decided, or all admins a refusal of a refund that the bot decided itself."""
        deciding = [admin for admin in self._admins if str(admin) == refund.decided_by]
        refused = refund.state is RefundState.REFUSED
        for admin in deciding or (self._admins if refused else []):
            translate = await self._languages.translator(admin)
            text = translate(
                "refund-refused" if refused else "refund-done",
                stars=charge.stars,
                id=str(charge.user_id),
                charge=charge.id,
            )
            await self._send(admin, text)

    async def _send(self, user_id: int, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        try:
            await self._sender.send_text(ReplyTarget(user_id), text, keyboard=keyboard)
        except (Unreachable, Rejected) as error:
            log.warning("message about a payment not sent", user=user_id, error=str(error))
