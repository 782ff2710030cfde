"""Messages on the page behave as in Telegram: keys, presses, ephemeral messages, code, quotes, and scrolling."""

import re
from pathlib import Path

import pytest
from aiogram.types import (
    CopyTextButton,
    DisabledButton,
    EphemeralMessageParameters,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyParameters,
)
from playwright.async_api import FilePayload, expect

from chat.translations import LANGUAGES
from playground import files
from playground.scene import ANN, BORIS, FRIENDS
from tests.support.stage import Stage, keys
from tests.support.world import jpeg

TEXTS = Path(__file__).parents[2] / "chat" / "texts"

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_the_page_s_words_are_the_same_in_both_languages(stage: Stage) -> None:
    words: dict[str, dict[str, str | dict[str, str]]] = await stage.visitor.page.evaluate(
        "async () => (await import('/page/texts.js')).TEXTS"
    )
    assert words["en"].keys() == words["ru"].keys()
    for name, english in words["en"].items():
        russian = words["ru"][name]
        assert isinstance(english, str) == isinstance(russian, str), name
        if isinstance(english, str) and isinstance(russian, str):
            assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", russian)), name
            assert " – " not in russian, name


async def test_a_disabled_button_cannot_be_pressed(stage: Stage) -> None:
    page = stage.visitor.page
    markup = keys("Left", "Right")
    markup.inline_keyboard[0][0] = InlineKeyboardButton(text="Left", disabled=DisabledButton())
    await stage.bot.send_message(ANN, "Choose", reply_markup=markup)
    await expect(page.locator(".keys button", has_text="Left")).to_be_disabled()
    await expect(page.locator(".keys button", has_text="Right")).to_be_enabled()


