"""A walk through all commands and buttons, in each kind of chat and for each kind of user: each is answered.

Each command is sent in a chat of its own, so that the answers can be told apart and no chat exceeds its rate limit.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from aiogram.filters.callback_data import CallbackData
from aiogram.types import Chat, Message, User

from chat import callbacks
from handlers.commands import KNOWN
from playground import faults
from playground.chats import BOT, Event
from playground.faults import Fault
from playground.telegram import dump
from storage.schema import bans
from tests.support.ledger import connect
from tests.support.world import World, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

_FAILED = faults.json({"code": 0, "id": "x", "status": "failed", "message": "out of paint"})
TOPIC = 77
ANONYMOUS = User(id=1_087_968_824, is_bot=True, first_name="Group", username="GroupAnonymousBot")
CHANNEL = User(id=136_817_688, is_bot=True, first_name="Channel", username="Channel_Bot")
NEWS = Chat(id=-1_009_999_999_999, type="channel", title="News")
BOT_ADMINS, BANNED = range(20_000, 21_000), range(30_000, 31_000)
FOR_BOT_ADMINS = {
    *("ban", "unban", "banword", "unbanword", "broadcast", "refund", "grant"),
    *("admin", "audit", "find", "limit", "pause", "resume", "stats", "user"),
}
ROLES = {
    "private": ("user", "bot admin", "banned"),
    "group": ("user", "group admin", "bot admin", "banned", "anonymous admin", "channel"),
    "topic": ("user", "group admin", "bot admin", "banned", "anonymous admin", "channel"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A command of a user in a new chat."""

    chat: str
    role: str
    text: str
    chat_id: int
    user_id: int

    @property
    def is_for_nobody(self) -> bool:
        """Whether silence is right: the user is banned, or the command may be for a bot that moderates the group."""
        name = self.text.removeprefix("/")
        others = self.chat != "private" and name in FOR_BOT_ADMINS and self.role != "bot admin"
        return self.role == "banned" or others


