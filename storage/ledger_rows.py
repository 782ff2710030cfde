"""The rows of a whole ledger, in batches that fit into memory, and a summary by which two ledgers are compared."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from storage.schema import metadata, rate_limits, replicas

Row = dict[str, Any]
BATCH = 500
"""Rows that are held in memory at once."""
TABLES = tuple(table for table in metadata.sorted_tables if table not in (replicas, rate_limits))
"""The tables of a ledger that mean something in another database: all but those of the processes on this one."""


@dataclass(frozen=True, slots=True)
class TableSummary:
    """The number of rows of a table, and the sum of their hashes, which does not depend on their order."""

    rows: int
    digest: int


def read_batches(connection: sa.Connection, table: sa.Table) -> Iterator[list[Row]]:
    """Yield the rows of a table as any database can store them: PostgreSQL refuses NUL in a text."""
    with connection.execute(sa.select(table), execution_options={"yield_per": BATCH}) as result:
        for rows in result.mappings().partitions():
            yield [{name: _storable(value) for name, value in row.items()} for row in rows]


def copy_rows(source: sa.Connection, target: sa.Connection, table: sa.Table) -> int:
    """Copy all rows of a table, and return their number."""
    rows = 0
    for batch in read_batches(source, table):
        target.execute(sa.insert(table), batch)
        rows += len(batch)
    return rows


def summarise(connection: sa.Connection, table: sa.Table) -> TableSummary:
    """Read a table and return its summary."""
    rows = digest = 0
    for batch in read_batches(connection, table):
        rows += len(batch)
        digest += sum(_digest(row) for row in batch)
    return TableSummary(rows, digest % 2**256)


def last_id(connection: sa.Connection, table: sa.Table, column: sa.Column[Any]) -> int:
    """Return the highest number that an SQLite ledger has given out for a column, or 0.

    SQLite remembers that of an AUTOINCREMENT column although the row is deleted (sqlite.org/autoinc.html). Buttons of
    old messages name such numbers, so they must not be given out again.
    """
    highest = connection.execute(sa.select(sa.func.max(column))).scalar() or 0
    remembered = connection.execute(
        sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name}
    ).scalar()
    return max(highest, remembered or 0)


def set_last_id(connection: sa.Connection, table: sa.Table, column: sa.Column[Any], number: int) -> None:
    """Let a PostgreSQL ledger give out the next number of a column after this one."""
    sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
    connection.execute(sa.select(sa.func.setval(sequence, max(number, 1), number > 0)))


def _storable(value: Any) -> Any:
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def _digest(row: Row) -> int:
    return int.from_bytes(hashlib.blake2b(repr(tuple(row.values())).encode(), digest_size=32).digest())
