"""Fixtures for the tests of the storage of payments."""

from tests.support.emptied_ledger import ledger, module_database

__all__ = ["ledger", "module_database"]
