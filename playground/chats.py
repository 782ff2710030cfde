"""What the stand-in's chats hold: people, messages, files, and everything that happened, in order."""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiogram.types import Chat, Message, User

BOT = User(id=4242, is_bot=True, first_name="Imagine", username="imagine_demo_bot")


@dataclass(frozen=True, slots=True)
class Event:
    """Something a person could see: `kind` is sent, edited, deleted or toast. `at` is in monotonic seconds."""

    kind: str
    chat_id: int
    message_id: int
    text: str
    message: Message | None
    at: float


@dataclass(slots=True)
class Chats:
    """The state. `until` waits for what is to be seen."""

    people: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    messages: dict[tuple[int, int], Message] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _notifying: set[asyncio.Task[None]] = field(default_factory=set)

    def person(self, user_id: int, language: str = "en", name: str = "Ann") -> User:
        """Let a person into a private chat with the bot."""
        user = User(id=user_id, is_bot=False, first_name=name, language_code=language)
        self.people[user_id] = user
        self.chats[user_id] = Chat(id=user_id, type="private", first_name=name)
        return user

    def add(self, chat_id: int, author: User, **content: Any) -> Message:
        """Put a message into a chat."""
        message = Message(
            message_id=next(self._ids),
            date=datetime.now(UTC),
            chat=self.chats[chat_id],
            from_user=author,
            **content,
        )
        self.messages[chat_id, message.message_id] = message
        self._happened("sent", message)
        return message

    def change(self, message: Message, **content: Any) -> Message:
        """Edit a message."""
        changed = message.model_copy(update={"edit_date": int(time.time()), **content})
        self.messages[message.chat.id, message.message_id] = changed
        self._happened("edited", changed)
        return changed

    def remove(self, message: Message) -> None:
        """Delete a message."""
        del self.messages[message.chat.id, message.message_id]
        self._happened("deleted", message)

    def toast(self, chat_id: int, message_id: int, text: str) -> None:
        """Note what a button press was answered with."""
        self._note(Event("toast", chat_id, message_id, text, None, time.monotonic()))

    def of_bot(self, chat_id: int) -> list[Message]:
        """Return the bot's messages in a chat as they stand, oldest first."""
        return [
            message
            for (chat, _), message in self.messages.items()
            if chat == chat_id and message.from_user is not None and message.from_user.id == BOT.id
        ]

    async def until(self, ready: Callable[[], object], seconds: float = 20.0) -> None:
        """Wait until something holds, looking whenever anything happens. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: bool(ready()))

    def _happened(self, kind: str, message: Message) -> None:
        words = message.text or message.caption or ""
        self._note(Event(kind, message.chat.id, message.message_id, words, message, time.monotonic()))

    def _note(self, event: Event) -> None:
        self.events.append(event)
        self.notify()

    def notify(self) -> None:
        """Let those who wait look again."""
        task = asyncio.ensure_future(self._notify())
        self._notifying.add(task)
        task.add_done_callback(self._notifying.discard)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
