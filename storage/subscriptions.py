"""Subscriptions: the newest one of each user. Its payments are charges."""

from typing import Any

import sqlalchemy as sa

from core.clock import Clock
from core.payments.charges import Charge
from core.payments.refunds import RefundState
from core.payments.subscriptions import Subscription, SubscriptionState
from storage.database import Database
from storage.locks import hold
from storage.payment_rows import find_refund, read_subscription
from storage.schema import star_subscriptions
from storage.subscription_stops import want_stop
from storage.upsert import insert

_TABLE = star_subscriptions.c
_OF_USER = sa.select(star_subscriptions).where(_TABLE.user_id == sa.bindparam("of_user"))


def record_subscription(connection: sa.Connection, charge: Charge, now: float) -> None:
    """Store the subscription that a charge begins or renews, unless a charge with a later end is stored.

    A user has one subscription at most, so another one that would be renewed is stopped.
    """
    hold(connection, "subscription of", charge.user_id)
    before = _find(connection, charge.user_id)
    values: dict[str, Any] = {
        "order_id": charge.payload,
        "charge_id": charge.id,
        "units": charge.units,
        "stars": charge.stars,
        "expires_at": charge.expires_at,
        "state": SubscriptionState.ACTIVE.value,
        "stopped_by_bot": False,
    }
    statement = insert(star_subscriptions).values(user_id=charge.user_id, **values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[_TABLE.user_id], set_=values, where=_TABLE.expires_at < charge.expires_at
        )
    )
    if before is None or before.order_id == charge.payload or charge.expires_at is None:
        return
    if charge.expires_at <= before.expires_at:
        ended, expires_at = charge.payload, charge.expires_at
    else:
        ended, expires_at = before.order_id, before.expires_at
        if before.state is SubscriptionState.CANCELED:
            return
    if expires_at > now:
        want_stop(connection, charge.user_id, ended, now)


def has_subscription(connection: sa.Connection, user_id: int, payload: str) -> bool:
    """Return whether the newest subscription of a user has this payload of the invoice, so a charge renews it."""
    found = _find(connection, user_id)
    return found is not None and found.order_id == payload


def running_subscription(connection: sa.Connection, user_id: int, now: float) -> Subscription | None:
    """Return the subscription of a user that runs at a Unix time, or None. One whose payment is refunded has ended."""
    found = _find(connection, user_id)
    if found is None or not found.is_running(now):
        return None
    refund = find_refund(connection, found.charge_id)
    is_refunded = refund is not None and refund.state in {RefundState.INTENDED, RefundState.DONE}
    return None if is_refunded else found


def _find(connection: sa.Connection, user_id: int) -> Subscription | None:
    row = connection.execute(_OF_USER, {"of_user": user_id}).first()
    return None if row is None else read_subscription(row)


class Subscriptions:
    """Every read and write of the table of subscriptions but those of other units of work."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of_user(self, user_id: int) -> Subscription | None:
        """Return the newest subscription of a user, running or not, or None."""
        return await self._database.read(lambda connection: _find(connection, user_id))

    async def running(self, user_id: int) -> Subscription | None:
        """Return the subscription of a user that runs now, or None. One whose payment is refunded has ended."""
        now = self._clock.now()
        return await self._database.read(lambda c: running_subscription(c, user_id, now))

    async def set_state(self, user_id: int, payload: str, state: SubscriptionState) -> Subscription | None:
        """Store the state that Telegram reports for the subscription of an order (update `subscription`).

        Return the subscription, or None if the payload is not that of the newest one. The update `active` means that
        it was switched on again, so it is not stopped by the bot any more.
        """
        values: dict[str, Any] = {"state": state.value}
        if state is SubscriptionState.ACTIVE:
            values["stopped_by_bot"] = False
        return await self._update(values, _TABLE.user_id == user_id, _TABLE.order_id == payload)

    async def set_stopped(self, user_id: int, payload: str, *, stopped: bool) -> bool:
        """Record that the bot canceled a subscription for its user, or lets the user switch it on again.

        It may have been renewed meanwhile. The latter does not switch it on, so its state stays. Return False if it is
        another subscription.
        """
        values: dict[str, Any] = {"stopped_by_bot": stopped}
        if stopped:
            values["state"] = SubscriptionState.CANCELED.value
        found = await self._update(values, _TABLE.user_id == user_id, _TABLE.order_id == payload)
        return found is not None

    async def _update(self, values: dict[str, Any], *where: sa.ColumnElement[bool]) -> Subscription | None:
        statement = sa.update(star_subscriptions).where(*where).values(values).returning(*_TABLE)

        def unit(connection: sa.Connection) -> Subscription | None:
            row = connection.execute(statement).first()
            return None if row is None else read_subscription(row)

        return await self._database.write(unit)
