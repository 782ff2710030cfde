"""What the buttons carry. Telegram allows 64 bytes; state lives in the database, so ids are enough."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData


class ChooseRatio(CallbackData, prefix="r"):
    """A ratio picked for a draft. `ratio` is a slug such as `16x9`: a colon separates the parts."""

    draft: int
    ratio: str


class CancelRequest(CallbackData, prefix="c"):
    """Cancel a request. `listed` when the button stands in the answer to /queue, not in the status."""

    request: int
    listed: bool = False


class PreferRatio(CallbackData, prefix="p"):
    """Remember a ratio for the person it was shown to; an empty slug means: ask each time."""

    user: int
    ratio: str = ""


class ResultAction(StrEnum):
    """What a result offers."""

    AGAIN = "a"
    SHAPES = "s"
    EDIT = "e"
    ORIGINAL = "o"
    UNDO = "u"
    BACK = "b"


class ResultButton(CallbackData, prefix="x"):
    """A button under a picture. `paged` when it stands in /history, whose arrows must come back."""

    request: int
    act: ResultAction
    paged: bool = False


class DrawInRatio(CallbackData, prefix="s"):
    """Draw a request again in another shape."""

    request: int
    ratio: str
    paged: bool = False


class ShowPage(CallbackData, prefix="h"):
    """Show another picture of a person's history."""

    user: int
    request: int


class GroupChoice(CallbackData, prefix="g"):
    """A group's setting and its new value; an empty one takes the choice back."""

    name: str
    value: str = ""


class PreferLanguage(CallbackData, prefix="l"):
    """Remember a language for the person it was shown to; an empty one follows their Telegram."""

    user: int
    language: str = ""


class Forget(CallbackData, prefix="f"):
    """Forget what is kept about a person, or not."""

    user: int
    sure: bool
