"""The bot's profile at Telegram: its parts, of which the descriptions by language are set only if Telegram has others.

Telegram shows the description in an empty chat with the bot, and the short description on the bot's profile page and
beside links to it (Bot API, setMyDescription and setMyShortDescription).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError

from chat.errors import to_send_error
from chat.translations import LANGUAGES, Translations, language_code

log = structlog.get_logger(__name__)

LONGEST_DESCRIPTION, LONGEST_SHORT_DESCRIPTION = 512, 120
"""In characters (Bot API, setMyDescription and setMyShortDescription)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePart:
    """A part of the profile: its name and value for operators, and the calls that read and set it at Telegram.

    `read` returns Telegram's value in the form of `wanted`. Both calls raise AiogramError.
    """

    name: str
    wanted: str
    read: Callable[[], Awaitable[str]]
    write: Callable[[], Awaitable[object]]

    async def differs(self) -> bool:
        """Return whether Telegram has another value."""
        return await self.read() != self.wanted

    async def set_if_different(self) -> None:
        """Set the value unless Telegram has it."""
        if await self.differs():
            await self.write()


def description_parts(bot: Bot, translations: Translations) -> list[ProfilePart]:
    """Return the description and the short description in every language."""
    parts: list[ProfilePart] = []
    for language in LANGUAGES:
        translate, code = translations.for_language(language), language_code(language)
        parts.append(_description(bot, translate.raw("description"), code))
        parts.append(_short_description(bot, translate.raw("short-description"), code))
    return parts


async def set_descriptions(bot: Bot, translations: Translations) -> bool:
    """Set each description that differs from the one at Telegram. Return False if one could not be set."""
    try:
        for part in description_parts(bot, translations):
            await part.set_if_different()
    except AiogramError as error:
        log.warning("descriptions not set", error=str(to_send_error(error)))
        return False
    return True


def _description(bot: Bot, text: str, code: str | None) -> ProfilePart:
    async def read() -> str:
        return (await bot.get_my_description(language_code=code)).description

    async def write() -> None:
        await bot.set_my_description(text, language_code=code)

    return ProfilePart(name=named("description", code), wanted=text, read=read, write=write)


def _short_description(bot: Bot, text: str, code: str | None) -> ProfilePart:
    async def read() -> str:
        return (await bot.get_my_short_description(language_code=code)).short_description

    async def write() -> None:
        await bot.set_my_short_description(text, language_code=code)

    return ProfilePart(name=named("short description", code), wanted=text, read=read, write=write)


def named(name: str, code: str | None) -> str:
    """Return the name of a part with its language. Texts without a code serve all languages without their own."""
    return f"{name} ({code or 'any language'})"
