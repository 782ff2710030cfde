"""Calls to Telegram after a start, repeated until they succeed: menus, descriptions and the bot's name."""

import asyncio

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError

from chat import profile
from chat.bot_switches import BotSwitches
from chat.menu import Menus
from chat.translations import Translations
from core.clock import Clock
from core.retries import backoff
from storage.database_errors import StorageUnavailable
from storage.key_values import KeyValueStore

log = structlog.get_logger(__name__)


LATER_SECONDS = 10.0
"""Time after a restart in which the bot answers what has waited, before it compares its profile at Telegram."""


async def set_profile(
    *, menus: Menus, bot: Bot, key_values: KeyValueStore, clock: Clock, translations: Translations
) -> None:
    """Set the command menus and descriptions that differ from the ones at Telegram.

    That takes some forty calls, so a bot that has set its menus once makes them later after a restart.
    """
    name = f"menus set {bot.id}"
    if await _is_stored(key_values, name):
        await clock.sleep(LATER_SECONDS)
    # The texts of all languages are sent. To load them here would stop the event loop.
    await asyncio.to_thread(translations.load_all)
    await asyncio.gather(
        _set_menus(menus=menus, clock=clock, key_values=key_values, name=name),
        _set_descriptions(bot=bot, clock=clock, translations=translations),
    )


async def _is_stored(key_values: KeyValueStore, name: str) -> bool:
    try:
        return await key_values.get(name) is not None
    except StorageUnavailable:
        return False


async def _set_menus(*, menus: Menus, clock: Clock, key_values: KeyValueStore, name: str) -> None:
    tries = 0
    while not await _try_to_set(menus, key_values, name):
        tries += 1
        await clock.sleep(backoff(tries, first=5.0, longest=600.0))
    log.info("menus set")


async def _try_to_set(menus: Menus, key_values: KeyValueStore, name: str) -> bool:
    try:
        if is_set := await menus.set_all():
            await key_values.set(name, "")
    except StorageUnavailable as error:
        log.warning("menus not set", error=str(error))
        return False
    else:
        return is_set


async def _set_descriptions(*, bot: Bot, clock: Clock, translations: Translations) -> None:
    tries = 0
    while not await profile.set_descriptions(bot, translations):
        tries += 1
        await clock.sleep(backoff(tries, first=5.0, longest=600.0))


async def learn_name(*, bot: Bot, clock: Clock, switches: BotSwitches) -> None:
    """Log the link under which users find the bot, and take over its switches at BotFather.

    The reason for an outage of Telegram is logged elsewhere.
    """
    tries = 0
    while True:
        try:
            me = await bot.me()
        except AiogramError:
            tries += 1
            await clock.sleep(backoff(tries, first=1.0, longest=60.0))
        else:
            switches.update(me)
            log.info("users can write to the bot", link=switches.address, name=me.full_name)
            return
