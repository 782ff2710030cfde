"""The server of the demo page: the chats and their events, the actions of the users, and the side panel.

It listens on loopback only and accepts state-changing requests only from its own page.
"""

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from aiogram.types import Message, User
from aiohttp import web

from playground import files, views
from playground.call import ApiError
from playground.media import Media
from playground.switches import Switches
from playground.telegram import Telegram

PAGE = Path(__file__).parent / "page"
LARGEST_UPLOAD = 25 * 1024 * 1024
_HEARTBEAT = 15.0
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp"}

Json = dict[str, Any]


class BotControl(Protocol):
    """Control of the bot's process, implemented by the program that starts it."""

    async def kill(self) -> None:
        """Kill the process."""

    async def start(self) -> None:
        """Start the process unless it is running."""

    def quotas(self) -> Sequence[Json]:
        """Return the rows of the quota table: `subject` (user or chat id), `day`, `used`."""


@dataclass(slots=True, kw_only=True)
class PlaygroundServer:
    """Serves the page of one pair of stand-ins. `bot` is the state of the bot's process."""

    telegram: Telegram
    media: Media
    control: BotControl
    switches: Switches = field(init=False)
    bot: str = "starting"

    def __post_init__(self) -> None:
        self.switches = Switches(self.telegram, self.media)
        self.media.journal = self.telegram.journal  # so the panel lists all calls in order

    def note_bot(self, state: str) -> None:
        """Show a new state of the bot's process on the page: starting, running or down."""
        self.bot = state
        self.telegram.chats.note_bot_state(state)

    def app(self) -> web.Application:
        """Return the web application."""
        app = web.Application(client_max_size=LARGEST_UPLOAD, middlewares=[_guard])
        app.router.add_get("/", self._index)
        app.router.add_static("/page", PAGE)
        app.router.add_get("/events", self._events)
        app.router.add_get("/file/{file}", self._file)
        app.router.add_get("/panel", self._panel)
        app.router.add_get("/menus", self._menus)
        actions: dict[str, Callable[[Json], Awaitable[None]]] = {
            "say": self._say,
            "edit": self._edit,
            "press": self._press,
            "switch": self._switch,
            "bot": self._bot,
        }
        for name, action in actions.items():
            app.router.add_post(f"/{name}", _json_handler(action))
        app.router.add_post("/photo", self._photo)
        return app

    async def _index(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "index.html")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Send the current state, then each event, as server-sent events."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        chats = self.telegram.chats
        seen = len(chats.events)
        await _send(response, {"kind": "all", **self._state()})
        while True:
            try:
                await chats.until(lambda: len(chats.events) > seen, _HEARTBEAT)  # noqa: B023 - called within the iteration
            except TimeoutError:
                await response.write(b": heartbeat\n\n")
            for event in chats.events[seen:]:
                await _send(response, views.event(chats, event))
            seen = len(chats.events)

    def _state(self) -> Json:
        chats = self.telegram.chats
        return {
            "chats": [views.chat(chats, one) for one in chats.chats.values()],
            "messages": [views.message(chats, one) for one in chats.messages.values()],
            "menus": views.menus(chats),
            "bot": self.bot,
        }

    async def _file(self, request: web.Request) -> web.Response:
        data = self.telegram.chats.files.get(request.match_info["file"])
        if data is None:
            raise web.HTTPNotFound
        kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
        headers = {"Cache-Control": "max-age=3600"}
        if "save" in request.query or kind is None:
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=data, content_type=kind or "application/octet-stream", headers=headers)

    async def _panel(self, request: web.Request) -> web.Response:
        since = int(request.query.get("since", "0"))
        calls = self.telegram.journal.since(since)
        now = time.monotonic()
        tasks = [
            {
                "id": task.id[:8],
                "prompt": task.prompt[:60],
                "age": round(now - task.created_at, 1),
                "left": round(max(0.0, task.done_at - now), 1),
                "polls": task.polls,
                "ends": task.ends,
                "noticed": task.noticed_at is not None,
            }
            for task in list(self.media.tasks.values())[-12:]
        ]
        switches = {name: name in self.switches.on for name in self.switches.names}
        shown: Json = {"calls": calls, "tasks": tasks, "since": calls[-1]["number"] if calls else since}
        shown |= {
            "quotas": [self._named(row) for row in self.control.quotas()],
            "switches": switches,
            "bot": self.bot,
        }
        return web.json_response(shown)

    def _named(self, row: Json) -> Json:
        chats = self.telegram.chats
        user, chat = chats.users.get(row["subject"]), chats.chats.get(row["subject"])
        name = user.first_name if user else chat.title if chat else None
        return {**row, "subject": name or str(row["subject"])}

    async def _menus(self, _request: web.Request) -> web.Response:
        return web.json_response(views.menus(self.telegram.chats))

    async def _say(self, body: Json) -> None:
        reply = self._message(body, "reply")
        more: Json = {"text": str(body["text"])[:4_096]}
        self.telegram.send(self._user(body), **self._destination(body), reply_to_message=reply, **more)

    async def _edit(self, body: Json) -> None:
        message = self._message(body, "id")
        if message is not None:
            self.telegram.rewrite(message, str(body["text"])[:4_096])

    async def _press(self, body: Json) -> None:
        message = self._message(body, "id")
        if message is not None:
            self.telegram.press_data(self._user(body), message, str(body["data"]))

    async def _switch(self, body: Json) -> None:
        self.switches.flip(str(body["name"]), on=bool(body["on"]))

    async def _bot(self, body: Json) -> None:
        await (self.control.kill() if body["action"] == "kill" else self.control.start())

    async def _photo(self, request: web.Request) -> web.Response:
        form = await request.post()
        upload = form["file"]
        body: Json = json.loads(str(form["about"]))
        if not isinstance(upload, web.FileField):
            raise web.HTTPBadRequest
        data, content = upload.file.read(), dict[str, Any]()
        try:
            content["photo"] = files.photo_sizes(self.telegram.chats, data)
        except ApiError:  # Telegram rejects it as a photo, so it is sent as a file
            name, kind = upload.filename, upload.content_type
            content["document"] = files.keep_document(self.telegram.chats, data, name, kind)
        content |= {"caption": str(body.get("text") or "")[:1_024] or None}
        content |= {"reply_to_message": self._message(body, "reply")}
        self.telegram.send(self._user(body), **self._destination(body), **content)
        return web.json_response({})

    def _user(self, body: Json) -> User:
        return self.telegram.chats.users[int(body["user"])]

    @staticmethod
    def _destination(body: Json) -> Json:
        topic = body.get("topic")
        in_topic = {"message_thread_id": int(topic), "is_topic_message": True} if topic else {}
        return {"chat_id": int(body["chat"]), **in_topic}

    def _message(self, body: Json, name: str) -> Message | None:
        return self.telegram.chats.messages.get((int(body["chat"]), int(body.get(name) or 0)))


def _json_handler(
    action: Callable[[Json], Awaitable[None]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(request: web.Request) -> web.Response:
        try:
            await action(await request.json())
        except (KeyError, ValueError, TypeError):
            raise web.HTTPBadRequest from None
        return web.json_response({})

    return handler


async def _send(response: web.StreamResponse, value: Json) -> None:
    await response.write(f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode())


@web.middleware
async def _guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Reject other host names (DNS rebinding) and other origins (cross-site requests). Set the security headers."""
    host = request.host.partition(":")[0]
    if host not in {"127.0.0.1", "localhost"}:
        raise web.HTTPForbidden
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin is not None and origin != f"http://{request.host}":
        raise web.HTTPForbidden
    response = await handler(request)
    if not response.prepared:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
    return response
