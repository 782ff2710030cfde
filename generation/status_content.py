"""The content of a status message, and its text."""

from enum import Enum

from chat.translations import Translator

_ELAPSED_STEP = 5
"""Seconds of drawing are shown in multiples of this."""
_LATE_FACTOR = 2
"""A picture that takes more than this many times the usual seconds is said to take longer than usual."""


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


def content_of(phase: Phase, *, position: int, elapsed: int, usual: float, paused: bool) -> Content:
    """Return the content for a position in the queue or the elapsed seconds, as the phase needs it.

    `usual` is the usual duration of a task in seconds.
    """
    if phase is Phase.WAITING:
        return (Phase.PAUSED, 0) if paused else (phase, position)
    if phase is Phase.DRAWING:
        shown = elapsed - elapsed % (_ELAPSED_STEP if elapsed < 60 else 60)
        return Phase.LATE if elapsed > _LATE_FACTOR * usual else phase, shown
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
    usually = _duration(max(1, round(usual)), translate)
    if phase is Phase.LATE:
        return translate("status-late", elapsed=_duration(number, translate), usual=usually)
    if number:
        return translate("status-drawing-for", elapsed=_duration(number, translate), usual=usually)
    return translate("status-drawing", usual=usually)


def _duration(seconds: int, translate: Translator) -> str:
    """Return a duration in words, rounded to minutes from one minute on."""
    if seconds < 60:
        return translate("span-seconds", seconds=seconds)
    return translate("span-minutes", minutes=round(seconds / 60))
