"""Stars on the page: the checkout dialog of the users, and the transactions in the side panel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiogram.types import Message, StarTransaction, TransactionPartnerUser

from playground.actions import Refused
from playground.star_ledger import NANOSTARS, Charge, Payment, Return, Subscription
from playground.telegram import Telegram

PAGE_LENGTH = 8
"""Transactions that the panel shows at a time."""
GONE = "The invoice is no longer there."

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class StarPage:
    """Performs the page's actions with Stars. Each method takes the body of a request of the page.

    An invoice is named by the chat and the id of its message, or by its link.
    """

    telegram: Telegram

    async def invoice(self, body: Json) -> Json:
        """Return an invoice, the Stars of the user who looks at it, and the seconds that the bot has for its answer."""
        try:
            offered = self.telegram.stars.find(self._named(body))
        except LookupError:
            raise Refused(GONE) from None
        return {
            "title": offered.title,
            "description": offered.description,
            "stars": offered.stars,
            "monthly": offered.period is not None,
            "balance": self.telegram.stars.ledger.balances[int(body["user"])],
            "seconds": self.telegram.stars.answer_seconds,
        }

    async def pay(self, body: Json) -> Json:
        """Press Pay, and return the outcome with the bot's sentence."""
        user = self.telegram.chats.users[int(body["user"])]
        try:
            checkout = self.telegram.stars.begin(user, self._named(body))
        except LookupError:
            raise Refused(GONE) from None
        payment: Payment = await checkout.outcome()
        return {"outcome": payment.outcome.value, "refusal": payment.refusal}

    async def top_up(self, body: Json) -> None:
        """Buy Stars."""
        self.telegram.stars.top_up(self.telegram.chats.users[int(body["user"])], int(body["stars"]))

    def _named(self, body: Json) -> Message | str:
        if "link" in body:
            return str(body["link"])
        return self.telegram.chats.messages[int(body["chat"]), int(body["id"])]

    # From outside

    async def outside(self, body: Json) -> None:
        """Do what happens outside the bot: with a transaction, by its number, or with a subscription, by its id."""
        stars, name = self.telegram.stars, str(body["action"])
        on_charges: dict[str, Callable[[str], None]] = {
            "refund": stars.refund,
            "charge-back": stars.charge_back,
        }
        on_subscriptions: dict[str, Callable[[Subscription], object]] = {
            "renew": stars.renew,
            "fail": stars.fail,
            "cancel": stars.cancel,
            "resume": stars.resume,
        }
        try:
            if name == "repeat":
                self._repeat(stars.ledger.transactions[int(body["id"])])
            elif name in on_charges:
                on_charges[name](stars.ledger.transactions[int(body["id"])].id)
            else:
                on_subscriptions[name](stars.ledger.subscriptions[str(body["id"])])
        except LookupError:
            raise Refused("That is not possible now.") from None

    def _repeat(self, transaction: StarTransaction) -> None:
        """Send the update about a transaction once more."""
        kind = "successful_payment" if transaction.source is not None else "refunded_payment"
        found = [one for one in self.telegram.stars.updates_about(transaction.id) if one.kind == kind]
        self.telegram.stars.repeat(found[-1])

    # The panel

    def panel(self, first: int) -> Json:
        """Return the bot's Stars, the subscriptions, and some transactions from the newest but `first` on."""
        ledger = self.telegram.stars.ledger
        numbered = list(enumerate(ledger.transactions))[::-1]
        first = max(0, min(first, len(numbered) - 1))
        return {
            "balance": round(ledger.nanostars / NANOSTARS, 2),
            "total": len(numbered),
            "first": first,
            "length": PAGE_LENGTH,
            "transactions": [self._entry(*one) for one in numbered[first : first + PAGE_LENGTH]],
            "subscriptions": [_subscription(one) for one in ledger.subscriptions.values()],
        }

    def _entry(self, number: int, transaction: StarTransaction) -> Json:
        partner = transaction.source or transaction.receiver
        charge = self.telegram.stars.ledger.charges.get(transaction.id)
        amount = transaction.amount + (transaction.nanostar_amount or 0) / NANOSTARS
        incoming = transaction.source is not None
        kind = _kind(charge, incoming)
        return {
            "number": number,
            "kind": kind,
            "stars": round(amount if incoming else -amount, 2),
            "user": partner.user.first_name if isinstance(partner, TransactionPartnerUser) else None,
            "title": charge.invoice.title if charge is not None else "",
            "open": incoming and charge is not None and charge.returned is None,
            "reported": kind != "chargeback",
        }


def _kind(charge: Charge | None, incoming: bool) -> str:
    """Return payment, subscription, renewal, refund or chargeback."""
    if charge is None or not incoming:
        return "refund" if charge is not None and charge.returned is Return.REFUND else "chargeback"
    if charge.subscription is None:
        return "payment"
    return "subscription" if charge.subscription.id == charge.id else "renewal"


def _subscription(one: Subscription) -> Json:
    return {
        "id": one.id,
        "user": one.user.first_name,
        "title": one.invoice.title,
        "state": one.state,
        "stopped": one.stopped_by_bot,
        "until": one.expires_at,
    }
