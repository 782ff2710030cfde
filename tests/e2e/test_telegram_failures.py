"""Failures of the Bot API: the final state of the chat, and the lack of effects on other users.

All failures of tests/support/telegram_failures.py happen at the same time.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiogram.types import Message, User

from playground import faults
from playground.faults import Fault
from playground.inline_state import ANSWER_SECONDS
from playground.methods import METHODS
from tests.support.selling import SELLS, balance_of, choose, invoices, pay
from tests.support.telegram_failures import TELEGRAM_FAILURES, Awaited, Seen, TelegramFailure
from tests.support.world import ADMIN, World, buttons, jpeg, open_world

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

COMMANDS = {
    Awaited.GROUP_NOTICE: "/imagine nsfw --ar 1:1",
    Awaited.ANSWER: "/quota",
    Awaited.CANCEL: "/imagine slow --ar 1:1",
    Awaited.GRID: "/imagine a fox --ar 1:1 --n 2",
}
STATUS = ("Drawing", "on its way to you", "drawing the rest", "on their way to you")
"""The words of a status message. It has the second ones if the picture waits for Telegram at its next edit."""
TEXTS = {
    Awaited.GROUP_NOTICE: ("won’t draw this description",),
    Awaited.ANSWER: ("0 of 20 used",),
    Awaited.CANCEL: ("Cancelled",),
    Seen.PICTURE_AND_STATUS: STATUS,
    Seen.STATUS_ONLY: STATUS,
    Seen.SOURCE_REFUSED: ("Telegram no longer has the picture you want changed",),
    Seen.SOURCE_TOO_LARGE: ("That file is over 20 MB",),
    Awaited.EXPORT: ("I’m gathering all I keep about you", "could not get the copy of your data through"),
}
"""The words of the texts in a chat, by the thing awaited or by the final state. One of them is in each text."""
MESSAGES = {
    Seen.PICTURE: (1, 0, 0),
    Seen.PICTURE_TWICE: (2, 0, 0),
    Seen.FILE: (0, 1, 0),
    Seen.PICTURE_AND_STATUS: (1, 0, 1),
    Seen.TEXT: (0, 0, 1),
    Seen.TEXT_TWICE: (0, 0, 2),
    Seen.NOTHING: (0, 0, 0),
    Seen.STATUS_ONLY: (0, 0, 1),
    Seen.SOURCE_REFUSED: (0, 0, 1),
    Seen.SOURCE_TOO_LARGE: (0, 0, 1),
    Seen.PICTURE_STAYS: (1, 0, 0),
    Seen.COPY: (1, 1, 1),
    Seen.COPY_TWICE: (1, 2, 1),
    Seen.COPY_FAILED: (1, 0, 2),
    Seen.COPY_MISSING: (1, 0, 1),
}
"""The numbers of photos, files and texts in a chat."""


AFTER_PICTURE = {Awaited.DELETION, Awaited.EXPORT}
"""The things for which a user waits after the picture came. Its calls do not fail."""
COUNTED = {Seen.PICTURE, Seen.FILE, Seen.PICTURE_TWICE, Seen.PICTURE_AND_STATUS}


@dataclass(slots=True)
class Case:
    """A failure with a user and a chat of its own."""

    failure: TelegramFailure
    user: User
    chat_id: int
    fault: Fault
    pressed: bool = False

    @classmethod
    def begin(cls, world: World, failure: TelegramFailure) -> "Case":
        user = world.add_user()
        in_group = failure.waits_for in {Awaited.GROUP_PICTURE, Awaited.GROUP_NOTICE}
        chat_id = world.add_group(user) if in_group else user.id
        only = "a later call" if failure.waits_for in AFTER_PICTURE else f"chat {chat_id}."
        return cls(failure, user, chat_id, world.telegram.faults.add(failure.fault(only)))

    def send(self, world: World) -> None:
        """Send the message that leads to the failing call."""
        if self.failure.waits_for is Awaited.EDIT:
            photo = world.send_photo(self.user, jpeg(), caption="make it night").photo
            self.fault.only = f"file {photo[-1].file_id}." if photo else ""
            return
        command = COMMANDS.get(self.failure.waits_for, "/imagine a fox --ar 1:1")
        world.telegram.say(self.user, command, chat_id=self.chat_id)

    def has_status(self, world: World) -> bool:
        """Return whether the calls that precede the picture are made: the tasks may end. Presses Cancel if needed."""
        if self.failure.waits_for is Awaited.CANCEL:
            return self.is_over(world)
        if self.failure.method == "setMessageReaction":
            return self.fault.hits > 0
        if self.failure.waits_for in {Awaited.PICTURE, Awaited.GRID}:
            return bool(self.fault.hits if self.failure.method == "sendMessage" else world.texts(self.user))
        return True

    def is_over(self, world: World) -> bool:
        """Return whether nothing more will happen. Presses Cancel as soon as there is a button."""
        messages = world.messages_in(self.chat_id)
        if self.failure.waits_for is Awaited.CANCEL and not self.pressed and messages:
            self.pressed = True
            world.telegram.press(self.user, messages[0], "Cancel")
        if self.failure.waits_for is Awaited.ANSWER:
            return self.fault.hits > 0 and (
                self.failure.sees is Seen.NOTHING or self._is_as_expected(world, messages)
            )
        if self.failure.waits_for in AFTER_PICTURE and self.pressed:
            return self.fault.hits > 0 and self._is_as_expected(world, messages)
        rows = world.rows("SELECT id, closed_at FROM requests WHERE user_id = ?", self.user.id)
        if any(row["closed_at"] is None for row in rows):
            return False
        if self.failure.waits_for in AFTER_PICTURE and rows:
            self._go_on(world, messages[0], rows[0]["id"])
            return False
        return bool(rows)

    def _go_on(self, world: World, picture: Message, request_id: int) -> None:
        """Delete the picture that came, or ask for a copy of the data. The fault applies from now on."""
        self.pressed, self.fault.only = True, f"chat {self.chat_id}."
        if self.failure.waits_for is Awaited.EXPORT:
            world.telegram.say(self.user, "/export")
        else:
            world.telegram.press_data(self.user, picture, f"x:{request_id}:y:0")

    def deviation(self, world: World) -> str | None:
        """Return a description of the chat if it is not in the expected state."""
        messages, used = world.messages_in(self.chat_id), world.quota_used(self.user)
        counts = self.failure.sees in COUNTED or self.failure.waits_for in AFTER_PICTURE
        pictures = 2 if self.failure.waits_for is Awaited.GRID else 1
        if self._is_as_expected(world, messages) and used == counts * pictures and self.fault.hits:
            return None
        found = [message.text or message.caption or "a file" for message in messages]
        return f"{self.failure}: {found}, {used} used, {self.fault.hits} failed calls"

    def _is_as_expected(self, world: World, messages: list[Message]) -> bool:
        if (
            self.failure.waits_for is Awaited.CANCEL and not messages
        ):  # the text is deleted after half a minute
            cancelled = [
                e for e in world.telegram.chats.events if (e.kind, e.chat_id) == ("edited", self.chat_id)
            ]
            return any(words in event.text for event in cancelled for words in TEXTS[Awaited.CANCEL])
        photos = sum(message.photo is not None for message in messages)
        files = sum(message.document is not None for message in messages)
        texts = [message.text for message in messages if message.text]
        words = TEXTS.get(self.failure.sees, TEXTS.get(self.failure.waits_for, ("",)))
        return (photos, files, len(texts)) == MESSAGES[self.failure.sees] and all(
            any(part in text for part in words) for text in texts
        )


async def _wait_for_all(world: World, cases: list[Case], reached: Callable[[Case], bool]) -> None:
    """Wait until each case has reached a state once."""
    left = cases

    def none_left() -> bool:
        nonlocal left
        left = [case for case in left if not reached(case)]
        return not left

    await world.process.wait_until(none_left)


@pytest.mark.long(84)
async def test_each_failure_leaves_the_chat_in_the_documented_state(
    tmp_path: Path, database_url: str
) -> None:
    async with open_world(tmp_path, DATABASE_URL=database_url, MAX_IN_FLIGHT="100") as world:
        world.hold_tasks()
        cases = [Case.begin(world, failure) for failure in TELEGRAM_FAILURES]
        await world.process.start(USER_CONCURRENCY="1")
        for case in cases:
            case.send(world)
        await _wait_for_all(world, cases, lambda case: case.has_status(world))
        world.finish_tasks()
        with contextlib.suppress(TimeoutError):  # the deviations below explain more
            await _wait_for_all(world, cases, lambda case: case.is_over(world))
        assert [deviation for case in cases if (deviation := case.deviation(world))] == []
        assert all(case.is_over(world) for case in cases)
        assert not any("exception" in line for line in world.process.log)


FIRST_CALLS = {
    "429": faults.telegram(429, "Too Many Requests: retry after 1", retry_after=1),
    "500": faults.telegram(500, "Internal Server Error"),
    "reset": None,
}
NEVER_CALLED = {"editEphemeralMessageText", "editEphemeralMessageReplyMarkup", "getMyStarBalance"}
"""Methods of the stand-in that the bot does not need yet."""
CALLED_BY_SETUP = {"getChatMenuButton", "setChatMenuButton", "getUserProfilePhotos", "setMyProfilePhoto"}
"""Methods that only `imagine-bot setup` calls (tests/e2e/test_setup.py)."""
CALLED_BY_SHOP = {
    *("sendInvoice", "createInvoiceLink", "answerPreCheckoutQuery"),
    *("refundStarPayment", "getStarTransactions", "editUserStarSubscription"),
}
"""Methods that the bot calls if it sells pictures."""
CALLED_WHILE_POLLING = (
    {*METHODS, "getUpdates", "deleteWebhook"} - NEVER_CALLED - CALLED_BY_SETUP - CALLED_BY_SHOP
)


async def _press_sticker(world: World, user: User, message: Message) -> None:
    found = "SELECT id FROM requests WHERE result_message_id = ?"
    await world.process.wait_until(lambda: world.rows(found, message.message_id))
    request_id = world.rows(found, message.message_id)[0]["id"]
    world.telegram.press_data(user, message, f"x:{request_id}:k:0")


async def _use_group_buttons(world: World, user: User, bot_admin: User, picture: Message) -> None:
    """Open and close the shapes of a picture in a group, make it the group's photo, and report it."""
    chats, group = world.telegram.chats, picture.chat.id

    def shapes() -> list[Message]:
        return [one for one in chats.ephemeral_messages.values() if "« Back" in buttons(one)]

    world.telegram.press(user, picture, "Shape")
    await world.wait_until(shapes)
    world.telegram.press(user, shapes()[0], "Back")
    await world.wait_until(lambda: not shapes())
    chats.may_change_info.add(group)
    world.telegram.press(user, picture, "More")
    await world.wait_until(lambda: "🖼 Group photo" in buttons(world.current(picture)))
    world.telegram.press(user, world.current(picture), "Group photo")
    await world.wait_until(lambda: group in chats.group_photos)
    world.telegram.say(user, "/report", reply_to=picture, chat_id=group)
    copy = await world.wait_for_picture_in(bot_admin.id)
    world.telegram.press(bot_admin, copy, "Fine")
    await world.wait_until(lambda: not buttons(world.current(copy)))


