"""/language: a language to be answered in, whatever Telegram says."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from chat import keyboards
from chat.callbacks import PreferLanguage
from chat.sender import Sender
from chat.translations import LANGUAGES, Translations, Translator
from handlers.identity import IN_PRIVATE, Person, place_of
from storage.preferences import Preferences


async def language(message: Message, person: Person, sender: Sender, texts: Translator) -> None:
    """Offer the languages there are."""
    keyboard = keyboards.languages(texts, person.id)
    await sender.text(place_of(message), texts("language-choose"), keyboard=keyboard)


async def language_preferred(
    query: CallbackQuery,
    callback_data: PreferLanguage,
    preferences: Preferences,
    sender: Sender,
    translations: Translations,
    texts: Translator,
) -> None:
    """Remember the pressed language, and say so in it."""
    chosen = callback_data.language or None
    if callback_data.user != query.from_user.id:
        await sender.toast(query.id, texts.raw("toast-not-yours"))
        return
    if query.message is None or (chosen is not None and chosen not in LANGUAGES):
        await sender.toast(query.id, texts.raw("toast-old"))
        return
    await preferences.choose(query.from_user.id, language=chosen)
    await sender.toast(query.id)
    words = translations.of(chosen or query.from_user.language_code)("language-saved")
    await sender.edit(query.message.chat.id, query.message.message_id, words)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="language")
    router.message.register(language, Command("language"), IN_PRIVATE)
    router.callback_query.register(language_preferred, PreferLanguage.filter())
    return router
