"""/queue: its buttons keep their places, differ from each other, and tell what became of each picture."""

import pytest

from core.model import State
from tests.support import fake_apis
from tests.support.chat_user import ChatUser
from tests.support.dispatcher_harness import DispatcherHarness


class _List:
    """The answer to /queue of a user in a language."""

    def __init__(self, user: ChatUser, language: str = "en") -> None:
        self.user, self.telegram = user, user.harness.telegram
        self.author = user.message()["from"] | {"language_code": language}
        before = set(self.telegram.texts)
        user.say("/queue", **{"from": self.author})
        (self.message_id,) = set(self.telegram.texts) - before

    @property
    def lines(self) -> list[str]:
        """The lines of the list, without its title."""
        return self.telegram.texts[self.message_id].splitlines()[2:]

    @property
    def labels(self) -> list[str]:
        """The labels of the buttons, one in each row."""
        return [button.text for (button,) in self.telegram.keyboards[self.message_id].inline_keyboard]

    def press(self, place: int) -> str:
        """Press the button in a place, and return the answer."""
        markup = self.telegram.keyboards[self.message_id]
        message = self.user.bot_message(self.message_id, text="?", reply_markup=markup.model_dump())
        data = markup.inline_keyboard[place][0].callback_data
        query = {"id": "7", "from": self.author, "chat_instance": "1", "data": data, "message": message}
        self.user.harness.feed({"callback_query": query})
        return self.telegram.toasts[-1]


@pytest.mark.parametrize(
    ("language", "labels", "toasts"),
    [
        (
            "en",
            ["Failed: bad one", "Done: two", "Cancelled: three", "✕ four"],
            [
                "Nothing to cancel: this one failed.",
                "Nothing to cancel: it’s done.",
                "Nothing to cancel: it’s cancelled.",
            ],
        ),
        (
            "ru",
            ["Не вышло: bad one", "Готово: two", "Отменено: three", "✕ four"],
            [
                "Отменять нечего: эта картинка не получилась.",
                "Отменять нечего: картинка уже готова.",
                "Отменять нечего: картинка уже отменена.",
            ],
        ),
    ],
)
def test_an_ended_picture_is_named_by_its_end(
    harness: DispatcherHarness,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    labels: list[str],
    toasts: list[str],
) -> None:
    private = ChatUser(harness)
    for prompt in ("bad one", "two"):
        private.say(f"/imagine {prompt} --ar 1:1")
    harness.wait(1)
    monkeypatch.setattr(fake_apis, "TASK_SECONDS", 50.0)
    for prompt in ("three", "four"):
        private.say(f"/imagine {prompt} --ar 1:1")
    listed = _List(private, language)
    assert listed.labels == ["✕ bad one", "✕ two", "✕ three", "✕ four"]
    harness.wait(20)
    assert [request.state for request in private.requests()[:2]] == [State.FAILED, State.DELIVERED]
    listed.press(2)
    assert listed.labels == labels
    assert [listed.press(place) for place in range(3)] == toasts


@pytest.mark.parametrize(
    ("prompts", "labels"),
    [
        (
            ["a lighthouse in a storm, red", "a fox", "a lighthouse in a storm, blue"],
            ["✕ 1 · …hthouse in a storm, red", "✕ a fox", "✕ 3 · …thouse in a storm, blue"],
        ),
        (["a fox", "a fox"], ["✕ 1 · a fox", "✕ 2 · a fox"]),
        (["🦊" * 13, "🦊" * 14], [f"✕ 1 · …{'🦊' * 11}", f"✕ 2 · …{'🦊' * 11}"]),
    ],
)
def test_no_two_buttons_are_equal(private: ChatUser, prompts: list[str], labels: list[str]) -> None:
    for prompt in prompts:
        private.say(f"/imagine {prompt} --ar 1:1")
    listed = _List(private)
    assert listed.labels == labels
    last = len(prompts) - 1
    listed.press(0)
    assert [line.partition(" ")[0] for line in listed.lines] == [f"{n}." for n in range(2, last + 2)]


def test_in_a_group_nothing_is_on_the_way_here(harness: DispatcherHarness) -> None:
    group = ChatUser(harness, group=True)
    elsewhere = ChatUser(harness)
    elsewhere.user_id = group.user_id
    elsewhere.chat_id = group.user_id
    elsewhere.say("/imagine a fox --ar 1:1")
    group.say("/queue")
    assert group.texts[-1] == "None of your pictures is on the way in this group. Send /imagine to start."
