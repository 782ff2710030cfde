"""/language: a language to be answered in, whatever Telegram says."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from chat import keyboards
from chat.callbacks import PreferLanguage
from chat.sender import Sender
from chat.translations import LANGUAGES, Translations, Translator
from handlers.identity import IN_PRIVATE, UserIdentity, place_of
from storage.preferences import Preferences


async def language(message: Message, user: UserIdentity, sender: Sender, translate: Translator) -> None:
    """Offer the languages there are."""
    keyboard = keyboards.languages(translate, user.id)
    await sender.send_text(place_of(message), translate("language-choose"), keyboard=keyboard)


async def language_preferred(
    query: CallbackQuery,
    callback_data: PreferLanguage,
    preferences: Preferences,
    sender: Sender,
    translations: Translations,
    translate: Translator,
) -> None:
    """Remember the pressed language, and say so in it."""
    chosen = callback_data.language or None
    if callback_data.user != query.from_user.id:
        await sender.toast(query.id, translate.raw("toast-not-yours"))
        return
    if query.message is None or (chosen is not None and chosen not in LANGUAGES):
        await sender.toast(query.id, translate.raw("toast-old"))
        return
    await preferences.choose(query.from_user.id, language=chosen)
    await sender.toast(query.id)
    words = translations.of(chosen or query.from_user.language_code)("language-saved")
    await sender.edit_text(query.message.chat.id, query.message.message_id, words)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="language")
    router.message.register(language, Command("language"), IN_PRIVATE)
    router.callback_query.register(language_preferred, PreferLanguage.filter())
    return router
