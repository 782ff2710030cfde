"""Tells the bot's admins what only they can mend: the key, the money, the disk."""

import contextlib
from collections.abc import Collection
from enum import StrEnum

import structlog

from chat.errors import SendError
from chat.sender import Sender
from chat.translations import Translations, Translator
from core.background import Background
from core.clock import Clock
from core.reply_target import ReplyTarget
from generation.circuit_breaker import OutageReason
from provider.client import MediaClient
from provider.errors import MediaError, OutOfMoney, Unauthorised
from storage.database import StorageUnavailable
from storage.key_values import KeyValueStore
from storage.preferences import Preferences

log = structlog.get_logger(__name__)

AT_MOST_EVERY = 3600.0
BALANCE_EVERY = 600.0


class Alarm(StrEnum):
    """What is told."""

    KEY = "key"
    MONEY = "money"
    DISK = "disk"


_OF_PROVIDER = {OutageReason.KEY: Alarm.KEY, OutageReason.MONEY: Alarm.MONEY}
"""An outage is the provider's own to mend."""


class Alarms:
    """Speaks to `admins`, about one kind of trouble at most once an hour, restarts included."""

    def __init__(
        self,
        media: MediaClient,
        sender: Sender,
        key_values: KeyValueStore,
        preferences: Preferences,
        translations: Translations,
        clock: Clock,
        *,
        admins: Collection[int],
        low_balance: float,
    ) -> None:
        self._media = media
        self._sender = sender
        self._facts = key_values
        self._preferences = preferences
        self._translations = translations
        self._clock = clock
        self._admins = sorted(admins)
        self._low_balance = low_balance
        self._background = Background()
        self._told_at: dict[Alarm, float] = {}

    def provider_in(self, trouble: OutageReason) -> None:
        """Tell of what holds creates back."""
        if trouble in _OF_PROVIDER:
            self.raise_for(_OF_PROVIDER[trouble])

    def raise_for(self, alarm: Alarm) -> None:
        """Tell of something, in the background."""
        self._background.start(self._tell_hourly(alarm))

    def start(self) -> None:
        """Look at the balance now and then."""
        self._background.start(self._watch())

    async def stop(self) -> None:
        """Fall silent."""
        await self._background.stop()

    async def look(self) -> None:
        """Look at the balance once: warn once when it is low, and again only after it was not."""
        try:
            balance = await self._media.balance()
        except (Unauthorised, OutOfMoney) as error:
            await self._tell_hourly(Alarm.KEY if isinstance(error, Unauthorised) else Alarm.MONEY)
            return
        except MediaError as error:
            log.info("balance not known", error=str(error))
            return
        low = balance < self._low_balance
        if low and await self._facts.get("low balance") != "told":
            await self._facts.set("low balance", "told")
            for admin in self._admins:
                translate = await self._translator(admin)
                await self._say(admin, translate("low-balance", balance=int(balance)))
        elif not low:
            await self._facts.set("low balance", "")

    async def _watch(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("balance not looked at")
            await self._clock.sleep(BALANCE_EVERY)

    async def _tell_hourly(self, alarm: Alarm) -> None:
        name, now = f"alarm {alarm}", self._clock.now()
        told_at = self._told_at.get(alarm) or float(await self._facts.get(name) or 0.0)
        if 0 <= now - told_at < AT_MOST_EVERY:
            return
        self._told_at[alarm] = now
        with contextlib.suppress(StorageUnavailable):  # of the disk this very alarm may speak
            await self._facts.set(name, str(now))
        for admin in self._admins:
            translate = await self._translator(admin)
            await self._say(admin, translate(f"alarm-{alarm}"))

    async def _translator(self, admin: int) -> Translator:
        return self._translations.of((await self._preferences.of(admin)).language)

    async def _say(self, admin: int, words: str) -> None:
        try:
            await self._sender.send_text(ReplyTarget(admin), words)
        except SendError as error:
            log.warning("admin not told", admin=admin, error=str(error))