async def test_a_press_shows_until_the_bot_answers_it(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.bot.send_message(ANN, "Choose", reply_markup=keys("Left", "Right"))
    await stage.visitor.press("Left")
    await expect(page.locator(".keys [aria-busy]")).to_have_text("Left")
    query = (await stage.updates())[0].callback_query
    assert query is not None
    await stage.bot.answer_callback_query(query.id, "Taken.")
    await expect(page.locator(".keys [aria-busy]")).to_have_count(0)
    await expect(page.locator("#toast")).to_have_text("Taken.")
    await stage.visitor.chat("Friends")
    await expect(page.locator("#toast")).to_be_hidden()


async def test_an_alert_is_a_dialog(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.bot.send_message(ANN, "Choose", reply_markup=keys("Left"))
    await stage.visitor.press("Left")
    query = (await stage.updates())[0].callback_query
    assert query is not None
    await stage.bot.answer_callback_query(query.id, "This cannot be done.", show_alert=True)
    dialog = page.get_by_role("dialog", name="This cannot be done.")
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("button", name="OK").click()
    await expect(dialog).to_be_hidden()


async def test_the_keyboard_stays_on_the_pressed_key(stage: Stage) -> None:
    page, bot = stage.visitor.page, stage.bot
    sent = await bot.send_message(ANN, "Page 1", reply_markup=keys("◀", "▶"))
    forward = page.locator(".keys button", has_text="▶")
    await forward.focus()
    await page.keyboard.press("Enter")
    await bot.edit_message_text(
        "Page 2", chat_id=ANN, message_id=sent.message_id, reply_markup=keys("▶", "▶▶")
    )
    await expect(page.locator("#messages")).to_contain_text("Page 2")
    await expect(forward.first).to_be_focused()
    await bot.edit_message_reply_markup(chat_id=ANN, message_id=sent.message_id, reply_markup=keys("Other"))
    await expect(page.locator(".keys button", has_text="Other")).to_be_focused()
    await bot.delete_message(ANN, sent.message_id)
    await expect(page.locator("#messages li")).to_have_count(0)


async def test_only_a_changed_text_is_called_edited_and_progress_is_not_read_aloud(stage: Stage) -> None:
    page, bot = stage.visitor.page, stage.bot
    sent = await bot.send_message(ANN, "Drawing", reply_markup=keys("Cancel"))
    await expect(page.locator("#announcer")).to_have_text("Imagine: Drawing")
    await bot.edit_message_reply_markup(chat_id=ANN, message_id=sent.message_id, reply_markup=keys("Stop"))
    await expect(page.locator(".keys")).to_have_text("Stop")
    await expect(page.locator(".meta")).not_to_contain_text("edited")
    await bot.edit_message_text("Drawing for 10 s", chat_id=ANN, message_id=sent.message_id)
    await expect(page.locator(".meta")).to_contain_text("edited")
    await expect(page.locator("#announcer")).to_have_text("Imagine: Drawing")
    await expect(page.get_by_role("log")).to_have_attribute("aria-live", "off")
    await bot.send_message(ANN, "Готово")
    await expect(page.locator("#announcer [lang=ru]")).to_have_text("Imagine: Готово")
    await expect(page.locator(".text[lang=ru]")).to_have_text("Готово")


async def test_the_sentences_of_the_bot_are_marked_with_their_language(stage: Stage) -> None:
    sentence = re.compile(r"^[\w-]+ = ([^{<\n]{40,})$", re.MULTILINE)
    for language in LANGUAGES:
        texts = sentence.findall((TEXTS / f"{language}.ftl").read_text(encoding="utf-8"))
        assert len(texts) > 30
        script = (
            "async (texts) => texts.map(((m) => (one) => m.languageOf(one))(await import('/page/dom.js')))"
        )
        found = await stage.visitor.page.evaluate(script, texts)
        assert [text for text, one in zip(texts, found, strict=True) if one != language] == []


async def test_a_replacement_is_in_the_place_of_its_message_for_one_user(stage: Stage) -> None:
    page, bot, chats = stage.visitor.page, stage.bot, stage.telegram.chats
    await stage.visitor.chat("Friends")
    photo = files.photo_sizes(chats, jpeg(640, 360))[-1].file_id
    await bot.send_photo(FRIENDS, photo, caption="a fox", reply_markup=keys("Shape"))
    await bot.send_message(FRIENDS, "the last one")
    await stage.visitor.press("Shape")
    query = (await stage.updates_until("callback_query"))[0].callback_query
    assert query is not None
    shown = await bot.send_photo(
        FRIENDS,
        photo,
        caption="a fox",
        reply_markup=keys("9:16"),
        ephemeral_message_parameters=EphemeralMessageParameters(
            receiver_user_id=ANN, callback_query_id=query.id, replace_callback_query_message=True
        ),
    )
    await bot.answer_callback_query(query.id)
    labels = page.locator("#messages .keys button")
    await expect(labels).to_have_text(["9:16"])
    await expect(page.locator("#messages li").last).to_contain_text("the last one")
    await expect(page.locator("#messages li.ephemeral")).to_be_focused()
    await stage.visitor.play("Борис")
    await expect(labels).to_have_text(["Shape"])
    await stage.visitor.play("Ann")
    await expect(labels).to_have_text(["9:16"])
    await bot.delete_ephemeral_message(FRIENDS, ANN, shown.ephemeral_message_id or 0)
    await expect(labels).to_have_text(["Shape"])


async def test_an_ephemeral_message_keeps_its_form_and_survives_a_reload(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.bot.send_message(
        FRIENDS,
        "Send <code>/imagine fox</code> please",
        parse_mode="HTML",
        ephemeral_message_parameters=EphemeralMessageParameters(receiver_user_id=ANN),
        reply_markup=keys("Draw it"),
    )
    for _ in range(2):
        await stage.visitor.chat("Friends")
        ephemeral = page.locator(".ephemeral")
        await expect(ephemeral.locator("code")).to_have_text("/imagine fox")
        await expect(ephemeral.locator(".command")).to_have_count(0)
        await expect(ephemeral.get_by_role("button", name="Reply")).to_have_count(0)
        await page.reload()
    await stage.visitor.chat("Friends")
    await stage.visitor.press("Draw it")
    await expect(page.locator(".keys [aria-busy]")).to_have_count(1)
    query = (await stage.updates())[0].callback_query
    assert query is not None
    assert query.message is not None
    assert query.message.message_id == 0
    await stage.bot.answer_callback_query(query.id)
    await expect(page.locator(".keys [aria-busy]")).to_have_count(0)
    await stage.visitor.play("Борис")
    await expect(page.locator(".ephemeral")).to_have_count(0)


async def test_code_and_copy_keys_are_copied_by_a_tap(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copy = InlineKeyboardButton(text="Copy it", copy_text=CopyTextButton(text="from the key"))
    markup = InlineKeyboardMarkup(inline_keyboard=[[copy]])
    await stage.bot.send_message(ANN, "<code>from the text</code>", parse_mode="HTML", reply_markup=markup)
    await page.locator("code").click()
    await expect(page.locator("#toast")).to_have_text("Copied to the clipboard.")
    assert await page.evaluate("navigator.clipboard.readText()") == "from the text"
    await stage.visitor.press("Copy it")
    await page.wait_for_function("async () => await navigator.clipboard.readText() === 'from the key'")


async def test_a_time_is_shown_in_the_reader_s_words(stage: Stage) -> None:
    html = 'New ones <tg-time unix="1795651200" format="wD">then</tg-time>.'
    await stage.bot.send_message(BORIS, html, parse_mode="HTML")
    await stage.visitor.play("Борис")
    await expect(stage.visitor.page.locator("time")).to_contain_text("ноября 2026")


async def test_the_way_back_down_counts_new_messages(stage: Stage) -> None:
    page = stage.visitor.page
    for number in range(40):
        stage.telegram.chats.add(FRIENDS, stage.telegram.chats.users[BORIS], text=f"message {number}")
    await stage.visitor.chat("Friends")
    await expect(page.locator("#messages li").first).to_be_in_viewport()  # the first new one, as in Telegram
    await page.get_by_role("button", name="To the newest message").click()
    await expect(page.locator("#messages li").last).to_be_in_viewport()
    await expect(page.locator("#down")).to_be_hidden()
    await page.locator("#log").hover()
    await page.mouse.wheel(0, -900)
    await expect(page.locator("#down")).to_be_visible()
    await stage.bot.send_message(FRIENDS, "news")
    await expect(page.locator("#down .unread")).to_have_text("1")
    await page.get_by_role("button", name="To the newest message").click()
    await expect(page.locator("#messages li").last).to_be_in_viewport()
    await expect(page.locator("#down")).to_be_hidden()
    await stage.visitor.chat("Imagine")
    await stage.bot.send_message(FRIENDS, "more news")
    unread = page.locator("#chats button", has_text="Friends").locator(".unread")
    await expect(unread).to_have_text("1")
    await stage.visitor.chat("Friends")
    await expect(page.locator("#messages li[data-new]")).to_contain_text("more news")
    await expect(unread).to_have_count(0)


async def test_a_portrait_fills_its_bubble_and_a_quote_is_one_line(stage: Stage) -> None:
    page, chats = stage.visitor.page, stage.telegram.chats
    first = chats.add(ANN, chats.users[ANN], text="/imagine a tall tower\nwith a flag")
    photo = files.photo_sizes(chats, jpeg(600, 1_060))
    await stage.bot.send_photo(
        ANN,
        photo[-1].file_id,
        caption="a tall tower with a flag",
        reply_parameters=ReplyParameters(message_id=first.message_id),
    )
    bubble, image = page.locator(".with-photo .bubble"), page.locator(".photo img")
    await expect(image).to_be_visible()
    box, shown = await bubble.bounding_box(), await image.bounding_box()
    assert box is not None
    assert shown is not None
    assert box["width"] - shown["width"] < 12
    line = page.locator(".reply span span")
    assert await line.evaluate(
        "(node) => node.clientHeight < 1.6 * parseFloat(getComputedStyle(node).lineHeight)"
    )


async def test_a_pdf_is_a_file_not_a_broken_photo(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.bot.send_message(ANN, "Send me something")
    pdf: FilePayload = {
        "name": "plan.pdf",
        "mimeType": "application/pdf",
        "buffer": b"%PDF-1.4 not a picture",
    }
    await page.locator("#file").set_input_files([pdf])
    await expect(page.locator("#attached")).to_contain_text("plan.pdf")
    await expect(page.locator("#attached img")).to_have_count(0)
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator("a.file")).to_contain_text("plan.pdf")
    update = (await stage.updates())[0].message
    assert update is not None
    assert update.document is not None
    assert update.document.mime_type == "application/pdf"


@pytest.mark.parametrize(
    ("name", "mime_type", "content", "word"),
    [("doc.pdf", "application/pdf", b"%PDF-1.4", "File"), ("fox.jpg", "image/jpeg", jpeg(), "Photo")],
)
async def test_a_quote_names_a_file_or_a_photo(
    stage: Stage, name: str, mime_type: str, content: bytes, word: str
) -> None:
    page = stage.visitor.page
    await stage.visitor.write("/start")
    given: FilePayload = {"name": name, "mimeType": mime_type, "buffer": content}
    await page.locator("#file").set_input_files([given])
    await page.locator("#text").press("Enter")
    await expect(page.locator("#messages li")).to_have_count(3)
    update = (await stage.updates(2))[-1]
    assert update.message is not None
    reply = ReplyParameters(message_id=update.message.message_id)
    await stage.bot.send_message(ANN, "I see.", reply_parameters=reply)
    quote = page.locator("#messages li", has_text="I see.").locator(".reply")
    await expect(quote.locator("span > span")).to_have_text(word)
