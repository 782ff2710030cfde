"""Switches that make a stand-in misbehave: refuse, delay, or drop the connection before or after acting."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

ResultAction = Callable[[], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Fault:
    """What happens to a call instead of, before, or after its act.

    `call` is the method or path it strikes (`sendPhoto`, `create`, `picture`; `*` strikes all). `times` is how often,
    None for always; `only` limits it to what concerns a prompt that holds these words, or at Telegram a chat or a file
    (`chat 7.`, `file x.`). With `answer` the act is left out unless `after` is set; the same goes for `drop`.
    """

    call: str
    times: int | None = 1
    delay: float = 0.0
    answer: Callable[[], web.StreamResponse] | None = None
    drop: bool = False
    after: bool = False
    only: str = ""
    struck_at: list[float] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def struck(self) -> int:
        """How often it struck; `struck_at` says when, in monotonic seconds; `begun` can be waited for."""
        return len(self.struck_at)


@dataclass(slots=True)
class Faults:
    """The faults of one stand-in, in order: the first that fits strikes."""

    rules: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on."""
        self.rules.append(fault)
        return fault

    def clear(self) -> None:
        """Switch all off."""
        self.rules.clear()

    def _next(self, call: str, about: str) -> Fault | None:
        for rule in self.rules:
            if (
                rule.call in {call, "*"}
                and rule.only in about
                and (rule.times is None or rule.struck < rule.times)
            ):
                rule.struck_at.append(time.monotonic())
                rule.begun.set()
                return rule
        return None

    async def around(
        self, call: str, request: web.Request, act: ResultAction, about: str = ""
    ) -> web.StreamResponse:
        """Run a call's act as the switches stand; `about` is the prompt or the chat it concerns."""
        fault = self._next(call, about)
        if fault is None:
            return await act()
        if fault.delay:
            await asyncio.sleep(fault.delay)
        response = await act() if fault.after or not (fault.answer or fault.drop) else None
        if fault.drop and request.transport is not None:
            request.transport.abort()
            return web.Response(status=500)  # never arrives
        if fault.answer is not None:
            return fault.answer()
        assert response is not None  # noqa: S101 - a fault that only delays
        return response


def status(code: int, body: str = "", **headers: str) -> Callable[[], web.Response]:
    """An answer with an HTTP status and, as from a proxy, no JSON. Header names have `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: web.Response(status=code, text=body, headers=named)


def json(value: object, code: int = 200, **headers: str) -> Callable[[], web.Response]:
    """An answer in JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: web.json_response(value, status=code, headers=named)


def telegram(code: int, description: str, **parameters: int) -> Callable[[], web.Response]:
    """A refusal as the Bot API words it; `retry_after` and `migrate_to_chat_id` are parameters."""
    body: dict[str, object] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return json(body, code)
