"""`imagine-bot check`: tries settings, token, key, database and address, and prints one line for each."""

import errno
from collections.abc import Awaitable, Callable

from aiogram.exceptions import AiogramError, TelegramUnauthorizedError

from bot.app import telegram_session
from bot.check_errors import provider_sentence, reason, telegram_sentence
from bot.settings import Settings
from bot.web import try_to_listen
from chat.sender import make_bot
from core.metrics import Metrics
from provider.client import MediaClient
from provider.errors import MediaError, Unauthorised
from storage.database import Database, DatabaseError, DatabaseLocked


class CheckFailed(Exception):
    """A check failed. The text says why, and how to repair it."""


async def check(settings: Settings) -> bool:
    """Print the results without a paid call. Return whether the bot can run."""
    print(
        f"ok    settings: updates by {settings.updates}, model {settings.gptunnel_model}, "
        f"source pictures go by {settings.resolved_source_images}"
    )
    parts: list[tuple[str, Callable[[Settings], Awaitable[str]]]] = [
        ("BOT_TOKEN", _telegram),
        ("GPTUNNEL_API_KEY", _provider),
        ("DATABASE_URL", _database),
        ("LISTEN", _listen),
    ]
    good = True
    for name, part in parts:
        try:
            print(f"ok    {name}: {await part(settings)}")
        except CheckFailed as error:
            print(f"FAIL  {name}: {error}")
            good = False
    return good


async def _telegram(settings: Settings) -> str:
    bot = make_bot(settings.bot_token.get_secret_value(), telegram_session(settings))
    try:
        me = await bot.get_me()
    except TelegramUnauthorizedError:
        raise CheckFailed("Telegram does not know this token; @BotFather shows the right one") from None
    except AiogramError as error:
        raise CheckFailed(telegram_sentence(settings.telegram_api_url, error)) from None
    finally:
        await bot.session.close()
    return f"this is @{me.username}"


async def _provider(settings: Settings) -> str:
    url, key, model = settings.gptunnel_api_url, settings.gptunnel_api_key, settings.gptunnel_model
    async with MediaClient(url=url, key=key, model=model, metrics=Metrics()) as client:
        try:
            balance = await client.balance()
        except Unauthorised:
            raise CheckFailed(
                "the provider does not accept this key; its account page shows the right one"
            ) from None
        except MediaError as error:
            raise CheckFailed(provider_sentence(url, error)) from None
    if balance <= 0:
        raise CheckFailed(f"the key is right, but the balance is {balance:.2f} roubles; top it up")
    return f"the key is right, the balance is {balance:.2f} roubles"


async def _database(settings: Settings) -> str:
    try:
        database = await Database.open(settings.database_url)
    except DatabaseLocked:
        return "in use by another process, which is right while the bot runs"
    except DatabaseError as error:
        raise CheckFailed(str(error)) from None
    await database.close()
    return f"{database.path} can be read and written"


async def _listen(settings: Settings) -> str:
    try:
        await try_to_listen(settings.listen_address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE and await _is_running(settings):
            return f"{settings.listen} is in use, which is right while the bot runs"
        raise CheckFailed(f"{settings.listen} cannot be used: {reason(error)}") from None
    return f"{settings.listen} is free"


async def _is_running(settings: Settings) -> bool:
    try:
        database = await Database.open(settings.database_url)
    except DatabaseError as error:
        return isinstance(error, DatabaseLocked)
    await database.close()
    return False
