"""/unsubscribe and /subscribe, and the button below each broadcast: whether a user gets broadcasts."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from chat import broadcast_keyboards
from chat.broadcast_callbacks import Subscribe
from chat.sender import Sender
from chat.translations import Translator
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, on_message
from handlers.identity import UserIdentity, answer_place
from storage.users import Users


async def unsubscribe_command(
    message: Message, user: UserIdentity, translate: Translator, users: Users, sender: Sender
) -> None:
    """Send a user no broadcasts from now on."""
    await users.set_subscribed(user.id, False)
    await sender.send_text(answer_place(message), translate("news-off"))


async def subscribe_command(
    message: Message, user: UserIdentity, translate: Translator, users: Users, sender: Sender
) -> None:
    """Send a user broadcasts again."""
    await users.set_subscribed(user.id, True)
    await sender.send_text(answer_place(message), translate("news-on"))


async def subscription_pressed(
    query: CallbackQuery, callback_data: Subscribe, translate: Translator, users: Users, sender: Sender
) -> None:
    """Do the same, and let the button do the opposite from now on."""
    await users.set_subscribed(query.from_user.id, callback_data.on)
    await sender.alert(query.id, translate("news-on" if callback_data.on else "news-off"))
    if isinstance(query.message, Message):
        rows = broadcast_keyboards.kept_rows(query.message.reply_markup)
        keyboard = broadcast_keyboards.subscription(translate, rows, subscribed=callback_data.on)
        await sender.edit_keyboard(query.message.chat.id, query.message.message_id, keyboard)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="news")
    on_message(router, unsubscribe_command, Command("unsubscribe"), IN_PRIVATE)
    on_message(router, subscribe_command, Command("subscribe"), IN_PRIVATE)
    router.callback_query.register(subscription_pressed, Subscribe.filter())
    return router
