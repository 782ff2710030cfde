"""Both APIs within the process of a test, with a kill switch at each of their calls.

The fakes replace the network below httpx and below aiogram, so everything above is the code of the bot.
"""

import asyncio
import io
import itertools
import json
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import httpx
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.enums import ChatMemberStatus
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    AnswerGuestQuery,
    DeleteMessage,
    DeleteWebhook,
    EditMessageText,
    GetChatMember,
    SendChatAction,
    SendDocument,
    SendMessage,
    SendPhoto,
)
from aiogram.methods.base import TelegramMethod
from aiogram.types import (
    Chat,
    ChatMemberMember,
    ChatMemberOwner,
    InlineKeyboardMarkup,
    Message,
    PhotoSize,
    SentGuestMessage,
    User,
)
from PIL import Image

from bot.polling import GetRawUpdates
from playground.entities import parse

CreateOutcome = Literal["accepted", "refused", "lost before", "lost after"]
PhotoOutcome = Literal["accepted", "too fast", "down", "blocked", "unreadable", "lost before", "lost after"]
"""`lost before` and `lost after`: the connection breaks before or after the call is carried out. `unreadable`: a proxy
answers with HTML."""
CREATE_FAILURES: tuple[CreateOutcome, ...] = ("refused", "lost before", "lost after")
PHOTO_FAILURES: tuple[PhotoOutcome, ...] = (
    "too fast",
    "down",
    "blocked",
    "unreadable",
    "lost before",
    "lost after",
)
TASK_SECONDS = 3.0
REFUSAL = b'{"message":"Service unavailable"}'
"""The body of a 503 that is certainly a refusal."""


class Killed(BaseException):
    """The simulated process was killed at this point."""


def _webp() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 16), "teal").save(out, "WEBP")
    return out.getvalue()


WEBP = _webp()


@dataclass(slots=True)
class KillSwitch:
    """Kills the simulated process at the n-th point that it passes, and at every point from then on."""

    points_left: int | None = None
    dead: asyncio.Event = field(default_factory=asyncio.Event)

    def pass_point(self, point: str) -> None:
        """Pass a point. Raises Killed."""
        if self.points_left is not None and not self.dead.is_set():
            self.points_left -= 1
            if self.points_left <= 0:
                self.dead.set()
        if self.dead.is_set():
            raise Killed(point)

    async def pass_call(self, point: str) -> None:
        """Pass a point inside a call over the network, which never returns to a dead process."""
        try:
            self.pass_point(point)
        except Killed:
            await asyncio.get_running_loop().create_future()

    def reset(self) -> None:
        """Let the next process run."""
        self.points_left, self.dead = None, asyncio.Event()


