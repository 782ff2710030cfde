"""Every way Telegram fails while it is answered: what the person sees, and that nobody else notices.

`docs/failures.md` is checked against the rows below; all of them happen at once.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiogram.types import Message, User
from aiohttp import web

from playground import faults
from playground.faults import Fault
from playground.methods import METHODS
from tests.support import world as worlds
from tests.support.process_launcher import ROOT
from tests.support.world import World, jpeg

pytestmark = pytest.mark.slow

Answer = Callable[[], web.StreamResponse]

DRAW, IN_GROUP, UNSAFE, ASK, CANCEL, CHANGE = (
    "a picture",
    "a picture in a group",
    "a notice in a group",
    "an answer",
    "a cancel",
    "a changed photo",
)
PICTURE, AS_FILE, TWICE = "the picture", "the picture, as a file", "the picture, twice"
STATUS_STAYS = "the picture; the status stays"
ONCE, ONCE_MORE, NOTHING, GONE = "the text", "the text, twice", "nothing", "that the photo is gone"
NO_MORE = "nothing more"
TEXT_OF = {UNSAFE: "declined this description as unsafe", ASK: "0 of 20 used", CANCEL: "Cancelled"}


@dataclass(frozen=True, slots=True)
class Row:
    """A failure of a method while somebody waits for something: what they see in the end."""

    waits_for: str
    method: str
    what: str
    sees: str
    answer: Answer | None = None
    times: int | None = 1
    after: bool = False

    def fault(self, only: str) -> Fault:
        """Return the switch that lets this befall what concerns a chat or a file; no answer is a broken connection."""
        drop = self.answer is None
        return Fault(
            self.method, times=self.times, answer=self.answer, drop=drop, after=self.after, only=only
        )


def _bad(description: str) -> Answer:
    return faults.telegram(400, f"Bad Request: {description}")


def _forbidden(description: str) -> Answer:
    return faults.telegram(403, f"Forbidden: {description}")


def _everywhere(waits_for: str, method: str, sees: str, after: str) -> list[Row]:
    """What may befall any method. `after` is what is seen where the act was done and only its answer was lost."""
    slow = faults.telegram(429, "Too Many Requests: retry after 1", retry_after=1)
    return [
        Row(waits_for, method, "429 with retry_after", sees, slow, 2),
        Row(waits_for, method, "500", sees, faults.telegram(500, "Internal Server Error"), 2),
        Row(waits_for, method, "502 with HTML", sees, faults.status(502, "<html>Bad gateway</html>")),
        Row(waits_for, method, "connection reset before it was taken", sees),
        Row(waits_for, method, "connection reset after it was taken", after, after=True),
    ]


RIGHTS = "not enough rights to send photos to the chat"
ROWS = [
    *_everywhere(DRAW, "sendPhoto", PICTURE, TWICE),
    Row(DRAW, "sendPhoto", "401: the token was changed", PICTURE, faults.telegram(401, "Unauthorized"), 2),
    Row(DRAW, "sendPhoto", "400 PHOTO_INVALID_DIMENSIONS", AS_FILE, _bad("PHOTO_INVALID_DIMENSIONS")),
    Row(DRAW, "sendPhoto", "413", AS_FILE, faults.telegram(413, "Request Entity Too Large")),
    Row(
        DRAW,
        "sendPhoto",
        "400 message to be replied not found",
        PICTURE,
        _bad("message to be replied not found"),
    ),
    Row(
        DRAW,
        "sendPhoto",
        "400 can't parse entities",
        PICTURE,
        _bad("can't parse entities: unsupported start tag"),
    ),
    Row(DRAW, "sendPhoto", "403 blocked", NO_MORE, _forbidden("bot was blocked by the user"), None),
    Row(DRAW, "sendPhoto", "403 deleted account", NO_MORE, _forbidden("user is deactivated"), None),
    Row(
        IN_GROUP,
        "sendPhoto",
        "403 kicked",
        NOTHING,
        _forbidden("bot was kicked from the supergroup chat"),
        None,
    ),
    Row(IN_GROUP, "sendPhoto", "400 not enough rights to send photos", AS_FILE, _bad(RIGHTS)),
    Row(IN_GROUP, "sendPhoto", "400 TOPIC_CLOSED", NOTHING, _bad("TOPIC_CLOSED"), None),
    Row(IN_GROUP, "setMessageReaction", "400 REACTION_INVALID", PICTURE, _bad("REACTION_INVALID"), None),
    Row(IN_GROUP, "setMessageReaction", "connection reset before it was taken", PICTURE),
    *_everywhere(DRAW, "sendMessage", PICTURE, STATUS_STAYS),
    *_everywhere(DRAW, "deleteMessage", PICTURE, PICTURE),
    Row(
        DRAW, "deleteMessage", "400 message can't be deleted", STATUS_STAYS, _bad("message can't be deleted")
    ),
    Row(DRAW, "sendChatAction", "500", PICTURE, faults.telegram(500, "Internal Server Error"), None),
    *_everywhere(UNSAFE, "sendMessage", ONCE, ONCE_MORE),
    *_everywhere(ASK, "sendMessage", ONCE, ONCE_MORE),
    Row(
        ASK,
        "sendMessage",
        "400 can't parse entities",
        ONCE,
        _bad("can't parse entities: unsupported start tag"),
    ),
    Row(ASK, "sendMessage", "403 blocked", NOTHING, _forbidden("bot was blocked by the user"), None),
    *_everywhere(CANCEL, "editMessageText", ONCE, ONCE),
    Row(
        CANCEL,
        "editMessageText",
        "400 message is not modified",
        ONCE,
        _bad("message is not modified"),
        after=True,
    ),
    *_everywhere(CANCEL, "answerCallbackQuery", ONCE, ONCE),
    Row(CANCEL, "answerCallbackQuery", "400 query is too old", ONCE, _bad("query is too old"), None),
    Row(CHANGE, "getFile", "500", PICTURE, faults.telegram(500, "Internal Server Error"), 2),
    Row(
        CHANGE, "getFile", "429 with retry_after", PICTURE, faults.telegram(429, "Too Many", retry_after=1), 2
    ),
    Row(CHANGE, "getFile", "400 file is too big", GONE, _bad("file is too big"), None),
    Row(
        CHANGE,
        "getFile",
        "400 wrong file_id",
        GONE,
        _bad("wrong file_id or the file is temporarily unavailable"),
        None,
    ),
]
HEAD = "| what is waited for | method | what fails | what is seen |\n|---|---|---|---|"


def test_the_document_says_what_is_tested_here() -> None:
    document = (ROOT / "docs" / "failures.md").read_text(encoding="utf-8")
    lines = [f"| {row.waits_for} | `{row.method}` | {row.what} | {row.sees} |" for row in ROWS]
    assert "\n".join([HEAD, *lines]) in document


@dataclass(slots=True)
class Case:
    """A row with somebody of its own to live through it."""

    row: Row
    user: User
    chat_id: int
    fault: Fault
    pressed: bool = False

    @classmethod
    def begin(cls, world: World, row: Row) -> "Case":
        user = world.user()
        chat_id = world.group(user) if row.waits_for in {IN_GROUP, UNSAFE} else user.id
        fault = world.telegram.faults.add(row.fault(f"chat {chat_id}."))
        return cls(row, user, chat_id, fault)

    def ask(self, world: World) -> None:
        if self.row.waits_for == CHANGE:
            photo = world.photo(self.user, jpeg(), caption="make it night").photo
            self.fault.only = f"file {photo[-1].file_id}." if photo else ""
            return
        prompt = {UNSAFE: "/imagine nsfw --ar 1:1", ASK: "/quota", CANCEL: "/imagine slow --ar 1:1"}
        words = prompt.get(self.row.waits_for, "/imagine a fox --ar 1:1")
        world.telegram.say(self.user, words, chat_id=self.chat_id)

    def over(self, world: World) -> bool:
        """Say whether nothing more is to come; press what is to be pressed meanwhile."""
        said = world.telegram.chats.of_bot(self.chat_id)
        if self.row.waits_for == CANCEL and not self.pressed and said:
            self.pressed = True
            world.telegram.press(self.user, said[0], "Cancel")
        if self.row.waits_for == ASK:
            return self.fault.hits > 0 and (self.row.sees == NOTHING or self._right(said))
        closed = "SELECT 1 FROM requests WHERE user_id = ? AND closed_at IS NOT NULL"
        return bool(world.rows(closed, self.user.id))

    def wrong(self, world: World) -> str | None:
        """Return what is not as it should be."""
        said = world.telegram.chats.of_bot(self.chat_id)
        kept = self.row.sees in {PICTURE, AS_FILE, TWICE, STATUS_STAYS}
        if self._right(said) and world.used(self.user) == kept and self.fault.hits:
            return None
        seen = [message.text or message.caption or "a file" for message in said]
        return f"{self.row}: {seen}, {world.used(self.user)} used, {self.fault.hits} failed"

    def _right(self, said: list[Message]) -> bool:
        photos = sum(message.photo is not None for message in said)
        files = sum(message.document is not None for message in said)
        texts = [message.text for message in said if message.text]
        expected = {
            PICTURE: (1, 0, 0),
            TWICE: (2, 0, 0),
            AS_FILE: (0, 1, 0),
            STATUS_STAYS: (1, 0, 1),
            ONCE: (0, 0, 1),
            ONCE_MORE: (0, 0, 2),
            NOTHING: (0, 0, 0),
            NO_MORE: (0, 0, 1),
            GONE: (0, 0, 1),
        }[self.row.sees]
        wanted = {
            STATUS_STAYS: "Drawing",
            NO_MORE: "Drawing",
            GONE: "I could not fetch the picture you want changed",
        }.get(self.row.sees, TEXT_OF.get(self.row.waits_for, ""))
        return (photos, files, len(texts)) == expected and all(wanted in text for text in texts)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.timeout(240)
async def test_each_failure_shows_what_it_should(tmp_path: Path) -> None:
    async with worlds.world(tmp_path, MAX_IN_FLIGHT="100") as world:
        world.media.duration = lambda: 2.0
        cases = [Case.begin(world, row) for row in ROWS]
        await world.bot.start(USER_CONCURRENCY="1")
        for case in cases:
            case.ask(world)
        with contextlib.suppress(TimeoutError):  # what is not over by then is told below
            await world.bot.until(lambda: all([case.over(world) for case in cases]), 90)  # noqa: C419 - each may press
        assert [wrong for case in cases if (wrong := case.wrong(world))] == []
        assert all(case.over(world) for case in cases)
        assert not any("exception" in line for line in world.bot.log)


FIRST_CALLS = {
    "429": faults.telegram(429, "Too Many Requests: retry after 1", retry_after=1),
    "500": faults.telegram(500, "Internal Server Error"),
    "reset": None,
}
CALLED_WHILE_POLLING = {*METHODS, "getUpdates", "deleteWebhook"} - {"getMe"}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("kind", FIRST_CALLS)
async def test_the_first_call_of_each_method_fails(fresh: World, kind: str) -> None:
    answer = FIRST_CALLS[kind]
    rules = {
        method: fresh.telegram.faults.add(Fault(method, answer=answer, drop=answer is None))
        for method in sorted(CALLED_WHILE_POLLING)
    }
    await fresh.bot.start()
    ann = fresh.user()
    group = fresh.group(ann)
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1")
    drawn = await fresh.gets_picture(ann)
    fresh.telegram.press(ann, drawn, "Shape")
    await fresh.until(lambda: "« Back" in worlds.buttons(fresh.now(drawn)))
    fresh.telegram.press(ann, drawn, "Original")
    await fresh.until(lambda: any(message.document for message in fresh.of_bot(ann)))
    fresh.photo(ann, jpeg(), caption="make it night")
    changed = await fresh.gets_picture(ann, 3)
    fresh.telegram.press(ann, changed, "Undo")
    await fresh.until(lambda: fresh.now(changed).caption == "The picture it came from.")
    fresh.telegram.say(ann, "/settings", chat_id=group)
    await fresh.until(lambda: fresh.in_chat(group))
    menu = fresh.in_chat(group)[0]
    fresh.telegram.press(ann, menu, "Nobody")
    await fresh.until(lambda: "✓ Nobody" in worlds.buttons(fresh.now(menu)))
    fresh.telegram.press(ann, menu, "Everybody")
    await fresh.until(lambda: "✓ Everybody" in worlds.buttons(fresh.now(menu)))
    fresh.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    await fresh.source_in(group)
    await fresh.settled()
    await fresh.bot.logged("menus set")
    assert [method for method, rule in rules.items() if not rule.hits] == []
    assert fresh.used(ann) == len(fresh.media.tasks) == 3


@pytest.mark.asyncio(loop_scope="session")
async def test_a_status_that_stays_goes_when_its_button_is_pressed(living: World) -> None:
    ann = living.user()
    living.telegram.faults.add(Fault("sendMessage", drop=True, after=True, only=f"chat {ann.id}."))
    living.telegram.say(ann, "/imagine a fox --ar 1:1")
    await living.gets_picture(ann)
    await living.settled()
    (stray,) = [message for message in living.of_bot(ann) if message.text]
    living.telegram.press(ann, stray, "Cancel")
    await living.toasted(stray, "finished")
    await living.until(lambda: living.of_bot(ann) == living.pictures(ann))
