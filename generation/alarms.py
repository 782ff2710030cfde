"""Alarms to the bot's admins about the key, the balance, the disk, the bucket, payments, backups and photo edits."""

import contextlib
from collections.abc import Collection
from enum import StrEnum

import structlog

from chat.errors import SendError
from chat.languages import LanguageResolver
from chat.sender import Sender
from core.background import Background
from core.clock import Clock
from core.metrics import Metrics
from core.options import SourceWay
from core.reply_target import ReplyTarget
from generation.circuit_breaker import OutageReason
from provider.client import MediaClient
from provider.errors import MediaError, OutOfMoney, Unauthorised
from storage.database_errors import StorageUnavailable
from storage.key_values import KeyValueStore

log = structlog.get_logger(__name__)

REPEAT_SECONDS = 3600.0
BALANCE_SECONDS = 600.0
_LOW_BALANCE, _WARNED = "low balance", "told"
"""The stored value that marks a low balance as reported, with its content."""


class Alarm(StrEnum):
    """The subject of an alarm."""

    KEY = "key"
    MONEY = "money"
    DISK = "disk"
    BUCKET = "bucket"
    PAYMENT = "payment"
    MISSED_PAYMENTS = "missed-payments"
    DEDUCTIONS = "deductions"
    BACKUP = "backup"


_OF_OUTAGE = {OutageReason.KEY: Alarm.KEY, OutageReason.MONEY: Alarm.MONEY}
"""Outages that only the operator can end."""


class Alarms:
    """Sends alarms to `admins`, each kind at most once an hour, restarts and other replicas included."""

    def __init__(
        self,
        *,
        client: MediaClient,
        sender: Sender,
        key_values: KeyValueStore,
        languages: LanguageResolver,
        clock: Clock,
        admins: Collection[int],
        low_balance: float,
        metrics: Metrics,
    ) -> None:
        self._client = client
        self._sender = sender
        self._key_values = key_values
        self._languages = languages
        self._clock = clock
        self._admins = sorted(admins)
        self._low_balance = low_balance
        self._metrics = metrics
        self._background = Background()
        self._sent_at: dict[Alarm, float] = {}

    def raise_for_outage(self, outage: OutageReason) -> None:
        """Send the alarm about an outage, if there is one."""
        if outage in _OF_OUTAGE:
            self.raise_alarm(_OF_OUTAGE[outage])

    def raise_alarm(self, alarm: Alarm) -> None:
        """Send an alarm in the background."""
        self._background.start(self._send_hourly(alarm))

    async def send(self, alarm: Alarm) -> bool:
        """Send an alarm. Return False if one of its kind was sent less than an hour ago, so that this one is not."""
        return await self._send_hourly(alarm)

    async def report_refused_way(self, refused: SourceWay, works: SourceWay | None) -> None:
        """Report that the provider refuses source pictures sent in a way, and the way that works instead."""
        for admin in self._admins:
            translate = await self._languages.translator(admin)
            if works is None:
                await self._send(admin, translate("source-ways-refused"))
            else:
                await self._send(
                    admin, translate("source-way-refused", refused=refused.value, works=works.value)
                )

    async def stop(self) -> None:
        """Stop the alarms that are being sent."""
        await self._background.stop()

    async def check_balance(self) -> None:
        """Check the balance once. Warn when it becomes low, and again only after it was not low."""
        try:
            balance = await self._client.balance()
        except (Unauthorised, OutOfMoney) as error:
            await self._send_hourly(Alarm.KEY if isinstance(error, Unauthorised) else Alarm.MONEY)
            return
        except MediaError as error:
            log.info("balance unknown", error=str(error))
            return
        self._metrics.balance.set(balance)
        low = balance < self._low_balance
        if low and await self._key_values.get(_LOW_BALANCE) != _WARNED:
            await self._key_values.set(_LOW_BALANCE, _WARNED)
            for admin in self._admins:
                translate = await self._languages.translator(admin)
                await self._send(admin, translate("low-balance", balance=int(balance)))
        elif not low:
            await self._key_values.set(_LOW_BALANCE, "")

    async def check_forever(self) -> None:
        """Check the balance every `BALANCE_SECONDS`."""
        while True:
            try:
                await self.check_balance()
            except StorageUnavailable as error:
                log.info("balance not checked", error=str(error))
            except Exception:
                log.exception("balance not checked")
            await self._clock.sleep(BALANCE_SECONDS)

    async def _send_hourly(self, alarm: Alarm) -> bool:
        """Send an alarm. Return False if an earlier one is not an hour old."""
        now = self._clock.now()
        if 0 <= now - self._sent_at.get(alarm, 0.0) < REPEAT_SECONDS:
            return False
        self._sent_at[alarm] = now
        with contextlib.suppress(StorageUnavailable):  # the alarm may be about the database
            if not await self._key_values.claim(f"alarm {alarm}", now, REPEAT_SECONDS):
                del self._sent_at[alarm]  # sent by an earlier process or another replica
                return False
        for admin in self._admins:
            translate = await self._languages.translator(admin)
            await self._send(admin, translate(f"alarm-{alarm}"))
        return True

    async def _send(self, admin: int, text: str) -> None:
        try:
            await self._sender.send_text(ReplyTarget(admin), text)
        except SendError as error:
            log.warning("admin not reached", admin=admin, error=str(error))
