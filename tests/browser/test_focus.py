"""The keyboard focus on the page: it stays on the pressed key, and goes to no key that Enter would press unseen.

The test acts as the bot, with the bot's own keyboards.
"""

import pytest
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup, InputMediaPhoto, Message
from playwright.async_api import Page, expect

from chat import keyboards, result_keyboards
from chat.bot_switches import BotSwitches
from chat.callbacks import TryAgain
from chat.result_keyboards import ResultKeyboards
from chat.translations import Translator
from core.model import AspectRatio, Request, State
from playground.scene import ANN
from storage.picture_history import HistoryPage
from tests.support.factories import origin
from tests.support.stage import Stage
from tests.support.world import jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

PICTURES = 4
ENGLISH = Translator("en")
RESULTS = ResultKeyboards(BotSwitches())
FOCUSED = """() => {
    const focused = document.activeElement;
    return focused.closest(".keys") ? focused.textContent : focused.tagName;
}"""


def _request(number: int) -> Request:
    ratio, state = AspectRatio.SQUARE, State.DELIVERED
    return Request(number, origin(number, ANN), f"fox {number}", ratio, None, state, "2026-11-26", 1.0, 1)


def _page(number: int) -> InlineKeyboardMarkup:
    """Return the buttons of a page of the history, of which the first shows the newest picture."""
    newer, older = number - 1 or None, number + 1 if number < PICTURES else None
    # A picture's id falls with the number of its page.
    ids = [None if one is None else PICTURES + 1 - one for one in (newer, older)]
    request = _request(PICTURES + 1 - number)
    page = HistoryPage(ANN, request, number, PICTURES, newer=ids[0], older=ids[1], oldest=1)
    return RESULTS.picture(ENGLISH, request, page)


async def _focused(page: Page) -> str:
    """Return the label of the key that has the focus, or the name of another element."""
    label: str = await page.evaluate(FOCUSED)
    return label


async def _focus(page: Page, label: str) -> None:
    await page.locator(".keys button", has=page.get_by_text(label, exact=True)).last.focus()


async def test_the_focus_stays_on_the_arrow_while_pictures_are_replaced(stage: Stage) -> None:
    page = stage.visitor.page
    files = []
    for number in range(1, PICTURES + 1):
        photo = BufferedInputFile(jpeg(300, 300 + number), "fox.jpg")
        shown = await stage.bot.send_photo(ANN, photo, caption="1 of 4", reply_markup=_page(1))
        assert shown.photo is not None
        files.append(shown.photo[-1].file_id)

    async def turn_to(number: int) -> str:
        """Show another page as the bot does, and return the key that has the focus then."""
        media = InputMediaPhoto(media=files[number - 1], caption=f"{number} of 4")
        await stage.bot.edit_message_media(
            media, chat_id=ANN, message_id=shown.message_id, reply_markup=_page(number)
        )
        await expect(page.locator("#messages li").last).to_contain_text(f"{number} of 4")
        return await _focused(page)

    await expect(page.locator("#messages li")).to_have_count(PICTURES)
    await _focus(page, "▶")
    assert [await turn_to(number) for number in (2, 3, 4, 3, 2)] == ["▶", "▶", "·", "▶", "▶"]
    await _focus(page, "◀")
    assert [await turn_to(number) for number in (1, 2)] == ["·", "◀"]
    await _focus(page, "◀◀")
    assert await turn_to(1) == "·"
    picture = page.locator("button.photo").last
    await picture.focus()
    await turn_to(2)
    await expect(picture).to_be_focused()


async def test_the_focus_goes_into_the_shapes_and_back(stage: Stage) -> None:
    page, request = stage.visitor.page, _request(1)
    actions, shapes = (
        RESULTS.picture(ENGLISH, request),
        result_keyboards.shapes(ENGLISH, request, paged=False),
    )
    shown = await stage.bot.send_photo(ANN, BufferedInputFile(jpeg(), "fox.jpg"), reply_markup=actions)

    async def show(markup: InlineKeyboardMarkup, label: str) -> str:
        await stage.bot.edit_message_reply_markup(
            chat_id=ANN, message_id=shown.message_id, reply_markup=markup
        )
        await expect(page.locator(".keys")).to_contain_text(label)
        return await _focused(page)

    await _focus(page, "📐 Shape")
    for leaves in ("« Back", "📱 9:16", "« Back"):
        assert await show(shapes, "Back") == "🖥 16:9"
        await _focus(page, leaves)
        assert await show(actions, "Shape") == "📐 Shape"


@pytest.mark.parametrize(
    ("markup", "label"),
    [
        (keyboards.ratios(ENGLISH, 1, tuple(AspectRatio)), "📱 9:16"),
        (keyboards.ratios(ENGLISH, 1, tuple(AspectRatio), AspectRatio.WIDE), "🎨 Draw it, 16:9"),
        (keyboards.draw_draft(ENGLISH.raw("button-draw-without"), 1), "Draw without"),
        (keyboards.try_again(ENGLISH, _request(1)), "🔁 Try again"),
    ],
)
async def test_the_focus_never_lands_on_cancel(
    stage: Stage, markup: InlineKeyboardMarkup, label: str
) -> None:
    page = stage.visitor.page
    question = await stage.bot.send_message(ANN, "Which?", reply_markup=markup)
    await _focus(page, label)
    await stage.bot.edit_message_text(
        "Drawing",
        chat_id=ANN,
        message_id=question.message_id,
        reply_markup=keyboards.cancel(ENGLISH, 1),
    )
    await expect(page.locator(".keys")).to_have_text("Cancel")
    assert await _focused(page) == "LI"
    cancelled = await _status(stage, "The next one")
    await stage.bot.delete_message(ANN, question.message_id)
    await expect(page.locator("#messages li")).to_have_count(1)
    assert await _focused(page) == "LI", "and on no key of the neighbour"
    await _focus(page, "Cancel")
    again = TryAgain(request=1).pack()
    await stage.bot.edit_message_text(
        "Failed",
        chat_id=ANN,
        message_id=cancelled.message_id,
        reply_markup=keyboards.try_again(ENGLISH, _request(1)),
    )
    await expect(page.locator(f".keys button[data-key='{again}']")).to_be_visible()
    assert await _focused(page) == "LI"


async def _status(stage: Stage, text: str) -> Message:
    sent = await stage.bot.send_message(ANN, text, reply_markup=keyboards.cancel(ENGLISH, 2))
    await expect(stage.visitor.page.locator("#messages")).to_contain_text(text)
    return sent
