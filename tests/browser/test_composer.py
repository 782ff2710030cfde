"""The composer: drafts of each chat, answers to questions, albums, menus, and failed posts."""

from typing import Any

import pytest
from aiogram.types import BotCommand, ForceReply, ReplyParameters
from playwright.async_api import FilePayload, expect

from playground.scene import ANN, BORIS, FRIENDS, STUDIO
from tests.support.stage import Stage, keys
from tests.support.world import jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


def _photos(count: int) -> list[FilePayload]:
    return [
        {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": jpeg(64 + number, 48)}
        for number in range(count)
    ]


async def _question(stage: Stage, chat_id: int, text: str, **more: Any) -> None:
    await stage.bot.send_message(
        chat_id,
        text,
        reply_markup=ForceReply(force_reply=True, input_field_placeholder="A lighthouse"),
        **more,
    )


async def test_a_question_opens_the_reply_field_in_private_even_as_an_answer_to_the_bot(stage: Stage) -> None:
    page = stage.visitor.page
    picture = await stage.bot.send_message(ANN, "A picture")
    await _question(
        stage, ANN, "What shall I change?", reply_parameters=ReplyParameters(message_id=picture.message_id)
    )
    await expect(page.locator("#replying")).to_contain_text("What shall I change?")
    await expect(page.get_by_placeholder("A lighthouse")).to_be_focused()
    await page.keyboard.type("make it night")
    await page.keyboard.press("Enter")
    await expect(page.locator("#replying")).to_be_hidden()
    message = (await stage.updates())[0].message
    assert message is not None
    assert message.reply_to_message is not None
    assert message.reply_to_message.text == "What shall I change?"


async def test_a_question_with_buttons_opens_the_reply_field_too(stage: Stage) -> None:
    page = stage.visitor.page
    suggestions = keys("Make it night", "Add snow").model_copy(update={"force_reply": True})
    asked = await stage.bot.send_message(ANN, "What shall I change?", reply_markup=suggestions)
    await expect(page.locator("#replying")).to_contain_text("What shall I change?")
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.type("a boat")
    await stage.visitor.press("Add snow")
    pressed = (await stage.updates_until("callback_query"))[0].callback_query
    assert pressed is not None
    await stage.bot.answer_callback_query(pressed.id)
    await stage.bot.delete_message(ANN, asked.message_id)
    await expect(page.locator("#replying")).to_be_hidden()
    await expect(page.locator("#text")).to_have_value("a boat")


async def test_in_a_group_only_the_asked_member_gets_the_reply_field(stage: Stage) -> None:
    page, chats = stage.visitor.page, stage.telegram.chats
    asked = chats.add(FRIENDS, chats.users[BORIS], text="/imagine")
    await stage.visitor.chat("Friends")
    await _question(
        stage, FRIENDS, "Что нарисовать?", reply_parameters=ReplyParameters(message_id=asked.message_id)
    )
    await expect(page.locator("#messages")).to_contain_text("Что нарисовать?")
    await expect(page.locator("#replying")).to_be_hidden()
    await stage.visitor.play("Борис")
    await expect(page.locator("#replying")).to_contain_text("Что нарисовать?")


async def test_each_user_has_a_draft_in_each_chat_and_topic(stage: Stage) -> None:
    page, visitor = stage.visitor.page, stage.visitor
    await stage.bot.send_message(FRIENDS, "Reply to me")
    await visitor.chat("Friends")
    await page.locator("#text").fill("half written")
    await page.locator("#messages li").hover()
    await page.get_by_role("button", name="Reply", exact=True).click()
    await page.locator("#file").set_input_files(_photos(2))
    await visitor.play("Борис")
    await expect(page.locator("#text")).to_have_value("")
    await expect(page.locator("#attached")).to_be_hidden()
    await visitor.chat("Studio")
    await page.get_by_role("button", name="# Portraits").click()
    await page.locator("#text").fill("портрет")
    await page.get_by_role("button", name="# Landscapes").click()
    await expect(page.locator("#text")).to_have_value("")
    await visitor.chat("Friends")
    await visitor.play("Ann")
    await stage.stop_page()
    stage.visitor.complaints.clear()
    await expect(page.locator("#doing")).to_have_text("Connecting…")
    await stage.start_page()
    await expect(page.locator("#text")).to_have_value("half written")
    await expect(page.locator("#replying")).to_contain_text("Reply to me")
    await expect(page.locator("#attached img")).to_have_count(2)
    await visitor.play("Борис")
    await visitor.chat("Studio")
    await expect(page.get_by_role("button", name="# Landscapes")).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="# Portraits").click()
    await expect(page.locator("#text")).to_have_value("портрет")
    stage.visitor.complaints.clear()


