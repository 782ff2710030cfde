"""The state of the stand-in's inline queries and guest queries."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from aiogram.types import Message, User


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineResult:
    """A result of an inline query or a guest query, and the content of the message that it sends."""

    id: str
    title: str
    description: str
    content: dict[str, Any]


ANSWER_SECONDS = 10.0
"""eternnoir/pyTelegramBotAPI#270: an answer after 10.3 s was refused."""


@dataclass(slots=True)
class InlineQueryState:
    """A query of a user and the bot's answer to it. `at` is in monotonic seconds."""

    user: User
    text: str
    at: float
    results: list[InlineResult] | None = None
    next_offset: str = ""
    button: dict[str, str] | None = None


@dataclass(slots=True)
class GuestQueryState:
    """A message that mentions the bot in a chat that it may not be a member of."""

    message: Message
    answered: bool = False


@dataclass(slots=True)
class InlineState:
    """The queries of users by id, which take an answer for `answer_seconds`, and the guest queries by id."""

    answer_seconds: float = ANSWER_SECONDS
    queries: dict[str, InlineQueryState] = field(default_factory=dict)
    guest_queries: dict[str, GuestQueryState] = field(default_factory=dict)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def new_id(self) -> str:
        """Return an id for a query."""
        return f"Q{next(self._ids)}"
