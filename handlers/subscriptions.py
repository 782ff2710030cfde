"""The subscription of a user: canceled and resumed from the bot, and changes that Telegram reports."""

import structlog
from aiogram import Router
from aiogram.types import BotSubscriptionUpdated, CallbackQuery

from chat.dates import moment
from chat.errors import SendError
from chat.invoices import Invoices
from chat.languages import LanguageResolver
from chat.sender import Sender
from chat.shop_callbacks import ChangeSubscription
from chat.translations import Translator
from core.clock import Clock
from core.payments.subscriptions import Subscription, SubscriptionState
from core.reply_target import ReplyTarget
from handlers.feature_router import FeatureRouter
from handlers.filters import by_named_user, pressed_in_private
from storage.orders import Orders
from storage.subscriptions import Subscriptions

log = structlog.get_logger(__name__)


async def change_pressed(
    query: CallbackQuery,
    callback_data: ChangeSubscription,
    place: ReplyTarget,
    translate: Translator,
    orders: Orders,
    subscriptions: Subscriptions,
    invoices: Invoices,
    sender: Sender,
    clock: Clock,
) -> None:
    """Cancel the running subscription at Telegram, or let the user switch it on again, and record that.

    Only the user can switch it on: the bot undoes no more than its own cancellation (Bot API,
    editUserStarSubscription). A repeated press does the same again.
    """
    user_id, cancel = query.from_user.id, callback_data.cancel
    subscription = await subscriptions.running(user_id)
    if subscription is None:
        await sender.alert(query.id, translate("subscription-over"))
        return
    order = await orders.get(subscription.order_id) if subscription.order_id is not None else None
    charge_id = (order.charge_id if order is not None else None) or subscription.charge_id
    canceled = subscription.state is SubscriptionState.CANCELED
    if not canceled if cancel else subscription.stopped_by_bot:
        try:
            await invoices.edit_subscription(user_id, charge_id, canceled=cancel)
        except SendError as error:
            log.warning("subscription not changed", user=user_id, cancel=cancel, error=str(error))
            await sender.alert(query.id, translate("subscription-later"))
            return
        await subscriptions.set_stopped(user_id, subscription.order_id, stopped=cancel)
    await sender.toast(query.id)
    text = translate("subscription-yourself")
    if cancel or not canceled:
        text = _changed(subscription, translate, clock, canceled=cancel)
    await sender.send_text(ReplyTarget(place.chat_id), text)


async def subscription_changed(
    event: BotSubscriptionUpdated,
    subscriptions: Subscriptions,
    languages: LanguageResolver,
    sender: Sender,
    clock: Clock,
) -> None:
    """Record a change that Telegram reports, and tell the user if it was not the bot's own."""
    user = event.user
    if event.state not in set(SubscriptionState):
        log.warning("subscription state not understood", user=user.id, state=event.state)
        return
    state = SubscriptionState(event.state)
    subscription = await subscriptions.set_state(user.id, event.invoice_payload, state)
    if subscription is None or (state is SubscriptionState.CANCELED and subscription.stopped_by_bot):
        return
    translate = await languages.translator(user.id, user.language_code)
    if state is SubscriptionState.FAILED:
        text = translate("subscription-failed", stars=subscription.stars)
    else:
        text = _changed(subscription, translate, clock, canceled=state is SubscriptionState.CANCELED)
    try:
        await sender.send_text(ReplyTarget(user.id), text)
    except SendError as error:
        log.warning("user not told about the subscription", user=user.id, error=str(error))


def _changed(subscription: Subscription, translate: Translator, clock: Clock, *, canceled: bool) -> str:
    return translate(
        "subscription-cancelled" if canceled else "subscription-resumed",
        **moment(subscription.expires_at, clock.now(), translate),
    )


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="subscriptions")
    router.callback_query.register(
        change_pressed, ChangeSubscription.filter(), by_named_user, pressed_in_private
    )
    router.subscription.register(subscription_changed)
    return router
