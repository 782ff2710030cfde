"""Constructs the parts that send a user everything that is kept of them."""

from contextlib import AsyncExitStack

from bot.build_chat import ChatParts
from bot.build_storage import StorageParts
from bot.replica import Replica
from bot.settings import Settings
from chat.telegram_files import TelegramFiles
from core.clock import Clock
from generation.export_archive import ExportArchives
from generation.exporter import Exporter
from generation.singles import Singles

LOOK_SECONDS = 5.0
"""Time in which the leader notices an export that another replica began."""


def build_exporter(
    settings: Settings,
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
            files=TelegramFiles(chat.bot, folder=settings.telegram_files_dir),
            singles=singles,
            clock=clock,
        ),
        sender=chat.sender,
        picture_sender=chat.picture_sender,
        translations=chat.translations,
        clock=clock,
        wait_for_lease=_never_wait if replica is None else replica.wait_for_lease,
        look_seconds=None if replica is None else LOOK_SECONDS,
    )
    stack.push_async_callback(exporter.stop)
    return exporter


async def _never_wait() -> None:
    """Stand in for the lease of a replica: no other process takes over the work of a single one."""
