"""Tests of the playground's page in a real browser, following the first steps of a new user."""

import asyncio
import base64
import io

import pytest
from PIL import Image
from playwright.async_api import FilePayload, Page, Route, expect

from tests.support.browser import TIMEOUT, Visitor
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
    answer = await page.request.get(f"{page.url.rstrip('/')}{source}", timeout=TIMEOUT)
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
    await expect(page.locator("#messages li")).to_have_count(4)  # the status message is deleted
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
    await visitor.begin()
    await page.evaluate(_PASTE, base64.b64encode(jpeg(400, 300)).decode())
    await expect(page.get_by_alt_text("mine.jpg")).to_be_visible()
    await visitor.write("make it night")
    await expect(page.locator(".photo img")).to_have_count(2)
    before, after = await _colour(page, 0), await _colour(page, 1)
    assert sum(after) < sum(before) / 2
    await expect(page.locator(".keys button", has_text="Before")).to_have_count(1)
    await expect(page.locator(".keys button", has_text="Shape")).to_have_count(0)


async def test_one_photo_of_an_album_is_edited(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.begin()
    album: list[FilePayload] = [
        {"name": f"{width}.jpg", "mimeType": "image/jpeg", "buffer": jpeg(width, 300)} for width in (400, 500)
    ]
    await page.locator("#file").set_input_files(album)
    await visitor.write("make it night")
    await expect(page.locator("li.own .photo img")).to_have_count(2)
    await expect(page.locator("li:not(.own) .photo img")).to_have_count(1)


async def test_in_a_group_another_user_s_press_is_refused(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.chat("Friends")
    await visitor.play("Борис")
    await visitor.write("/imagine лиса на снегу")
    await visitor.play("Ann")
    await visitor.press("1:1")
    await expect(page.locator("#toast")).to_have_text("Only the person who asked can press this.")
    await visitor.play("Борис")
    await visitor.press("1:1")
    await expect(page.locator(".photo img")).to_have_count(1)
    await visitor.write("/settings")  # for admins only
    ephemeral = page.locator(".ephemeral")
    await expect(ephemeral).to_have_count(1)
    await visitor.play("Carol")
    await expect(ephemeral).to_have_count(0)


@pytest.mark.long(42)
async def test_a_request_in_a_topic_gets_a_reaction(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.switch("The provider is slow")
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
    await visitor.switch("The provider is slow")
    await visitor.write("/imagine a fox --ar 1:1")
    await expect(page.locator("#tasks")).to_contain_text("a fox")
    await visitor.press("Cancel")
    await expect(page.locator(".keys button", has_text="Cancel")).to_have_count(0)
    await page.get_by_role("button", name="Commands").click()
    await page.get_by_role("menuitem", name="/quota").click()
    await expect(page.locator("#messages")).to_contain_text("20")
    await expect(page.locator("#calls")).to_contain_text("media · create · 200")


async def test_four_at_once_are_one_grid_whose_numbers_give_each_picture(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.write("/imagine a fox --ar 1:1 --n 4")
    await expect(page.locator(".photo img")).to_have_count(1)
    for number in ("1", "2", "3", "4"):
        await expect(page.locator(".keys").get_by_role("button", name=number, exact=True)).to_be_visible()
    await visitor.press("3")
    await expect(page.locator(".photo img")).to_have_count(2)
    await visitor.press("More")
    await visitor.press("×4 Four more")
    await expect(page.locator(".photo img")).to_have_count(3)
    await expect(page.locator(".keys").get_by_role("button", name="×4 Four more")).to_have_count(3)


async def test_again_is_another_picture(visitor: Visitor) -> None:
    await visitor.write("/imagine a fox --ar 1:1")
    await expect(visitor.page.locator(".photo img")).to_have_count(1)
    await visitor.press("Again")
    await expect(visitor.page.locator(".photo img")).to_have_count(2)
    assert await _colour(visitor.page, 0) != await _colour(visitor.page, 1)


async def test_a_nearly_used_quota_and_the_bot_admin_can_be_played(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.write("/imagine a first fox --ar 1:1")
    await expect(page.locator(".photo img")).to_have_count(1)
    await page.get_by_role("button", name="Inspector").click()
    await page.get_by_role("button", name="Leave Ann 1").click()
    await expect(page.locator("#quotas tr", has_text="Ann").locator("td").nth(1)).to_have_text("19")
    await visitor.write("/imagine a last fox --ar 1:1")
    await expect(page.locator(".photo img")).to_have_count(2)
    await expect(page.locator(".keys button", has_text="Cancel")).to_have_count(0)  # no status is left
    before = await page.locator("#messages li:not(.own)").count()
    await visitor.write("/imagine a fox too many --ar 1:1")
    await expect(page.locator("#messages li:not(.own)")).to_have_count(before + 1)
    await expect(page.locator(".photo img")).to_have_count(2)
    await visitor.switch("The provider's balance is empty")
    await visitor.play("Борис")
    await visitor.write("/imagine лиса --ar 1:1")
    await expect(page.locator("#accounts button", has_text="Olga").locator(".unread")).to_have_text("1")
    await visitor.play("Olga")
    await expect(page.locator("#messages li")).to_have_count(1)
    await visitor.write("/ban 1003")
    await expect(page.locator("#messages")).to_contain_text("1003")


async def test_history_pages_replace_the_message(visitor: Visitor) -> None:
    page = visitor.page
    for number in (1, 2):
        await visitor.write(f"/imagine fox {number} --ar 1:1")
        await expect(page.locator(".photo img")).to_have_count(number)
    await visitor.write("/history")
    await expect(page.locator("#messages")).to_contain_text("1 of 2")
    await expect(page.locator(".keys button", has_text="Cancel")).to_have_count(0)  # no status is left
    count = await page.locator("#messages li").count()
    await visitor.press("▶")
    await expect(page.locator("#messages")).to_contain_text("2 of 2")
    assert await page.locator("#messages li").count() == count


@pytest.mark.long(42)
async def test_a_killed_bot_finishes_after_its_restart(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.switch("The provider is slow")
    await visitor.write("/imagine a survivor --ar 1:1")
    await expect(page.locator("#messages")).to_contain_text("Drawing")
    await page.get_by_role("button", name="Kill").click()
    await expect(page.locator("#bot")).to_have_text("The bot is down")
    await visitor.switch("The provider's balance is low")
    await page.locator("#start").click()
    await expect(page.locator(".photo img")).to_have_count(1)
    await expect(page.locator("#messages li")).to_have_count(4)
    await expect(page.locator("#quotas tr", has_text="Ann").locator("td").nth(1)).to_have_text("1")
    await expect(page.locator("#accounts button", has_text="Olga").locator(".unread")).to_have_text("1")


async def test_force_reply_opens_the_reply_field_with_the_keyboard_alone(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.play("Борис")
    await visitor.begin()
    await page.locator("#text").focus()
    await page.keyboard.type("/imagine")
    await page.keyboard.press("Enter")
    await expect(page.locator("#replying")).to_be_visible()
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.type("маяк в шторм --ar 4:3")
    await page.keyboard.press("Enter")
    await expect(page.locator(".photo img")).to_have_count(1)
    await expect(page.locator(".keys button", has_text="Ещё раз")).to_have_count(1)


async def test_a_question_that_comes_before_the_answer_of_the_page_s_server_keeps_its_reply_field(
    visitor: Visitor,
) -> None:
    page = visitor.page
    await visitor.begin()

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        await expect(page.locator("#replying")).to_be_visible()
        await route.fulfill(response=answer)

    await page.route("**/say", answer_late)
    await visitor.write("/imagine")
    await expect(page.locator("#text")).to_have_value("")
    await expect(page.locator("#replying")).to_be_visible()


async def test_a_switch_keeps_its_new_state_when_an_older_answer_of_the_page_s_server_comes(
    visitor: Visitor,
) -> None:
    page = visitor.page
    await page.locator("#panel-toggle").click()
    box = page.get_by_label("The provider is slow (40 s)")
    await expect(box).not_to_be_checked()
    asked, switched, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def answer_late(route: Route) -> None:
        if asked.is_set():
            await ended.wait()
            await route.continue_()
            return
        asked.set()
        panel = await (await route.fetch()).json()
        task = {"prompt": "an old answer", "age": 1, "left": 1, "polls": 1, "noticed": False, "ends": "done"}
        await switched.wait()
        await route.fulfill(json=panel | {"tasks": [task]})

    await page.route("**/panel?*", answer_late)
    await asked.wait()
    async with page.expect_response("**/switch"):
        await box.click()
    switched.set()
    await expect(page.locator("#tasks")).to_contain_text("an old answer")
    assert await box.is_checked()
    ended.set()
    await expect(page.locator("#tasks")).not_to_contain_text("an old answer")
    await expect(box).to_be_checked()


async def test_an_edited_command_in_a_narrow_dark_window(visitor: Visitor) -> None:
    page = visitor.page
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size({"width": 400, "height": 800})
    await visitor.write("/imagine a fox")
    await expect(page.locator("#messages")).to_contain_text("“a fox”")
    await page.locator("li.own").last.hover()
    await page.locator("li.own").last.get_by_role("button", name="Edit").click()
    await visitor.write("/imagine a wolf")
    await expect(page.locator("#messages")).to_contain_text("“a wolf”")
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
                timeout=TIMEOUT,
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
