"""The photo of a group, and captions that change, at the stand-in."""

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup

from playground import membership
from tests.support.stand_in import GROUP, StandIn
from tests.support.world import jpeg

PHOTO = BufferedInputFile(jpeg(320, 320), "photo.jpg")


@pytest.mark.parametrize(
    ("chat_id", "allowed", "photo", "words"),
    [
        (7, True, PHOTO, "can't change private chat photo"),
        (GROUP, False, PHOTO, "not enough rights to change chat photo"),
        (GROUP, True, BufferedInputFile(b"no picture", "photo.jpg"), "IMAGE_PROCESS_FAILED"),
        (GROUP, True, BufferedInputFile(jpeg(159, 320), "photo.jpg"), "PHOTO_CROP_SIZE_SMALL"),
        (GROUP + 1, True, PHOTO, "chat not found"),
    ],
)
async def test_a_group_photo_needs_the_right_and_a_new_file(
    stand_in: StandIn, chat_id: int, allowed: bool, photo: BufferedInputFile, words: str
) -> None:
    chats = stand_in.telegram.chats
    if allowed:
        chats.may_change_info.add(GROUP)
    with pytest.raises(TelegramBadRequest, match=words):
        await stand_in.bot.set_chat_photo(chat_id, photo)
    assert not chats.group_photos
    assert not chats.of_bot(GROUP)


async def test_the_group_sees_its_new_photo_until_the_bot_loses_the_right(stand_in: StandIn) -> None:
    chats = stand_in.telegram.chats
    chats.may_change_info.add(GROUP)
    assert await stand_in.bot.set_chat_photo(GROUP, PHOTO)
    (note,) = chats.of_bot(GROUP)
    assert note.new_chat_photo == chats.group_photos[GROUP]
    membership.remove_bot(stand_in.telegram, GROUP, stand_in.user)
    membership.add_bot(stand_in.telegram, GROUP, stand_in.user)
    with pytest.raises(TelegramBadRequest, match="not enough rights"):
        await stand_in.bot.set_chat_photo(GROUP, PHOTO)


async def test_a_caption_is_edited_and_loses_its_buttons(stand_in: StandIn) -> None:
    row = [InlineKeyboardButton(text="A key", callback_data="x")]
    keys = InlineKeyboardMarkup(inline_keyboard=[row])
    sent = await stand_in.bot.send_photo(7, PHOTO, caption="before", reply_markup=keys, has_spoiler=True)

    async def edit(text: str) -> None:
        await stand_in.bot.edit_message_caption(
            chat_id=7, message_id=sent.message_id, caption=text, parse_mode="HTML"
        )

    await edit("<b>after</b>")
    now = stand_in.telegram.chats.messages[7, sent.message_id]
    assert (now.caption, now.reply_markup, now.has_media_spoiler) == ("after", None, True)
    assert now.photo
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await edit("<b>after</b>")
    with pytest.raises(TelegramBadRequest, match="caption is too long"):
        await edit("x" * 1_025)
    text = await stand_in.bot.send_message(7, "a text")
    with pytest.raises(TelegramBadRequest, match="there is no caption in the message to edit"):
        await stand_in.bot.edit_message_caption(chat_id=7, message_id=text.message_id, caption="x")
