"""The real bot process between the two stand-ins, and the hands of the people who use it."""

import asyncio
import contextlib
import io
import itertools
import json
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from aiogram.types import Message, User
from PIL import Image

from playground import files
from playground.media import Media
from playground.serve import KEY, TOKEN, stand_ins
from playground.telegram import Telegram
from tests.support.process_launcher import ROOT, Child, ForkServer, by_command

DEADLINE = 25.0
LOOK_AGAIN = 0.25


@dataclass(slots=True)
class BotProcess:
    """The bot in a process of its own, with its JSON log parsed line by line. `fork_server`, if set, starts it faster.

    `die_at` names the ledger operation at which the next process is killed (tests.support.fork_server). `clock` names
    a file with the seconds by which the clock of the process is set forward.
    """

    fork_server: ClassVar[ForkServer | None] = None
    settings: dict[str, str]
    die_at: str = ""
    clock: Path | None = None
    log: list[dict[str, Any]] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    _process: Child | None = None
    _reader: asyncio.Task[None] | None = None
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def start(self, *, until: str | None = "ready", **settings: str) -> None:
        """Start the process and wait until it has logged this."""
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LOG_FORMAT": "json"}
        self.log.clear()
        folder = Path(self.settings["DATABASE_URL"].removeprefix("sqlite:///")).parent
        environment |= self.settings | settings
        if self.fork_server is None:
            assert not self.die_at
            assert self.clock is None
            self._process = await by_command(environment, folder)
        else:
            kill_switch = {"die_at": self.die_at, "clock": str(self.clock or "")}
            self._process = await self.fork_server.spawn(environment, folder, kill_switch)
            self.die_at = ""
        self._reader = asyncio.create_task(self._read())
        if until is not None:
            await self.logged(until)

    async def logged(self, event: str, seconds: float = DEADLINE) -> dict[str, Any]:
        """Wait for a log line and return it."""

        def found() -> dict[str, Any] | None:
            return next((line for line in self.log if line.get("event") == event), None)

        await self.until(lambda: found() or self.ended, seconds)
        line = found()
        assert line is not None, f"the process ended without {event!r}:\n" + "\n".join(self.raw[-20:])
        return line

    async def until(self, ready: Callable[[], object], seconds: float = DEADLINE) -> None:
        """Wait until something holds, looking at each line the process logs. Raises TimeoutError.

        The ledger may change with no line logged, so it is looked at now and then besides.
        """
        async with asyncio.timeout(seconds), self._changed:
            while not ready():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), LOOK_AGAIN)

    @property
    def ended(self) -> bool:
        """Whether the process is gone and its log is read."""
        return self._reader is None or self._reader.done()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def address(self) -> str:
        """Return where it listens."""
        return f"http://{(await self.logged('listening'))['address']}"

    async def kill(self) -> None:
        """`kill -9`."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """SIGTERM; return the exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        with contextlib.suppress(ProcessLookupError):
            if not self.ended:
                os.kill(self._process.pid, number)
        code = await self._process.wait()
        if self._reader is not None:
            await self._reader
        self._process = None
        return code

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            text = line.decode().rstrip()
            self.raw.append(text)
            try:
                self.log.append(json.loads(text))
            except ValueError:
                self.log.append({"event": text})
            async with self._changed:
                self._changed.notify_all()
        async with self._changed:
            self._changed.notify_all()


