"""Calls to Telegram after a start, repeated until they succeed: menus, descriptions and the bot's name."""

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

log = structlog.get_logger(__name__)


async def set_menus(*, menus: Menus, clock: Clock) -> None:
    """Set the command menus that have changed."""
    tries = 0
    while not await _try_to_set(menus):
        tries += 1
        await clock.sleep(backoff(tries, first=5.0, longest=600.0))
    log.info("menus set")


async def _try_to_set(menus: Menus) -> bool:
    try:
        return await menus.set_all()
    except StorageUnavailable as error:
        log.warning("menus not set", error=str(error))
        return False


async def set_descriptions(*, bot: Bot, clock: Clock, translations: Translations) -> None:
    """Set the descriptions that differ from the ones at Telegram."""
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
