"""`imagine-bot check`: tries the settings, the token, the key and the database, and prints one line for each."""

from collections.abc import Awaitable, Callable

from aiogram.exceptions import AiogramError, TelegramUnauthorizedError

from bot.app import telegram_session
from bot.check_failed import CheckFailed
from bot.network_check import connections, public_address, webhook_info
from bot.settings import Settings, Updates
from chat.sender import make_bot
from core.metrics import Metrics
from provider.client import MediaClient
from provider.errors import MediaError, Unauthorised
from storage.database import Database, DatabaseError, DatabaseLocked


async def check(settings: Settings) -> bool:
    """Print the results without a paid call. Return whether the bot can run."""
    print(
        f"ok    settings: updates by {settings.updates}, model {settings.gptunnel_model}, "
        f"source pictures go by {settings.resolved_source_images}"
    )
    parts: list[tuple[str, Callable[[Settings], Awaitable[str]]]] = [
        ("connections", connections),
        ("BOT_TOKEN", _telegram),
        ("GPTUNNEL_API_KEY", _provider),
        ("DATABASE_URL", _database),
    ]
    if settings.public_url is not None:
        parts.append(("PUBLIC_URL", public_address))
    if settings.updates is Updates.WEBHOOK:
        parts.append(("webhook", webhook_info))
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
        raise CheckFailed(f"{settings.telegram_api_url} does not answer ({type(error).__name__})") from None
    finally:
        await bot.session.close()
    return f"this is @{me.username}"


async def _provider(settings: Settings) -> str:
    url, key, model = settings.gptunnel_api_url, settings.gptunnel_api_key, settings.gptunnel_model
    async with MediaClient(
        url=url, key=key, model=model, metrics=Metrics(), proxies=settings.proxies
    ) as client:
        try:
            balance = await client.balance()
        except Unauthorised:
            raise CheckFailed(
                "the provider does not accept this key; its account page shows the right one"
            ) from None
        except MediaError as error:
            raise CheckFailed(f"{url} does not say the balance ({error})") from None
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