@dataclass(slots=True)
class World:
    """Everything an end-to-end test touches."""

    telegram: Telegram
    media: Media
    bot: BotProcess
    folder: Path
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(10_000))

    def user(self, language: str = "en", name: str = "Ann", user_id: int | None = None) -> User:
        """Let somebody new in."""
        return self.telegram.chats.add_user(user_id or next(self._ids), language, name)

    def of_bot(self, user: User) -> list[Message]:
        """Return the bot's messages to a person as they stand."""
        return self.telegram.chats.of_bot(user.id)

    def pictures(self, user: User) -> list[Message]:
        """Return the pictures a person has."""
        return [message for message in self.of_bot(user) if message.photo or message.document]

    def texts(self, user: User) -> list[str]:
        """Return the bot's texts to a person as they stand."""
        return [message.text for message in self.of_bot(user) if message.text]

    async def until(self, ready: Callable[[], object], seconds: float = DEADLINE) -> None:
        """Wait until something holds, looking at whatever happens in the chats, and now and then besides."""
        deadline = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(TimeoutError):
                await self.telegram.chats.until(ready, LOOK_AGAIN)
                return
        if not ready():
            said = [(e.kind, e.chat_id, e.text) for e in self.telegram.chats.events[-15:]]
            raise AssertionError(f"did not come; last seen {said}; log {self.bot.raw[-10:]}")

    async def hears(self, user: User, words: str) -> Message:
        """Wait for a text of the bot's that holds these words, and return it."""

        def found() -> Message | None:
            return next((m for m in reversed(self.of_bot(user)) if words in (m.text or "")), None)

        await self.until(found)
        message = found()
        assert message is not None
        return message

    def group(self, *members: User, topics: dict[int, str] | None = None, forum: bool = False) -> int:
        """Make a group whose first member runs it, and return its id."""
        chat_id = (-1_000_000_000_000 if forum or topics else 0) - next(self._ids)
        status = {user.id: "creator" if user is members[0] else "member" for user in members}
        self.telegram.chats.add_group(chat_id, "Friends <&>", status, topics)
        return chat_id

    def in_chat(self, chat_id: int) -> list[Message]:
        """Return the bot's messages in a chat as they stand."""
        return self.telegram.chats.of_bot(chat_id)

    async def gets_ephemeral(self, chat_id: int, user: User, words: str) -> None:
        """Wait until the user gets an ephemeral message with these words in a group."""
        await self.until(
            lambda: any(
                e.kind == "ephemeral" and (e.chat_id, e.to) == (chat_id, user.id) and words in e.text
                for e in self.telegram.chats.events
            )
        )

    async def source_in(self, chat_id: int, count: int = 1) -> Message:
        """Wait until a chat has so many pictures of the bot's and return the last."""
        await self.until(lambda: len(self._pictures(chat_id)) >= count)
        return self._pictures(chat_id)[-1]

    def _pictures(self, chat_id: int) -> list[Message]:
        return [message for message in self.in_chat(chat_id) if message.photo or message.document]

    def photo(self, user: User, image: bytes, **more: Any) -> Message:
        """Let a person send a photo."""
        return self.telegram.send(user, photo=files.photo_sizes(self.telegram.chats, image), **more)

    def shown(self, message: Message) -> Image.Image:
        """Open the picture of a message as it stands."""
        now = self.telegram.chats.messages[message.chat.id, message.message_id]
        file_id = now.photo[-1].file_id if now.photo else now.document.file_id if now.document else ""
        return Image.open(io.BytesIO(self.telegram.chats.files[file_id]))

    def now(self, message: Message) -> Message:
        """Return a message as it stands."""
        return self.telegram.chats.messages[message.chat.id, message.message_id]

    async def toasted(self, message: Message, words: str) -> None:
        """Wait for a button press on a message to be answered with these words."""
        await self.until(
            lambda: any(
                e.kind == "toast" and e.message_id == message.message_id and words in e.text
                for e in self.telegram.chats.events
            )
        )

    async def gets_picture(self, user: User, count: int = 1) -> Message:
        """Wait until a person has so many pictures and return the last."""
        await self.until(lambda: len(self.pictures(user)) >= count)
        return self.pictures(user)[-1]

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Read the bot's database as it stands."""
        path = self.bot.settings["DATABASE_URL"].removeprefix("sqlite:///")
        connection = sqlite3.connect(path, timeout=10)
        connection.row_factory = sqlite3.Row
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def used(self, user: User) -> int:
        """Return the quota units a person has used over all days."""
        rows = self.rows("SELECT coalesce(sum(used), 0) AS used FROM quotas WHERE subject_id = ?", user.id)
        return int(rows[0]["used"])

    async def settled(self, seconds: float = DEADLINE) -> None:
        """Wait until every request is closed."""
        await self.bot.until(
            lambda: not self.rows("SELECT 1 FROM requests WHERE closed_at IS NULL LIMIT 1"), seconds
        )


@asynccontextmanager
async def world(folder: Path, **settings: str) -> AsyncIterator[World]:
    """Give the stand-ins and a bot that is not started yet; all of it is stopped at the end."""
    telegram = Telegram(TOKEN)
    media = Media(KEY, duration=lambda: 0.6, pixels=20_000)
    async with stand_ins(telegram, media) as live:
        live |= {"DATABASE_URL": f"sqlite:///{folder}/bot.sqlite3", "LISTEN": "127.0.0.1:0"}
        made = World(telegram, media, BotProcess(live | settings), folder)
        try:
            yield made
        finally:
            await made.bot.kill()
        _keeps_its_secrets(made)


def _keeps_its_secrets(made: World) -> None:
    """Look for the bot's token and the API key in all that left the bot while a world lived.

    Every world of the suite ends here, so what is looked through is the whole suite's.
    """
    token, key = TOKEN.partition(":")[2], KEY
    told = [*made.telegram.seen, *(event.text for event in made.telegram.chats.events)]
    for place, lines in {"the log": made.bot.raw, "a message": told}.items():
        assert not any(token in line or key in line for line in lines), f"a secret is in {place}"
    reached = [*made.media.bodies, *made.media.received]
    assert not any(token in line for line in reached), "the token reached the media API"


def buttons(message: Message) -> list[str]:
    """Return the labels of a message's buttons."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else []
    return [button.text for row in rows for button in row]


def jpeg(width: int = 120, height: int = 90, colour: str = "orange", **save: Any) -> bytes:
    """Return a photo whose left half is of this colour, its right half white."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste(colour, (0, 0, width // 2, height))
    out = io.BytesIO()
    picture.save(out, "JPEG", **save)
    return out.getvalue()
