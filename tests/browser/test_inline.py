"""Inline mode, Share and guest mode on the page, with the keyboard alone where Telegram allows it."""

import pytest
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    SwitchInlineQueryChosenChat,
)
from playwright.async_api import expect

from playground.scene import ANN, FRIENDS
from tests.support.browser import Visitor
from tests.support.stage import Stage, keys

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

_TYPE = """(texts) => {
    const field = document.getElementById("text");
    field.focus();
    for (const text of texts) {
        field.value = text;
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
}"""
"""Types without a pause between the texts, however busy the machine is."""


async def _query(stage: Stage, text: str) -> InlineQuery:
    """Write a text and return the query that it is."""
    await stage.visitor.page.locator("#text").fill(text)
    return await _next_query(stage)


async def _next_query(stage: Stage) -> InlineQuery:
    (update,) = await stage.updates_until("inline_query")
    assert update.inline_query is not None
    return update.inline_query


async def _answer(stage: Stage, query: InlineQuery, *titles: str, next_offset: str = "") -> None:
    results = [
        InlineQueryResultArticle(
            id=title,
            title=title,
            input_message_content=InputTextMessageContent(message_text=f"sent: {title}"),
            reply_markup=keys("Draw it"),
        )
        for title in titles
    ]
    await stage.bot.answer_inline_query(query.id, list(results), next_offset=next_offset)


async def test_a_picture_is_drawn_and_shared_in_a_chat_without_the_bot(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.begin()
    await visitor.chat("Weekend trip")
    await page.locator("#text").focus()
    await page.keyboard.type("@imagine_demo_bot a fox in the snow")
    options = page.get_by_role("listbox", name="Results of Imagine").get_by_role("option")
    await expect(options).to_have_count(5)
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("option", selected=True)).to_contain_text("16:9")
    await page.keyboard.press("Enter")
    drawn = page.locator("li.own", has=page.locator(".photo img"))
    await expect(drawn).to_have_count(1)
    await expect(drawn.locator(".via")).to_have_text("via @imagine_demo_bot")
    await expect(drawn.get_by_role("button", name="Edit")).to_have_count(0)
    await expect(page.locator("#text")).to_be_focused()
    await expect(page.locator("#text")).to_have_value("")
    await expect(page.locator("#announcer")).to_have_text("Ann: a fox in the snow")
    await visitor.chat("Imagine")
    await page.locator(".keys button", has_text="Share").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Choose a chat").get_by_role("button").first).to_be_focused()
    await page.get_by_role("dialog").get_by_role("button", name="Friends").press("Enter")
    await expect(page.locator("#title")).to_have_text("Friends")
    await expect(page.locator("#text")).to_have_value("@imagine_demo_bot #1")
    await expect(page.locator("#results img")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.locator("li.own .photo img")).to_have_count(1)
    await expect(page.locator("#messages li")).to_have_count(1)


async def test_a_guest_s_answer_to_a_photo_changes_it(visitor: Visitor) -> None:
    page = visitor.page
    await visitor.chat("Weekend trip")
    await page.locator("#messages li").hover()
    await page.get_by_role("button", name="Reply").click()
    await visitor.write("And now @imagine_demo_bot make it night")
    changed = page.locator("li:not(.own)", has_text="Imagine").locator(".photo img")
    await expect(changed).to_have_count(1)
    await visitor.press("Open in chat")
    await expect(page.locator("#title")).to_have_text("Imagine")
    await page.get_by_role("button", name="Start", exact=True).click()
    await expect(page.locator("#messages li.own")).to_have_count(1)


