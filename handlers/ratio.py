"""/ratio: remember an aspect ratio, or ask each time again."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from chat import keyboards
from chat.callbacks import PreferRatio
from chat.sender import Sender
from chat.translations import Translator
from core.model import AspectRatio
from handlers.identity import UserIdentity, place_of
from storage.preferences import Preferences


async def ratio(
    message: Message, user: UserIdentity, preferences: Preferences, sender: Sender, translate: Translator
) -> None:
    """Show what is remembered and offer the rest."""
    remembered = (await preferences.of(user.id)).ratio
    current = remembered.value if remembered else translate.raw("ratio-current-ask")
    keyboard = keyboards.preferred_ratio(translate, user.id)
    await sender.send_text(place_of(message), translate("ratio-choose", current=current), keyboard=keyboard)


async def ratio_preferred(
    query: CallbackQuery,
    callback_data: PreferRatio,
    preferences: Preferences,
    sender: Sender,
    translate: Translator,
) -> None:
    """Remember the pressed ratio for the person the buttons were shown to."""
    chosen = AspectRatio.from_slug(callback_data.ratio)
    if callback_data.user != query.from_user.id:
        await sender.toast(query.id, translate.raw("toast-not-yours"))
        return
    if query.message is None or (chosen is None and callback_data.ratio):
        await sender.toast(query.id, translate.raw("toast-old"))
        return
    await preferences.choose(query.from_user.id, ratio=chosen)
    await sender.toast(query.id)
    words = translate("ratio-saved", ratio=chosen.value) if chosen else translate("ratio-reset")
    await sender.edit_text(query.message.chat.id, query.message.message_id, words)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="ratio")
    router.message.register(ratio, Command("ratio"))
    router.callback_query.register(ratio_preferred, PreferRatio.filter())
    return router
