"""Locks inside a unit of work, for databases that run several units at the same time."""

import sqlalchemy as sa

_HOLD = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def hold(connection: sa.Connection, kind: str, number: int | str) -> None:
    """Keep units that hold the same lock out until the end of the transaction. SQLite runs one unit at a time."""
    if connection.dialect.name == "postgresql":
        connection.execute(_HOLD, {"name": f"imagine {kind} {number}"})
