"""/language: a preferred language in place of the language of the Telegram app."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from chat import keyboards
from chat.callbacks import PreferLanguage
from chat.languages import LanguageResolver
from chat.menu import Menus
from chat.sender import Sender
from chat.translations import LANGUAGES, Translator
from core.reply_target import ReplyTarget
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, by_named_user, on_message, pressed_place
from handlers.identity import UserIdentity, answer_place
from handlers.user_errors import ButtonExpired
from storage.preferences import Preferences


async def language_command(
    message: Message, user: UserIdentity, translate: Translator, preferences: Preferences, sender: Sender
) -> None:
    """Show the chosen language among one button for each."""
    chosen = (await preferences.of(user.id)).language
    name = f"language-{chosen}" if chosen else "language-current-auto"
    text = translate("choose-language", current=translate.raw(name))
    keyboard = keyboards.languages(translate, user.id, chosen)
    await sender.send_text(answer_place(message), text, keyboard=keyboard)


async def language_pressed(
    query: CallbackQuery,
    callback_data: PreferLanguage,
    place: ReplyTarget,
    preferences: Preferences,
    languages: LanguageResolver,
    sender: Sender,
    menus: Menus,
) -> None:
    """Store the pressed language, answer in it and show the menu in it."""
    chosen = callback_data.language or None
    if chosen is not None and chosen not in LANGUAGES:
        raise ButtonExpired
    user = query.from_user
    await preferences.choose(user.id, language=chosen)
    translate = await languages.translator(user.id, user.language_code)
    await sender.toast(query.id, translate.raw("toast-saved"))
    keyboard = keyboards.languages(translate, user.id, chosen)
    await sender.edit_text(
        place.chat_id, place.require_reply_to(), translate("language-saved"), keyboard=keyboard
    )
    await menus.follow_language(user.id)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="language")
    on_message(router, language_command, Command("language"), IN_PRIVATE)
    router.callback_query.register(language_pressed, PreferLanguage.filter(), by_named_user, pressed_place)
    return router
