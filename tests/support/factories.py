"""Model objects for tests."""

from core.model import Allowance, AspectRatio, GenerationRequest, Origin
from core.reply_target import ReplyTarget
from storage.inbox import QueuedUpdate, StoredUpdate

AMPLE = Allowance(daily=1_000, pending=1_000)
"""An allowance that no test uses up."""


def origin(number: int = 1, user_id: int = 7) -> Origin:
    """Return the origin of the private message with this number."""
    return Origin(f"m:{user_id}:{number}", user_id, ReplyTarget(user_id, None, number), "en")


def generation_request(number: int = 1, user_id: int = 7, prompt: str | None = None) -> GenerationRequest:
    """Return the generation request of the private message with this number."""
    return GenerationRequest(origin(number, user_id), prompt or f"picture {number}", AspectRatio.SQUARE)


def queued_update(number: int, queue: str = "7") -> QueuedUpdate:
    """Return the update with this number in a queue."""
    return QueuedUpdate(StoredUpdate(number, f'{{"update_id": {number}}}'), queue)
