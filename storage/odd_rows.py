"""Rows that refer to rows which are gone, rows that wait too long, and indexes that are missing or damaged."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from storage.oddities import Fix, Oddity, change
from storage.schema import (
    answers,
    batches,
    comparisons,
    drafts,
    exports,
    inbox,
    metadata,
    report_messages,
    reports,
    requests,
    scheduled_deletions,
    star_charges,
    sticker_sets,
    stickers,
    subscription_stops,
)

_DAY = 86_400.0
_DELETABLE = 2 * _DAY
"""Age in seconds up to which Telegram deletes a message of a bot (Bot API, deleteMessage)."""
_REFERENCES: tuple[tuple[str, sa.Column[Any], sa.Column[Any]], ...] = (
    ("answers to a question", answers.c.draft_id, drafts.c.id),
    ("comparisons", comparisons.c.edit_id, requests.c.id),
    ("stickers", stickers.c.request_id, requests.c.id),
    ("stickers", stickers.c.set_name, sticker_sets.c.name),
    ("copies of a report", report_messages.c.report_id, reports.c.id),
    ("batches", batches.c.id, requests.c.batch_id),
    ("subscriptions to cancel", subscription_stops.c.charge_id, star_charges.c.id),
)
"""Columns that name a row of another table, which is deleted together with these rows.

`comparisons.shown_id`, `requests.parent_id`, `reports.request_id` and `credit_entries.request_id` are not among them:
their rows outlive a deleted picture.
"""
_INVALID = sa.text(
    "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " WHERE NOT i.indisvalid AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname"
)


def find_orphans(connection: sa.Connection, _now: float) -> Iterator[Oddity]:
    """Yield rows that refer to a row which is gone, counted by table."""
    for name, column, target in _REFERENCES:
        orphan = sa.and_(column.is_not(None), ~sa.exists().where(target == column))
        number = connection.execute(
            sa.select(sa.func.count()).select_from(column.table).where(orphan)
        ).scalar_one()
        if number:
            statement = sa.delete(_table(column)).where(orphan)
            yield Oddity(
                f"{number} {name}: the {_table(target).name} that they belong to are gone",
                change(statement, f"{number} {name} without {_table(target).name} are deleted"),
            )


def find_waiting_rows(connection: sa.Connection, now: float) -> Iterator[Oddity]:
    """Yield updates, exports and deletions that wait for longer than a bot that runs lets them wait."""
    old = sa.and_(inbox.c.payload.is_not(None), inbox.c.received_at < now - _DAY)
    number = connection.execute(sa.select(sa.func.count()).select_from(inbox).where(old)).scalar_one()
    if number:
        yield Oddity(f"{number} updates of Telegram wait for more than a day; a bot that runs handles them")
    waiting = sa.and_(exports.c.finished_at.is_(None), exports.c.asked_at < now - _DAY)
    for row in connection.execute(sa.select(exports.c.id, exports.c.user_id).where(waiting)):
        yield Oddity(
            f"export {row.id} of user {row.user_id} waits for more than a day; a bot that runs sends it"
        )
    late = scheduled_deletions.c.due_at < now - _DELETABLE
    number = connection.execute(
        sa.select(sa.func.count()).select_from(scheduled_deletions).where(late)
    ).scalar_one()
    if number:
        yield Oddity(
            f"{number} messages should have been deleted more than two days ago, and Telegram refuses it now",
            change(sa.delete(scheduled_deletions).where(late), f"{number} overdue deletions are given up"),
        )


def find_wrong_schema(connection: sa.Connection, _now: float) -> Iterator[Oddity]:
    """Yield tables, columns and indexes that the ledger lacks. An index can be made again."""
    inspector = sa.inspect(connection)
    present = set(inspector.get_table_names())
    for table in metadata.sorted_tables:
        if table.name not in present:
            yield Oddity(f"the table {table.name} is missing; restore a backup")
            continue
        lacking = {column.name for column in table.columns} - {
            column["name"] for column in inspector.get_columns(table.name)
        }
        if lacking:
            yield Oddity(f"the table {table.name} lacks {', '.join(sorted(lacking))}; restore a backup")
        indexes = {index["name"] for index in inspector.get_indexes(table.name)}
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            if index.name not in indexes:
                yield Oddity(f"the index {index.name} is missing, so the bot gets slow", _create(index))


def find_damage(connection: sa.Connection, _now: float) -> Iterator[Oddity]:
    """Yield damage of the SQLite file, and indexes of PostgreSQL that are not valid."""
    if connection.dialect.name == "sqlite":
        found = list(connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars())
        for line in found:
            if line == "ok":
                continue
            in_index = "index" in line.lower()
            yield Oddity(
                f"the file is damaged: {line}" + ("" if in_index else "; restore a backup"),
                _reindex("REINDEX", "all indexes are made again") if in_index else None,
            )
    else:
        for name in connection.execute(_INVALID).scalars():
            yield Oddity(
                f"the index {name} is not valid",
                _reindex(f'REINDEX INDEX "{name}"', f"the index {name} is made again"),
            )


def _reindex(statement: str, done: str) -> Fix:
    def fix(connection: sa.Connection) -> str:
        connection.exec_driver_sql(statement)
        return done

    return fix


def _create(index: sa.Index) -> Fix:
    def fix(connection: sa.Connection) -> str:
        # The tables name the condition for SQLite only, and it holds on PostgreSQL, too (storage.schema).
        index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]
        index.create(connection)
        return f"the index {index.name} is made again"

    return fix


def _table(column: sa.Column[Any]) -> sa.Table:
    table = column.table
    assert isinstance(table, sa.Table)  # noqa: S101 - the columns above are those of tables
    return table
