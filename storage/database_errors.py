"""The errors of the ledger."""


class DatabaseError(Exception):
    """The database cannot be used."""


class DatabaseLocked(DatabaseError):
    """Another process uses this database."""


class StorageUnavailable(DatabaseError):
    """The database refuses a unit, for example because the disk is full. Nothing was stored, and a retry is safe."""


class StorageUnreachable(StorageUnavailable):
    """The connection to the database is lost. The unit may have been stored all the same."""
