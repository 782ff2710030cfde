"""A user who sends raw messages to the dispatcher, with the questions about the requests they lead to."""

import copy
import itertools
from typing import Any

from core.model import AspectRatio, Draft, Request, State
from tests.support.cases import updates_of
from tests.support.dispatcher_harness import DispatcherHarness

BOT = {"id": 1, "is_bot": True, "first_name": "Imagine", "username": "imagine_bot"}
PHOTO = [{"file_id": "LARGE", "file_unique_id": "l", "width": 900, "height": 600, "file_size": 13_682}]
VOICE = {"file_id": "v", "file_unique_id": "v", "duration": 1}
_USERS, _QUERIES = itertools.count(101), itertools.count(1)


class ChatUser:
    """A user in a chat of their own with the bot, or in a group of their own."""

    def __init__(self, harness: DispatcherHarness, *, group: bool = False) -> None:
        self.harness = harness
        self.user_id = next(_USERS)
        self.chat_id = -1_000_000_000_000 - self.user_id if group else self.user_id

    def message(self, text: str = "", /, **more: Any) -> dict[str, Any]:
        """Return a message of the user in the format of the Bot API."""
        kind = "private" if self.chat_id > 0 else "supergroup"
        message = {
            "message_id": self.harness.telegram.next_message_id(),
            "date": 1_790_000_000,
            "chat": {"id": self.chat_id, "type": kind, "title": "Friends", "first_name": "Ann"},
            "from": {"id": self.user_id, "is_bot": False, "first_name": "Ann", "language_code": "en"},
        }
        return message | ({"text": text} if text else {}) | more

    def say(self, text: str = "", /, **more: Any) -> dict[str, Any]:
        """Send a message and return it."""
        message = self.message(text, **more)
        self.harness.feed({"message": message})
        return message

    def edit(self, message: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Edit a message and return it."""
        changed = message | changes | {"edit_date": 1_790_000_005}
        self.harness.feed({"edited_message": changed})
        return changed

    def replay(self, name: str) -> list[dict[str, Any]]:
        """Send the messages of a case in this chat, a group's in a group with this user's id, and return them."""
        messages = []
        ids: dict[int, int] = {}
        for update in updates_of(name, bot_id=1, username="imagine_bot"):
            kind, message = next(iter(update.items()))
            message = copy.deepcopy(message)
            in_group = message["chat"]["id"] < 0
            message["chat"]["id"] = -1_000_000_000_000 - self.user_id if in_group else self.user_id
            message["from"]["id"] = self.user_id
            recorded = message["message_id"]
            if recorded not in ids:
                ids[recorded] = self.harness.telegram.next_message_id()
            message["message_id"] = ids[recorded]
            if "reply_to_message" in message:
                message["reply_to_message"]["chat"] = message["chat"]
            self.harness.feed({kind: message})
            messages.append(message)
        return messages

    def press(self, data: str, message_id: int, *, forged: bool = False) -> None:
        """Press a button under a message of the bot, or send `forged` data that no button of it has."""
        button = {"text": "?", "callback_data": "?" if forged else data}
        message = self.bot_message(message_id, text="?", reply_markup={"inline_keyboard": [[button]]})
        query = {
            "id": str(self.harness.telegram.next_message_id()),
            "from": self.message()["from"],
            "chat_instance": "1",
        }
        self.harness.feed({"callback_query": query | {"data": data, "message": message}})

    def bot_message(self, message_id: int, **content: Any) -> dict[str, Any]:
        """Return a message of the bot in this chat."""
        return self.message(**content) | {"message_id": message_id, "from": BOT}

    def request(self, message: dict[str, Any]) -> Request | None:
        """Return the request of a message."""
        key = f"m:{message['chat']['id']}:{message['message_id']}"
        return self.harness.run(self.harness.app.requests.by_key(key))

    def draft(self, message: dict[str, Any]) -> Draft:
        """Return the draft of a message."""
        key = f"m:{message['chat']['id']}:{message['message_id']}"
        draft = self.harness.run(self.harness.drafts.by_key(key))
        assert draft is not None
        return draft

    def question(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return the bot's question that a message led to."""
        question_id = self.draft(message).question_message_id
        assert question_id is not None
        return self.bot_message(question_id, text="?")

    def requests(self) -> list[Request]:
        """Return all requests of the user, oldest first."""
        return self.harness.requests_of(self.user_id)

    def settle(self) -> None:
        """Let all requests end."""
        self.harness.wait(60)

    @property
    def texts(self) -> list[str]:
        """The bot's answers in this chat, without status messages."""
        sent = self.harness.telegram.sent
        return [m.text for m in sent if m.chat_id == self.chat_id and not m.disable_notification]


def content_of(request: Request | None) -> tuple[str, AspectRatio | None, str | None]:
    assert request is not None
    return request.prompt, request.ratio, request.source.file_id if request.source else None


def drawn(private: ChatUser, prompt: str = "a lake") -> Request:
    """Let the bot deliver a picture, and return its request."""
    message = private.say(f"/imagine {prompt} --ar 1:1")
    private.settle()
    request = private.request(message)
    assert request is not None
    assert request.state is State.DELIVERED
    return request


def picture_of(chat: ChatUser, request: Request, **more: Any) -> dict[str, Any]:
    assert request.result_message_id is not None
    return chat.bot_message(request.result_message_id, photo=PHOTO, caption=request.prompt, **more)
