"""Values for tests."""

from core.model import Allowance, AspectRatio, GenerationRequest, Origin
from core.reply_target import ReplyTarget

PLENTY = Allowance(daily=1_000, pending=1_000)


def origin(number: int = 1, user_id: int = 7) -> Origin:
    """Return the origin of a user's private message with this number."""
    return Origin(f"m:{user_id}:{number}", user_id, ReplyTarget(user_id, None, number), "en")


def generation_request(number: int = 1, user_id: int = 7, prompt: str | None = None) -> GenerationRequest:
    """Return the request that a user's private message with this number asks for."""
    return GenerationRequest(origin(number, user_id), prompt or f"picture {number}", AspectRatio.SQUARE)
