"""The result of asking for a picture."""

from enum import Enum


class Outcome(Enum):
    """The result of asking for a picture."""

    STARTED = "started"
    """The request is accepted."""
    ASKED = "asked"
    """The bot asked for the missing part."""
    CHANGED = "changed"
    """The message is edited, and its request, which waits, has the new content."""
    REFUSED = "refused"
    """The user was informed of the reason."""
    REPEATED = "repeated"
    """The same origin was accepted or asked about before."""
