"""The actions of the users on the page: messages, inline queries, edits, presses, photos, the bot's membership."""

import contextlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiogram.types import Message, User
from aiohttp import web

from playground import files, membership, views
from playground.call import LONGEST_TEXT, ApiError
from playground.inline import is_for_guest
from playground.inline_state import ANSWER_SECONDS
from playground.telegram import Telegram

LARGEST_ALBUM = 10
"""Bot API, sendMediaGroup."""

Json = dict[str, Any]


class Refused(Exception):
    """An action that is not possible, with a sentence for the user."""


@dataclass(slots=True, kw_only=True)
class Actions:
    """Performs the actions of the users. Each method takes the body of a request of the page.

    `answer_seconds` is the time that the bot has for the answer to an inline query.
    """

    telegram: Telegram
    answer_seconds: float = ANSWER_SECONDS
    _albums: "itertools.count[int]" = field(init=False, default_factory=lambda: itertools.count(1))

    async def say(self, body: Json) -> None:
        """Send a text."""
        text = str(body["text"])
        if len(text) > LONGEST_TEXT:
            raise Refused(f"The message is longer than {LONGEST_TEXT} characters.")
        self._send(body, text=text, reply_to_message=self._message(body, "reply"))

    async def ask(self, body: Json) -> Json:
        """Type an inline query. Return the bot's answer, with None for the results if it comes too late."""
        user, chats = self._user(body), self.telegram.chats
        # Bot API, InlineQuery, chat_type: `sender` is the user's own chat with the bot.
        chat_type = "sender" if int(body["chat"]) == user.id else chats.chats[int(body["chat"])].type
        query_id = self.telegram.ask_inline(
            user, str(body["query"]), offset=str(body["offset"]), chat_type=chat_type
        )
        query = self.telegram.inline.queries[query_id]
        with contextlib.suppress(TimeoutError):
            await chats.until(lambda: query.results is not None, self.answer_seconds)
        return {"query": query_id, **views.inline_answer(query)}

    async def choose(self, body: Json) -> None:
        """Send a result of an inline query."""
        user, reply = self._user(body), self._message(body, "reply")
        try:
            self.telegram.choose(
                user,
                str(body["query"]),
                str(body["result"]),
                int(body["chat"]),
                reply_to_message=reply,
                **_topic(body),
            )
        except (KeyError, StopIteration):
            raise Refused("The result is no longer there.") from None

    async def edit(self, body: Json) -> None:
        """Edit the text or the caption of a message."""
        message = self._message(body, "id")
        if message is None:
            raise Refused("The message is deleted.")
        if message.via_bot is not None:  # TDLib, MessagesManager::can_edit_message
            raise Refused("A message that was sent via a bot cannot be edited.")
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

        A bot that is no member of a group gets no updates about it, except for guest queries.
        """
        chats, user, chat_id = self.telegram.chats, self._user(body), int(body["chat"])
        if chat_id == user.id and chat_id not in chats.chats:
            chats.open_private_chat(user)
        content |= _topic(body)
        if chat_id not in chats.blocked:
            self.telegram.send(user, chat_id=chat_id, **content)
            return
        message = chats.add(chat_id, user, **content)
        if chat_id < 0 and is_for_guest(message):
            self.telegram.ask_guest(message)

    def _user(self, body: Json) -> User:
        return self.telegram.chats.users[int(body["user"])]

    def _message(self, body: Json, name: str) -> Message | None:
        return self.telegram.chats.messages.get((int(body["chat"]), int(body.get(name) or 0)))


def _topic(body: Json) -> Json:
    """Return the fields of a message that name its topic. Outside of topics there are none."""
    topic = int(body.get("topic") or 0)
    return {"message_thread_id": topic, "is_topic_message": True} if topic else {}
