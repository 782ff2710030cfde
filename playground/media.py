"""A stand-in for the media API: create, result, balance and the picture store, as documented and as observed."""

import asyncio
import base64
import io
import json
import math
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field

import aiohttp
from aiohttp import web
from PIL import Image

from playground import pictures
from playground.faults import CallHandler, Faults
from playground.journal import Journal
from playground.source_rules import SourceRule, source_issues

RATIOS = frozenset({"1:1", "16:9", "9:16", "4:3", "3:4"})
MODEL = "seedream-3"
MODELS = (MODEL, "flux-1.1-pro", "midjourney")
"""The models that the key may use."""
PRICE = 4.5
LONGEST_PROMPT = 4_000
_UNSAFE = "nsfw"


def lognormal(median: float, sigma: float, seed: int) -> Callable[[], float]:
    """Return a function that returns random log-normal durations in seconds."""
    dice = random.Random(seed)  # noqa: S311 - durations, not secrets
    return lambda: math.exp(dice.gauss(math.log(median), sigma))


@dataclass(slots=True, kw_only=True)
class MediaTask:
    """A task. Times are in monotonic seconds; `noticed_at` is the time of the first poll that found it finished.

    `ends` is the final status and `message` its explanation. `shown` is the prompt as the provider echoes it.
    `variation` counts the earlier tasks with the same prompt and ratio: each gets another picture.
    """

    id: str
    prompt: str
    ratio: str
    created_at: float
    done_at: float
    shown: str
    polls: int = 0
    noticed_at: float | None = None
    ends: str = "done"
    message: str | None = None
    variation: int = 0


