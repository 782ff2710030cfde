"""Actions of users and of Telegram with Stars: payments, refunds and chargebacks from outside, subscriptions.

Sources: Bot API (types SuccessfulPayment, RefundedPayment, StarTransaction, AffiliateInfo, BotSubscriptionUpdated) and
core.telegram.org/api/subscriptions. A rule that no document has is marked as a guess.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiogram.types import Message, RefundedPayment, TransactionPartnerOther, User

from playground.chats import Chats, message_result
from playground.star_ledger import (
    MONTH,
    NANOSTARS,
    Affiliate,
    Charge,
    Checkout,
    Outcome,
    Payment,
    PaymentUpdate,
    Return,
    StarInvoice,
    StarLedger,
    Subscription,
)
from playground.star_objects import as_json, commission_of, new_id, partner_of, successful_payment

ANSWER_SECONDS = 10.0
"""Bot API, answerPreCheckoutQuery: "must receive an answer within 10 seconds after the pre-checkout query was sent"."""


@dataclass(slots=True, kw_only=True)
class StarPayments:
    """The payments of one bot's users.

    `queue` queues an update. `answer_seconds` is the time that the bot has for the answer to a pre-checkout query, and
    `period` the seconds of a subscription's period. `copies` is the number of times that each update about a payment is
    queued, always with the same update id. With `loses_updates` the bot gets pre-checkout queries only, and the
    transactions stay.
    """

    chats: Chats
    queue: Callable[[dict[str, Any], int | None], int]
    ledger: StarLedger = field(default_factory=StarLedger)
    answer_seconds: float = ANSWER_SECONDS
    period: int = MONTH
    copies: int = 1
    loses_updates: bool = False

    # Payments

    def find(self, what: Message | str) -> StarInvoice:
        """Return the invoice of a message or of a link. Raises LookupError if it is deleted or unknown."""
        if isinstance(what, str):
            return self.ledger.links[what]
        key = what.chat.id, what.message_id
        if key not in self.chats.messages:
            raise LookupError("the message is deleted")
        return self.ledger.invoices[key]

    def begin(self, user: User, what: Message | str, *, abandons: bool = False) -> Checkout:
        """Press Pay as a user, under an invoice or in the dialog of a link. Raises LookupError without an invoice.

        The end of the checkout is in `ended`: after the bot's answer, or after `answer_seconds`. Each invoice can be
        paid any number of times, by any user (tdlib/telegram-bot-api#603).
        """
        invoice, loop = self.find(what), asyncio.get_running_loop()
        number = str(secrets.randbelow(2**62))
        checkout = Checkout(
            id=number, user=user, invoice=invoice, abandons=abandons, ended=loop.create_future()
        )
        if self.ledger.balances[user.id] < invoice.stars:
            self._end(checkout, Payment(outcome=Outcome.TOO_FEW_STARS))
            return checkout
        self.ledger.checkouts[number] = checkout
        checkout.timer = loop.call_later(self.answer_seconds, self._time_out, checkout)
        query = {
            "id": number,
            "from": as_json(user),
            "currency": "XTR",
            "total_amount": invoice.stars,
            "invoice_payload": invoice.payload,
        }
        self._report(number, {"pre_checkout_query": query})
        return checkout

    async def pay(self, user: User, what: Message | str, *, abandons: bool = False) -> Payment:
        """Press Pay as a user, and wait for the end of the checkout."""
        return await self.begin(user, what, abandons=abandons).outcome()

    def answer(self, checkout_id: str, refusal: str | None) -> bool:
        """Answer a pre-checkout query: None is yes. Return False if it is unknown, answered or too old."""
        checkout = self.ledger.checkouts.pop(checkout_id, None)
        if checkout is None:
            return False
        if checkout.timer is not None:
            checkout.timer.cancel()
        self._end(checkout, self._settle(checkout, refusal))
        return True

    def _settle(self, checkout: Checkout, refusal: str | None) -> Payment:
        if refusal is not None:
            return Payment(outcome=Outcome.REFUSED, refusal=refusal)
        if checkout.abandons:
            return Payment(outcome=Outcome.ABANDONED)
        if self.ledger.balances[checkout.user.id] < checkout.invoice.stars:
            return Payment(outcome=Outcome.TOO_FEW_STARS)
        charge = self._charge(checkout.user, checkout.invoice, None)
        return Payment(outcome=Outcome.PAID, charge_id=charge.id)

    def _time_out(self, checkout: Checkout) -> None:
        self.ledger.checkouts.pop(checkout.id, None)
        self._end(checkout, Payment(outcome=Outcome.TIMED_OUT))

    def _end(self, checkout: Checkout, payment: Payment) -> None:
        checkout.ended.set_result(payment)
        self.chats.notify()

    def top_up(self, user: User, stars: int) -> None:
        """Buy Stars as a user, at Apple, Google or Telegram."""
        self.ledger.balances[user.id] += stars

    def refer(self, user: User, affiliate: User, per_mille: int) -> None:
        """Let an affiliate get a share of all payments of a user from now on."""
        self.ledger.affiliates[user.id] = Affiliate(affiliate, per_mille)

    # From outside

    def refund(self, charge_id: str, *, reported: bool = True) -> None:
        """Return a whole charge to its user. Raises LookupError for an unknown charge or one that was returned before.

        The service message is one of the user: the Bot API server reports none of the bot's own messages about
        payments (Client::need_skip_update_message), so a message of the bot could never be an update. With `reported`
        false there is none.
        """
        charge = self._take_back(charge_id, Return.REFUND)
        self.ledger.balances[charge.user.id] += charge.invoice.stars
        self.ledger.book(charge.id, -charge.nanostars, partner_of(charge, sign=-1))
        refunded = RefundedPayment(
            total_amount=charge.invoice.stars,
            invoice_payload=charge.invoice.payload,
            telegram_payment_charge_id=charge.id,
        )
        message = self.chats.add(self._chat(charge.user), charge.user, refunded_payment=refunded)
        if reported:
            # `currency` is always XTR, and `message_result` leaves constants out.
            content = message_result(message)
            content["refunded_payment"]["currency"] = "XTR"
            self._report(charge.id, {"message": content})

    def charge_back(self, charge_id: str, *, named: bool = True) -> None:
        """Take the Stars of a charge from the bot, because its user has got the money for them back.

        Bot API, StarTransaction. Nothing tells the bot. The form of the entry is a guess: with `named` it is that of a
        refund, otherwise it has an id of its own and no known receiver. Raises LookupError as `refund` does.
        """
        charge = self._take_back(charge_id, Return.CHARGEBACK)
        if named:
            self.ledger.book(charge.id, -charge.nanostars, partner_of(charge, sign=-1))
        else:
            self.ledger.book(new_id(), -charge.nanostars, TransactionPartnerOther())
        self.chats.notify()

    def _take_back(self, charge_id: str, how: Return) -> Charge:
        charge = self.ledger.charges[charge_id]
        if charge.returned is not None:
            raise LookupError("the charge was returned before")
        charge.returned = how
        return charge

    def repeat(self, update: PaymentUpdate, *, same_id: bool = False) -> int:
        """Queue an update about a payment again, with a new update id or with its own. Return the id."""
        return self.queue(update.content, update.update_id if same_id else None)

    def updates_about(self, charge_id: str) -> list[PaymentUpdate]:
        """Return the updates about a charge, oldest first."""
        return [update for update in self.ledger.updates if update.about == charge_id]

    # Subscriptions

    def renew(self, subscription: Subscription) -> Charge | None:
        """Charge the next period of a subscription, without a pre-checkout query. Return None if that fails.

        It fails if the user has too few Stars. Raises LookupError for one that is not active.
        """
        if subscription.state != "active":
            raise LookupError(f"the subscription is {subscription.state}")
        if self.ledger.balances[subscription.user.id] < subscription.invoice.stars:
            self.fail(subscription)
            return None
        return self._charge(subscription.user, subscription.invoice, subscription)

    def fail(self, subscription: Subscription) -> None:
        """Let the next payment of a subscription fail."""
        self._change(subscription, "failed")

    def cancel(self, subscription: Subscription) -> None:
        """Cancel a subscription as its user. The paid period stays."""
        self._change(subscription, "canceled")

    def resume(self, subscription: Subscription) -> None:
        """Switch a cancelled subscription on again as its user. Raises LookupError if the bot does not allow it."""
        if subscription.stopped_by_bot or subscription.state != "canceled":
            raise LookupError("the subscription cannot be switched on again")
        self._change(subscription, "active")

    def edit_subscription(self, subscription: Subscription, *, is_canceled: bool) -> None:
        """Cancel a subscription as the bot, or allow its user to switch it on again (editUserStarSubscription).

        The update `subscription` names changes by the user only (Bot API, BotSubscriptionUpdated), so this makes none.
        """
        subscription.stopped_by_bot = is_canceled
        if is_canceled:
            subscription.state = "canceled"
        self.chats.notify()

    def _change(self, subscription: Subscription, state: str) -> None:
        subscription.state = state
        changed = {
            "user": as_json(subscription.user),
            "invoice_payload": subscription.invoice.payload,
            "state": state,
        }
        self._report(subscription.id, {"subscription": changed})

    # Charges

    def _charge(self, user: User, invoice: StarInvoice, renewed: Subscription | None) -> Charge:
        """Move the Stars of an invoice from a user to the bot. `renewed` is the subscription of a later payment."""
        self.ledger.balances[user.id] -= invoice.stars
        charge_id, affiliate = new_id(), self.ledger.affiliates.get(user.id)
        commission = commission_of(invoice, affiliate)
        subscription = renewed
        if renewed is not None:
            renewed.expires_at += self.period
        elif invoice.period is not None:
            expires_at = int(self.ledger.now()) + self.period
            subscription = Subscription(id=charge_id, user=user, invoice=invoice, expires_at=expires_at)
            self.ledger.subscriptions[charge_id] = subscription
        charge = Charge(
            id=charge_id,
            user=user,
            invoice=invoice,
            nanostars=invoice.stars * NANOSTARS - commission,
            affiliate=affiliate,
            subscription=subscription,
        )
        self.ledger.charges[charge_id] = charge
        self.ledger.book(charge_id, charge.nanostars, partner_of(charge, sign=1))
        paid = successful_payment(charge, first=renewed is None)
        message = self.chats.add(self._chat(user), user, successful_payment=paid)
        self._report(charge_id, {"message": message_result(message)})
        return charge

    def _chat(self, user: User) -> int:
        """Return the private chat of a user, which is opened by a payment if there is none.

        That a payment of an invoice in a group arrives there, too, is a guess.
        """
        if user.id not in self.chats.chats:
            self.chats.open_private_chat(user)
        return user.id

    def _report(self, about: str, content: dict[str, Any]) -> None:
        if not self.loses_updates or "pre_checkout_query" in content:
            number = self.queue(content, None)
            for _ in range(self.copies - 1):
                self.queue(content, number)
            self.ledger.updates.append(PaymentUpdate(update_id=number, about=about, content=content))
        self.chats.notify()
