"""The ledger of requests: accepted once, moved by fenced updates, settled together with the quota."""

from collections.abc import Collection
from enum import Enum
from typing import Any

import sqlalchemy as sa

from core.clock import Clock, utc_day
from core.model import (
    PENDING,
    Accepted,
    Allowance,
    Approval,
    AspectRatio,
    Failure,
    FileKind,
    GenerationRequest,
    Origin,
    Rejection,
    RejectionReason,
    Request,
    SourcePicture,
    State,
)
from storage import request_statements as statements
from storage import reservation
from storage.batches import DROP_BATCH, insert_batch, members_of
from storage.comparisons import shown_in
from storage.credits import spend
from storage.database import Database
from storage.durations import Interval, record_duration
from storage.locks import hold
from storage.moderation_strikes import ModerationStrikes
from storage.request_queue import RequestQueue, Workflow
from storage.request_statements import Values
from storage.reservation import Demand
from storage.rows import origin_columns, read_request, source_columns
from storage.schema import requests
from storage.settlement import settle


class Beginning(Enum):
    """The result of `begin_submission`."""

    BEGUN = "begun"
    OUTDATED = "outdated"
    """The request is not queued any more, or an edit or another create has changed it since it was read."""
    FULL = "full"
    """The requests in flight, of this user or of all, use all slots."""


