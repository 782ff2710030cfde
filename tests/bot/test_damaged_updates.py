"""Updates with one damaged part, from the queue to the answer: each is handled or answered."""

import asyncio
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.notices import Notices
from bot.throttle import Throttle
from bot.update_queue import UpdateQueue
from chat.invoices import Invoices
from core import json_text
from core.model import Request
from storage.inbox import Inbox
from tests.support.dispatcher_harness import DispatcherHarness
from tests.support.process_launcher import ROOT
from tests.support.property_tests import examples
from tests.support.virtual_loop import LoopClock

ANN = {"id": 66, "is_bot": False, "first_name": "Ann", "username": "ann", "language_code": "en"}
BEN = {"id": 67, "is_bot": False, "first_name": "Ben"}
PRIVATE = {"id": 66, "type": "private", "first_name": "Ann"}
GROUP = {"id": -1_000_000_000_005, "type": "supergroup", "title": "Friends"}
PHOTO = [
    {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 60, "file_size": 900},
    {"file_id": "large", "file_unique_id": "l", "width": 900, "height": 600, "file_size": 13_682},
]
DOCUMENT = {"file_id": "d", "file_unique_id": "d", "file_name": "x.jpg", "mime_type": "image/jpeg"}
STICKER = {"file_id": "t", "file_unique_id": "t", "type": "regular", "width": 1, "height": 1}
STICKER |= {"is_animated": False, "is_video": False}
COMMAND = [{"type": "bot_command", "offset": 0, "length": 8}]
DATE = 1_790_000_000


def _message(chat: dict[str, Any] = PRIVATE, **content: Any) -> dict[str, Any]:
    return {"message_id": 5, "date": DATE, "chat": chat, "from": ANN, **content}


MESSAGES = [
    _message(text="/imagine a fox --ar 1:1", entities=COMMAND, link_preview_options={"is_disabled": True}),
    _message(text="just words", quote={"text": "x", "position": 0}, via_bot=BEN | {"is_bot": True}),
    _message(caption="make it night", photo=PHOTO, caption_entities=COMMAND, media_group_id="7"),
    _message(caption="/imagine make it night", document=DOCUMENT | {"thumbnail": PHOTO[0]}),
    _message(
        text="/imagine make it night",
        reply_to_message=_message(photo=PHOTO, caption="mine", forward_origin={"type": "hidden_user"})
        | {"forward_origin": {"type": "hidden_user", "date": DATE, "sender_user_name": "x"}},
    ),
    _message(
        text="/imagine a cat --ar 1:1",
        external_reply={
            "origin": {"type": "user", "sender_user": BEN, "date": DATE},
            "chat": GROUP,
            "story": {"chat": GROUP, "id": 4},
        },
    ),
    _message(
        GROUP | {"is_forum": True},
        text="/imagine a fox --ar 1:1",
        message_thread_id=9,
        is_topic_message=True,
    ),
    _message(
        text="/imagine a fox --ar 1:1",
        forward_origin={"type": "channel", "chat": GROUP, "message_id": 4, "date": DATE},
    ),
    _message(caption="at night", sticker=STICKER | {"is_animated": True}),
    _message(voice={"file_id": "v", "file_unique_id": "v", "duration": 1}),
    _message(location={"latitude": 1.0, "longitude": 2.0}),
    _message(
        GROUP,
        text="/imagine a fox --ar 1:1",
        external_reply={"origin": {"type": "user", "sender_user": BEN, "date": DATE}, "photo": PHOTO},
    ),
    _message(
        GROUP,
        text="/imagine a fox --ar 1:1",
        reply_to_message=_message(GROUP, photo=PHOTO, media_group_id="8") | {"message_id": 9},
    ),
    _message(
        GROUP,
        text="/imagine a fox --ar 1:1",
        sender_chat=GROUP,
        **{"from": {"id": 1_087_968_824, "is_bot": True, "first_name": "Group"}},
    ),
]
PRESS = {
    "id": "1",
    "from": ANN,
    "chat_instance": "1",
    "data": "x",
    "message": _message(text="x", entities=COMMAND),
}
UPDATES = [*({"message": message} for message in MESSAGES), {"callback_query": PRESS}]
MISSING = "(missing)"
EMPTY: list[Any] = [None, [], "", {}, MISSING]
WRONG: list[Any] = [5, -1, 2**70, 1.5, True, "rubbish", ["x"], [None], {"x": 1}, {"type": "hologram"}]
Path = tuple[str | int, ...]
CHAT = {("chat",), ("chat", "id")}
"""Parts without which there is no place to answer in."""
SENDER = {("from",), ("from", "id"), ("from", "is_bot")}
"""Parts without which nobody in a group can be answered, and nobody who presses a button."""


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _paths(inner, (*path, key))


