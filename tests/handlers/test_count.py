"""The flag for several pictures at once."""

import pytest

from core.model import AspectRatio, State
from handlers.count_flag import CountRefused
from handlers.prompt import ParsedPrompt, is_ratio, parse_prompt
from storage.preferences import Preferences
from tests.support.chat_user import ChatUser, content_of
from tests.support.dispatcher_harness import DispatcherHarness

SPELLINGS = [
    "--n ",
    "--n=",
    "--n:",
    "--n",
    "--n = ",
    "—n ",
    "–n ",
    "—n=",
    "——n ",
    "-n ",
    "--N ",
    "-- n ",
    "—т ",
    "--n “",
]


@pytest.mark.parametrize("flag", SPELLINGS)
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_each_spelling_asks_for_so_many_pictures(flag: str, count: int) -> None:
    for text in (f"a fox {flag}{count}", f"{flag}{count} a fox", f"a fox {flag}{count}, ".rstrip()):
        assert parse_prompt(text) == ParsedPrompt("a fox", None, count=count)


def test_it_stands_beside_the_other_flags() -> None:
    expected = ParsedPrompt("a fox", AspectRatio.WIDE, count=2)
    for text in (
        "a fox --n 2 --ar 16:9",
        "a fox --ar 16:9 --n 2",
        "a fox--ar 16:9--n 2",
        "--n=2 a fox —ar 16:9",
    ):
        assert parse_prompt(text) == expected
    assert parse_prompt("a fox --n 3--v 6") == ParsedPrompt("a fox", None, lacking=("--v",), count=3)
    assert parse_prompt("16:9 --n 2") == ParsedPrompt("", AspectRatio.WIDE, count=2)
    assert parse_prompt("--n 2 --n 2 a fox").count == 2


@pytest.mark.parametrize(
    "value", ["0", "5", "10", "44", "2.5", "4k", "1/2", "2-4", "", "=", "=two", " --n 3", "16:9", "00002"]
)
def test_any_other_number_is_refused(value: str) -> None:
    for text in (f"a fox --n {value}".rstrip(), f"--n{value if value.startswith('=') else ' ' + value}"):
        if text == "--n  --n 3":
            continue
        with pytest.raises(CountRefused):
            parse_prompt(text)


@pytest.mark.parametrize(
    "text",
    [
        "a fox",
        "the nth fox",
        "a fox - n 4",
        "variable n 4",
        "a-n 4",
        "a fox –north 4",
        "route 66-n",
        "x-n-4",
        "a retro console — N64 cartridge",
        "a Nintendo—N64",
        "танк — Т34 в снегу",
        "танк —Т90",
    ],
)
def test_prose_is_no_flag(text: str) -> None:
    assert parse_prompt(text) == ParsedPrompt(text, None)


def test_a_refused_number_is_no_ratio() -> None:
    assert not is_ratio("16:9 --n 7")


@pytest.fixture
def ann(harness: DispatcherHarness) -> ChatUser:
    return ChatUser(harness)


def test_as_many_requests_as_pictures(ann: ChatUser) -> None:
    ann.say("/imagine a fox --n 3 --ar 1:1")
    assert [content_of(one) for one in ann.requests()] == [("a fox", AspectRatio.SQUARE, None)] * 3


def test_a_refused_number_is_answered_and_its_edit_is_drawn(ann: ChatUser) -> None:
    message = ann.say("/imagine a fox --n 9 --ar 1:1")
    assert ann.texts == [
        "I draw up to 4 pictures at once: <code>--n 2</code>, <code>--n 3</code> or <code>--n 4</code>."
    ]
    ann.edit(message, text="/imagine a fox --n 2 --ar 1:1")
    assert len(ann.requests()) == 2


def test_the_number_is_kept_while_the_shape_is_asked_for(ann: ChatUser) -> None:
    message = ann.say("/imagine a fox --n 4")
    assert ann.requests() == []
    draft = ann.draft(message)
    ann.press(f"r:{draft.id}:1x1", draft.question_message_id or 0)
    assert len(ann.requests()) == 4


