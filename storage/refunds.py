"""Refunds: the return of whole charges. Credits are taken in the transaction that intends the refund."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.clock import Clock
from core.payments import (
    Asking,
    Charge,
    FoundBy,
    Intending,
    OrderKind,
    OutsideRefund,
    Refund,
    RefundState,
)
from storage.admin_actions import ActionKind, AdminCause, record
from storage.credits import restore, take_back
from storage.database import Database
from storage.gifts import restore_gift, take_gift
from storage.locks import hold
from storage.payment_rows import find_charge, find_refund, read_refund
from storage.schema import star_refunds
from storage.upsert import insert

_TABLE = star_refunds.c
_OUTCOMES = (RefundState.DONE, RefundState.DECLINED, RefundState.REFUSED)
"""The states of which the user is told."""


def take_credits(connection: sa.Connection, charge: Charge, now: float) -> None:
    """Take the credits of a charge that is refunded, inside the caller's unit, which holds the charge's lock."""
    if charge.kind is OrderKind.GIFT:
        take_gift(connection, charge.id, now)
    else:
        take_back(connection, f"c:{charge.id}", now)


def insert_intended(connection: sa.Connection, charge: Charge, now: float) -> None:
    """Insert the intended refund of a new charge without units, inside the caller's unit of work."""
    values = {"charge_id": charge.id, "user_id": charge.user_id, "state": RefundState.INTENDED.value}
    connection.execute(insert(star_refunds).values(decided_at=now, **values))


def forget_reasons(connection: sa.Connection, user_id: int) -> None:
    """Delete the words of a user from their refunds, inside the caller's unit of work."""
    own = sa.and_(_TABLE.user_id == user_id, _TABLE.reason.is_not(None))
    connection.execute(sa.update(star_refunds).where(own).values(reason=None))


def _restore_credits(connection: sa.Connection, charge: Charge, now: float) -> None:
    if charge.kind is OrderKind.GIFT:
        restore_gift(connection, charge.id, now)
    else:
        restore(connection, f"c:{charge.id}", now)


def _put(connection: sa.Connection, charge_id: str, user_id: int, state: RefundState, **values: Any) -> None:
    """Insert a refund, or change that of the charge. The user is not told of the new state yet."""
    new = {"state": state.value, "told_at": None, **values}
    statement = insert(star_refunds).values(charge_id=charge_id, user_id=user_id, **new)
    connection.execute(statement.on_conflict_do_update(index_elements=[_TABLE.charge_id], set_=new))