class FakeProvider(httpx.AsyncBaseTransport):
    """The media API. A task takes `TASK_SECONDS`, and fails if its prompt contains "bad".

    `create_outcomes` are the outcomes of the next creates; later ones are accepted. Until `down_until` (loop time),
    every create is answered with 503 and `down_answer`, which is certainly not accepted if it is a readable refusal;
    until `bad_gateway_until`, every call is answered with 502, which leaves the outcome of a create unknown; until
    `creates_lost_until`, only creates fail, with an unknown outcome; until `store_down_until`, every download fails.
    `creates` counts the creates with a prompt, and `probes` the empty ones. `paid` counts the tasks by prompt;
    `unknown` counts the lost answers by prompt.
    """

    def __init__(self, kill_switch: KillSwitch) -> None:
        self.kill_switch = kill_switch
        self.create_outcomes: list[CreateOutcome] = []
        self.creates = 0
        self.probes = 0
        self.down_answer = REFUSAL
        self.down_until = self.bad_gateway_until = self.store_down_until = self.creates_lost_until = 0.0
        self.balance, self.balance_calls = 1_000.0, 0
        self.prompts: dict[str, str] = {}
        self.paid: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self._done_at: dict[str, float] = {}
        self._ids = itertools.count(1)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        body = json.loads(request.content or b"{}")
        probes = path.endswith("/media/create") and not body
        self.probes += probes
        if asyncio.get_running_loop().time() < self.bad_gateway_until:
            self.creates += path.endswith("/media/create") and not probes
            await asyncio.sleep(0.05)
            return httpx.Response(502, text="<html>Bad gateway</html>")
        if probes:
            return await self._validation()
        if path.endswith("/media/create"):
            return await self._create(body)
        if path.endswith("/balance"):
            self.balance_calls += 1
            return httpx.Response(200, json={"balance": self.balance})
        await self.kill_switch.pass_call("result or picture")
        await asyncio.sleep(0.05)
        if path.endswith(".webp") and asyncio.get_running_loop().time() < self.store_down_until:
            return httpx.Response(503)
        if path.endswith(".webp"):
            return httpx.Response(200, content=WEBP)
        return httpx.Response(200, json=self._answer(body["task_id"]))

    async def _validation(self) -> httpx.Response:
        await self.kill_switch.pass_call("probe")
        await asyncio.sleep(0.05)
        if asyncio.get_running_loop().time() < max(self.down_until, self.creates_lost_until):
            return httpx.Response(503, content=self.down_answer)
        issues = [{"path": [name], "message": "Required"} for name in ("model", "prompt")]
        return httpx.Response(200, json={"code": 3, "message": "Validation error", "issues": issues})

    async def _create(self, body: dict[str, str]) -> httpx.Response:
        await self.kill_switch.pass_call("before create")
        outcome = self.create_outcomes.pop(0) if self.create_outcomes else "accepted"
        self.creates += 1
        if outcome == "refused":
            return httpx.Response(503, content=REFUSAL)
        if asyncio.get_running_loop().time() < self.down_until:
            if self.down_answer != REFUSAL:
                self.unknown[body["prompt"]] += 1
            await asyncio.sleep(0.05)
            return httpx.Response(503, content=self.down_answer)
        if outcome == "lost before" or asyncio.get_running_loop().time() < self.creates_lost_until:
            self.unknown[body["prompt"]] += 1
            raise httpx.ReadTimeout("no answer")
        task = f"task-{next(self._ids)}"
        self.paid[body["prompt"]] += 1
        self.prompts[task] = body["prompt"]
        self._done_at[task] = asyncio.get_running_loop().time() + TASK_SECONDS
        await self.kill_switch.pass_call("after create")
        if outcome == "lost after":
            self.unknown[body["prompt"]] += 1
            raise httpx.RemoteProtocolError("reset")
        await asyncio.sleep(0.05)
        return httpx.Response(200, json=self._answer(task))

    def _answer(self, task: str) -> dict[str, object]:
        done = asyncio.get_running_loop().time() >= self._done_at[task]
        answer: dict[str, object] = {"code": 0, "id": task, "status": "done" if done else "processing"}
        answer["url"] = f"http://media.test/{task}.webp" if done else None
        if "bad" in self.prompts[task] and done:
            return answer | {"status": "failed", "url": None, "message": "could not be drawn"}
        return answer


