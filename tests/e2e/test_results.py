"""What a picture offers, history, preferences, the menu and an edited command, end to end."""

import itertools
import json

import pytest
from aiogram.types import Message, User

from handlers.start import link_to
from playground import faults
from playground.faults import Fault
from tests.e2e.conftest import ADMIN
from tests.support.world import World, buttons, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

RESULT = ["🔁 Again", "📐 Shape", "✏️ Edit", "📎 Original"]


async def _drawn(world: World, user: User, prompt: str = "a fox --ar 16:9") -> Message:
    world.telegram.say(user, f"/imagine {prompt}")
    return await world.gets_picture(user, len(world.pictures(user)) + 1)


async def test_again_however_often_it_is_tapped_is_one_generation(living: World) -> None:
    living.media.duration = lambda: 1.5
    ann = living.user()
    first = await _drawn(living, ann)
    assert buttons(first) == RESULT
    for _ in range(4):
        living.telegram.press(ann, first, "Again")
    second = await living.gets_picture(ann, 2)
    await living.settled()
    assert living.used(ann) == len(living.pictures(ann)) == 2
    assert second.caption == first.caption
    assert second.photo is not None
    assert first.photo is not None
    assert second.photo[-1].width == first.photo[-1].width
    assert second.reply_to_message is not None
    assert second.reply_to_message.message_id == first.message_id
    living.telegram.press(ann, first, "Again")  # a wish of its own, now that the other has ended
    await living.gets_picture(ann, 3)


async def test_shapes_offer_the_others_and_a_way_back(living: World) -> None:
    ann = living.user()
    drawn = await _drawn(living, ann)
    living.telegram.press(ann, drawn, "Shape")
    await living.until(lambda: "« Back" in buttons(living.now(drawn)))
    assert [label.split()[-1] for label in buttons(living.now(drawn))] == [
        "1:1",
        "9:16",
        "4:3",
        "3:4",
        "Back",
    ]
    living.telegram.press(ann, living.now(drawn), "Back")
    await living.until(lambda: buttons(living.now(drawn)) == RESULT)
    living.telegram.press_data(ann, drawn, living_reshape(living, ann, "9x16"))
    reshaped = await living.gets_picture(ann, 2)
    assert reshaped.photo is not None
    assert reshaped.photo[-1].width < reshaped.photo[-1].height
    await living.until(lambda: buttons(living.now(drawn)) == RESULT)


def living_reshape(world: World, user: User, slug: str) -> str:
    row = world.rows("SELECT max(id) AS id FROM requests WHERE user_id = ?", user.id)[0]
    return f"s:{row['id']}:{slug}:0"


async def test_edit_asks_and_undo_goes_back(living: World) -> None:
    ann = living.user()
    drawn = await _drawn(living, ann)
    living.telegram.press(ann, drawn, "Edit")
    question = await living.hears(ann, "What shall I change?")
    living.telegram.say(ann, "make it night", reply_to=question)
    edited = await living.gets_picture(ann, 2)
    assert buttons(edited) == ["🔁 Again", "↩️ Undo", "✏️ Edit", "📎 Original"]
    assert drawn.photo is not None
    for _ in range(2):  # twice is once
        living.telegram.press(ann, edited, "Undo")
    await living.until(lambda: living.now(edited).caption == drawn.caption)
    undone = living.now(edited)
    assert undone.photo is not None
    assert living.shown(undone).tobytes() == living.shown(drawn).tobytes()
    assert buttons(undone) == RESULT
    assert living.used(ann) == 2


@pytest.mark.parametrize("kind", ["photo", "document"])
async def test_undo_of_an_own_photo(living: World, kind: str) -> None:
    from playground import files

    ann = living.user()
    if kind == "photo":
        living.photo(ann, jpeg(colour="purple"), caption="negative")
    else:
        document = files.keep_document(living.telegram.chats, jpeg(colour="purple"), "x.jpg", "image/jpeg")
        living.telegram.send(ann, document=document, caption="negative")
    edited = await living.gets_picture(ann)
    living.telegram.press(ann, edited, "Undo")
    await living.until(lambda: living.now(edited).caption == "The picture it came from.")
    red, green, _ = living.shown(edited).getpixel((5, 5))  # type: ignore[misc]
    assert red > 100 > green


