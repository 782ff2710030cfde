"""The failures of the Bot API that the picture of an inline message survives. docs/failures.md has the same rows."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from playground import faults
from playground.faults import Fault


@dataclass(frozen=True, slots=True)
class InlineFailure:
    """A failure of a method while an inline message waits for its picture, and the final state of the message.

    Without an `answer`, the connection breaks. `times` limits the number of failing calls; None means all.
    """

    method: str
    what: str
    answer: Callable[[], web.StreamResponse] | None = None
    times: int | None = 1
    shows: str = "the picture"

    def fault(self) -> Fault:
        """Return the fault of the stand-in that causes this failure."""
        return Fault(self.method, answer=self.answer, drop=self.answer is None, times=self.times)


_TOO_FAST = faults.telegram(429, "Too Many Requests: retry after 1", retry_after=1)
_SERVER_ERROR = faults.telegram(500, "Internal Server Error")
_GONE = faults.telegram(400, "Bad Request: MESSAGE_ID_INVALID")
_NO_RIGHTS = faults.telegram(400, "Bad Request: not enough rights to send photos to the chat")
_RESET = "connection reset before it was accepted"
ELSEWHERE = "a text that the picture is in the private chat"
INLINE_FAILURES = [
    InlineFailure("editMessageText", "429 with retry_after", _TOO_FAST, 2),
    InlineFailure("editMessageText", "500", _SERVER_ERROR, 2),
    InlineFailure("editMessageText", "400 MESSAGE_ID_INVALID", _GONE, None),
    InlineFailure("editMessageText", _RESET),
    InlineFailure("editMessageMedia", "429 with retry_after", _TOO_FAST, 2),
    InlineFailure("editMessageMedia", "500", _SERVER_ERROR, 2),
    InlineFailure("editMessageMedia", _RESET),
    InlineFailure("editMessageMedia", "400 not enough rights to send photos", _NO_RIGHTS, None, ELSEWHERE),
    InlineFailure("sendPhoto", "500", _SERVER_ERROR, 2),
    InlineFailure("sendChatAction", "500", _SERVER_ERROR, None),
]
