"""The texts of status messages, in virtual time."""

import asyncio
import re

import pytest

from generation.status_content import Phase, content_of
from tests.support import fake_apis
from tests.support.engine_harness import EngineHarness, requests_until_closed
from tests.support.factories import AMPLE, generation_request
from tests.support.virtual_loop import virtual_time

_SECONDS = {"s": 1, "min": 60}


@virtual_time
async def test_progress_is_compared_with_the_usual_time(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake_apis, "TASK_SECONDS", 125.0)
    harness = EngineHarness(database_url)
    app = await harness.start()
    await app.engine.submit(generation_request(1, 7), AMPLE)
    ended = asyncio.create_task(requests_until_closed(app, 1))
    shown: list[str] = []
    while not ended.done():
        shown += [text for text in harness.telegram.texts.values() if text and text not in shown]
        await asyncio.sleep(0.5)
    await app.stop()
    drawing = [text for text in shown if text.startswith("🎨 Drawing")]
    first = re.fullmatch(r"🎨 Drawing, usually for about (\d+) s\.", drawing[0])
    assert first is not None
    usual = int(first[1])
    assert drawing[1] == f"🎨 Drawing for 5 s, usually about {usual} s."
    for text in drawing[1:]:
        elapsed = re.match(r"🎨 Drawing for (\d+) (s|min), usually about \d+ s", text)
        assert elapsed is not None, text
        late = int(elapsed[1]) * _SECONDS[elapsed[2]] > 2 * usual
        assert text[elapsed.end() :] == (": longer than usual, but I’m still at it." if late else ".")
    assert "🎨 Drawing for 2 min" in drawing[-1]


@pytest.mark.parametrize(
    ("usual", "elapsed", "late"),
    [
        (4.4, 8, False),
        (4.4, 9, True),
        (31.0, 62, False),
        (31.0, 63, True),
        (45.0, 90, False),
        (45.0, 91, True),
        (65.0, 131, True),
        (65.0, 3_700, True),
    ],
)
def test_seconds_and_not_minutes_are_compared_with_the_usual_time(
    usual: float, elapsed: int, late: bool
) -> None:
    content = content_of(Phase.DRAWING, position=0, elapsed=elapsed, usual=usual, paused=False)
    assert content[0] is (Phase.LATE if late else Phase.DRAWING)
