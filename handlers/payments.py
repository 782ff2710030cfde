"""Payments and refunds that Telegram reports by a message: credited or recorded, and then told, once."""

import structlog
from aiogram import F, Router
from aiogram.types import Message, SuccessfulPayment

from chat.errors import SendError
from core.payments.charges import Crediting, FoundBy, Payment
from core.payments.refunds import OutsideRefund
from handlers.feature_router import FeatureRouter
from payments.messages import PaymentMessages
from payments.refund_worker import RefundWorker
from storage.charges import Charges
from storage.refunds import Refunds

log = structlog.get_logger(__name__)


async def paid(
    message: Message, charges: Charges, payment_messages: PaymentMessages, refund_worker: RefundWorker
) -> None:
    """Credit a payment exactly once, and confirm it. A repeated update of a confirmed payment changes nothing."""
    reported = message.successful_payment
    if reported is None:
        return
    credited = await charges.credit(_payment(message, reported))
    charge = credited.charge
    log.info(
        "payment received",
        charge=charge.id,
        user=charge.user_id,
        stars=charge.stars,
        outcome=credited.outcome,
    )
    if credited.outcome is Crediting.UNEXPLAINED:
        log.error("payment without an order", charge=charge.id, user=charge.user_id, stars=charge.stars)
    try:
        await payment_messages.tell_charge(charge.user_id, charge.id)
    except SendError as error:
        log.warning("payment not confirmed yet", charge=charge.id, error=str(error))
    finally:
        refund_worker.wake()


async def refunded(message: Message, refunds: Refunds, refund_worker: RefundWorker) -> None:
    """Record a refund that Telegram reports. One from outside takes the credits; the worker tells the user."""
    reported = message.refunded_payment
    if reported is None:
        return
    charge_id, user_id = reported.telegram_payment_charge_id, _payer(message)
    found = await refunds.outside(charge_id, user_id, FoundBy.UPDATE)
    if found is OutsideRefund.FOUND:
        log.warning("refund from outside", charge=charge_id, user=user_id, stars=reported.total_amount)
    refund_worker.wake()


def _payment(message: Message, reported: SuccessfulPayment) -> Payment:
    recurring = bool(reported.is_recurring or reported.is_first_recurring)
    return Payment(
        charge_id=reported.telegram_payment_charge_id,
        user_id=_payer(message),
        payload=reported.invoice_payload,
        stars=reported.total_amount,
        paid_at=message.date.timestamp(),
        found_by=FoundBy.UPDATE,
        is_subscription=recurring or reported.subscription_expiration_date is not None,
        is_renewal=recurring and not reported.is_first_recurring,
        expires_at=_seconds(reported.subscription_expiration_date),
    )


def _payer(message: Message) -> int:
    """Return the user of a service message about a payment. A private chat has the id of its user."""
    return (
        message.from_user.id
        if message.from_user is not None and not message.from_user.is_bot
        else message.chat.id
    )


def _seconds(at: int | None) -> float | None:
    return None if at is None else float(at)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="payments")
    router.message.register(paid, F.successful_payment)
    router.message.register(refunded, F.refunded_payment)
    return router
