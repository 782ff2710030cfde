"""The state of the stand-in's Telegram: users, chats, messages, files, and the events in order."""

import asyncio
import hashlib
import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiogram.types import Chat, Message, PhotoSize, Sticker, User

BOT = User(id=4242, is_bot=True, first_name="Imagine", username="imagine_demo_bot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A visible change.

    `kind` is sent, edited, deleted, toast, ephemeral, ephemeral-edited, ephemeral-deleted, reaction, action,
    membership, bot or profile. `at` is in monotonic seconds. `to` is the id of the only user who sees the event; None
    means all members. A toast with `alert` is a dialog.
    """

    kind: str
    chat_id: int = 0
    message_id: int = 0
    text: str
    message: Message | None = None
    at: float = field(default_factory=time.monotonic)
    to: int | None = None
    alert: bool = False


@dataclass(slots=True)
class KeptSet:
    """A sticker set of a user. `uploaded` are the files of which its stickers were made."""

    owner: int
    title: str
    stickers: list[Sticker] = field(default_factory=list)
    uploaded: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Chats:
    """Users, chats, messages and files, with methods that change them and record each change as an event.

    `messages`, `reactions` and `reply_placeholders` are keyed by chat id and message id, `ephemeral_messages` by chat
    id and ephemeral message id, and `replaced` maps some of these to the messages in whose place they are. `names` are
    the file names of documents by file id. `blocked` are the chats that the bot may not write to, `moved` the new ids
    of groups that became supergroups, `no_reactions` the chats without reactions. `members` maps a group's users to
    their status, `topics` a forum's thread ids to titles, `menus` a scope and a language to commands with their
    descriptions, `chat_menus` a chat and a language to those of its own menu. `descriptions` map a name and a language
    to a text, `inline_messages` an inline message id to a key of `messages`, `menu_buttons` a private chat, or None
    for all, to its button. `profile_photos` are the bot's pictures, each in its sizes, newest first. `group_photos` are
    those of groups, and `may_change_info` the groups in which the bot is an admin with that right. `sticker_sets` are
    by name, and `deleted_sets` the names of those that were deleted; with `same_unique_ids` a sticker keeps the unique
    id of its file. `ephemeral` is the server's support for ephemeral messages: known, refused or unknown.
    """

    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    messages: dict[tuple[int, int], Message] = field(default_factory=dict)
    ephemeral_messages: dict[tuple[int, int], Message] = field(default_factory=dict)
    replaced: dict[tuple[int, int], int] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    members: dict[int, dict[int, str]] = field(default_factory=dict)
    topics: dict[int, dict[int, str]] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    no_reactions: set[int] = field(default_factory=set)
    reactions: dict[tuple[int, int], str] = field(default_factory=dict)
    reply_placeholders: dict[tuple[int, int], str] = field(default_factory=dict)
    menus: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    chat_menus: dict[tuple[int, str], dict[str, str]] = field(default_factory=dict)
    descriptions: dict[tuple[str, str], str] = field(default_factory=dict)
    inline_messages: dict[str, tuple[int, int]] = field(default_factory=dict)
    sticker_sets: dict[str, KeptSet] = field(default_factory=dict)
    deleted_sets: set[str] = field(default_factory=set)
    same_unique_ids: bool = True
    menu_buttons: dict[int | None, dict[str, Any]] = field(default_factory=dict)
    group_photos: dict[int, list[PhotoSize]] = field(default_factory=dict)
    may_change_info: set[int] = field(default_factory=set)
    profile_photos: list[list[PhotoSize]] = field(default_factory=list)
    inline_mode: bool = True
    guest_mode: bool = True
    """The switches of BotFather."""
    login_domain: str | None = None
    """The domain that /setdomain of BotFather links to the bot."""
    ephemeral: str = "known"
    old_buttons: bool = False
    """The server refuses coloured and disabled buttons."""
    webp_photos: bool = True
    """The server makes photos of WebP pictures, which the Bot API neither promises nor excludes."""
    events: list[Event] = field(default_factory=list)
    _ids: "itertools.count[int]" = field(init=False, default_factory=lambda: itertools.count(1))
    _changed: asyncio.Condition = field(init=False, default_factory=asyncio.Condition)
    _notifying: set[asyncio.Task[None]] = field(init=False, default_factory=set)

    def add_user(self, user_id: int, language: str = "en", name: str = "Ann") -> User:
        """Add a user with a private chat with the bot."""
        user = User(id=user_id, is_bot=False, first_name=name, language_code=language)
        self.users[user_id] = user
        self.open_private_chat(user)
        return user

    def open_private_chat(self, user: User) -> None:
        """Add the private chat of a user with the bot."""
        self.chats[user.id] = Chat(id=user.id, type="private", first_name=user.first_name)

    def add_group(
        self, chat_id: int, title: str, members: Mapping[int, str], topics: Mapping[int, str] | None = None
    ) -> Chat:
        """Add a group. `members` maps user ids to `member`, `administrator` or `creator`; topics make it a forum."""
        kind = "supergroup" if chat_id <= -1_000_000_000_000 else "group"
        chat = Chat(id=chat_id, type=kind, title=title, is_forum=True if topics else None)
        self.chats[chat_id] = chat
        self.members[chat_id] = dict(members)
        self.topics[chat_id] = dict(topics or {})
        return chat

    def add_file(self, data: bytes, kind: str) -> str:
        """Store a file and return its id. The id encodes the kind of file, as Telegram's ids do."""
        file_id = f"{kind}-{len(self.files)}-{hashlib.sha256(data).hexdigest()[:12]}"
        self.files[file_id] = data
        return file_id

    def send_ephemeral(
        self, chat_id: int, receiver_id: int, *, replaces: int | None = None, **content: Any
    ) -> Message:
        """Show a message of the bot to one member of a group, if given in the place of the message `replaces`.

        Its message id is 0 (Bot API, Message).
        """
        message = Message(
            message_id=0,
            date=datetime.now(UTC),
            chat=self.chats[chat_id],
            from_user=BOT,
            receiver_user=self.users[receiver_id],
            ephemeral_message_id=next(self._ids),
            **content,
        )
        if replaces is not None:
            self.replaced[chat_id, message.ephemeral_message_id or 0] = replaces
        self._keep_ephemeral("ephemeral", message)
        return message

    def change_ephemeral(self, message: Message, **content: Any) -> None:
        """Edit an ephemeral message."""
        self._keep_ephemeral("ephemeral-edited", message.model_copy(update=content))

    def remove_ephemeral(self, message: Message) -> None:
        """Delete an ephemeral message."""
        self._keep_ephemeral("ephemeral-deleted", message)
        del self.ephemeral_messages[message.chat.id, message.ephemeral_message_id or 0]

    def _keep_ephemeral(self, kind: str, message: Message) -> None:
        assert message.receiver_user is not None  # noqa: S101 - the message is ephemeral
        chat_id, text = message.chat.id, message.text or ""
        self.ephemeral_messages[chat_id, message.ephemeral_message_id or 0] = message
        self._record(
            Event(kind=kind, chat_id=chat_id, text=text, message=message, to=message.receiver_user.id)
        )

    def react(self, message: Message, emoji: str | None) -> None:
        """Set the bot's reaction to a message. None removes it."""
        key = message.chat.id, message.message_id
        if self.reactions.get(key) == emoji:
            return
        if emoji is None:
            self.reactions.pop(key, None)
        else:
            self.reactions[key] = emoji
        self._record(
            Event(kind="reaction", chat_id=key[0], message_id=key[1], text=emoji or "", message=message)
        )

    def note_bot_state(self, state: str) -> None:
        """Record the state of the bot's process as an event outside all chats."""
        self._record(Event(kind="bot", text=state))

    def note_membership(self, chat_id: int) -> None:
        """Record that the bot became or is no longer a member of a chat, or that a group has a new photo."""
        self._record(Event(kind="membership", chat_id=chat_id, text=""))

    def note_profile_change(self) -> None:
        """Record a change of the bot's menus, descriptions or picture."""
        self._record(Event(kind="profile", text=""))

    def note_chat_action(self, chat_id: int, action: str) -> None:
        """Record a chat action of the bot, such as `upload_photo`."""
        self._record(Event(kind="action", chat_id=chat_id, text=action))

    def add(
        self, chat_id: int, author: User, *, reply_placeholder: str | None = None, **content: Any
    ) -> Message:
        """Add a message to a chat. A `reply_placeholder`, even an empty one, opens the reply field (ForceReply).

        As in the Bot API, the message replied to is included without its own reply.
        """
        replied_to = content.get("reply_to_message")
        if replied_to is not None:
            content["reply_to_message"] = replied_to.model_copy(update={"reply_to_message": None})
        message = Message(
            message_id=next(self._ids),
            date=datetime.now(UTC),
            chat=self.chats[chat_id],
            from_user=author,
            **content,
        )
        self.messages[chat_id, message.message_id] = message
        if reply_placeholder is not None:
            self.reply_placeholders[chat_id, message.message_id] = reply_placeholder
        self._record_message("sent", message)
        return message

    def make_inline(self, message: Message) -> str:
        """Make a message an inline message, and return its id."""
        inline_id = f"inline-{message.message_id}"
        self.inline_messages[inline_id] = message.chat.id, message.message_id
        return inline_id

    def inline_message(self, inline_id: str) -> Message | None:
        """Return an inline message in its current form, or None if there is none."""
        key = self.inline_messages.get(inline_id)
        return None if key is None else self.messages.get(key)

    def inline_id(self, message: Message) -> str | None:
        """Return the inline message id of a message, or None if it is a usual message."""
        key = message.chat.id, message.message_id
        return next((one for one, known in self.inline_messages.items() if known == key), None)

    def change(self, message: Message, **content: Any) -> Message:
        """Edit a message. A change of its buttons alone does not show as an edit.

        TDLib, message.edit_date: 0 if the edit is hidden, as it is for a changed reply markup.
        """
        visible = any(
            getattr(message, name) != value for name, value in content.items() if name != "reply_markup"
        )
        edited = {"edit_date": int(time.time())} if visible else {}
        changed = message.model_copy(update=edited | content)
        self.messages[message.chat.id, message.message_id] = changed
        self._record_message("edited", changed)
        return changed

    def remove(self, message: Message) -> None:
        """Delete a message."""
        del self.messages[message.chat.id, message.message_id]
        self._record_message("deleted", message)

    def toast(self, chat_id: int, message_id: int, user_id: int, text: str, *, alert: bool = False) -> None:
        """Record the answer to a button press."""
        self._record(
            Event(kind="toast", chat_id=chat_id, message_id=message_id, text=text, to=user_id, alert=alert)
        )

    def of_bot(self, chat_id: int) -> list[Message]:
        """Return the bot's messages in a chat in their current form, oldest first."""
        return [
            message
            for (chat, _), message in self.messages.items()
            if chat == chat_id and message.from_user is not None and message.from_user.id == BOT.id
        ]

    async def until(self, ready: Callable[[], object], seconds: float = 20.0) -> None:
        """Wait until `ready()` is true; it is called after each event. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: bool(ready()))

    def _record_message(self, kind: str, message: Message) -> None:
        text, chat_id = message.text or message.caption or "", message.chat.id
        self._record(
            Event(kind=kind, chat_id=chat_id, message_id=message.message_id, text=text, message=message)
        )

    def _record(self, event: Event) -> None:
        self.events.append(event)
        self.notify()

    def notify(self) -> None:
        """Make every `until` call its `ready` again."""
        task = asyncio.ensure_future(self._notify())
        self._notifying.add(task)
        task.add_done_callback(self._notifying.discard)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def message_result(message: Message) -> dict[str, Any]:
    """Return a message in the JSON form of the Bot API."""
    return message.model_dump(mode="json", exclude_none=True, by_alias=True, exclude_defaults=True)
