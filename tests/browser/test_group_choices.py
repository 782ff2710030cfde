"""The choices of a group's admins on the page: approval, spoiler, shared history, a share, and blocked words."""

import pytest
from playwright.async_api import expect

from tests.support.browser import Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@pytest.mark.long(20)
async def test_the_admins_of_a_group_choose_and_its_members_draw(visitor: Visitor) -> None:
    page = visitor.page
    buttons, toast = page.locator(".keys button"), page.locator("#toast")
    await visitor.chat("Friends")
    await visitor.write("/settings")
    await visitor.press("More")
    for label in ("Shared history", "Spoiler", "Approval", "25 each"):
        await visitor.press(label)
        await expect(buttons.get_by_text(f"✓ {label}", exact=True)).to_have_count(1)
    await expect(buttons.get_by_text("✓ No share")).to_have_count(0)
    await visitor.write("/words add fox")
    await expect(page.locator("#messages li.ephemeral")).to_contain_text("Blocked in this group: fox")
    await visitor.write("/imagine a lake --ar 16:9")
    accepted_or_drawn = page.locator("#messages :is(.reaction, .photo)").first
    await expect(accepted_or_drawn).to_be_visible()

    await visitor.play("Carol")
    await visitor.write("/imagine a red Fox --ar 1:1")
    notes = page.locator("#messages li.ephemeral")
    await expect(notes).to_contain_text("This group’s admins don’t want that drawn here")
    await visitor.write("/imagine an owl on a fence --ar 1:1")
    question = page.locator("#messages li", has_text="Shall I draw this? An admin of this group decides.")
    await expect(question).to_contain_text("Carol: “an owl on a fence”.")
    await question.get_by_role("button", name="Draw it").click()
    await expect(toast).to_have_text("Only this group’s admins can do that.")
    await expect(question).to_have_count(1)
    await visitor.play("Ann")
    await question.get_by_role("button", name="Draw it").click()
    await expect(question).to_have_count(0)
    await visitor.play("Carol")
    pictures = page.locator("#messages li", has=page.locator(".photo"))
    lake, owl = (pictures.filter(has_text=prompt) for prompt in ("a lake", "an owl on a fence"))
    for picture in (lake, owl):
        await expect(picture.locator(".photo.covered")).to_have_count(1)
    await owl.get_by_role("button", name="Covered, show: an owl on a fence").click()
    await expect(owl.get_by_role("button", name="Open: an owl on a fence")).to_have_count(1)
    await expect(owl.locator(".photo.covered")).to_have_count(0)

    await visitor.write("/imagine a bear --ar 1:1")
    await expect(question).to_contain_text("Carol: “a bear”.")
    await visitor.play("Ann")
    await expect(owl.locator(".photo.covered")).to_have_count(1)
    await question.get_by_role("button", name="Decline").click()
    await expect(toast).to_have_text("Declined")
    await expect(question).to_have_count(0)
    await visitor.play("Carol")
    await expect(notes.last).to_contain_text("the admins would rather not have “a bear” drawn in this group")

    await visitor.write("/history all")
    pager = pictures.filter(has_text="Everybody’s pictures")
    await expect(pager).to_contain_text("1 of 2\n👥 Everybody’s pictures · 👤 Carol")
    await expect(pager.locator(".photo.covered")).to_have_count(1)
    await expect(pager.get_by_role("button", name="More")).to_have_count(1)
    await pager.get_by_role("button", name="▶", exact=True).click()
    await expect(pager).to_contain_text("2 of 2\n👥 Everybody’s pictures · 👤 Ann")
    await expect(pager.locator(".photo.covered")).to_have_count(1)
    await expect(pager.get_by_role("button", name="◀", exact=True)).to_have_count(1)
    for label in ("More", "Delete"):
        await expect(pager.get_by_role("button", name=label)).to_have_count(0)
    await visitor.play("Ann")
    await expect(notes).to_have_count(1)  # hers, about /words
