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
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, NamesRatio, by_named_user, on_message, pressed_place
from handlers.identity import UserIdentity, answer_place
from storage.preferences import Preferences


async def ratio_command(
    message: Message, user: UserIdentity, translate: Translator, preferences: Preferences, sender: Sender
) -> None:
    """Show the preferred ratio among one button for each."""
    preferred = (await preferences.of(user.id)).ratio
    current = preferred.value if preferred else translate.raw("ratio-current-ask")
    keyboard = keyboards.preferred_ratio(translate, user.id, preferred)
    await sender.send_text(
        answer_place(message), translate("ratio-choose", current=current), keyboard=keyboard
    )


async def ratio_pressed(
    query: CallbackQuery,
    ratio: AspectRatio | None,
    place: ReplyTarget,
    translate: Translator,
    preferences: Preferences,
    sender: Sender,
) -> None:
    """Store the pressed ratio and mark its button."""
    await preferences.choose(query.from_user.id, ratio=ratio)
    await sender.toast(query.id, translate.raw("toast-saved"))
    text = translate("ratio-saved", ratio=ratio.value) if ratio else translate("ratio-reset")
    keyboard = keyboards.preferred_ratio(translate, query.from_user.id, ratio)
    await sender.edit_text(place.chat_id, place.require_reply_to(), text, keyboard=keyboard)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="ratio")
    on_message(router, ratio_command, Command("ratio"), IN_PRIVATE)
    router.callback_query.register(
        ratio_pressed, PreferRatio.filter(), by_named_user, NamesRatio(optional=True), pressed_place
    )
    return router
