"""Fixtures for the tests of the layer payments."""

from collections.abc import Awaitable, Callable

import pytest

from tests.support.emptied_ledger import ledger, module_database
from tests.support.payments_layer import PausingClock, Payments, until_paused
from tests.support.payments_ledger import PaymentsLedger

__all__ = ["ledger", "module_database"]


@pytest.fixture
def payments(ledger: PaymentsLedger) -> Payments:
    """Return the layer payments on an empty ledger, on each database in turn."""
    return Payments(ledger)


@pytest.fixture
def work(payments: Payments) -> Callable[[], Awaitable[float]]:
    """Return a function that starts a new worker and lets it do all that is to be done, once."""

    async def once() -> float:
        clock = PausingClock(payments.ledger.clock)
        return await until_paused(payments.worker(clock).run(), clock)

    return once
