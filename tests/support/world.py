"""A bot process between the two stand-ins, with the actions of its users."""

import asyncio
import contextlib
import io
import itertools
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiogram.types import Message, User
from PIL import Image

from playground import files
from playground.inline_state import ANSWER_SECONDS, InlineQueryState
from playground.media import Media
from playground.serve import KEY, TOKEN, stand_ins
from playground.telegram import Telegram
from storage.schema import durations
from tests.support.bot_process import CHECK_SECONDS, BotProcess
from tests.support.ledger import Row, connect, read_rows
from tests.support.process_launcher import DEADLINE

TASK_SECONDS = 0.6
ADMIN = 99
"""The id of the bot admin, if a test has one."""
KNOWN_DURATIONS = 3
"""Durations in the ledger of a bot that has run before."""
ONE_PROCESS = {"ENGINE": "local"}
"""Settings of a bot that is the only process of its ledger, on either database."""


@dataclass(slots=True)
class World:
    """Everything that an end-to-end test uses. `folder` is the folder of the test, which may hold the ledger."""

    telegram: Telegram
    media: Media
    process: BotProcess
    folder: Path
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(10_000))

    # Users and chats

    def add_user(self, language: str = "en", name: str = "Ann", user_id: int | None = None) -> User:
        """Add a user with a private chat."""
        return self.telegram.chats.add_user(user_id or next(self._ids), language, name)

    def add_group(self, *members: User, topics: dict[int, str] | None = None, forum: bool = False) -> int:
        """Add a group and return its id. The first member is its creator."""
        chat_id = (-1_000_000_000_000 if forum or topics else 0) - next(self._ids)
        status = {user.id: "creator" if user is members[0] else "member" for user in members}
        self.telegram.chats.add_group(chat_id, "Friends <&>", status, topics)
        return chat_id

    def add_club(self, *members: User) -> int:
        """Add a group of which the bot is no member, and return its id."""
        chat_id = self.add_group(*members)
        self.telegram.chats.blocked.add(chat_id)
        return chat_id

    def send_photo(self, user: User, image: bytes, **more: Any) -> Message:
        """Send a photo as a user."""
        return self.telegram.send(user, photo=files.photo_sizes(self.telegram.chats, image), **more)

    async def ask_inline(self, user: User, text: str, *, offset: str = "") -> tuple[str, InlineQueryState]:
        """Type a query after the bot's name, and return its id with the bot's answer.

        A query whose answer would come too late is typed again, as users do on a slow day.
        """
        for _ in range(round(DEADLINE / ANSWER_SECONDS)):
            query_id = self.telegram.ask_inline(user, text, offset=offset)
            query = self.telegram.inline.queries[query_id]
            with contextlib.suppress(TimeoutError):
                await self.telegram.chats.until(lambda: query.results is not None, ANSWER_SECONDS)  # noqa: B023
                return query_id, query
        raise AssertionError(f"the query {text!r} is not answered; log {self.process.lines[-10:]}")

    # The provider

    def hold_tasks(self) -> None:
        """Let no task end before `finish_tasks`, so that a test has time while tasks run."""
        self.media.duration = lambda: 3_600.0

    def finish_tasks(self) -> None:
        """End all running tasks now. Later ones end after a moment."""
        self.media.duration = lambda: TASK_SECONDS
        now = time.monotonic()
        for task in self.media.tasks.values():
            task.done_at = min(task.done_at, now)

    async def deliver_one_and_hold_one(self, user: User) -> None:
        """Let a user get a picture, and ask for another one that lasts until `finish_tasks`."""
        self.telegram.say(user, "/imagine a fox --ar 1:1")
        await self.wait_for_picture(user)
        self.hold_tasks()
        self.telegram.say(user, "/imagine a lighthouse --ar 1:1")
        await self.wait_until(lambda: self.rows("SELECT 1 FROM requests WHERE state = 'running'"))

    # The messages of the bot, in their current form

    def messages_to(self, user: User) -> list[Message]:
        """Return the bot's messages in a private chat."""
        return self.messages_in(user.id)

    def messages_in(self, chat_id: int) -> list[Message]:
        """Return the bot's messages in a chat."""
        return self.telegram.chats.of_bot(chat_id)

    def pictures(self, user: User) -> list[Message]:
        """Return the photos and documents in a private chat."""
        return _pictures(self.messages_to(user))

    def texts(self, user: User) -> list[str]:
        """Return the texts in a private chat."""
        return [message.text for message in self.messages_to(user) if message.text]

    def replies_to(self, chat_id: int, message_id: int) -> list[Message]:
        """Return the bot's replies to a message."""
        return [
            message
            for message in self.messages_in(chat_id)
            if message.reply_to_message is not None and message.reply_to_message.message_id == message_id
        ]

    def current(self, message: Message) -> Message:
        """Return the current form of a message."""
        return self.telegram.chats.messages[message.chat.id, message.message_id]

    def open_picture(self, message: Message) -> Image.Image:
        """Open the picture in the current form of a message, as Telegram gives it out."""
        now = self.current(message)
        file_id = now.photo[-1].file_id if now.photo else now.document.file_id if now.document else ""
        return Image.open(io.BytesIO(files.served(self.telegram.chats.files[file_id], file_id)))

    # Waiting

    async def wait_until(self, ready: Callable[[], object], seconds: float = DEADLINE) -> None:
        """Wait until a condition holds, checked at each event in the chats and every `CHECK_SECONDS`."""
        deadline = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(TimeoutError):
                await self.telegram.chats.until(ready, CHECK_SECONDS)
                return
        if not ready():
            events = [(e.kind, e.chat_id, e.text) for e in self.telegram.chats.events[-15:]]
            raise AssertionError(f"did not happen; last events {events}; log {self.process.lines[-10:]}")

    async def wait_for_text(self, user: User, words: str) -> Message:
        """Wait for a message with these words in a private chat, and return it."""
        return await self.wait_for_text_in(user.id, words)

    async def wait_for_text_in(self, chat_id: int, words: str) -> Message:
        """Wait for a message with these words in a chat, and return the newest one."""

        def found() -> Message | None:
            messages = reversed(self.messages_in(chat_id))
            return next((message for message in messages if words in (message.text or "")), None)

        await self.wait_until(found)
        message = found()
        assert message is not None
        return message

    async def wait_for_invoice(self, user: User, count: int = 1) -> Message:
        """Wait until a private chat has so many invoices, and return the newest one, for `telegram.pay`."""

        def found() -> list[Message]:
            return [message for message in self.messages_to(user) if message.invoice is not None]

        await self.wait_until(lambda: len(found()) >= count)
        return found()[-1]

    async def wait_for_picture(self, user: User, count: int = 1) -> Message:
        """Wait until a private chat has so many pictures, and return the newest one."""
        return await self.wait_for_picture_in(user.id, count)

    async def wait_for_picture_in(self, chat_id: int, count: int = 1) -> Message:
        """Wait until a chat has so many pictures, and return the newest one."""
        await self.wait_until(lambda: len(_pictures(self.messages_in(chat_id))) >= count)
        return _pictures(self.messages_in(chat_id))[-1]

    async def wait_for_ephemeral(self, chat_id: int, user: User, words: str) -> None:
        """Wait until a user gets an ephemeral message with these words in a group."""
        await self.wait_until(
            lambda: any(
                e.kind == "ephemeral" and (e.chat_id, e.to) == (chat_id, user.id) and words in e.text
                for e in self.telegram.chats.events
            )
        )

    async def wait_for_toast(self, message: Message, words: str, *, alert: bool = False) -> None:
        """Wait until a press of a message's button is answered with these words, in an alert if asked for."""
        await self.wait_until(
            lambda: any(
                (e.kind, e.message_id, e.alert) == ("toast", message.message_id, alert) and words in e.text
                for e in self.telegram.chats.events
            )
        )

    async def wait_until_handled(self) -> None:
        """Wait until the bot has handled every update."""
        await self.process.wait_until(self.has_handled_all)

    def has_handled_all(self) -> bool:
        """Return whether the bot has handled every update."""
        return not self.telegram.waiting() and not self.rows("SELECT 1 FROM inbox WHERE payload IS NOT NULL")

    async def wait_until_closed(self, seconds: float = DEADLINE) -> None:
        """Wait until every request is closed."""
        await self.process.wait_until(
            lambda: not self.rows("SELECT 1 FROM requests WHERE closed_at IS NULL LIMIT 1"), seconds
        )

    # The ledger

    def rows(self, query: str, *values: object) -> Sequence[Row]:
        """Query the ledger."""
        return read_rows(self.process.settings["DATABASE_URL"], query, *values)

    def quota_used(self, user: User) -> int:
        """Return the quota units that a user has used on all days."""
        rows = self.rows("SELECT coalesce(sum(used), 0) AS used FROM quotas WHERE subject_id = ?", user.id)
        return int(rows[0]["used"])


