"""Callback data of the buttons, at most 64 bytes (Bot API, InlineKeyboardButton): ids of rows in the ledger."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from storage.picture_history import ALL_PICTURES, FAVOURITES, Selection

LedgerId = Annotated[int, Field(ge=-(2**63), lt=2**63)]
"""An id that the ledger can store. Forged callback data with a larger number is not a button of this bot."""


class ChooseRatio(CallbackData, prefix="r"):
    """Choose a ratio for a draft. `ratio` is a slug such as `16x9`, because a colon separates the fields."""

    draft: LedgerId
    ratio: str


class AlwaysRatio(CallbackData, prefix="a"):
    """Choose a ratio for a draft, and prefer it from now on."""

    draft: LedgerId
    ratio: str


class DrawDraft(CallbackData, prefix="w"):
    """Draw a draft as it is, without the parts of its text that cannot be followed."""

    draft: LedgerId


class SuggestChange(CallbackData, prefix="e"):
    """Change the picture of a draft as the suggestion with this number says (chat.keyboards, SUGGESTIONS)."""

    draft: LedgerId
    number: Annotated[int, Field(ge=0, lt=3)]


class DrawExample(CallbackData, prefix="d"):
    """Draw an example at once."""

    name: str


class CancelRequest(CallbackData, prefix="c"):
    """Cancel a request. `listed` is True under the answer to /queue, False under the status message.

    Under the status message of a batch, `request` is its head, and all its requests are cancelled.
    """

    request: LedgerId
    listed: bool = False


class DrawStill(CallbackData, prefix="y"):
    """Draw a late request that is still wanted, or all of its batch that are asked about."""

    request: LedgerId


class DropLate(CallbackData, prefix="yn"):
    """Cancel the requests of a batch that are asked about. `request` is any of them."""

    request: LedgerId


class DecideApproval(CallbackData, prefix="ap"):
    """Draw or decline requests that wait for an approval. `version` is that of the question, `request` any of them."""

    request: LedgerId
    version: LedgerId
    draw: bool


class PickPicture(CallbackData, prefix="z"):
    """Send one picture of a grid as a message of its own."""

    request: LedgerId


class DrawFour(CallbackData, prefix="q"):
    """Draw a request or a batch four more times. `request` is the head of the batch."""

    request: LedgerId


class TryAgain(CallbackData, prefix="t"):
    """Try a failed request again, in another ratio unless the slug is empty."""

    request: LedgerId
    ratio: str = ""


class PreferRatio(CallbackData, prefix="p"):
    """Set the preferred ratio of a user. An empty slug means to ask each time."""

    user: LedgerId
    ratio: str = ""


class PreferStyle(CallbackData, prefix="ps"):
    """Set the usual style of a user. An empty key means none."""

    user: LedgerId
    style: str = ""


class ResultAction(StrEnum):
    """An action on a delivered picture."""

    AGAIN = "a"
    SHAPES = "s"
    EDIT = "e"
    ORIGINAL = "o"
    UNDO = "u"
    EDIT_SOURCE = "p"
    BACK = "b"
    MORE = "m"
    STYLES = "t"
    VARY = "v"
    STICKER = "k"
    FAVOURITE = "f"
    NOT_FAVOURITE = "n"
    DELETE = "d"
    DELETE_SURE = "y"
    FOUR = "4"
    GROUP_PHOTO = "g"


Paged = Annotated[int, Field(ge=0, lt=2**63)]
"""The pictures between which the arrows under a picture lead, so that they are restored: 0 is none, 1 is /history, 2 is
/favorites, and 2 + N is the search with the id N. `_SHARED` is the history of all members of a group, and `_SHARED` + N
the search with the id N in it."""
_SHARED = 2**62


def paged_of(selection: Selection) -> int:
    """Return the number that stands for a selection of pictures in callback data."""
    if selection.shared:
        return _SHARED + (selection.search_id or 0)
    if selection.search_id is not None:
        return 2 + selection.search_id
    return 2 if selection.favourites else 1


def selection_of(paged: int) -> Selection:
    """Return the selection of pictures that a number in callback data stands for."""
    if paged >= _SHARED:
        return Selection(search_id=paged - _SHARED or None, shared=True)
    if paged > 2:
        return Selection(search_id=paged - 2)
    return FAVOURITES if paged == 2 else ALL_PICTURES


class ResultButton(CallbackData, prefix="x"):
    """A button under a picture. `paged` is 0 outside of /history, /favorites and searches."""

    request: LedgerId
    action: ResultAction
    paged: Paged = 0


class InlineDraw(CallbackData, prefix="i"):
    """Draw the prompt that an inline message offers. An empty slug changes the picture of the prompt."""

    prompt: LedgerId
    ratio: str = ""


class DropInline(CallbackData, prefix="j"):
    """Draw nothing for an inline message."""

    prompt: LedgerId


class ShowStep(CallbackData, prefix="v"):
    """Show another picture in a comparison: that of `shown`, or of a source that the user did not draw if it is 0.

    `request` is the edit.
    """

    request: LedgerId
    shown: LedgerId = 0


class DrawInRatio(CallbackData, prefix="s"):
    """Draw a request again in another ratio."""

    request: LedgerId
    ratio: str
    paged: Paged = 0


class DrawInStyle(CallbackData, prefix="ds"):
    """Draw a request again in another style, or without one if the key is empty."""

    request: LedgerId
    style: str
    paged: Paged = 0


NEWEST = 2**63 - 1
"""The request of a button that shows the newest picture, whichever it is by then."""


class ShowPage(CallbackData, prefix="h"):
    """Show another picture of a user's history, or the next older one if it is gone."""

    user: LedgerId
    request: LedgerId

    @property
    def selection(self) -> Selection:
        """The pictures of which another one is shown."""
        return ALL_PICTURES


