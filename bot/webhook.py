"""The webhook at Telegram: set after a start, then watched for deliveries that failed."""

from datetime import datetime

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import WebhookInfo
from pydantic import SecretStr

from core.clock import Clock
from core.retries import backoff

log = structlog.get_logger(__name__)

FIRST_LOOK, LATER_LOOKS = 5.0, 600.0
"""Seconds between two looks at the deliveries: few at first, because a new set-up fails at once."""


class Webhook:
    """The webhook of one bot, for updates of the kinds `allowed`. Of several replicas the leader keeps it."""

    def __init__(
        self, *, bot: Bot, clock: Clock, url: str, secret: SecretStr, allowed: tuple[str, ...]
    ) -> None:
        self._bot = bot
        self._clock = clock
        self._url = url
        self._secret = secret
        self._allowed = allowed
        self.is_set = False
        """Whether Telegram has the webhook, as far as this process knows."""

    def rely_on_leader(self) -> None:
        """Take the webhook for set, because another replica leads. It stays set if this one leads later."""
        self.is_set = True

    async def keep(self) -> None:
        """Set the webhook, with retries, and then log each failed delivery that Telegram reports."""
        tries = 0
        while True:
            try:
                await self._bot.set_webhook(
                    self._url,
                    secret_token=self._secret.get_secret_value(),
                    allowed_updates=list(self._allowed),
                    drop_pending_updates=False,
                )
                break
            except AiogramError as error:
                tries += 1
                log.error("webhook not set", tries=tries, error=str(error))
                await self._clock.sleep(backoff(tries, first=1.0, longest=60.0))
        self.is_set = True
        log.info("webhook set")
        await _watch(self._bot, self._clock)


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