class Refunds:
    """Every read and write of the table of refunds but those of other units of work."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, charge_id: str) -> Refund | None:
        """Return the refund of a charge, or None."""
        return await self._database.read(lambda connection: find_refund(connection, charge_id))

    async def ask(self, charge_id: str, user_id: int, reason: str | None = None) -> Asking:
        """Store that a user asks for the refund of a charge of theirs."""
        now = self._clock.now()

        def unit(connection: sa.Connection) -> Asking:
            hold(connection, "charge", charge_id)
            charge = find_charge(connection, charge_id)
            if charge is None or charge.user_id != user_id:
                return Asking.NOT_YOURS
            if find_refund(connection, charge_id) is not None:
                return Asking.KNOWN
            _put(connection, charge_id, user_id, RefundState.ASKED, asked_at=now, reason=reason)
            return Asking.ASKED

        return await self._database.write(unit)

    async def decline(self, charge_id: str, decided_by: str, *, cause: AdminCause | None = None) -> bool:
        """Decline a refund that was asked for. Return False if it is in another state.

        `cause` is the action of an admin to store with it.
        """
        values = {"decided_by": decided_by, "decided_at": self._clock.now()}
        return await self._move(charge_id, RefundState.ASKED, RefundState.DECLINED, values, cause)

    async def intend(
        self, charge_id: str, decided_by: str | None, *, cause: AdminCause | None = None
    ) -> Intending:
        """Decide to refund a charge and take its credits in one transaction. `refundStarPayment` is called afterwards.

        A gift that is not redeemed is withdrawn; a redeemed one takes the units from who redeemed it. A refund that was
        asked for, declined, or refused by Telegram may be intended. `cause` is the action of an admin to store with it.
        """
        now = self._clock.now()

        def unit(connection: sa.Connection) -> Intending:
            hold(connection, "charge", charge_id)
            charge, refund = find_charge(connection, charge_id), find_refund(connection, charge_id)
            if refund is not None and refund.state is RefundState.DONE:
                return Intending.DONE
            if refund is not None and refund.state is RefundState.INTENDED:
                return Intending.UNDER_WAY
            if charge is None:
                return Intending.UNKNOWN_CHARGE
            decision = {"decided_by": decided_by, "decided_at": now}
            _put(connection, charge_id, charge.user_id, RefundState.INTENDED, **decision)
            take_credits(connection, charge, now)
            _record(connection, cause, ActionKind.REFUND, charge.user_id, charge_id)
            return Intending.INTENDED

        return await self._database.write(unit)

    async def done(self, charge_id: str) -> bool:
        """Record that Telegram has refunded a charge. Return False if the refund was not intended, or is done."""
        values = {"done_at": self._clock.now()}
        return await self._move(charge_id, RefundState.INTENDED, RefundState.DONE, values)

    async def refuse(self, charge_id: str) -> bool:
        """Record that Telegram refuses an intended refund, and restore the credits. Return False in another state."""
        now = self._clock.now()

        def unit(connection: sa.Connection) -> bool:
            hold(connection, "charge", charge_id)
            charge, refund = find_charge(connection, charge_id), find_refund(connection, charge_id)
            if charge is None or refund is None or refund.state is not RefundState.INTENDED:
                return False
            _put(connection, charge_id, charge.user_id, RefundState.REFUSED)
            _restore_credits(connection, charge, now)
            return True

        return await self._database.write(unit)

    async def intended(self) -> list[Refund]:
        """Return the refunds whose outcome is unknown, oldest first: `refundStarPayment` is to be called for each."""
        return await self._in_states([RefundState.INTENDED], _TABLE.decided_at)

    async def asked(self) -> list[Refund]:
        """Return the refunds that wait for a decision, oldest first."""
        return await self._in_states([RefundState.ASKED], _TABLE.asked_at)

    async def outside(self, charge_id: str, user_id: int, found_by: FoundBy) -> OutsideRefund:
        """Record a refund that Telegram reports, and take the credits unless an intended refund has taken them.

        The charge may be unknown: its credits are taken as soon as it is known.
        """
        now = self._clock.now()

        def unit(connection: sa.Connection) -> OutsideRefund:
            hold(connection, "charge", charge_id)
            charge, refund = find_charge(connection, charge_id), find_refund(connection, charge_id)
            if refund is not None and refund.state is RefundState.DONE:
                return OutsideRefund.KNOWN
            payer = user_id if charge is None else charge.user_id
            if refund is not None and refund.state is RefundState.INTENDED:
                _put(connection, charge_id, payer, RefundState.DONE, done_at=now)
                return OutsideRefund.CONFIRMED
            _put(connection, charge_id, payer, RefundState.DONE, done_at=now, found_by=found_by.value)
            if charge is not None:
                take_credits(connection, charge, now)
            return OutsideRefund.FOUND

        return await self._database.write(unit)

    async def told(self, charge_id: str) -> bool:
        """Record that the user knows the present state. Return False if that was recorded before.

        A new state clears it. Only the states of which `untold` tells count.
        """
        known = sa.and_(_TABLE.charge_id == charge_id, _TABLE.told_at.is_(None), _in(_OUTCOMES))
        statement = sa.update(star_refunds).where(known).values(told_at=self._clock.now())
        return await self._database.write(lambda c: c.execute(statement).rowcount == 1)

    async def untold(self) -> list[Refund]:
        """Return the refunds that were done, declined or refused and not told, for a restart."""
        when = sa.func.coalesce(_TABLE.done_at, _TABLE.decided_at)
        return await self._in_states(_OUTCOMES, when, _TABLE.told_at.is_(None))

    async def _in_states(
        self,
        states: Sequence[RefundState],
        order: sa.ColumnElement[Any],
        *more: sa.ColumnElement[bool],
    ) -> list[Refund]:
        statement = sa.select(star_refunds).where(_in(states), *more).order_by(order, _TABLE.charge_id)
        return await self._database.read(lambda c: [read_refund(row) for row in c.execute(statement)])

    async def _move(
        self,
        charge_id: str,
        expected: RefundState,
        to: RefundState,
        values: dict[str, Any],
        cause: AdminCause | None = None,
    ) -> bool:
        moved = sa.and_(_TABLE.charge_id == charge_id, _TABLE.state == expected.value)
        statement = sa.update(star_refunds).where(moved).values(state=to.value, told_at=None, **values)

        def unit(connection: sa.Connection) -> bool:
            hold(connection, "charge", charge_id)
            user_id = connection.execute(statement.returning(_TABLE.user_id)).scalar()
            if user_id is None:
                return False
            _record(connection, cause, ActionKind.DECLINE_REFUND, user_id, charge_id)
            return True

        return await self._database.write(unit)


def _in(states: Sequence[RefundState]) -> sa.ColumnElement[bool]:
    return sa.or_(*(_TABLE.state == state.value for state in states))


def _record(
    connection: sa.Connection, cause: AdminCause | None, kind: ActionKind, user_id: int, charge_id: str
) -> None:
    if cause is not None:
        record(connection, cause, kind, subject_id=user_id, details=charge_id)
