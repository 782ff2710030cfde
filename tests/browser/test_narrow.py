"""The page on a phone: one thing at a time, everything within reach of a finger."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import FilePayload, expect

from playground.scene import ANN, FRIENDS, STUDIO
from tests.support.stage import Stage, keys
from tests.support.world import jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

_TARGETS = """() => [...document.querySelectorAll("button, select, textarea, input, a, summary")]
    .filter((node) => node.checkVisibility() && !node.closest(".text"))
    .map((node) => [node, node.getBoundingClientRect()])
    .filter(([, box]) => box.width && box.height && (box.width < 24 || box.height < 24))
    .map(([node, box]) => `${node.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""


@pytest_asyncio.fixture(loop_scope="session")
async def phone(stage: Stage) -> AsyncIterator[Stage]:
    """Yield a stage on a phone."""
    await stage.visitor.page.set_viewport_size({"width": 390, "height": 780})
    yield stage
    overflow = await stage.visitor.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0


async def test_the_inspector_opens_and_closes(phone: Stage) -> None:
    page = phone.visitor.page
    await page.get_by_role("button", name="Inspector", exact=True).click()
    await expect(page.locator("#chat")).to_be_hidden()
    await expect(page.get_by_role("button", name="Close the inspector")).to_be_focused()
    await page.get_by_role("button", name="Close the inspector").click()
    await expect(page.locator("#chat")).to_be_visible()
    await page.get_by_role("button", name="Inspector", exact=True).click()
    await page.keyboard.press("Escape")
    await expect(page.locator("#panel")).to_be_hidden()
    await expect(page.locator("#panel-toggle")).to_be_focused()


async def test_the_way_back_to_the_chats_counts_new_messages(phone: Stage) -> None:
    page = phone.visitor.page
    await phone.bot.send_message(FRIENDS, "news")
    back = page.get_by_role("button", name="All chats")
    await expect(back.locator(".unread")).to_have_text("1")
    await back.click()
    await expect(page.locator("#chat")).to_be_hidden()
    await phone.visitor.play("Борис")
    await page.locator("#chats button", has_text="Friends").click()
    await expect(page.locator("#messages")).to_contain_text("news")
    await expect(page.locator("#side")).to_be_hidden()


async def test_all_topics_are_below_the_title_and_within_reach(phone: Stage) -> None:
    page = phone.visitor.page
    await phone.bot.send_message(STUDIO, "A portrait", message_thread_id=12)
    await phone.visitor.chat("Studio")
    await expect(page.locator("#topics")).to_be_visible()
    title, topics = await page.locator("#title").bounding_box(), await page.locator("#topics").bounding_box()
    assert title is not None
    assert topics is not None
    assert title["y"] + title["height"] <= topics["y"]
    await expect(page.get_by_role("button", name="# Portraits").locator(".unread")).to_have_text("1")
    await page.get_by_role("button", name="# Portraits").click()
    await expect(page.get_by_role("button", name="# Portraits")).to_be_in_viewport(ratio=0.95)
    await expect(page.locator("#messages")).to_contain_text("A portrait")


async def test_every_target_is_large_enough_and_reply_and_edit_are_visible(phone: Stage) -> None:
    page = phone.visitor.page
    await phone.bot.send_message(ANN, "Choose", reply_markup=keys("Left", "Right"))
    await phone.visitor.write("words")
    tools = page.locator("li.own .tools")
    await expect(tools).to_have_css("opacity", "1")
    box = await tools.get_by_role("button", name="Edit").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 40
    assert await page.evaluate(_TARGETS) == []
    await page.get_by_role("button", name="Inspector", exact=True).click()
    await expect(page.locator("#quotas button").first).to_be_visible()
    assert await page.evaluate(_TARGETS) == []
    await page.get_by_role("button", name="Close the inspector").click()
    await page.get_by_role("button", name="All chats").click()
    assert await page.evaluate(_TARGETS) == []


async def test_a_wide_photo_stays_within_the_window(phone: Stage) -> None:
    page = phone.visitor.page
    await phone.bot.send_message(ANN, "hello")
    photo: FilePayload = {"name": "wide.jpg", "mimeType": "image/jpeg", "buffer": jpeg(1_600, 900)}
    await page.locator("#file").set_input_files([photo])
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator(".photo img")).to_be_visible()
    box = await page.locator(".photo").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
