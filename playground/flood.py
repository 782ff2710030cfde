"""Telegram's flood limits as a server applies them: a little more patient than it promises, then 429."""

import math
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Flood:
    """About 30 messages a second over all, one a second a private chat (bursts of three), 20 a minute a group."""

    rate: int = 30
    _all: deque[float] = field(default_factory=deque)
    _chats: defaultdict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    refused: int = 0

    def refuse(self, chat_id: int) -> int | None:
        """Count a message; return the seconds to wait where it is one too many."""
        now = time.monotonic()
        most, window = (20, 60.0) if chat_id < 0 else (6, 3.5)
        sent = self._chats[chat_id]
        for times, seconds in ((sent, window), (self._all, 1.0)):
            while times and times[0] <= now - seconds:
                times.popleft()
        over = (sent[0] + window - now) if len(sent) >= most else 0.0
        if len(self._all) >= self.rate * 1.1 + 1:
            over = max(over, 1.0)
        if over > 0:
            self.refused += 1
            return math.ceil(over)
        sent.append(now)
        self._all.append(now)
        return None
