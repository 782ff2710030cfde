"""The page's server: the chats as they change, the hands of the people in them, and the side panel.

It listens on loopback only, and takes what changes anything from its own page alone.
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
    """What the page may do to the bot's process, which the playground knows nothing else of."""

    async def kill(self) -> None:
        """Pull the plug."""

    async def start(self) -> None:
        """Start it again."""

    def quotas(self) -> Sequence[Json]:
        """Return the rows of the quota table."""


@dataclass(slots=True)
class PlaygroundServer:
    """One page over one pair of stand-ins."""

    telegram: Telegram
    media: Media
    control: BotControl
    switches: Switches = field(init=False)
    bot: str = "starting"

    def __post_init__(self) -> None:
        self.switches = Switches(self.telegram, self.media)
        self.media.journal = self.telegram.journal  # one order for both

    def note_bot(self, state: str) -> None:
        """Tell the page how the bot's process is: starting, running or down."""
        self.bot = state
        self.telegram.chats.tell("bot", state)

    def app(self) -> web.Application:
        """Return the server."""
        app = web.Application(client_max_size=LARGEST_UPLOAD, middlewares=[_guard])
        app.router.add_get("/", self._index)
        app.router.add_static("/page", PAGE)
        app.router.add_get("/events", self._events)
        app.router.add_get("/file/{file}", self._file)
        app.router.add_get("/panel", self._panel)
        app.router.add_get("/menus", self._menus)
        hands: dict[str, Callable[[Json], Awaitable[None]]] = {
            "say": self._say,
            "edit": self._edit,
            "press": self._press,
            "switch": self._switch,
            "bot": self._bot,
        }
        for name, hand in hands.items():
            app.router.add_post(f"/{name}", _taking(hand))
        app.router.add_post("/photo", self._photo)
        return app

    async def _index(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "index.html")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Everything there is, then everything that happens (server-sent events)."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        chats = self.telegram.chats
        seen = len(chats.events)
        await _send(response, {"kind": "all", **self._everything()})
        while True:
            try:
                await chats.until(lambda: len(chats.events) > seen, _HEARTBEAT)  # noqa: B023 - read while waiting
            except TimeoutError:
                await response.write(b": still here\n\n")
            for event in chats.events[seen:]:
                await _send(response, views.event(chats, event))
            seen = len(chats.events)

    def _everything(self) -> Json:
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
        person, chat = chats.people.get(row["who"]), chats.chats.get(row["who"])
        name = person.first_name if person else chat.title if chat else None
        return {**row, "who": name or str(row["who"])}

    async def _menus(self, _request: web.Request) -> web.Response:
        return web.json_response(views.menus(self.telegram.chats))

    async def _say(self, given: Json) -> None:
        reply = self._message(given, "reply")
        more: Json = {"text": str(given["text"])[:4_096]}
        self.telegram.send(self._person(given), **self._where(given), reply_to_message=reply, **more)

    async def _edit(self, given: Json) -> None:
        message = self._message(given, "id")
        if message is not None:
            self.telegram.rewrite(message, str(given["text"])[:4_096])

    async def _press(self, given: Json) -> None:
        message = self._message(given, "id")
        if message is not None:
            self.telegram.press_data(self._person(given), message, str(given["data"]))

    async def _switch(self, given: Json) -> None:
        self.switches.flip(str(given["name"]), on=bool(given["on"]))

    async def _bot(self, given: Json) -> None:
        await (self.control.kill() if given["act"] == "kill" else self.control.start())

    async def _photo(self, request: web.Request) -> web.Response:
        form = await request.post()
        upload = form["file"]
        given: Json = json.loads(str(form["about"]))
        if not isinstance(upload, web.FileField):
            raise web.HTTPBadRequest
        data, content = upload.file.read(), dict[str, Any]()
        try:
            content["photo"] = files.photo_sizes(self.telegram.chats, data)
        except ApiError:  # what Telegram takes for no photo goes as a file
            name, kind = upload.filename, upload.content_type
            content["document"] = files.keep_document(self.telegram.chats, data, name, kind)
        content |= {"caption": str(given.get("text") or "")[:1_024] or None}
        content |= {"reply_to_message": self._message(given, "reply")}
        self.telegram.send(self._person(given), **self._where(given), **content)
        return web.json_response({})

    def _person(self, given: Json) -> User:
        return self.telegram.chats.people[int(given["person"])]

    @staticmethod
    def _where(given: Json) -> Json:
        topic = given.get("topic")
        in_topic = {"message_thread_id": int(topic), "is_topic_message": True} if topic else {}
        return {"chat_id": int(given["chat"]), **in_topic}

    def _message(self, given: Json, name: str) -> Message | None:
        return self.telegram.chats.messages.get((int(given["chat"]), int(given.get(name) or 0)))


def _taking(hand: Callable[[Json], Awaitable[None]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(request: web.Request) -> web.Response:
        try:
            await hand(await request.json())
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
    """Keep other sites' pages from acting here: by name (DNS rebinding) and by origin; and set the page's policy."""
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