async def test_a_failed_post_is_said_and_the_text_is_kept(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.bot.send_message(ANN, "hello")
    await page.locator("#text").fill("precious words")
    await stage.stop_page()
    await page.keyboard.press("Enter")
    await expect(page.locator("#toast")).to_contain_text("Your text is kept")
    await expect(page.locator("#text")).to_have_value("precious words")
    await stage.start_page()
    await page.locator("#text").press("Enter")
    await expect(page.locator("#messages")).to_contain_text("precious words")
    await expect(page.locator("#text")).to_have_value("")
    assert await stage.texts() == ["precious words"]
    assert stage.visitor.complaints
    stage.visitor.complaints.clear()


async def test_a_refusal_of_the_server_is_said(stage: Stage) -> None:
    page = stage.visitor.page
    sent = stage.telegram.chats.add(ANN, stage.telegram.chats.users[ANN], text="a fxo")
    await page.locator("#messages li").hover()
    await page.get_by_role("button", name="Edit").click()
    await page.locator("#text").fill("a fox")
    del stage.telegram.chats.messages[ANN, sent.message_id]
    await page.keyboard.press("Enter")
    await expect(page.locator("#toast")).to_have_text("The message is deleted. Not sent. Your text is kept.")
    await expect(page.locator("#text")).to_have_value("a fox")
    stage.visitor.complaints.clear()


async def test_an_album_has_one_caption_and_a_common_id(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.bot.send_message(ANN, "hello")
    await page.locator("#file").set_input_files(_photos(4))
    await page.get_by_role("button", name="Remove 3.jpg").click()
    await page.locator("#text").fill("make them night")
    await page.keyboard.press("Enter")
    await expect(page.locator(".photo img")).to_have_count(3)
    await expect(page.locator("#attached")).to_be_hidden()
    messages = [update.message for update in await stage.updates(3)]
    assert len({message.media_group_id for message in messages if message}) == 1
    assert all(message and message.media_group_id for message in messages)
    assert [message.caption for message in messages if message] == ["make them night", None, None]


async def test_the_field_grows_with_its_text(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.bot.send_message(ANN, "hello")
    field = page.locator("#text")
    await expect(field).to_be_visible()
    low = await field.evaluate("(node) => node.clientHeight")
    await field.fill("a long description that wraps " * 12)
    assert await field.evaluate("(node) => node.clientHeight") > 2 * low
    assert await field.evaluate(
        "(node) => node.scrollHeight <= node.clientHeight + 2 || node.clientHeight > 150"
    )
    await field.fill("")
    assert await field.evaluate("(node) => node.clientHeight") == low


async def test_a_slash_opens_the_menu_and_a_click_outside_or_escape_closes_it(stage: Stage) -> None:
    page, menu = stage.visitor.page, stage.visitor.page.locator("#menu")
    commands = [
        BotCommand(command="imagine", description="Draw"),
        BotCommand(command="quota", description="Left"),
    ]
    await stage.bot.set_my_commands(commands)
    await stage.bot.send_message(ANN, "hello")
    await expect(page.locator("#text")).to_be_visible()
    await page.locator("#text").press_sequentially("/")
    await expect(menu.get_by_role("menuitem")).to_have_count(2)
    await page.keyboard.type("qu")
    await expect(menu.get_by_role("menuitem")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await page.locator("#text").fill("")
    await page.get_by_role("button", name="Commands").click()
    await expect(menu.get_by_role("menuitem").first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(page.get_by_role("button", name="Commands")).to_be_focused()
    await page.get_by_role("button", name="Commands").click()
    await page.locator("#log").click(position={"x": 300, "y": 100})
    await expect(menu).to_be_hidden()
    await page.locator("#text").press_sequentially("/q")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("li.own")).to_have_count(1)
    assert await stage.texts() == ["/quota"]


async def test_the_large_photo_closes_by_a_click_beside_it(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.bot.send_message(ANN, "hello")
    await page.locator("#file").set_input_files(_photos(1))
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.locator("button.photo").click()
    large = page.get_by_role("dialog", name="Photo")
    await expect(large).to_be_visible()
    await page.mouse.click(20, 400)
    await expect(large).to_be_hidden()


async def test_the_topic_of_each_chat_is_remembered_and_counts_what_is_new(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.visitor.chat("Studio")
    await stage.bot.send_message(STUDIO, "A portrait", message_thread_id=12)
    portraits = page.get_by_role("button", name="# Portraits")
    await expect(portraits.locator(".unread")).to_have_text("1")
    await portraits.click()
    await expect(page.locator("#messages")).to_contain_text("A portrait")
    await stage.visitor.chat("Friends")
    await stage.visitor.chat("Studio")
    await expect(portraits).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="# General").click()
    await stage.visitor.write("in General")
    message = (await stage.updates())[-1].message
    assert message is not None
    assert message.message_thread_id is None
