"""The dispatcher with all handlers over a real ledger, in virtual time."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from aiogram.types import Update

from bot.app import App
from core import json_text
from core.model import Accepted, Request
from storage.drafts import Drafts
from storage.rows import read_request
from storage.schema import requests
from tests.support.factories import AMPLE, generation_request
from tests.support.fake_apis import DispatcherTelegram, FakeProvider, KillSwitch
from tests.support.in_process_app import open_app
from tests.support.virtual_loop import LoopClock, VirtualLoop

T = TypeVar("T")
OWNER = 7
"""The user whose request exists from the start."""


class DispatcherHarness:
    """Feeds updates to the dispatcher, one after the other. `owned` is a request of `OWNER`."""

    def __init__(self, database_url: str) -> None:
        self._runner = asyncio.Runner(loop_factory=VirtualLoop)
        self.telegram = DispatcherTelegram(KillSwitch())
        self.app = self.run(self._start(database_url))
        self.drafts = Drafts(database=self.app.database, clock=LoopClock())
        self.owned = self.run(self._submit())
        self.updates = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop of the application and return its result."""
        return self._runner.run(work)

    def feed(self, content: dict[str, Any]) -> None:
        """Parse an update as the bot parses it, and handle it. An error in a handler fails the test."""
        self.updates += 1
        received = json_text.loads(json.dumps({"update_id": self.updates, **content}))
        update = Update.model_validate(received, context={"bot": self.app.bot})

        async def handle() -> None:
            await self.app.dispatcher.feed_update(self.app.bot, update)
            await asyncio.sleep(0.01)

        with structlog.testing.capture_logs() as logged:
            self.run(handle())
        assert not [line for line in logged if line["event"] == "handler failed"]

    def wait(self, seconds: float) -> None:
        """Let virtual time pass."""
        self.run(asyncio.sleep(seconds))

    def requests_of(self, user_id: int) -> list[Request]:
        """Return all requests of a user, oldest first."""
        statement = sa.select(requests).where(requests.c.user_id == user_id).order_by(requests.c.id)
        return self.run(
            self.app.database.read(
                lambda connection: [read_request(row) for row in connection.execute(statement)]
            )
        )

    def close(self) -> None:
        """Stop the application."""
        self.run(self.app.stop())
        self._runner.close()

    async def _start(self, database_url: str) -> App:
        app = await open_app(
            database_url,
            telegram=self.telegram,
            provider=FakeProvider(self.telegram.kill_switch),
            clock=LoopClock(),
            telegram_rate=100_000,
            daily_quota=1_000_000,
            user_queue_limit=1_000,
        )
        await app.start()
        return app

    async def _submit(self) -> Request:
        accepted = await self.app.engine.submit(generation_request(1, OWNER), AMPLE)
        assert isinstance(accepted, Accepted)
        return accepted.request
