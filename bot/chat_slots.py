"""Limits the updates of one chat that are handled at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HANDLED_AT_ONCE_IN_A_CHAT = 16
"""So that a group to which Telegram lets the bot write slowly, or not for a while, delays no other chat."""


class ChatSlots:
    """The slots of each chat, for its messages and for its presses."""

    def __init__(self) -> None:
        self._slots: dict[tuple[int, bool], _Slots] = {}

    @asynccontextmanager
    async def hold(self, chat_id: int, press: bool) -> AsyncIterator[None]:
        """Hold one of the slots of a chat for its messages or its presses."""
        key = chat_id, press
        slots = self._slots.setdefault(key, _Slots())
        slots.users += 1
        try:
            async with slots.semaphore:
                yield
        finally:
            slots.users -= 1
            if not slots.users:
                del self._slots[key]


@dataclass(slots=True)
class _Slots:
    """The slots of one chat, and the number of updates that hold one or wait for one."""

    semaphore: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HANDLED_AT_ONCE_IN_A_CHAT))
    users: int = 0
