"""Regular work on the ledger: rows that are not needed any more, requests that nothing drives."""

import contextlib

from core.clock import Clock
from generation.engine import Engine
from storage.database_errors import StorageUnavailable
from storage.drafts import Drafts
from storage.inbox import Inbox
from storage.replicas import Replicas

PRUNE_SECONDS = 3600.0
REPAIR_SECONDS = 30.0


async def prune_hourly(inbox: Inbox, drafts: Drafts, replicas: Replicas | None, clock: Clock) -> None:
    """Prune the inbox, the drafts and, if there are any, the replicas now and every hour, until cancelled."""
    while True:
        with contextlib.suppress(StorageUnavailable):  # the next hour is early enough
            await inbox.prune()
            await drafts.prune()
            if replicas is not None:
                await replicas.forget_dead()
        await clock.sleep(PRUNE_SECONDS)


async def repair_regularly(engine: Engine, clock: Clock) -> None:
    """Let the engine continue requests that nothing drives, until cancelled. The start has done it once."""
    while True:
        await clock.sleep(REPAIR_SECONDS)
        with contextlib.suppress(StorageUnavailable):  # the next time is early enough
            await engine.repair()
