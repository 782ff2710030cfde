"""Calls to Telegram after a start, repeated until they succeed: the command menus."""

from collections.abc import Collection

import structlog
from aiogram import Bot

from chat import menu
from chat.translations import Translations
from core.clock import Clock
from core.retries import backoff
from storage.key_values import KeyValueStore

log = structlog.get_logger(__name__)


async def set_menus(
    *,
    bot: Bot,
    clock: Clock,
    key_values: KeyValueStore,
    translations: Translations,
    admins: Collection[int],
) -> None:
    """Set the command menus that have changed."""
    tries = 0
    while not await menu.set_menus(bot, key_values, translations, admins):
        tries += 1
        await clock.sleep(backoff(tries, first=5.0, longest=600.0))
    log.info("menus set")
