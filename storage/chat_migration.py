"""The change of a group's id when Telegram turns it into a supergroup."""

import sqlalchemy as sa

from storage.batches import move_batches
from storage.database import Database
from storage.reports import move_reports
from storage.schema import (
    answers,
    comparisons,
    drafts,
    group_words,
    member_quotas,
    preferences,
    quotas,
    requests,
    searches,
)
from storage.upsert import insert


async def migrate_chat(database: Database, old: int, new: int) -> None:
    """Move all rows of a chat to its new id in one transaction. Repeating it changes nothing.

    The ids of results, comparisons, answers, open questions and reported messages are dropped: they belong to the old
    chat, and the new chat numbers its messages anew.
    """

    def unit(connection: sa.Connection) -> None:
        moved = sa.update(requests).where(requests.c.chat_id == old)
        status = sa.case((requests.c.asked_at.is_(None), requests.c.status_message_id), else_=None)
        connection.execute(moved.values(chat_id=new, result_message_id=None, status_message_id=status))
        connection.execute(sa.delete(comparisons).where(comparisons.c.chat_id == old))
        move_batches(connection, old, new)
        move_reports(connection, old, new)
        connection.execute(sa.update(drafts).where(drafts.c.chat_id == old).values(chat_id=new))
        connection.execute(sa.delete(answers).where(answers.c.chat_id == old))
        for table in (requests, drafts, searches):
            connection.execute(sa.update(table).where(table.c.user_id == old).values(user_id=new))
        _migrate_preferences(connection, old, new)
        _migrate_units(connection, quotas, quotas.c.subject_id, old, new)
        _migrate_units(connection, member_quotas, member_quotas.c.chat_id, old, new)
        _migrate_words(connection, old, new)

    await database.write(unit)


def _migrate_units(
    connection: sa.Connection, table: sa.Table, subject: sa.Column[int], old: int, new: int
) -> None:
    """Add the units of the old id to those that the new id has already."""
    key = list(table.primary_key.columns)
    for row in connection.execute(sa.select(table).where(subject == old)).all():
        more = insert(table).values(row._asdict() | {subject.name: new})
        connection.execute(
            more.on_conflict_do_update(index_elements=key, set_={"used": table.c.used + row.used})
        )
    connection.execute(sa.delete(table).where(subject == old))


def _migrate_words(connection: sa.Connection, old: int, new: int) -> None:
    blocked = sa.select(group_words.c.word).where(group_words.c.chat_id == old)
    for word in connection.execute(blocked).scalars().all():
        connection.execute(insert(group_words).values(chat_id=new, word=word).on_conflict_do_nothing())
    connection.execute(sa.delete(group_words).where(group_words.c.chat_id == old))


def _migrate_preferences(connection: sa.Connection, old: int, new: int) -> None:
    chosen = connection.execute(sa.select(preferences).where(preferences.c.subject_id == old)).first()
    if chosen is not None:
        connection.execute(sa.delete(preferences).where(preferences.c.subject_id == old))
        values = chosen._asdict() | {"subject_id": new}
        moved = insert(preferences).values(values)
        connection.execute(
            moved.on_conflict_do_update(index_elements=[preferences.c.subject_id], set_=values)
        )
