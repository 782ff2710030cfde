"""Refunds: the return of whole charges. Credits are taken in the transaction that intends the refund."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.clock import Clock
from core.payments.charges import Charge, FoundBy
from core.payments.offers import OrderKind
from core.payments.refunds import Asking, Intending, OutsideRefund, Refund, RefundState
from core.payments.transactions import Transaction
from storage.admin_actions import ActionKind, AdminCause, record
from storage.credits import restore, take_back
from storage.database import Database
from storage.gifts import restore_gift, take_gift
from storage.locks import hold
from storage.payment_rows import find_charge, find_refund, read_refund
from storage.schema import star_charges, star_refunds
from storage.subscription_stops import stop_refunded
from storage.upsert import insert

_TABLE = star_refunds.c
HAS_CHARGE = sa.select(star_charges.c.id).where(star_charges.c.id == _TABLE.charge_id).exists()
"""The charge of a refund is known."""
_OUTCOMES = (RefundState.DONE, RefundState.DECLINED, RefundState.REFUSED)
"""The states of which the user is told."""
_RETURNED = (RefundState.INTENDED, RefundState.DONE)
"""The states in which the Stars of a charge are back, or on their way."""


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
    new = {"state": state.value, "told_at": None} | values
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

        def unit(connection: sa.Connection) -> bool:
            hold(connection, "charge", charge_id)
            if not _move(connection, charge_id, RefundState.ASKED, RefundState.DECLINED, values):
                return False
            refund = find_refund(connection, charge_id)
            if refund is not None:
                _record(connection, cause, ActionKind.DECLINE_REFUND, refund.user_id, charge_id)
            return True

        return await self._database.write(unit)

    async def intend(
        self,
        charge_id: str,
        decided_by: str | None,
        *,
        asked: bool = False,
        cause: AdminCause | None = None,
    ) -> Intending:
        """Decide to refund a charge and take its credits in one transaction. `refundStarPayment` is called afterwards.

        A gift that is not redeemed is withdrawn; a redeemed one takes the units from who redeemed it. A refund that was
        asked for, declined, or refused by Telegram may be intended. With `asked` it must wait for a decision: another
        admin may have declined it since the caller looked. `cause` is the action of an admin to store with it.
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
            if asked and (refund is None or refund.state is not RefundState.ASKED):
                return Intending.NOT_ASKED
            decision = {"decided_by": decided_by, "decided_at": now}
            _put(connection, charge_id, charge.user_id, RefundState.INTENDED, **decision)
            take_credits(connection, charge, now)
            _record(connection, cause, ActionKind.REFUND, charge.user_id, charge_id)
            return Intending.INTENDED

        return await self._database.write(unit)

    async def done(self, charge_id: str) -> bool:
        """Record that Telegram has refunded a charge, which ends the subscription that it paid for.

        Return False if the refund was not intended, or is done.
        """
        now = self._clock.now()

        def unit(connection: sa.Connection) -> bool:
            hold(connection, "charge", charge_id)
            if not _move(connection, charge_id, RefundState.INTENDED, RefundState.DONE, {"done_at": now}):
                return False
            charge = find_charge(connection, charge_id)
            if charge is not None:
                stop_refunded(connection, charge, now)
            return True

        return await self._database.write(unit)

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
        """Return the refunds that wait for a decision and that no admin has seen, oldest first."""
        return await self._in_states([RefundState.ASKED], _TABLE.asked_at, _TABLE.told_at.is_(None))

    async def passed_on(self, charge_id: str) -> None:
        """Record that an admin has the request for a refund."""
        waits = sa.and_(_TABLE.charge_id == charge_id, _TABLE.state == RefundState.ASKED.value)
        statement = sa.update(star_refunds).where(waits).values(told_at=self._clock.now())
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

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
            if charge is not None:
                stop_refunded(connection, charge, now)
            payer = user_id if charge is None else charge.user_id
            if refund is not None and refund.state is RefundState.INTENDED:
                _put(connection, charge_id, payer, RefundState.DONE, done_at=now)
                return OutsideRefund.CONFIRMED
            _put(connection, charge_id, payer, RefundState.DONE, done_at=now, found_by=found_by.value)
            if charge is not None:
                take_credits(connection, charge, now)
            return OutsideRefund.FOUND

        return await self._database.write(unit)

    async def charged_back(self, returned: Transaction) -> Refund | None:
        """Record a return whose id is that of no payment, and take the credits of the payment that it fits, if any.

        That is the only payment of the same user, invoice and price that was not refunded. Return its refund, or
        without one that of the return itself, which is recorded by its id. A repetition changes nothing: None.
        """
        now, user_id = self._clock.now(), returned.user_id or 0
        done = {"done_at": now, "found_by": FoundBy.RECONCILIATION.value}

        def unit(connection: sa.Connection) -> Refund | None:
            hold(connection, "charge", returned.id)
            if find_refund(connection, returned.id) is not None:
                return None
            charge = _fitting_charge(connection, returned)
            _put(connection, returned.id, user_id, RefundState.DONE, **done, told_at=now if charge else None)
            if charge is not None:
                _put(connection, charge.id, charge.user_id, RefundState.DONE, **done)
                stop_refunded(connection, charge, now)
                take_credits(connection, charge, now)
            return find_refund(connection, returned.id if charge is None else charge.id)

        return await self._database.write(unit)

    async def told(self, charge_id: str, state: RefundState) -> bool:
        """Record that the user knows a state. Return False if that was recorded before, or the state is another one.

        A new state clears it. Only the states of which `untold` tells count.
        """
        known = sa.and_(
            _TABLE.charge_id == charge_id,
            _TABLE.state == state.value,
            _TABLE.told_at.is_(None),
            _in(_OUTCOMES),
        )
        statement = sa.update(star_refunds).where(known).values(told_at=self._clock.now())
        return await self._database.write(lambda c: c.execute(statement).rowcount == 1)

    async def untold(self) -> list[Refund]:
        """Return the refunds of known charges that were done, declined or refused and not told, for a restart."""
        when = sa.func.coalesce(_TABLE.done_at, _TABLE.decided_at)
        return await self._in_states(_OUTCOMES, when, _TABLE.told_at.is_(None), HAS_CHARGE)

    async def _in_states(
        self,
        states: Sequence[RefundState],
        order: sa.ColumnElement[Any],
        *more: sa.ColumnElement[bool],
    ) -> list[Refund]:
        statement = sa.select(star_refunds).where(_in(states), *more).order_by(order, _TABLE.charge_id)
        return await self._database.read(lambda c: [read_refund(row) for row in c.execute(statement)])


