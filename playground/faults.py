"""Faults of a stand-in: an error response, a delay, or a dropped connection, before or after the call is handled."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass, field

from aiohttp import web

CallHandler = Callable[[], Awaitable[web.StreamResponse]]
"""Handles a call as the stand-in does without faults."""


@dataclass(slots=True)
class Fault:
    """A fault of one kind of call.

    `call` is the method or path (`sendPhoto`, `create`, `picture`; `*` means all). `times` limits the number of
    applications, and `seconds` the time from the first to the last; None means no limit. `only` limits the fault to
    calls about a prompt that contains this text or, at the Bot API, about a chat, a file, a user or a sticker set
    (`chat 7.`, `file x.`, `user 7.`, `set x`).
    `delay` is in seconds; `until` delays each call until the event. `answer` replaces the response and `drop` closes
    the connection; the call is not handled then. With `after` it is handled first, before the delay.
    `hit_at` lists the monotonic times of the applications; `begun` is set by the first.
    """

    call: str
    _: KW_ONLY
    times: int | None = 1
    seconds: float | None = None
    delay: float = 0.0
    until: asyncio.Event | None = None
    answer: Callable[[], web.StreamResponse] | None = None
    drop: bool = False
    after: bool = False
    only: str = ""
    hit_at: list[float] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def hits(self) -> int:
        """Return the number of calls that the fault was applied to."""
        return len(self.hit_at)

    def is_used_up(self) -> bool:
        """Return whether the fault applies no longer."""
        if self.seconds is not None and self.hit_at and time.monotonic() - self.hit_at[0] > self.seconds:
            return True
        return self.times is not None and self.hits >= self.times


@dataclass(slots=True)
class Faults:
    """The faults of one stand-in. The first one that matches a call and is not used up is applied."""

    rules: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> Fault:
        """Add a fault and return it."""
        self.rules.append(fault)
        return fault

    def clear(self) -> None:
        """Remove all faults."""
        self.rules.clear()

    def _next(self, call: str, about: str) -> Fault | None:
        for rule in self.rules:
            if rule.call in {call, "*"} and rule.only in about and not rule.is_used_up():
                rule.hit_at.append(time.monotonic())
                rule.begun.set()
                return rule
        return None

    async def around(
        self, call: str, request: web.Request, handler: CallHandler, about: str = ""
    ) -> web.StreamResponse:
        """Handle a call with the matching fault applied. `about` is the prompt, the chat or the file of the call."""
        fault = self._next(call, about)
        if fault is None:
            return await handler()
        response = await handler() if fault.after else None
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.until is not None:
            await fault.until.wait()
        if not (fault.after or fault.answer or fault.drop):
            response = await handler()
        if fault.drop and request.transport is not None:
            request.transport.abort()
            return web.Response(status=500)  # aiohttp needs a response; the connection is closed
        if fault.answer is not None:
            return fault.answer()
        assert response is not None  # noqa: S101 - the fault only delays
        return response


def status(code: int, body: str = "", **headers: str) -> Callable[[], web.Response]:
    """Return a factory of responses with this status and, as from a proxy, no JSON. Header names have `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: web.Response(status=code, text=body, headers=named)


def json(value: object, code: int = 200, **headers: str) -> Callable[[], web.Response]:
    """Return a factory of JSON responses. Header names have `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: web.json_response(value, status=code, headers=named)


def telegram(code: int, description: str, **parameters: int) -> Callable[[], web.Response]:
    """Return a factory of Bot API errors. `parameters` are ResponseParameters: `retry_after`, `migrate_to_chat_id`."""
    body: dict[str, object] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return json(body, code)
