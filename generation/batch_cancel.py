"""The cancellation of all requests of a batch."""

from core.model import PENDING, Request
from generation.engine import Engine
from storage.batches import Batches


async def cancel_batch(request: Request, *, engine: Engine, batches: Batches) -> bool:
    """Cancel all pending requests of a request's batch, or the request alone. Return False if it is too late for each.

    The last request goes first: a slot that becomes free must not start another one that is about to be cancelled.
    """
    if request.batch_id is None:
        return await engine.cancel(request.id)
    batch = await batches.requests_of(request.batch_id)
    pending = [one.id for one in reversed(batch) if one.state in PENDING]
    return any([await engine.cancel(request_id) for request_id in pending])
