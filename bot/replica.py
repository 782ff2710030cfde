"""The life of this process among the replicas that share a ledger: heartbeats, the leader, the end of a dead one.

A replica that the others have buried must not go on: they do its work. It learns that at its next heartbeat and ends
the process at once, without the usual stop. A replica that cannot reach the database stops to lead before it is buried.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable

import structlog

from core.background import Background
from core.clock import Clock
from storage.database_errors import StorageUnavailable
from storage.replicas import BEAT_SECONDS, DEAD_SECONDS, LONGEST_GAP_SECONDS, Heartbeat, Replicas

log = structlog.get_logger(__name__)

LEASE_SECONDS = 9.0
"""Age of its own last heartbeat from which a replica leads, pays and sends nothing: before the others may bury it."""
LEASE_LOOK_SECONDS = 0.5

OnHeartbeat = Callable[[Heartbeat], Awaitable[None]]


def end_process() -> None:
    """End the process at once, with the exit code of a temporary failure (sysexits.h), so that it is started again."""
    os._exit(os.EX_TEMPFAIL)


class Replica:
    """This process as one of several. `id` is new at each start.

    `trouble` returns the outage of the provider that this process notices. `on_dead` ends the process.
    """

    def __init__(
        self,
        *,
        replicas: Replicas,
        clock: Clock,
        on_dead: Callable[[], None] = end_process,
        trouble: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.id = f"{socket.gethostname()[:40]}-{secrets.token_hex(4)}"
        self._replicas = replicas
        self._clock = clock
        self._on_dead = on_dead
        self._trouble = trouble
        self._callbacks: list[OnHeartbeat] = []
        self._running: dict[OnHeartbeat, asyncio.Task[object]] = {}
        self._background = Background()
        self._last: Heartbeat | None = None
        self._beat_at = self._steady_since = float("-inf")
        """Monotonic times of the last heartbeat, and of the first one since the last gap."""

    async def start(self) -> None:
        """Join the replicas and send heartbeats from now on. Raises StorageUnavailable."""
        await self._replicas.register(self.id)
        await self._beat()
        self._background.start(self._beat_forever())
        log.info("replica started", replica=self.id, leads=self.is_leader, living=self.living)

    async def stop(self) -> None:
        """Leave the replicas, so that the others take over the open work at once."""
        if self._last is None:
            return
        await self._background.stop()
        try:
            async with asyncio.timeout(BEAT_SECONDS):
                await self._replicas.retire(self.id)
        except (TimeoutError, StorageUnavailable) as error:
            log.warning("replica not retired", replica=self.id, error=str(error))

    def on_heartbeat(self, callback: OnHeartbeat) -> None:
        """Add a callback for each heartbeat. One that still runs is not called again, and delays no heartbeat."""
        self._callbacks.append(callback)

    @property
    def has_lease(self) -> bool:
        """Whether the others cannot have buried this replica yet."""
        return self._clock.monotonic() - self._beat_at < LEASE_SECONDS

    async def wait_for_lease(self) -> None:
        """Wait until a heartbeat shows that the others have not buried this replica. If they have, the process ends."""
        while not self.has_lease:
            await self._clock.sleep(LEASE_LOOK_SECONDS)

    @property
    def is_leader(self) -> bool:
        """Whether this replica is the oldest living one, as far as it can know."""
        return self.has_lease and self._last is not None and self._last.leader == self.id

    @property
    def living(self) -> int:
        """The number of living replicas at the last heartbeat, this one included."""
        return len(self._last.living) if self._last else 1

    @property
    def trouble(self) -> str | None:
        """The outage of the provider that any replica noticed at the last heartbeat."""
        return self._last.trouble if self._last else None

    async def _beat_forever(self) -> None:
        fails = False
        while True:
            await self._clock.sleep(BEAT_SECONDS)
            try:
                async with asyncio.timeout(LONGEST_GAP_SECONDS):
                    await self._beat()
            except (TimeoutError, StorageUnavailable) as error:
                if not fails:
                    log.warning("heartbeats fail", replica=self.id, error=str(error) or "no answer")
                fails = True
            except Exception:
                log.exception("heartbeat failed", replica=self.id)
            else:
                if fails:
                    log.info("heartbeats succeed again", replica=self.id)
                fails = False

    async def _beat(self) -> None:
        at = self._clock.monotonic()
        if at - self._beat_at > LONGEST_GAP_SECONDS:
            self._steady_since = at
        # After an outage of the database every heartbeat is old. Who was cut off must not bury the others.
        may_bury = at - self._steady_since >= DEAD_SECONDS
        heartbeat = await self._replicas.beat(self.id, trouble=self._trouble(), may_bury=may_bury)
        if heartbeat is None:
            log.error("replica is dead to the others, so it ends", replica=self.id)
            self._on_dead()
            return
        if heartbeat.gap > LONGEST_GAP_SECONDS:
            self._steady_since = at
        self._beat_at, self._last = at, heartbeat
        if heartbeat.buried:
            log.warning("replicas dead", buried=heartbeat.buried, by=self.id)
        for callback in self._callbacks:
            self._call(callback, heartbeat)

    def _call(self, callback: OnHeartbeat, heartbeat: Heartbeat) -> None:
        running = self._running.get(callback)
        if running is None or running.done():
            self._running[callback] = self._background.start(_attempt(callback, heartbeat))


async def _attempt(callback: OnHeartbeat, heartbeat: Heartbeat) -> None:
    try:
        await callback(heartbeat)
    except StorageUnavailable as error:
        log.info("heartbeat not followed", error=str(error))  # the next heartbeat tries again


def lease_of(replica: Replica | None) -> Callable[[], Awaitable[None]]:
    """Return the wait for the lease of a replica. A single process waits for none: no other takes over its work."""
    return _no_lease if replica is None else replica.wait_for_lease


async def _no_lease() -> None:
    """Return at once."""
