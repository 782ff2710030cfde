"""Questions over real HTTP: both readings of words with a shape, and questions that are asked once or not at all."""

import pytest

from tests.support.world import World, buttons, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@pytest.mark.parametrize(
    ("language", "words", "named", "change"),
    [
        (
            "en",
            "make it day",
            "I don’t have 21:9. Shall I draw “make it day”, or change",
            "Change the picture",
        ),
        ("ru", "пусть будет день", "Формата 21:9 у меня нет. Нарисовать «пусть будет день» или", "Изменить"),
    ],
)
async def test_a_shape_in_reply_to_a_photo_drops_no_photo(
    shared_bot: World, language: str, words: str, named: str, change: str
) -> None:
    ann = shared_bot.add_user(language)
    photo = shared_bot.send_photo(ann, jpeg(), caption=words)
    await shared_bot.wait_for_picture(ann)
    shared_bot.telegram.say(ann, f"{words} --ar 21:9", reply_to=photo)
    question = await shared_bot.wait_for_text(ann, named)
    assert shared_bot.quota_used(ann) == 1
    for _ in range(2):
        shared_bot.telegram.press(ann, question, change)
    await shared_bot.wait_for_picture(ann, 2)
    await shared_bot.wait_until_closed()
    sources = shared_bot.rows("SELECT source_file_id FROM requests WHERE user_id = ?", ann.id)
    assert len(sources) == 2
    assert all(row["source_file_id"] for row in sources)


async def test_a_complete_command_about_a_picture_offers_its_change_in_a_group(shared_bot: World) -> None:
    """The message with the button is for the user alone, and its press ends the drawing of the words."""
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    shared_bot.telegram.say(ann, "/imagine a lake --ar 1:1", chat_id=group)
    picture = await shared_bot.wait_for_picture_in(group)
    await shared_bot.wait_until_closed()
    shared_bot.hold_tasks()
    shared_bot.telegram.say(ann, "/imagine make it night --ar 16:9", chat_id=group, reply_to=picture)
    await shared_bot.wait_for_ephemeral(group, ann, "I’m drawing your words as a new picture in 16:9.")
    offer = next(
        message
        for (chat_id, _), message in shared_bot.telegram.chats.ephemeral_messages.items()
        if chat_id == group and "drawing your words" in (message.text or "")
    )
    for _ in range(2):
        shared_bot.telegram.press(ann, offer, "Change the picture instead")
    await shared_bot.wait_until_handled()
    shared_bot.finish_tasks()
    await shared_bot.wait_for_picture_in(group, 2)
    await shared_bot.wait_until_closed()
    rows = shared_bot.rows("SELECT state, source_file_id FROM requests WHERE user_id = ? ORDER BY id", ann.id)
    assert [(row["state"], bool(row["source_file_id"])) for row in rows] == [
        ("delivered", False),
        ("cancelled", False),
        ("delivered", True),
    ]
    assert shared_bot.quota_used(ann) == 2


