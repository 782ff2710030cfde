"""Fixtures for tests of payments: one ledger for all tests of a module, emptied after each. New ones cost more.

The tests run in the event loop of the module.
"""

from collections.abc import AsyncIterator

import pytest_asyncio
import sqlalchemy as sa

from storage.database import Database
from storage.open_database import open_database
from storage.schema import metadata
from tests.support.payments_ledger import PaymentsLedger

_USED = (
    "star_",
    "subscription_",
    "credit_",
    "gift_",
    "accepted_",
    "requests",
    "batches",
    "quotas",
    "member_quotas",
    "key_values",
)
_TABLES = [table for table in metadata.sorted_tables if table.name.startswith(_USED)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_database(module_database_url: str) -> AsyncIterator[Database]:
    """Yield an open ledger for the tests of a module, on each database in turn."""
    database = await open_database(module_database_url)
    yield database
    await database.close()


def _empty(connection: sa.Connection) -> None:
    for table in _TABLES:
        connection.execute(sa.delete(table))


@pytest_asyncio.fixture(loop_scope="module")
async def ledger(module_database: Database) -> AsyncIterator[PaymentsLedger]:
    """Yield an empty ledger of payments: emptied after each test, which costs less than a new one."""
    yield PaymentsLedger(module_database)
    await module_database.write(_empty)
