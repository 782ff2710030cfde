"""Fixtures that open the demo page in the system's Chromium."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.support.browser import ARGUMENTS, CHROMIUM, TIMEOUT, Visitor, demo
from tests.support.stage import Stage, stage_for


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(fork_server: None) -> AsyncIterator[Browser]:
    """Yield one browser for all tests of this worker."""
    if CHROMIUM is None:
        reason = "chromium is not installed: apt-get install chromium-headless-shell"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, tmp_path: Path) -> AsyncIterator[Visitor]:
    """Yield a page on a new demo. Warnings and errors in the browser's console fail the test."""
    async with demo(tmp_path) as address:
        page = await browser.new_page(viewport={"width": 1180, "height": 800})
        page.set_default_timeout(TIMEOUT)
        visitor = Visitor(page, address)
        visitor.listen()
        await page.goto(address)
        await expect(page.locator("#bot")).to_have_text("The bot is running")
        yield visitor
        await page.close()
    assert visitor.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def stage(browser: Browser) -> AsyncIterator[Stage]:
    """Yield a page whose bot is the test. Warnings and errors in the browser's console fail the test."""
    async with stage_for(browser) as opened:
        yield opened
        assert opened.visitor.complaints == []
