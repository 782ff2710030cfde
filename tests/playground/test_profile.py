"""The bot's descriptions at the stand-in follow the Bot API: by language, with limits, removed by an empty string."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest

from playground.serve import TOKEN, served
from playground.telegram import Telegram


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[Bot]:
    """Yield a client of a stand-in."""
    telegram = Telegram(TOKEN)
    async with served(telegram.app()) as address:
        session = AiohttpSession(api=TelegramAPIServer.from_base(address))
        async with Bot(TOKEN, session=session).context() as client:
            yield client


async def test_a_language_without_a_description_of_its_own_has_the_general_one(bot: Bot) -> None:
    await bot.set_my_description("I draw.")
    await bot.set_my_description("Рисую.", language_code="ru")
    await bot.set_my_short_description("Pictures")
    assert (await bot.get_my_description()).description == "I draw."
    assert (await bot.get_my_description(language_code="ru")).description == "Рисую."
    assert (await bot.get_my_description(language_code="de")).description == "I draw."
    assert (await bot.get_my_short_description(language_code="ru")).short_description == "Pictures"
    await bot.set_my_description("", language_code="ru")
    assert (await bot.get_my_description(language_code="ru")).description == "I draw."


async def test_the_longest_descriptions_are_accepted_and_longer_ones_are_not(bot: Bot) -> None:
    await bot.set_my_description("x" * 512)
    await bot.set_my_short_description("x" * 120)
    with pytest.raises(TelegramBadRequest, match="DESCRIPTION_TOO_LONG"):
        await bot.set_my_description("x" * 513)
    with pytest.raises(TelegramBadRequest, match="ABOUT_TOO_LONG"):
        await bot.set_my_short_description("x" * 121)


@pytest.mark.parametrize("code", ["rus", "zh-hans", "RU", "e"])
async def test_a_language_code_has_two_small_letters(bot: Bot, code: str) -> None:
    with pytest.raises(TelegramBadRequest, match="invalid language code specified"):
        await bot.set_my_description("x", language_code=code)
