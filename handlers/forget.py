"""/forget: delete what is kept about a person, once they are sure."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from chat import keyboards
from chat.callbacks import Forget
from chat.sender import Sender
from chat.translations import Translator
from generation.engine import Engine
from handlers.identity import IN_PRIVATE, UserIdentity, place_of
from storage.history import History
from storage.preferences import Preferences
from storage.requests import Requests


async def forget(message: Message, user: UserIdentity, sender: Sender, translate: Translator) -> None:
    """Say what would go, and ask."""
    keyboard = keyboards.forget(translate, user.id)
    await sender.send_text(place_of(message), translate("forget-sure"), keyboard=keyboard)


async def forget_pressed(
    query: CallbackQuery,
    callback_data: Forget,
    archive: History,
    requests: Requests,
    engine: Engine,
    preferences: Preferences,
    sender: Sender,
    translate: Translator,
) -> None:
    """Cancel what is on the way and delete the rest, or leave all as it is."""
    if callback_data.user != query.from_user.id:
        await sender.toast(query.id, translate.raw("toast-not-yours"))
        return
    await sender.toast(query.id)
    if callback_data.sure:
        for request in await requests.pending_of(query.from_user.id):
            await engine.cancel(request.id)
        await archive.forget(query.from_user.id)
        preferences.reload(query.from_user.id)
    if query.message is not None:
        words = translate("forgotten" if callback_data.sure else "forget-kept")
        await sender.edit_text(query.message.chat.id, query.message.message_id, words)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="forget")
    router.message.register(forget, Command("forget"), IN_PRIVATE)
    router.callback_query.register(forget_pressed, Forget.filter())
    return router
