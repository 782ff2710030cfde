"""A picture becomes the photo of its group, for the group's admins."""

import io

import pytest
from PIL import Image

from tests.support.world import World, buttons, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_an_admin_of_the_group_makes_a_picture_its_photo(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user("ru"), shared_bot.add_user(name="Ben")
    group = shared_bot.add_group(ann, ben)
    shared_bot.telegram.say(ben, "/imagine a lake --ar 16:9", chat_id=group)
    lake = await shared_bot.wait_for_picture_in(group)
    await shared_bot.wait_until_closed()
    shared_bot.telegram.press(ben, lake, "⋯ More")
    await shared_bot.wait_until_handled()
    more = shared_bot.current(lake)
    assert "🖼 Group photo" in buttons(more)
    shared_bot.telegram.press(ben, more, "🖼 Group photo")
    await shared_bot.wait_for_toast(lake, "Only this group’s admins can do that.")
    shared_bot.telegram.press(ann, more, "🖼 Group photo")
    await shared_bot.wait_for_toast(lake, "Ставлю фото группы")
    await shared_bot.wait_for_ephemeral(group, ann, "с правом «Изменение профиля группы»")
    assert group not in shared_bot.telegram.chats.group_photos

    shared_bot.telegram.chats.may_change_info.add(group)
    dan = shared_bot.add_user(name="Dan")
    shared_bot.telegram.chats.members[group][dan.id] = "administrator"  # without any right
    shared_bot.telegram.press(dan, more, "🖼 Group photo")
    await shared_bot.wait_for_toast(lake, "Only an admin with the right “Change group info”", alert=True)
    assert group not in shared_bot.telegram.chats.group_photos
    shared_bot.telegram.press(ann, more, "🖼 Group photo")
    await shared_bot.wait_until(lambda: group in shared_bot.telegram.chats.group_photos)
    await shared_bot.wait_until_handled()
    photo = shared_bot.telegram.chats.group_photos[group][-1]
    picture = Image.open(io.BytesIO(shared_bot.telegram.chats.files[photo.file_id]))
    assert picture.format == "JPEG"
    assert picture.width == picture.height == 320
    notes = [message for message in shared_bot.messages_in(group) if message.new_chat_photo]
    assert len(notes) == 1
    assert len(shared_bot.messages_in(group)) == 2
    # The admin opens and closes the page of another member's picture, and changes nothing else.
    shared_bot.telegram.press(ann, more, "« Back")
    await shared_bot.wait_until_handled()
    shared_bot.telegram.press(ann, shared_bot.current(lake), "⋯")
    await shared_bot.wait_until_handled()
    shared_bot.telegram.press(ann, shared_bot.current(lake), "🗑")
    await shared_bot.wait_for_toast(lake, "Эта кнопка под чужим запросом")


async def test_there_is_no_group_photo_in_private_and_none_under_a_spoiler(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    fox = await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_closed()
    shared_bot.telegram.press(ann, fox, "⋯ More")
    await shared_bot.wait_until_handled()
    assert "🖼 Group photo" not in buttons(shared_bot.current(fox))
    group = shared_bot.add_group(ann)
    shared_bot.telegram.chats.may_change_info.add(group)
    for number, (message, private) in enumerate(((fox, True), (fox, False))):
        # Forged: the button of a private picture, pressed there and in a group.
        rows = shared_bot.rows("SELECT id FROM requests WHERE result_message_id = ?", message.message_id)
        place = fox if private else shared_bot.telegram.chats.add(group, fox.from_user, text=str(number))  # type: ignore[arg-type]
        shared_bot.telegram.press_data(ann, place, f"x:{rows[-1]['id']}:g:0")
    source = {"photo": shared_bot.send_photo(ann, jpeg()).photo, "has_media_spoiler": True}
    shared_bot.telegram.send(ann, chat_id=group, caption="/imagine make it night", **source)
    night = await shared_bot.wait_for_picture_in(group)
    await shared_bot.wait_until_closed()
    rows = shared_bot.rows("SELECT id FROM requests WHERE result_message_id = ?", night.message_id)
    shared_bot.telegram.press_data(ann, night, f"x:{rows[-1]['id']}:g:0")
    await shared_bot.wait_for_toast(night, "A group photo can’t be hidden", alert=True)
    await shared_bot.wait_until_handled()
    assert group not in shared_bot.telegram.chats.group_photos
