"""The actions of the page's users: inline queries, messages via the bot, and guest queries."""

import pytest
from aiogram.types import (
    InlineQueryResultArticle,
    InlineQueryResultCachedPhoto,
    InlineQueryResultsButton,
    InlineQueryResultUnion,
    InputTextMessageContent,
    Message,
    Update,
)

from playground import files, views
from playground.actions import Actions, Refused
from tests.support.stand_in import GROUP, StandIn
from tests.support.world import jpeg

NO_BOT, FORUM = -8, -1_000_000_000_009


@pytest.fixture
def actions(stand_in: StandIn) -> Actions:
    """Return the actions of a user who is also in a group without the bot and in a forum."""
    chats = stand_in.telegram.chats
    chats.add_group(NO_BOT, "Club", {7: "creator"})
    chats.blocked.add(NO_BOT)
    chats.add_group(FORUM, "Forum", {7: "creator"}, {11: "Lakes"})
    return Actions(telegram=stand_in.telegram, answer_seconds=0.01)


def _article(result_id: str = "1") -> InlineQueryResultArticle:
    content = InputTextMessageContent(message_text="<b>a fox</b>", parse_mode="HTML")
    return InlineQueryResultArticle(
        id=result_id, title="Draw", description="a fox", input_message_content=content
    )


async def _ask(stand_in: StandIn, actions: Actions, *results: InlineQueryResultUnion) -> str:
    """Ask, let the bot answer too late for the page, and return the id of the query."""
    answer = await actions.ask({"user": 7, "chat": GROUP, "query": "a fox", "offset": ""})
    assert answer["results"] is None
    await stand_in.bot.answer_inline_query(str(answer["query"]), list(results))
    return str(answer["query"])


async def _updates(stand_in: StandIn) -> list[Update]:
    updates = await stand_in.bot.get_updates()
    if updates:
        await stand_in.bot.get_updates(offset=updates[-1].update_id + 1)
    return updates


@pytest.mark.parametrize(("chat_id", "chat_type"), [(7, "sender"), (NO_BOT, "group"), (FORUM, "supergroup")])
async def test_a_query_names_the_kind_of_its_chat_and_has_256_characters(
    stand_in: StandIn, actions: Actions, chat_id: int, chat_type: str
) -> None:
    await actions.ask({"user": 7, "chat": chat_id, "query": "x" * 257, "offset": "40"})
    (update,) = await _updates(stand_in)
    assert update.inline_query is not None
    assert (update.inline_query.chat_type, update.inline_query.offset) == (chat_type, "40")
    assert update.inline_query.query == "x" * 256


async def test_an_answer_has_what_a_user_sees_of_it(stand_in: StandIn, actions: Actions) -> None:
    photo = files.photo_sizes(stand_in.telegram.chats, jpeg())[-1].file_id
    query = await _ask(
        stand_in,
        actions,
        _article(),
        InlineQueryResultCachedPhoto(id="p", photo_file_id=photo, title="a lake"),
    )
    article, picture = views.inline_answer(stand_in.telegram.inline.queries[query])["results"]
    assert article == {"id": "1", "title": "Draw", "description": "a fox", "photo": None, "file": False}
    assert (picture["id"], picture["title"], picture["file"]) == ("p", "a lake", False)
    assert stand_in.telegram.chats.files[picture["photo"]] == jpeg()


async def test_the_button_and_the_next_offset_are_part_of_an_answer(
    stand_in: StandIn, actions: Actions
) -> None:
    answer = await actions.ask({"user": 7, "chat": GROUP, "query": "", "offset": ""})
    button = InlineQueryResultsButton(text="Open our chat", start_parameter="inline")
    await stand_in.bot.answer_inline_query(str(answer["query"]), [], button=button, next_offset="40")
    assert views.inline_answer(stand_in.telegram.inline.queries[str(answer["query"])]) == {
        "results": [],
        "next": "40",
        "button": {"text": "Open our chat", "start_parameter": "inline"},
    }