class Requests:
    """Every read and write of the requests table.

    `queue` is the one that several processes share, if there is one. `strikes` drops its cache after each strike.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        queue: RequestQueue | None = None,
        strikes: ModerationStrikes | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._queue = queue
        self._strikes = strikes

    async def accept(self, request: GenerationRequest, allowance: Allowance) -> Accepted | Rejection:
        """Write a request, or all requests of a batch, and reserve their quota units in one transaction, or nothing.

        A request with a known key is the stored request, whatever the limits are by then. Each request of a batch
        counts against every limit; credits pay for those that the user's day does not. One that needs an approval is
        asked from the start.
        """
        origin, count = request.origin, request.count
        now, day = self._clock.now(), utc_day(self._clock.wall())
        demand = Demand(origin, allowance, count, day, now)
        columns = origin_columns(origin) | source_columns(request.source)
        columns |= {
            "prompt": request.prompt,
            "ratio": request.ratio,
            "inline_message_id": origin.place.inline_message_id,
            "status_message_id": request.status_message_id,
            "state": State.QUEUED,
            "quota_day": day,
            "accepted_at": now,
            "creates": 0,
        }
        if request.needs_approval:
            # The message that asks the admins is another one, and will be the status message.
            columns |= {"approval": Approval.WAITING, "asked_at": now, "status_message_id": None}

        def unit(connection: sa.Connection) -> Accepted | Rejection:
            hold(connection, "user", origin.user_id)
            found = connection.execute(
                statements.KNOWN_AND_PENDING, {"by_key": origin.key, "of_user": origin.user_id}
            ).one()
            if found.known_id is not None:
                known = connection.execute(statements.BY_ID, {"by_id": found.known_id}).first()
                if known is not None:  # else another process has deleted it in between
                    head = read_request(known)
                    return Accepted(head, fresh=False, members=members_of(connection, head))
            if found.pending + count > allowance.pending:
                left = max(0, allowance.pending - found.pending)
                return Rejection(RejectionReason.QUEUE_FULL, left)
            lots = reservation.reserve(connection, demand)
            if isinstance(lots, Rejection):
                return lots
            if count > 1:
                rows = insert_batch(connection, columns, lots)
            else:
                rows = [connection.execute(statements.INSERT, columns | {"credit_lot_id": lots[0]}).one()]
            paid = [(lot, row.id) for lot, row in zip(lots, rows, strict=True) if lot is not None]
            spend(connection, origin.user_id, now, paid)
            first, *others = map(read_request, rows)
            self._enqueue_accepted(connection, first)
            return Accepted(first, fresh=True, members=tuple(others))

        return await self._database.write(unit)

    async def rejection_of(
        self, origin: Origin, allowance: Allowance, *, count: int = 1, queue: bool = True
    ) -> Rejection | None:
        """Return the rejection of so many requests as it would be now, or None. The quota is checked first.

        A full queue counts only if `queue` is True.
        """
        day = utc_day(self._clock.wall())
        demand = Demand(origin, allowance, count, day, self._clock.now())

        def unit(connection: sa.Connection) -> Rejection | None:
            exhausted = reservation.rejection(connection, demand)
            if exhausted is not None:
                return exhausted
            pending = connection.execute(
                statements.COUNT_PENDING_OF, {"of_user": origin.user_id}
            ).scalar_one()
            left = max(0, allowance.pending - pending)
            return Rejection(RejectionReason.QUEUE_FULL, left) if queue and left < count else None

        return await self._database.read(unit)

    async def get(self, request_id: int) -> Request | None:
        """Return a request as last committed."""
        return await self._one(statements.BY_ID, {"by_id": request_id})

    async def get_all(self, request_ids: Collection[int]) -> list[Request]:
        """Return the requests with these ids that exist, oldest first."""
        return await self._many(statements.BY_IDS, {"by_ids": list(request_ids)})

    async def by_key(self, key: str) -> Request | None:
        """Return the request of an origin."""
        return await self._one(statements.BY_KEY, {"by_key": key})

    async def by_message(self, chat_id: int, message_id: int) -> Request | None:
        """Return the request whose picture was delivered as a message, or is shown in a comparison."""

        def unit(connection: sa.Connection) -> Request | None:
            row = connection.execute(
                statements.BY_RESULT, {"in_chat": chat_id, "by_message": message_id}
            ).first()
            if row is None and (shown := shown_in(connection, chat_id, message_id)) is not None:
                row = connection.execute(statements.BY_ID, {"by_id": shown}).first()
            return None if row is None else read_request(row)

        return await self._database.read(unit)

    async def batch_states(self, batch_id: int) -> list[State]:
        """Return the states of a batch's requests."""
        statement = sa.select(requests.c.state).where(requests.c.batch_id == batch_id)
        found = await self._database.read(lambda connection: connection.execute(statement).scalars().all())
        return [State(state) for state in found]

    async def size_of(self, request: Request) -> int:
        """Return the number of requests in a request's batch, 1 without one."""
        return 1 if request.batch_id is None else len(await self.batch_states(request.batch_id))

    async def list_open(self) -> list[Request]:
        """Return the requests that are not closed, oldest first."""
        return await self._many(statements.OPEN, {})

    async def pending_of_user(self, user_id: int) -> list[Request]:
        """Return a user's pending requests, oldest first."""
        return await self._many(statements.PENDING_OF, {"of_user": user_id})

    async def move(
        self,
        request_id: int,
        expected: State,
        to: State,
        *,
        of_create: int | None = None,
        learned: Interval | None = None,
        **values: Any,
    ) -> Request | None:
        """Change the state, and the given columns, if the state is `expected`. Return the new row, or None if not.

        `of_create` is the number of the create that the move follows from: after another create it does nothing.
        `learned` stores the task's duration in the same transaction.
        """
        changes_slots = expected is State.QUEUED or (expected in PENDING and to not in PENDING)

        def unit(connection: sa.Connection) -> Request | None:
            owner = self._hold_owner(connection, request_id) if changes_slots else None
            row = statements.move(connection, request_id, [expected], {"state": to, **values}, of_create)
            if row is None:
                return None
            if learned is not None:
                record_duration(connection, learned)
            self._enqueue_next(connection, owner)
            return read_request(row)

        return await self._database.write(unit)

    async def has_slot(self, user_id: int) -> bool:
        """Return whether a request of a user may be submitted now, as far as several processes share the limits."""
        if (queue := self._queue) is None:
            return True
        return await self._database.read(lambda connection: queue.has_slot(connection, user_id))

    async def begin_submission(self, request: Request) -> Beginning:
        """Move a queued request to `submitting`, with its `started_at` and `creates`."""
        values = {
            "by_id": request.id,
            "read_creates": request.creates - 1,
            "read_prompt": request.prompt,
            "read_ratio": request.ratio,
            "read_source": request.source.file_id if request.source else None,
            "new_started_at": request.started_at,
            "new_creates": request.creates,
        }

        def unit(connection: sa.Connection) -> Beginning:
            if self._queue is not None and not self._queue.admits(connection, request.user_id):
                return Beginning.FULL
            if connection.execute(statements.BEGIN, values).rowcount != 1:
                return Beginning.OUTDATED
            self._enqueue_next(connection, request.user_id)
            return Beginning.BEGUN

        return await self._database.write(unit)

    async def settle(
        self,
        request: Request,
        expected: Collection[State],
        final: State,
        *,
        of_create: int | None = None,
        **values: Any,
    ) -> Request | None:
        """Move to a final state and keep or give back the quota units, exactly once.

        Return the new row, or None if the state is not `expected`. `delivered` keeps the units. Every other final state
        gives them back. `of_create` is as for `move`.
        """
        columns = {"state": final, "finished_at": self._clock.now(), **values}

        def unit(connection: sa.Connection) -> Request | None:
            return settle(connection, self._queue, request.id, expected, columns, of_create)

        try:
            return await self._database.write(unit)
        finally:
            if self._strikes is not None and values.get("failure") is Failure.MODERATED:
                self._strikes.reload()

    async def set_status_message(self, request_id: int, message_id: int) -> bool:
        """Store the id of the request's status message. Return False if it has another one, is asked or closed."""
        values = {"by_id": request_id, "new_status": message_id}
        return await self._database.write(
            lambda c: c.execute(statements.SET_STATUS, values).rowcount == 1, patient=True
        )

    async def set_file(self, request_id: int, file_id: str, kind: FileKind) -> None:
        """Store Telegram's id of a picture of a grid."""
        await self._update(request_id, {"file_id": file_id, "file_kind": kind.value})

    async def set_message(self, request_id: int, message_id: int | None) -> None:
        """Store the newest message of a picture of a grid, if it has one of its own."""
        if message_id is not None:
            await self._update(request_id, {"result_message_id": message_id})

    async def set_original(self, request_id: int, file_id: str) -> None:
        """Store Telegram's id of the original, so that it is not fetched again."""
        await self._update(request_id, {"original_file_id": file_id})

    async def close(self, request_id: int) -> int | None:
        """Record that nothing is left to do or to send for a request. Delete it if its owner asked for that.

        Return the stored id of its status message.
        """
        now = self._clock.now()

        def unit(connection: sa.Connection) -> int | None:
            row = connection.execute(statements.CLOSE, {"by_id": request_id, "now": now}).first()
            if row is None:
                return None
            if row.forget:
                connection.execute(statements.DROP_FORGOTTEN, {"by_id": request_id})
                connection.execute(DROP_BATCH, {"by_id": request_id})
            status: int | None = row.status_message_id
            return status

        return await self._database.write(unit, patient=True)

    async def revise(
        self, key: str, prompt: str, ratio: AspectRatio | None, source: SourcePicture | None
    ) -> bool:
        """Replace the content of a request that waits, or of a batch that waits as a whole. Return False otherwise."""
        values = source_columns(source) | {"prompt": prompt, "ratio": ratio}
        statement = sa.update(requests).where(statements.waits_with(key)).values(values)
        changed = await self._database.write(lambda connection: connection.execute(statement).rowcount)
        return changed >= 1

    async def cancel_waiting(self, key: str) -> list[Request]:
        """Cancel a request that waits, or a batch that waits as a whole, and give the quota units back.

        Return the new rows, newest first: a slot that becomes free must not start one that is about to be cancelled. If
        a create of any of them was sent, nothing changes, and none is returned.
        """
        columns: dict[str, Any] = {"state": State.CANCELLED, "finished_at": self._clock.now()}
        waiting = sa.select(requests.c.id).where(statements.waits_with(key)).order_by(requests.c.id.desc())

        def unit(connection: sa.Connection) -> list[Request]:
            owner = connection.execute(statements.BY_KEY, {"by_key": key}).first()
            if owner is None:
                return []
            hold(connection, "user", owner.user_id)
            # The rows are locked before they are read: one that begins meanwhile must not be left out of the others.
            connection.execute(waiting.with_for_update()).all()
            found = connection.execute(waiting).scalars().all()
            ended = [settle(connection, self._queue, one, [State.QUEUED], columns) for one in found]
            return [one for one in ended if one is not None]

        return await self._database.write(unit)

    async def release_key(self, request_id: int) -> bool:
        """Rename the key of a request that ended without a picture, so that its edited message is a new request.

        All keys of a batch are renamed together. Return False if a picture was or may still be delivered.
        """
        statement = (
            sa.update(requests)
            .where(statements.ended_without_picture(request_id))
            .values(key=requests.c.key + sa.literal(f"#{request_id}"))
        )
        released = await self._database.write(lambda connection: connection.execute(statement).rowcount)
        return released >= 1

    async def has_result_in(self, chat_id: int) -> bool:
        """Return whether a picture was delivered to a chat and is still there, as far as the ledger knows."""
        statement = sa.select(sa.literal(1)).where(
            requests.c.chat_id == chat_id, requests.c.result_message_id.is_not(None)
        )
        found = await self._database.read(lambda connection: connection.execute(statement.limit(1)).first())
        return found is not None

    async def with_prefix(self, key_prefix: str) -> list[Request]:
        """Return the requests with a key that starts with a prefix."""
        return await self._many(
            statements.WITH_PREFIX, {"first": key_prefix, "last": key_prefix + "\U0010ffff"}
        )

    async def pending_in_chat(self, chat_id: int) -> list[Request]:
        """Return the pending requests of a chat."""
        return await self._many(statements.PENDING_IN, {"in_chat": chat_id})

    def _hold_owner(self, connection: sa.Connection, request_id: int) -> int | None:
        return None if self._queue is None else self._queue.hold_owner(connection, request_id)

    def _enqueue_next(self, connection: sa.Connection, user_id: int | None) -> None:
        if self._queue is not None and user_id is not None:
            self._queue.enqueue_next(connection, user_id)

    def _enqueue_accepted(self, connection: sa.Connection, first: Request) -> None:
        if self._queue is not None and first.is_asked:
            self._queue.enqueue(connection, Workflow.DRAW, first.id, at_once=True)  # to send the question
        self._enqueue_next(connection, first.user_id)

    async def _update(self, request_id: int, values: Values) -> None:
        statement = sa.update(requests).where(requests.c.id == request_id).values(dict(values))
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def _one(self, statement: sa.Select[Any], values: Values) -> Request | None:
        def unit(connection: sa.Connection) -> Request | None:
            row = connection.execute(statement, dict(values)).first()
            return None if row is None else read_request(row)

        return await self._database.read(unit)

    async def _many(self, statement: sa.Select[Any], values: Values) -> list[Request]:
        def unit(connection: sa.Connection) -> list[Request]:
            return [read_request(row) for row in connection.execute(statement, dict(values))]

        return await self._database.read(unit)