async def test_the_original_is_the_untouched_file_and_no_sticker(living: World) -> None:
    ann = living.user()
    drawn = await _drawn(living, ann)
    for _ in range(3):
        living.telegram.press(ann, drawn, "Original")
    await living.toasted(drawn, "Fetching the original")
    await living.until(lambda: any(m.document for m in living.of_bot(ann)))
    document = next(m.document for m in living.of_bot(ann) if m.document)
    assert (document.file_name or "").startswith("imagine-")
    assert (document.file_name or "").endswith(".webp")
    assert living.telegram.chats.files[document.file_id] in living.media.drawn.values()
    calls = living.media.calls["picture"]
    await living.bot.until(
        lambda: living.rows("SELECT 1 FROM requests WHERE user_id = ? AND original_file_id > ''", ann.id)
    )
    count = len(living.pictures(ann))
    living.telegram.press(ann, drawn, "Original")
    await living.gets_picture(ann, count + 1)
    assert living.media.calls["picture"] == calls  # from Telegram, not from the provider again
    assert not any(m.sticker for m in living.of_bot(ann))


async def test_an_original_that_is_gone_is_told(living: World) -> None:
    ann = living.user()
    drawn = await _drawn(living, ann)
    living.media.faults.add(Fault("picture", times=None, answer=faults.status(404)))
    living.telegram.press(ann, drawn, "Original")
    await living.hears(ann, "kept for about a day, and this one is gone")


async def test_a_reply_that_is_only_a_ratio_and_one_that_gives_the_prompt_back(living: World) -> None:
    ann = living.user()
    drawn = await _drawn(living, ann, "a <fox> & co --ar 1:1")
    living.telegram.say(ann, "16×9", reply_to=drawn)
    wide = await living.gets_picture(ann, 2)
    assert wide.photo is not None
    assert wide.photo[-1].width > wide.photo[-1].height
    assert wide.caption == drawn.caption
    living.telegram.say(ann, "/prompt", reply_to=wide)
    given = await living.hears(ann, "a <fox> & co")
    assert given.entities is not None
    assert given.entities[0].type == "pre"
    living.telegram.say(ann, "/prompt")
    await living.hears(ann, "Answer one of my pictures with /prompt")
    living.telegram.say(ann, "sepia", reply_to=wide)
    edited = await living.gets_picture(ann, 3)
    living.telegram.say(ann, "16:9", reply_to=edited)
    await living.hears(ann, "A changed picture keeps the shape")


async def test_a_unit_that_comes_back_is_told_with_what_is_left(living: World) -> None:
    living.media.duration = lambda: 30.0
    ann = living.user()
    living.telegram.say(ann, "/imagine a fox --ar 1:1")
    status = await living.hears(ann, "Drawing")
    living.telegram.press(ann, status, "Cancel")
    await living.hears(ann, "you have 6 pictures left today")


async def test_history_is_one_message_turned_like_pages(living: World) -> None:
    ann, ben = living.user(), living.user(name="Ben")
    living.telegram.say(ann, "/history")
    await living.hears(ann, "No pictures here yet")
    for number in (1, 2, 3):
        await _drawn(living, ann, f"fox {number} --ar 1:1")
    living.telegram.say(ann, "/history")
    page = await living.gets_picture(ann, 4)
    assert page.caption is not None
    assert page.caption.startswith("fox 3\n\n")
    assert page.caption.endswith("· 1 of 3")
    assert buttons(page) == [*RESULT, "▶"]
    assert living.telegram.press(ben, page, "▶")
    await living.toasted(page, "someone else")
    living.telegram.press(ann, page, "▶")
    await living.until(lambda: (living.now(page).caption or "").endswith("2 of 3"))
    assert buttons(living.now(page)) == [*RESULT, "◀", "▶"]
    living.telegram.press(ann, living.now(page), "▶")
    await living.until(lambda: (living.now(page).caption or "").startswith("fox 1\n"))
    assert buttons(living.now(page)) == [*RESULT, "◀"]
    living.telegram.press(ann, living.now(page), "Shape")
    await living.until(lambda: "« Back" in buttons(living.now(page)))
    living.telegram.press(ann, living.now(page), "Back")
    await living.until(lambda: buttons(living.now(page)) == [*RESULT, "◀"])
    assert len(living.pictures(ann)) == 4
    living.telegram.say(ann, "make it night", reply_to=living.now(page))
    edited = await living.gets_picture(ann, 5)
    assert edited.caption == "make it night"


