"""/buy and /gift: packs and the subscription as buttons, the terms before the first purchase, the invoice."""

from aiogram import Bot, Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from chat import shop_keyboards
from chat.links import BUY, bot_address
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.shop_callbacks import AgreeAndBuy, Buy, ShowShop
from chat.translations import Translator
from core.payments.offers import OrderKind
from core.reply_target import ReplyTarget
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_GROUP, IN_PRIVATE, on_message, pressed_in_private
from handlers.identity import UserIdentity, answer_place, place_of
from handlers.selling import Selling
from handlers.shop import Shop
from storage.terms import Terms


async def opens_shop(_message: Message, command: CommandObject) -> bool:
    """Pass the link that shows what can be bought."""
    return command.args == BUY


async def buy_command(
    message: Message, user: UserIdentity, translate: Translator, shop: Shop, selling: Selling, sender: Sender
) -> None:
    """Show what can be bought."""
    await _show(answer_place(message), user.id, translate, shop, selling, sender)


async def buy_in_group(
    message: Message, user: UserIdentity, translate: Translator, bot: Bot, private_replies: PrivateReplies
) -> None:
    """Point to the private chat: a purchase concerns nobody else in the group."""
    keyboard = shop_keyboards.buy_in_private(translate, await bot_address(bot))
    await private_replies.send(place_of(message), user.id, translate("buy-in-private"), keyboard=keyboard)


async def shop_pressed(
    query: CallbackQuery,
    place: ReplyTarget,
    user: UserIdentity,
    translate: Translator,
    shop: Shop,
    selling: Selling,
    sender: Sender,
) -> None:
    """Show what can be bought, below the message with the button."""
    await sender.toast(query.id)
    await _show(ReplyTarget(place.chat_id), user.id, translate, shop, selling, sender)


async def gift_command(message: Message, translate: Translator, shop: Shop, sender: Sender) -> None:
    """Show the packs that can be given to somebody."""
    keyboard = shop_keyboards.offers(translate, shop.prices, OrderKind.GIFT, plan=False)
    await sender.send_text(answer_place(message), translate("gift"), keyboard=keyboard)


async def offer_pressed(
    query: CallbackQuery,
    callback_data: Buy,
    place: ReplyTarget,
    user: UserIdentity,
    translate: Translator,
    selling: Selling,
) -> None:
    """Send the invoice of an offer, or the terms before the first purchase."""
    await selling.sell(callback_data, user.id, place, translate, query.id)


async def agreed(
    query: CallbackQuery,
    callback_data: AgreeAndBuy,
    place: ReplyTarget,
    user: UserIdentity,
    translate: Translator,
    shop: Shop,
    selling: Selling,
    terms: Terms,
    sender: Sender,
) -> None:
    """Store that the user accepts the terms, show it under them, and go on with the purchase."""
    await terms.accept(user.id, shop.terms_version)
    await selling.sell(callback_data, user.id, place, translate, query.id)
    text = f"{shop.terms(translate)}\n\n{translate('terms-agreed')}"
    await sender.edit_text(place.chat_id, place.require_reply_to(), text)


async def _show(
    place: ReplyTarget, user_id: int, translate: Translator, shop: Shop, selling: Selling, sender: Sender
) -> None:
    text, plan = translate("buy"), shop.prices.plan
    offers_plan = await selling.has_plan(user_id)
    if plan is not None and offers_plan:
        text += "\n" + translate("buy-monthly", units=plan.units)
    text += "\n\n" + translate("buy-how")
    keyboard = shop_keyboards.offers(translate, shop.prices, OrderKind.PACK, plan=offers_plan)
    await sender.send_text(place, text, keyboard=keyboard)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="buying")
    on_message(router, buy_command, Command("buy"), IN_PRIVATE)
    on_message(router, buy_command, Command("start"), IN_PRIVATE, opens_shop)
    on_message(router, buy_in_group, Command("buy", "gift"), IN_GROUP)
    on_message(router, gift_command, Command("gift"), IN_PRIVATE)
    router.callback_query.register(shop_pressed, ShowShop.filter(), pressed_in_private)
    router.callback_query.register(offer_pressed, Buy.filter(), pressed_in_private)
    router.callback_query.register(agreed, AgreeAndBuy.filter(), pressed_in_private)
    return router
