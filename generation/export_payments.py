"""The part of an export about payments, as JSON."""

from typing import Any

from chat.links import request_link
from core.clock import iso
from core.payments.charges import Charge
from core.payments.credits import Movement
from core.payments.gifts import Gift
from core.payments.offers import Order
from core.payments.refunds import Refund
from storage.payment_exports import KeptPayments

Json = dict[str, Any]


def describe_payments(kept: KeptPayments, address: str) -> Json:
    """Return everything that is kept of a user's payments. `address` is that of the bot.

    It names neither the buyer nor the receiver of a gift, because that is another user's own matter.
    """
    subscription, terms = kept.subscription, kept.terms
    return {
        "orders": [_order(order) for order in kept.orders],
        "payments": [_charge(charge) for charge in kept.charges],
        "refunds": [_refund(refund) for refund in kept.refunds],
        "changes": [_movement(movement, address) for movement in kept.movements],
        "gifts": [_gift(gift) for gift in kept.gifts],
        "received_gifts": [
            {"pictures": gift.units, "opened_at": iso(gift.redeemed_at)} for gift in kept.received
        ],
        "subscription": None
        if subscription is None
        else {
            "pictures": subscription.units,
            "stars": subscription.stars,
            "state": subscription.state,
            "paid_until": iso(subscription.expires_at),
        },
        "terms": None if terms is None else {"version": terms[0], "accepted_at": iso(terms[1])},
    }


def _order(order: Order) -> Json:
    return {
        "kind": order.kind,
        "pictures": order.units,
        "stars": order.stars,
        "language": order.language,
        "ordered_at": iso(order.created_at),
        "payment": order.charge_id,
    }


def _charge(charge: Charge) -> Json:
    return {
        "id": charge.id,
        "kind": charge.kind,
        "pictures": charge.units,
        "stars": charge.stars,
        "renewal": charge.is_renewal,
        "paid_at": iso(charge.paid_at),
        "paid_until": iso(charge.expires_at),
    }


def _refund(refund: Refund) -> Json:
    return {
        "payment": refund.charge_id,
        "state": refund.state,
        "reason": refund.reason,
        "asked_at": iso(refund.asked_at),
        "decided_at": iso(refund.decided_at),
        "done_at": iso(refund.done_at),
    }


def _movement(movement: Movement, address: str) -> Json:
    request_id = movement.request_id
    return {
        "change": movement.kind,
        "pictures": movement.units,
        "at": iso(movement.at),
        "request": None if request_id is None else request_link(address, request_id),
    }


def _gift(gift: Gift) -> Json:
    return {
        "code": gift.code,
        "payment": gift.charge_id,
        "pictures": gift.units,
        "made_at": iso(gift.created_at),
        "opened_at": iso(gift.redeemed_at),
        "withdrawn_at": iso(gift.withdrawn_at),
    }
