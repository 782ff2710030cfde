"""A picture becomes the photo of a group, is reported, and is hidden by the bot's admin, on the page."""

import pytest
from playwright.async_api import expect

from tests.support.browser import Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@pytest.mark.long(20)
async def test_a_group_photo_and_a_reported_picture(visitor: Visitor) -> None:
    page = visitor.page
    photo = page.locator(".photo img")
    await visitor.chat("Friends")
    await visitor.write("/imagine a red fox --ar 16:9")
    await expect(photo).to_have_count(1)
    await visitor.press("More")
    await visitor.press("Group photo")
    await expect(page.locator("#messages li.service")).to_have_text("Imagine changed the group photo")
    await expect(page.locator("#face img")).to_have_count(1)
    await expect(page.locator('#chats [aria-current="true"] img.face')).to_have_count(1)

    await visitor.play("Борис")
    await page.locator("#messages li", has=photo).locator(".tools button").first.click()
    await visitor.write("/report не здесь")
    await expect(page.locator("#messages li.ephemeral")).to_contain_text("Картинка уйдёт владельцу бота")
    await visitor.play("Olga")
    copy = page.locator("#messages li", has_text="A reported picture")
    await expect(copy).to_contain_text("Reported by: Борис (1002)")
    await expect(copy).to_contain_text("Group: Friends")
    await visitor.press("Hide")
    await expect(copy).to_contain_text("Hidden by Olga")
    await expect(copy.locator(".keys button")).to_have_count(0)
    await visitor.play("Ann")
    await visitor.chat("Friends")
    await expect(page.locator("#messages")).to_contain_text("/imagine a red fox")
    await expect(photo).to_have_count(0)
