"""The alert above a button that is too old. It names the way on for the kind of the button."""

from chat.callbacks import (
    CancelRequest,
    DrawExample,
    DrawFour,
    DrawInRatio,
    DrawInStyle,
    DrawSame,
    Forget,
    GroupChoice,
    GroupSettings,
    HistoryEnd,
    PickPicture,
    PreferLanguage,
    PreferRatio,
    PreferStyle,
    ResultAction,
    ResultButton,
    SelectionEnd,
    ShowPage,
    ShowSelected,
    ShowStep,
    SuggestChange,
    TryAgain,
)
from chat.translations import Translator

_COMMANDS = {
    CancelRequest.__prefix__: "queue",
    DrawExample.__prefix__: "help",
    Forget.__prefix__: "forget",
    GroupChoice.__prefix__: "settings",
    GroupSettings.__prefix__: "settings",
    HistoryEnd.__prefix__: "history",
    PreferLanguage.__prefix__: "language",
    PreferRatio.__prefix__: "ratio",
    SelectionEnd.__prefix__: "history",
    PreferStyle.__prefix__: "style",
    ShowPage.__prefix__: "history",
    ShowSelected.__prefix__: "history",
}
"""The command that sends new buttons of a kind."""
_TEXTS = {
    DrawFour.__prefix__: "again",
    DrawInRatio.__prefix__: "again",
    DrawInStyle.__prefix__: "again",
    DrawSame.__prefix__: "again",
    PickPicture.__prefix__: "pick",
    ShowStep.__prefix__: "before",
    SuggestChange.__prefix__: "edit",
    TryAgain.__prefix__: "try",
}
"""The text for any other kind of button, without its prefix `toast-old-`."""
_ACTION_TEXTS = {
    ResultAction.AGAIN: "again",
    ResultAction.FOUR: "again",
    ResultAction.SHAPES: "again",
    ResultAction.MORE: "again",
    ResultAction.FAVOURITE: "again",
    ResultAction.NOT_FAVOURITE: "again",
    ResultAction.DELETE: "deleted",
    ResultAction.DELETE_SURE: "deleted",
    ResultAction.STYLES: "again",
    ResultAction.BACK: "again",
    ResultAction.EDIT: "edit",
    ResultAction.EDIT_SOURCE: "edit",
    ResultAction.VARY: "edit",
    ResultAction.ORIGINAL: "original",
    ResultAction.STICKER: "sticker",
    ResultAction.GROUP_PHOTO: "original",
    ResultAction.UNDO: "before",
}
"""The same for an action on a picture."""


def old_button_text(data: str, translate: Translator) -> str:
    """Return the alert for a press with this callback data, which may be that of no known button."""
    prefix, *fields = data.split(":")
    command, text = _COMMANDS.get(prefix), _TEXTS.get(prefix)
    if (
        prefix in {ResultButton.__prefix__, DrawInRatio.__prefix__, DrawInStyle.__prefix__}
        and len(fields) == 3
    ):
        _, action, paged = fields
        command = None if paged == "0" else "history"
        if prefix == ResultButton.__prefix__ and action in set(ResultAction):
            text = _ACTION_TEXTS[ResultAction(action)]
    if command is not None:
        return translate("toast-new-buttons", command=command)
    return translate.raw("toast-old" if text is None else f"toast-old-{text}")