@pytest.mark.long(36)
@pytest.mark.parametrize("kind", FIRST_CALLS)
async def test_the_first_call_of_each_method_may_fail(own_bot: World, kind: str) -> None:
    answer = FIRST_CALLS[kind]
    rules = {
        method: own_bot.telegram.faults.add(Fault(method, answer=answer, drop=answer is None))
        for method in sorted(CALLED_WHILE_POLLING)
    }
    await own_bot.process.start(ADMIN_IDS=str(ADMIN))
    ann, olga = own_bot.add_user(), own_bot.add_user(name="Olga", user_id=ADMIN)
    group = own_bot.add_group(ann)
    own_bot.hold_tasks()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_text(ann, "Drawing")
    own_bot.finish_tasks()
    drawn = await own_bot.wait_for_picture(ann)
    own_bot.telegram.press(ann, drawn, "Shape")
    await own_bot.wait_until(lambda: "« Back" in buttons(own_bot.current(drawn)))
    own_bot.telegram.press(ann, drawn, "Original")
    await own_bot.wait_until(lambda: any(message.document for message in own_bot.messages_to(ann)))
    own_bot.send_photo(ann, jpeg(), caption="make it night")
    changed = await own_bot.wait_for_picture(ann, 3)
    own_bot.telegram.press(ann, changed, "Before")
    before = await own_bot.wait_for_picture(ann, 4)
    own_bot.telegram.press(ann, before, "After")
    await own_bot.wait_until(lambda: own_bot.current(before).caption == "make it night")
    for number, message in enumerate((drawn, changed), start=1):
        await _press_sticker(own_bot, ann, message)
        await own_bot.wait_until(
            lambda: sum(m.sticker is not None for m in own_bot.messages_to(ann)) == number  # noqa: B023
        )
    own_bot.telegram.say(ann, "/language")
    choice = await own_bot.wait_for_text(ann, "Which language")
    for label, marked in (("English", "✓ English"), ("Same", "✓ Same as Telegram")) * 2:
        own_bot.telegram.press(ann, choice, label)
        await own_bot.wait_until(lambda: marked in buttons(own_bot.current(choice)))  # noqa: B023
        await own_bot.wait_until_handled()
    own_bot.telegram.say(ann, "/settings", chat_id=group)
    menu = await own_bot.wait_for_text_in(group, "Drawing in this group")
    for access in ("Nobody", "Everybody"):
        own_bot.telegram.press(ann, menu, access)
        await own_bot.wait_until(lambda: f"✓ {access}" in buttons(own_bot.current(menu)))  # noqa: B023
    own_bot.hold_tasks()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    await own_bot.wait_until(lambda: rules["setMessageReaction"].hits)
    own_bot.finish_tasks()
    shared = await own_bot.wait_for_picture_in(group)
    await own_bot.wait_until_closed()
    await _use_group_buttons(own_bot, ann, olga, shared)
    while not rules["answerInlineQuery"].hits:  # the bot answers no query that waited for ten seconds
        own_bot.telegram.ask_inline(ann, "a fo")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(rules["answerInlineQuery"].begun.wait(), ANSWER_SECONDS)
    mention, _ = own_bot.telegram.mention(ann, group, "@imagine_demo_bot")
    await own_bot.wait_until(lambda: own_bot.replies_to(group, mention.message_id))
    await own_bot.wait_until_closed()
    own_bot.telegram.say(olga, "/audit")
    news = await own_bot.wait_for_text(olga, "Actions of admins")
    own_bot.telegram.say(olga, "/broadcast", reply_to=news)
    await own_bot.wait_until(lambda: rules["copyMessage"].hits)
    await own_bot.process.wait_for_log("menus set")
    await own_bot.wait_until(lambda: rules["setMyShortDescription"].hits)  # the last of the descriptions
    used = own_bot.quota_used(ann)
    own_bot.telegram.say(ann, "/forget")
    own_bot.telegram.press(ann, await own_bot.wait_for_text(ann, "Delete all I keep"), "Delete")
    await own_bot.wait_until(lambda: not own_bot.telegram.chats.sticker_sets)
    assert [method for method, rule in rules.items() if not rule.hits] == []
    assert used == own_bot.quota_used(ann) == len(own_bot.media.tasks) == 3


