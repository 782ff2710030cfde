"""The bot's descriptions at the stand-in follow the Bot API: by language, with limits, removed by an empty string."""

import pytest
from aiogram.exceptions import TelegramBadRequest

from tests.support.stand_in import StandIn


async def test_a_language_without_a_description_of_its_own_has_the_general_one(stand_in: StandIn) -> None:
    await stand_in.bot.set_my_description("I draw.")
    await stand_in.bot.set_my_description("Рисую.", language_code="ru")
    await stand_in.bot.set_my_short_description("Pictures")
    assert (await stand_in.bot.get_my_description()).description == "I draw."
    assert (await stand_in.bot.get_my_description(language_code="ru")).description == "Рисую."
    assert (await stand_in.bot.get_my_description(language_code="de")).description == "I draw."
    assert (await stand_in.bot.get_my_short_description(language_code="ru")).short_description == "Pictures"
    await stand_in.bot.set_my_description("", language_code="ru")
    assert (await stand_in.bot.get_my_description(language_code="ru")).description == "I draw."


async def test_the_longest_descriptions_are_accepted_and_longer_ones_are_not(stand_in: StandIn) -> None:
    await stand_in.bot.set_my_description("x" * 512)
    await stand_in.bot.set_my_short_description("x" * 120)
    with pytest.raises(TelegramBadRequest, match="DESCRIPTION_TOO_LONG"):
        await stand_in.bot.set_my_description("x" * 513)
    with pytest.raises(TelegramBadRequest, match="ABOUT_TOO_LONG"):
        await stand_in.bot.set_my_short_description("x" * 121)


@pytest.mark.parametrize("code", ["rus", "zh-hans", "RU", "e"])
async def test_a_language_code_has_two_small_letters(stand_in: StandIn, code: str) -> None:
    with pytest.raises(TelegramBadRequest, match="invalid language code specified"):
        await stand_in.bot.set_my_description("x", language_code=code)
