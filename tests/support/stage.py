"""The demo page with a test in the place of the bot: exact messages at exact times, without a bot process."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Update
from playwright.async_api import Browser, BrowserContext, expect

from playground import scene
from playground.media import Media
from playground.serve import KEY, TOKEN, served
from playground.server import PlaygroundServer
from playground.telegram import Telegram
from tests.support.browser import TIMEOUT, Visitor
from tests.support.process_launcher import DEADLINE


@dataclass(slots=True)
class Control:
    """Records the page's commands for the bot's process."""

    left: dict[int, int] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)

    async def kill(self) -> None:
        self.actions.append("kill")

    async def start(self) -> None:
        self.actions.append("start")

    async def start_later(self) -> None:
        self.actions.append("start-later")

    def quotas(self) -> Mapping[int, int]:
        return {scene.ANN: 3}

    def leave_quota(self, subject_id: int, left: int) -> None:
        self.left[subject_id] = left


@dataclass(slots=True, kw_only=True)
class Stage:
    """A page, its stand-in of Telegram, and a client with which the test acts as the bot."""

    visitor: Visitor
    context: BrowserContext
    telegram: Telegram
    bot: Bot
    server: PlaygroundServer
    control: Control
    _page_server: AsyncExitStack
    _seen: int = 0

    async def updates(self, at_least: int = 1) -> list[Update]:
        """Wait for a number of updates after those of the last call, and return all that are there by then."""
        found: list[Update] = []
        async with asyncio.timeout(TIMEOUT / 1_000):
            while True:
                found += await self.bot.get_updates(
                    offset=self._seen or None, timeout=int(len(found) < at_least)
                )
                self._seen = max((update.update_id + 1 for update in found), default=self._seen)
                if len(found) >= at_least:
                    return found

    async def updates_until(self, kind: str) -> list[Update]:
        """Wait for updates of a kind, such as `inline_query`, and return those. Others before them are lost."""
        while True:
            found = [update for update in await self.updates() if update.event_type == kind]
            if found:
                return found

    async def texts(self) -> list[str]:
        """Return the texts and captions of the new messages of users."""
        messages = [update.message for update in await self.updates()]
        return [message.text or message.caption or "" for message in messages if message is not None]

    async def stop_page(self) -> None:
        """End the page's server: its event stream breaks, and posts fail."""
        await self._page_server.aclose()

    async def start_page(self) -> None:
        """Serve the page again at the same address, and wait until the page is connected to it."""
        port = urlsplit(self.visitor.address).port or 0
        await self._page_server.enter_async_context(served(self.server.app(), port))
        await expect(self.visitor.page.locator("#doing")).not_to_have_text("Connecting…")


@asynccontextmanager
async def stage_for(browser: Browser) -> AsyncIterator[Stage]:
    """Yield a stage. Warnings and errors in the browser's console are collected in `visitor.complaints`."""
    telegram, control = Telegram(TOKEN), Control()
    telegram.inline.answer_seconds = DEADLINE
    scene.set_up(telegram)
    server = PlaygroundServer(telegram=telegram, media=Media(KEY), control=control, admin=scene.ADMIN)
    server.note_bot("running")
    async with AsyncExitStack() as stack:
        page_server = await stack.enter_async_context(AsyncExitStack())
        address = await page_server.enter_async_context(served(server.app()))
        api = TelegramAPIServer.from_base(await stack.enter_async_context(served(telegram.app())))
        client = await stack.enter_async_context(Bot(TOKEN, session=AiohttpSession(api=api)).context())
        context = await browser.new_context(viewport={"width": 1180, "height": 800})
        stack.push_async_callback(context.close)
        page = await context.new_page()
        page.set_default_timeout(TIMEOUT)
        visitor = Visitor(page, address)
        visitor.listen()
        await page.goto(address)
        await expect(page.locator("#bot")).to_have_text("The bot is running")
        yield Stage(
            visitor=visitor,
            context=context,
            telegram=telegram,
            bot=client,
            server=server,
            control=control,
            _page_server=page_server,
        )


def keys(*labels: str) -> InlineKeyboardMarkup:
    """Return one row of buttons with these labels, which are their data, too."""
    row = [InlineKeyboardButton(text=label, callback_data=label) for label in labels]
    return InlineKeyboardMarkup(inline_keyboard=[row])
