"""The webhook at Telegram: set after a start, then watched for deliveries that failed."""

from datetime import datetime

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import WebhookInfo
from pydantic import SecretStr

from bot.raw_updates import ALLOWED
from core.clock import Clock
from core.retries import backoff

log = structlog.get_logger(__name__)

FIRST_LOOK, LATER_LOOKS = 5.0, 600.0
"""Seconds between two looks at the deliveries: few at first, because a new set-up fails at once."""


async def set_webhook(*, bot: Bot, clock: Clock, url: str, secret: SecretStr) -> None:
    """Set the webhook, with retries, and then log each failed delivery that Telegram reports."""
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
            break
    log.info("webhook set")
    await _watch(bot, clock)


async def _watch(bot: Bot, clock: Clock) -> None:
    """Log the last failed delivery whenever it is a new one."""
    looks, last = 0, None
    while True:
        try:
            info = await bot.get_webhook_info()
        except AiogramError as error:
            log.warning("webhook not checked", error=str(error))
        else:
            if info.last_error_message and info.last_error_date != last:
                last = info.last_error_date
                log.warning(
                    "updates not delivered",
                    error=describe_last_error(info),
                    waiting=info.pending_update_count,
                )
        looks += 1
        await clock.sleep(backoff(looks, first=FIRST_LOOK, longest=LATER_LOOKS))


def describe_last_error(info: WebhookInfo) -> str:
    """Return the last failed delivery as Telegram reports it, with its time."""
    at = info.last_error_date
    when = f" at {at:%Y-%m-%d %H:%M} UTC" if isinstance(at, datetime) else ""
    return f"Telegram's last delivery failed{when}: {info.last_error_message}"
