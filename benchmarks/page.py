"""The latencies of the playground's page: from the command to its first answer, and from Enter to each message."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import aiohttp
from playwright.async_api import Page, async_playwright, expect

from tests.support.browser import ARGUMENTS, CHROMIUM, demo

_MEASURE = """(text) => new Promise((done) => {
    const list = document.getElementById("messages");
    const before = list.children.length, begun = performance.now();
    let own = null;
    new MutationObserver((_, observer) => {
        if (own === null && list.children.length > before) own = performance.now() - begun;
        if (list.children.length > before + 1) { observer.disconnect(); done([own, performance.now() - begun]); }
    }).observe(list, { childList: true });
    document.getElementById("text").value = text;
    document.getElementById("composer").requestSubmit();
})"""
"""Sends a text and returns the milliseconds until the own message and until the answer are shown."""


async def page_rows() -> list[tuple[str, str, str]]:
    """Measure ten questions in a browser and return the medians."""
    with tempfile.TemporaryDirectory(prefix="imagine-bench-") as folder:
        begun = time.monotonic()
        async with demo(Path(folder)) as address, aiohttp.ClientSession() as http:
            async with http.get(address) as answer:
                answer.raise_for_status()
            up = time.monotonic() - begun
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
                page = await browser.new_page()
                await page.goto(address)
                latencies = await _measure(page)
                await browser.close()
    own, answer_ms = (statistics.median(times) for times in zip(*latencies, strict=True))
    return [
        ("command to a page that answers s", f"{up:.2f}", "<= 5"),
        ("Enter to own message seen ms, p50", f"{own:.0f}", "<= 100"),
        ("Enter to the bot's answer seen ms, p50", f"{answer_ms:.0f}", "<= 300"),
    ]


async def _measure(page: Page) -> list[tuple[float, float]]:
    await expect(page.locator("#bot")).to_have_text("The bot is running")
    latencies = []
    for _ in range(10):
        latencies.append(await page.evaluate(_MEASURE, "/quota"))
        await asyncio.sleep(1.2)  # the rate limit of a private chat is one message a second
    return latencies
