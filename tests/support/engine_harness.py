"""The engine in virtual time, with the rest of the application around it."""

import asyncio
from collections import Counter
from typing import Any

from bot.app import App
from core.model import Request
from tests.support.fake_apis import EngineTelegram, FakeProvider, KillSwitch
from tests.support.in_process_app import open_app
from tests.support.virtual_loop import LoopClock


class EngineHarness:
    """Starts applications one after the other on one ledger, between the same fakes of both APIs."""

    def __init__(self, database_url: str, **settings: Any) -> None:
        self.provider = FakeProvider(KillSwitch())
        self.telegram = EngineTelegram(self.provider.kill_switch)
        self._database_url = database_url
        self._settings = settings

    async def start(self) -> App:
        """Start an application. The caller stops it."""
        app = await open_app(
            self._database_url,
            telegram=self.telegram,
            provider=self.provider,
            clock=LoopClock(),
            **self._settings,
        )
        await app.start()
        return app

    def paid_prompts(self) -> list[str]:
        """Return the prompts in the order in which their tasks were created."""
        return list(self.provider.prompts.values())

    def alarms(self) -> Counter[str]:
        """Return the beginnings of the alarms that were sent, with their counts."""
        return Counter(text[:24] for text in self.telegram.texts.values() if text.startswith("⚠️"))


async def requests_until_closed(app: App, count: int) -> list[Request]:
    """Wait until the requests 1 to `count` are closed, and return them."""
    while True:
        found = [await app.requests.get(number) for number in range(1, count + 1)]
        requests = [request for request in found if request is not None and request.closed_at is not None]
        if len(requests) == count:
            return requests
        await asyncio.sleep(1.0)
