"""Subscriptions that the bot ends at Telegram: their payment went back, nothing explains it, or there is a newer one.

A stop is written in the transaction of its cause, and `editUserStarSubscription` is called until Telegram has answered.
"""

from typing import Any

import sqlalchemy as sa

from core.clock import Clock
from core.payments.charges import Charge
from core.payments.offers import OrderKind
from core.payments.subscriptions import SubscriptionState, SubscriptionStop
from storage.database import Database
from storage.schema import star_charges, star_subscriptions, subscription_stops
from storage.upsert import insert

_TABLE = subscription_stops.c
_OF_PAYLOAD = sa.and_(
    star_charges.c.user_id == sa.bindparam("of_user"), star_charges.c.payload == sa.bindparam("with_payload")
)
_FIRST = sa.select(star_charges.c.id).where(_OF_PAYLOAD).order_by(star_charges.c.paid_at, star_charges.c.id)
_LATER = sa.select(star_charges.c.id).where(_OF_PAYLOAD, star_charges.c.paid_at > sa.bindparam("after"))
_STOPPED = sa.select(_TABLE.charge_id).where(
    _TABLE.user_id == sa.bindparam("of_user"), _TABLE.payload == sa.bindparam("with_payload")
)
_OPEN = (
    sa.select(_TABLE.charge_id, _TABLE.user_id, _TABLE.payload, _TABLE.wanted_at)
    .where(_TABLE.done_at.is_(None))
    .order_by(_TABLE.wanted_at, _TABLE.charge_id)
)


def want_stop(connection: sa.Connection, user_id: int, payload: str, now: float) -> None:
    """Store that a subscription is to be canceled, inside the caller's unit of work. A charge of it is stored."""
    found = connection.execute(_FIRST.limit(1), {"of_user": user_id, "with_payload": payload})
    values: dict[str, Any] = {"user_id": user_id, "payload": payload, "wanted_at": now, "done_at": None}
    statement = insert(subscription_stops).values(charge_id=found.scalar_one(), **values)
    again = {"wanted_at": now, "done_at": None}
    connection.execute(statement.on_conflict_do_update(index_elements=[_TABLE.charge_id], set_=again))


def stop_refunded(connection: sa.Connection, charge: Charge, now: float) -> None:
    """Do the same for the subscription of a refunded charge, unless a later payment of it is stored."""
    if charge.kind is not OrderKind.SUBSCRIPTION:
        return
    of_payload = {"of_user": charge.user_id, "with_payload": charge.payload}
    if connection.execute(_LATER, of_payload | {"after": charge.paid_at}).first() is None:
        want_stop(connection, charge.user_id, charge.payload, now)


def is_stopped(connection: sa.Connection, charge: Charge) -> bool:
    """Return whether the subscription of a charge is or will be canceled, inside the caller's unit of work."""
    of_payload = {"of_user": charge.user_id, "with_payload": charge.payload}
    return connection.execute(_STOPPED, of_payload).first() is not None


class SubscriptionStops:
    """The reads and writes of the table of stops but those of other units of work."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def open(self) -> list[SubscriptionStop]:
        """Return the stops that Telegram has not answered, the oldest first."""
        return await self._database.read(lambda c: [SubscriptionStop(*row) for row in c.execute(_OPEN)])

    async def done(self, stop: SubscriptionStop) -> None:
        """Record that Telegram has answered, and that the subscription is not renewed, if it is the user's newest."""
        answered = sa.and_(_TABLE.charge_id == stop.charge_id, _TABLE.wanted_at == stop.wanted_at)
        of_user = star_subscriptions.c.user_id == stop.user_id
        same = star_subscriptions.c.order_id == stop.payload
        canceled = {"state": SubscriptionState.CANCELED.value, "stopped_by_bot": True}

        def unit(connection: sa.Connection) -> None:
            connection.execute(
                sa.update(subscription_stops).where(answered).values(done_at=self._clock.now())
            )
            connection.execute(sa.update(star_subscriptions).where(of_user, same).values(canceled))

        await self._database.write(unit)