class ShowSelected(ShowPage, prefix="hs"):
    """The same among the favourites or the found pictures. The history keeps the shorter data of earlier versions."""

    paged: Paged

    @property
    def selection(self) -> Selection:
        return selection_of(self.paged)


class HistoryEnd(CallbackData, prefix="n"):
    """Stand in the place of an arrow at an end of the history, as it was when the picture of `shown` was shown."""

    user: LedgerId
    shown: LedgerId
    newest: bool

    @property
    def selection(self) -> Selection:
        """The pictures that end here."""
        return ALL_PICTURES


class SelectionEnd(HistoryEnd, prefix="ns"):
    """The same for the favourites or the found pictures."""

    paged: Paged

    @property
    def selection(self) -> Selection:
        return selection_of(self.paged)


class DrawSame(CallbackData, prefix="da"):
    """Draw the words of another member's picture, for the user who pages through a shared history."""

    user: LedgerId
    request: LedgerId


class GroupChoice(CallbackData, prefix="g"):
    """Change a setting of a group. An empty value resets it."""

    name: str
    value: str = ""


class DecideReport(CallbackData, prefix="rp"):
    """Decide about a reported picture, as a bot admin. `decision` is a `Decision` of storage.reports."""

    report: LedgerId
    decision: str


class GroupSettings(CallbackData, prefix="gs"):
    """Show the first page of a group's settings, or the second one with `more`."""

    more: bool


class PreferLanguage(CallbackData, prefix="l"):
    """Set the preferred language of a user. An empty value means the language of their Telegram app."""

    user: LedgerId
    language: str = ""


class Forget(CallbackData, prefix="f"):
    """Confirm or decline the deletion of a user's data."""

    user: LedgerId
    sure: bool


_BROWSING = (
    *(CancelRequest, PreferRatio, PreferStyle, ShowStep, ShowPage, ShowSelected, HistoryEnd, SelectionEnd),
    *(GroupChoice, GroupSettings, PreferLanguage),
)
_BROWSING_ACTIONS = frozenset(
    {
        ResultAction.SHAPES,
        ResultAction.BACK,
        ResultAction.MORE,
        ResultAction.STYLES,
        ResultAction.FAVOURITE,
        ResultAction.NOT_FAVOURITE,
        ResultAction.DELETE,
    }
)


def is_browsing(data: str) -> bool:
    """Return whether a press with this callback data only changes the message above the button.

    Callback data of no known button is none of these: the throttle then counts the press as an action.
    """
    prefix, _, fields = data.partition(":")
    if prefix == ResultButton.__prefix__:
        return not _BROWSING_ACTIONS.isdisjoint(fields.split(":")[1:2])
    return any(prefix == kind.__prefix__ for kind in _BROWSING)
