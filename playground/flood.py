"""Telegram's flood limits (core.telegram.org/bots/faq, "My bot is hitting limits").

The real server lets somewhat more through than it documents, and so does this one. In strict mode the documented 30
messages a second hold for every window of one second, as measured when messages arrive.
"""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Flood:
    """Limits messages: about 30 a second in all, 6 in 3.5 s in a private chat, 20 a minute in a group."""

    rate: int = 30
    strict: bool = False
    now: Callable[[], float] = time.monotonic
    _all: deque[float] = field(init=False, default_factory=deque)
    _chats: defaultdict[int, deque[float]] = field(init=False, default_factory=lambda: defaultdict(deque))
    refused: int = 0

    def refuse(self, chat_id: int) -> int | None:
        """Count a message and return None, or return the seconds to wait if it exceeds a limit."""
        now = self.now()
        most, window = (20, 60.0) if chat_id < 0 else (6, 3.5)
        sent = self._chats[chat_id]
        for times, seconds in ((sent, window), (self._all, 1.0)):
            while times and times[0] <= now - seconds:
                times.popleft()
        over = (sent[0] + window - now) if len(sent) >= most else 0.0
        if len(self._all) >= (self.rate if self.strict else self.rate * 1.1 + 1):
            over = max(over, 1.0)
        if over > 0:
            self.refused += 1
            return math.ceil(over)
        sent.append(now)
        self._all.append(now)
        return None
