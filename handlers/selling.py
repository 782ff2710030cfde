"""From a chosen offer to its invoice: the terms, one order for each message and offer, and the invoice itself."""

import itertools

import structlog

from chat import shop_keyboards
from chat.errors import Rejected
from chat.invoices import Invoices
from chat.sender import Sender
from chat.shop_callbacks import Buy
from chat.translations import Translator
from core.clock import Clock
from core.payments.offers import ORDER_SECONDS, Order, OrderKind
from core.reply_target import ReplyTarget
from handlers import origins
from handlers.shop import Shop
from storage.orders import Orders
from storage.subscriptions import Subscriptions
from storage.terms import Terms

log = structlog.get_logger(__name__)

_TAP_SECONDS = 10.0
"""Time in which a second press on an offer is a second tap, not the wish for the invoice again."""
_REMEMBERED = 1_000


class Selling:
    """Answers presses on offers, in private chats."""

    def __init__(
        self,
        *,
        shop: Shop,
        orders: Orders,
        subscriptions: Subscriptions,
        terms: Terms,
        invoices: Invoices,
        sender: Sender,
        clock: Clock,
    ) -> None:
        self._shop = shop
        self._orders = orders
        self._subscriptions = subscriptions
        self._terms = terms
        self._invoices = invoices
        self._sender = sender
        self._clock = clock
        self._sent_at: dict[str, float] = {}
        """The monotonic times at which this process has sent the invoices of orders, the newest last."""

    async def has_plan(self, user_id: int) -> bool:
        """Return whether a subscription may be offered to a user: one is sold, and the user has none that runs."""
        if self._shop.prices.plan is None:
            return False
        return await self._subscriptions.running(user_id) is None

    async def sell(
        self, wanted: Buy, user_id: int, place: ReplyTarget, translate: Translator, query_id: str
    ) -> None:
        """Send the invoice of an offer, or the terms if the user has not accepted them. Answers the press."""
        if not self._shop.offers(wanted.kind, wanted.units, wanted.stars):
            await self._sender.alert(query_id, translate("toast-prices-changed"))
            return
        if wanted.kind is OrderKind.SUBSCRIPTION and not await self.has_plan(user_id):
            await self._sender.alert(query_id, translate("checkout-subscribed"))
            return
        if await self._terms.accepted(user_id) != self._shop.terms_version:
            await self._sender.toast(query_id)
            text = f"{self._shop.terms(translate)}\n\n{translate('terms-ask')}"
            await self._sender.send_text(
                ReplyTarget(place.chat_id), text, keyboard=shop_keyboards.agree(translate, wanted)
            )
            return
        order = await self._place(wanted, user_id, place, translate.language)
        if self._was_just_sent(order):
            await self._sender.toast(query_id, translate.raw("toast-invoice-sent"))
            return
        await self._sender.toast(query_id)
        await self._send(order, place.chat_id, translate)

    async def _place(self, wanted: Buy, user_id: int, place: ReplyTarget, language: str) -> Order:
        """Return the order of a message and an offer, or the next one if that is paid or will soon be too old."""
        for number in itertools.count():
            cause = origins.order_cause(place, wanted.kind, wanted.units, wanted.stars, number)
            order = await self._orders.place(
                cause, user_id, wanted.kind, wanted.units, wanted.stars, language
            )
            age = self._clock.now() - order.created_at
            if order.charge_id is None and age < ORDER_SECONDS / 2:
                return order
        raise AssertionError  # the numbers do not end

    async def _send(self, order: Order, chat_id: int, translate: Translator) -> None:
        try:
            if order.kind is OrderKind.SUBSCRIPTION:
                link = await self._invoices.subscription_link(order, translate)
                text = translate("subscribe", units=order.units, stars=order.stars)
                keyboard = shop_keyboards.subscribe(translate, order.stars, link)
                await self._sender.send_text(ReplyTarget(chat_id), text, keyboard=keyboard)
            else:
                await self._invoices.send(chat_id, order, translate)
        except Rejected as error:
            log.error("invoice refused", order=order.id, stars=order.stars, error=str(error))
            await self._sender.send_text(ReplyTarget(chat_id), translate("invoice-refused"))
            return
        self._sent_at[order.id] = self._clock.monotonic()
        while len(self._sent_at) > _REMEMBERED:
            del self._sent_at[next(iter(self._sent_at))]

    def _was_just_sent(self, order: Order) -> bool:
        return self._clock.monotonic() - self._sent_at.get(order.id, float("-inf")) < _TAP_SECONDS