async def test_edit_pressed_again_after_a_restart_asks_once(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a lake --ar 1:1")
    picture = await own_bot.wait_for_picture(ann)
    await own_bot.wait_until_closed()
    own_bot.telegram.press(ann, picture, "Edit")
    await own_bot.wait_for_text(ann, "What shall I change?")
    await own_bot.wait_until_handled()
    await own_bot.process.kill()
    await own_bot.process.start()
    own_bot.telegram.press(ann, picture, "Edit")
    await own_bot.wait_for_toast(picture, "I’ve asked already: what shall I change?")
    assert len([text for text in own_bot.texts(ann) if text.startswith("What shall I change?")]) == 1


async def test_edit_is_refused_at_once_without_pictures_left_or_with_a_full_queue(own_bot: World) -> None:
    await own_bot.process.start(DAILY_QUOTA="2", USER_CONCURRENCY="1", USER_QUEUE_LIMIT="0")
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine a lake --ar 1:1")
    picture = await own_bot.wait_for_picture(ann)
    await own_bot.wait_until_closed()
    ben = own_bot.add_user()
    own_bot.telegram.say(ben, "/imagine a lake --ar 1:1")
    other = await own_bot.wait_for_picture(ben)
    await own_bot.wait_until_closed()
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_picture(ann, 2)
    await own_bot.wait_until_closed()
    own_bot.telegram.press(ann, picture, "Edit")
    await own_bot.wait_for_toast(picture, "You have used all 2 pictures", alert=True)
    own_bot.hold_tasks()
    own_bot.telegram.say(ben, "/imagine a fox --ar 1:1")
    await own_bot.wait_until(lambda: own_bot.quota_used(ben) == 2)
    own_bot.telegram.say(ben, "/imagine")
    await own_bot.wait_for_text(ben, "You have used all 2 pictures")
    own_bot.telegram.press(ben, other, "Edit")
    await own_bot.wait_for_toast(other, "You have used all 2 pictures", alert=True)
    own_bot.finish_tasks()
    for user in (ann, ben):
        assert not [text for text in own_bot.texts(user) if "What shall I" in text]


@pytest.mark.parametrize(
    ("language", "text", "asked", "label"),
    [
        (
            "en",
            "/imgine a fox in the snow",
            "Did you mean /imagine? Shall I draw “a fox in the snow”?",
            "16:9",
        ),
        ("ru", "/имаджин лиса в снегу", "Вы имели в виду /imagine? Нарисовать «лиса в снегу»?", "16:9"),
        ("es", "/dibuja un zorro", "¿Quisiste decir /imagine? ¿Dibujo “un zorro”?", "16:9"),
        ("pt", "/desenha uma raposa", "Você quis dizer /imagine? Desenho “uma raposa”?", "16:9"),
        ("en", "/nothing a fox in the snow", "I don’t know that command. Shall I draw “a fox in the", "16:9"),
    ],
)
async def test_the_words_behind_a_wrong_command_are_drawn_with_one_press(
    shared_bot: World, language: str, text: str, asked: str, label: str
) -> None:
    ann = shared_bot.add_user(language)
    shared_bot.telegram.say(ann, text)
    question = await shared_bot.wait_for_text(ann, asked)
    for _ in range(2):
        shared_bot.telegram.press(ann, question, label)
    picture = await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_handled()
    await shared_bot.wait_until_closed()
    assert picture.caption in {"a fox in the snow", "лиса в снегу", "un zorro", "uma raposa"}
    assert shared_bot.quota_used(ann) == 1


@pytest.mark.parametrize(
    ("language", "always", "saved"), [("en", "Always 16:9", "I draw in 16:9"), ("ru", "Всегда 16:9", "16:9")]
)
async def test_a_shape_chosen_twice_is_offered_for_always(
    shared_bot: World, language: str, always: str, saved: str
) -> None:
    ann = shared_bot.add_user(language)
    for number in range(1, 4):
        shared_bot.telegram.say(ann, f"/imagine a fox {number}")
        question = await shared_bot.wait_for_text(ann, f"a fox {number}")
        offered = [label for label in buttons(question) if always in label]
        assert bool(offered) == (number == 3)
        shared_bot.telegram.press(ann, question, always if offered else "16:9")
        await shared_bot.wait_for_picture(ann, number)
        await shared_bot.wait_until_closed()
    await shared_bot.wait_for_text(ann, saved)
    shared_bot.telegram.say(ann, "/imagine a fox 4")
    picture = await shared_bot.wait_for_picture(ann, 4)
    assert picture.caption == "a fox 4"


async def test_a_no_in_reply_to_the_picture_ends_the_question(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a lake --ar 1:1")
    picture = await shared_bot.wait_for_picture(ann)
    shared_bot.telegram.press(ann, picture, "Edit")
    await shared_bot.wait_for_text(ann, "What shall I change?")
    shared_bot.telegram.say(ann, "no", reply_to=picture)
    await shared_bot.wait_for_text(ann, "I leave everything as it is")
    shared_bot.telegram.say(ann, "a fox")
    await shared_bot.wait_for_text(ann, "Shall I draw “a fox”?")
    assert shared_bot.quota_used(ann) == 1
