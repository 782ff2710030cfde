"""The actions of the users on the page: messages, edits, presses, photos, and the bot's membership of chats."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiogram.types import Message, User
from aiohttp import web

from playground import files, membership
from playground.call import LONGEST_TEXT, ApiError
from playground.telegram import Telegram

LARGEST_ALBUM = 10
"""Bot API, sendMediaGroup."""

Json = dict[str, Any]


class Refused(Exception):
    """An action that is not possible, with a sentence for the user."""


@dataclass(slots=True, kw_only=True)
class Actions:
    """Performs the actions of the users. Each method takes the body of a request of the page."""

    telegram: Telegram
    _albums: "itertools.count[int]" = field(init=False, default_factory=lambda: itertools.count(1))

    async def say(self, body: Json) -> None:
        """Send a text."""
        text = str(body["text"])
        if len(text) > LONGEST_TEXT:
            raise Refused(f"The message is longer than {LONGEST_TEXT} characters.")
        self._send(body, text=text, reply_to_message=self._message(body, "reply"))

    async def edit(self, body: Json) -> None:
        """Edit the text or the caption of a message."""
        message = self._message(body, "id")
        if message is None:
            raise Refused("The message is deleted.")
        self.telegram.rewrite(message, str(body["text"])[:LONGEST_TEXT])

    async def press(self, body: Json) -> None:
        """Press a button of a message."""
        chats, chat_id, number = self.telegram.chats, int(body["chat"]), int(body["id"])
        kept = chats.ephemeral_messages if body.get("ephemeral") else chats.messages
        message = kept.get((chat_id, number))
        if message is None:
            raise Refused("The message is deleted.")
        self.telegram.press_data(self._user(body), message, str(body["data"]))

    async def membership(self, body: Json) -> None:
        """Add the bot to a chat or remove it."""
        change = membership.add_bot if body["present"] else membership.remove_bot
        change(self.telegram, int(body["chat"]), self._user(body))

    def send_files(self, body: Json, uploads: Sequence[web.FileField]) -> None:
        """Send files: as photos if Telegram accepts them as such, otherwise as documents.

        Several of a kind are an album, and the caption belongs to its first message.
        """
        contents = [self._content(upload) for upload in uploads[:LARGEST_ALBUM]]
        caption = str(body.get("text") or "")[: files.LONGEST_CAPTION] or None
        reply = self._message(body, "reply")
        for kind in ("photo", "document"):
            alike = [content for content in contents if kind in content]
            album = {"media_group_id": str(next(self._albums))} if len(alike) > 1 else {}
            for content in alike:
                self._send(body, caption=caption, reply_to_message=reply, **album, **content)
                caption = None

    def _content(self, upload: web.FileField) -> Json:
        data = upload.file.read()
        try:
            return {"photo": files.photo_sizes(self.telegram.chats, data)}
        except ApiError:
            name, kind = upload.filename, upload.content_type
            return {"document": files.keep_document(self.telegram.chats, data, name, kind)}

    def _send(self, body: Json, **content: Any) -> None:
        """Send a message. The first message of a user to the bot opens their private chat.

        A bot that was removed from a group gets no updates about it.
        """
        chats, user, chat_id = self.telegram.chats, self._user(body), int(body["chat"])
        if chat_id == user.id and chat_id not in chats.chats:
            chats.open_private_chat(user)
        if topic := body.get("topic"):
            content |= {"message_thread_id": int(topic), "is_topic_message": True}
        if chat_id in chats.blocked:
            chats.add(chat_id, user, **content)
        else:
            self.telegram.send(user, chat_id=chat_id, **content)

    def _user(self, body: Json) -> User:
        return self.telegram.chats.users[int(body["user"])]

    def _message(self, body: Json, name: str) -> Message | None:
        return self.telegram.chats.messages.get((int(body["chat"]), int(body.get(name) or 0)))
