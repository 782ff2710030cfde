"""Constructs the queue of requests that several processes share."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.settings import Settings
from storage.request_queue import RequestQueue

if TYPE_CHECKING:
    from generation.dbos_workflows import DbosWorkflows


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowParts:
    """The shared queue, and the workflows that it gives to the processes."""

    queue: RequestQueue
    workflows: "DbosWorkflows"


def build_workflows(settings: Settings, *, replica_id: str, stack: AsyncExitStack) -> WorkflowParts:
    """Return the parts of a replica. `stack` closes them."""
    from generation.dbos_workflows import DbosWorkflows  # noqa: PLC0415 - dbos is an optional package, and large

    workflows = DbosWorkflows(
        url=settings.database_url, replica_id=replica_id, in_flight=settings.max_in_flight
    )
    stack.callback(workflows.close)
    queue = RequestQueue(
        enqueue=workflows.enqueue, concurrency=settings.user_concurrency, in_flight=settings.max_in_flight
    )
    return WorkflowParts(queue=queue, workflows=workflows)
