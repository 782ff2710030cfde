"""What runs beside the bot: telling Telegram the webhook and the menus until it listens, and measuring the loop."""

import asyncio
from collections.abc import Collection

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from pydantic import SecretStr

from bot.raw_updates import ALLOWED
from chat import menu
from chat.translations import Translations
from core.clock import Clock
from core.metrics import Metrics
from generation.shielded_tasks import backoff
from storage.key_values import KeyValueStore

log = structlog.get_logger(__name__)

_LAG_EVERY = 0.1
STOOD_STILL = 1.0
"""Seconds late that are worth a word: the machine was overloaded, or stopped."""


async def set_webhook(bot: Bot, clock: Clock, url: str, secret: SecretStr) -> None:
    """Tell Telegram where to deliver, for as long as it takes to be heard."""
    tries = 0
    while True:
        try:
            await bot.set_webhook(
                url,
                secret_token=secret.get_secret_value(),
                allowed_updates=list(ALLOWED),
                drop_pending_updates=False,
            )
        except AiogramError as error:
            tries += 1
            log.error("webhook not set", tries=tries, error=str(error))
            await clock.sleep(backoff(tries, first=1.0, longest=60.0))
        else:
            log.info("webhook set")
            return


async def set_menus(
    bot: Bot, clock: Clock, key_values: KeyValueStore, translations: Translations, admins: Collection[int]
) -> None:
    """Tell Telegram the command menus, for as long as it takes to be heard."""
    tries = 0
    while not await menu.tell(bot, key_values, translations, admins):
        tries += 1
        await clock.sleep(backoff(tries, first=5.0, longest=600.0))
    log.info("menus set")


async def measure_lag(metrics: Metrics) -> None:
    """Note how late the event loop runs a timer, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _LAG_EVERY
        await asyncio.sleep(_LAG_EVERY)
        lag = max(0.0, loop.time() - due)
        metrics.loop_lag.observe(lag)
        if lag > STOOD_STILL:
            log.warning("the event loop stood still", seconds=round(lag, 1))