def store_durations(url: str) -> None:
    """Store some durations in a new ledger, as an earlier run of the bot leaves them.

    A bot that has learned them polls a task after `TASK_SECONDS`, one without any after more than three seconds.
    """
    with connect(url) as ledger:
        ledger.execute(sa.insert(durations), [{"shortest": 0.5, "longest": 0.8}] * KNOWN_DURATIONS)


@asynccontextmanager
async def open_world(folder: Path, **settings: str) -> AsyncIterator[World]:
    """Yield a world with a bot that is not started yet. The bot is killed at the end."""
    telegram = Telegram(TOKEN)
    media = Media(KEY, duration=lambda: TASK_SECONDS, pixels=20_000)
    async with stand_ins(telegram, media) as stand_in_settings:
        own = ONE_PROCESS | {"DATABASE_URL": f"sqlite:///{folder}/bot.sqlite3", "LISTEN": "127.0.0.1:0"}
        world = World(telegram, media, BotProcess(stand_in_settings | own | settings, folder), folder)
        try:
            yield world
        finally:
            await world.process.kill()
        check_secrets(world, world.process)


def check_secrets(world: World, process: BotProcess) -> None:
    """Check that neither secret has left the bot, except in the calls that need it.

    Every end-to-end test ends here, so the check covers the logs, the messages and the calls of all of them.
    """
    token, key = TOKEN.partition(":")[2], KEY
    sent = [*world.telegram.seen, *(event.text for event in world.telegram.chats.events)]
    for place, lines in {"the log": process.lines, "a message": sent}.items():
        assert not any(token in line or key in line for line in lines), f"a secret is in {place}"
    received = [*world.media.bodies, *world.media.received]
    assert not any(token in line for line in received), "the token reached the media API"


def _pictures(messages: list[Message]) -> list[Message]:
    return [message for message in messages if message.photo or message.document]


def buttons(message: Message) -> list[str]:
    """Return the labels of a message's buttons."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else []
    return [button.text for row in rows for button in row]


def jpeg(width: int = 120, height: int = 90, colour: str = "orange", **save: Any) -> bytes:
    """Return a photo: the left half in this colour, the right half white."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste(colour, (0, 0, width // 2, height))
    out = io.BytesIO()
    picture.save(out, "JPEG", **save)
    return out.getvalue()
