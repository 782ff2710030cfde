"""The commands of private chats, sent in a group: answered with the link to the private chat."""

from aiogram import Bot, Router
from aiogram.types import Message

from chat.links import bot_address
from chat.menu import ADMIN, PRIVATE
from chat.private_replies import PrivateReplies
from chat.translations import Translator
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_GROUP, by_bot_admin, on_message
from handlers.identity import UserIdentity, place_of
from handlers.shop import Shop


async def point_to_private_chat(
    message: Message, user: UserIdentity, translate: Translator, bot: Bot, private_replies: PrivateReplies
) -> None:
    """Answer that the command is for the private chat. The choices of a user concern nobody else in the group."""
    link = await bot_address(bot)
    await private_replies.send(place_of(message), user.id, translate("private-only", link=link))


async def selling(_message: Message, shop: Shop | None) -> bool:
    """Pass messages to a bot that sells pictures. For another one its commands do not exist."""
    return shop is not None


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="private-only")
    own = Command("export", "forget", "language", "ratio", "style", "subscribe", "unsubscribe")
    on_message(router, point_to_private_chat, own, IN_GROUP)
    on_message(router, point_to_private_chat, Command("balance", "terms", "paysupport"), IN_GROUP, selling)
    on_message(router, point_to_private_chat, Command("refund"), IN_GROUP, selling, by_bot_admin)
    of_admins = Command(*(name for name in ADMIN if name not in PRIVATE))
    on_message(router, point_to_private_chat, of_admins, IN_GROUP, by_bot_admin)
    return router