def test_the_number_is_kept_while_the_words_are_asked_for(ann: ChatUser) -> None:
    message = ann.say("/imagine --n 2 --ar 1:1")
    ann.say("a fox", reply_to_message=ann.question(message))
    assert [content_of(one)[0] for one in ann.requests()] == ["a fox", "a fox"]


def test_an_edit_changes_all_pictures_while_all_wait(ann: ChatUser) -> None:
    for number in range(2):
        ann.say(f"/imagine first {number} --ar 1:1")
    message = ann.say("/imagine a fox --n 3 --ar 1:1")
    ann.edit(message, text="/imagine a wolf --n 3 --ar 16:9")
    changed = [content_of(one) for one in ann.requests()[2:]]
    assert changed == [("a wolf", AspectRatio.WIDE, None)] * 3
    ann.harness.wait(5)  # the first of the batch is drawn
    ann.edit(message, text="/imagine a bear --n 3 --ar 16:9")
    ann.settle()
    assert {content_of(one)[0] for one in ann.requests()[2:]} == {"a wolf"}


def test_an_edited_message_is_a_new_request_once_no_picture_came(ann: ChatUser) -> None:
    message = ann.say("/imagine a bad fox --n 2 --ar 1:1")
    ann.settle()
    ann.edit(message, text="/imagine a fox --n 2 --ar 1:1")
    ann.settle()
    states = [one.state for one in ann.requests()]
    assert states == [*[State.FAILED] * 2, *[State.DELIVERED] * 2]


def test_four_more_are_drawn_once_for_each_press_after_the_last_ended(ann: ChatUser) -> None:
    ann.say("/imagine a fox --n 2 --ar 1:1")
    ann.settle()
    head = ann.requests()[0]
    for _ in range(3):
        ann.press(f"q:{head.id}", 500)
    assert len(ann.requests()) == 6
    ann.settle()
    ann.press(f"q:{head.id}", 500)
    ann.settle()
    assert len(ann.requests()) == 10
    assert {one.state for one in ann.requests()} == {State.DELIVERED}


def test_a_failed_batch_is_tried_again_as_a_whole(ann: ChatUser) -> None:
    ann.say("/imagine a bad fox --n 3 --ar 1:1")
    ann.settle()
    failed = ann.requests()[0]
    ann.press(f"t:{failed.id}:", 500)
    assert len(ann.requests()) == 6


def _waiting(ann: ChatUser) -> list[str]:
    return [one.prompt for one in ann.requests() if one.state is State.QUEUED]


def _fill(ann: ChatUser) -> None:
    """Let as many requests of the user run that the next ones wait."""
    for number in range(2):
        ann.say(f"/imagine first {number} --ar 1:1")


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        ("", " --n 3", 3),
        (" --n 2", " --n 4", 4),
        (" --n 4", " --n 2", 2),
        (" --n 3", "", 1),
        (" --n 3", " --n 1", 1),
    ],
)
def test_an_edit_changes_the_number_while_all_wait(
    ann: ChatUser, before: str, after: str, count: int
) -> None:
    _fill(ann)
    message = ann.say(f"/imagine a fox --ar 1:1{before}")
    for _ in range(2):
        ann.edit(message, text=f"/imagine a fox --ar 1:1{after}")
        assert _waiting(ann) == ["a fox"] * count
    head = ann.request(message)
    assert head is not None
    assert (head.batch_id is not None) == (count > 1)
    ann.settle()
    delivered = [one.prompt for one in ann.requests() if one.state is State.DELIVERED]
    assert delivered.count("a fox") == count


def test_an_edit_with_another_number_and_other_words_changes_both(ann: ChatUser) -> None:
    _fill(ann)
    message = ann.say("/imagine a fox --n 2 --ar 1:1")
    ann.edit(message, text="/imagine a wolf --n 3 --ar 16:9")
    assert _waiting(ann) == ["a wolf"] * 3
    ann.edit(message, text="/imagine --ar 3:4")
    assert [one.ratio for one in ann.requests() if one.state is State.QUEUED] == [AspectRatio.PORTRAIT] * 3


