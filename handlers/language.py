"""/language: a preferred language in place of the language of the Telegram app."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from chat import keyboards
from chat.callbacks import PreferLanguage
from chat.languages import LanguageResolver
from chat.sender import Sender
from chat.translations import LANGUAGES, Translator
from core.reply_target import ReplyTarget
from handlers.commands import Command
from handlers.filters import IN_PRIVATE, by_named_user, on_message, pressed_place
from handlers.identity import UserIdentity, place_of
from handlers.user_errors import ButtonExpired
from storage.preferences import Preferences


async def language_command(
    message: Message, user: UserIdentity, translate: Translator, sender: Sender
) -> None:
    """Show one button for each language."""
    keyboard = keyboards.languages(translate, user.id)
    await sender.send_text(place_of(message), translate("language-choose"), keyboard=keyboard)


async def language_pressed(
    query: CallbackQuery,
    callback_data: PreferLanguage,
    place: ReplyTarget,
    preferences: Preferences,
    languages: LanguageResolver,
    sender: Sender,
) -> None:
    """Store the pressed language, and answer in it."""
    chosen = callback_data.language or None
    if chosen is not None and chosen not in LANGUAGES:
        raise ButtonExpired
    await preferences.choose(query.from_user.id, language=chosen)
    await sender.toast(query.id)
    translate = await languages.translator(query.from_user.id, query.from_user.language_code)
    await sender.edit_text(place.chat_id, place.require_reply_to(), translate("language-saved"))


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="language")
    on_message(router, language_command, Command("language"), IN_PRIVATE)
    router.callback_query.register(language_pressed, PreferLanguage.filter(), by_named_user, pressed_place)
    return router
