"""The bot's profile at the stand-in follows the Bot API: texts by language, the menu button, the picture, the modes."""

import io

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BufferedInputFile,
    InputFile,
    InputProfilePhotoStatic,
    MenuButtonCommands,
    MenuButtonWebApp,
    WebAppInfo,
)
from PIL import Image

from tests.support.stand_in import GROUP, StandIn


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


async def test_commands_are_those_of_exactly_one_scope_and_language(stand_in: StandIn) -> None:
    scope = BotCommandScopeAllPrivateChats()
    draw = BotCommand(command="imagine", description="Draw")
    await stand_in.bot.set_my_commands([draw], scope=scope)
    (found,) = await stand_in.bot.get_my_commands(scope=scope)
    assert (found.command, found.description) == ("imagine", "Draw")
    assert await stand_in.bot.get_my_commands(scope=scope, language_code="ru") == []
    assert await stand_in.bot.get_my_commands() == []


async def test_the_menu_button_of_a_chat_goes_before_that_of_all_chats(stand_in: StandIn) -> None:
    assert (await stand_in.bot.get_chat_menu_button()).type == "default"
    await stand_in.bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert (await stand_in.bot.get_chat_menu_button(stand_in.user.id)).type == "commands"
    app = MenuButtonWebApp(text="Open", web_app=WebAppInfo(url="https://example.org"))
    await stand_in.bot.set_chat_menu_button(stand_in.user.id, app)
    assert (await stand_in.bot.get_chat_menu_button(stand_in.user.id)).type == "web_app"
    assert (await stand_in.bot.get_chat_menu_button()).type == "commands"
    for chat_id in (GROUP, 5):
        with pytest.raises(TelegramBadRequest, match="chat not found"):
            await stand_in.bot.get_chat_menu_button(chat_id)


def _picture(side: int, kind: str = "JPEG") -> BufferedInputFile:
    out = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(out, kind)
    return BufferedInputFile(out.getvalue(), "picture.jpg")


async def test_a_profile_picture_is_an_uploaded_jpeg_of_some_size(stand_in: StandIn) -> None:
    assert (await stand_in.bot.get_user_profile_photos(stand_in.bot.id)).total_count == 0
    refused: list[tuple[InputFile | str, str]] = [
        (_picture(640, "PNG"), "PHOTO_EXT_INVALID"),
        (_picture(100), "PHOTO_CROP_SIZE_SMALL"),
        ("photo-0-abc", "uploaded as a file"),
        (BufferedInputFile(b"no picture", "picture.jpg"), "IMAGE_PROCESS_FAILED"),
    ]
    for picture, error in refused:
        with pytest.raises(TelegramBadRequest, match=error):
            await stand_in.bot.set_my_profile_photo(InputProfilePhotoStatic(photo=picture))
    for side in (160, 640):
        assert await stand_in.bot.set_my_profile_photo(InputProfilePhotoStatic(photo=_picture(side)))
    photos = await stand_in.bot.get_user_profile_photos(stand_in.bot.id, limit=1)
    assert (photos.total_count, len(photos.photos), photos.photos[0][-1].width) == (2, 1, 640)
    assert (await stand_in.bot.get_user_profile_photos(stand_in.user.id)).total_count == 0
    with pytest.raises(TelegramBadRequest, match="user not found"):
        await stand_in.bot.get_user_profile_photos(5)


async def test_botfather_switches_the_modes_that_get_me_reports(stand_in: StandIn) -> None:
    me = await stand_in.bot.get_me()
    assert (me.supports_inline_queries, me.supports_guest_queries) == (True, True)
    stand_in.telegram.chats.inline_mode = stand_in.telegram.chats.guest_mode = False
    me = await stand_in.bot.get_me()
    assert (me.supports_inline_queries, me.supports_guest_queries) == (False, False)