class EngineTelegram(BaseSession):
    """The Bot API methods that a generation and idle polling call; any other method fails the test.

    `photo_outcomes` are the outcomes of the next pictures, `text_outcomes` those of the next texts; later ones are
    accepted. Until `outage_until` (loop time), each picture has the outcome `outage`. `photo_calls` are the times of
    all calls with a picture. `photos` counts the pictures and `replies` the notified texts by the id of the message
    replied to; `unconfirmed` are the ids of messages with a picture that was sent and never confirmed. `texts` are the
    texts of the existing messages by their id. `admins` are the users who are admins of every group,
    `blocked_by` those who blocked the bot. `answer_seconds`
    is the time between what a call does and its answer.
    """

    def __init__(self, kill_switch: KillSwitch) -> None:
        super().__init__()
        self.kill_switch = kill_switch
        self.answer_seconds = 0.0
        self.photo_outcomes: list[PhotoOutcome] = []
        self.text_outcomes: list[Literal["accepted", "down"]] = []
        self.outage: PhotoOutcome = "accepted"
        self.outage_until = 0.0
        self.admins: set[int] = set()
        self.blocked_by: set[int] = set()
        self.photo_calls: list[float] = []
        self.photos: Counter[int] = Counter()
        self.replies: Counter[int] = Counter()
        self.unconfirmed: set[int] = set()
        self.texts: dict[int, str] = {}
        self._buttons: dict[int, InlineKeyboardMarkup | None] = {}
        self._ids = itertools.count(1_000)

    def next_message_id(self) -> int:
        """Return the id of the next message of the bot or of a user."""
        return next(self._ids)

    async def close(self) -> None:
        """Do nothing: no connection is open."""

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:  # noqa: ASYNC109, ARG002
        name = type(method).__name__
        if isinstance(method, GetRawUpdates):
            await asyncio.sleep(method.timeout)
            return []
        await self.kill_switch.pass_call(f"before {name}")
        answer = self.perform(method)
        if self.answer_seconds:
            await asyncio.sleep(self.answer_seconds)
        await self.kill_switch.pass_call(f"after {name}")
        return answer

    def perform(self, method: TelegramMethod[Any]) -> Any:
        """Carry out a call and return its result."""
        if isinstance(method, SendPhoto | SendDocument):
            return self._send_picture(method)
        if isinstance(method, SendMessage):
            if method.chat_id in self.blocked_by:
                raise TelegramForbiddenError(method, "Forbidden: bot was blocked by the user")
            if self.text_outcomes and self.text_outcomes.pop(0) == "down":
                raise TelegramServerError(method, "Bad Gateway")
            if not method.disable_notification and method.reply_parameters:
                self.replies[method.reply_parameters.message_id or 0] += 1
            buttons = method.reply_markup if isinstance(method.reply_markup, InlineKeyboardMarkup) else None
            quoted = self._quoted(method)
            return self._add_message(
                method.chat_id, text=method.text, reply_markup=buttons, reply_to_message=quoted
            )
        if isinstance(method, EditMessageText | DeleteMessage):
            return self._change(method)
        if isinstance(method, SendChatAction | DeleteWebhook):
            return True
        if isinstance(method, GetChatMember):
            user = User(id=method.user_id, is_bot=False, first_name="Ann")
            if user.id in self.admins:
                return ChatMemberOwner(status=ChatMemberStatus.CREATOR, user=user, is_anonymous=False)
            return ChatMemberMember(status=ChatMemberStatus.MEMBER, user=user)
        raise AssertionError(type(method))

    def _quoted(self, method: SendMessage) -> Message | None:
        """Return the message that a method quotes. A quote of other words is rejected (Bot API, ReplyParameters)."""
        reply = method.reply_parameters
        if reply is None or reply.quote is None:
            return None
        message_id = reply.message_id or 0
        if reply.quote not in self.texts.get(message_id, ""):
            raise TelegramBadRequest(method, "Bad Request: QUOTE_TEXT_INVALID")
        return _message(method.chat_id, message_id, reply_markup=self._buttons.get(message_id))

    def _change(self, method: EditMessageText | DeleteMessage) -> bool:
        message_id = method.message_id or 0
        if message_id not in self.texts:
            call: TelegramMethod[Any] = method
            raise TelegramBadRequest(call, "Bad Request: message to edit not found")
        if isinstance(method, DeleteMessage):
            del self.texts[message_id]
        else:
            self.texts[message_id] = method.text or ""
        return True

    def _send_picture(self, method: SendPhoto | SendDocument) -> Message:
        outcome = self.photo_outcomes.pop(0) if self.photo_outcomes else "accepted"
        now = asyncio.get_running_loop().time()
        self.photo_calls.append(now)
        if now < self.outage_until:
            outcome = self.outage
        replied_to = (method.reply_parameters.message_id or 0) if method.reply_parameters else 0
        if outcome == "too fast":
            raise TelegramRetryAfter(method, "Too Many Requests: retry after 2", 2)
        if outcome == "blocked":
            raise TelegramForbiddenError(method, "Forbidden: bot was blocked by the user")
        if outcome == "down":
            raise TelegramServerError(method, "Bad Gateway")
        if outcome == "unreadable":
            raise ClientDecodeError(
                "Failed to decode object", ValueError("no JSON"), "<html>Bad gateway</html>"
            )
        if outcome == "lost before":
            raise TelegramNetworkError(method, "reset")
        self.photos[replied_to] += 1
        if outcome == "lost after":
            self.unconfirmed.add(replied_to)
            raise TelegramNetworkError(method, "reset")
        size = PhotoSize(file_id="f", file_unique_id="u", width=16, height=16)
        return self._add_message(method.chat_id, photo=[size])

    def _add_message(self, chat_id: Any, **content: Any) -> Message:
        message_id = self.next_message_id()
        self.texts[message_id], self._buttons[message_id] = (
            content.get("text", ""),
            content.get("reply_markup"),
        )
        return _message(chat_id, message_id, **content)

    async def stream_content(self, *_args: Any, **_more: Any) -> AsyncGenerator[bytes, None]:
        """Serve one empty file: no test downloads from this fake."""
        yield b""


