"""axe-core finds nothing on the page: in all its states, light and dark, narrow and wide."""

import importlib.resources
import itertools
import os
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import pytest
from aiogram.types import (
    BotCommand,
    EphemeralMessageParameters,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultCachedPhoto,
    InlineQueryResultsButton,
    InputTextMessageContent,
    ReplyParameters,
    SwitchInlineQueryChosenChat,
)
from playwright.async_api import FilePayload, Page, expect

from playground import files
from playground.scene import ANN, BORIS, FRIENDS, STUDIO
from playground.star_ledger import MONTH
from tests.support.shop import OFFER
from tests.support.stage import Stage, keys
from tests.support.world import jpeg

if not os.environ.get("CI"):
    pytest.importorskip("axe_playwright_python", reason="the development packages are not all installed")

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (390, 1180)


async def violations(page: Page) -> list[str]:
    """Return the violations that axe-core finds, each with the element and the reason."""
    if not await page.evaluate("'axe' in window"):
        script = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js")
        await page.evaluate(script.read_text(encoding="utf-8"))
    found: dict[str, Any] = await page.evaluate(
        "(tags) => axe.run({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })", TAGS
    )
    return [
        f"{violation['id']}: {node['html'][:140]} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


async def _check(page: Page) -> None:
    """Check the present state in both schemes and widths. Animations are over before axe looks."""
    for scheme, width in itertools.product(SCHEMES, WIDTHS):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.set_viewport_size({"width": width, "height": 800})
        assert await violations(page) == [], f"{scheme}, {width} px"


async def _first_screen(stage: Stage) -> None:
    await stage.bot.set_my_description("I draw what you describe.")
    await expect(stage.visitor.page.locator("#welcome")).to_contain_text("I draw")


async def _private_chat(stage: Stage) -> None:
    bot, chats = stage.bot, stage.telegram.chats
    command = chats.add(ANN, chats.users[ANN], text="/imagine a fox, and /help", edit_date=1)
    photo = files.photo_sizes(chats, jpeg(640, 360))
    reply = ReplyParameters(message_id=command.message_id)
    markup = keys("Again", "Shape").inline_keyboard + keys("Edit", "Original").inline_keyboard
    for button, style in zip(markup[0] + markup[1], ("danger", "success", "primary", None), strict=True):
        button.style = style
    await bot.send_photo(
        ANN,
        photo[-1].file_id,
        caption="a fox",
        reply_parameters=reply,
        reply_markup=InlineKeyboardMarkup(inline_keyboard=markup),
    )
    document = files.keep_document(chats, b"%PDF-1.4", "plan.pdf", "application/pdf")
    chats.add(ANN, chats.users[ANN], document=document, caption="a file")
    html = "<b>bold</b> <code>/imagine a fox</code> <a href='https://t.me/imagine_demo_bot?start=x'>link</a>"
    await bot.send_message(ANN, html, parse_mode="HTML")
    await bot.send_message(ANN, "What shall I change?", reply_markup=ForceReply(force_reply=True))
    await expect(stage.visitor.page.locator("#replying")).to_be_visible()
    await expect(stage.visitor.page.locator(".photo img")).to_be_visible()
    await bot.send_message(ANN, "Styles", reply_markup=keys("ps:7:ink", "ps:7:comic"))
    await expect(stage.visitor.page.get_by_role("img", name="Example:")).to_have_count(2)
    chats.add(ANN, chats.users[ANN], sticker=files.sticker(chats, jpeg(512, 288)))
    await expect(stage.visitor.page.get_by_role("img", name="Sticker")).to_be_visible()


async def _waiting_press_and_files(stage: Stage) -> None:
    page = stage.visitor.page
    await stage.visitor.press("Original")
    await expect(page.locator(".keys [aria-busy]")).to_have_count(1)
    attached: list[FilePayload] = [
        {"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": jpeg()},
        {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"},
    ]
    await page.locator("#file").set_input_files(attached)
    await expect(page.locator("#attached li")).to_have_count(2)


async def _menu(stage: Stage) -> None:
    await stage.bot.set_my_commands([BotCommand(command="imagine", description="Draw a picture")])
    await stage.visitor.page.locator("#menu-toggle").click()
    await expect(stage.visitor.page.locator("#menu")).to_be_visible()


async def _alert(stage: Stage) -> None:
    page = stage.visitor.page
    await page.keyboard.press("Escape")
    (query,) = [update.callback_query for update in await stage.updates_until("callback_query")]
    assert query is not None
    await stage.bot.answer_callback_query(query.id, "That is not possible.", show_alert=True)
    await expect(page.locator("#alert")).to_be_visible()


async def _large_photo(stage: Stage) -> None:
    page = stage.visitor.page
    await page.locator("#alert button").click()
    await page.locator("button.photo").first.click()
    await expect(page.locator("#large")).to_be_visible()


async def _checkout(stage: Stage) -> None:
    page = stage.visitor.page
    await page.keyboard.press("Escape")
    stage.telegram.stars.ledger.balances[ANN] = 20
    await stage.bot.send_invoice(ANN, **OFFER)
    await stage.visitor.press("Pay")
    await expect(page.locator("#checkout")).to_be_visible()


async def _waiting_checkout(stage: Stage) -> None:
    page = stage.visitor.page
    await page.get_by_role("button", name="Buy").click()
    await page.locator("#checkout").get_by_role("button", name="Pay").click()
    await expect(page.locator("#checkout-state")).to_have_attribute("data-kind", "waiting")


async def _refused_checkout(stage: Stage) -> None:
    (query,) = [update.pre_checkout_query for update in await stage.updates_until("pre_checkout_query")]
    assert query is not None
    await stage.bot.answer_pre_checkout_query(query.id, ok=False, error_message="The price has changed.")
    await expect(stage.visitor.page.locator("#checkout-state")).to_have_attribute("data-kind", "bad")


async def _group(stage: Stage) -> None:
    page, chats = stage.visitor.page, stage.telegram.chats
    await page.keyboard.press("Escape")
    for user in (ANN, BORIS):
        message = chats.add(FRIENDS, chats.users[user], text="/imagine лиса на снегу")
        chats.react(message, "👀")
    await stage.bot.send_message(
        FRIENDS,
        "This is <code>--size</code>, which I do not have. /help",
        parse_mode="HTML",
        ephemeral_message_parameters=EphemeralMessageParameters(receiver_user_id=BORIS),
        reply_markup=keys("Draw it"),
    )
    await stage.visitor.play("Борис")
    await stage.visitor.chat("Friends")
    await expect(page.locator(".ephemeral")).to_be_visible()
    await expect(page.locator("[data-new]")).to_have_count(1)


async def _topics(stage: Stage) -> None:
    await stage.bot.send_message(STUDIO, "A portrait", message_thread_id=12)
    await stage.visitor.chat("Studio")
    await expect(stage.visitor.page.locator("#topics .unread")).to_have_count(1)


async def _group_without_the_bot(stage: Stage) -> None:
    await stage.visitor.play("Carol")
    await stage.visitor.chat("Book club")
    await expect(stage.visitor.page.locator("#bar")).to_be_visible()
    await stage.visitor.page.locator("#as").click()


async def _inline_results(stage: Stage) -> None:
    page, chats = stage.visitor.page, stage.telegram.chats
    await page.keyboard.press("Escape")
    await stage.visitor.chat("Weekend trip")
    await page.locator("#text").fill("@imagine_demo_bot лиса")
    (query,) = [update.inline_query for update in await stage.updates_until("inline_query")]
    assert query is not None
    photo = files.photo_sizes(chats, jpeg())[-1].file_id
    await stage.bot.answer_inline_query(
        query.id,
        [
            InlineQueryResultArticle(
                id="1",
                title="🎨 Draw it, 1:1",
                description="лиса",
                input_message_content=InputTextMessageContent(message_text="лиса"),
                reply_markup=keys("Draw it", "Cancel"),
            ),
            *(
                InlineQueryResultCachedPhoto(id=f"p{number}", photo_file_id=photo, title="a lake")
                for number in range(12)
            ),
        ],
        button=InlineQueryResultsButton(text="Open our chat", start_parameter="inline"),
    )
    await expect(page.get_by_role("option")).to_have_count(14)


async def _inline_message(stage: Stage) -> None:
    page = stage.visitor.page
    await page.keyboard.press("Enter")
    await expect(page.locator(".via")).to_have_count(1)
    await expect(page.locator("#results")).to_be_hidden()


async def _chooser(stage: Stage) -> None:
    chosen = SwitchInlineQueryChosenChat(query="#1", allow_group_chats=True)
    share = InlineKeyboardButton(text="Share", switch_inline_query_chosen_chat=chosen)
    await stage.bot.send_message(
        FRIENDS, "a lake", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[share]])
    )
    await stage.visitor.chat("Friends")
    await stage.visitor.press("Share")
    await expect(stage.visitor.page.locator("#chooser")).to_be_visible()