async def test_history_in_a_group_shows_only_that_group_s(living: World) -> None:
    ann = living.user()
    group = living.group(ann)
    await _drawn(living, ann, "my secret --ar 1:1")
    secret = living.rows("SELECT max(id) AS id FROM requests WHERE user_id = ?", ann.id)[0]["id"]
    living.telegram.say(ann, "/history", chat_id=group)
    await living.gets_ephemeral(group, ann, "No pictures here yet")
    living.telegram.say(ann, "/imagine for all --ar 1:1", chat_id=group)
    await living.source_in(group)
    living.telegram.say(ann, "/history", chat_id=group)
    page = await living.source_in(group, 2)
    assert (page.caption or "").endswith("1 of 1")
    living.telegram.press_data(ann, page, f"h:{ann.id}:{secret}")
    await living.toasted(page, "")
    await living.settled()
    assert not any("secret" in (m.caption or "") for m in living.in_chat(group))


async def test_language_overrides_telegram_s(living: World) -> None:
    ann = living.user("en")
    living.telegram.say(ann, "/language")
    choice = await living.hears(ann, "Which language")
    living.telegram.press(ann, choice, "Русский")
    await living.hears(ann, "Буду говорить с вами по-русски")
    living.telegram.say(ann, "/queue")
    await living.hears(ann, "Ничего не рисуется")
    living.telegram.press(ann, choice, "As Telegram says")
    await living.hears(ann, "I’ll speak English with you")


async def test_forget_deletes_what_is_kept_but_the_day_s_count(living: World) -> None:
    ann = living.user()
    drawn = await _drawn(living, ann)
    await living.settled()
    living.telegram.say(ann, "/ratio")
    choice = await living.hears(ann, "Which shape shall I use")
    living.telegram.press(ann, choice, "4:3")
    await living.hears(ann, "From now on I draw in 4:3")
    living.media.duration = lambda: 30.0
    living.telegram.say(ann, "/imagine on the way")
    await living.hears(ann, "Drawing")
    living.telegram.say(ann, "/forget")
    sure = await living.hears(ann, "I would delete")
    living.telegram.press(ann, sure, "Keep it")
    await living.hears(ann, "Nothing was deleted")
    assert living.rows("SELECT 1 FROM requests WHERE user_id = ?", ann.id)
    living.telegram.press(ann, sure, "Delete it all")
    await living.hears(ann, "I keep nothing about you but today’s count")
    await living.bot.until(lambda: not living.rows("SELECT 1 FROM requests WHERE user_id = ?", ann.id))
    for table in ("drafts", "preferences"):
        column = "user_id" if table == "drafts" else "subject_id"
        assert not living.rows(f"SELECT 1 FROM {table} WHERE {column} = ?", ann.id)  # noqa: S608
    assert living.used(ann) == 1
    living.telegram.press(ann, drawn, "Again")
    await living.toasted(drawn, "too old")
    living.telegram.say(ann, "/history")
    await living.hears(ann, "No pictures here yet")


async def test_an_edited_command_changes_what_still_waits(living: World) -> None:
    living.media.duration = lambda: 2.0
    ann = living.user()
    said = [living.telegram.say(ann, f"/imagine fox {number} --ar 1:1") for number in range(3)]
    await living.until(lambda: any("in line" in text for text in living.texts(ann)))
    living.telegram.rewrite(said[2], "/imagine a wolf --ar 16:9")
    living.telegram.rewrite(said[0], "/imagine too late --ar 16:9")
    await living.gets_picture(ann, 3)
    await living.settled()
    assert sorted(p.caption or "" for p in living.pictures(ann)) == ["a wolf", "fox 0", "fox 1"]
    wolf = next(p for p in living.pictures(ann) if p.caption == "a wolf")
    assert wolf.photo is not None
    assert wolf.photo[-1].width > wolf.photo[-1].height
    assert living.used(ann) == 3


