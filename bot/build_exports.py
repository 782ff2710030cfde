"""Constructs the parts that send a user everything that is kept of them."""

from contextlib import AsyncExitStack

from bot.build_chat import ChatParts
from bot.build_storage import StorageParts
from bot.replica import Replica, lease_of
from core.clock import Clock
from generation.export_archive import ExportArchives
from generation.exporter import Exporter
from generation.singles import Singles

LOOK_SECONDS = 5.0
"""Time in which the leader notices an export that another replica began."""


def build_exporter(
    *,
    clock: Clock,
    storage: StorageParts,
    chat: ChatParts,
    singles: Singles,
    replica: Replica | None,
    stack: AsyncExitStack,
) -> Exporter:
    """Return the sender of exports. `stack` stops it."""
    exporter = Exporter(
        exports=storage.exports,
        archives=ExportArchives(
            bot=chat.bot,
            exports=storage.exports,
            files=chat.files,
            singles=singles,
            clock=clock,
        ),
        sender=chat.sender,
        picture_sender=chat.picture_sender,
        translations=chat.translations,
        clock=clock,
        wait_for_lease=lease_of(replica),
        look_seconds=None if replica is None else LOOK_SECONDS,
    )
    stack.push_async_callback(exporter.stop)
    return exporter
