"""The failures of the provider that the bot survives. docs/failures.md has the same rows."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from aiohttp import web
from PIL import Image

from playground import faults
from playground.faults import Fault

Answer = Callable[[], web.StreamResponse]

THE_PICTURE = "the picture"
UNSAFE = "won’t draw this description"
NOT_DRAWN = "could not draw this"
NOT_FETCHED = "I could not fetch it"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFailure:
    """A failure of one call. `answer_to_user` is `THE_PICTURE`, or words of the text that the user gets instead.

    `calls` counts the calls, the failing ones included; if `times` is None, all fail and `calls` is the minimum.
    The other fields are those of the fault (playground.faults.Fault).
    """

    what: str
    call: str
    answer_to_user: str
    calls: int
    answer: Answer | None = None
    times: int | None = 1
    drop: bool = False
    after: bool = False
    delay: float = 0.0

    @property
    def counts(self) -> bool:
        """Return whether the picture counts against the daily quota."""
        return self.answer_to_user == THE_PICTURE

    def fault(self, only: str) -> Fault:
        """Return the fault of the stand-in that causes this failure for one prompt."""
        return Fault(
            self.call,
            times=self.times,
            delay=self.delay,
            answer=self.answer,
            drop=self.drop,
            after=self.after,
            only=only,
        )


def _bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    return out.getvalue()


def _truncated() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((200, 200), 80).save(out, "PNG")
    return out.getvalue()[:9_000]


def _body(data: bytes, content_type: str = "image/webp") -> Answer:
    return lambda: web.Response(body=data, content_type=content_type)


def _redirect(location: str) -> Answer:
    return lambda: web.Response(status=302, headers={"Location": location})


def _drip() -> web.Response:
    async def one_byte_a_second() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(1.0)

    return web.Response(body=one_byte_a_second(), content_type="image/webp")


TASK = {"code": 0, "id": "6876a7a68cc456ab830ab9df", "model": "seedream-3", "url": None}
BAD_INPUT = {
    "code": 3,
    "message": "Validation error",
    "issues": [{"path": ["prompt"], "message": "Invalid input"}],
}


def _repeated_create(what: str, answer: Answer) -> ProviderFailure:
    """Return a failure of a create that is repeated once, successfully."""
    return ProviderFailure(
        what=f"create: {what}", call="create", answer=answer, answer_to_user=THE_PICTURE, calls=2
    )


def _repeated_result(what: str, answer: Answer) -> ProviderFailure:
    """Return a failure of a result call that is repeated once, successfully."""
    return ProviderFailure(
        what=f"result: {what}", call="result", answer=answer, answer_to_user=THE_PICTURE, calls=2
    )


def _final(call: str, what: str, answer: object, answer_to_user: str) -> ProviderFailure:
    """Return an answer of a create or result call that ends the request."""
    return ProviderFailure(
        what=f"{call}: {what}",
        call=call,
        answer=faults.json(answer),
        answer_to_user=answer_to_user,
        calls=1,
    )


def _lost_picture(what: str, answer: Answer) -> ProviderFailure:
    """Return a failure of every download."""
    return ProviderFailure(
        what=f"link: {what}",
        call="picture",
        answer=answer,
        answer_to_user=NOT_FETCHED,
        calls=6,
        times=None,
    )


def _repeated_download(what: str, answer: Answer) -> ProviderFailure:
    """Return a failure of the first download only."""
    return ProviderFailure(
        what=f"link: {what}", call="picture", answer=answer, answer_to_user=THE_PICTURE, calls=2
    )


_LATE = 50.0
"""Seconds after which an answer comes too late, also if the bot stands still for a while at the end of its wait."""
PROVIDER_FAILURES = [
    ProviderFailure(
        what="create: connection reset before the answer",
        call="create",
        answer_to_user=THE_PICTURE,
        calls=2,
        drop=True,
    ),
    ProviderFailure(
        what="create: connection reset after it was accepted",
        call="create",
        answer_to_user=THE_PICTURE,
        calls=2,
        drop=True,
        after=True,
    ),
    ProviderFailure(
        what="create: reset twice",
        call="create",
        answer_to_user="I can’t tell whether the order arrived",
        calls=2,
        times=2,
        drop=True,
    ),
    ProviderFailure(
        what="create: no answer for 30 s", call="create", answer_to_user=THE_PICTURE, calls=2, delay=_LATE
    ),
    _repeated_create("500", faults.status(500)),
    _repeated_create("502 with HTML", faults.status(502, "<html>Bad gateway</html>")),
    _repeated_create("408", faults.status(408)),
    _repeated_create("425", faults.status(425)),
    _repeated_create("429", faults.status(429)),
    _repeated_create("429 with Retry-After", faults.status(429, Retry_After="2")),
    _repeated_create("429 with a message", faults.json({"message": "Too many calls"}, 429, Retry_After="2")),
    _repeated_create("503", faults.status(503)),
    _repeated_create("503 with a message", faults.json({"message": "Service unavailable"}, 503)),
    ProviderFailure(
        what="create: 503 with HTML after it was accepted",
        call="create",
        answer=faults.status(503, "<html>Service Temporarily Unavailable</html>"),
        answer_to_user=THE_PICTURE,
        calls=2,
        after=True,
    ),
    ProviderFailure(
        what="create: 503 with HTML twice",
        call="create",
        answer=faults.status(503, "<html>Service Temporarily Unavailable</html>"),
        answer_to_user="I can’t tell whether the order arrived",
        calls=2,
        times=2,
    ),
    _repeated_create("“Internal server error”", faults.json({"error": "Internal server error"})),
    _repeated_create("truncated JSON", faults.status(200, '{"code":0,"id":"68')),
    _repeated_create("JSON of the wrong type", faults.json([1, 2])),
    _repeated_create("no id", faults.json({"code": 0, "status": "idle"})),
    _repeated_create("204", faults.status(204)),
    _repeated_create("302", faults.status(302, Location="https://elsewhere.example/")),
    _repeated_create("307", faults.status(307, Location="https://elsewhere.example/")),
    _repeated_create("401 with HTML", faults.status(401, "<html>Log in</html>")),
    _repeated_create("403 with HTML", faults.status(403, "<html>Access denied</html>")),
    _repeated_create("409", faults.json({"message": "Conflict"}, 409)),
    _repeated_create("400 with work in progress", faults.json({"status": "processing"}, 400)),
    _repeated_create("an error with code 504", faults.json({"error": {"code": 504, "message": "no"}})),
    _final("create", "input refused (code 3)", BAD_INPUT, "did not accept this description"),
    _final("create", "refused as unsafe", {"code": 7, "message": "NSFW content"}, UNSAFE),
    _final("create", "failed at once", TASK | {"status": "failed"}, NOT_DRAWN),
    ProviderFailure(
        what="result: no answer for 30 s", call="result", answer_to_user=THE_PICTURE, calls=2, delay=_LATE
    ),
    ProviderFailure(
        what="result: connection reset", call="result", answer_to_user=THE_PICTURE, calls=2, drop=True
    ),
    ProviderFailure(
        what="result: 401 for a while",
        call="result",
        answer=faults.json({"message": "Invalid token"}, 401),
        answer_to_user=THE_PICTURE,
        calls=3,
        times=2,
    ),
    _repeated_result("500", faults.status(500)),
    _repeated_result("429 with Retry-After", faults.status(429, Retry_After="1")),
    _repeated_result("`error` with code 429", faults.json(TASK | {"status": "error", "code": 429})),
    _repeated_result("`error` with code 503", faults.json(TASK | {"status": "error", "code": 503})),
    _repeated_result("HTML", faults.status(200, "<html>hello</html>")),
    ProviderFailure(
        what="result: 404 with HTML, four times",
        call="result",
        answer=faults.status(404, "<html>Not found</html>"),
        answer_to_user=THE_PICTURE,
        calls=5,
        times=4,
    ),
    _repeated_result("an unknown status word", faults.json(TASK | {"status": "dreaming"})),
    ProviderFailure(
        what="result: never an answer in time",
        call="result",
        answer=faults.status(503),
        answer_to_user="not ready in time",
        calls=3,
        times=None,
    ),
    ProviderFailure(
        what="result: the task is not known any more",
        call="result",
        answer=faults.json({"code": 3, "message": "Task not found"}),
        answer_to_user=NOT_DRAWN,
        calls=3,
        times=None,
    ),
    _final("result", "`done` without a link", TASK | {"status": "done"}, NOT_DRAWN),
    _final(
        "result", "failed with a message", TASK | {"status": "error", "message": "GPU on fire"}, NOT_DRAWN
    ),
    _final("result", "failed without a message", TASK | {"status": "fail"}, NOT_DRAWN),
    _final(
        "result", "refused as unsafe", TASK | {"status": "failed", "message": "sensitive content"}, UNSAFE
    ),
    _repeated_download("403 once", faults.status(403)),
    _lost_picture("404 for good", faults.status(404)),
    _lost_picture("410 for good", faults.status(410)),
    _repeated_download("a byte a second, given up after 90 s", _drip),
    _repeated_download("503 once", faults.status(503)),
    _lost_picture("HTML instead of a picture", _body(b"<html></html>", "text/html")),
    _lost_picture("a truncated picture", _body(_truncated())),
    _lost_picture("a picture that unpacks to 144 megapixels", _body(_bomb())),
    _lost_picture("30 MiB", _body(b"\0" * 30 * 1024 * 1024)),
    _lost_picture("a redirect to a private address", _redirect("http://169.254.169.254/latest")),
    _lost_picture("redirects in a circle", _redirect("/pictures/x.webp")),
]
