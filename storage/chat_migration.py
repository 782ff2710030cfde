"""The change of a group's id when Telegram turns it into a supergroup."""

import sqlalchemy as sa

from storage.batches import move_batches
from storage.database import Database
from storage.reports import move_reports
from storage.schema import answers, comparisons, drafts, preferences, quotas, requests, searches
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
        for row in connection.execute(sa.select(quotas).where(quotas.c.subject_id == old)).all():
            more = insert(quotas).values(subject_id=new, day=row.day, used=row.used)
            key = [quotas.c.subject_id, quotas.c.day]
            connection.execute(
                more.on_conflict_do_update(index_elements=key, set_={"used": quotas.c.used + row.used})
            )
        connection.execute(sa.delete(quotas).where(quotas.c.subject_id == old))

    await database.write(unit)


def _migrate_preferences(connection: sa.Connection, old: int, new: int) -> None:
    chosen = connection.execute(sa.select(preferences).where(preferences.c.subject_id == old)).first()
    if chosen is not None:
        connection.execute(sa.delete(preferences).where(preferences.c.subject_id == old))
        values = chosen._asdict() | {"subject_id": new}
        moved = insert(preferences).values(values)
        connection.execute(
            moved.on_conflict_do_update(index_elements=[preferences.c.subject_id], set_=values)
        )
