"""/balance: free and paid pictures, the subscription, and the last changes."""

from aiogram import Router
from aiogram.types import Message

from chat import shop_keyboards
from chat.dates import moment
from chat.sender import Sender
from chat.translations import Translator
from core.clock import Clock
from core.payments.credits import Movement
from core.payments.subscriptions import Subscription, SubscriptionState
from generation.allowances import Allowances, DailyQuota
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, on_message
from handlers.identity import UserIdentity, answer_place
from handlers.rejection_texts import RejectionTexts
from storage.credits import Credits
from storage.subscriptions import Subscriptions


async def balance_command(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    allowances: Allowances,
    quota: DailyQuota,
    rejection_texts: RejectionTexts,
    credits: Credits,
    subscriptions: Subscriptions,
    sender: Sender,
    clock: Clock,
) -> None:
    """Show what the user has, with buttons to buy and to cancel or resume the subscription."""
    now = clock.now()
    balance = await credits.balance(user.id)
    daily, left = allowances.of_user(user.id).daily, await quota.remaining(user.id)
    lines = [translate("balance")]
    if daily is None or left is None:
        lines.append(translate("balance-free-unlimited"))
    elif daily:
        wait = rejection_texts.renewal(translate).wait
        lines.append(translate("balance-free", left=left, daily=daily, wait=wait))
    lines.append(translate("balance-below" if balance.units < 0 else "balance-paid", balance=balance.units))
    cancel = None
    subscription = await subscriptions.running(user.id)
    if subscription is not None:
        lines.append(_subscription(subscription, now, translate))
        cancel = subscription.state is not SubscriptionState.CANCELED
    movements = await credits.movements(user.id)
    if movements:
        lines += ["", translate("balance-movements")]
        lines += [_movement(movement, now, translate) for movement in movements]
    keyboard = shop_keyboards.balance(translate, user.id, cancel=cancel)
    await sender.send_text(answer_place(message), "\n".join(lines), keyboard=keyboard)


def _subscription(subscription: Subscription, now: float, translate: Translator) -> str:
    return translate(
        f"balance-monthly-{subscription.state}",
        units=subscription.units,
        stars=subscription.stars,
        **moment(subscription.expires_at, now, translate),
    )


def _movement(movement: Movement, now: float, translate: Translator) -> str:
    return translate(
        f"movement-{movement.kind.replace('_', '-')}",
        change=f"{movement.units:+d}".replace("-", "−"),
        **moment(movement.at, now, translate),
    )


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="balance")
    on_message(router, balance_command, Command("balance"), IN_PRIVATE)
    return router
