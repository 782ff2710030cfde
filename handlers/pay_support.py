"""/paysupport: a user chooses a payment, says what is wrong with it, and the bot's admins decide about a refund."""

from typing import Any

from aiogram import Bot, Router
from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, Message, TelegramObject

from chat import shop_keyboards
from chat.keyboards import ask
from chat.sender import Sender
from chat.shop_callbacks import AskRefund, charge_key
from chat.translations import Translator
from core.payments.refunds import Asking, Purchase, RefundState
from core.reply_target import ReplyTarget
from handlers.commands import Command, is_command
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, on_message, pressed_in_private, replies_to_bot
from handlers.identity import UserIdentity, answer_place
from handlers.shop import Shop
from handlers.user_errors import ButtonExpired
from payments.receipts import refund_refused
from payments.refund_requests import RefundRequests
from storage.charges import Charges
from storage.refunds import Refunds

_LISTED, _KNOWN = 8, 100
"""Payments that are listed, and those of a user among which a pressed one is looked for."""
_LONGEST_REASON = 1_000
_MARK = "🧾"
"""The start of the question for a reason, in every language. The answer to it names the charge that it is about."""


async def pay_support_command(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    shop: Shop,
    charges: Charges,
    sender: Sender,
) -> None:
    """List the user's payments as buttons, and the operator's address."""
    purchases = await charges.of_user(user.id, _LISTED)
    text = translate("paysupport" if purchases else "paysupport-none") + _or_write(shop, translate)
    listed = [purchase.charge for purchase in purchases]
    keyboard = shop_keyboards.charges(translate, listed) if listed else None
    await sender.send_text(answer_place(message), text, keyboard=keyboard)


async def charge_pressed(
    query: CallbackQuery,
    callback_data: AskRefund,
    place: ReplyTarget,
    translate: Translator,
    shop: Shop,
    charges: Charges,
    sender: Sender,
) -> None:
    """Ask what is wrong with a payment, or say how far its refund is."""
    purchase = await find_purchase(charges, query.from_user.id, callback_data.charge)
    if purchase is None:
        raise ButtonExpired
    progress = _progress(purchase, shop, translate)
    if progress is not None:
        await sender.alert(query.id, progress)
        return
    await sender.toast(query.id)
    charge = purchase.charge
    text = translate("paysupport-reason", stars=charge.stars, charge=charge.id)
    keyboard = ask(translate.raw("paysupport-placeholder"))
    await sender.send_text(ReplyTarget(place.chat_id), text, keyboard=keyboard)


async def gives_reason(
    message: Message, bot: Bot, user: UserIdentity, charges: Charges
) -> dict[str, Any] | bool:
    """Pass replies to the question what is wrong with a payment of the user, but commands. Adds `purchase`."""
    question = message.reply_to_message
    if question is None or not _answers_question(message, bot):
        return False
    codes = [one for one in question.entities or [] if one.type == "code"]
    charge_id = codes[0].extract_from(question.text or "") if codes else ""
    purchase = await charges.purchase(charge_id)
    own = purchase is not None and purchase.charge.user_id == user.id
    return {"purchase": purchase} if own else False


async def reason_given(
    message: Message,
    purchase: Purchase,
    user: UserIdentity,
    translate: Translator,
    shop: Shop,
    charges: Charges,
    refunds: Refunds,
    refund_requests: RefundRequests,
    sender: Sender,
) -> None:
    """Store the request with its reason, and pass it on to the bot's admins. A reason without words is asked for again.

    The update stays in the inbox until this ends, so after a kill the admins get the request, perhaps twice.
    """
    charge_id = purchase.charge.id
    reason = (message.text or message.caption or "").strip()[:_LONGEST_REASON]
    if not reason:
        await sender.send_text(answer_place(message), translate("paysupport-words"))
        return
    asking = await refunds.ask(charge_id, user.id, reason)
    asked = await charges.purchase(charge_id)
    refund = asked.refund if asked is not None else None
    if asked is None or refund is None:
        return
    repeated = refund.state is RefundState.ASKED and refund.reason == reason
    if asking is not Asking.ASKED and not repeated:
        text = _progress(asked, shop, translate) or translate("paysupport-waits")
    elif await refund_requests.send(asked):
        text = translate("paysupport-asked")
    else:
        text = translate("paysupport-unread") + _or_write(shop, translate)
    await sender.send_text(answer_place(message), text)


def seeks_refund(event: TelegramObject, bot: Bot) -> bool:
    """Return whether an update is a step of /paysupport, which a ban does not stop: a banned user may have paid."""
    if isinstance(event, CallbackQuery):
        return (event.data or "").startswith(f"{AskRefund.__prefix__}{AskRefund.__separator__}")
    if not isinstance(event, Message) or event.chat.type != ChatType.PRIVATE:
        return False
    return (event.text or "").strip().lower() == "/paysupport" or _answers_question(event, bot)


def _answers_question(message: Message, bot: Bot) -> bool:
    question = message.reply_to_message
    asked = question is not None and (question.text or "").startswith(_MARK) and replies_to_bot(message, bot)
    return asked and not is_command(message.text or message.caption or "")


async def find_purchase(charges: Charges, user_id: int, key: str) -> Purchase | None:
    """Return the purchase of a user that callback data names."""
    purchases = await charges.of_user(user_id, _KNOWN)
    return next((purchase for purchase in purchases if charge_key(purchase.charge.id) == key), None)


def _progress(purchase: Purchase, shop: Shop, translate: Translator) -> str | None:
    """Return the sentence about a refund that is asked for, decided or done, or None if it may be asked for."""
    refund = purchase.refund
    if refund is None:
        return None
    state = refund.state
    if state is RefundState.ASKED:
        return translate("paysupport-waits")
    if state is RefundState.INTENDED:
        return translate("paysupport-begun")
    if state is RefundState.DONE:
        return translate("paysupport-refunded")
    return refund_refused(purchase.charge, refund, translate) + _or_write(shop, translate)


def _or_write(shop: Shop, translate: Translator) -> str:
    """Return the sentence with the operator's address, if there is one."""
    return "" if shop.contact is None else " " + translate("paysupport-contact", contact=shop.contact)


def reasons_router() -> Router:
    """Return the routes of the reply to the question for a reason. They go before those of all other replies."""
    router = FeatureRouter(name="reasons")
    on_message(router, reason_given, IN_PRIVATE, gives_reason)
    return router


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="pay support")
    on_message(router, pay_support_command, Command("paysupport"), IN_PRIVATE)
    router.callback_query.register(charge_pressed, AskRefund.filter(), pressed_in_private)
    return router