def _fitting_charge(connection: sa.Connection, returned: Transaction) -> Charge | None:
    """Return the only charge that a return of Stars without the id of one can be about, with its lock, or None."""
    fits = sa.select(star_charges.c.id).where(
        star_charges.c.user_id == returned.user_id,
        star_charges.c.payload == returned.payload,
        star_charges.c.stars == returned.price,
    )
    fitting = connection.execute(fits.order_by(star_charges.c.id)).scalars().all()
    for charge_id in fitting:
        hold(connection, "charge", charge_id)
    refunds = [find_refund(connection, charge_id) for charge_id in fitting]
    kept = [
        charge_id
        for charge_id, refund in zip(fitting, refunds, strict=True)
        if refund is None or refund.state not in _RETURNED
    ]
    return find_charge(connection, kept[0]) if len(kept) == 1 else None


def _move(
    connection: sa.Connection,
    charge_id: str,
    expected: RefundState,
    to: RefundState,
    values: dict[str, Any],
) -> bool:
    """Change the state of a refund. Return False if it is not `expected`. The caller holds the charge's lock."""
    moved = sa.and_(_TABLE.charge_id == charge_id, _TABLE.state == expected.value)
    statement = sa.update(star_refunds).where(moved).values(state=to.value, told_at=None, **values)
    return connection.execute(statement).rowcount == 1


def _in(states: Sequence[RefundState]) -> sa.ColumnElement[bool]:
    return sa.or_(*(_TABLE.state == state.value for state in states))


def _record(
    connection: sa.Connection, cause: AdminCause | None, kind: ActionKind, user_id: int, charge_id: str
) -> None:
    if cause is not None:
        record(connection, cause, kind, subject_id=user_id, details=charge_id)
