"""Inline mode: a picture drawn in a chat that the bot does not know, and the sharing of one's own pictures."""

import aiohttp
import pytest
from aiogram.types import Message, User
from aiohttp import web

from playground import faults
from playground.faults import Fault
from playground.inline_state import InlineQueryState
from tests.support.free_port import free_port
from tests.support.inline_failures import ELSEWHERE, INLINE_FAILURES, InlineFailure
from tests.support.world import World, buttons, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

_GONE = faults.telegram(400, "Bad Request: MESSAGE_ID_INVALID")
_NO_RIGHTS = faults.telegram(400, "Bad Request: not enough rights to send photos to the chat")
_FAILED = faults.json({"code": 0, "id": "x", "status": "failed", "message": "out of paint"})
SHAPES = ["1:1", "16:9", "9:16", "4:3", "3:4"]


async def _ask(world: World, user: User, text: str, *, offset: str = "") -> tuple[str, InlineQueryState]:
    """Type a query and return its id with the bot's answer."""
    return await world.ask_inline(user, text, offset=offset)


async def _choose(
    world: World, user: User, text: str, chat_id: int, *, feedback: bool = True, result: int = 0
) -> Message:
    """Type a query and send one of its results to a chat."""
    query_id, query = await _ask(world, user, text)
    assert query.results is not None
    chosen = query.results[result].id
    return world.telegram.choose(user, query_id, chosen, chat_id, feedback=feedback)


def _too_long_for_a_photo() -> web.Response:
    """Return a picture whose sides are more than 20 to 1 (Bot API, sendPhoto)."""
    return web.Response(body=jpeg(2_200, 100), content_type="image/jpeg")


async def _wait_for_photo(world: World, message: Message) -> Message:
    await world.wait_until(lambda: world.current(message).photo)
    return world.current(message)


def _requests(world: World, user: User) -> int:
    return len(world.rows("SELECT 1 FROM requests WHERE user_id = ?", user.id))


