"""The bot as Telegram knows it (getMe), for `check` and `setup`, with the switches that only BotFather has."""

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramUnauthorizedError
from aiogram.types import User

from bot.check_errors import telegram_sentence
from bot.check_failed import CheckFailed
from bot.settings import Settings

_SWITCHES = {
    "supports_inline_queries": (
        "inline mode",
        "pictures cannot be shared into other chats or drawn there; send /setinline to @BotFather to switch it on",
    ),
    "supports_guest_queries": (
        "guest mode",
        "a mention in a chat without the bot is not answered; the Mini App of @BotFather switches it on, in the bot's "
        "settings",
    ),
}
"""By field of getMe: the name of a mode, and the effect of its absence with the way to switch it on."""


class WrongToken(CheckFailed):
    """Telegram does not know the token."""


async def identify(bot: Bot, settings: Settings) -> User:
    """Return the bot's user. Raises WrongToken, or CheckFailed if the server does not answer."""
    try:
        return await bot.get_me()
    except TelegramUnauthorizedError:
        raise WrongToken("Telegram does not know this token; @BotFather shows the right one") from None
    except AiogramError as error:
        raise CheckFailed(telegram_sentence(settings.telegram_api_url, error)) from None


def modes_off(me: User) -> dict[str, str]:
    """Return the modes that BotFather has not switched on, each with a sentence that says how to do it."""
    return {name: f"off, so {text}" for field, (name, text) in _SWITCHES.items() if not getattr(me, field)}
