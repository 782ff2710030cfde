"""The content of a status message, and its text."""

from enum import Enum

from chat.translations import Translator
from generation.drawing_estimate import DrawingEstimate, bar, shown_step


class Phase(Enum):
    """The content of a status message."""

    WAITING = "waiting"
    PAUSED = "paused"
    DRAWING = "drawing"
    LATE = "late"
    """Drawing for longer than usual. Only a content has this phase."""
    SENDING = "sending"


Content = tuple[Phase, int]
"""A phase with its number: the position in the queue or the elapsed seconds."""


def content_of(
    phase: Phase, *, position: int, elapsed: float, estimate: DrawingEstimate, paused: bool
) -> Content:
    """Return the content for a position in the queue or the elapsed seconds, as the phase needs it."""
    if phase is Phase.WAITING:
        return (Phase.PAUSED, 0) if paused else (phase, position)
    if phase is Phase.DRAWING:
        return Phase.LATE if estimate.is_late(elapsed) else phase, shown_step(elapsed)
    return phase, 0


def filled_of(content: Content, estimate: DrawingEstimate) -> int:
    """Return the filled cells of the progress bar, 0 for a content without one."""
    phase, number = content
    return estimate.filled(number) if phase in {Phase.DRAWING, Phase.LATE} else 0


def text_of(
    content: Content,
    translate: Translator,
    *,
    estimate: DrawingEstimate,
    filled: int,
    size: int = 1,
    ready: int = 0,
) -> str:
    """Return the text of a status message. `filled` are the filled cells of its progress bar.

    A batch has a `size` of more than one, and some of its pictures are `ready`.
    """
    phase, number = content
    if size > 1 and phase is not Phase.PAUSED:
        return _text_of_batch(content, translate, size=size, ready=ready)
    if phase is Phase.WAITING:
        return translate("status-next") if number == 1 else translate("status-place", place=number)
    if phase is Phase.SENDING:
        return translate("status-sending")
    if phase is Phase.PAUSED:
        return translate("status-paused")
    elapsed, shown = _duration(number, translate), bar(filled)
    if phase is Phase.LATE:
        return translate("status-late", elapsed=elapsed, bar=shown)
    left = _duration(_rounded(estimate.left(number)), translate)
    if number:
        return translate("status-drawing-for", elapsed=elapsed, left=left, bar=shown)
    return translate("status-drawing", left=left, bar=shown)


def _rounded(seconds: float) -> int:
    """Return an expected duration no more exact than it is: from 10 s on in multiples of 5."""
    return max(1, round(seconds)) if seconds < 10 else 5 * round(seconds / 5)


def _text_of_batch(content: Content, translate: Translator, *, size: int, ready: int) -> str:
    phase, number = content
    if phase is Phase.WAITING and not ready:
        if number == 1:
            return translate("batch-status-next", size=size)
        return translate("batch-status-place", size=size, place=number)
    if phase is Phase.SENDING:
        return translate("batch-status-sending")
    if ready:
        return translate("batch-status-ready", size=size, ready=ready)
    if phase is Phase.LATE:
        return translate("batch-status-late", size=size, elapsed=_duration(number, translate))
    return translate("batch-status-drawing", size=size)


def _duration(seconds: int, translate: Translator) -> str:
    """Return a duration in words, rounded to minutes from one minute on."""
    if seconds < 60:
        return translate("span-seconds", seconds=seconds)
    return translate("span-minutes", minutes=round(seconds / 60))
