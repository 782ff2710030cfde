"""Requests that still lack a prompt or a ratio, and the question that the bot asked for it."""

from typing import Any

import sqlalchemy as sa

from core.clock import Clock
from core.model import AspectRatio, Draft, Origin, SourcePicture
from storage.database import Database, Unit
from storage.rows import origin_columns, read_draft, source_columns
from storage.schema import answers, drafts, requests
from storage.upsert import insert

KEPT_SECONDS = 90 * 86_400
"""A button under an older message is answered as expired."""
OPEN_SECONDS = 86_400
"""Time after which a text in a private chat is no answer to a question unless it replies to it."""
REPEAT_SECONDS = 60.0
"""A second press on Edit within this time is taken for the same one."""
_LATEST_CHOICES = 10

_NEWEST = (
    sa.select(drafts)
    .where(drafts.c.user_id == sa.bindparam("of_user"), drafts.c.chat_id == sa.bindparam("in_chat"))
    .order_by(drafts.c.id.desc())
    .limit(1)
)
_LAST_ACCEPTED = (
    sa.select(requests.c.accepted_at)
    .where(requests.c.user_id == sa.bindparam("of_user"), requests.c.chat_id == sa.bindparam("in_chat"))
    .order_by(requests.c.id.desc())
    .limit(1)
)
_BY_ANSWER = sa.select(drafts).where(
    drafts.c.id.in_(
        sa.select(answers.c.draft_id).where(
            answers.c.chat_id == sa.bindparam("in_chat"), answers.c.message_id == sa.bindparam("by_message")
        )
    )
)