@pytest.mark.parametrize("kind", FIRST_CALLS)
async def test_the_first_call_of_each_method_of_the_shop_may_fail(own_bot: World, kind: str) -> None:
    answer = FIRST_CALLS[kind]
    rules = {
        method: own_bot.telegram.faults.add(Fault(method, answer=answer, drop=answer is None))
        for method in sorted(CALLED_BY_SHOP)
    }
    await own_bot.process.start(**SELLS)
    ann, olga = own_bot.add_user(), own_bot.add_user(name="Olga", user_id=ADMIN)
    while not invoices(own_bot, ann):  # one whose fate is unknown is not sent again
        await choose(own_bot, ann, "20 pictures")
    charge = await pay(own_bot, ann, invoices(own_bot, ann)[0])
    await own_bot.wait_for_text(ann, "Thank you! 20 pictures")
    own_bot.telegram.say(olga, f"/refund {charge}")
    await own_bot.wait_for_text(ann, "50 ⭐ are refunded")
    own_bot.telegram.stars.top_up(ann, 450)
    await choose(own_bot, ann, "🔁 300 a month")
    offer = await own_bot.wait_for_text(ann, "300 pictures a month for 450 ⭐.")
    assert offer.reply_markup is not None
    await pay(own_bot, ann, offer.reply_markup.inline_keyboard[0][0].url or "")
    await own_bot.wait_for_text(ann, "Thank you! 300 pictures")
    lines = await balance_of(own_bot, ann)
    assert lines[2] == "Paid: 300."
    own_bot.telegram.press(ann, own_bot.messages_to(ann)[-1], "Cancel")
    await own_bot.wait_for_text(ann, "The subscription is not renewed any more.")
    await own_bot.wait_until(lambda: rules["getStarTransactions"].hits)
    assert [method for method, rule in rules.items() if not rule.hits] == []
