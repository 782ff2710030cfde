"""A bot that sells something for Telegram Stars, at the stand-in."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import LabeledPrice, Message, Update, User

from playground.star_ledger import MONTH, Outcome, Payment, Subscription
from tests.support.stand_in import StandIn

KINDS = ["message", "pre_checkout_query", "subscription"]
"""The updates that a bot with payments asks for."""
OFFER: dict[str, Any] = {
    "title": "20 pictures",
    "description": "Twenty pictures",
    "payload": "order-1",
    "currency": "XTR",
    "prices": [LabeledPrice(label="20 pictures", amount=50)],
}


class Shop:
    """The client, with the updates that it has not read yet."""

    def __init__(self, stand_in: StandIn) -> None:
        self.telegram, self.bot, self.user = stand_in.telegram, stand_in.bot, stand_in.user
        self.stars = stand_in.telegram.stars
        self._offset = 0

    async def invoice(self, **more: Any) -> Message:
        """Send an invoice, with other parameters than those of `OFFER`."""
        return await self.bot.send_invoice(self.user.id, **(OFFER | more))

    async def link(self, **more: Any) -> str:
        """Create a link to an invoice."""
        return await self.bot.create_invoice_link(**(OFFER | more))

    async def updates(self) -> list[Update]:
        """Return the new updates and acknowledge those of the last call."""
        found = await self.bot.get_updates(offset=self._offset, allowed_updates=KINDS)
        self._offset = max((update.update_id + 1 for update in found), default=self._offset)
        return found

    async def update(self) -> Update:
        """Return the only new update."""
        (update,) = await self.updates()
        return update

    async def press_pay(
        self, what: Message | str, user: User | None = None
    ) -> tuple[str, asyncio.Task[Payment]]:
        """Press Pay, and return the id of the pre-checkout query and the outcome."""
        checkout = self.stars.begin(user or self.user, what)
        query = (await self.update()).pre_checkout_query
        assert query is not None
        assert query.id == checkout.id
        return query.id, asyncio.create_task(checkout.outcome())

    async def sell(self, what: Message | str, user: User | None = None) -> str:
        """Sell what an invoice offers, and return the charge id. The updates about it are read."""
        query_id, outcome = await self.press_pay(what, user)
        await self.bot.answer_pre_checkout_query(query_id, ok=True)
        paid = (await self.update()).message
        assert paid is not None
        assert paid.successful_payment is not None
        charge_id = paid.successful_payment.telegram_payment_charge_id
        assert await outcome == Payment(outcome=Outcome.PAID, charge_id=charge_id)
        return charge_id

    async def subscribe(self) -> Subscription:
        """Sell a subscription."""
        return self.stars.ledger.subscriptions[await self.sell(await self.link(subscription_period=MONTH))]


async def refused(call: Awaitable[object], words: str) -> None:
    """Check that the server refuses a call with these words."""
    with pytest.raises(TelegramBadRequest, match=words):
        await call
