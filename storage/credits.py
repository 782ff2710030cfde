"""Credits: lots and their entries. They change only inside the transaction of their cause.

The functions that take a connection belong into the caller's unit of work; the class reads, grants and expires. A unit
that decides by what a lot holds locks the lot's row first. `left` and the entry change together, so it stays their sum.
"""

import functools
from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.clock import Clock
from core.payments.credits import DAY, Balance, Lot, LotSource, Movement, MovementKind
from storage.admin_actions import ActionKind, AdminCause, record
from storage.database import Database
from storage.payment_rows import MOVEMENT_COLUMNS, read_lot, read_movement
from storage.schema import credit_entries, credit_lots
from storage.upsert import insert

_LOT = sa.select(credit_lots).where(credit_lots.c.id == sa.bindparam("by_id")).with_for_update()
_COUNTED = (
    sa.select(credit_lots)
    .where(
        credit_lots.c.user_id == sa.bindparam("of_user"),
        credit_lots.c.left != 0,
        # A debt does not expire: a refund would leave the user the Stars and the pictures.
        sa.or_(
            credit_lots.c.expires_at.is_(None),
            credit_lots.c.expires_at > sa.bindparam("now"),
            credit_lots.c.left < 0,
        ),
    )
    .order_by(credit_lots.c.id)  # one order of the locks for all
)
_COUNTED_AND_LOCKED = _COUNTED.with_for_update()
_EXPIRED = sa.select(credit_lots.c.id).where(
    credit_lots.c.expires_at <= sa.bindparam("now"), credit_lots.c.left > 0
)
_INSERT_LOT = insert(credit_lots).on_conflict_do_nothing().returning(credit_lots.c.id)
_INSERT_ENTRY = insert(credit_entries).on_conflict_do_nothing().returning(credit_entries.c.id)
_OF_CAUSE = sa.select(credit_entries.c.id).where(
    credit_entries.c.lot_id == sa.bindparam("of_lot"), credit_entries.c.cause == sa.bindparam("by_cause")
)
_ADD = (
    sa.update(credit_lots)
    .where(credit_lots.c.id == sa.bindparam("by_id"))
    .values(left=credit_lots.c.left + sa.bindparam("more", type_=sa.Integer))
)
_PROLONG = (
    sa.update(credit_lots)
    .where(credit_lots.c.id == sa.bindparam("by_id"))
    .values(expires_at=credit_lots.c.expires_at + DAY)
)
_SUMS = (
    sa.select(
        credit_entries.c.kind,
        sa.func.count().label("entries"),
        sa.func.sum(credit_entries.c.units).label("units"),
    )
    .where(credit_entries.c.lot_id == sa.bindparam("of_lot"))
    .group_by(credit_entries.c.kind)
)


def balance_of(connection: sa.Connection, user_id: int, now: float, *, lock: bool = False) -> Balance:
    """Return the balance of a user at a Unix time. With `lock`, its lots stay as they are until the unit's end."""
    statement = _COUNTED_AND_LOCKED if lock else _COUNTED
    rows = connection.execute(statement, {"of_user": user_id, "now": now})
    lots = sorted(map(read_lot, rows), key=_use_order)
    return Balance(sum(lot.left for lot in lots), tuple(lots))


def _use_order(lot: Lot) -> tuple[bool, float, float, str]:
    """Return the key by which lots are used: in the order of their end, those without an end last, oldest first."""
    return lot.expires_at is None, lot.expires_at or 0.0, lot.created_at, lot.id


def plan_spending(balance: Balance, units: int) -> list[str] | None:
    """Return the ids of the lots that pay for so many requests, one for each, or None if the balance is too small."""
    if balance.spendable < units:
        return None
    each = [lot.id for lot in balance.lots for _ in range(min(lot.left, units))]
    return each[:units]


def spend(connection: sa.Connection, user_id: int, now: float, paid: Sequence[tuple[str, int]]) -> None:
    """Take one unit from a lot for each pair of a lot's id and a request's id. The lots are locked and have them."""
    for lot_id, request_id in paid:
        values = _entry(lot_id, user_id, MovementKind.SPENT, -1, f"spent:{request_id}", now, request_id)
        connection.execute(_INSERT_ENTRY, values)
    for lot_id, units in sorted(Counter(lot_id for lot_id, _ in paid).items()):
        connection.execute(_ADD, {"by_id": lot_id, "more": -units})


