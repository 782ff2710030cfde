"""The work of the ledger for one ordinary generation on SQLite. A change of these numbers is a decision."""

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiogram import Bot
from aiogram.methods.base import TelegramMethod

from bot.polling import GetRawUpdates
from core.model import State
from tests.support.fake_apis import DispatcherTelegram, FakeProvider, KillSwitch
from tests.support.in_process_app import open_app
from tests.support.ledger import file_url
from tests.support.manual_clock import START
from tests.support.virtual_loop import LoopClock, virtual_time

USER = 7
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE) \(*(?:SELECT .* FROM )?(\w+)")


class PolledTelegram(DispatcherTelegram):
    """The Bot API with `updates` that long polling receives."""

    def __init__(self) -> None:
        super().__init__(KillSwitch())
        self.updates: list[dict[str, Any]] = []

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:  # noqa: ASYNC109
        if not isinstance(method, GetRawUpdates):
            return await super().make_request(bot, method, timeout)
        await asyncio.sleep(1.0)
        received, self.updates = self.updates, []
        return received


class LedgerWork:
    """The transactions of all connections, each as the verbs and tables of its statements."""

    def __init__(self) -> None:
        self.transactions: list[list[str]] = []
        self._open: dict[int, list[str]] = {}

    def begin(self, connection: sa.Connection) -> None:
        """Note a transaction that begins (sqlalchemy.events.ConnectionEvents)."""
        self.transactions.append([])
        self._open[id(connection)] = self.transactions[-1]

    def execute(self, connection: sa.Connection, _cursor: object, sql: str, *_more: object) -> None:
        """Note a statement (sqlalchemy.events.ConnectionEvents)."""
        words = " ".join(sql.split())
        table = _TABLE.search(words)
        self._open[id(connection)].append(f"{words.split()[0]} {table[1] if table else ''}".strip())

    @property
    def reads(self) -> list[list[str]]:
        """The transactions without a change."""
        return [one for one in self.transactions if all(words.startswith("SELECT") for words in one)]

    @property
    def writes(self) -> list[list[str]]:
        """The transactions with a change."""
        return [one for one in self.transactions if one not in self.reads]


@contextmanager
def _observed() -> Iterator[LedgerWork]:
    """Yield the work of the ledger from now on to the end of the block."""
    work = LedgerWork()
    events: dict[str, Callable[..., None]] = {
        "begin": work.begin,
        "before_cursor_execute": work.execute,
    }
    for name, listener in events.items():
        sa.event.listen(sa.Engine, name, listener)
    try:
        yield work
    finally:
        for name, listener in events.items():
            sa.event.remove(sa.Engine, name, listener)


def _command(number: int) -> dict[str, Any]:
    """Return the raw update of an /imagine in a private chat."""
    user = {"id": USER, "is_bot": False, "first_name": "U"}
    chat = {"id": USER, "type": "private", "first_name": "U"}
    message = {
        "message_id": number,
        "date": int(START),
        "chat": chat,
        "from": user,
        "text": f"/imagine fox {number} --ar 1:1",
        "entities": [{"type": "bot_command", "offset": 0, "length": 8}],
    }
    return {"update_id": number, "message": message}


@virtual_time
async def test_the_work_of_one_generation(tmp_path: Path, migrated_file: Path) -> None:
    """The second request of a user: the first one fills the caches of bans, preferences and strikes."""
    url = file_url(shutil.copy(migrated_file, tmp_path))
    telegram = PolledTelegram()
    telegram.answer_seconds = 0.1
    provider = FakeProvider(telegram.kill_switch)
    app = await open_app(url, telegram=telegram, provider=provider, clock=LoopClock())
    await app.start()
    polling = asyncio.create_task(app.polling.run())
    telegram.updates = [_command(1)]
    await asyncio.sleep(30.0)
    with _observed() as work:
        telegram.updates = [_command(2)]
        await asyncio.sleep(30.0)
    request = await app.requests.get(2)
    assert request is not None
    assert (request.state, request.closed_at is not None) == (State.DELIVERED, True)
    assert work.reads == [["SELECT drafts"]]
    assert work.writes == [
        ["INSERT inbox"],
        ["SELECT requests", "INSERT quotas", "INSERT requests"],
        ["UPDATE inbox", "UPDATE requests"],  # submitting
        ["UPDATE requests"],  # running
        ["UPDATE requests"],  # the id of the status message
        ["UPDATE requests", "INSERT durations"],  # ready
        ["UPDATE requests"],  # delivering
        ["UPDATE requests"],  # delivered
        ["UPDATE requests"],  # closed
    ]
    assert sum(map(len, work.transactions)) == 14
    polling.cancel()
    await app.stop()
