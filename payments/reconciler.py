"""Compares Telegram's list of Star transactions with the ledger: at each start and every hour."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from chat.errors import SendError
from chat.invoices import PAGE, Invoices
from core.clock import Clock
from core.metrics import Metrics
from core.payments.credits import DAY
from core.payments.transactions import PageResult, Transaction, TransactionKind
from storage.charges import Charges
from storage.database_errors import StorageUnavailable
from storage.reconciliation import Find, Reconciliation

log = structlog.get_logger(__name__)

HOUR = 3600.0
RETRY_SECONDS = 60.0
UPDATE_SECONDS = 3.0
"""Time that the update of an unknown payment gets to arrive before the payment counts as missed."""
_CLOCKS_DIFFER_SECONDS = HOUR
"""Time by which Telegram's clock may be behind this one when the first comparison begins."""
_RECENT_SECONDS = 60.0
"""Age up to which the update of a transaction may be on its way."""


class Reconciler:
    """Credits payments and records refunds that no update reported.

    `on_find` reports to the admins that some were found, and returns whether it has. Otherwise, and after a kill, it is
    called again after the next run. A return of Stars that fits no payment is only reported. `on_change` is called if
    users are to be told, and once an hour.
    """

    def __init__(
        self,
        *,
        reconciliation: Reconciliation,
        charges: Charges,
        invoices: Invoices,
        metrics: Metrics,
        clock: Clock,
        on_find: Callable[[Find], Awaitable[bool]],
        on_change: Callable[[], None],
    ) -> None:
        self._reconciliation = reconciliation
        self._charges = charges
        self._invoices = invoices
        self._metrics = metrics
        self._clock = clock
        self._on_find = on_find
        self._on_change = on_change
        self._lock = asyncio.Lock()
        self._expected_seconds = DAY
        """Age up to which an update may be expected. In the first run that is the day for which Telegram keeps it."""

    async def run_hourly(self) -> None:
        """Compare now and every hour, until cancelled. After an error it tries again in a minute."""
        while True:
            await self._clock.sleep(HOUR if await self._try_to_run() else RETRY_SECONDS)

    async def run(self) -> None:
        """Compare the rest of the list once. Raises SendError and StorageUnavailable."""
        async with self._lock:
            await self._reconciliation.begin(self._clock.now() - _CLOCKS_DIFFER_SECONDS)
            offset: int | None = await self._reconciliation.next_offset()
            while offset is not None:
                page = await self._invoices.transactions(offset)
                await self._wait_for_updates(page)
                result = await self._reconciliation.apply(offset, page, PAGE)
                self._note(result)
                offset = result.next_offset
            self._expected_seconds = _RECENT_SECONDS
            await self._measure()

    async def _try_to_run(self) -> bool:
        try:
            await self.run()
            self._on_change()  # whatever could not be sent is tried again once an hour
            await self._report()
        except (SendError, StorageUnavailable) as error:
            log.warning("transactions not compared", error=str(error))
            return False
        except Exception:
            log.exception("transactions not compared")
            return False
        return True

    async def _report(self) -> None:
        """Report what the ledger has from the list and was not reported, by whichever process it was found."""
        for find in Find:
            found = await self._reconciliation.found(find)
            if found > await self._reconciliation.reported(find) and await self._on_find(find):
                await self._reconciliation.set_reported(find, found)

    async def _wait_for_updates(self, page: list[Transaction]) -> None:
        """Let updates that may be on their way arrive first: their payments are not missed."""
        since = self._clock.now() - self._expected_seconds
        recent = {one.id for one in page if one.kind is TransactionKind.PAYMENT and one.at >= since}
        if recent and recent - await self._charges.known(sorted(recent)):
            await self._clock.sleep(UPDATE_SECONDS)

    def _note(self, result: PageResult) -> None:
        """Log and count what a page had that the ledger did not know."""
        if result.restarted:
            log.error("the list of transactions is not the remembered one, so all of it is read again")
        for credited in result.credited:
            charge = credited.charge
            log.error("missed payment found", charge=charge.id, user=charge.user_id, stars=charge.stars)
            self._metrics.missed_payments.labels("payment").inc()
        for refund in result.refunded:
            log.error("missed refund found", charge=refund.charge_id, user=refund.user_id)
            self._metrics.missed_payments.labels("refund").inc()
        for one in result.deducted:
            log.error("Stars left the bot for no known payment", transaction=one.id, stars=one.stars)
            self._metrics.missed_payments.labels("deduction").inc()
        if result.credited or result.refunded:
            self._on_change()

    async def _measure(self) -> None:
        """Show the sums of the ledger as metrics: Stars that arrived, after the shares of affiliates, and refunds."""
        takings = await self._charges.takings()
        self._metrics.stars.labels("paid").set(takings.stars)
        self._metrics.stars.labels("arrived").set(takings.income)
        self._metrics.stars.labels("refunded").set(takings.refunded)
