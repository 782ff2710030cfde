"""The outside world of a generation in one thread: a provider and a Telegram that can be killed at any place.

They stand where the network is (below httpx and below aiogram), so everything of ours is the real thing.
"""

import asyncio
import io
import itertools
import json
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
)
from aiogram.methods import (
    DeleteMessage,
    EditMessageText,
    SendChatAction,
    SendDocument,
    SendMessage,
    SendPhoto,
)
from aiogram.methods.base import TelegramMethod
from aiogram.types import Chat, Message, PhotoSize
from PIL import Image


class Killed(BaseException):
    """The process died here."""


def _webp() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 16), "teal").save(out, "WEBP")
    return out.getvalue()


WEBP = _webp()


@dataclass(slots=True)
class KillSwitch:
    """Kills at the n-th place that is passed, for as long as it is not revived."""

    places: int | None = None
    dead: asyncio.Event = field(default_factory=asyncio.Event)
    passed: Counter[str] = field(default_factory=Counter)

    def at(self, place: str) -> None:
        """Pass a place. Raises Killed."""
        self.passed[place] += 1
        if self.places is not None and not self.dead.is_set():
            self.places -= 1
            if self.places <= 0:
                self.dead.set()
        if self.dead.is_set():
            raise Killed(place)

    async def on_the_wire(self, place: str) -> None:
        """Pass a place inside a call. A dead process hears nothing any more."""
        try:
            self.at(place)
        except Killed:
            await asyncio.get_running_loop().create_future()


class Provider(httpx.AsyncBaseTransport):
    """Tasks that take three seconds. `next_creates` says how the coming creates end; well when it is empty."""

    def __init__(self, kill_switch: KillSwitch) -> None:
        self.kill_switch = kill_switch
        self.next_creates: list[str] = []
        self.creates = 0
        self.down_until = 0.0
        self.balance, self.looked_at = 1_000.0, 0
        self.prompts: dict[str, str] = {}
        self.paid: Counter[str] = Counter()
        self.unknown: set[str] = set()
        self._done_at: dict[str, float] = {}
        self._ids = itertools.count(1)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/media/create"):
            return await self._create(json.loads(request.content))
        if path.endswith("/balance"):
            self.looked_at += 1
            return httpx.Response(200, json={"balance": self.balance})
        await self.kill_switch.on_the_wire("result or picture")
        await asyncio.sleep(0.05)
        if path.endswith(".webp"):
            return httpx.Response(200, content=WEBP)
        return httpx.Response(200, json=self._shape(json.loads(request.content)["task_id"]))

    async def _create(self, body: dict[str, str]) -> httpx.Response:
        await self.kill_switch.on_the_wire("before create")
        ends = self.next_creates.pop(0) if self.next_creates else "well"
        self.creates += 1
        ends = "refused" if asyncio.get_running_loop().time() < self.down_until else ends
        if ends == "refused":
            return httpx.Response(503)
        if ends == "lost before":
            self.unknown.add(body["prompt"])
            raise httpx.ReadTimeout("no answer")
        task = f"task-{next(self._ids)}"
        self.paid[body["prompt"]] += 1
        self.prompts[task] = body["prompt"]
        self._done_at[task] = asyncio.get_running_loop().time() + 3.0
        await self.kill_switch.on_the_wire("after create")
        if ends == "lost after":
            self.unknown.add(body["prompt"])
            raise httpx.RemoteProtocolError("reset")
        await asyncio.sleep(0.05)
        return httpx.Response(200, json=self._shape(task))

    def _shape(self, task: str) -> dict[str, object]:
        done = asyncio.get_running_loop().time() >= self._done_at[task]
        shape: dict[str, object] = {"code": 0, "id": task, "status": "done" if done else "processing"}
        shape["url"] = f"http://media.test/{task}.webp" if done else None
        if "bad" in self.prompts[task] and done:
            return shape | {"status": "failed", "url": None, "message": "could not be drawn"}
        return shape


class Chats(BaseSession):
    """A Telegram that counts. `next_photos` says how the coming pictures are taken; well when it is empty."""

    def __init__(self, kill_switch: KillSwitch) -> None:
        super().__init__()
        self.kill_switch = kill_switch
        self.next_photos: list[str] = []
        self.photos: Counter[int] = Counter()
        self.told: Counter[int] = Counter()
        self.unsure: set[int] = set()
        self.standing: dict[int, str] = {}
        self._ids = itertools.count(1_000)

    async def close(self) -> None:
        """Nothing is open."""

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:  # noqa: ASYNC109, ARG002
        name = type(method).__name__
        await self.kill_switch.on_the_wire(f"before {name}")
        answer = self._do(method)
        await self.kill_switch.on_the_wire(f"after {name}")
        return answer

    def _do(self, method: TelegramMethod[Any]) -> Any:
        if isinstance(method, SendPhoto | SendDocument):
            return self._photo(method)
        if isinstance(method, SendMessage):
            if not method.disable_notification and method.reply_parameters:
                self.told[method.reply_parameters.message_id or 0] += 1
            return self._message(method.chat_id, text=method.text)
        if isinstance(method, EditMessageText | DeleteMessage):
            return self._change(method)
        if isinstance(method, SendChatAction):
            return True
        raise AssertionError(type(method))

    def _change(self, method: EditMessageText | DeleteMessage) -> bool:
        number = method.message_id or 0
        if number not in self.standing:
            call: TelegramMethod[Any] = method
            raise TelegramBadRequest(call, "Bad Request: message to edit not found")
        if isinstance(method, DeleteMessage):
            del self.standing[number]
        else:
            self.standing[number] = method.text or ""
        return True

    def _photo(self, method: SendPhoto | SendDocument) -> Message:
        ends = self.next_photos.pop(0) if self.next_photos else "well"
        asked = (method.reply_parameters.message_id or 0) if method.reply_parameters else 0
        if ends == "too fast":
            raise TelegramRetryAfter(method, "Too Many Requests: retry after 2", 2)
        if ends == "blocked":
            raise TelegramForbiddenError(method, "Forbidden: bot was blocked by the user")
        if ends == "lost before":
            raise TelegramNetworkError(method, "reset")
        self.photos[asked] += 1
        if ends == "lost after":
            self.unsure.add(asked)
            raise TelegramNetworkError(method, "reset")
        size = PhotoSize(file_id="f", file_unique_id="u", width=16, height=16)
        return self._message(method.chat_id, photo=[size])

    def _message(self, chat_id: Any, **content: Any) -> Message:
        number = next(self._ids)
        self.standing[number] = content.get("text", "")
        return Message(
            message_id=number, date=datetime.now(UTC), chat=Chat(id=chat_id, type="private"), **content
        )

    async def stream_content(self, *_args: Any, **_more: Any) -> AsyncGenerator[bytes, None]:
        """Nothing is downloaded from Telegram here."""
        yield b""
