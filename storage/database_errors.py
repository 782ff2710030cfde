"""The errors of the ledger."""


class DatabaseError(Exception):
    """The database cannot be used."""


class DatabaseLocked(DatabaseError):
    """Another process uses this database."""


class StorageUnavailable(DatabaseError):
    """The disk is full, read-only or failing. Nothing was stored, and a later retry is safe."""
