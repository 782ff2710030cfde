"""What the bot says, from Fluent files: one a language, every argument escaped for Telegram's HTML."""

import html
from datetime import date
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

LANGUAGES = ("en", "ru")
DEFAULT_LANGUAGE = "en"
FOLDER = Path(__file__).parent / "texts"


class TextError(Exception):
    """A message is missing or was given the wrong arguments: a fault of the program's."""


class Translator:
    """The texts of one language. Call it with a message's name and its arguments."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._bundle = FluentBundle([language], use_isolating=False)
        self._bundle.add_resource(FluentResource((FOLDER / f"{language}.ftl").read_text(encoding="utf-8")))

    def __call__(self, name: str, /, **arguments: str | int | date) -> str:
        """Return a message as Telegram HTML. Strings are escaped; numbers take part in plurals, dates are written out.

        Raises TextError when there is no such message or an argument is missing.
        """
        escaped = {
            key: html.escape(value, quote=False) if isinstance(value, str) else value
            for key, value in arguments.items()
        }
        if not self._bundle.has_message(name):
            raise TextError(f"{self.language}.ftl has no message {name}")
        pattern = self._bundle.get_message(name).value
        if pattern is None:
            raise TextError(f"{self.language}.ftl: {name} has no text")
        text, errors = self._bundle.format_pattern(pattern, escaped)
        if errors:
            raise TextError(f"{self.language}.ftl: {name}: {errors[0]}")
        return str(text)

    def raw(self, name: str, /) -> str:
        """Return a message without arguments for a place where Telegram takes no HTML (buttons, toasts)."""
        return html.unescape(self(name))


class Translations:
    """All languages, loaded once."""

    def __init__(self) -> None:
        self._translator = {language: Translator(language) for language in LANGUAGES}

    def of(self, language_code: str | None) -> Translator:
        """Return the texts for an IETF language tag as Telegram sends it; English where it is not spoken."""
        language = (language_code or "").split("-")[0].lower()
        return self._translator.get(language, self._translator[DEFAULT_LANGUAGE])
