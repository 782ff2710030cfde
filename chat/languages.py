"""The language in which the bot answers."""

import contextlib

from chat.translations import Translations, Translator
from core.reply_target import is_group
from storage.database_errors import StorageUnavailable
from storage.known_languages import KnownLanguages
from storage.preferences import Preferences


class LanguageResolver:
    """Resolves the language of an answer: the group's choice, the user's choice, the user's Telegram app, English."""

    def __init__(
        self, *, translations: Translations, preferences: Preferences, known: KnownLanguages
    ) -> None:
        self._translations = translations
        self._preferences = preferences
        self._known = known

    async def translator(
        self, user_id: int, language_code: str | None = None, *, chat_id: int | None = None
    ) -> Translator:
        """Return the translator for an answer to a user. `language_code` is the tag that Telegram sent.

        A choice that cannot be read now is left out: the answer may be about the outage.
        """
        chosen = None
        with contextlib.suppress(StorageUnavailable):
            if chat_id is not None and is_group(chat_id):
                chosen = (await self._preferences.of(chat_id)).language
            chosen = chosen or (await self._preferences.of(user_id)).language
        return self._translations.for_language(chosen or language_code)

    async def translator_of(self, user_id: int, language: str | None = None) -> Translator:
        """Return the translator for a message that answers no update: `language`, or else the last known language.

        The user's choice goes before both.
        """
        if language is None:
            with contextlib.suppress(StorageUnavailable):
                language = await self._known.of(user_id)
        return await self.translator(user_id, language)

    def of_app(self, language_code: str | None) -> Translator:
        """Return the translator for the language of a user's Telegram app, without a look at the ledger."""
        return self._translations.for_language(language_code)
