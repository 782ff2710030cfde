"""The suggestions under the question for a change: one press is one edit, also after a restart and on old servers."""

import pytest
from aiogram.types import Message, User

from tests.support.world import World, buttons, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

EN = ["Make it night", "Add snow", "Turn it into a watercolour"]
RU = ["Пусть будет ночь", "Добавь снег", "Преврати в акварель"]


async def _ask(world: World, user: User, words: str) -> Message:
    """Send a photo without words and return the bot's question."""
    world.send_photo(user, jpeg())
    return await world.wait_for_text(user, words)


def _opens_reply(world: World, question: Message) -> bool:
    return (question.chat.id, question.message_id) in world.telegram.chats.reply_placeholders


@pytest.mark.parametrize(
    ("language", "edit", "question", "labels"),
    [("en", "Edit", "What shall I change?", EN), ("ru", "Изменить", "Что изменить?", RU)],
)
async def test_a_suggestion_changes_the_picture_and_ends_the_question(
    shared_bot: World, language: str, edit: str, question: str, labels: list[str]
) -> None:
    ann = shared_bot.add_user(language)
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    drawn = await shared_bot.wait_for_picture(ann)
    shared_bot.telegram.press(ann, drawn, next(one for one in buttons(drawn) if edit in one))
    asked = await shared_bot.wait_for_text(ann, question)
    assert buttons(asked) == labels
    assert _opens_reply(shared_bot, asked)
    shared_bot.hold_tasks()
    for label in (labels[1], labels[1], labels[0]):  # a second tap, and one that slips
        shared_bot.telegram.press(ann, asked, label)
    await shared_bot.wait_until_handled()
    assert asked not in shared_bot.messages_to(ann)
    shared_bot.finish_tasks()
    changed = await shared_bot.wait_for_picture(ann, 2)
    assert changed.caption == labels[1]
    await shared_bot.wait_until_closed()
    assert shared_bot.quota_used(ann) == 2


async def test_a_group_gets_the_reply_field_for_its_member_without_suggestions(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    drawn = await shared_bot.wait_for_picture_in(group)
    shared_bot.telegram.press(ann, drawn, "Edit")
    asked = await shared_bot.wait_for_text_in(group, "what shall I change? Reply here")
    assert buttons(asked) == []
    assert _opens_reply(shared_bot, asked)
    await shared_bot.wait_until_closed()


async def test_a_suggestion_outlives_kills_before_and_after_its_press(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    asked = await _ask(own_bot, ann, "What shall I change?")
    await own_bot.wait_until_handled()
    await own_bot.process.kill()
    await own_bot.process.start()
    own_bot.hold_tasks()
    own_bot.telegram.press(ann, asked, "Make it night")
    await own_bot.wait_for_text(ann, "🎨 ")
    # A kill inside the create would repeat it.
    await own_bot.wait_until(lambda: own_bot.rows("SELECT 1 FROM requests WHERE state = 'running'"))
    await own_bot.process.kill()
    own_bot.finish_tasks()
    await own_bot.process.start()
    changed = await own_bot.wait_for_picture(ann)
    assert changed.caption == "Make it night"
    await own_bot.wait_until_closed()
    await own_bot.wait_until_handled()
    assert asked not in own_bot.messages_to(ann)
    assert len(own_bot.media.tasks) == 1
    assert own_bot.quota_used(ann) == 1


async def test_a_server_without_the_reply_field_beside_buttons_gets_the_buttons_alone(own_bot: World) -> None:
    own_bot.telegram.chats.old_buttons = True
    await own_bot.process.start()
    ann = own_bot.add_user()
    asked = await _ask(own_bot, ann, "What shall I change?")
    assert buttons(asked) == EN
    assert not _opens_reply(own_bot, asked)
    own_bot.telegram.say(ann, "add a boat")
    assert (await own_bot.wait_for_picture(ann)).caption == "add a boat"
    again = await _ask(own_bot, ann, "What shall I change?")
    assert buttons(again) == EN
    await own_bot.wait_until_closed()
    answers = own_bot.telegram.journal.since(0)
    assert sum("object expected as reply markup" in str(call["response"]) for call in answers) == 1