async def test_a_chosen_result_is_sent_as_the_user_in_the_topic_and_as_the_reply(
    stand_in: StandIn, actions: Actions
) -> None:
    chats = stand_in.telegram.chats
    answered = chats.add(FORUM, chats.users[7], text="look")
    query = await _ask(stand_in, actions, _article())
    body = {"user": 7, "chat": FORUM, "topic": 11, "reply": answered.message_id}
    await actions.choose(body | {"query": query, "result": "1"})
    sent = list(chats.messages.values())[-1]
    assert (sent.text, sent.from_user, sent.message_thread_id) == ("a fox", stand_in.user, 11)
    assert sent.reply_to_message is not None
    shown = views.message(chats, sent)
    assert (shown["via"], shown["topic"]) == ("imagine_demo_bot", 11)
    kinds = [update.event_type for update in await _updates(stand_in)]
    assert kinds == ["inline_query", "message", "chosen_inline_result"]
    for change in ({"result": "2"}, {"query": "Q999"}):
        with pytest.raises(Refused, match="no longer there"):
            await actions.choose(body | {"query": query, "result": "1"} | change)


async def test_a_message_via_the_bot_cannot_be_edited_by_its_user(
    stand_in: StandIn, actions: Actions
) -> None:
    query = await _ask(stand_in, actions, _article())
    await actions.choose({"user": 7, "chat": NO_BOT, "query": query, "result": "1"})
    sent = list(stand_in.telegram.chats.messages.values())[-1]
    with pytest.raises(Refused, match="via a bot"):
        await actions.edit({"user": 7, "chat": NO_BOT, "id": sent.message_id, "text": "a wolf"})
    kinds = [update.event_type for update in await _updates(stand_in)]
    assert kinds == ["inline_query", "chosen_inline_result"], "the bot is no member of the chat"


async def _guest_messages(stand_in: StandIn) -> list[Message]:
    updates = await _updates(stand_in)
    assert all(update.guest_message is not None for update in updates)
    return [update.guest_message for update in updates if update.guest_message is not None]


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("look, @imagine_demo_bot a fox", True),
        ("(@Imagine_Demo_Bot)", True),
        ("ann@imagine_demo_bot", False),
        ("@imagine_demo_bot2 a fox", False),
        ("just talking", False),
    ],
)
async def test_a_mention_in_a_chat_without_the_bot_is_a_guest_query(
    stand_in: StandIn, actions: Actions, text: str, asks: bool
) -> None:
    await actions.say({"user": 7, "chat": NO_BOT, "text": text})
    messages = await _guest_messages(stand_in)
    assert [message.text for message in messages] == ([text] if asks else [])


async def test_an_answer_to_the_bot_s_message_is_a_guest_query(stand_in: StandIn, actions: Actions) -> None:
    await actions.say({"user": 7, "chat": NO_BOT, "text": "@imagine_demo_bot a fox"})
    (mention,) = await _guest_messages(stand_in)
    assert mention.guest_query_id is not None
    await stand_in.bot.answer_guest_query(mention.guest_query_id, _article())
    answer = list(stand_in.telegram.chats.messages.values())[-1]
    await actions.say({"user": 7, "chat": NO_BOT, "text": "at night", "reply": answer.message_id})
    (again,) = await _guest_messages(stand_in)
    assert again.reply_to_message is not None
    assert again.reply_to_message.text == "a fox"
    await actions.say({"user": 7, "chat": NO_BOT, "text": "at noon", "reply": again.message_id})
    assert await _updates(stand_in) == [], "an answer to a user is none"


async def test_an_edit_in_a_chat_without_the_bot_does_not_reach_it(
    stand_in: StandIn, actions: Actions
) -> None:
    await actions.say({"user": 7, "chat": NO_BOT, "text": "just talking"})
    sent = list(stand_in.telegram.chats.messages.values())[-1]
    await actions.edit({"user": 7, "chat": NO_BOT, "id": sent.message_id, "text": "/imagine a fox"})
    assert stand_in.telegram.chats.messages[NO_BOT, sent.message_id].text == "/imagine a fox"
    assert await _updates(stand_in) == []
