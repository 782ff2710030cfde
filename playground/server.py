"""The server of the demo page: the chats and their events, the actions of the users, and the side panel.

It listens on loopback only and accepts state-changing requests only from its own page.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

from playground import views
from playground.actions import Actions, Refused
from playground.media import Media
from playground.star_page import StarPage
from playground.style_samples import webp_sample
from playground.switches import Switches
from playground.telegram import Telegram

PAGE = Path(__file__).parent / "page"
LARGEST_UPLOAD = 80 * 1024 * 1024
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

    async def start_later(self) -> None:
        """Start the process as if it had been down for eleven minutes. A running one is killed before."""

    def quotas(self) -> Mapping[int, int]:
        """Return the pictures of today by the id of a user or group."""

    def leave_quota(self, subject_id: int, left: int) -> None:
        """Leave a user or a group so many pictures for today."""


@dataclass(slots=True, kw_only=True)
class PlaygroundServer:
    """Serves the page of one pair of stand-ins. `bot` is the state of the bot's process, `admin` the bot admin's id."""

    telegram: Telegram
    media: Media
    control: BotControl
    switches: Switches = field(init=False)
    actions: Actions = field(init=False)
    stars: StarPage = field(init=False)
    bot: str = "starting"
    admin: int = 0

    def __post_init__(self) -> None:
        self.switches = Switches(self.telegram, self.media)
        self.actions = Actions(telegram=self.telegram)
        self.stars = StarPage(telegram=self.telegram)
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
        app.router.add_get("/sample/{name}", self._sample)
        app.router.add_get("/panel", self._panel)
        actions: dict[str, Callable[[Json], Awaitable[Json | None]]] = {
            "say": self.actions.say,
            "ask": self.actions.ask,
            "choose": self.actions.choose,
            "edit": self.actions.edit,
            "press": self.actions.press,
            "membership": self.actions.membership,
            "invoice": self.stars.invoice,
            "pay": self.stars.pay,
            "top-up": self.stars.top_up,
            "stars": self.stars.outside,
            "switch": self._switch,
            "bot": self._bot,
            "quota": self._quota,
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
        kept = [*chats.messages.values(), *chats.ephemeral_messages.values()]
        return {
            **views.scene(chats, self.admin),
            **views.profile(chats),
            "messages": [views.message(chats, one) for one in kept],
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

    async def _sample(self, request: web.Request) -> web.Response:
        try:
            data = await asyncio.to_thread(webp_sample, request.match_info["name"])
        except KeyError:
            raise web.HTTPNotFound from None
        return web.Response(body=data, content_type="image/webp", headers={"Cache-Control": "max-age=3600"})

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
            "quotas": self._quotas(),
            "switches": switches,
            "stars": self.stars.panel(int(request.query.get("transactions", "0"))),
            "bot": self.bot,
        }
        return web.json_response(shown)

    def _quotas(self) -> list[Json]:
        """Return the pictures of today by user and group."""
        used, chats = self.control.quotas(), self.telegram.chats
        names = {user.id: user.first_name for user in chats.users.values()}
        names |= {chat.id: chat.title for chat in chats.chats.values() if chat.title}
        return [{"id": key, "subject": name, "used": used.get(key, 0)} for key, name in names.items()]

    async def _switch(self, body: Json) -> None:
        self.switches.flip(str(body["name"]), on=bool(body["on"]))

    async def _bot(self, body: Json) -> None:
        control = self.control
        actions = {"kill": control.kill, "start": control.start, "start-later": control.start_later}
        await actions[body["action"]]()

    async def _quota(self, body: Json) -> None:
        self.control.leave_quota(int(body["subject"]), int(body["left"]))

    async def _photo(self, request: web.Request) -> web.Response:
        form = await request.post()
        uploads = [field for field in form.getall("file") if isinstance(field, web.FileField)]
        self.actions.send_files(json.loads(str(form["about"])), uploads)
        return web.json_response({})


def _json_handler(
    action: Callable[[Json], Awaitable[Json | None]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(request: web.Request) -> web.Response:
        try:
            answer = await action(await request.json())
        except Refused as error:
            raise web.HTTPConflict(text=str(error)) from None
        except (KeyError, ValueError, TypeError):
            raise web.HTTPBadRequest from None
        return web.json_response(answer or {})

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