@dataclass(slots=True)
class Media:
    """The provider. `url` is its own address, set before the first call.

    `duration` returns the seconds that a task takes; `draw` replaces the drawing of pictures by prompt, ratio and
    pixels. `new_id` returns the id of a new task, and `variant` changes the status and the body of each answer about a
    task: other forms than the documented one are possible (docs/media-api.md). `moderate` rejects every prompt as
    unsafe. `source_rule` is the rule for the addresses of pictures to edit; `public_hosts` are hosts with port that
    count as public although they are local. `sources` are the pictures to edit by task id, `drawn` the encoded results.
    For tests: `calls` counts the calls, of which `empty_creates` are creates without a parameter; `bodies` are the
    bodies of creates, `received` all request lines with headers, and `headers_seen` names each picture request that
    carried the API key.
    """

    key: str
    _: KW_ONLY
    duration: Callable[[], float] = field(default=lambda: 2.0)
    pixels: int = pictures.PIXELS
    balance: float = 1_000_000.0
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    moderate: bool = False
    source_rule: SourceRule = SourceRule.ANY
    public_hosts: set[str] = field(default_factory=set)
    tasks: dict[str, MediaTask] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    empty_creates: int = 0
    headers_seen: list[str] = field(default_factory=list)
    url: str = ""
    draw: Callable[[str, str, int], bytes] | None = None
    new_id: Callable[[], str] = field(default=lambda: secrets.token_hex(12))
    variant: Callable[[dict[str, object]], tuple[int, object]] = field(default=lambda answer: (200, answer))
    drawn: dict[str, bytes] = field(default_factory=dict)
    bodies: list[str] = field(default_factory=list)
    received: set[str] = field(default_factory=set)
    sources: dict[str, bytes] = field(default_factory=dict)
    _alike: Counter[tuple[str, str]] = field(init=False, default_factory=Counter)

    def app(self) -> web.Application:
        """Return the web application."""
        app = web.Application()
        app.router.add_post("/v1/media/create", self._create)
        app.router.add_route("*", "/v1/media/result", self._result)
        app.router.add_get("/v1/balance", self._balance)
        app.router.add_get("/pictures/{task}.webp", self._picture)
        return app

    async def _create(self, request: web.Request) -> web.StreamResponse:
        # An empty create starts nothing and costs nothing (docs/media-api.md, seen).
        self.empty_creates += not await _body(request)
        return await self._around("create", request, lambda: self._do_create(request))

    async def _do_create(self, request: web.Request) -> web.Response:
        refused = self._unauthorised(request)
        if refused is not None:
            return refused
        body = await _body(request)
        self.bodies.append((await request.read()).decode(errors="replace"))
        issues = _issues(body) + source_issues(
            (body or {}).get("images"), self.source_rule, self.public_hosts
        )
        if body is None or issues:
            return web.json_response({"code": 3, "message": "Validation error", "issues": issues})
        if self.balance < PRICE:
            text = "Organization balance is too low to use API"
            error = {"message": text, "type": "insufficient_balance_error"}
            return web.json_response({"error": error}, status=402)
        self.balance -= PRICE
        task = self._new_task(str(body["prompt"]), str(body.get("ar", "1:1")), given="ar" in body)
        for image in body.get("images") or []:  # type: ignore[attr-defined]  # checked by _issues
            await self._load_source(task, str(image))
        return self._about_task(task, time.monotonic())

    def _new_task(self, prompt: str, ratio: str, *, given: bool) -> MediaTask:
        now = time.monotonic()
        task = MediaTask(
            id=self.new_id(),
            prompt=prompt,
            ratio=ratio,
            created_at=now,
            done_at=now + self.duration(),
            shown=f"{prompt} --ar {ratio}" if given else prompt,
            variation=self._alike[prompt, ratio],
        )
        self._alike[prompt, ratio] += 1
        if self.moderate or _UNSAFE in prompt.lower():
            task.ends, task.message = "failed", "The prompt was flagged as sensitive content"
        self.tasks[task.id] = task
        return task

    async def _load_source(self, task: MediaTask, image: str) -> None:
        """Load the picture to edit from a public link or a `data:` URL, as the provider does."""
        try:
            if image.startswith("data:image/jpeg;base64,"):
                data = base64.b64decode(image.partition(",")[2], validate=True)
            else:
                async with aiohttp.ClientSession() as http, http.get(image) as answer:
                    answer.raise_for_status()
                    data = await answer.read()
            with Image.open(io.BytesIO(data)) as picture:
                picture.load()
        except Exception:  # the provider reports every cause with this message
            task.ends, task.message = "failed", "Failed to load image"
        else:
            self.sources[task.id] = data

    async def _result(self, request: web.Request) -> web.StreamResponse:
        return await self._around("result", request, lambda: self._do_result(request))

    async def _do_result(self, request: web.Request) -> web.Response:
        refused = self._unauthorised(request)
        if refused is not None:
            return refused
        if request.method not in {"GET", "POST"}:
            return web.json_response({"message": "Method not allowed"}, status=405)
        body = await _body(request) if request.method == "POST" else {}
        task = self.tasks.get(str((body or {}).get("task_id") or request.query.get("task_id")))
        if task is None:
            return web.json_response({"code": 3, "message": "Task not found", "issues": []})
        now = time.monotonic()
        task.polls += 1
        if task.noticed_at is None and now >= task.done_at:
            task.noticed_at = now
        return self._about_task(task, now)

    def _about_task(self, task: MediaTask, now: float) -> web.Response:
        status, answer = self.variant(self._shape(task, now))
        return web.json_response(answer, status=status)

    def _shape(self, task: MediaTask, now: float) -> dict[str, object]:
        shape: dict[str, object] = {
            "code": 0,
            "id": task.id,
            "model": MODEL,
            "prompt": task.shown,
            "created_at": int(time.time() - (now - task.created_at)),
            "status": "idle" if now - task.created_at < 0.2 else "processing",
            "url": None,
        }
        if now >= task.done_at:
            shape["status"] = task.ends
            if task.ends == "done":
                shape["url"] = f"{self.url}/pictures/{task.id}.webp"
                shape["cost"] = str(PRICE)
            if task.message:
                shape["message"] = task.message
        return shape

    async def _balance(self, request: web.Request) -> web.StreamResponse:
        async def handler() -> web.Response:
            return self._unauthorised(request) or web.json_response({"balance": round(self.balance, 2)})

        return await self._around("balance", request, handler)

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        return await self._around("picture", request, lambda: self._do_picture(request))

    async def _do_picture(self, request: web.Request) -> web.Response:
        task = self.tasks.get(request.match_info["task"])
        if "Authorization" in request.headers:
            self.headers_seen.append("the API key was sent to the picture store")
        if task is None or time.monotonic() < task.done_at:
            return web.Response(status=404, text="<Error><Code>NoSuchKey</Code></Error>")
        key = f"{task.id if task.id in self.sources else ''} {task.prompt} {task.ratio} {task.variation}"
        if key not in self.drawn:
            if len(self.drawn) > 100:
                self.drawn.clear()
            self.drawn[key] = await asyncio.to_thread(self._draw, task)
        return web.Response(body=self.drawn[key], content_type="image/webp")

    def _draw(self, task: MediaTask) -> bytes:
        if task.id in self.sources:
            return pictures.webp(pictures.edit(self.sources[task.id], task.prompt, task.variation))
        if self.draw is not None:
            return self.draw(task.prompt, task.ratio, self.pixels)
        return pictures.webp(pictures.draw(task.prompt, task.ratio, self.pixels, task.variation))

    async def _about(self, request: web.Request) -> str:
        """Return the prompt of the task or the create that a call is about."""
        body = await _body(request) or {}
        task = self.tasks.get(str(body.get("task_id") or request.match_info.get("task")))
        return task.prompt if task is not None else str(body.get("prompt") or "")

    async def _around(self, call: str, request: web.Request, handler: CallHandler) -> web.StreamResponse:
        self.calls[call] += 1
        self.received.add(f"{request.method} {request.path_qs} {sorted(request.headers.items())}")
        begun = time.monotonic()
        answer = await self.faults.around(call, request, handler, await self._about(request))
        response = answer.content_type
        if isinstance(answer, web.Response) and response == "application/json":
            response = answer.text or ""
        self.journal.note(
            server="media",
            call=call,
            parameters=(await request.read()).decode(errors="replace") or request.path_qs,
            response=response,
            status=answer.status,
            begun=begun,
        )
        return answer

    def _unauthorised(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") == self.key:
            return None
        return web.json_response({"message": "Invalid token, check your API key"}, status=401)


async def _body(request: web.Request) -> dict[str, object] | None:
    try:
        value = json.loads(await request.read() or b"{}")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _issue(path: str, expected: str) -> dict[str, object]:
    return {"path": [path], "expected": expected, "message": f"Invalid input: expected {expected}"}


def _issues(body: dict[str, object] | None) -> list[dict[str, object]]:
    """Return the errors in the body of a create, in the provider's format."""
    if body is None:
        return [_issue("", "object")]
    issues = []
    if body.get("model") not in MODELS:
        # An empty create lists the models that the key may use (docs/media-api.md, seen); the form is a guess.
        issues.append(_issue("model", "|".join(MODELS)))
    prompt = body.get("prompt")
    if not isinstance(prompt, str) or not 0 < len(prompt) <= LONGEST_PROMPT:
        issues.append(_issue("prompt", "string"))
    if "ar" in body and body["ar"] not in RATIOS:
        issues.append(_issue("ar", "1:1|16:9|9:16|4:3|3:4"))
    images = body.get("images", [])
    if not isinstance(images, list) or len(images) > 1 or not all(isinstance(i, str) for i in images):
        issues.append(_issue("images", "array of at most 1 string"))
    issues.extend(
        _issue(name, "no such parameter") for name in body.keys() - {"model", "prompt", "ar", "images"}
    )
    return issues