def _is_private(update: dict[str, Any]) -> bool:
    return "message" in update and update["message"]["chat"]["id"] > 0


PARTS = [
    (number, path)
    for number, update in enumerate(UPDATES)
    for path in _paths(update)
    if len(path) > 1 and path[1:] not in CHAT and not (path[1:] in SENDER and not _is_private(update))
]


def _damaged(number: int, path: Path, rubbish: Any) -> dict[str, Any]:
    update: dict[str, Any] = json.loads(json.dumps(UPDATES[number]))
    part: Any = update
    for item in path[:-1]:
        part = part[item]
    if rubbish is MISSING:
        del part[path[-1]]
    else:
        part[path[-1]] = rubbish
    return update


class QueueHarness:
    """The update queue before the dispatcher of an application, in virtual time."""

    def __init__(self, dispatcher: DispatcherHarness) -> None:
        self.harness = dispatcher
        app = dispatcher.app
        use = app.dispatcher.workflow_data
        notices = Notices(
            sender=use["sender"],
            private_replies=use["private_replies"],
            guest_answers=use["guest_answers"],
            invoices=Invoices(use["sender"]._caller),
            languages=use["languages"],
        )
        self.queue = UpdateQueue(
            inbox=Inbox(database=app.database, clock=LoopClock()),
            dispatcher=app.dispatcher,
            bot=app.bot,
            clock=LoopClock(),
            throttle=Throttle(0),
            notices=notices,
        )
        self._ids = itertools.count(1_000)
        self.errors: list[str] = []
        """The events that the last update led to in the log, of the level error."""

    def answers_to(self, content: dict[str, Any]) -> int:
        """Handle an update. Return the number of messages, toasts and requests that follow from it."""
        update = json_text.loads(json.dumps({"update_id": next(self._ids), **content}))
        before = self._count()

        async def handle() -> None:
            await self.queue.put([update])
            await asyncio.sleep(60)

        with structlog.testing.capture_logs() as logged:
            self.harness.run(handle())
        failed = {"handler failed", "update not handled"}
        assert not [line for line in logged if line["event"] in failed]
        self.errors = [line["event"] for line in logged if line["log_level"] == "error"]
        return self._count() - before

    def request(self, update: dict[str, Any]) -> Request:
        """Return the request of a message."""
        message = update["message"]
        key = f"m:{message['chat']['id']}:{message['message_id']}"
        request = self.harness.run(self.harness.app.requests.by_key(key))
        assert request is not None
        return request

    def _count(self) -> int:
        calls = self.harness.telegram.calls
        return sum(calls[name] for name in ("SendMessage", "SendPhoto", "AnswerCallbackQuery"))


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueueHarness]:
    dispatcher = DispatcherHarness(f"sqlite:///{tmp_path_factory.mktemp('damaged')}/bot.sqlite3")
    yield QueueHarness(dispatcher)
    dispatcher.close()


@pytest.mark.parametrize("number", range(len(UPDATES)))
def test_each_whole_update_is_answered(queue: QueueHarness, number: int) -> None:
    assert queue.answers_to(_as_new(UPDATES[number]))


@pytest.mark.parametrize("case", ["update-empty-story", "update-hidden-origin"])
def test_a_case_of_the_field_is_answered(queue: QueueHarness, case: str) -> None:
    for update in json.loads((ROOT / f"tests/cases/{case}.json").read_text(encoding="utf-8")):
        assert queue.answers_to(_as_new({"message": update["message"]}))


def test_a_command_with_an_empty_story_is_drawn(queue: QueueHarness) -> None:
    """`story: {}` (aiogram/aiogram#1587) says nothing about the prompt beside it."""
    (case,) = json.loads((ROOT / "tests/cases/update-empty-story.json").read_text(encoding="utf-8"))
    update = _as_new({"message": case["message"]})
    queue.answers_to(update)
    assert queue.request(update).prompt == "a cat"