def test_an_edit_of_the_number_alone_keeps_the_words_and_the_shape(ann: ChatUser) -> None:
    _fill(ann)
    message = ann.say("/imagine a fox --ar 3:4")
    ann.edit(message, text="/imagine --n 3")
    waiting = [content_of(one) for one in ann.requests() if one.state is State.QUEUED]
    assert waiting == [("a fox", AspectRatio.PORTRAIT, None)] * 3


def test_an_edit_of_the_number_keeps_the_pressed_shape(ann: ChatUser) -> None:
    _fill(ann)
    message = ann.say("/imagine a fox")
    draft = ann.draft(message)
    ann.press(f"r:{draft.id}:3x4", draft.question_message_id or 0)
    ann.edit(message, text="/imagine a wolf --n 2")
    waiting = [content_of(one) for one in ann.requests() if one.state is State.QUEUED]
    assert waiting == [("a wolf", AspectRatio.PORTRAIT, None)] * 2


def test_a_kill_between_the_cancel_and_the_new_request_loses_no_words(ann: ChatUser) -> None:
    _fill(ann)
    message = ann.say("/imagine a fox --ar 3:4")
    waiting = ann.request(message)
    assert waiting is not None
    assert ann.harness.run(ann.harness.app.requests.cancel_waiting(waiting.origin.key))
    ann.edit(message, text="/imagine --n 3")  # after the restart
    assert _waiting(ann) == ["a fox"] * 3


def test_the_number_stays_once_a_picture_is_drawn(ann: ChatUser) -> None:
    message = ann.say("/imagine a fox --n 3 --ar 1:1")
    ann.harness.wait(1)
    ann.edit(message, text="/imagine a fox --n 2 --ar 1:1")
    assert len(ann.requests()) == 3
    ann.settle()
    assert {one.state for one in ann.requests()} == {State.DELIVERED}


def test_another_number_after_a_failure_is_a_new_request(ann: ChatUser) -> None:
    message = ann.say("/imagine a bad fox --ar 1:1")
    ann.settle()
    ann.edit(message, text="/imagine a bad fox --n 2 --ar 1:1")
    assert len(ann.requests()) == 3


def test_a_ratio_written_again_keeps_the_number(ann: ChatUser) -> None:
    _fill(ann)
    asked = ann.say("/imagine a fox --n 3")
    answer = ann.say("16:9", reply_to_message=ann.question(asked))
    ann.edit(answer, text="9:16")
    waiting = [(one.prompt, one.ratio) for one in ann.requests() if one.state is State.QUEUED]
    assert waiting == [("a fox", AspectRatio.TALL)] * 3


def test_a_number_that_does_not_fit_leaves_the_pictures_as_they_were(harness: DispatcherHarness) -> None:
    group = ChatUser(harness, group=True)
    preferences: Preferences = harness.app.dispatcher["preferences"]
    harness.run(preferences.choose(group.chat_id, daily=5))
    _fill(group)
    message = group.say("/imagine a fox --n 2 --ar 1:1")
    group.edit(message, text="/imagine a fox --n 4 --ar 1:1")
    assert _waiting(group) == ["a fox"] * 2
    assert "This group has 3 pictures left today; ask with <code>--n 3</code>." in group.texts
    group.edit(message, text="/imagine a fox --n 3 --ar 1:1")
    assert _waiting(group) == ["a fox"] * 3


def test_a_press_that_asks_for_too_many_is_answered_without_a_flag_to_leave_out(
    harness: DispatcherHarness,
) -> None:
    group = ChatUser(harness, group=True)
    preferences: Preferences = harness.app.dispatcher["preferences"]
    group.say("/imagine a fox --n 2 --ar 1:1")
    group.settle()
    harness.run(preferences.choose(group.chat_id, daily=4))
    group.press(f"q:{group.requests()[0].id}", 500)
    assert len(group.requests()) == 2
    answer = harness.telegram.toasts[-1]
    assert answer == (
        "This group has 2 pictures left today, too few for this button. "
        "To draw them, send the description with --n 2."
    )