def _message(chat_id: Any, message_id: int, **content: Any) -> Message:
    return Message(
        message_id=message_id, date=datetime.now(UTC), chat=Chat(id=chat_id, type="private"), **content
    )


class DispatcherTelegram(EngineTelegram):
    """The Bot API methods that handlers call, too. Every text must be encodable HTML without a traceback.

    `calls` counts the calls by method. `sent` holds the texts and `captions` the captions that were sent, in order.
    `guest_answers` holds the answers to guests, `toasts` those to presses, `keyboards` the current buttons of each text
    that has some.
    """

    def __init__(self, kill_switch: KillSwitch) -> None:
        super().__init__(kill_switch)
        self.calls: Counter[str] = Counter()
        self.sent: list[SendMessage] = []
        self.captions: list[str] = []
        self.guest_answers: list[AnswerGuestQuery] = []
        self.toasts: list[str] = []
        self.keyboards: dict[int, InlineKeyboardMarkup] = {}

    def perform(self, method: TelegramMethod[Any]) -> Any:
        if isinstance(method, SendMessage):
            self.sent.append(method)
        if isinstance(method, SendPhoto | SendDocument):
            self.captions.append(method.caption or "")
        if isinstance(method, AnswerCallbackQuery):
            self.toasts.append(method.text or "")
        for value in vars(method).values():
            if isinstance(value, str):
                value.encode()  # a form field over HTTP; raises UnicodeEncodeError for a lone surrogate
        name = type(method).__name__
        self.calls[name] += 1
        if name == "GetMe":
            return User(id=1, is_bot=True, first_name="Imagine", username="imagine_bot")
        if isinstance(method, AnswerGuestQuery):
            self.guest_answers.append(method)
            return SentGuestMessage(inline_message_id=f"inline {len(self.guest_answers)}")
        if name == "GetFile" or (isinstance(method, GetChatMember) and method.user_id not in self.admins):
            raise TelegramBadRequest(method, "Bad Request: not found")
        text = getattr(method, "text", None)
        if isinstance(text, str) and name != "AnswerCallbackQuery":
            shown, _ = parse(text, "HTML")
            assert "Traceback" not in shown
        if name in {
            "AnswerCallbackQuery",
            "SetMessageReaction",
            "SendChatAction",
            "EditMessageReplyMarkup",
            "EditMessageMedia",
        }:
            return True
        answer = super().perform(method)
        if isinstance(method, SendMessage | EditMessageText):
            self._note_keyboard(method, answer)
        return answer

    def _note_keyboard(self, method: SendMessage | EditMessageText, answer: Any) -> None:
        message_id = (method.message_id or 0) if isinstance(method, EditMessageText) else answer.message_id
        self.keyboards.pop(message_id, None)
        if isinstance(method.reply_markup, InlineKeyboardMarkup):
            self.keyboards[message_id] = method.reply_markup