class Walk:
    """Sends the commands. Every user and every chat is new."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._ids = {"bot admin": iter(BOT_ADMINS), "banned": iter(BANNED)}
        self._of_chat: defaultdict[int, list[Event]] = defaultdict(list)
        """The messages of the bot by chat."""
        self._read = 0
        """The number of events that are in `_of_chat`."""

    def commands(self) -> Iterator[Case]:
        """Send each command, bare and with the name of the bot, in each kind of chat as each kind of user."""
        for chat, roles in ROLES.items():
            for role, name, mention in itertools.product(roles, sorted(KNOWN), ("", f"@{BOT.username}")):
                yield self.send(chat, role, f"/{name}{mention}")

    def send(self, chat: str, role: str, text: str) -> Case:
        """Send a text in a new chat."""
        world = self.world
        user = world.add_user(user_id=next(self._ids[role]) if role in self._ids else None)
        chat_id, more = user.id, dict[str, Any]()
        if chat != "private":
            others = [user] if role == "group admin" else [world.add_user(), user]
            chat_id = world.add_group(*others, topics={TOPIC: "Pictures"} if chat == "topic" else None)
        if chat == "topic":
            more |= {"message_thread_id": TOPIC, "is_topic_message": True}
        sender = {"anonymous admin": ANONYMOUS, "channel": CHANNEL}.get(role, user)
        if sender is not user:
            is_channel = role == "channel"
            more |= {"sender_chat": NEWS if is_channel else world.telegram.chats.chats[chat_id]}
        world.telegram.say(sender, text, chat_id=chat_id, **more)
        return Case(chat, role, text, chat_id, user.id)

    def answers(self, case: Case) -> list[Event]:
        """Return the messages of the bot that the user of a case sees."""
        events = self.world.telegram.chats.events
        for event in itertools.islice(events, self._read, None):
            sender = event.message and event.message.from_user
            if event.kind in {"sent", "ephemeral"} and sender and sender.id == BOT.id:
                self._of_chat[event.chat_id].append(event)
        self._read = len(events)
        return [event for event in self._of_chat[case.chat_id] if event.to in {None, case.user_id}]


async def _start(world: World) -> None:
    """Start the bot with a ledger that holds the bans."""
    await world.process.start()
    await world.process.stop()
    with connect(world.process.settings["DATABASE_URL"]) as ledger:
        ledger.execute(sa.insert(bans), [{"kind": "subject", "value": str(user)} for user in BANNED])
    world.telegram.flood.rate = 100_000
    admins = ",".join(str(user) for user in BOT_ADMINS)
    await world.process.start(ADMIN_IDS=admins, TELEGRAM_RATE="10000", THROTTLE="0", STARS="true")


async def test_every_command_is_answered_in_every_kind_of_chat(own_bot: World) -> None:
    await _start(own_bot)
    walk = Walk(own_bot)
    cases = list(walk.commands())
    cases += [walk.send("private", "user", text) for text in ("hello", "/unknown", "/imagin a fox", "16:9")]
    await own_bot.process.wait_until(
        lambda: all(walk.answers(case) for case in cases if not case.is_for_nobody), 300
    )
    await own_bot.wait_until_handled()
    silent = [case for case in cases if not walk.answers(case)]
    assert [case for case in silent if not case.is_for_nobody] == []
    assert {case.role for case in silent if case.chat == "private"} == {"banned"}
    for case in cases:
        for answer in walk.answers(case):
            assert answer.message is not None
            assert (answer.message.message_thread_id == TOPIC) == (case.chat == "topic"), (case, answer)
            if case.chat == "private" and case.text in PLAIN:
                assert answer.message.reply_to_message is None, case


PLAIN = {
    f"/{name}"
    for name in (
        *("start", "help", "settings", "queue", "quota", "history", "ratio", "language", "forget"),
        *("favorites", "favourites", "export"),
    )
}
"""Commands whose answers stand right below them in a private chat, and so quote nothing."""


def _kind(data: str) -> str:
    """Return the kind of a button: its prefix, and the action of a button under a picture."""
    prefix, _, fields = data.partition(":")
    return f"{prefix}:{fields.split(':')[1]}" if prefix == callbacks.ResultButton.__prefix__ else prefix


BUTTONS = {
    kind.__prefix__
    for kind in vars(callbacks).values()
    if isinstance(kind, type) and issubclass(kind, CallbackData) and kind is not CallbackData
}
IN_GROUPS = {kind.__prefix__ for kind in (callbacks.DrawSame, callbacks.GroupSettings)}
"""Buttons that are pressed by test_group_choices.py: with these, a group gets more messages here than Telegram allows
in a minute."""
ELSEWHERE = IN_GROUPS | {
    kind.__prefix__
    for kind in (
        *(callbacks.InlineDraw, callbacks.DropInline, callbacks.DrawStill, callbacks.DropLate),
        *(callbacks.DecideApproval, callbacks.DecideReport),
    )
}
"""Buttons that are pressed by test_inline.py, in chats that the bot does not know, test_late_requests.py,
test_approval.py and test_reports.py, in the chats of admins; and those of `IN_GROUPS`."""
KINDS = BUTTONS - ELSEWHERE - {"x"} | {f"x:{action}" for action in callbacks.ResultAction}


OF_MORE = {
    f"x:{action}"
    for action in (
        *(callbacks.ResultAction.FOUR, callbacks.ResultAction.VARY, callbacks.ResultAction.STYLES),
        *(callbacks.ResultAction.STICKER, callbacks.ResultAction.DELETE, callbacks.ResultAction.DELETE_SURE),
    )
}
"""The buttons behind More."""


LAST = {"x:m": 1, "x:d": 2, "x:y": 2, "f": 3}
"""More hides the arrows, and the deletion of a picture or of all data disables other buttons."""


class Presser:
    """Presses one button of each kind under the messages of the bot in a chat."""

    def __init__(self, world: World, chat_id: int) -> None:
        self.world = world
        self.chat_id = chat_id
        self.pressed: set[str] = set()
        self.more_left = 6

    async def press_all(self, owner: User, stranger: User | None) -> None:
        """Press until no message has a button of a new kind: first as a stranger, then as the owner."""
        while found := self._next():
            message, data = found
            self.pressed.add(_kind(data))
            if stranger is not None:
                await self.press(stranger, message, data)
            await self.press(owner, message, data)
            await self.world.wait_until_handled()
            if {"s", "x:b"} - self.pressed:  # the buttons of the shapes disappear with the first press
                self.pressed.discard("x:s")
            if OF_MORE - self.pressed and self.more_left:  # and those of More with Back
                self.more_left -= _kind(data) == "x:m"
                self.pressed.discard("x:m")

    async def press(self, user: User, message: Message, data: str) -> None:
        """Press a button, and wait for a visible answer to it."""
        telegram = self.world.telegram
        seen = len(telegram.chats.events)
        press = telegram.press_data(user, message, data)
        await self.world.wait_until(lambda: press not in telegram.presses)

        def is_visible() -> bool:
            later = [event for event in telegram.chats.events[seen:] if event.chat_id == self.chat_id]
            return any(event.text if event.kind == "toast" else event.kind != "action" for event in later)

        await self.world.wait_until(is_visible)

    def _next(self) -> tuple[Message, str] | None:
        """Return a button of a new kind. Those that hide or disable others come last."""
        return min(self._new(), key=lambda one: LAST.get(_kind(one[1]), 0), default=None)

    def _new(self) -> Iterator[tuple[Message, str]]:
        for message in self.world.messages_in(self.chat_id):
            rows = message.reply_markup.inline_keyboard if message.reply_markup else []
            for data in (key.callback_data for row in rows for key in row):
                if data and _kind(data) not in self.pressed | IN_GROUPS:
                    yield message, data


async def _choose_a_shape_twice(world: World, user: User) -> None:
    """Make the bot offer a shape for always under the next question."""
    for name in ("a hen", "a hare"):
        pictures = len(world.pictures(user))
        world.telegram.say(user, f"/imagine {name}")
        question = await world.wait_for_text(user, f"Which shape for “{name}”")
        world.telegram.press(user, question, "1:1")
        await world.wait_for_picture(user, pictures + 1)
    await world.wait_until_closed()


@pytest.mark.long(60)
@pytest.mark.parametrize("chat", ["private", "group", "topic"])
async def test_every_button_is_answered_in_every_kind_of_chat(own_bot: World, chat: str) -> None:
    await _start(own_bot)
    ann, ben = own_bot.add_user(), own_bot.add_user(name="Ben")
    chat_id, topic = ann.id, dict[str, Any]()
    if chat != "private":
        chat_id = own_bot.add_group(ann, ben, topics={TOPIC: "Pictures"} if chat == "topic" else None)
    if chat == "topic":
        topic = {"message_thread_id": TOPIC, "is_topic_message": True}
    photo = own_bot.send_photo(ann, jpeg(), chat_id=chat_id, caption="/imagine make it night", **topic)
    await own_bot.wait_for_picture_in(chat_id)
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=chat_id, **topic)
    await own_bot.wait_for_picture_in(chat_id, 2)
    own_bot.telegram.say(ann, "/imagine an owl --n 2 --ar 1:1", chat_id=chat_id, **topic)
    await own_bot.wait_for_picture_in(chat_id, 3)
    if chat == "private":
        await _choose_a_shape_twice(own_bot, ann)
    own_bot.media.faults.add(Fault("create", only="an unlucky fox", answer=_FAILED))
    own_bot.telegram.say(ann, "/imagine an unlucky fox --ar 16:9", chat_id=chat_id, **topic)
    await own_bot.wait_for_text_in(chat_id, "The picture service could not draw this")
    await own_bot.wait_until_closed()
    own_bot.hold_tasks()
    commands = [
        "/history",
        "/history a",
        "/imagine a wolf --ar 1:1",
        "/queue",
        "/imagine a cat",
        "/imagine a dog --v 6 --ar 1:1",
    ]
    commands += ["/start", "/ratio", "/style", "/language", "/forget"] if chat == "private" else ["/settings"]
    for text in commands:
        count = len(own_bot.telegram.chats.events)
        own_bot.telegram.say(ann, text, chat_id=chat_id, **topic)
        await own_bot.wait_until(lambda: len(own_bot.telegram.chats.events) > count + 1)  # noqa: B023
        await own_bot.wait_until_handled()
    presser = Presser(own_bot, chat_id)
    await presser.press_all(ann, None if chat == "private" else ben)
    only_elsewhere = {"a", "d", "e", "p", "ps", "l", "f"} if chat != "private" else {"g", "x:g"}
    assert KINDS - only_elsewhere == presser.pressed | {"x:m"}  # it is pressed several times
    picture = next(message for message in own_bot.messages_in(chat_id) if message.photo)
    for kind in sorted({*KINDS, callbacks.DrawSame.__prefix__}):  # forged, or of another version of the bot
        for data in (f"{kind}:9223372036854775807:x:0", f"{kind}:0", kind, f"{kind}::::", "zz:1"):
            await presser.press(ann, picture, data)
    assert dump(photo)["caption"]
