"""Constructs the parts that sell pictures for Telegram Stars."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.build_chat import ChatParts
from bot.replica import Replica
from bot.settings import Settings
from core.clock import Clock
from core.metrics import Metrics
from generation.alarms import Alarm, Alarms
from generation.circuit_breaker import CircuitBreaker, OutageReason
from handlers.selling import Selling
from handlers.shop import Shop
from payments.messages import PaymentMessages
from payments.receipts import Receipts
from payments.reconciler import Reconciler
from payments.refund_requests import RefundRequests
from payments.refund_worker import RefundWorker
from storage.charges import Charges
from storage.controls import Controls
from storage.credits import Credits
from storage.database import Database
from storage.gifts import Gifts
from storage.orders import Orders
from storage.reconciliation import Find, Reconciliation
from storage.refunds import Refunds
from storage.subscription_stops import SubscriptionStops
from storage.subscriptions import Subscriptions
from storage.terms import Terms

LOOK_SECONDS = 5.0
"""Time in which the leader notices a refund that another replica intended."""
_PAUSES_SALES = frozenset({OutageReason.KEY, OutageReason.MONEY})
"""Outages that only the operator can end: until then nothing is drawn, so nothing is sold."""

_ALARMS = {Find.MISSED: Alarm.MISSED_PAYMENTS, Find.DEDUCTION: Alarm.DEDUCTIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopParts:
    """The parts that sell. `workflow_data` are those that handlers name."""

    credits: Credits
    orders: Orders
    reconciler: Reconciler
    refund_worker: RefundWorker
    workflow_data: dict[str, Any]

    async def keep_house(self) -> None:
        """Write the end of credits that have expired, and delete orders that nobody can pay any more."""
        await self.credits.expire()
        await self.orders.prune()


def build_shop(
    settings: Settings,
    *,
    database: Database,
    clock: Clock,
    credits: Credits,
    controls: Controls,
    metrics: Metrics,
    chat: ChatParts,
    alarms: Alarms,
    circuit_breaker: CircuitBreaker,
    replica: Replica | None,
) -> ShopParts | None:
    """Return the parts that sell, or None with STARS=false."""
    if not settings.stars:
        return None
    shop = Shop(prices=settings.prices, terms_url=settings.terms_url, contact=settings.support_contact)
    orders = Orders(database=database, clock=clock)
    charges = Charges(database=database, clock=clock, prices=shop.prices)
    refunds = Refunds(database=database, clock=clock)
    subscriptions = Subscriptions(database=database, clock=clock)
    terms = Terms(database=database, clock=clock)
    messages = PaymentMessages(
        bot=chat.bot,
        charges=charges,
        refunds=refunds,
        credits=credits,
        receipts=Receipts(clock=clock, contact=shop.contact),
        sender=chat.sender,
        languages=chat.languages,
        admins=settings.admin_ids,
    )
    reconciler = Reconciler(
        reconciliation=Reconciliation(database=database, charges=charges, refunds=refunds),
        charges=charges,
        invoices=chat.invoices,
        metrics=metrics,
        clock=clock,
        on_find=lambda find: alarms.send(_ALARMS[find]),
        on_change=lambda: refund_worker.wake(),  # noqa: PLW0108 - constructed below
    )
    refund_requests = RefundRequests(
        charges=charges,
        refunds=refunds,
        sender=chat.sender,
        languages=chat.languages,
        clock=clock,
        admins=settings.admin_ids,
    )
    refund_worker = RefundWorker(
        charges=charges,
        refunds=refunds,
        stops=SubscriptionStops(database=database, clock=clock),
        invoices=chat.invoices,
        messages=messages,
        requests=refund_requests,
        reconciler=reconciler,
        clock=clock,
        look_seconds=None if replica is None else LOOK_SECONDS,
    )
    return ShopParts(
        credits=credits,
        orders=orders,
        reconciler=reconciler,
        refund_worker=refund_worker,
        workflow_data={
            "charges": charges,
            "drawing_is_paused": _pause_of(circuit_breaker, replica, controls),
            "gifts": Gifts(database=database, clock=clock),
            "invoices": chat.invoices,
            "orders": orders,
            "payment_messages": messages,
            "refund_requests": refund_requests,
            "refund_worker": refund_worker,
            "refunds": refunds,
            "selling": Selling(
                shop=shop,
                orders=orders,
                subscriptions=subscriptions,
                terms=terms,
                invoices=chat.invoices,
                sender=chat.sender,
                clock=clock,
            ),
            "shop": shop,
            "subscriptions": subscriptions,
            "terms": terms,
        },
    )


def _pause_of(
    circuit_breaker: CircuitBreaker, replica: Replica | None, controls: Controls
) -> Callable[[], bool]:
    """Return the function that says whether nothing can be drawn: an admin paused the bot, or an operator has to act.

    The operator has to act if any process knows the provider's key or balance to be broken.
    """
    pausing = {reason.value for reason in _PAUSES_SALES}

    def is_paused() -> bool:
        shared = replica.trouble if replica is not None else None
        if controls.pause is not None:
            return True
        return circuit_breaker.outage in _PAUSES_SALES or shared in pausing

    return is_paused
