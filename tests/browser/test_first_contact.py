"""The first screen, START, start links, a blocked bot, and a group that the bot is added to, as in Telegram."""

import re

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import BufferedInputFile, InputProfilePhotoStatic
from playwright.async_api import expect

from chat.profile_picture import SIDE, draw_profile_picture
from playground.scene import ANN, BOOK_CLUB, CAROL, FRIENDS
from tests.support.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_the_first_screen_has_the_description_in_the_user_s_language_and_start(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.bot.set_my_description("I draw what you describe.")
    await stage.bot.set_my_description("Рисую по описанию.", language_code="ru")
    await expect(page.locator("#title")).to_have_text("Imagine")
    await expect(page.locator("#accounts [aria-pressed=true]")).to_contain_text("Ann")
    await expect(page.locator("#welcome")).to_contain_text("I draw what you describe.")
    await expect(page.locator("#welcome")).to_contain_text("You are Ann")
    await expect(page.locator("#composer")).to_be_hidden()
    await stage.visitor.play("Борис")
    await expect(page.locator("#welcome")).to_contain_text("Рисую по описанию.")
    await expect(page.locator("html")).to_have_attribute("lang", "ru")
    await page.get_by_role("button", name="Запустить").click()
    await expect(page.locator("#messages li.own .text")).to_have_text("/start")
    await expect(page.locator("#composer")).to_be_visible()
    await expect(page.locator("#welcome")).to_be_hidden()
    assert await stage.texts() == ["/start"]


async def test_the_profile_picture_of_the_bot_is_shown_as_soon_as_it_is_set(stage: Stage) -> None:
    page = stage.visitor.page
    await expect(page.locator("#face img")).to_have_attribute("src", "/page/icon.svg")
    file = BufferedInputFile(draw_profile_picture(), "profile.jpg")
    await stage.bot.set_my_profile_photo(InputProfilePhotoStatic(photo=file))
    for place in ("#face img", "#welcome img", "#chats [aria-current=true] img"):
        await expect(page.locator(place)).to_have_attribute("src", re.compile("^/file/photo-"))
        assert await page.locator(place).evaluate("one => one.decode().then(() => one.naturalWidth)") == SIDE


async def test_the_first_message_of_a_user_opens_the_private_chat(stage: Stage) -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await stage.bot.send_message(CAROL, "too early")
    await stage.visitor.play("Carol")
    await stage.visitor.page.get_by_role("button", name="Start", exact=True).click()
    await expect(stage.visitor.page.locator("#messages li.own")).to_have_count(1)
    await stage.bot.send_message(CAROL, "Hello, Carol")
    await expect(stage.visitor.page.locator("#messages")).to_contain_text("Hello, Carol")


async def test_a_start_link_in_a_group_leads_to_start_in_private(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.bot.send_message(ANN, "an older message")
    link = '<a href="https://t.me/imagine_demo_bot?start=YSBmb3g">Tap to try</a>'
    await stage.bot.send_message(FRIENDS, link, parse_mode="HTML")
    await stage.visitor.chat("Friends")
    await page.locator("#messages").get_by_role("button", name="Tap to try").click()
    await expect(page.locator("#title")).to_have_text("Imagine")
    await page.get_by_role("button", name="Start", exact=True).click()
    await expect(page.locator("li.own .text")).to_have_text("/start")
    await expect(page.locator("#composer")).to_be_visible()
    assert await stage.texts() == ["/start YSBmb3g"]


async def test_a_user_blocks_the_bot_and_starts_it_again(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.bot.send_message(ANN, "hello")
    await page.locator("#more").click()
    await page.get_by_role("menuitem", name="Block the bot").click()
    restart = page.get_by_role("button", name="Restart bot")
    await expect(restart).to_be_visible()
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await stage.bot.send_message(ANN, "hello?")
    await restart.click()
    await expect(page.locator("#composer")).to_be_visible()
    blocked, restarted, start = await stage.updates(3)
    changes = [update.my_chat_member for update in (blocked, restarted) if update.my_chat_member]
    assert [(c.old_chat_member.status, c.new_chat_member.status) for c in changes] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]
    assert start.message is not None
    assert start.message.text == "/start"


async def test_the_bot_is_added_to_a_group_and_removed(stage: Stage) -> None:
    visitor, page = stage.visitor, stage.visitor.page
    await visitor.chat("Book club")
    await expect(page.locator("#bar")).to_contain_text("Imagine is not in this group.")
    await visitor.write("nobody of you sees this")
    assert await stage.updates(at_least=0) == []
    await page.get_by_role("button", name="Add Imagine to the group").click()
    await expect(page.locator("#messages")).to_contain_text("Ann added Imagine")
    joined, service = await stage.updates(2)
    assert joined.my_chat_member is not None
    assert joined.my_chat_member.new_chat_member.status == "member"
    assert service.message is not None
    assert service.message.new_chat_members
    await stage.bot.send_message(BOOK_CLUB, "Hi!")
    await expect(page.locator("#messages")).to_contain_text("Hi!")
    await page.locator("#more").click()
    await page.get_by_role("menuitem", name="Remove Imagine").click()
    await expect(page.locator("#messages")).to_contain_text("Ann removed Imagine")
    (left,) = await stage.updates()
    assert left.my_chat_member is not None
    assert left.my_chat_member.new_chat_member.status == "left"
