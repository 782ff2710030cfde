"""The texts of status messages: the elapsed time, the expected rest, and the progress bar."""

import asyncio
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.translations import Translator
from core.reply_target import ReplyTarget
from generation.drawing_estimate import CELLS, DrawingEstimate, shown_step
from generation.duration_model import PRIOR
from generation.interval_fit import LognormalComponent
from generation.shown_status import ShownStatus
from generation.status_content import Phase, content_of, filled_of, text_of
from tests.support import fake_apis
from tests.support.engine_harness import EngineHarness, requests_until_closed
from tests.support.factories import AMPLE, generation_request
from tests.support.property_tests import examples
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
    assert re.fullmatch(r"🎨 Drawing, about \d+ s to go\.\n▱{8}", drawing[0]), drawing[0]
    assert re.fullmatch(r"🎨 Drawing for 5 s, about \d+ s to go\.\n▰+▱+", drawing[1]), drawing[1]
    late_after = DrawingEstimate([PRIOR]).late_after
    was_late = False
    for text in drawing[1:]:
        elapsed = re.match(r"🎨 Drawing for (\d+) (s|min)(, about \d+ s to go\.|: longer)", text)
        assert elapsed is not None, text
        late = elapsed[3] == ": longer"
        seconds = int(elapsed[1]) * _SECONDS[elapsed[2]]
        assert (seconds <= late_after) if not late else (seconds + 60 > late_after)
        assert late >= was_late
        assert not late or " than usual, but I’m still at it.\n" in text
        was_late = late
    assert was_late
    assert "🎨 Drawing for 2 min" in drawing[-1]
    filled = [text.count("▰") for text in drawing]
    assert filled == sorted(filled)
    assert {text.count("▰") + text.count("▱") for text in drawing} == {CELLS}
    assert 0 < filled[-1] < CELLS


def _around(usual: float) -> DrawingEstimate:
    """Return the estimate of durations that differ little, so that late is half as long again as usual."""
    return DrawingEstimate([LognormalComponent(1.0, math.log(usual), 0.1)])


@pytest.mark.parametrize(
    ("usual", "elapsed", "late"),
    [
        (4.4, 6, False),
        (4.4, 7, True),
        (31.0, 46, False),
        (31.0, 48, True),
        (45.0, 67, False),
        (45.0, 69, True),
        (65.0, 100, True),
        (65.0, 3_700, True),
    ],
)
def test_seconds_and_not_minutes_are_compared_with_the_usual_time(
    usual: float, elapsed: int, late: bool
) -> None:
    content = content_of(Phase.DRAWING, position=0, elapsed=elapsed, estimate=_around(usual), paused=False)
    assert content[0] is (Phase.LATE if late else Phase.DRAWING)


_COMPONENTS = st.lists(
    st.tuples(st.floats(0.05, 1.0), st.floats(math.log(0.3), math.log(400.0)), st.floats(0.06, 1.5)),
    min_size=1,
    max_size=3,
)


def _estimate(parts: list[tuple[float, float, float]]) -> DrawingEstimate:
    total = sum(weight for weight, _, _ in parts)
    return DrawingEstimate([LognormalComponent(weight / total, *rest) for weight, *rest in parts])


@examples(60)
@given(
    learned=st.lists(_COMPONENTS, min_size=1, max_size=4),
    seconds=st.lists(st.floats(0, 7_200), min_size=1, max_size=25),
)
def test_the_bar_never_runs_backwards_and_is_never_full(
    learned: list[list[tuple[float, float, float]]], seconds: list[float]
) -> None:
    """It may be drawn by several states of the model, one after the other."""
    status = ShownStatus(
        1, "a fox", ReplyTarget(7), Translator("en"), Phase.DRAWING, 0.0, 1, reaction_only=False
    )
    estimates = [_estimate(parts) for parts in learned]
    bars: list[str] = []
    for number, elapsed in enumerate(sorted(seconds)):
        estimate = estimates[number * len(estimates) // len(seconds)]
        content = content_of(Phase.DRAWING, position=0, elapsed=elapsed, estimate=estimate, paused=False)
        status.filled = status.next_filled(content, filled_of(content, estimate))
        bars.append(text_of(content, status.translate, estimate=estimate, filled=status.filled)[-CELLS:])
    assert all(re.fullmatch("▰*▱+", bar) and len(bar) == CELLS for bar in bars)
    assert bars == sorted(bars, key=lambda bar: bar.count("▰"))


@examples(60)
@given(parts=_COMPONENTS, seconds=st.lists(st.floats(0, 7_200), min_size=2, max_size=25))
def test_a_drawing_never_needs_longer_than_was_said_and_once_late_stays_late(
    parts: list[tuple[float, float, float]], seconds: list[float]
) -> None:
    estimate = _estimate(parts)
    elapsed = sorted(seconds)
    left = [estimate.left(shown_step(one)) for one in elapsed]
    assert left == sorted(left, reverse=True)
    assert min(left) >= 1.0
    assert estimate.left(0) == pytest.approx(max(1.0, estimate.usual), rel=0.02)
    late = [estimate.is_late(one) for one in elapsed]
    assert late == sorted(late)


@pytest.mark.parametrize(("at", "left"), [(0, 9), (5, 6), (10, 6), (15, 6)])
def test_the_rest_is_the_median_of_the_pictures_that_are_not_done(at: int, left: int) -> None:
    """For the durations without any data: half of all need at most 9 s, and a few a minute."""
    estimate = DrawingEstimate([PRIOR])
    assert round(estimate.left(at)) == left
    assert 20 < estimate.late_after < 30


def test_a_request_that_was_seen_to_wait_begins_a_new_bar() -> None:
    status = ShownStatus(
        1, "a fox", ReplyTarget(7), Translator("en"), Phase.DRAWING, 0.0, 1, reaction_only=False
    )
    status.filled = status.next_filled((Phase.DRAWING, 20), 5)
    assert status.next_filled((Phase.DRAWING, 0), 0) == 5
    assert status.next_filled((Phase.SENDING, 0), 0) == 5
    assert status.next_filled((Phase.PAUSED, 0), 0) == 0