def give_back(connection: sa.Connection, lot_id: str, request_id: int, now: float) -> None:
    """Give the unit of a request back to its lot, exactly once.

    A lot that has expired for less than a day lasts a day longer for that unit. After a day the unit is lost.
    """
    lot = lock_lot(connection, lot_id)
    if lot is None:
        return
    has_expired = lot.expires_at is not None and lot.expires_at <= now
    if has_expired:
        write_off(connection, lot, now)  # only the unit that comes back may be used in the additional day
    if not _enter(connection, lot, MovementKind.GIVEN_BACK, 1, f"given_back:{request_id}", now, request_id):
        return
    if not has_expired or lot.left < 0:  # a debt has become smaller
        return
    if lot.expires_at is not None and now - lot.expires_at < DAY:
        connection.execute(_PROLONG, {"by_id": lot_id})
    else:
        _enter(connection, lot, MovementKind.EXPIRED, -1, f"lost:{request_id}", now, request_id)


def open_lot(
    connection: sa.Connection,
    lot_id: str,
    user_id: int,
    source: LotSource,
    kind: MovementKind,
    units: int,
    now: float,
    expires_at: float | None = None,
    cause: str = "",
) -> bool:
    """Insert a lot with its first entry. Return False if there is one with this id: nothing changes.

    The cause of the entry is its kind, unless there may be several.
    """
    lot = {"id": lot_id, "user_id": user_id, "source": source.value, "units": units, "left": units}
    times = {"created_at": now, "expires_at": expires_at}
    if connection.execute(_INSERT_LOT, lot | times).first() is None:
        return False
    connection.execute(_INSERT_ENTRY, _entry(lot_id, user_id, kind, units, cause or kind.value, now))
    return True


def has_entry(connection: sa.Connection, lot_id: str, cause: str) -> bool:
    """Return whether a lot has an entry of this cause."""
    return connection.execute(_OF_CAUSE, {"of_lot": lot_id, "by_cause": cause}).first() is not None


def take_back(connection: sa.Connection, lot_id: str, now: float) -> None:
    """Take the units of a lot that are left because of a refund, and as many below zero as were used."""
    lot = lock_lot(connection, lot_id)
    if lot is None:
        return
    sums = _sums(connection, lot_id)
    used = -(sums.units(MovementKind.SPENT) + sums.units(MovementKind.GIVEN_BACK))
    number = sums.entries(MovementKind.TAKEN_BACK) + 1
    if more := lot.left + used:
        _enter(connection, lot, MovementKind.TAKEN_BACK, -more, f"taken_back:{number}", now)


def restore(connection: sa.Connection, lot_id: str, now: float) -> None:
    """Restore the units that the last refund took from a lot."""
    lot = lock_lot(connection, lot_id)
    if lot is None:
        return
    sums = _sums(connection, lot_id)
    taken = -(sums.units(MovementKind.TAKEN_BACK) + sums.units(MovementKind.RESTORED))
    number = sums.entries(MovementKind.RESTORED) + 1
    if taken:
        _enter(connection, lot, MovementKind.RESTORED, taken, f"restored:{number}", now)


def used_of(connection: sa.Connection, lot_ids: Sequence[str]) -> dict[str, int]:
    """Return the numbers of units that were used, by the ids of lots of which any were."""
    kinds = [MovementKind.SPENT.value, MovementKind.GIVEN_BACK.value]
    entries = credit_entries.c
    statement = (
        sa.select(entries.lot_id, -sa.func.sum(entries.units))
        .where(entries.lot_id.in_(lot_ids), entries.kind.in_(kinds))
        .group_by(entries.lot_id)
    )
    return {lot_id: int(units) for lot_id, units in connection.execute(statement)}


