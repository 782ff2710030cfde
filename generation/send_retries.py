"""The time after which a picture is sent again, if a send failed or its outcome is unknown."""

from chat.api_calls import UNSURE_SECONDS
from chat.errors import TryLater, Unsure
from core.retries import backoff
from generation.request_memory import RequestMemory

SEND_SECONDS = 24 * 3600.0
"""Time for which Telegram is retried from the time at which the picture was ready. The link is valid about as long."""
_LONGEST_UNSURE_SECONDS = 600.0
_UNSURE_SHARE = 0.25
"""Part of the time that a picture has waited already for which it waits again, if the last send may have delivered it:
few duplicates if each send does, and a short further wait if none does."""


def wait_before_resend(memory: RequestMemory, error: TryLater | Unsure, waited: float) -> float | None:
    """Return the seconds until a picture is sent again, or None to give up.

    `waited` are the seconds since the picture was ready, which the ledger knows over restarts.
    """
    if waited > SEND_SECONDS:
        return None
    if isinstance(error, TryLater):
        return error.retry_after or backoff(memory.send_tries, longest=60.0)
    memory.unsure_sends += 1
    if memory.unsure_sends == 1:
        return 1.0
    return min(_LONGEST_UNSURE_SECONDS, max(UNSURE_SECONDS, waited * _UNSURE_SHARE))
