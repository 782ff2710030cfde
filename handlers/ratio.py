"""/ratio: a preferred aspect ratio, or a question each time."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from chat import keyboards
from chat.callbacks import PreferRatio
from chat.sender import Sender
from chat.translations import Translator
from core.model import AspectRatio
from core.reply_target import ReplyTarget
from handlers.commands import Command
from handlers.filters import NamesRatio, by_named_user, on_message, pressed_place
from handlers.identity import UserIdentity, place_of
from storage.preferences import Preferences


async def ratio_command(
    message: Message, user: UserIdentity, translate: Translator, preferences: Preferences, sender: Sender
) -> None:
    """Show the preferred ratio and one button for each other."""
    preferred = (await preferences.of(user.id)).ratio
    current = preferred.value if preferred else translate.raw("ratio-current-ask")
    keyboard = keyboards.preferred_ratio(translate, user.id)
    await sender.send_text(place_of(message), translate("ratio-choose", current=current), keyboard=keyboard)


async def ratio_pressed(
    query: CallbackQuery,
    ratio: AspectRatio | None,
    place: ReplyTarget,
    translate: Translator,
    preferences: Preferences,
    sender: Sender,
) -> None:
    """Store the pressed ratio."""
    await preferences.choose(query.from_user.id, ratio=ratio)
    await sender.toast(query.id)
    text = translate("ratio-saved", ratio=ratio.value) if ratio else translate("ratio-reset")
    await sender.edit_text(place.chat_id, place.require_reply_to(), text)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="ratio")
    on_message(router, ratio_command, Command("ratio"))
    router.callback_query.register(
        ratio_pressed, PreferRatio.filter(), by_named_user, NamesRatio(optional=True), pressed_place
    )
    return router
