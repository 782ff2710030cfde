"""The playground's page: from the command to a page that answers, and from Enter to what is seen."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import aiohttp
from playwright.async_api import async_playwright, expect

from tests.browser.conftest import ARGUMENTS, CHROMIUM, Visitor, demo

_SEEN = """(words) => new Promise((seen) => {
    const list = document.getElementById("messages");
    const before = list.children.length, begun = performance.now();
    let own = null;
    new MutationObserver((_, observer) => {
        if (own === null && list.children.length > before) own = performance.now() - begun;
        if (list.children.length > before + 1) { observer.disconnect(); seen([own, performance.now() - begun]); }
    }).observe(list, { childList: true });
    document.getElementById("text").value = words;
    document.getElementById("composer").requestSubmit();
})"""


async def page_rows() -> list[tuple[str, str, str]]:
    """Measure with a browser; ten questions, the medians."""
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
                await expect(page.locator("#bot")).to_have_text("The bot is running")
                visitor, seen = Visitor(page, address), []
                for _ in range(10):
                    seen.append(await visitor.page.evaluate(_SEEN, "/quota"))
                    await asyncio.sleep(1.2)  # the chat's own rate: a message a second
                await browser.close()
    own, answer_ms = (statistics.median(times) for times in zip(*seen, strict=True))
    return [
        ("command to a page that answers s", f"{up:.2f}", "<= 5"),
        ("Enter to own message seen ms, p50", f"{own:.0f}", "<= 100"),
        ("Enter to the bot's answer seen ms, p50", f"{answer_ms:.0f}", "<= 300"),
    ]
