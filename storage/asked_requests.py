"""Requests that wait for the answer to a question. Nothing is paid for them yet.

The owner is asked whether a late request is still wanted, and the admins of a group whether a request is drawn. One
question is about one request, or about all requests of a batch that are not begun.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.clock import Clock
from core.model import SENDING, Approval, AspectRatio, Request, SourcePicture, State
from storage import request_statements as statements
from storage.batches import FORGET_QUESTION
from storage.database import Database
from storage.locks import hold
from storage.request_queue import RequestQueue
from storage.rows import read_request, source_columns
from storage.schema import batches, requests
from storage.settlement import settle

_ASKED = sa.and_(
    requests.c.state == State.QUEUED.value,
    requests.c.finished_at.is_(None),
    requests.c.asked_at.is_not(None),
)
_BATCH_ID = sa.select(requests.c.batch_id).where(requests.c.id == sa.bindparam("by_id")).scalar_subquery()
_TOGETHER = sa.or_(requests.c.id == sa.bindparam("by_id"), requests.c.batch_id == _BATCH_ID)
_ASKED_WITH = sa.select(requests).where(_TOGETHER, _ASKED).order_by(requests.c.id)
_OWNER = sa.select(requests.c.user_id).where(requests.c.id == sa.bindparam("by_id"))
_OWNER_OF_KEY = sa.select(requests.c.user_id).where(requests.c.key == sa.bindparam("by_key"))
_QUESTION_OF = sa.select(batches.c.question_message_id).where(batches.c.id == sa.bindparam("by_id"))
_ASK = (
    sa.update(requests)
    .where(
        _TOGETHER,
        requests.c.state == State.QUEUED.value,
        requests.c.creates == 0,
        requests.c.asked_at.is_(None),
    )
    # Without `started_at` the request holds no slot, and without a status message its question is still to be sent.
    .values(asked_at=sa.bindparam("now"), started_at=None, status_message_id=None)
    .returning(*requests.c)
)
_IS_NEW = sa.func.coalesce(batches.c.question_message_id, sa.bindparam("message")) == sa.bindparam("message")
_SET_OF_BATCH = (
    sa.update(batches)
    .where(
        batches.c.id == sa.bindparam("of_batch"),
        _IS_NEW,
        sa.exists().where(
            requests.c.batch_id == sa.bindparam("of_batch"),
            _ASKED,
            requests.c.asked_at == sa.bindparam("asked"),
        ),
    )
    .values(question_message_id=sa.bindparam("message"))
)
_SET_OF_REQUEST = (
    sa.update(requests)
    .where(
        requests.c.id == sa.bindparam("by_id"),
        _ASKED,
        requests.c.asked_at == sa.bindparam("asked"),
        sa.func.coalesce(requests.c.status_message_id, sa.bindparam("message")) == sa.bindparam("message"),
    )
    .values(status_message_id=sa.bindparam("message"))
)
_GIVE_TO_HEAD = (
    sa.update(requests)
    .where(requests.c.id == sa.bindparam("by_id"), _ASKED, requests.c.status_message_id.is_(None))
    .values(status_message_id=sa.bindparam("message"))
)
_RESUME = (
    sa.update(requests)
    .where(requests.c.id == sa.bindparam("by_id"), _ASKED)
    .values(
        asked_at=None,
        accepted_at=sa.bindparam("now"),
        approval=sa.case(
            (requests.c.approval == Approval.WAITING.value, Approval.GIVEN.value), else_=requests.c.approval
        ),
    )
    .returning(*requests.c)
)
_OTHERS = sa.alias(requests)
_UNANSWERED = sa.select(requests.c.id).where(_ASKED, requests.c.asked_at < sa.bindparam("before"))
_KEEPS_PICTURES = sa.exists().where(
    _OTHERS.c.batch_id == requests.c.batch_id,
    sa.or_(*(_OTHERS.c.state == state.value for state in sorted(SENDING))),
)


def version_of(request: Request) -> int:
    """Return the version of the question about an asked request."""
    return round((request.asked_at or 0.0) * 1_000)


@dataclass(frozen=True, slots=True)
class Question:
    """An open question about requests, oldest first, which share their `asked_at`.

    `message_id` is the message with the question. It is None before it was sent, and for an inline message.
    """

    requests: tuple[Request, ...]
    message_id: int | None

    @property
    def first(self) -> Request:
        """The request that stands for all. It sends the question."""
        return self.requests[0]

    @property
    def version(self) -> int:
        """The number of this question among those about the same requests: an edit leads to another one."""
        return version_of(self.first)


@dataclass(frozen=True, slots=True)
class Answered:
    """The requests of a question that is not open any more, with the messages that nothing needs from now on."""

    requests: tuple[Request, ...]
    messages: tuple[int, ...]


class AskedRequests:
    """Takes requests out of the queue for a question, and ends questions. `queue` is that of several processes."""

    def __init__(self, *, database: Database, clock: Clock, queue: RequestQueue | None = None) -> None:
        self._database = database
        self._clock = clock
        self._queue = queue

    async def ask(self, request_id: int) -> Sequence[Request]:
        """Take a request out of the queue, and with it its whole batch, as far as they wait unpaid. Return these."""
        values = {"by_id": request_id, "now": self._clock.now()}

        def unit(connection: sa.Connection) -> Sequence[Request]:
            owner = _hold_owner(connection, request_id)
            found = sorted(map(read_request, connection.execute(_ASK, values)), key=lambda one: one.id)
            if found and self._queue is not None and owner is not None:
                self._queue.enqueue_next(connection, owner)
            return found

        return await self._database.write(unit)

    async def question(self, request_id: int) -> Question | None:
        """Return the open question about a request or about others of its batch, or None."""
        return await self._database.read(lambda connection: _question(connection, request_id))

    async def set_message(self, question: Question, message_id: int) -> bool:
        """Store the message of a question. Return False if it has another one, or is not open any more."""
        first = question.first
        values = {
            "by_id": first.id,
            "of_batch": first.batch_id,
            "asked": first.asked_at,
            "message": message_id,
        }
        statement = _SET_OF_REQUEST if first.batch_id is None else _SET_OF_BATCH

        def unit(connection: sa.Connection) -> bool:
            _hold_owner(connection, first.id)
            return connection.execute(statement, values).rowcount == 1

        return await self._database.write(unit)

    async def resume(
        self, request_id: int, *, approved: bool = False, version: int | None = None
    ) -> Answered | None:
        """Let the requests of a question wait in the queue, as if accepted now.

        Return None if no question is open, or another one than that with the version. Requests that wait for an
        approval are resumed only if they are `approved`, and no others then.
        """

        def unit(connection: sa.Connection) -> Answered | None:
            question = _open_question(connection, request_id, version)
            if question is None or question.first.waits_for_approval != approved:
                return None
            messages = _end(connection, question)
            values = {"now": self._clock.now()}
            rows = [
                connection.execute(_RESUME, values | {"by_id": one.id}).one() for one in question.requests
            ]
            return Answered(tuple(map(read_request, rows)), messages)

        return await self._database.write(unit)

    async def cancel(
        self, request_id: int, *, approval: Approval | None = None, version: int | None = None
    ) -> Answered | None:
        """Cancel the requests of a question and give their quota units back.

        `approval` is stored for those that wait for one. Return None as `resume` does.
        """
        ended: dict[str, Any] = {"state": State.CANCELLED, "finished_at": self._clock.now()}

        def unit(connection: sa.Connection) -> Answered | None:
            question = _open_question(connection, request_id, version)
            if question is None:
                return None
            messages = _end(connection, question)
            decided = approval is not None and question.first.waits_for_approval
            values = ended | ({"approval": approval} if decided else {})
            settled = [
                settle(connection, self._queue, one.id, [State.QUEUED], values) for one in question.requests
            ]
            return Answered(tuple(one for one in settled if one is not None), messages)

        return await self._database.write(unit)

    async def revise(
        self, key: str, prompt: str, ratio: AspectRatio | None, source: SourcePicture | None
    ) -> Answered | None:
        """Replace the content of a request or batch that waits, and let it wait for an approval of the new content.

        Return None if it does not wait any more. An earlier approval or question does not count from then on.
        """
        values: dict[str, Any] = source_columns(source) | {"prompt": prompt, "ratio": ratio}
        values |= {"approval": Approval.WAITING, "asked_at": self._clock.now(), "started_at": None}
        values |= {"status_message_id": None}
        waits = statements.waits_with(key)

        def unit(connection: sa.Connection) -> Answered | None:
            owner = connection.execute(_OWNER_OF_KEY, {"by_key": key}).scalar()
            if owner is not None:
                hold(connection, "user", owner)
            before = connection.execute(sa.select(requests).where(waits).order_by(requests.c.id)).all()
            if not before:
                return None
            messages = [row.status_message_id for row in before]
            messages.append(_take_of_batch(connection, before[0].batch_id))
            changed = sa.update(requests).where(waits).values(values).returning(*requests.c)
            found = sorted(map(read_request, connection.execute(changed)), key=lambda one: one.id)
            if self._queue is not None and owner is not None:
                self._queue.enqueue_next(connection, owner)
            return Answered(tuple(found), tuple(one for one in messages if one is not None))

        return await self._database.write(unit)

    async def unanswered(self, before: float, *, keeping_pictures: bool = False) -> list[Request]:
        """Return the requests whose question was decided before a time (Unix seconds) and is not answered.

        With `keeping_pictures` only those of batches whose other pictures are ready and wait for them.
        """
        ids = _UNANSWERED.where(_KEEPS_PICTURES) if keeping_pictures else _UNANSWERED
        statement = sa.select(requests).where(requests.c.id.in_(ids)).order_by(requests.c.id)
        return await self._database.read(
            lambda connection: list(map(read_request, connection.execute(statement, {"before": before})))
        )


def _hold_owner(connection: sa.Connection, request_id: int) -> int | None:
    """Hold the lock of a request's owner and return the owner, or None if the request is deleted."""
    owner: int | None = connection.execute(_OWNER, {"by_id": request_id}).scalar()
    if owner is not None:
        hold(connection, "user", owner)
    return owner


