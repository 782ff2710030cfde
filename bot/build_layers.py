"""Constructs the parts of all layers, from the ledger to the handlers."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
from aiogram import Dispatcher
from aiogram.client.session.base import BaseSession

from bot.build_broadcasts import BroadcastParts, build_broadcasts
from bot.build_chat import ChatParts, build_chat
from bot.build_dispatcher import build_dispatcher
from bot.build_generation import GenerationParts, build_generation
from bot.build_provider import build_provider
from bot.build_shop import ShopParts, build_shop
from bot.build_storage import StorageParts, build_storage
from bot.build_tracing import build_tracing
from bot.build_workflows import build_workflows
from bot.replica import Replica
from bot.settings import Settings
from core.clock import Clock
from core.metrics import Metrics
from generation.alarms import Alarm
from generation.request_traces import RequestTraces
from storage.database import Database
from storage.replicas import Replicas
from storage.write_check import WriteCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The parts of all layers. A single process has no `replica`, and without STARS there is no `shop`."""

    replica: Replica | None
    replicas: Replicas
    storage: StorageParts
    traces: RequestTraces | None
    chat: ChatParts
    generation: GenerationParts
    broadcasting: BroadcastParts
    shop: ShopParts | None
    dispatcher: Dispatcher

    def is_leader(self) -> bool:
        """Return whether this process does the work that one process does for all."""
        return self.replica is None or self.replica.is_leader

    def count_processes(self) -> int:
        """Return the number of living processes that share the ledger, this one included."""
        return 1 if self.replica is None else self.replica.living

    def own_outage(self) -> str | None:
        """Return the reason of an outage of the provider that this process notices."""
        outage = self.generation.circuit_breaker.outage
        return None if outage is None else outage.value

    def known_outage(self) -> str | None:
        """Return the reason of an outage of the provider that this process or another one knows."""
        shared = self.replica.trouble if self.replica is not None else None
        return self.own_outage() or shared


def build_layers(
    settings: Settings,
    *,
    database: Database,
    session: BaseSession,
    clock: Clock,
    heartbeat_clock: Clock,
    metrics: Metrics,
    media_transport: httpx.AsyncBaseTransport | None,
    stack: AsyncExitStack,
) -> Layers:
    """Return the parts, each constructed after those that it uses. `stack` closes them in reverse order."""

    def own_outage() -> str | None:
        return layers.own_outage()

    stack.push_async_callback(database.close)
    replicas, replica, shared = Replicas(database), None, None
    if database.is_shared:
        replica = Replica(replicas=replicas, clock=heartbeat_clock, trouble=own_outage)
        shared = build_workflows(settings, replica_id=replica.id, stack=stack)
        stack.push_async_callback(replica.stop)
    storage = build_storage(database, clock, shared.queue if shared else None)
    stack.push_async_callback(storage.users.stop)
    traces = build_tracing(
        settings,
        storage=storage,
        clock=clock,
        metrics=metrics,
        instance_id=replica.id if replica else None,
        stack=stack,
    )
    write_check = WriteCheck(key_values=storage.key_values, clock=clock)
    stack.push_async_callback(write_check.stop)
    provider = build_provider(settings, metrics=metrics, transport=media_transport, stack=stack)
    chat = build_chat(
        settings,
        session=session,
        clock=clock,
        metrics=metrics,
        storage=storage,
        stack=stack,
        replica=replica,
    )
    generation = build_generation(
        settings,
        clock=clock,
        metrics=metrics,
        storage=storage,
        provider=provider,
        chat=chat,
        replica=replica,
        shared=shared,
        traces=traces,
        stack=stack,
    )
    database.on_unavailable(lambda: generation.alarms.raise_alarm(Alarm.DISK))
    database.on_unavailable(write_check.start)
    broadcasting = build_broadcasts(
        clock=clock, metrics=metrics, storage=storage, chat=chat, replica=replica, stack=stack
    )
    shop = build_shop(
        settings,
        database=database,
        clock=clock,
        credits=storage.credits,
        controls=storage.controls,
        metrics=metrics,
        chat=chat,
        alarms=generation.alarms,
        circuit_breaker=generation.circuit_breaker,
        replica=replica,
    )
    dispatcher = build_dispatcher(
        settings,
        clock=clock,
        storage=storage,
        chat=chat,
        generation=generation,
        broadcasting=broadcasting,
        shop=shop,
        traces=traces,
    )
    layers = Layers(
        replica=replica,
        replicas=replicas,
        storage=storage,
        traces=traces,
        chat=chat,
        generation=generation,
        broadcasting=broadcasting,
        shop=shop,
        dispatcher=dispatcher,
    )
    return layers
