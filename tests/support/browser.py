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

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT = DEADLINE * 1_000
"""Milliseconds that every wait on the page may take."""

expect.set_options(timeout=TIMEOUT)


@dataclass(slots=True)
class Visitor:
    """A demo page with its actions. `complaints` are the warnings and errors of the browser's console."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    async def write(self, text: str) -> None:
        """Type a message and send it."""
        await self.page.get_by_role("textbox", name="Message").fill(text)
        await self.page.keyboard.press("Enter")

    async def chat(self, name: str) -> None:
        """Open a chat."""
        await self.page.get_by_role("navigation", name="Chats").get_by_role("button", name=name).click()

    async def send_as(self, name: str) -> None:
        """Choose the sender of messages and button presses."""
        await self.page.get_by_label("Send as").select_option(label=name)

    async def press(self, label: str) -> None:
        """Press the newest message button with this label."""
        await self.page.locator(".keys button", has_text=label).last.click()


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[str]:
    """Run the demo command in a folder and yield its address. The exit code after SIGTERM must be 0."""
    arguments = ("demo", "--no-browser", "--port", "0")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    async with started_command(*arguments, environment=environment, folder=folder) as process:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), DEADLINE)).decode()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found is not None, line
        yield found[0]
        os.kill(process.pid, signal.SIGTERM)
        code = await asyncio.wait_for(process.wait(), DEADLINE)
    assert code == 0
