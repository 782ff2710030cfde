"""Model objects for tests."""

import itertools

from core.model import Allowance, AspectRatio, GenerationRequest, Origin
from core.reply_target import ReplyTarget
from storage.admin_actions import AdminCause
from storage.inbox import QueuedUpdate, StoredUpdate

_CAUSES = itertools.count(1)
AMPLE = Allowance(daily=1_000, pending=1_000)
"""An allowance that no test uses up."""


def admin_cause(key: str | None = None, admin_id: int = 1) -> AdminCause:
    """Return the cause of an action of an admin, a new one without a key."""
    return AdminCause(key or f"m:{admin_id}:cause {next(_CAUSES)}", admin_id, 1_790_000_000.0)


def origin(number: int = 1, user_id: int = 7) -> Origin:
    """Return the origin of the private message with this number."""
    return Origin(f"m:{user_id}:{number}", user_id, ReplyTarget(user_id, None, number), "en")


def generation_request(number: int = 1, user_id: int = 7, prompt: str | None = None) -> GenerationRequest:
    """Return the generation request of the private message with this number."""
    return GenerationRequest(origin(number, user_id), prompt or f"picture {number}", AspectRatio.SQUARE)


def queued_update(number: int, queue: str = "7") -> QueuedUpdate:
    """Return the update with this number in a queue."""
    return QueuedUpdate(StoredUpdate(number, f'{{"update_id": {number}}}'), queue)
