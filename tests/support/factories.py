"""Requests to put into a ledger."""

from core.model import Allowance, AspectRatio, GenerationRequest

PLENTY = Allowance(daily=1_000, pending=1_000)


def generation_request(number: int = 1, user_id: int = 7) -> GenerationRequest:
    """Return the request that a person's message of this number causes."""
    return GenerationRequest(
        key=f"m:{user_id}:{number}",
        user_id=user_id,
        chat_id=user_id,
        message_id=number,
        language="en",
        prompt=f"picture {number}",
        ratio=AspectRatio.SQUARE,
    )