def _open_question(connection: sa.Connection, request_id: int, version: int | None) -> Question | None:
    """Return the open question about a request, which no other unit of work answers before the end of this one."""
    _hold_owner(connection, request_id)
    question = _question(connection, request_id)
    return None if question is None or version not in {None, question.version} else question


def _question(connection: sa.Connection, request_id: int) -> Question | None:
    found = tuple(map(read_request, connection.execute(_ASKED_WITH, {"by_id": request_id})))
    if not found:
        return None
    batch_id = found[0].batch_id
    if batch_id is None:
        return Question(found, found[0].status_message_id)
    return Question(found, connection.execute(_QUESTION_OF, {"by_id": batch_id}).scalar())


def _take_of_batch(connection: sa.Connection, batch_id: int | None) -> int | None:
    """Return the message with the question about a batch and forget it."""
    if batch_id is None:
        return None
    message: int | None = connection.execute(_QUESTION_OF, {"by_id": batch_id}).scalar()
    if message is not None:
        connection.execute(FORGET_QUESTION, {"by_id": batch_id})
    return message


def _end(connection: sa.Connection, question: Question) -> tuple[int, ...]:
    """End a question and return its message, unless it becomes a status message.

    That of a request is its status message already. That of a batch becomes the status message of the head, if it asks
    about the head, too.
    """
    message = _take_of_batch(connection, question.first.batch_id)
    if message is None:
        return ()
    values = {"by_id": question.first.batch_id, "message": message}
    return () if connection.execute(_GIVE_TO_HEAD, values).rowcount == 1 else (message,)
