"""Styles, Vary and stickers on the page of the demo, with the real bot."""

import pytest
from playwright.async_api import expect

from core.styles import CURATED
from handlers.variations import VARIATIONS
from tests.support.browser import Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

INK = next(style for style in CURATED if style.key == "ink")


async def test_a_style_is_named_chosen_and_removed(visitor: Visitor) -> None:
    page = visitor.page
    messages = page.locator("#messages")
    await visitor.write("/imagine a fox style:ink --ar 1:1")
    await expect(messages).to_contain_text(INK.fill("a fox"))
    await visitor.press("More")
    await visitor.press("Style")
    await visitor.press("Without a style")
    await expect(page.get_by_role("img", name="a fox", exact=True)).to_have_count(1)
    await visitor.write("/style")
    comic = page.get_by_role("button", name="Example: 💥 Comic")
    sample = comic.get_by_role("img", name="Example:")
    await expect(sample).to_have_js_property("naturalWidth", 96)
    await expect(page.locator(".keys").last).to_contain_text("This page draws the examples.")
    await expect(page.locator(".keys").last.locator("img")).to_have_count(len(CURATED))
    await comic.click()
    await expect(messages).to_contain_text("From now on I draw in 💥 Comic")


async def test_a_picture_is_varied_and_becomes_a_sticker(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.write("/imagine a fox --ar 16:9")
    await expect(page.get_by_role("img", name="a fox", exact=True)).to_have_count(1)
    await visitor.press("More")
    await visitor.press("Sticker")
    sticker = page.get_by_role("img", name="Sticker", exact=True)
    await expect(sticker).to_have_count(1)
    await expect(page.locator(".keys button", has_text="My stickers")).to_be_visible()
    await visitor.press("Vary")
    await expect(page.locator("#messages")).to_contain_text(VARIATIONS[0].partition(":")[0])
    await expect(page.locator(".photo img")).to_have_count(3)
