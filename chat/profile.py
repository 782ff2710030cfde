"""The bot's descriptions by language, sent to Telegram only if it has other ones.

Telegram shows the description in an empty chat with the bot, and the short description on the bot's profile page and
beside links to it (Bot API, setMyDescription and setMyShortDescription).
"""

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError

from chat.errors import to_send_error
from chat.translations import LANGUAGES, Translations, language_code

log = structlog.get_logger(__name__)

LONGEST_DESCRIPTION, LONGEST_SHORT_DESCRIPTION = 512, 120
"""In characters (Bot API, setMyDescription and setMyShortDescription)."""


async def set_descriptions(bot: Bot, translations: Translations) -> bool:
    """Set each description that differs from the one at Telegram. Return False if one could not be set."""
    try:
        for language in LANGUAGES:
            translate = translations.for_language(language)
            code = language_code(language)
            await _set_description(bot, translate.raw("description"), code)
            await _set_short_description(bot, translate.raw("short-description"), code)
    except AiogramError as error:
        log.warning("descriptions not set", error=str(to_send_error(error)))
        return False
    return True


async def _set_description(bot: Bot, text: str, code: str | None) -> None:
    if (await bot.get_my_description(language_code=code)).description != text:
        await bot.set_my_description(text, language_code=code)


async def _set_short_description(bot: Bot, text: str, code: str | None) -> None:
    if (await bot.get_my_short_description(language_code=code)).short_description != text:
        await bot.set_my_short_description(text, language_code=code)
