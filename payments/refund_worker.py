"""Carries out the refunds that are intended, cancels the subscriptions that end with them, and tells users.

It tells of payments and refunds that their users do not know yet. The ledger holds all intents, so a restart goes on
with them. Among replicas the leader runs the worker.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from chat.errors import Rejected, SendError, Unreachable, Unsure
from chat.invoices import Invoices, RefundAnswer
from core.clock import Clock
from core.payments.refunds import Refund
from core.payments.subscriptions import SubscriptionStop
from core.retries import backoff
from payments.messages import PaymentMessages
from payments.reconciler import Reconciler
from payments.refund_requests import RefundRequests
from storage.charges import Charges
from storage.database_errors import StorageUnavailable
from storage.refunds import Refunds
from storage.subscription_stops import SubscriptionStops

log = structlog.get_logger(__name__)

UNTOLD_SECONDS = 120.0
"""Age from which the leader confirms a payment, because another replica may be about to."""
_LONGEST_PAUSE = 60.0
"""Longest time between two tries after errors."""


class RefundWorker:
    """Refunds charges, cancels subscriptions and tells users.

    `look_seconds` is the time between two looks for refunds that other replicas intended, None for a single process.
    """

    def __init__(
        self,
        *,
        charges: Charges,
        refunds: Refunds,
        stops: SubscriptionStops,
        invoices: Invoices,
        messages: PaymentMessages,
        requests: RefundRequests,
        reconciler: Reconciler,
        clock: Clock,
        look_seconds: float | None,
    ) -> None:
        self._charges = charges
        self._refunds = refunds
        self._stops = stops
        self._invoices = invoices
        self._messages = messages
        self._requests = requests
        self._reconciler = reconciler
        self._clock = clock
        self._look_seconds = look_seconds
        self._woken = asyncio.Event()
        self._unsure = True
        """Whether an intended refund may have been carried out, by this process or by an earlier one."""

    def wake(self) -> None:
        """Look for a refund or a payment to tell about now."""
        self._woken.set()

    async def run(self) -> None:
        """Refund and tell, until cancelled."""
        self._unsure, failures = True, 0
        while True:
            self._woken.clear()
            try:
                complete = await self._work()
            except (StorageUnavailable, SendError) as error:
                log.info("refunds interrupted", error=str(error))
                complete = False
            except Exception:
                log.exception("refunds interrupted")
                complete = False
            failures = 0 if complete else failures + 1
            pause = backoff(failures, first=1.0, longest=_LONGEST_PAUSE) if failures else self._look_seconds
            await self._wait(pause)

    async def _work(self) -> bool:
        """Do all that is to be done. Return False if something is left."""
        intended = await self._refunds.intended()
        if intended and self._unsure:
            await self._reconciler.run()  # records the refunds that Telegram has carried out
            self._unsure = False
            intended = await self._refunds.intended()
        ended = [await self._refund(refund) for refund in intended]
        ended += [await self._stop(stop) for stop in await self._stops.open()]
        for credited in await self._charges.untold():
            charge = credited.charge
            if self._look_seconds is None or self._clock.now() - charge.paid_at > UNTOLD_SECONDS:
                ended.append(await self._tell(self._messages.tell_charge, charge.user_id, charge.id))
        for refund in await self._refunds.untold():
            ended.append(await self._tell(self._messages.tell_refund, refund.user_id, refund.charge_id))
        await self._requests.send_waiting()
        return all(ended)

    async def _tell(self, tell: Callable[[int, str], Awaitable[None]], user_id: int, charge_id: str) -> bool:
        """Send a message about a charge. Return False if Telegram does not take it now: the others go on."""
        try:
            await tell(user_id, charge_id)
        except SendError as error:
            log.warning("message about a payment not sent", charge=charge_id, user=user_id, error=str(error))
            return False
        return True

    async def _refund(self, refund: Refund) -> bool:
        """Refund a charge and record the answer. Return False without a certain answer."""
        try:
            answer = await self._invoices.refund(refund.user_id, refund.charge_id)
        except SendError as error:
            log.warning("refund not answered", charge=refund.charge_id, error=str(error))
            self._unsure = self._unsure or isinstance(error, Unsure)
            return False
        if answer is RefundAnswer.REFUNDED:
            await self._refunds.done(refund.charge_id)
        else:
            await self._refunds.refuse(refund.charge_id)
        log.info("refund ended", charge=refund.charge_id, user=refund.user_id, answer=answer)
        return True

    async def _stop(self, stop: SubscriptionStop) -> bool:
        """Cancel a subscription and record the answer. Return False without a certain answer.

        A repeated call changes nothing. A cancel that Telegram refuses is tried again with the next refunded payment.
        """
        try:
            await self._invoices.edit_subscription(stop.user_id, stop.charge_id, canceled=True)
        except (Rejected, Unreachable) as error:
            log.error(
                "Telegram refuses to cancel a subscription",
                charge=stop.charge_id,
                user=stop.user_id,
                error=str(error),
            )
        except SendError as error:
            log.warning("subscription not canceled", charge=stop.charge_id, error=str(error))
            return False
        else:
            log.info("subscription canceled", charge=stop.charge_id, user=stop.user_id)
        await self._stops.done(stop)
        return True

    async def _wait(self, seconds: float | None) -> None:
        """Wait until something is to be done, for at most some seconds."""
        woken = asyncio.ensure_future(self._woken.wait())
        late = {asyncio.ensure_future(self._clock.sleep(seconds))} if seconds is not None else set()
        try:
            await asyncio.wait({woken} | late, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiting in (woken, *late):
                waiting.cancel()