async def test_an_edited_command_changes_its_question(living: World) -> None:
    ann = living.user()
    said = living.telegram.say(ann, "/imagine a fox")
    question = await living.hears(ann, "Which shape for “a fox”")
    living.telegram.rewrite(said, "/imagine a wolf")
    await living.hears(ann, "Which shape for “a wolf”")
    living.telegram.press(ann, question, "1:1")
    picture = await living.gets_picture(ann)
    assert picture.caption == "a wolf"


async def test_a_link_opens_imagine_and_draws_only_once_a_shape_is_pressed(living: World) -> None:
    ann = living.user("ru")
    payload = link_to("bot", "маяк в шторм --ar 1:1").partition("start=")[2]
    living.telegram.say(ann, f"/start {payload}")
    question = await living.hears(ann, "В каком формате нарисовать «маяк в шторм»")
    assert living.used(ann) == 0
    living.telegram.press(ann, question, "16:9")
    await living.gets_picture(ann)
    for wrong in ("x", "%%%", "AAAA", "a" * 65, "_w"):
        living.telegram.say(ann, f"/start {wrong}")
    await living.until(lambda: sum("Я превращаю слова" in text for text in living.texts(ann)) == 5)


async def test_help_has_examples_to_tap(living: World) -> None:
    ann = living.user()
    living.telegram.say(ann, "/help")
    told = await living.hears(ann, "tap to try")
    links = [e.url for e in told.entities or [] if e.type == "text_link"]
    assert len(links) == 2
    payload = str(links[0]).partition("start=")[2]
    assert str(links[0]).startswith("https://t.me/imagine_demo_bot?start=")
    living.telegram.say(ann, f"/start {payload}")
    await living.hears(ann, "Which shape for “a lighthouse in a storm”")


async def test_the_command_menu_is_told_once(fresh: World) -> None:
    fresh.user(user_id=ADMIN)
    await fresh.bot.start(ADMIN_IDS=str(ADMIN))
    menus = fresh.telegram.chats.menus
    await fresh.bot.logged("menus set")
    assert fresh.telegram.calls["setMyCommands"] == 8
    assert set(menus) == {
        (scope, code)
        for scope in ("all_private_chats", "all_group_chats", "all_chat_administrators", "chat")
        for code in ("", "ru")
    }
    assert "settings" in menus["all_chat_administrators", ""]
    assert "settings" not in menus["all_group_chats", ""]
    assert "ban" in menus["chat", ""]
    assert "ban" not in menus["all_private_chats", ""]
    assert menus["all_private_chats", "ru"]["imagine"] == "Нарисовать картинку или изменить"
    await fresh.bot.stop()
    await fresh.bot.start(ADMIN_IDS=str(ADMIN))
    await fresh.bot.logged("menus set")
    assert fresh.telegram.calls["setMyCommands"] == 8


async def test_names_and_prompts_are_never_markup(living: World) -> None:
    ann = living.user(name="<b>Ann</b> & co")
    group = living.group(ann)
    living.telegram.say(ann, "/imagine <i>x</i> --ar 1:1", chat_id=group)
    picture = await living.source_in(group)
    living.telegram.press(ann, picture, "Edit")
    await living.until(lambda: any("what shall I change" in (m.text or "") for m in living.in_chat(group)))
    question = next(m for m in living.in_chat(group) if "what shall I change" in (m.text or ""))
    assert (question.text or "").startswith("<b>Ann</b> & co, what")
    assert [e.type for e in question.entities or []] == ["text_link"]
    force = [json.loads(call) for call in living.telegram.seen if "force_reply" in call][-1]
    assert force["reply_markup"]["selective"] is True


async def test_links_are_never_previewed_and_statuses_change_at_most_each_five_seconds(living: World) -> None:
    living.media.duration = lambda: 11.0
    ann = living.user()
    living.telegram.say(ann, "/help")
    told = await living.hears(ann, "tap to try")
    call = next(json.loads(c) for c in reversed(living.telegram.seen) if "tap to try" in c)
    assert call["link_preview_options"]["is_disabled"] is True
    living.telegram.say(ann, "/imagine a slow fox --ar 1:1")
    await living.gets_picture(ann)
    at = [
        event.at
        for event in living.telegram.chats.events
        if event.chat_id == ann.id and event.kind in {"sent", "edited"} and "Drawing" in event.text
    ]
    assert len(at) >= 2
    assert all(later - earlier >= 4.9 for earlier, later in itertools.pairwise(at))
    assert told in living.of_bot(ann)