async def _error(stage: Stage) -> None:
    page = stage.visitor.page
    await page.keyboard.press("Escape")
    await page.evaluate("document.getElementById('toast').dataset.kind = 'error'")
    await page.evaluate(
        "Object.assign(document.getElementById('toast'), { hidden: false, textContent: 'Not sent.' })"
    )


async def _inspector(stage: Stage) -> None:
    stars, boris = stage.telegram.stars, stage.telegram.chats.users[BORIS]
    link = await stage.bot.create_invoice_link(**OFFER, subscription_period=MONTH)
    stars.answer(stars.begin(boris, link).id, None)
    stars.refund(stage.telegram.star_transactions[0].id)
    await stage.visitor.page.locator("#panel-toggle").click()
    await expect(stage.visitor.page.locator("#calls li").first).to_be_visible()
    await stage.visitor.page.locator("#calls summary").first.click()
    await expect(stage.visitor.page.locator("#transactions li")).to_have_count(2)


async def _chats(stage: Stage) -> None:
    page = stage.visitor.page
    await page.locator("#panel-close").click()
    await stage.bot.send_message(FRIENDS, "news")
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.locator("#back").click()
    await expect(page.locator("#chats .unread").first).to_be_visible()


STATES: tuple[Callable[[Stage], Awaitable[None]], ...] = (
    _first_screen,
    _private_chat,
    _waiting_press_and_files,
    _menu,
    _alert,
    _large_photo,
    _checkout,
    _waiting_checkout,
    _refused_checkout,
    _group,
    _topics,
    _group_without_the_bot,
    _inline_results,
    _inline_message,
    _chooser,
    _error,
    _inspector,
    _chats,
)


async def test_axe_finds_nothing(stage: Stage) -> None:
    """The states follow one another, each from the one before, in a wide window."""
    page = stage.visitor.page
    for reach in STATES:
        await page.set_viewport_size({"width": 1180, "height": 800})
        await reach(stage)
        await _check(page)
