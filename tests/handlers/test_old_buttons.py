"""The alert above a button that is too old names the way on for the kind of the button, in both languages."""

import pytest
from aiogram.filters.callback_data import CallbackData

from chat import callbacks
from chat.callbacks import (
    AlwaysRatio,
    CancelRequest,
    ChooseRatio,
    DecideApproval,
    DecideReport,
    DrawDraft,
    DrawExample,
    DrawFour,
    DrawInRatio,
    DrawInStyle,
    DrawSame,
    DrawStill,
    DropInline,
    DropLate,
    Forget,
    GroupChoice,
    GroupSettings,
    HistoryEnd,
    InlineDraw,
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
from chat.captions import TOAST_UNITS, units
from chat.translations import LANGUAGES, Translator
from handlers.old_buttons import old_button_text
from tests.support.chat_user import ChatUser, drawn
from tests.support.dispatcher_harness import DispatcherHarness

HISTORY, WORDS, MESSAGE, REPLY = (
    "/history has new ones",
    "send /imagine with",
    "send your message",
    "reply to it",
)


def _action(action: ResultAction, *, paged: int = 0) -> str:
    return ResultButton(request=99, action=action, paged=paged).pack()


BUTTONS = [
    (ShowPage(user=1, request=99).pack(), HISTORY),
    (HistoryEnd(user=1, shown=99, newest=True).pack(), HISTORY),
    (ShowSelected(user=1, request=99, paged=2).pack(), HISTORY),
    (SelectionEnd(user=1, shown=99, newest=True, paged=7).pack(), HISTORY),
    *((_action(action, paged=paged), HISTORY) for action in ResultAction for paged in (1, 2, 7)),
    (DrawInRatio(request=99, ratio="1x1", paged=1).pack(), HISTORY),
    (DrawInRatio(request=99, ratio="1x1", paged=7).pack(), HISTORY),
    (DrawInRatio(request=99, ratio="1x1").pack(), WORDS),
    (SuggestChange(draft=99, number=2).pack(), REPLY),
    (DrawInStyle(request=99, style="ink", paged=True).pack(), HISTORY),
    (DrawInStyle(request=99, style="ink").pack(), WORDS),
    (PreferStyle(user=1, style="gone").pack(), "/style has new ones"),
    (_action(ResultAction.STYLES), WORDS),
    (_action(ResultAction.AGAIN), WORDS),
    (_action(ResultAction.FOUR), WORDS),
    (DrawFour(request=99).pack(), WORDS),
    (PickPicture(request=99).pack(), "The grid can still be saved from the chat"),
    (_action(ResultAction.SHAPES), WORDS),
    (_action(ResultAction.BACK), WORDS),
    (_action(ResultAction.EDIT), REPLY),
    (_action(ResultAction.EDIT_SOURCE), REPLY),
    (_action(ResultAction.STICKER), "draw the picture again"),
    (_action(ResultAction.VARY), REPLY),
    (_action(ResultAction.ORIGINAL), "saved from the chat"),
    (_action(ResultAction.GROUP_PHOTO), "saved from the chat"),
    (_action(ResultAction.UNDO), "further up"),
    (_action(ResultAction.FAVOURITE), WORDS),
    (_action(ResultAction.NOT_FAVOURITE), WORDS),
    (_action(ResultAction.DELETE), "I don’t keep this picture any more"),
    (_action(ResultAction.DELETE_SURE), "I don’t keep this picture any more"),
    (ShowStep(request=99).pack(), "further up"),
    (TryAgain(request=99).pack(), "I no longer have your words. Please send them again"),
    (AlwaysRatio(draft=99, ratio="1x1").pack(), MESSAGE),
    (ChooseRatio(draft=99, ratio="1x1").pack(), MESSAGE),
    (DrawDraft(draft=99).pack(), MESSAGE),
    (InlineDraw(prompt=99, ratio="1x1").pack(), MESSAGE),
    (DropInline(prompt=99).pack(), MESSAGE),
    (DrawExample(name="third").pack(), "/help has new ones"),
    (CancelRequest(request=99).pack(), "/queue has new ones"),
    (PreferRatio(user=1, ratio="2x1").pack(), "/ratio has new ones"),
    (PreferLanguage(user=1, language="xx").pack(), "/language has new ones"),
    (GroupChoice(name="who", value="me").pack(), "/settings has new ones"),
    (DrawSame(user=1, request=99).pack(), WORDS),
    (GroupSettings(more=True).pack(), "/settings has new ones"),
    (Forget(user=1, sure=True).pack(), "/forget has new ones"),
    (DrawStill(request=99).pack(), MESSAGE),
    (DecideReport(report=99, decision="hide").pack(), MESSAGE),
    (DropLate(request=99).pack(), MESSAGE),
    (DecideApproval(request=99, version=1, draw=True).pack(), MESSAGE),
    ("x:99:?:0", MESSAGE),
    ("x:99", MESSAGE),
    ("nonsense", MESSAGE),
    ("", MESSAGE),
]


@pytest.mark.parametrize(("data", "words"), BUTTONS)
def test_an_old_button_names_the_way_on(data: str, words: str) -> None:
    assert words in old_button_text(data, Translator("en"))
    for language in LANGUAGES:
        assert units(old_button_text(data, Translator(language))) <= TOAST_UNITS


def test_every_kind_of_button_is_in_the_table() -> None:
    kinds = {
        kind.__prefix__
        for kind in vars(callbacks).values()
        if isinstance(kind, type) and issubclass(kind, CallbackData) and hasattr(kind, "__prefix__")
    }
    assert kinds <= {data.partition(":")[0] for data, _ in BUTTONS}


@pytest.mark.parametrize(
    ("data", "alert"),
    [
        ("h:{user}:{request}", HISTORY),
        ("n:{user}:{request}:1", HISTORY),
        ("x:{request}:a:1", HISTORY),
        ("x:{request}:a:0", WORDS),
        ("t:{request}:", "I no longer have your words"),
        ("c:{request}:0", "/queue has new ones"),
    ],
)
def test_after_forget_an_old_button_names_the_way_on(
    harness: DispatcherHarness, data: str, alert: str
) -> None:
    private = ChatUser(harness)
    request = drawn(private)
    private.press(f"f:{private.user_id}:1", 5)
    private.press(data.format(user=private.user_id, request=request.id), request.result_message_id or 1)
    assert alert in harness.telegram.toasts[-1]


def test_an_example_that_was_drawn_names_new_ones(private: ChatUser) -> None:
    for _ in range(2):
        private.press("d:first", 5)
        private.settle()
    assert private.harness.telegram.toasts[-1] == "This button is too old. /help has new ones."
    assert len(private.requests()) == 1
