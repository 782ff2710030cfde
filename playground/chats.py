"""What the stand-in's chats hold: people, messages, files, and everything that happened, in order."""

import asyncio
import hashlib
import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiogram.types import Chat, Message, User

BOT = User(id=4242, is_bot=True, first_name="Imagine", username="imagine_demo_bot")


@dataclass(frozen=True, slots=True)
class Event:
    """Something a person could see: `kind` is sent, edited, deleted, toast, whisper, reaction or action.

    `at` is in monotonic seconds; `to` is who alone sees it, where it is not for all.
    """

    kind: str
    chat_id: int
    message_id: int
    text: str
    message: Message | None
    at: float
    to: int | None = None


@dataclass(slots=True)
class Chats:
    """The state. `until` waits for what is to be seen.

    `members` holds each group's people with their status, `topics` a forum's topics, `ephemeral` what the server
    makes of ephemeral messages: known, refused or unknown.
    """

    people: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    messages: dict[tuple[int, int], Message] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    members: dict[int, dict[int, str]] = field(default_factory=dict)
    topics: dict[int, dict[int, str]] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    no_reactions: set[int] = field(default_factory=set)
    reactions: dict[tuple[int, int], str] = field(default_factory=dict)
    asking: dict[tuple[int, int], str] = field(default_factory=dict)
    menus: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    ephemeral: str = "known"
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

    def group(
        self, chat_id: int, title: str, members: Mapping[int, str], topics: Mapping[int, str] | None = None
    ) -> Chat:
        """Make a group of people with their status (`member`, `administrator`, `creator`), perhaps with topics."""
        kind = "supergroup" if chat_id <= -1_000_000_000_000 else "group"
        chat = Chat(id=chat_id, type=kind, title=title, is_forum=True if topics else None)
        self.chats[chat_id] = chat
        self.members[chat_id] = dict(members)
        self.topics[chat_id] = dict(topics or {})
        return chat

    def keep(self, data: bytes, kind: str) -> str:
        """Keep a file and return its id, which names its kind as Telegram's do."""
        file_id = f"{kind}-{len(self.files)}-{hashlib.sha256(data).hexdigest()[:12]}"
        self.files[file_id] = data
        return file_id

    def whisper(self, chat_id: int, receiver_id: int, text: str) -> Message:
        """Show a message to one person only: it is in no history, and its id is 0."""
        message = Message(
            message_id=0,
            date=datetime.now(UTC),
            chat=self.chats[chat_id],
            from_user=BOT,
            text=text,
            ephemeral_message_id=next(self._ids),
        )
        self._note(Event("whisper", chat_id, 0, text, message, time.monotonic(), receiver_id))
        return message

    def react(self, message: Message, emoji: str | None) -> None:
        """Put the bot's reaction on a message, or take it away."""
        key = message.chat.id, message.message_id
        if self.reactions.get(key) == emoji:
            return
        if emoji is None:
            self.reactions.pop(key, None)
        else:
            self.reactions[key] = emoji
        self._note(Event("reaction", *key, emoji or "", message, time.monotonic()))

    def tell(self, kind: str, text: str) -> None:
        """Note something that is no chat's: how the bot's process is."""
        self._note(Event(kind, 0, 0, text, None, time.monotonic()))

    def act(self, chat_id: int, action: str) -> None:
        """Show what the bot is doing."""
        self._note(Event("action", chat_id, 0, action, None, time.monotonic()))

    def add(self, chat_id: int, author: User, *, asks: str | None = None, **content: Any) -> Message:
        """Put a message into a chat; `asks` is the placeholder of the reply field it opens.

        A message that is answered is shown without what it answered itself.
        """
        answered = content.get("reply_to_message")
        if answered is not None:
            content["reply_to_message"] = answered.model_copy(update={"reply_to_message": None})
        message = Message(
            message_id=next(self._ids),
            date=datetime.now(UTC),
            chat=self.chats[chat_id],
            from_user=author,
            **content,
        )
        self.messages[chat_id, message.message_id] = message
        if asks is not None:
            self.asking[chat_id, message.message_id] = asks
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

    def toast(self, chat_id: int, message_id: int, user_id: int, text: str) -> None:
        """Note what a button press was answered with."""
        self._note(Event("toast", chat_id, message_id, text, None, time.monotonic(), user_id))

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
