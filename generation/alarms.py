"""Tells the bot's admins what only they can mend: the key is not taken, the money is gone or nearly so."""

import asyncio
from collections.abc import Collection

import structlog

from chat.errors import SendError
from chat.place import Place
from chat.sender import Sender
from chat.texts import Library, Texts
from generation.circuit import Trouble
from generation.media_api import MediaApi
from generation.media_errors import MediaError, OutOfMoney, Unauthorised
from storage.clock import Clock
from storage.facts import Facts
from storage.preferences import Preferences

log = structlog.get_logger(__name__)

AT_MOST_EVERY = 3600.0
BALANCE_EVERY = 600.0


class Alarms:
    """Speaks to `admins`, about one kind of trouble at most once an hour, restarts included."""

    def __init__(
        self,
        media: MediaApi,
        sender: Sender,
        facts: Facts,
        preferences: Preferences,
        library: Library,
        clock: Clock,
        *,
        admins: Collection[int],
        low_balance: float,
    ) -> None:
        self._media = media
        self._sender = sender
        self._facts = facts
        self._preferences = preferences
        self._library = library
        self._clock = clock
        self._admins = sorted(admins)
        self._low_balance = low_balance
        self._tasks: set[asyncio.Task[None]] = set()

    def raise_for(self, trouble: Trouble) -> None:
        """Tell of what holds creates back, in the background. An outage is the provider's own to mend."""
        if trouble is not Trouble.DOWN:
            task = asyncio.create_task(self._tell_hourly(trouble))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def start(self) -> None:
        """Look at the balance now and then."""
        task = asyncio.create_task(self._watch())
        self._tasks.add(task)

    async def stop(self) -> None:
        """Fall silent."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def look(self) -> None:
        """Look at the balance once: warn once when it is low, and again only after it was not."""
        try:
            balance = await self._media.balance()
        except (Unauthorised, OutOfMoney) as error:
            await self._tell_hourly(Trouble.KEY if isinstance(error, Unauthorised) else Trouble.MONEY)
            return
        except MediaError as error:
            log.info("balance not known", error=str(error))
            return
        low = balance < self._low_balance
        if low and await self._facts.get("low balance") != "told":
            await self._facts.set("low balance", "told")
            for admin in self._admins:
                texts = await self._texts(admin)
                await self._say(admin, texts("alarm-low-balance", balance=int(balance)))
        elif not low:
            await self._facts.set("low balance", "")

    async def _watch(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("balance not looked at")
            await self._clock.sleep(BALANCE_EVERY)

    async def _tell_hourly(self, trouble: Trouble) -> None:
        name = f"alarm {trouble}"
        told_at = float(await self._facts.get(name) or 0.0)
        if 0 <= self._clock.now() - told_at < AT_MOST_EVERY:
            return
        await self._facts.set(name, str(self._clock.now()))
        for admin in self._admins:
            texts = await self._texts(admin)
            await self._say(admin, texts("alarm-key" if trouble is Trouble.KEY else "alarm-money"))

    async def _texts(self, admin: int) -> Texts:
        return self._library.of((await self._preferences.of(admin)).language)

    async def _say(self, admin: int, words: str) -> None:
        try:
            await self._sender.text(Place(admin), words)
        except SendError as error:
            log.warning("admin not told", admin=admin, error=str(error))
