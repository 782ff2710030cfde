"""A purchase on the page of the demo: the offer, terms, invoice, payment, balance, gift, and a refund from outside."""

import pytest
from playwright.async_api import expect

from tests.support.browser import Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@pytest.mark.long(20)
async def test_a_user_without_free_pictures_buys_some(visitor: Visitor) -> None:
    page, newest = visitor.page, visitor.page.locator("#messages li").last
    await visitor.begin()
    await page.locator("#panel-toggle").click()
    await page.get_by_role("button", name="Leave Ann 1").click()
    await visitor.write("/imagine a fox --ar 1:1")
    await expect(page.locator(".photo img")).to_have_count(1)
    await visitor.write("/imagine an owl --ar 1:1")
    await visitor.press("⭐ Buy pictures")
    await expect(newest).to_contain_text("More pictures")
    await visitor.press("20 pictures · 50 ⭐ (2.5 each)")
    await expect(newest).to_contain_text("do you agree?")
    await visitor.press("✓ I agree")
    await visitor.press("Pay ⭐️50")
    dialog = page.get_by_role("dialog", name="20 pictures")
    await dialog.get_by_role("button", name="Pay").click()
    await expect(dialog).to_be_hidden()
    await expect(newest).to_contain_text("20 pictures are yours")
    await visitor.write("/imagine an owl --ar 1:1")
    await expect(page.get_by_role("img", name="an owl", exact=True)).to_have_count(1)
    await visitor.write("/balance")
    await expect(newest).to_contain_text("Paid: 19.")

    payment = page.get_by_role("list", name="Transactions").get_by_role("listitem").first
    await payment.get_by_role("button", name="Refund").click()
    await expect(newest).to_contain_text("50 ⭐ are refunded")
    await expect(newest).to_contain_text("Paid pictures now: -1.")