class Drafts:
    """Every read and write of the drafts table."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def save(
        self,
        origin: Origin,
        *,
        prompt: str | None,
        ratio: AspectRatio | None = None,
        source: SourcePicture | None = None,
        style: str | None = None,
        count: int = 1,
    ) -> Draft:
        """Store a draft and return it, or return the stored one if the origin has a draft already."""
        columns = origin_columns(origin) | source_columns(source)
        columns |= {"prompt": prompt, "ratio": ratio, "created_at": self._clock.now()}
        columns |= {"style": style, "count": count}

        def unit(connection: sa.Connection) -> Draft:
            connection.execute(insert(drafts).on_conflict_do_nothing(), columns)
            return read_draft(connection.execute(sa.select(drafts).where(drafts.c.key == origin.key)).one())

        return await self._database.write(unit)

    async def refuse(self, origin: Origin) -> None:
        """Remember that an origin was refused, so that the next photo of the same album is not asked about."""
        now = self._clock.now()
        columns = origin_columns(origin) | {"created_at": now, "refused_at": now}
        statement = insert(drafts).on_conflict_do_update(
            index_elements=[drafts.c.key], set_={"refused_at": now}
        )
        await self._database.write(lambda connection: connection.execute(statement, columns).rowcount)

    async def set_question(self, draft_id: int, message_id: int) -> None:
        """Store the id of the bot's message that asks for the missing part."""
        await self._update(draft_id, question_message_id=message_id)

    async def revise(
        self,
        draft_id: int,
        prompt: str | None,
        ratio: AspectRatio | None,
        source: SourcePicture | None,
        *,
        style: str | None = None,
        count: int = 1,
    ) -> None:
        """Replace the content of a draft."""
        changed = {"prompt": prompt, "ratio": ratio, "style": style, "count": count}
        await self._update(draft_id, **changed, **source_columns(source))

    async def set_answered(self, draft_id: int) -> None:
        """Remember that the question of a draft was answered."""
        await self._update(draft_id, answered_at=self._clock.now())

    async def add_answer(self, draft_id: int, chat_id: int, message_id: int) -> None:
        """Remember a message that a user gives as an answer, so that an edit of it counts as one, too."""
        columns = {"chat_id": chat_id, "message_id": message_id, "draft_id": draft_id}
        statement = insert(answers).on_conflict_do_update(
            index_elements=[answers.c.chat_id, answers.c.message_id], set_={"draft_id": draft_id}
        )
        await self._database.write(lambda connection: connection.execute(statement, columns).rowcount)

    async def supersede(self, draft_id: int) -> None:
        """Remember that the user has asked for something else: words without a reply are no answer any more."""
        await self._update(draft_id, superseded_at=self._clock.now())

    async def forget_refusal(self, key: str) -> None:
        """Delete the draft of a refused origin, so that its edited message counts as a new one."""
        await self._delete(sa.and_(drafts.c.key == key, drafts.c.refused_at.is_not(None)))

    async def remove(self, key: str) -> None:
        """Delete the draft of an origin, so that its edited message counts as a new one."""
        await self._delete(drafts.c.key == key)

    async def open_question(self, user_id: int, chat_id: int) -> Draft | None:
        """Return the draft that the bot's last question to a user in a chat is about.

        None if the question is older than `OPEN_SECONDS`, is answered or superseded, or if the user has requested
        something since.
        """
        values = {"of_user": user_id, "in_chat": chat_id}
        since = self._clock.now() - OPEN_SECONDS

        def unit(connection: sa.Connection) -> Draft | None:
            row = connection.execute(_NEWEST, values).first()
            if row is None:
                return None
            draft = read_draft(row)
            if draft.question_message_id is None:
                return None
            if draft.answered_at or draft.refused_at or draft.superseded_at:
                return None
            accepted_at = connection.execute(_LAST_ACCEPTED, values).scalar()
            is_last = accepted_at is None or accepted_at < draft.created_at
            return draft if is_last and draft.created_at >= since else None

        return await self._database.read(unit)

    def is_recent(self, draft: Draft) -> bool:
        """Return whether a draft was stored less than `REPEAT_SECONDS` ago."""
        return self._clock.now() - draft.created_at < REPEAT_SECONDS

    async def usual_ratio(self, user_id: int, chat_id: int) -> AspectRatio | None:
        """Return the ratio of a user's last answer to a question in a chat, if it is also that of a recent one."""
        statement = (
            sa.select(requests.c.ratio)
            .join(drafts, drafts.c.key == requests.c.key)
            .where(
                requests.c.user_id == user_id,
                requests.c.chat_id == chat_id,
                requests.c.ratio.is_not(None),
                drafts.c.prompt.is_not(None),
                sa.not_(requests.c.forget),
            )
            .order_by(requests.c.id.desc())
            .limit(_LATEST_CHOICES)
        )
        chosen = await self._database.read(lambda connection: connection.execute(statement).scalars().all())
        return AspectRatio(chosen[0]) if chosen and chosen[0] in chosen[1:] else None

    async def by_answer(self, chat_id: int, message_id: int) -> Draft | None:
        """Return the draft with the question that a message was given as an answer to."""
        values = {"in_chat": chat_id, "by_message": message_id}
        return await self._database.read(self._first_of(_BY_ANSWER, values))

    async def answers_to(self, draft_id: int) -> list[int]:
        """Return the ids of the messages that were given as answers to the question of a draft."""
        statement = sa.select(answers.c.message_id).where(answers.c.draft_id == draft_id)
        return await self._database.read(lambda connection: list(connection.execute(statement).scalars()))

    async def by_key(self, key: str) -> Draft | None:
        """Return the draft of an origin."""
        return await self._database.read(self._first(drafts.c.key == key))

    async def get(self, draft_id: int) -> Draft | None:
        """Return a draft, or None once it is pruned."""
        return await self._database.read(self._first(drafts.c.id == draft_id))

    async def by_question(self, chat_id: int, message_id: int) -> Draft | None:
        """Return the draft that a message of the bot asks about."""
        condition = sa.and_(drafts.c.chat_id == chat_id, drafts.c.question_message_id == message_id)
        return await self._database.read(self._first(condition))

    async def prune(self) -> None:
        """Delete the drafts older than `KEPT_SECONDS`."""
        await self._delete(drafts.c.created_at < self._clock.now() - KEPT_SECONDS)

    async def _update(self, draft_id: int, **columns: Any) -> None:
        statement = sa.update(drafts).where(drafts.c.id == draft_id).values(**columns)
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def _delete(self, condition: sa.ColumnElement[bool]) -> None:
        def unit(connection: sa.Connection) -> None:
            given = sa.select(drafts.c.id).where(condition)
            connection.execute(sa.delete(answers).where(answers.c.draft_id.in_(given)))
            connection.execute(sa.delete(drafts).where(condition))

        await self._database.write(unit)

    def _first(self, condition: sa.ColumnElement[bool]) -> Unit[Draft | None]:
        return self._first_of(sa.select(drafts).where(condition), {})

    def _first_of(self, statement: sa.Select[Any], values: dict[str, int]) -> Unit[Draft | None]:
        def unit(connection: sa.Connection) -> Draft | None:
            row = connection.execute(statement, values).first()
            return None if row is None else read_draft(row)

        return unit
