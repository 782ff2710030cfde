"""Whether a text is drawn at once or only after a press."""

from enum import Enum


class Confirmation(Enum):
    """The press that a text needs before it is drawn. A text that cannot be followed as it is needs one anyway."""

    NONE = "none"
    """None, if it has a ratio or one is preferred."""
    RATIO = "ratio"
    """The press of a ratio, also if one is named or preferred."""
    WORDS = "words"
    """A press, also if a ratio is named or preferred: the user may not have meant a picture."""
    COMMAND = "command"
    """A press, also for the change of a picture: the user may have meant another command."""
