"""/forget: the deletion of a user's data, after a confirmation."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from chat import keyboards
from chat.callbacks import Forget
from chat.menu import Menus
from chat.sender import Sender
from chat.translations import Translator
from generation.engine import Engine
from generation.stickers import StickerMaker
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, by_named_user, on_message
from handlers.identity import UserIdentity, answer_place
from handlers.shop import Shop
from storage.picture_history import History
from storage.preferences import Preferences
from storage.requests import Requests
from storage.users import Users


async def forget_command(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    sender: Sender,
    shop: Shop | None,
    keep_days: int,
    users: Users,
) -> None:
    """List the data to delete, and ask for a confirmation."""
    keyboard = keyboards.forget(translate, user.id)
    text = translate("forget-sure")
    if keep_days:
        text += "\n" + translate("forget-keep-days", days=keep_days)
    if shop is not None:
        text += "\n" + translate("forget-keeps-payments")
    known = await users.get(user.id)
    if known is not None and known.unsubscribed_at is not None:
        text += "\n" + translate("forget-keeps-news-off")
    await sender.send_text(answer_place(message), text, keyboard=keyboard)


async def forget_pressed(
    query: CallbackQuery,
    callback_data: Forget,
    translate: Translator,
    requests: Requests,
    engine: Engine,
    history: History,
    preferences: Preferences,
    sender: Sender,
    menus: Menus,
    sticker_maker: StickerMaker,
    shop: Shop | None,
    users: Users,
) -> None:
    """Cancel the pending requests and delete the data, or keep everything."""
    await sender.toast(query.id)
    user_id = query.from_user.id
    if callback_data.sure:
        # The last one first: a slot that becomes free must not start another one that is about to be cancelled.
        for request in reversed(await requests.pending_of_user(user_id)):
            await engine.cancel(request.id)
        await users.drop_notes(user_id)
        await history.forget(user_id)
        preferences.reload(user_id)
        await menus.follow_language(user_id)
    if query.message is not None:
        text = translate("forgotten" if callback_data.sure else "forget-kept")
        if callback_data.sure and shop is not None:
            text += "\n" + translate("forget-keeps-payments")
        await sender.edit_text(query.message.chat.id, query.message.message_id, text)
    if callback_data.sure:
        await sticker_maker.forget(user_id)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="forget")
    on_message(router, forget_command, Command("forget"), IN_PRIVATE)
    router.callback_query.register(forget_pressed, Forget.filter(), by_named_user)
    return router