async def test_only_a_pause_in_typing_asks_and_only_the_last_answer_counts(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.visitor.chat("Weekend trip")
    await page.evaluate(_TYPE, ["@imagine_demo_bot a", "@imagine_demo_bot a fo", "@imagine_demo_bot a fox"])
    first = await _next_query(stage)
    assert (first.query, first.chat_type, first.offset) == ("a fox", "group", "")
    second = await _query(stage, "@imagine_demo_bot a fox at night")
    await _answer(stage, first, "too late")
    await _answer(stage, second, "in time")
    await expect(page.get_by_role("option").locator("b")).to_have_text(["in time"])
    await expect(page.locator("#text")).to_have_attribute("aria-activedescendant", "result-0")
    await expect(page.locator("#announcer")).to_contain_text("1 result.")
    await page.locator("#text").fill("hello")
    await expect(page.locator("#results")).to_be_hidden()


async def test_further_pages_come_at_the_end_of_the_list(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.visitor.chat("Weekend trip")
    await _answer(
        stage, await _query(stage, "@imagine_demo_bot "), *(f"fox {n}" for n in range(30)), next_offset="30"
    )
    await expect(page.get_by_role("option")).to_have_count(30)
    for _ in range(29):
        await page.keyboard.press("ArrowDown")
    page_two = await _next_query(stage)
    assert (page_two.query, page_two.offset) == ("", "30")
    await _answer(stage, page_two, "fox 30", "fox 31")
    await expect(page.get_by_role("option")).to_have_count(32)
    await expect(page.get_by_role("option", selected=True)).to_contain_text("fox 29")
    await expect(page.get_by_role("option", selected=True)).to_be_in_viewport()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("li.own .text")).to_have_text("sent: fox 31")
    assert [update.event_type for update in await stage.updates()] == ["chosen_inline_result"]


async def test_enter_before_the_answer_chooses_the_first_result(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.visitor.chat("Weekend trip")
    query = await _query(stage, "@imagine_demo_bot a fox")
    await page.keyboard.press("Enter")
    await _answer(stage, query, "first", "second")
    await expect(page.locator("li.own .text")).to_have_text("sent: first")
    await expect(page.locator("#results")).to_be_hidden()
    await stage.visitor.press("Draw it")
    (press,) = await stage.updates_until("callback_query")
    assert press.callback_query is not None
    assert press.callback_query.inline_message_id is not None


async def test_after_escape_the_text_is_a_message_that_asks_as_a_guest(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.visitor.chat("Weekend trip")
    await _answer(stage, await _query(stage, "@imagine_demo_bot a fox"), "Draw")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(page.locator("#results")).to_be_hidden()
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.press("Enter")
    (update,) = await stage.updates_until("guest_message")
    assert update.guest_message is not None
    assert update.guest_message.text == "@imagine_demo_bot a fox"
    await page.locator("#messages").get_by_role("button", name="@imagine_demo_bot").click()
    await expect(page.locator("#title")).to_have_text("Imagine")


async def test_the_button_above_the_results_leads_to_start(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.bot.send_message(ANN, "hello")
    await stage.visitor.chat("Weekend trip")
    query = await _query(stage, "@imagine_demo_bot a fox --seed 7")
    button = InlineQueryResultsButton(text="Leave out the options", start_parameter="inline")
    await stage.bot.answer_inline_query(query.id, [], button=button)
    above = page.get_by_role("option", name="Leave out the options")
    await expect(above).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(above).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#title")).to_have_text("Imagine")
    await page.get_by_role("button", name="Start", exact=True).click()
    (update,) = await stage.updates_until("message")
    assert update.message is not None
    assert update.message.text == "/start inline"


async def test_buttons_and_the_bot_s_name_write_the_query(stage: Stage) -> None:
    page = stage.visitor.page
    everywhere = SwitchInlineQueryChosenChat(query="#1", allow_user_chats=True, allow_bot_chats=True)
    rows = [
        [InlineKeyboardButton(text="In this chat", switch_inline_query_current_chat="a fox")],
        [InlineKeyboardButton(text="Elsewhere", switch_inline_query_chosen_chat=everywhere)],
    ]
    await stage.bot.send_message(FRIENDS, "news", reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))
    await stage.visitor.chat("Friends")
    await stage.visitor.press("In this chat")
    await expect(page.locator("#text")).to_have_value("@imagine_demo_bot a fox")
    await _answer(stage, await _next_query(stage), "a fox")
    await page.get_by_role("option").click()
    await page.locator(".via").click()
    await expect(page.locator("#text")).to_have_value("@imagine_demo_bot ")
    await expect(page.locator("#text")).to_be_focused()
    await stage.visitor.press("Elsewhere")
    chooser = page.get_by_role("dialog", name="Choose a chat")
    await expect(chooser.get_by_role("button")).to_have_text(["Imagine", "Cancel"])
    await page.keyboard.press("Escape")
    await expect(chooser).to_be_hidden()
    await expect(page.locator(".keys button", has_text="Elsewhere")).to_be_focused()


async def test_a_bot_that_does_not_answer_is_said(stage: Stage) -> None:
    page = stage.visitor.page
    stage.server.actions.answer_seconds = 0.01
    await stage.visitor.play("Борис")
    await stage.visitor.chat("Weekend trip")
    query = await _query(stage, "@imagine_demo_bot лиса")
    await expect(page.locator("#results")).to_have_text("Imagine не отвечает.")
    await _answer(stage, query)
    stage.server.actions.answer_seconds = 60.0
    await _answer(stage, await _query(stage, "@imagine_demo_bot волк"))
    await expect(page.locator("#results")).to_have_text("Ничего не найдено.")
