"""A newcomer on the page of the demo: what setup sets, an own style, a guest, and Cancel in an inline message."""

import pytest
from playwright.async_api import expect

from chat.translations import Translator
from tests.support.browser import Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@pytest.mark.long(20)
async def test_a_newcomer_finds_the_way_into_every_chat(visitor: Visitor) -> None:
    page = visitor.page
    welcome = page.locator("#welcome")
    first_sentence = Translator("en").raw("description").partition(".")[0]
    await expect(welcome).to_contain_text(first_sentence)
    await expect(welcome.locator("img")).to_have_js_property("complete", True)
    await expect(welcome.locator("img")).not_to_have_js_property("naturalWidth", 0)
    await visitor.begin()
    await page.locator("#menu-toggle").click()
    for command in ("/imagine", "/style", "/favorites", "/export"):
        await expect(page.locator("#menu")).to_contain_text(command)
    await page.keyboard.press("Escape")

    await visitor.write("/style save sketch quick sketch of _, on old paper")
    await expect(page.locator("#messages li").last).to_contain_text("quick sketch of")
    await visitor.write("/imagine a fox style:sketch --ar 1:1")
    await expect(
        page.get_by_role("img", name="quick sketch of a fox, on old paper", exact=True)
    ).to_have_count(1)

    await visitor.chat("Weekend trip")
    await page.locator("#text").fill("@imagine_demo_bot a lake at dawn")
    await expect(page.get_by_role("option")).to_have_count(5)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    answer = page.locator("li:not(.own)", has_text="Imagine")
    await expect(answer.locator(".photo img")).to_have_count(1)

    await visitor.switch("The provider is slow (40 s)")
    await page.locator("#text").fill("@imagine_demo_bot an owl")
    await page.get_by_role("option").first.click()
    owl = page.locator("li.own", has_text="an owl")
    await expect(owl).to_contain_text("Drawing")
    await owl.get_by_role("button", name="Cancel").click()
    await expect(owl).to_contain_text("Cancelled")
    await expect(owl.get_by_role("button", name="Cancel")).to_have_count(0)
    await expect(page.locator("#quotas tr", has_text="Ann").locator("td").nth(1)).to_have_text("2")
