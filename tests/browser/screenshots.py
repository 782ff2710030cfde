"""`make screenshots`: takes the screenshots of the README from the running demo."""

import asyncio
import io
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.support.browser import ARGUMENTS, CHROMIUM, Visitor, demo
from tests.support.process_launcher import ROOT

LARGEST = 400_000
"""Bytes of one picture."""
GAP = 12
"""Pixels between two screens of a phone."""
DOCS = ROOT / "docs"


async def _light(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.begin()
    await visitor.write("/imagine a lighthouse in a storm")
    await visitor.press("16:9")
    await expect(page.locator(".photo img")).to_have_count(1)
    await page.locator("li", has=page.locator(".photo")).hover()
    await page.locator("li", has=page.locator(".photo")).get_by_role("button", name="Reply").last.click()
    await visitor.write("make it night")
    await expect(page.locator(".photo img")).to_have_count(2)
    await page.get_by_role("button", name="Inspector").click()
    await expect(page.locator("#calls li").first).to_be_visible()


async def _dark(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.chat("Friends")
    await visitor.write("/imagine a city of glass --ar 16:9")
    await expect(page.locator(".photo img")).to_have_count(1)
    await visitor.play("Борис")
    await visitor.write("/settings")  # for admins only
    await expect(page.locator(".ephemeral")).to_be_visible()
    await visitor.write("/imagine лиса на снегу --ar 16:9")
    await expect(page.locator(".reaction")).to_be_visible()


async def _phone(visitor: Visitor) -> list[bytes]:
    """Return four screens of a phone: the first one, a picture, the styles, and the chats."""
    page = visitor.page
    await page.locator("#welcome").wait_for()
    screens = [await _screen(page)]
    await visitor.begin()
    await visitor.write("/imagine a lighthouse in a storm --ar 3:4")
    await expect(page.locator(".photo img")).to_have_count(1)
    screens.append(await _screen(page))
    await visitor.write("/style")
    for sample in await page.locator(".keys").last.get_by_role("img").all():
        await expect(sample).to_have_js_property("naturalWidth", 96)
    screens.append(await _screen(page))
    await page.locator("#back").click()
    return [*screens, await _screen(page)]


async def _screen(page: Page) -> bytes:
    # The bot may still delete a status message; 700 ms are enough for that.
    await page.wait_for_timeout(700)
    return await page.screenshot()


def _save(name: str, screens: Sequence[bytes]) -> None:
    """Save screens of the same size side by side."""
    shots = [Image.open(io.BytesIO(screen)).convert("RGB") for screen in screens]
    width, height = shots[0].size
    whole = Image.new("RGB", (len(shots) * (width + GAP) - GAP, height), "white")
    for number, shot in enumerate(shots):
        whole.paste(shot, (number * (width + GAP), 0))
    path = DOCS / f"playground-{name}.png"
    whole.save(path, optimize=True)
    assert path.stat().st_size < LARGEST, f"{path} is larger than a README should load"
    sys.stdout.write(f"{path} {path.stat().st_size // 1000} kB\n")


@asynccontextmanager
async def _demo_page(
    browser: Browser, scheme: Literal["light", "dark"], size: ViewportSize
) -> AsyncIterator[Visitor]:
    with tempfile.TemporaryDirectory() as folder:
        async with demo(Path(folder)) as address:
            page = await browser.new_page(viewport=size, color_scheme=scheme)
            await page.goto(address)
            await expect(page.locator("#bot")).to_have_text("The bot is running")
            yield Visitor(page, address)
            await page.close()


async def main() -> None:
    """Take all screenshots."""
    wide, narrow = ViewportSize(width=1280, height=860), ViewportSize(width=390, height=780)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        async with _demo_page(browser, "light", wide) as visitor:
            await _light(visitor)
            _save("light", [await _screen(visitor.page)])
        async with _demo_page(browser, "dark", wide) as visitor:
            await _dark(visitor)
            _save("dark", [await _screen(visitor.page)])
        async with _demo_page(browser, "light", narrow) as visitor:
            _save("phone", await _phone(visitor))
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