def lock_lot(connection: sa.Connection, lot_id: str) -> Lot | None:
    """Return a lot, which no other unit of work changes before the end of this one, or None."""
    row = connection.execute(_LOT, {"by_id": lot_id}).first()
    return None if row is None else read_lot(row)


def write_off(connection: sa.Connection, lot: Lot, now: float) -> None:
    """Write that the units left in a locked lot, which has expired, are lost, inside the caller's unit of work."""
    if lot.left > 0:
        _enter(connection, lot, MovementKind.EXPIRED, -lot.left, f"expired:{lot.expires_at}", now)


def _enter(
    connection: sa.Connection,
    lot: Lot,
    kind: MovementKind,
    units: int,
    cause: str,
    now: float,
    request_id: int | None = None,
) -> bool:
    """Insert an entry and change its lot. Return False if the lot has an entry of this cause."""
    values = _entry(lot.id, lot.user_id, kind, units, cause, now, request_id)
    if connection.execute(_INSERT_ENTRY, values).first() is None:
        return False
    connection.execute(_ADD, {"by_id": lot.id, "more": units})
    return True


def _entry(
    lot_id: str,
    user_id: int,
    kind: MovementKind,
    units: int,
    cause: str,
    now: float,
    request_id: int | None = None,
) -> dict[str, Any]:
    key = {"lot_id": lot_id, "cause": cause, "kind": kind.value}
    return key | {"user_id": user_id, "units": units, "request_id": request_id, "at": now}


class _Sums:
    """The number and the sum of a lot's entries by kind."""

    def __init__(self, rows: Sequence[sa.Row[Any]]) -> None:
        self._by_kind = {row.kind: (int(row.entries), int(row.units)) for row in rows}

    def entries(self, kind: MovementKind) -> int:
        return self._by_kind.get(kind.value, (0, 0))[0]

    def units(self, kind: MovementKind) -> int:
        return self._by_kind.get(kind.value, (0, 0))[1]


def _sums(connection: sa.Connection, lot_id: str) -> _Sums:
    return _Sums(connection.execute(_SUMS, {"of_lot": lot_id}).all())


class Credits:
    """Balances and movements of users, grants, and the end of lots that expire."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def balance(self, user_id: int) -> Balance:
        """Return the balance of a user."""
        now = self._clock.now()
        return await self._database.read(lambda connection: balance_of(connection, user_id, now))

    async def movements(self, user_id: int, limit: int = 10) -> list[Movement]:
        """Return the newest movements of a user, the newest first."""
        statement = (
            sa.select(*MOVEMENT_COLUMNS)
            .where(credit_entries.c.user_id == user_id)
            .order_by(credit_entries.c.id.desc())
            .limit(limit)
        )
        return await self._database.read(lambda c: [read_movement(row) for row in c.execute(statement)])

    async def grant(
        self,
        cause: str,
        user_id: int,
        units: int,
        *,
        admin: AdminCause | None = None,
        expires_at: float | None = None,
    ) -> bool:
        """Give a user credits as a present of the bot's admins. Return False if the cause is known: nothing changes.

        `admin` is the action to store with it.
        """
        now, source, kind = self._clock.now(), LotSource.GRANT, MovementKind.GRANTED

        def unit(connection: sa.Connection) -> bool:
            if not open_lot(connection, f"t:{cause}", user_id, source, kind, units, now, expires_at):
                return False
            if admin is not None:
                record(connection, admin, ActionKind.GRANT, subject_id=user_id, details=str(units))
            return True

        return await self._database.write(unit)

    async def expire(self) -> int:
        """Write the end of the lots that have expired with units left, and return their number. For housekeeping."""
        now = self._clock.now()

        def expire_one(connection: sa.Connection, lot_id: str) -> bool:
            lot = lock_lot(connection, lot_id)
            if lot is None or lot.expires_at is None or lot.expires_at > now or lot.left <= 0:
                return False  # another unit has changed it since it was read
            write_off(connection, lot, now)
            return True

        found = await self._database.read(lambda c: c.execute(_EXPIRED, {"now": now}).scalars().all())
        written = [
            await self._database.write(functools.partial(expire_one, lot_id=lot_id)) for lot_id in found
        ]
        return sum(written)
