"""The demo command and its page in the system's Chromium, driven with Playwright."""

import asyncio
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Page, expect

from tests.support.commands import started_command
from tests.support.process_launcher import DEADLINE, ROOT

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
"""The browser of the tests. The shell without windows needs less of the CPU."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ORIGIN = re.compile(r"http://127\.0\.0\.1:\d+")
START = re.compile("^(Start|Запустить)$")
TIMEOUT = DEADLINE * 1_000
"""Milliseconds that every wait on the page may take."""

expect.set_options(timeout=TIMEOUT)


@dataclass(slots=True)
class Visitor:
    """A demo page with its actions. `complaints` are the warnings and errors of the browser's console."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Collect the warnings and errors of the browser's console."""
        self.page.on(
            "console", lambda m: self.complaints.append(m.text) if m.type in {"error", "warning"} else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def write(self, text: str) -> None:
        """Type a message and send it. In a private chat that is not started yet, press START before."""
        field = self.page.locator("#text")
        start = self.page.locator("#bar button", has_text=START)
        await expect(field.or_(start).first).to_be_visible()
        if await start.is_visible():
            await start.click()
        await field.fill(text)
        await field.press("Enter")
        await expect(field).to_have_value("")

    async def begin(self) -> None:
        """Press START and wait for the answer of the bot."""
        await self.page.locator("#bar button", has_text=START).click()
        await expect(self.page.locator("#messages li:not(.own)")).to_have_count(1)

    async def chat(self, title: str) -> None:
        """Open a chat of the current user."""
        if await self.page.locator("#back").is_visible():
            await self.page.locator("#back").click()
        await self.page.locator("#chats button", has=self.page.get_by_text(title, exact=True)).click()

    async def play(self, name: str) -> None:
        """Make another user the current one. In a narrow window the list of chats is open afterwards."""
        if not await self.page.locator("#accounts").is_visible():
            await self.page.locator("#back").click()
        await self.page.locator("#accounts button", has_text=name).click()

    async def press(self, label: str) -> None:
        """Press the newest message button with this label."""
        await self.page.locator(".keys button", has_text=label).last.click()

    async def switch(self, label: str) -> None:
        """Turn on a switch of the inspector, which is opened if it is closed."""
        if not await self.page.locator("#panel").is_visible():
            await self.page.locator("#panel-toggle").click()
        await self.page.get_by_label(label).check()


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[str]:
    """Run the demo command in a folder and yield its address. The exit code after SIGTERM must be 0."""
    arguments = ("demo", "--no-browser", "--port", "0")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    async with started_command(*arguments, environment=environment, folder=folder) as process:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), DEADLINE)).decode()
        found = ORIGIN.search(line)
        assert found is not None, line
        yield found[0]
        os.kill(process.pid, signal.SIGTERM)
        code = await asyncio.wait_for(process.wait(), DEADLINE)
    assert code == 0
