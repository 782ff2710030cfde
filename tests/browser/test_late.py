"""The question whether a late request is still wanted, on the page of the demo, with the real bot."""

import pytest
from playwright.async_api import expect

from tests.support.browser import Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_a_late_request_is_asked_about_and_drawn_by_a_press(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.switch("The provider is down (503)")
    for prompt in ("a fox", "a hen"):
        await visitor.write(f"/imagine {prompt} --ar 1:1")
    # A kill inside a create would make its outcome unknown.
    refused = page.locator("#calls li", has_text="create · 503")
    for prompt in ("a fox", "a hen"):
        await expect(refused.filter(has_text=prompt).first).to_be_attached()
    await expect(page.locator("#quotas tr", has_text="Ann").locator("td").nth(1)).to_have_text("2")
    await page.get_by_role("button", name="Kill").click()
    await expect(page.locator("#bot")).to_have_text("The bot is down")
    await page.get_by_label("The provider is down (503)").uncheck()
    await page.get_by_role("button", name="Start 11 minutes later").click()
    fox, hen = (
        page.locator("#messages li", has_text=f"Do you still want “{one}”?") for one in ("a fox", "a hen")
    )
    await expect(fox).to_have_count(1)
    await expect(hen).to_have_count(1)
    await expect(page.locator(".photo img")).to_have_count(0)
    await hen.get_by_role("button", name="No, thanks").click()
    await expect(page.locator("#quotas tr", has_text="Ann").locator("td").nth(1)).to_have_text("1")
    await fox.get_by_role("button", name="Draw it").click()
    await expect(page.get_by_role("img", name="a fox", exact=True)).to_have_count(1)
    await expect(fox).to_have_count(0)
