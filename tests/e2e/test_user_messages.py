"""Messages as users send them, end to end: edits, pictures under a spoiler, replies in groups."""

import pytest
from aiogram.types import Message, User

from playground import files
from playground.chats import BOT
from playground.telegram import dump
from tests.support.world import World, buttons, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


def _ids(world: World, user: User) -> set[int]:
    """Return the ids of the bot's messages in a private chat."""
    return {message.message_id for message in world.messages_to(user)}


async def test_an_edit_answers_the_question_and_deletes_it(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    said = shared_bot.telegram.say(ann, "/imagine")
    question = await shared_bot.wait_for_text(ann, "What shall I draw")
    said = shared_bot.telegram.rewrite(said, "/imagine a fox")
    shape = await shared_bot.wait_for_text(ann, "Which shape for “a fox”")
    await shared_bot.wait_until(lambda: question.message_id not in _ids(shared_bot, ann))
    said = shared_bot.telegram.rewrite(said, "/imagine a wolf --ar 16:9")
    picture = await shared_bot.wait_for_picture(ann)
    assert picture.caption == "a wolf"
    await shared_bot.wait_until_closed()
    assert shape.message_id not in _ids(shared_bot, ann)
    shared_bot.telegram.queue_update({"edited_message": dump(said)})
    shared_bot.telegram.rewrite(said, "/imagine too late --ar 16:9")
    await shared_bot.wait_until_handled()
    assert len(shared_bot.pictures(ann)) == shared_bot.quota_used(ann) == 1


async def test_an_edit_after_a_refusal_of_the_provider_is_drawn(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    said = shared_bot.telegram.say(ann, "/imagine nsfw --ar 1:1")
    await shared_bot.wait_for_text(ann, "won’t draw this description")
    await shared_bot.wait_until_closed()
    shared_bot.telegram.rewrite(said, "/imagine a fox --ar 1:1")
    picture = await shared_bot.wait_for_picture(ann)
    assert picture.caption == "a fox"
    assert shared_bot.quota_used(ann) == 1


async def test_a_spoiler_stays_a_spoiler_through_its_edits(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.send_photo(ann, jpeg(), caption="make it night", has_media_spoiler=True)
    edited = await shared_bot.wait_for_picture(ann)
    assert edited.has_media_spoiler
    shared_bot.telegram.press(ann, edited, "Edit")
    await shared_bot.wait_for_text(ann, "What shall I change")
    shared_bot.telegram.say(ann, "sepia")
    again = await shared_bot.wait_for_picture(ann, 2)
    assert again.has_media_spoiler
    shared_bot.telegram.press(ann, again, "Before")
    before = await shared_bot.wait_for_picture(ann, 3)
    assert before.caption == "make it night"
    assert before.has_media_spoiler
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/history")
    page = await shared_bot.wait_for_picture(ann, 4)
    assert page.has_media_spoiler


async def test_the_original_of_a_picture_under_a_spoiler_shows_nothing(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user()
    group = shared_bot.add_group(ann)
    caption = f"@{BOT.username} make it night"
    for chat, user, spoiler in ((group, ann, True), (ann.id, ann, True), (ben.id, ben, False)):
        shared_bot.send_photo(user, jpeg(), chat_id=chat, caption=caption, has_media_spoiler=spoiler)
        picture = await shared_bot.wait_for_picture_in(chat)
        assert bool(picture.has_media_spoiler) == spoiler
        for count in (1, 2):  # fetched from the provider, then from Telegram
            shared_bot.telegram.press(user, picture, "Original")
            sent = await _document(shared_bot, chat, count)
            assert sent.document is not None
            assert (sent.document.thumbnail is None) == spoiler
            assert (sent.document.file_name or "").endswith(".zip" if spoiler else ".webp")
            assert ("stays hidden" in (sent.caption or "")) == spoiler
    shared_bot.telegram.say(ann, "sepia", reply_to=await _document(shared_bot, ann.id, 2))
    changed = await shared_bot.wait_for_picture(ann, 4)  # after the first one and its two files
    assert (changed.caption, changed.has_media_spoiler) == ("sepia", True)


async def _document(world: World, chat_id: int, number: int) -> Message:
    """Wait for the document with this number in a chat."""

    def documents() -> list[Message]:
        return [message for message in world.messages_in(chat_id) if message.document]

    await world.wait_until(lambda: len(documents()) == number)
    return documents()[-1]


async def test_a_group_changes_pictures_by_order_and_ignores_praise(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    group = shared_bot.add_group(ann, ben)
    shared_bot.telegram.say(ann, "/imagine a lake --ar 1:1", chat_id=group)
    lake = await shared_bot.wait_for_picture_in(group)
    assert lake.caption is not None
    assert lake.caption.startswith("a lake\n\nTo change it, reply with /imagine")
    shared_bot.telegram.say(ben, "wow, beautiful 😍", chat_id=group, reply_to=lake)
    shared_bot.send_photo(ben, jpeg(), chat_id=group, caption="put this dog into it", reply_to_message=lake)
    dog = await shared_bot.wait_for_picture_in(group, 2)
    assert dog.caption == "put this dog into it"
    await shared_bot.wait_until_closed()
    assert len(shared_bot.messages_in(group)) == 2
    assert shared_bot.quota_used(ben) == 1


async def test_a_button_draws_without_the_flags_of_midjourney(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    shared_bot.telegram.say(ann, "/imagine лиса --v 6 --ar 16:9")
    question = await shared_bot.wait_for_text(ann, "У моей модели нет выбора версии (--v)")
    assert buttons(question) == ["Нарисовать без этого"]
    shared_bot.telegram.press(ann, question, "Нарисовать")
    picture = await shared_bot.wait_for_picture(ann)
    assert picture.caption == "лиса"
    await shared_bot.wait_until_closed()
    assert shared_bot.messages_to(ann) == [picture]


async def test_a_photo_in_a_group_with_a_mention_is_changed(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    shared_bot.send_photo(
        ann, jpeg(), chat_id=group, caption=f"@{BOT.username} make it night", has_media_spoiler=True
    )
    picture = await shared_bot.wait_for_picture_in(group)
    assert picture.has_media_spoiler
    assert str(picture.caption).startswith("make it night")
    shared_bot.send_photo(ann, jpeg(), chat_id=group, caption=f"@{BOT.username}")
    question = await shared_bot.wait_for_text_in(group, "what shall I change")
    shared_bot.telegram.say(ann, f"@{BOT.username} sepia", chat_id=group, reply_to=question)
    second = await shared_bot.wait_for_picture_in(group, 2)
    assert str(second.caption).startswith("sepia")


async def test_the_picture_and_the_spoiler_of_a_waiting_request_change(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.hold_tasks()
    for number in range(2):
        shared_bot.telegram.say(ann, f"/imagine fox {number} --ar 1:1")
    sent = shared_bot.send_photo(ann, jpeg(colour="red"), caption="make it night")
    other = files.photo_sizes(shared_bot.telegram.chats, jpeg(colour="blue"))
    changed = sent.model_copy(
        update={"photo": other, "has_media_spoiler": True, "edit_date": int(sent.date.timestamp())}
    )
    shared_bot.telegram.queue_update({"edited_message": dump(changed)})
    await shared_bot.wait_until_handled()
    rows = shared_bot.rows("SELECT * FROM requests WHERE user_id = ? AND prompt = 'make it night'", ann.id)
    found = [(row["state"], row["source_file_id"], row["source_spoiler"]) for row in rows]
    shared_bot.finish_tasks()
    assert found == [("queued", other[-1].file_id, 1)]
    await shared_bot.wait_for_picture(ann, 3)
    edited = next(picture for picture in shared_bot.pictures(ann) if picture.caption == "make it night")
    assert edited.has_media_spoiler
