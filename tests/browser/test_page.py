"""Tests of the playground's page in a real browser, following the first steps of a new user."""

import asyncio
import base64
import io

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from tests.support.browser import Visitor
from tests.support.world import jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

_PASTE = """async (data) => {
    const blob = await (await fetch("/page/icon.svg")).blob();  // the security policy allows this address
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "mine.jpg", { type: "image/jpeg" }));
    document.getElementById("text").dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
    return blob.size;
}"""


async def _colour(page: Page, number: int) -> tuple[int, int, int]:
    """Return the mean colour of the photo with this index in the chat."""
    image = page.locator(".photo img").nth(number)
    await expect(image).to_be_visible()
    source = await image.get_attribute("src")
    answer = await page.request.get(f"{page.url.rstrip('/')}{source}")
    mean = Image.open(io.BytesIO(await answer.body())).convert("RGB").resize((1, 1)).getpixel((0, 0))
    assert isinstance(mean, tuple)
    return int(mean[0]), int(mean[1]), int(mean[2])


async def test_imagine_with_a_ratio_button(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.write("/imagine a lighthouse in a storm")
    await visitor.press("16:9")
    photo = page.locator(".photo img")
    await expect(photo).to_have_count(1)
    width, height = (
        int(await photo.get_attribute("width") or 0),
        int(await photo.get_attribute("height") or 0),
    )
    assert width / height == pytest.approx(16 / 9, rel=0.02)
    await expect(page.locator("#messages li")).to_have_count(2)  # the status message is deleted
    await page.locator("button.photo").click()
    await expect(page.get_by_role("dialog", name="Photo")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="Photo")).to_be_hidden()
    async with page.expect_download() as download:
        await visitor.press("Original")
        await page.locator("a.file").click()
    assert (await download.value).suggested_filename.endswith(".webp")


async def test_a_pasted_photo_is_edited_visibly(visitor: Visitor) -> None:
    page = visitor.page
    await page.evaluate(_PASTE, base64.b64encode(jpeg(400, 300)).decode())
    await expect(page.get_by_alt_text("The photo to send")).to_be_visible()
    await visitor.write("make it night")
    await expect(page.locator(".photo img")).to_have_count(2)
    before, after = await _colour(page, 0), await _colour(page, 1)
    assert sum(after) < sum(before) / 2
    await expect(page.locator(".keys button", has_text="Before")).to_have_count(1)
    await expect(page.locator(".keys button", has_text="Shape")).to_have_count(0)


