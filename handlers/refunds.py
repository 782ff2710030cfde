"""/refund and the decisions about requests for refunds, by the bot's admins in private."""

from collections.abc import Collection

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from chat.sender import Sender
from chat.shop_callbacks import DecideRefund
from chat.translations import Translator
from core.clock import Clock
from core.payments.refunds import Intending
from core.reply_target import ReplyTarget
from handlers.admin_filters import cause_of, cause_of_press, on_admin_command
from handlers.feature_router import FeatureRouter
from handlers.filters import pressed_in_private
from handlers.identity import UserIdentity, answer_place
from handlers.pay_support import find_purchase
from payments.refund_requests import RefundRequests
from payments.refund_worker import RefundWorker
from storage.charges import Charges
from storage.refunds import Refunds

_LONGEST_ID = 256


async def refund_command(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    charges: Charges,
    clock: Clock,
    refunds: Refunds,
    refund_worker: RefundWorker,
    sender: Sender,
) -> None:
    """Decide to refund a payment. The worker carries it out and tells the user and the admin."""
    charge_id = (command.args or "").strip()
    place = answer_place(message)
    if not charge_id or len(charge_id) > _LONGEST_ID:
        await sender.send_text(place, translate("refund-how"))
        return
    intending = await refunds.intend(charge_id, str(user.id), cause=cause_of(message, user, clock))
    charge = await charges.get(charge_id)
    if charge is None:
        text = translate("refund-unknown", charge=charge_id)
    elif intending is Intending.DONE:
        text = translate("paysupport-refunded")
    else:
        text = translate("refund-begun", stars=charge.stars, id=str(charge.user_id), charge=charge.id)
    try:
        await sender.send_text(place, text)
    finally:
        refund_worker.wake()


async def decision_pressed(
    query: CallbackQuery,
    callback_data: DecideRefund,
    place: ReplyTarget,
    translate: Translator,
    admin_ids: Collection[int],
    clock: Clock,
    charges: Charges,
    refunds: Refunds,
    refund_requests: RefundRequests,
    refund_worker: RefundWorker,
    sender: Sender,
) -> None:
    """Refund a payment or decline that, if no admin has decided. A repeated press shows the decision."""
    admin = query.from_user
    if admin.id not in admin_ids:
        await sender.toast(query.id, translate.raw("toast-bot-admins-only"))
        return
    purchase = await find_purchase(charges, callback_data.user, callback_data.charge)
    if purchase is None:
        await sender.alert(query.id, translate("toast-report-decided"))
        return
    charge_id, cause = purchase.charge.id, cause_of_press(query, clock)
    if callback_data.refund:
        intending = await refunds.intend(charge_id, str(admin.id), asked=True, cause=cause)
        fresh = intending is Intending.INTENDED
    else:
        fresh = await refunds.decline(charge_id, str(admin.id), cause=cause)
    refund_worker.wake()  # before the messages, which may fail
    toast = translate.raw("toast-refund-begun" if callback_data.refund else "toast-refund-declined")
    await sender.toast(query.id, toast if fresh else translate.raw("toast-report-decided"))
    decided = await charges.purchase(charge_id)
    if decided is not None and decided.refund is not None:
        by = decided.refund.decided_by or ""
        name = admin.first_name if by == str(admin.id) else by
        await refund_requests.show_decision(place, decided, name, translate)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="refunds")
    on_admin_command(router, refund_command, "refund")
    router.callback_query.register(decision_pressed, DecideRefund.filter(), pressed_in_private)
    return router
