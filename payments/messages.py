"""The messages about payments and refunds, each recorded once it is sent.

A message is sent first and recorded afterwards: a kill in between sends it again, with the same charge in it. The
other order could lose the confirmation, and a user who sees none pays again.
"""

import asyncio
from collections.abc import Collection
from weakref import WeakValueDictionary

from aiogram import Bot
from aiogram.types import InlineKeyboardMarkup

from chat.languages import LanguageResolver
from chat.links import bot_address, gift_link
from chat.sender import Sender
from core.payments.charges import Charge
from core.payments.refunds import Purchase, Refund, RefundState
from payments.receipts import Receipts
from storage.charges import Charges
from storage.credits import Credits
from storage.refunds import Refunds


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
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        """By user, held from the look for a message until its record: the handler and the worker may have the same one.

        They also keep the messages to a user in order, and let nobody wait for other users.
        """

    async def tell_charge(self, user_id: int, charge_id: str) -> None:
        """Confirm a charge to its payer, unless that is done."""
        async with self._messages_of(user_id):
            purchase = await self._charges.purchase(charge_id)
            if purchase is None or purchase.charge.told_at is not None:
                return
            charge = purchase.charge
            translate = await self._languages.translator_of(charge.user_id, charge.language)
            keyboard: InlineKeyboardMarkup | None = None
            if purchase.gift is not None:
                link = gift_link(await bot_address(self._bot), purchase.gift.code)
                text, keyboard = self._receipts.of_gift(charge, link, translate)
            else:
                balance = await self._credits.balance(charge.user_id)
                text = self._receipts.of_charge(charge, balance.units, translate)
            await self._sender.tell(charge.user_id, text, keyboard=keyboard)
            await self._charges.told(charge_id)

    async def tell_refund(self, user_id: int, charge_id: str) -> None:
        """Tell the payer the end of a refund, unless that is done, and the admin who decided it."""
        async with self._messages_of(user_id):
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

    def _messages_of(self, user_id: int) -> asyncio.Lock:
        return self._locks.setdefault(user_id, asyncio.Lock())

    async def _tell_user(self, purchase: Purchase) -> None:
        charge, gift = purchase.charge, purchase.gift
        translate = await self._languages.translator_of(charge.user_id, charge.language)
        balance = await self._credits.balance(charge.user_id)
        await self._sender.tell(charge.user_id, self._receipts.of_refund(purchase, balance.units, translate))
        done = purchase.refund is not None and purchase.refund.state is RefundState.DONE
        if gift is not None and gift.redeemed_by is not None and done:
            translate = await self._languages.translator_of(gift.redeemed_by)
            await self._sender.tell(gift.redeemed_by, translate("gift-taken-back"))

    async def _tell_admins(self, charge: Charge, refund: Refund) -> None:
        """Tell the admin who decided, or all admins a refusal of a refund that the bot decided itself."""
        deciding = [admin for admin in self._admins if str(admin) == refund.decided_by]
        refused = refund.state is RefundState.REFUSED
        for admin in deciding or (self._admins if refused else []):
            translate = await self._languages.translator_of(admin)
            text = translate(
                "refund-refused" if refused else "refund-done",
                stars=charge.stars,
                id=str(charge.user_id),
                charge=charge.id,
            )
            await self._sender.tell(admin, text)
