"""The content of a status message, and its text."""

from enum import Enum

from chat.translations import Translator

_ELAPSED_STEP = 5
"""Seconds of drawing are shown in multiples of this."""


class Phase(Enum):
    """The content of a status message."""

    WAITING = "waiting"
    PAUSED = "paused"
    DRAWING = "drawing"
    SENDING = "sending"


Content = tuple[Phase, int]
"""A phase with its number: the position in the queue or the elapsed seconds."""


def content_of(phase: Phase, *, position: int, elapsed: int, paused: bool) -> Content:
    """Return the content for a position in the queue or the elapsed seconds, as the phase needs it."""
    if phase is Phase.WAITING:
        return (Phase.PAUSED, 0) if paused else (phase, position)
    if phase is Phase.DRAWING:
        return phase, elapsed - elapsed % (_ELAPSED_STEP if elapsed < 60 else 60)
    return phase, 0


def text_of(content: Content, translate: Translator, *, usual: float) -> str:
    """Return the text of a status message. `usual` is the usual duration of a task in seconds."""
    phase, number = content
    if phase is Phase.WAITING:
        return translate("status-next") if number == 1 else translate("status-place", place=number)
    if phase is Phase.SENDING:
        return translate("status-sending")
    if phase is Phase.PAUSED:
        return translate("status-paused")
    if number >= 60:
        return translate("status-drawing-minutes", elapsed=number // 60)
    if number:
        return translate("status-drawing-for", elapsed=number)
    return translate("status-drawing", usual=round(usual))
