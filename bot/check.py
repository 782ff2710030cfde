"""`imagine-bot check`: tries settings, connections, keys, model, ledger and addresses, and prints one line for each."""

import contextlib
import errno
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from bot.app import telegram_session
from bot.check_clients import media_client
from bot.check_database import check_database
from bot.check_errors import provider_sentence, reason
from bot.check_failed import CheckFailed, NotChecked
from bot.check_replicas import check_engine, check_replicas
from bot.check_sources import EditsRefused, WaysUnknown, check_photo_edits
from bot.network_check import connections, public_address, webhook_info
from bot.setting_choices import Updates
from bot.settings import ADMIN_PATH, Settings
from bot.telegram_identity import identify, modes_off
from bot.web import try_to_listen
from chat.sender import make_bot
from provider.errors import MediaError, NotAccepted, ProtocolError, Unauthorised
from storage.backup_folder import BackupFolder
from storage.database_errors import DatabaseError, DatabaseLocked
from storage.open_database import open_database
from storage.sqlite_file import sqlite_path


async def check(settings: Settings) -> bool:
    """Print the results without a paid call. Return whether the bot can run."""
    print(
        f"ok    settings: updates by {settings.updates}, model {settings.gptunnel_model}, "
        f"source pictures go by {', then '.join(settings.source_ways)}"
    )
    parts: list[tuple[str, Callable[[Settings], Awaitable[str]]]] = [
        ("connections", connections),
        ("BOT_TOKEN", _telegram),
        ("GPTUNNEL_API_KEY", _key),
        ("GPTUNNEL_MODEL", _model),
        ("photo edits", _photo_edits),
        ("DATABASE_URL", check_database),
        ("LISTEN", _listen),
    ]
    if settings.backup_dir is not None:
        parts.append(("BACKUP_DIR", _backup_dir))
    if settings.metrics_address is not None:
        parts.append(("METRICS_LISTEN", _listen_for_metrics))
    if settings.uses_dbos:
        parts += [("ENGINE", check_engine), ("replicas", check_replicas)]
    if settings.public_url is not None:
        parts.append(("PUBLIC_URL", public_address))
    if settings.admin_login is not None:
        parts.append(("ADMIN_LOGIN", _admin_page))
    if settings.updates is Updates.WEBHOOK:
        parts.append(("webhook", webhook_info))
    good = True
    for name, part in parts:
        try:
            print(f"ok    {name}: {await part(settings)}")
        except CheckFailed as error:
            print(f"FAIL  {name}: {error}")
            good = False
        except NotChecked as error:
            print(f"skip  {name}: {error}")
    return good


async def _telegram(settings: Settings) -> str:
    bot = make_bot(settings.bot_token.get_secret_value(), telegram_session(settings))
    try:
        me = await identify(bot, settings)
    finally:
        await bot.session.close()
    # A mode that is off is a choice, so it is neither ok nor a failure.
    return "\n".join(
        [f"this is @{me.username}", *(f"info  {name}: {text}" for name, text in modes_off(me).items())]
    )


async def _key(settings: Settings) -> str:
    proved = False
    async with media_client(settings) as client:
        try:
            with contextlib.suppress(NotAccepted, ProtocolError):  # the balance may prove the key instead
                await client.models()
                proved = True
            balance = await client.balance()
        except Unauthorised:
            raise CheckFailed(
                "the provider does not accept this key; its account page shows the right one"
            ) from None
        except MediaError as error:
            if proved:
                return f"the key is right; the balance is not known ({error})"
            raise CheckFailed(provider_sentence(settings.gptunnel_api_url, error)) from None
    if balance <= 0:
        raise CheckFailed(f"the key is right, but the balance is {balance:.2f} roubles; top it up")
    return f"the key is right, the balance is {balance:.2f} roubles"


async def _photo_edits(settings: Settings) -> str:
    try:
        return await check_photo_edits(settings)
    except EditsRefused as error:
        raise CheckFailed(str(error)) from None
    except WaysUnknown as error:
        raise NotChecked(str(error)) from None


async def _model(settings: Settings) -> str:
    async with media_client(settings) as client:
        try:
            models = await client.models()
        except MediaError as error:
            raise NotChecked(f"the provider does not list the models of this key ({error})") from None
    if not models:
        raise NotChecked("the provider lists no models")
    if settings.gptunnel_model not in models:
        raise CheckFailed(f"the key may not use {settings.gptunnel_model}; it may use {', '.join(models)}")
    return f"the key may use {settings.gptunnel_model}"


async def _admin_page(settings: Settings) -> str:
    host = urlsplit(settings.public_url or "").hostname
    return (
        f"the page is {settings.public_url}{ADMIN_PATH}/; if /admin has no button for it, send /setdomain to "
        f"@BotFather and link {host} to the bot"
    )


async def _backup_dir(settings: Settings) -> str:
    assert settings.backup_dir is not None, "the caller has checked that"  # noqa: S101
    folder = BackupFolder(folder=settings.backup_dir, ledger=sqlite_path(settings.database_url))
    try:
        folder.prepare()
        newest = folder.newest(datetime.now(UTC))
    except DatabaseError as error:
        raise CheckFailed(str(error)) from None
    last = "no copy yet" if newest is None else f"the last copy is of {newest:%Y-%m-%d %H:%M} UTC"
    return f"{settings.backup_dir} can be written, {last}"


async def _listen(settings: Settings) -> str:
    return await _try_address(settings, settings.listen, settings.listen_address)


async def _listen_for_metrics(settings: Settings) -> str:
    address = settings.metrics_address
    assert address is not None, "the caller has checked that"  # noqa: S101
    return await _try_address(settings, str(settings.metrics_listen), address)


async def _try_address(settings: Settings, written: str, address: tuple[str, int]) -> str:
    try:
        await try_to_listen(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE and await _is_running(settings):
            return f"{written} is in use, which is right while the bot runs"
        raise CheckFailed(f"{written} cannot be used: {reason(error)}") from None
    return f"{written} is free"


async def _is_running(settings: Settings) -> bool:
    try:
        database = await open_database(settings.database_url)
    except DatabaseError as error:
        return isinstance(error, DatabaseLocked)
    await database.close()
    return False
