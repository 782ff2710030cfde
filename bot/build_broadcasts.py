"""Constructs the parts that send broadcasts."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.build_chat import ChatParts
from bot.build_exports import LOOK_SECONDS
from bot.build_storage import StorageParts
from bot.replica import Replica, lease_of
from chat.broadcast_panel import BroadcastPanel
from core.clock import Clock
from core.metrics import Metrics
from generation.broadcaster import Broadcaster


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastParts:
    """The sender of broadcasts, and the messages that show them to admins."""

    broadcaster: Broadcaster
    panel: BroadcastPanel


def build_broadcasts(
    *,
    clock: Clock,
    metrics: Metrics,
    storage: StorageParts,
    chat: ChatParts,
    replica: Replica | None,
    stack: AsyncExitStack,
) -> BroadcastParts:
    """Return the parts that send broadcasts. `stack` stops them."""
    panel = BroadcastPanel(
        broadcasts=storage.broadcasts,
        audience=storage.audience,
        translations=chat.translations,
        languages=chat.languages,
        sender=chat.sender,
        clock=clock,
    )
    broadcaster = Broadcaster(
        broadcasts=storage.broadcasts,
        audience=storage.audience,
        users=storage.users,
        panel=panel,
        sender=chat.sender,
        translations=chat.translations,
        metrics=metrics,
        clock=clock,
        wait_for_lease=lease_of(replica),
        look_seconds=None if replica is None else LOOK_SECONDS,
    )
    stack.push_async_callback(broadcaster.stop)
    return BroadcastParts(broadcaster=broadcaster, panel=panel)
