"""Several replicas of the bot on one PostgreSQL database, behind a proxy that takes them in turn."""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

from playground.serve import served
from tests.support.bot_process import BotProcess
from tests.support.world import World, check_secrets, open_world


@dataclass(slots=True)
class RoundRobin:
    """A reverse proxy that takes the replicas in turn, and the next one if one cannot be reached."""

    targets: list[str] = field(default_factory=list)
    unreachable: int = 0
    """Calls for which no replica accepted a connection."""
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def app(self) -> web.Application:
        """Return the web application."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        return app

    async def _pass_on(self, request: web.Request) -> web.Response:
        body, first = await request.read(), next(self._numbers)
        headers = {n: v for n, v in request.headers.items() if n not in {"Host", "Content-Length"}}
        refusals = 0
        async with aiohttp.ClientSession() as session:
            for number in range(len(self.targets)):
                url = self.targets[(first + number) % len(self.targets)] + request.path
                try:
                    async with session.request(
                        request.method, url, headers=headers, data=body, timeout=aiohttp.ClientTimeout(3)
                    ) as answer:
                        return web.Response(status=answer.status, body=await answer.read())
                except aiohttp.ClientConnectorError:
                    refusals += 1
                except (aiohttp.ClientError, TimeoutError):
                    continue
        self.unreachable += refusals == len(self.targets)
        return web.Response(status=502)


@dataclass(slots=True)
class Fleet:
    """A world whose bot consists of several replicas."""

    world: World
    replicas: Sequence[BotProcess]
    proxy: RoundRobin

    async def start(self, *numbers: int) -> None:
        """Start replicas, all by default, one after the other, so that the first one leads."""
        for number in numbers or range(len(self.replicas)):
            await self.replicas[number].start()
            self.proxy.targets[number] = await self.replicas[number].address()

    def lines(self, event: str) -> list[int]:
        """Return the number of log lines of each replica's current run with an event."""
        return [sum(line.get("event") == event for line in replica.log) for replica in self.replicas]


@asynccontextmanager
async def open_fleet(folder: Path, urls: Sequence[str], **settings: str) -> AsyncIterator[Fleet]:
    """Yield a world with one replica for each database URL. They are not started yet, and killed at the end."""
    proxy = RoundRobin(["http://127.0.0.1:9"] * len(urls))
    async with served(proxy.app()) as public_url:
        settings = {"ENGINE": "auto", "UPDATES": "webhook", "PUBLIC_URL": public_url} | settings
        async with open_world(folder, DATABASE_URL=urls[0], **settings) as world:
            others = [
                BotProcess(world.process.settings | {"DATABASE_URL": url}, world.folder) for url in urls[1:]
            ]
            try:
                yield Fleet(world, [world.process, *others], proxy)
            finally:
                for replica in others:
                    await replica.kill()
                    check_secrets(world, replica)
