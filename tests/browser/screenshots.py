"""`make screenshots`: takes the two screenshots of the README from the running demo."""

import asyncio
import io
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.async_api import Page, async_playwright, expect

from tests.support.browser import ARGUMENTS, CHROMIUM, Visitor, demo
from tests.support.process_launcher import ROOT

LARGEST = 300_000
DOCS = ROOT / "docs"


async def _light(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.write("/imagine a lighthouse in a storm")
    await visitor.press("16:9")
    await expect(page.locator(".photo img")).to_have_count(1)
    await page.locator("li", has=page.locator(".photo")).hover()
    await page.get_by_role("button", name="Reply").last.click()
    await visitor.write("make it night")
    await expect(page.locator(".photo img")).to_have_count(2)
    await page.get_by_role("button", name="Inspector").click()
    await expect(page.locator("#calls li").first).to_be_visible()


async def _dark(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.chat("Friends")
    await visitor.play("Борис")
    await visitor.write("/imagine лиса на снегу --size 5")
    await expect(page.locator(".ephemeral")).to_be_visible()
    await visitor.write("/imagine лиса на снегу --ar 16:9")
    await expect(page.locator(".photo img")).to_have_count(1)
    await visitor.play("Ann")
    await visitor.write("/imagine a city of glass --ar 16:9")
    await expect(page.get_by_label("Reaction 👀")).to_be_visible()


async def _shoot(page: Page, name: str) -> None:
    # The bot may still delete a status message; 700 ms are enough for that.
    await page.wait_for_timeout(700)
    raw = await page.screenshot()
    with Image.open(io.BytesIO(raw)) as shot:
        small = shot.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    path = DOCS / f"playground-{name}.png"
    small.save(path, optimize=True)
    assert path.stat().st_size < LARGEST, f"{path} is larger than a README should load"
    sys.stdout.write(f"{path} {path.stat().st_size // 1000} kB\n")


SCENES: dict[Literal["light", "dark"], Callable[[Visitor], Awaitable[None]]] = {
    "light": _light,
    "dark": _dark,
}


async def main() -> None:
    """Take both screenshots."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, play in SCENES.items():
            with tempfile.TemporaryDirectory() as folder:
                async with demo(Path(folder)) as address:
                    page = await browser.new_page(viewport={"width": 1280, "height": 860}, color_scheme=name)
                    await page.goto(address)
                    await expect(page.locator("#bot")).to_have_text("The bot is running")
                    await play(Visitor(page, address))
                    await _shoot(page, name)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