@pytest.mark.parametrize(
    "context",
    [
        {"external_reply": {"origin": {"type": "hologram"}, "photo": PHOTO}},
        {"external_reply": {"origin": {"type": "hologram"}, "photo": 5}},
        {"external_reply": "rubbish"},
        {"reply_to_message": _message(photo=[{"file_id": "f"}])},
        {"reply_to_message": {"message_id": 7}},
    ],
)
@pytest.mark.parametrize("chat", [PRIVATE, GROUP])
def test_a_complete_prompt_wins_over_an_unreadable_context(
    queue: QueueHarness, chat: dict[str, Any], context: dict[str, Any]
) -> None:
    update = _as_new({"message": _message(chat, text="/imagine a fox --ar 16:9", **context)})
    queue.answers_to(update)
    row = queue.request(update)
    assert (row.prompt, row.ratio, row.source) == ("a fox", "16:9", None)


@pytest.mark.parametrize("kind", [{"type": "hologram"}, {"type": "user"}, "rubbish"])
def test_a_forward_of_an_unknown_kind_in_a_group_is_left_alone(queue: QueueHarness, kind: Any) -> None:
    for content in ({"text": "/imagine a fox --ar 1:1"}, {"caption": "/imagine night", "photo": PHOTO}):
        message = _message(GROUP, forward_origin=kind, **content)
        assert queue.answers_to(_as_new({"message": message})) == 0
        assert queue.errors == []


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        ({"caption": "make it night", "photo": []}, "Something broke on my side"),
        ({"caption": "/imagine a fox --ar 1:1", "photo": None}, "Something broke on my side"),
        ({"text": "a fox", "from": None}, "Something broke on my side"),
        ({"text": ""}, "I work with words and pictures"),
        ({"photo": []}, "I work with words and pictures"),
        ({"hologram": {"light": 1}}, "I work with words and pictures"),
        ({"rich_message": {"blocks": []}}, "I work with words and pictures"),
    ],
)
def test_a_private_message_without_content_is_answered(
    queue: QueueHarness, content: dict[str, Any], answer: str
) -> None:
    assert queue.answers_to(_as_new({"message": _message(**content)}))
    assert answer in queue.harness.telegram.sent[-1].text
    assert queue.harness.telegram.sent[-1].chat_id == 66


@pytest.mark.slow
@examples(300)
@given(part=st.sampled_from(PARTS), rubbish=st.sampled_from([*EMPTY, *WRONG]))
def test_an_update_with_one_damaged_part_is_handled_or_answered(
    queue: QueueHarness, part: tuple[int, Path], rubbish: Any
) -> None:
    number, path = part
    update = _damaged(number, path, rubbish)
    assert queue.answers_to(_as_new(update)) or _needs_no_answer(update, path, rubbish)


@pytest.mark.slow
@pytest.mark.parametrize("rubbish", [*EMPTY, "rubbish", 5], ids=repr)
def test_each_part_of_a_message_may_be_damaged(queue: QueueHarness, rubbish: Any) -> None:
    """The parts one level deep, where the words, the pictures and the answered messages are, without exception."""
    for number, path in PARTS:
        if len(path) == 2:
            update = _damaged(number, path, rubbish)
            assert queue.answers_to(_as_new(update)) or _needs_no_answer(update, path, rubbish), (
                number,
                path,
            )


def _needs_no_answer(update: dict[str, Any], path: Path, rubbish: Any) -> bool:
    """Return whether the damage makes another update to which no answer is due."""
    if path[1] == "text" and not _is_private(update):  # a group's message that is no command
        return not isinstance(rubbish, str) or not rubbish.startswith("/")
    if path[1:] == ("from", "is_bot"):  # the message of another bot
        return rubbish is True
    if path[1] == "forward_origin":
        return False
    # The same message, or a photo of the same album, is answered once.
    return (path[-1] == "message_id" and isinstance(rubbish, int | float)) or path[-1] == "media_group_id"


_message_ids = itertools.count(100)


def _as_new(update: dict[str, Any]) -> dict[str, Any]:
    """Return an update about a message that the ledger does not know, unless its id is the damaged part."""
    update = json.loads(json.dumps(update))
    for content in update.values():
        if isinstance(content, dict) and content.get("message_id") in (1, 2, 5):
            content["message_id"] = next(_message_ids)
        if isinstance(content, dict) and content.get("media_group_id") == "7":
            content["media_group_id"] = str(next(_message_ids))
    return update
