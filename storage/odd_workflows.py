"""Open requests that no workflow of DBOS drives, and workflows that no process runs."""

from collections.abc import Iterator

import sqlalchemy as sa

from storage.oddities import Oddity
from storage.workflows import find_lost_work

_REPAIRED = "a replica repairs it within half a minute after its start"


def find_lost_workflows(connection: sa.Connection, _now: float) -> Iterator[Oddity]:
    """Yield what the engine of replicas would repair. Nothing, before it has created its tables."""
    if not sa.inspect(connection).has_table("workflow_status", schema="dbos"):
        return
    lost = find_lost_work(connection)
    for request_id in [*lost.draws, *lost.finishes]:
        yield Oddity(f"request {request_id}: open, and no workflow drives it; {_REPAIRED}")
    for user_id in sorted(lost.users):
        yield Oddity(f"user {user_id}: has waiting requests and none in the queue; {_REPAIRED}")
    for workflow_id in lost.orphans:
        yield Oddity(f"workflow {workflow_id}: no process runs it; {_REPAIRED}")
