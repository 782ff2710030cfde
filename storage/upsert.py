"""INSERT … ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy builds with a class for each of them.

Statements are built with the classes for SQLite and converted when they are first compiled for PostgreSQL, so that a
start on SQLite does not import the dialect of PostgreSQL, which takes 0.1 s of CPU.
"""

from typing import Any

from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.dialects.sqlite.dml import OnConflictDoNothing, OnConflictDoUpdate
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

__all__ = ["insert"]


@compiles(OnConflictDoNothing, "postgresql")
def _do_nothing(clause: OnConflictDoNothing, compiler: SQLCompiler, **options: Any) -> str:
    from sqlalchemy.dialects.postgresql import dml  # noqa: PLC0415 - only on PostgreSQL

    same = dml.OnConflictDoNothing(index_elements=clause.inferred_target_elements)
    return compiler.process(same, **options)


@compiles(OnConflictDoUpdate, "postgresql")
def _do_update(clause: OnConflictDoUpdate, compiler: SQLCompiler, **options: Any) -> str:
    from sqlalchemy.dialects.postgresql import dml  # noqa: PLC0415 - only on PostgreSQL

    same = dml.OnConflictDoUpdate(
        index_elements=clause.inferred_target_elements,
        set_=dict(clause.update_values_to_set),
        where=clause.update_whereclause,
    )
    return compiler.process(same, **options)