async def test_typing_costs_nothing_and_offers_each_shape(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    for text in ("a", "a fo", "a fox in the snow"):
        _, query = await _ask(shared_bot, ann, text)
    assert query.results is not None
    assert [result.title for result in query.results] == [f"🎨 Draw it, {shape}" for shape in SHAPES]
    assert query.results[0].description == "a fox in the snow"
    assert _requests(shared_bot, ann) == 0
    _, query = await _ask(shared_bot, ann, "a fox --ar 16:9")
    assert query.results is not None
    assert [result.title for result in query.results] == ["🎨 Draw it, 16:9"]


async def test_a_chosen_result_becomes_the_picture(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user()
    club = shared_bot.add_club(ann, ben)
    sent = await _choose(shared_bot, ann, "a fox in the snow", club, result=1)
    shown = await _wait_for_photo(shared_bot, sent)
    assert shown.caption == "a fox in the snow"
    assert shown.from_user == ann
    assert buttons(shown) == ["🎨 Draw your own", "Open in chat"]
    with shared_bot.open_picture(shown) as picture:
        assert picture.width > picture.height
    (kept,) = shared_bot.pictures(ann)
    assert "🔁 Again" in buttons(kept)
    await shared_bot.wait_until_closed()
    assert shared_bot.quota_used(ann) == 1
    shared_bot.telegram.say(ann, "/history")
    await shared_bot.wait_for_picture(ann, 2)


async def test_the_button_draws_if_telegram_reports_no_choice(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    club = shared_bot.add_club(ann, ben)
    sent = await _choose(shared_bot, ann, "a lake at dawn", club, feedback=False)
    assert buttons(sent) == ["🎨 Draw it", "Cancel"]
    shared_bot.telegram.press(ben, sent, "Draw it")
    await shared_bot.wait_for_toast(sent, "Only the person who asked")
    assert _requests(shared_bot, ann) == 0
    for _ in range(3):
        shared_bot.telegram.press(ann, sent, "Draw it")
    await _wait_for_photo(shared_bot, sent)
    await shared_bot.wait_until_closed()
    assert _requests(shared_bot, ann) == 1


async def test_a_choice_and_presses_are_one_request(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    sent = await _choose(shared_bot, ann, "an owl", shared_bot.add_club(ann))
    shared_bot.telegram.press(ann, sent, "Draw it")
    await _wait_for_photo(shared_bot, sent)
    await shared_bot.wait_until_handled()
    assert _requests(shared_bot, ann) == 1


async def test_an_inline_message_shows_the_progress_and_cancels(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(language="ru"), shared_bot.add_user(language="ru")
    club = shared_bot.add_club(ann, ben)
    shared_bot.hold_tasks()
    sent = await _choose(shared_bot, ann, "лиса", club)
    await shared_bot.wait_until(lambda: buttons(shared_bot.current(sent)) == ["Отменить"])
    drawing = shared_bot.current(sent)
    assert drawing.text is not None
    assert drawing.text.splitlines()[0] == "лиса"
    shared_bot.telegram.press(ben, drawing, "Отменить")
    await shared_bot.wait_for_toast(sent, "под чужим запросом")
    shared_bot.telegram.press(ann, drawing, "Отменить")
    await shared_bot.wait_until(lambda: "Отменено" in (shared_bot.current(sent).text or ""))
    await shared_bot.wait_until_closed()
    assert buttons(shared_bot.current(sent)) == []
    assert shared_bot.quota_used(ann) == 0


async def test_a_result_that_is_dropped_draws_nothing(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    sent = await _choose(shared_bot, ann, "an owl", shared_bot.add_club(ann), feedback=False)
    shared_bot.telegram.press(ann, sent, "Cancel")
    await shared_bot.wait_until(lambda: "not drawn" in (shared_bot.current(sent).text or ""))
    assert buttons(shared_bot.current(sent)) == []
    assert _requests(shared_bot, ann) == 0


async def test_a_result_that_is_dropped_before_its_choice_is_known_draws_nothing(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    query_id, query = await _ask(shared_bot, ann, "an owl")
    assert query.results is not None
    chosen = query.results[0].id
    club = shared_bot.add_club(ann)
    dropped, drawn = (
        shared_bot.telegram.choose(ann, query_id, chosen, club, feedback=False) for _ in range(2)
    )
    shared_bot.telegram.press(ann, dropped, "Cancel")
    await shared_bot.wait_until(lambda: "not drawn" in (shared_bot.current(dropped).text or ""))
    for sent in (dropped, drawn):
        shared_bot.telegram.report_choice(ann, "an owl", chosen, sent)
    await _wait_for_photo(shared_bot, drawn)
    await shared_bot.wait_until_handled()
    await shared_bot.wait_until_closed()
    assert (_requests(shared_bot, ann), bool(shared_bot.current(dropped).photo)) == (1, False)


async def test_a_forged_button_cancels_nothing_of_another_user(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    club = shared_bot.add_club(ann, ben)
    shared_bot.hold_tasks()
    sent = await _choose(shared_bot, ann, "an owl", club)
    await shared_bot.wait_until(lambda: buttons(shared_bot.current(sent)) == ["Cancel"])
    await _ask(shared_bot, ben, "a hen")
    own = shared_bot.rows("SELECT id FROM inline_prompts WHERE user_id = ?", ben.id)[0]["id"]
    shared_bot.telegram.press_data(ben, sent, f"j:{own}")
    await shared_bot.wait_for_toast(sent, "Only the person who asked")
    shared_bot.finish_tasks()
    await _wait_for_photo(shared_bot, sent)
    await shared_bot.wait_until_closed()


async def test_a_failure_is_a_sentence_with_another_try(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.media.faults.add(Fault("create", only="a stubborn owl", answer=_FAILED))
    sent = await _choose(shared_bot, ann, "a stubborn owl", shared_bot.add_club(ann))
    await shared_bot.wait_until(lambda: "could not draw" in (shared_bot.current(sent).text or ""))
    assert shared_bot.quota_used(ann) == 0
    shared_bot.telegram.press(ann, shared_bot.current(sent), "Try again")
    await _wait_for_photo(shared_bot, sent)


async def test_what_an_inline_message_cannot_say_is_said_in_the_private_chat(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    club = shared_bot.add_club(ann)
    shared_bot.media.faults.add(Fault("create", only="a stubborn owl", answer=_FAILED))
    shared_bot.telegram.faults.add(Fault("editMessageText", answer=_GONE, times=None))
    await _choose(shared_bot, ann, "a stubborn owl", club)
    failed = await shared_bot.wait_for_text(ann, "could not draw")
    assert (failed.text or "").splitlines()[0] == "a stubborn owl"
    assert buttons(failed) == ["🔁 Try again"]
    await shared_bot.wait_until_closed()
    shared_bot.hold_tasks()
    query_id, query = await _ask(shared_bot, ann, "a fox")
    assert query.results is not None
    for _ in range(6):  # two are drawn, three wait
        shared_bot.telegram.choose(ann, query_id, query.results[0].id, club)
    await shared_bot.wait_for_text(ann, "5 pictures on the way")
    assert _requests(shared_bot, ann) == 6


async def test_a_sender_without_a_private_chat_starts_one_first(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    del shared_bot.telegram.chats.chats[ann.id]
    sent = await _choose(shared_bot, ann, "a fox", shared_bot.add_club(ann))
    await shared_bot.wait_until(lambda: "press Start" in (shared_bot.current(sent).text or ""))
    asked = shared_bot.current(sent)
    assert buttons(asked) == ["Open our chat", "🎨 Draw it", "Cancel"]
    assert _requests(shared_bot, ann) == 0
    shared_bot.telegram.chats.open_private_chat(ann)
    shared_bot.telegram.press(ann, asked, "Draw it")
    await _wait_for_photo(shared_bot, sent)


async def test_what_cannot_be_drawn_is_said_above_the_results(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    for text, words in (
        ("a fox --seed 7", "Leave out the options"),
        ("x" * 256, "too long here"),
        ("--ar 16:9", "Describe what to draw"),
    ):
        _, query = await _ask(shared_bot, ann, text)
        assert (query.results, query.button is not None) == ([], True)
        assert words in (query.button or {})["text"]
    for number in range(6):
        shared_bot.telegram.say(ann, f"/imagine {number} --ar 1:1")
        await shared_bot.wait_for_picture(ann, number + 1)
    _, query = await _ask(shared_bot, ann, "an owl")
    assert query.results == []
    assert "for today" in (query.button or {})["text"]


async def test_own_pictures_are_found_newest_first_and_paged(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user()
    for prompt in ("Жёлтая Лиса", "a Fox", "a lake"):
        shared_bot.telegram.say(ann, f"/imagine {prompt} --ar 1:1")
        await shared_bot.wait_for_picture(ann, len(shared_bot.pictures(ann)) + 1)
    await shared_bot.wait_until_closed()

    async def titles(user: User, text: str) -> list[str]:
        _, query = await _ask(shared_bot, user, text)
        return [r.title for r in query.results or [] if "photo" in r.content]

    assert await titles(ann, "") == ["a lake", "a Fox", "Жёлтая Лиса"]
    assert await titles(ann, "fox") == ["a Fox"]
    assert await titles(ann, "ЛИСА") == ["Жёлтая Лиса"]
    assert await titles(ben, "") == []


async def test_a_picture_that_telegram_no_longer_has_hides_nothing_else(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_closed()
    (row,) = shared_bot.rows("SELECT id, file_id FROM requests WHERE user_id = ?", ann.id)
    del shared_bot.telegram.chats.files[row["file_id"]]
    _, query = await _ask(shared_bot, ann, "fox")
    assert [result.title for result in query.results or []] == [f"🎨 Draw it, {shape}" for shape in SHAPES]
    _, query = await _ask(shared_bot, ann, f"#{row['id']}")
    assert (query.results, (query.button or {})["text"]) == ([], "Telegram no longer has this picture")
    await shared_bot.process.wait_for_log("inline query answered without pictures")


async def test_share_fills_in_the_picture_for_its_owner_only(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user()
    club = shared_bot.add_club(ann, ben)
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    drawn = await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_closed()
    rows = drawn.reply_markup.inline_keyboard if drawn.reply_markup else []
    chosen = next(
        button.switch_inline_query_chosen_chat
        for row in rows
        for button in row
        if button.switch_inline_query_chosen_chat is not None
    )
    sent = await _choose(shared_bot, ann, chosen.query or "", club)
    assert (sent.caption, bool(sent.photo)) == ("a fox", True)
    _, query = await _ask(shared_bot, ben, chosen.query or "")
    assert (query.results, (query.button or {})["text"]) == ([], "I have no such picture of yours")
    assert shared_bot.quota_used(ann) == 1


async def test_an_inline_message_in_the_bot_s_own_chat_is_no_description(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    sent = await _choose(shared_bot, ann, "a fox", ann.id)
    await _wait_for_photo(shared_bot, sent)
    await shared_bot.wait_until_closed()
    await _choose(shared_bot, ann, "", ann.id)
    await shared_bot.wait_until_handled()
    assert _requests(shared_bot, ann) == 1
    assert len(shared_bot.messages_in(ann.id)) == len(shared_bot.pictures(ann)) == 1


async def test_an_inline_message_is_finished_after_a_kill(own_bot: World) -> None:
    ann = own_bot.add_user()
    club = own_bot.add_club(ann)
    own_bot.hold_tasks()
    await own_bot.process.start()
    sent = await _choose(own_bot, ann, "a fox", club)
    await own_bot.wait_until(lambda: own_bot.rows("SELECT 1 FROM requests WHERE state = 'running'"))
    await own_bot.process.kill()
    own_bot.finish_tasks()
    await own_bot.process.start()
    await _wait_for_photo(own_bot, sent)
    await own_bot.wait_until_closed()
    assert len(own_bot.media.tasks) == 1


async def test_a_picture_of_a_sender_who_never_started_is_kept_elsewhere(own_bot: World) -> None:
    owner, ann = own_bot.add_user(name="Owner"), own_bot.add_user()
    storage = own_bot.add_group(owner)
    del own_bot.telegram.chats.chats[ann.id]
    await own_bot.process.start(STORAGE_CHAT_ID=str(storage))
    sent = await _choose(own_bot, ann, "a fox", own_bot.add_club(ann))
    await _wait_for_photo(own_bot, sent)
    await own_bot.wait_until_closed()
    assert len(own_bot.messages_in(storage)) == 1
    assert own_bot.rows("SELECT result_message_id FROM requests")[0]["result_message_id"] is None
    own_bot.telegram.faults.add(Fault("editMessageMedia", answer=_NO_RIGHTS, times=None))
    hidden = await _choose(own_bot, ann, "an owl", own_bot.add_club(ann))
    await own_bot.wait_until(lambda: "press “Open in chat”" in (own_bot.current(hidden).text or ""))
    assert buttons(own_bot.current(hidden)) == ["🎨 Draw your own", "Open in chat"]
    await own_bot.wait_until_closed()
    own_bot.telegram.chats.open_private_chat(ann)
    (row,) = own_bot.rows("SELECT id FROM requests WHERE prompt = 'an owl'")
    own_bot.telegram.say(ann, f"/start r{row['id']}")
    assert (await own_bot.wait_for_picture(ann)).caption == "an owl"


async def test_telegram_loads_the_picture_from_a_link_if_no_chat_keeps_it(own_bot: World) -> None:
    ann = own_bot.add_user()
    del own_bot.telegram.chats.chats[ann.id]
    address = f"http://127.0.0.1:{free_port()}"
    await own_bot.process.start(PUBLIC_URL=address, LISTEN=address.removeprefix("http://"))
    sent = await _choose(own_bot, ann, "a fox", own_bot.add_club(ann))
    await _wait_for_photo(own_bot, sent)
    await own_bot.wait_until_closed()
    link = next(line for line in own_bot.telegram.seen if f"{address}/picture/" in line)
    signed = link.partition("/picture/")[2].partition('"')[0]
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{address}/picture/{signed}") as answer:
            assert (answer.status, answer.content_type) == (200, "image/jpeg")
        for other in (f"/picture/{signed[:-1]}", f"/source/{signed}", "/picture/"):
            async with http.get(address + other) as answer:
                assert answer.status == 404
    own_bot.telegram.faults.add(Fault("editMessageMedia", answer=_NO_RIGHTS, times=None))
    hidden = await _choose(own_bot, ann, "an owl", own_bot.add_club(ann))
    await own_bot.wait_until(lambda: "for an hour" in (own_bot.current(hidden).text or ""))
    (link,) = (entity.url for entity in own_bot.current(hidden).entities or [] if entity.url)
    async with aiohttp.ClientSession() as http, http.get(link) as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
    edits = own_bot.telegram.calls["editMessageMedia"]
    own_bot.media.faults.add(Fault("picture", answer=_too_long_for_a_photo, times=None))
    file = await _choose(own_bot, ann, "a hen", own_bot.add_club(ann))
    await own_bot.wait_until(lambda: "for an hour" in (own_bot.current(file).text or ""))
    assert own_bot.telegram.calls["editMessageMedia"] == edits  # Telegram loads no such file from a link
    await own_bot.wait_until_closed()
    own_bot.telegram.chats.open_private_chat(ann)
    own_bot.telegram.say(ann, "/history")
    await own_bot.wait_for_text(ann, "No pictures here yet")  # Telegram has no file that a chat could show


@pytest.mark.parametrize("failure", INLINE_FAILURES, ids=lambda failure: f"{failure.method} {failure.what}")
async def test_the_picture_arrives_though_calls_fail(shared_bot: World, failure: InlineFailure) -> None:
    ann = shared_bot.add_user()
    fault = shared_bot.telegram.faults.add(failure.fault())
    sent = await _choose(shared_bot, ann, "an owl", shared_bot.add_club(ann))
    if failure.shows == ELSEWHERE:
        await shared_bot.wait_until(lambda: "in our own chat" in (shared_bot.current(sent).text or ""))
    else:
        await _wait_for_photo(shared_bot, sent)
    await shared_bot.wait_until_closed()
    assert fault.hits
    assert len(shared_bot.pictures(ann)) == shared_bot.quota_used(ann) == 1
