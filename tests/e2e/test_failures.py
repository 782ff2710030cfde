"""Every way the provider fails: what the person is told, what becomes of the quota, how often it is tried again.

`docs/failures.md` is checked against the rows below; all of them happen at once, so each shows that others go on.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from PIL import Image

from playground import faults
from playground.faults import Fault
from tests.support import world as worlds
from tests.support.process_launcher import ROOT
from tests.support.world import World

pytestmark = pytest.mark.slow

GETS_IT = "the picture"
Answer = Callable[[], web.StreamResponse]


@dataclass(frozen=True, slots=True)
class Row:
    """A failure of `call`: what the person sees in the end, whether the unit is kept, how often it is called."""

    what: str
    call: str
    answer: Answer | None
    told: str
    tries: int
    times: int | None = 1
    drop: bool = False
    after: bool = False
    delay: float = 0.0

    @property
    def kept(self) -> bool:
        return self.told == GETS_IT

    def fault(self, only: str) -> Fault:
        """Return the switch that lets this befall what concerns a prompt."""
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


def _bytes(data: bytes, kind: str = "image/webp") -> Answer:
    return lambda: web.Response(body=data, content_type=kind)


def _to(location: str) -> Answer:
    return lambda: web.Response(status=302, headers={"Location": location})


def _drip() -> web.Response:
    async def one_byte_a_second() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(1.0)

    return web.Response(body=one_byte_a_second(), content_type="image/webp")


TASK = {"code": 0, "id": "6876a7a68cc456ab830ab9df", "model": "seedream-3", "url": None}
UNSAFE = "declined this description as unsafe"
NOT_DRAWN = "could not draw this"
LOST = "I could not fetch it"
BAD = {"code": 3, "message": "Validation error", "issues": [{"path": ["prompt"], "message": "Invalid input"}]}

ROWS = [
    Row("create: connection reset before the answer", "create", None, GETS_IT, 2, drop=True),
    Row("create: connection reset after it was taken", "create", None, GETS_IT, 2, drop=True, after=True),
    Row("create: reset twice", "create", None, "I cannot tell whether it was started", 2, times=2, drop=True),
    Row("create: no answer for 30 s", "create", None, GETS_IT, 2, delay=32.0),
    Row("create: 500", "create", faults.status(500), GETS_IT, 2),
    Row("create: 502 with HTML", "create", faults.status(502, "<html>Bad gateway</html>"), GETS_IT, 2),
    Row("create: 408", "create", faults.status(408), GETS_IT, 2),
    Row("create: 425", "create", faults.status(425), GETS_IT, 2),
    Row("create: 429", "create", faults.status(429), GETS_IT, 2),
    Row("create: 429 with Retry-After", "create", faults.status(429, Retry_After="2"), GETS_IT, 2),
    Row("create: 503", "create", faults.status(503), GETS_IT, 2),
    Row("create: truncated JSON", "create", faults.status(200, '{"code":0,"id":"68'), GETS_IT, 2),
    Row("create: JSON of the wrong type", "create", faults.json([1, 2]), GETS_IT, 2),
    Row("create: no id", "create", faults.json({"code": 0, "status": "idle"}), GETS_IT, 2),
    Row("create: input refused (code 3)", "create", faults.json(BAD), "did not accept this description", 1),
    Row("create: held unsafe", "create", faults.json({"code": 7, "message": "NSFW content"}), UNSAFE, 1),
    Row("create: failed at once", "create", faults.json(TASK | {"status": "failed"}), NOT_DRAWN, 1),
    Row("result: no answer for 30 s", "result", None, GETS_IT, 2, delay=32.0),
    Row("result: connection reset", "result", None, GETS_IT, 2, drop=True),
    Row(
        "result: 401 for a while",
        "result",
        faults.json({"message": "Invalid token"}, 401),
        GETS_IT,
        3,
        times=2,
    ),
    Row("result: 500", "result", faults.status(500), GETS_IT, 2),
    Row("result: 429 with Retry-After", "result", faults.status(429, Retry_After="1"), GETS_IT, 2),
    Row("result: HTML", "result", faults.status(200, "<html>hello</html>"), GETS_IT, 2),
    Row("result: an unknown status word", "result", faults.json(TASK | {"status": "dreaming"}), GETS_IT, 2),
    Row("result: never an answer in time", "result", faults.status(503), "not ready in time", 3, times=None),
    Row(
        "result: the task is not known any more",
        "result",
        faults.json({"code": 3, "message": "Task not found"}),
        NOT_DRAWN,
        3,
        times=None,
    ),
    Row("result: `done` without a link", "result", faults.json(TASK | {"status": "done"}), NOT_DRAWN, 1),
    Row(
        "result: failed with a message",
        "result",
        faults.json(TASK | {"status": "error", "message": "GPU on fire"}),
        NOT_DRAWN,
        1,
    ),
    Row("result: failed without one", "result", faults.json(TASK | {"status": "fail"}), NOT_DRAWN, 1),
    Row(
        "result: held unsafe",
        "result",
        faults.json(TASK | {"status": "failed", "message": "sensitive content"}),
        UNSAFE,
        1,
    ),
    Row("link: 403 once", "picture", faults.status(403), GETS_IT, 2),
    Row("link: 404 for good", "picture", faults.status(404), LOST, 6, times=None),
    Row("link: 410 for good", "picture", faults.status(410), LOST, 6, times=None),
    Row("link: a byte a second, given up after 90 s", "picture", _drip, GETS_IT, 2),
    Row("link: 503 once", "picture", faults.status(503), GETS_IT, 2),
    Row(
        "link: HTML instead of a picture",
        "picture",
        _bytes(b"<html></html>", "text/html"),
        LOST,
        6,
        times=None,
    ),
    Row("link: a truncated picture", "picture", _bytes(_truncated()), LOST, 6, times=None),
    Row("link: a picture that unpacks to 144 megapixels", "picture", _bytes(_bomb()), LOST, 6, times=None),
    Row("link: 30 MiB", "picture", _bytes(b"\0" * 30 * 1024 * 1024), LOST, 6, times=None),
    Row(
        "link: a redirect to a private address",
        "picture",
        _to("http://169.254.169.254/latest"),
        LOST,
        6,
        times=None,
    ),
    Row("link: redirects in a circle", "picture", _to("/pictures/x.webp"), LOST, 6, times=None),
]
"""`tries` counts calls, the ones that failed included: for what fails for good, at least so many."""

HEAD = "| what fails | what the person gets | the day's count | calls made |\n|---|---|---|---|"


def _line(row: Row) -> str:
    told = row.told if row.kept else f"“… {row.told} …”"
    count = "counts" if row.kept else "does not count"
    return f"| {row.what} | {told} | {count} | {row.tries}{'+' if row.times is None else ''} |"


def test_the_document_says_what_is_tested_here() -> None:
    document = (ROOT / "docs" / "failures.md").read_text(encoding="utf-8")
    assert "\n".join([HEAD, *map(_line, ROWS)]) in document


def _over(world: World, row: Row, index: int) -> bool:
    ledger = world.rows("SELECT closed_at FROM requests WHERE prompt = ?", f"failure {index:02}")
    return bool(ledger) and ledger[0]["closed_at"] is not None


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.timeout(240)
async def test_each_failure_is_told_truly_and_counted_rightly(tmp_path: Path) -> None:
    async with worlds.world(tmp_path, GENERATION_TIMEOUT="50", MAX_IN_FLIGHT="100") as world:
        world.media.faults.rules.clear()
        rules, users = [], []
        for index, row in enumerate(ROWS):
            rules.append(world.media.faults.add(row.fault(f"failure {index:02}")))
            users.append(world.user())
        await world.bot.start()
        for index, user in enumerate(users):
            world.telegram.say(user, f"/imagine failure {index:02} --ar 1:1")
        await world.bot.until(lambda: all(_over(world, row, i) for i, row in enumerate(ROWS)), 200)
        wrong = []
        for index, (row, rule, user) in enumerate(zip(ROWS, rules, users, strict=True)):
            texts, pictures = world.texts(user), world.pictures(user)
            told = len(pictures) == 1 and not texts if row.kept else any(row.told in text for text in texts)
            told = told and (row.kept or any("did not count" in text for text in texts))
            calls = _calls(world, row, rule, f"failure {index:02}")
            right = calls >= row.tries if row.times is None else calls == row.tries
            if not told or world.used(user) != row.kept or not right:
                wrong.append((row.what, texts, len(pictures), world.used(user), calls))
        assert wrong == []


def _calls(world: World, row: Row, rule: Fault, prompt: str) -> int:
    """How often the call was made for a prompt: the ones that failed and, where it got through, the one that did."""
    if row.call == "create":
        taken = sum(f'"{prompt}"' in body for body in world.media.bodies)
        return taken if row.after or row.delay else taken + rule.hits
    return rule.hits + row.kept
