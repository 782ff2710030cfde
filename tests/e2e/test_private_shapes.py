"""The shapes of a picture in a group are shown to the user who pressed Shape, or to all where that does not work."""

import pytest
from aiogram.types import Message, User

from tests.support.world import World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


def _ephemeral(world: World, group: int, user: User) -> list[Message]:
    kept = world.telegram.chats.ephemeral_messages.values()
    return [one for one in kept if one.chat.id == group and one.receiver_user == user]


def _file(message: Message) -> str:
    return (message.photo or [])[-1].file_unique_id


async def _draw(world: World, user: User, group: int) -> Message:
    world.telegram.say(user, "/imagine a <fox> --ar 16:9", chat_id=group)
    picture = await world.wait_for_picture_in(group)
    await world.wait_until_closed()
    return picture


@pytest.mark.parametrize(("language", "shape", "back"), [("en", "Shape", "Back"), ("ru", "Формат", "Назад")])
async def test_only_the_user_who_presses_sees_the_shapes(
    shared_bot: World, language: str, shape: str, back: str
) -> None:
    ann, ben = shared_bot.add_user(language), shared_bot.add_user(name="Ben")
    group = shared_bot.add_group(ann, ben)
    picture = await _draw(shared_bot, ann, group)
    before = buttons(shared_bot.current(picture))
    chats = shared_bot.telegram.chats
    for pressed in (back, "9:16"):
        shared_bot.telegram.press(ann, picture, shape)
        await shared_bot.wait_until(lambda: _ephemeral(shared_bot, group, ann))
        (shown,) = _ephemeral(shared_bot, group, ann)
        assert [label.split()[-1] for label in buttons(shown)][:4] == ["1:1", "9:16", "4:3", "3:4"]
        assert (shown.caption, _file(shown)) == (picture.caption, _file(picture))
        assert chats.replaced[group, shown.ephemeral_message_id or 0] == picture.message_id
        await shared_bot.wait_until(lambda: not shared_bot.telegram.presses)
        shared_bot.telegram.press(ann, shown, pressed)
        await shared_bot.wait_until(lambda: not _ephemeral(shared_bot, group, ann))
        assert buttons(shared_bot.current(picture)) == before
    reshaped = await shared_bot.wait_for_picture_in(group, 2)
    assert reshaped.photo is not None
    assert reshaped.photo[-1].width < reshaped.photo[-1].height
    assert reshaped.reply_to_message is not None
    assert reshaped.reply_to_message.message_id == picture.message_id
    assert not any(event.kind == "edited" and event.chat_id == group for event in chats.events)
    await shared_bot.wait_until_closed()


@pytest.mark.parametrize("support", ["refused", "unknown"])
async def test_a_server_without_replacements_shows_the_shapes_to_all(own_bot: World, support: str) -> None:
    own_bot.telegram.chats.ephemeral = support
    await own_bot.process.start()
    ann = own_bot.add_user()
    group = own_bot.add_group(ann)
    picture = await _draw(own_bot, ann, group)
    before = buttons(own_bot.current(picture))
    for _ in range(2):
        own_bot.telegram.press(ann, own_bot.current(picture), "Shape")
        await own_bot.wait_until(lambda: "« Back" in buttons(own_bot.current(picture)))
        own_bot.telegram.press(ann, own_bot.current(picture), "Back")
        await own_bot.wait_until(lambda: buttons(own_bot.current(picture)) == before)
    await own_bot.wait_until_handled()
    assert [one for one in own_bot.messages_in(group) if one.photo] == [own_bot.current(picture)]
    calls = [call for call in own_bot.telegram.journal.since(0) if call["call"] == "sendPhoto"]
    assert len(calls) == (2 if support == "unknown" else 3)


async def test_a_picture_of_the_history_and_a_private_one_change_their_own_buttons(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    picture = await _draw(shared_bot, ann, group)
    shared_bot.telegram.say(ann, "/history", chat_id=group)
    paged = await shared_bot.wait_for_picture_in(group, 2)
    shared_bot.telegram.press(ann, paged, "Shape")
    await shared_bot.wait_until(lambda: "« Back" in buttons(shared_bot.current(paged)))
    assert _ephemeral(shared_bot, group, ann) == []
    assert buttons(shared_bot.current(picture)) == buttons(picture)
