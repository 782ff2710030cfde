"""The processes that share a ledger on PostgreSQL: heartbeats, the leader, and the tombstones of dead ones.

Every time here is read from the database's clock inside the statement, so replicas on machines with different clocks
agree. The replicas do not talk to each other: the rows are all that they know.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from storage.database import Database
from storage.schema import replicas

BEAT_SECONDS = 3.0
"""Seconds between two heartbeats."""
DEAD_SECONDS = 12.0
"""Age of the last heartbeat from which a replica counts as dead: four heartbeats."""
LONGEST_GAP_SECONDS = 6.0
"""Longest time between two heartbeats of a replica that may bury others."""
TOMBSTONE_SECONDS = 86_400.0
"""Time for which a dead replica's row stays, so that nothing it claimed late is overlooked."""

_NOW = sa.literal_column("extract(epoch FROM clock_timestamp())", sa.Float)
_REGISTER = sa.insert(replicas).values(id=sa.bindparam("own_id"), started_at=_NOW, beat_at=_NOW)
_GAP = sa.select(_NOW - replicas.c.beat_at).where(replicas.c.id == sa.bindparam("own_id"))
_BEAT = (
    sa.update(replicas)
    .where(replicas.c.id == sa.bindparam("own_id"), replicas.c.dead_at.is_(None))
    .values(beat_at=_NOW, trouble=sa.bindparam("own_trouble"))
    .returning(replicas.c.beat_at)
)
_STALE = (
    sa.select(replicas.c.id)
    .where(replicas.c.dead_at.is_(None), replicas.c.beat_at < _NOW - DEAD_SECONDS)
    # A replica that was stopped in the middle of its beat holds its row until the server ends its session.
    .with_for_update(skip_locked=True)
)
_BURY = sa.update(replicas).where(replicas.c.id.in_(_STALE)).values(dead_at=_NOW).returning(replicas.c.id)
_RETIRE = (
    sa.update(replicas)
    .where(replicas.c.id == sa.bindparam("own_id"), replicas.c.dead_at.is_(None))
    .values(dead_at=_NOW)
)
_ALL = sa.select(replicas).order_by(replicas.c.started_at, replicas.c.id)
_LIVING = (
    sa.select(replicas.c.id)
    .where(replicas.c.dead_at.is_(None), replicas.c.beat_at >= _NOW - DEAD_SECONDS)
    .order_by(replicas.c.started_at, replicas.c.id)
)
_FORGET = sa.delete(replicas).where(replicas.c.dead_at < _NOW - TOMBSTONE_SECONDS)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The state of all replicas at a heartbeat.

    `now` is the Unix time of the database's clock, and `gap` the seconds since the heartbeat before, by it. `buried`
    are the replicas that this heartbeat found dead, `dead` all tombstones, these included. `trouble` is the outage of
    the provider that a living replica notices, if any.
    """

    now: float
    gap: float
    leader: str
    living: tuple[str, ...]
    dead: tuple[str, ...]
    buried: tuple[str, ...]
    trouble: str | None


def list_living(connection: sa.Connection) -> Sequence[str]:
    """Return the ids of the replicas with a fresh heartbeat, the leader first."""
    return connection.execute(_LIVING).scalars().all()


class Replicas:
    """Every read and write of the table of replicas."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def register(self, replica_id: str) -> None:
        """Add a replica that starts."""
        await self._database.write(lambda c: c.execute(_REGISTER, {"own_id": replica_id}).rowcount)

    async def beat(self, replica_id: str, *, trouble: str | None, may_bury: bool) -> Heartbeat | None:
        """Record a heartbeat and bury the replicas without one, if allowed. Return None if this one is dead itself.

        After a jump of the database's clock all heartbeats are old, the own one, too: then nobody is buried.
        """

        def unit(connection: sa.Connection) -> Heartbeat | None:
            own = {"own_id": replica_id, "own_trouble": trouble}
            gap = connection.execute(_GAP, {"own_id": replica_id}).scalar()
            now = connection.execute(_BEAT, own).scalar()
            if gap is None or now is None:
                return None
            buries = may_bury and gap <= LONGEST_GAP_SECONDS
            buried = tuple(connection.execute(_BURY).scalars()) if buries else ()
            rows = connection.execute(_ALL).all()
            living = [row for row in rows if row.dead_at is None]
            return Heartbeat(
                now=now,
                gap=gap,
                leader=living[0].id,
                living=tuple(row.id for row in living),
                dead=tuple(row.id for row in rows if row.dead_at is not None),
                buried=buried,
                trouble=next((row.trouble for row in living if row.trouble), None),
            )

        return await self._database.write(unit)

    async def retire(self, replica_id: str) -> None:
        """Record that a replica has stopped by itself, so that the others take over its work at once."""
        await self._database.write(lambda c: c.execute(_RETIRE, {"own_id": replica_id}).rowcount)

    async def forget_dead(self) -> None:
        """Delete the tombstones that are old enough."""
        await self._database.write(lambda connection: connection.execute(_FORGET).rowcount)
