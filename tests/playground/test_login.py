"""The stand-in refuses LoginUrl buttons as Telegram does."""

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, LoginUrl

from tests.support.stand_in import StandIn


def _button(url: str) -> InlineKeyboardMarkup:
    button = InlineKeyboardButton(text="Sign in", login_url=LoginUrl(url=url))
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "http://bot.example.org/login",
            "login URL 'http://bot.example.org/login' is invalid: Only HTTPS links",
        ),
        ("https://localhost/login", "Wrong HTTP URL"),
        ("https://example.org/login", "BOT_DOMAIN_INVALID"),
        ("https://www.bot.example.org/login", "BOT_DOMAIN_INVALID"),
    ],
)
async def test_a_button_needs_https_and_the_linked_domain(stand_in: StandIn, url: str, words: str) -> None:
    stand_in.telegram.chats.login_domain = "bot.example.org"
    with pytest.raises(TelegramBadRequest, match=words):
        await stand_in.bot.send_message(stand_in.user.id, "Hello", reply_markup=_button(url))


async def test_without_a_linked_domain_no_button_is_accepted(stand_in: StandIn) -> None:
    url = "https://bot.example.org/login"
    with pytest.raises(TelegramBadRequest, match="BOT_DOMAIN_INVALID"):
        await stand_in.bot.send_message(stand_in.user.id, "Hello", reply_markup=_button(url))
    stand_in.telegram.chats.login_domain = "bot.example.org"
    await stand_in.bot.send_message(stand_in.user.id, "Hello", reply_markup=_button(url))
