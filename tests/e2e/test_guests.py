"""Guest mode: the bot answers a mention in a chat of which it is no member, at once, and finishes by an edit."""

import asyncio

import pytest
from aiogram.types import Chat, Message

from playground import faults, files
from playground.faults import Fault
from playground.inline_state import GuestQueryState
from tests.support.world import World, buttons, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def _answer(world: World, mention: Message) -> Message:
    """Wait for the bot's answer to a mention and return it."""
    await world.wait_until(lambda: world.replies_to(mention.chat.id, mention.message_id))
    (answer,) = world.replies_to(mention.chat.id, mention.message_id)
    return answer


async def test_a_mention_is_answered_and_becomes_the_picture(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    mention, _ = shared_bot.telegram.mention(
        ann, shared_bot.add_club(ann), "@imagine_demo_bot a fox in the snow --ar 16:9"
    )
    answer = await _answer(shared_bot, mention)
    await shared_bot.wait_until(lambda: shared_bot.current(answer).photo)
    shown = shared_bot.current(answer)
    assert shown.caption == "a fox in the snow"
    assert len(shared_bot.pictures(ann)) == 1
    await shared_bot.wait_until_closed()
    assert shared_bot.quota_used(ann) == 1


async def test_an_answer_to_a_photo_changes_it(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user()
    club = shared_bot.add_club(ann, ben)
    sizes = files.photo_sizes(shared_bot.telegram.chats, jpeg())
    photo = shared_bot.telegram.chats.add(club, ben, photo=sizes, caption="our boat")
    mention, _ = shared_bot.telegram.mention(ann, club, "@imagine_demo_bot make it night", reply_to=photo)
    answer = await _answer(shared_bot, mention)
    await shared_bot.wait_until(lambda: shared_bot.current(answer).photo)
    (row,) = shared_bot.rows("SELECT prompt, source_file_id FROM requests WHERE user_id = ?", ann.id)
    assert row["prompt"] == "make it night"
    assert row["source_file_id"] is not None


async def test_a_repeated_mention_is_one_picture(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    club = shared_bot.add_club(ann)
    mention, query_id = shared_bot.telegram.mention(ann, club, "@imagine_demo_bot a fox")
    shared_bot.telegram.mention(ann, club, "", again=query_id)
    answer = await _answer(shared_bot, mention)
    await shared_bot.wait_until(lambda: shared_bot.current(answer).photo)
    await shared_bot.wait_until_handled()
    assert len(shared_bot.rows("SELECT 1 FROM requests WHERE user_id = ?", ann.id)) == 1


async def test_what_cannot_be_drawn_is_the_answer_itself(shared_bot: World) -> None:
    ann = shared_bot.add_user(language="ru")
    club = shared_bot.add_club(ann)
    for text, words in (
        ("@imagine_demo_bot", "Опишите после моего имени"),
        ("@imagine_demo_bot лиса --seed 7", "Уберите"),
    ):
        mention, _ = shared_bot.telegram.mention(ann, club, text)
        answer = await _answer(shared_bot, mention)
        assert words in (answer.text or "")
        assert buttons(answer) == []
    assert shared_bot.rows("SELECT 1 FROM requests WHERE user_id = ?", ann.id) == []


async def test_a_chat_that_lets_nothing_be_edited_keeps_the_way_to_the_picture(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.faults.add(
        Fault("editMessageText", answer=faults.telegram(400, "Bad Request: MESSAGE_ID_INVALID"), times=9)
    )
    mention, _ = shared_bot.telegram.mention(ann, shared_bot.add_club(ann), "@imagine_demo_bot a fox")
    answer = await _answer(shared_bot, mention)
    assert "our own chat" in (answer.text or "")
    await shared_bot.wait_for_picture(ann)


async def test_a_guest_is_answered_after_a_kill(own_bot: World) -> None:
    ann = own_bot.add_user()
    own_bot.hold_tasks()
    await own_bot.process.start()
    mention, _ = own_bot.telegram.mention(ann, own_bot.add_club(ann), "@imagine_demo_bot a fox")
    answer = await _answer(own_bot, mention)
    await own_bot.wait_until(lambda: own_bot.rows("SELECT 1 FROM requests WHERE state = 'running'"))
    await own_bot.process.kill()
    own_bot.finish_tasks()
    await own_bot.process.start()
    await own_bot.wait_until(lambda: own_bot.current(answer).photo)
    assert len(own_bot.media.tasks) == 1


async def test_a_mention_that_also_comes_as_a_member_s_message_is_one_picture(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    photo = shared_bot.send_photo(ann, jpeg(), chat_id=group)
    mention = shared_bot.telegram.say(ann, "@imagine_demo_bot make it night", reply_to=photo, chat_id=group)
    await shared_bot.wait_for_picture_in(group)
    shared_bot.telegram.inline.guest_queries["twice"] = GuestQueryState(mention)
    shared_bot.telegram.mention(ann, group, "", again="twice")
    await shared_bot.wait_until_handled()
    await shared_bot.wait_until_closed()
    assert len(shared_bot.rows("SELECT 1 FROM requests WHERE user_id = ?", ann.id)) == 1
    assert not shared_bot.telegram.inline.guest_queries["twice"].answered


async def test_a_kill_after_the_answer_loses_neither_the_picture_nor_the_money(own_bot: World) -> None:
    ann = own_bot.add_user()
    answered = own_bot.telegram.faults.add(Fault("answerGuestQuery", after=True, until=asyncio.Event()))
    await own_bot.process.start()
    mention, _ = own_bot.telegram.mention(ann, own_bot.add_club(ann), "@imagine_demo_bot a fox")
    answer = await _answer(own_bot, mention)
    assert answered.hits == 1
    await own_bot.process.kill()
    assert own_bot.rows("SELECT 1 FROM requests") == []
    await own_bot.process.start()
    picture = await own_bot.wait_for_picture(ann)
    assert picture.caption == "a fox"
    assert "couldn’t finish my reply there" in (own_bot.texts(ann)[0])
    await own_bot.wait_until_closed()
    own_bot.telegram.press(ann, answer, "Draw it")
    await own_bot.wait_until(lambda: own_bot.current(answer).photo)
    assert own_bot.current(answer).caption == "a fox"
    assert (len(own_bot.media.tasks), own_bot.quota_used(ann)) == (1, 1)


async def test_a_mention_over_the_limit_is_answered(own_bot: World) -> None:
    ann = own_bot.add_user(language="ru")
    club = own_bot.add_club(ann)
    await own_bot.process.start(THROTTLE="2")
    mentions = [own_bot.telegram.mention(ann, club, "@imagine_demo_bot")[0] for _ in range(3)]
    answers = [await _answer(own_bot, mention) for mention in mentions]
    assert "Опишите после моего имени" in (answers[1].text or "")
    assert "Слишком" in (answers[2].text or "")


async def test_a_failure_that_the_answer_cannot_say_is_said_in_the_private_chat(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    club = shared_bot.add_club(ann)
    failed = faults.json({"code": 0, "id": "x", "status": "failed", "message": "out of paint"})
    shared_bot.media.faults.add(Fault("create", only="a stubborn hen", answer=failed))
    refused = faults.telegram(400, "Bad Request: not enough rights to edit the message")
    shared_bot.telegram.faults.add(Fault("editMessageText", answer=refused, times=None))
    mention, _ = shared_bot.telegram.mention(ann, club, "@imagine_demo_bot a stubborn hen")
    await _answer(shared_bot, mention)
    await shared_bot.wait_for_text(ann, "could not draw")
    await shared_bot.wait_until_closed()
    assert shared_bot.quota_used(ann) == 0


async def test_a_private_chat_with_the_numbers_of_another_one_is_another_chat(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    command = shared_bot.telegram.say(ben, "/imagine a lake --ar 1:1")
    drawn = await shared_bot.wait_for_picture(ben)
    await shared_bot.wait_until_closed()
    asked = command.model_copy(
        update={
            "chat": Chat(id=ben.id, type="private", first_name="Ben"),
            "from_user": ann,
            "text": "@imagine_demo_bot make it night",
            "entities": None,
            "reply_to_message": drawn.model_copy(update={"reply_markup": None, "reply_to_message": None}),
        }
    )
    shared_bot.telegram.ask_guest(asked)
    await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_closed()
    (row,) = shared_bot.rows("SELECT prompt, parent_id FROM requests WHERE user_id = ?", ann.id)
    assert (row["prompt"], row["parent_id"]) == ("make it night", None)