async def test_in_a_group_another_user_s_press_is_refused(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.chat("Friends")
    await visitor.send_as("Борис")
    await visitor.write("/imagine лиса на снегу")
    await visitor.send_as("Ann")
    await visitor.press("1:1")
    await expect(page.locator("#toast")).to_have_text("Only the person who asked can press this.")
    await visitor.send_as("Борис")
    await visitor.press("1:1")
    await expect(page.locator(".photo img")).to_have_count(1)
    await visitor.write("/quota")
    ephemeral = page.locator(".ephemeral")
    await expect(ephemeral).to_contain_text("Группа сегодня")
    await visitor.send_as("Carol")
    await expect(ephemeral).to_have_count(0)


async def test_a_request_in_a_topic_gets_a_reaction(visitor: Visitor) -> None:
    page = visitor.page
    await page.get_by_role("button", name="Inspector").click()
    await page.get_by_label("The provider is slow").check()
    await visitor.chat("Studio")
    await page.get_by_role("button", name="# Portraits").click()
    await visitor.write("/imagine an old sailor --ar 3:4")
    await expect(page.get_by_label("Reaction 👀")).to_be_visible()
    await expect(page.locator(".photo img")).to_have_count(1)
    await expect(page.get_by_label("Reaction 👀")).to_have_count(0)
    await page.get_by_role("button", name="# Landscapes").click()
    await expect(page.locator("#messages li")).to_have_count(0)


async def test_cancel_and_the_command_menu(visitor: Visitor) -> None:
    page = visitor.page
    await page.get_by_role("button", name="Inspector").click()
    await page.get_by_label("The provider is slow").check()
    await visitor.write("/imagine a fox --ar 1:1")
    await expect(page.locator("#tasks")).to_contain_text("a fox")
    await visitor.press("Cancel")
    await expect(page.locator("#messages")).to_contain_text("Cancelled. It didn’t count")
    await page.get_by_role("button", name="Commands").click()
    await page.get_by_role("menuitem", name="/quota").click()
    await expect(page.locator("#messages")).to_contain_text("0 of 20 used")
    await expect(page.locator("#calls")).to_contain_text("media · create · 200")


async def test_history_pages_replace_the_message(visitor: Visitor) -> None:
    page = visitor.page
    for number in (1, 2):
        await visitor.write(f"/imagine fox {number} --ar 1:1")
        await expect(page.locator(".photo img")).to_have_count(number)
    await visitor.write("/history")
    await expect(page.locator("#messages")).to_contain_text("1 of 2")
    count = await page.locator("#messages li").count()
    await visitor.press("▶")
    await expect(page.locator("#messages")).to_contain_text("2 of 2")
    assert await page.locator("#messages li").count() == count


async def test_a_killed_bot_finishes_after_its_restart(visitor: Visitor) -> None:
    page = visitor.page
    await page.get_by_role("button", name="Inspector").click()
    await page.get_by_label("The provider is slow").check()
    await visitor.write("/imagine a survivor --ar 1:1")
    await expect(page.locator("#messages")).to_contain_text("Drawing")
    await page.get_by_role("button", name="Kill").click()
    await expect(page.locator("#bot")).to_have_text("The bot is down")
    await page.get_by_role("button", name="Start").click()
    await expect(page.locator(".photo img")).to_have_count(1)
    await expect(page.locator("#messages li")).to_have_count(2)
    await expect(page.locator("#quotas")).to_contain_text("Ann")


async def test_force_reply_opens_the_reply_field_with_the_keyboard_alone(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.chat("Борис")
    await page.get_by_role("textbox", name="Message").focus()
    await page.keyboard.type("/imagine")
    await page.keyboard.press("Enter")
    await expect(page.locator("#replying")).to_contain_text("Что нарисовать?")
    await expect(page.get_by_placeholder("Маяк в шторм")).to_be_focused()
    await page.keyboard.type("маяк в шторм --ar 4:3")
    await page.keyboard.press("Enter")
    await expect(page.locator(".photo img")).to_have_count(1)
    await expect(page.locator(".keys button").first).to_have_text("🔁 Ещё раз")


async def test_an_edited_command_in_a_narrow_dark_window(visitor: Visitor) -> None:
    page = visitor.page
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size({"width": 400, "height": 800})
    await visitor.write("/imagine a fox")
    await expect(page.locator("#messages")).to_contain_text("Which shape for “a fox”")
    await page.locator("li.own").hover()
    await page.get_by_role("button", name="Edit").click()
    await visitor.write("/imagine a wolf")
    await expect(page.locator("#messages")).to_contain_text("Which shape for “a wolf”")
    overflow = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0


async def test_five_hundred_pictures_load_lazily(visitor: Visitor) -> None:
    """Pictures far outside the view are not fetched, and the newest message is in view."""
    page = visitor.page
    data = jpeg(64, 48)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/file/" in request.url else None)
    about = '{"chat": -2001, "user": 1001, "text": "hello"}'
    for start in range(0, 500, 25):
        posts = [
            page.request.post(
                f"{visitor.address}/photo",
                multipart={
                    "about": about,
                    "file": {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": data},
                },
            )
            for n in range(start, start + 25)
        ]
        await asyncio.gather(*posts)
    await visitor.chat("Friends")
    await expect(page.locator("#messages li")).to_have_count(500)
    await expect(page.locator("#messages li").last).to_be_in_viewport()
    assert 0 < len(set(fetched)) < 100


async def test_requests_of_other_sites_are_refused(visitor: Visitor) -> None:
    page = visitor.page
    body = {"chat": 1001, "user": 1001, "text": "/imagine a theft"}
    stranger = await page.request.post(
        f"{visitor.address}/say", data=body, headers={"Origin": "https://evil.example"}
    )
    assert stranger.status == 403
    rebound = await page.request.get(f"{visitor.address}/", headers={"Host": "evil.example"})
    assert rebound.status == 403
    answer = await page.request.get(f"{visitor.address}/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
