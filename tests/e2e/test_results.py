"""The buttons of results, history, preferences, the command menu, links, and edited commands."""

import asyncio
import base64
import itertools
import json

import pytest
from aiogram.types import Message, User

from chat.translations import LANGUAGES, Translator, language_code
from playground import faults
from playground.faults import Fault
from tests.support.world import ADMIN, World, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

LANGUAGE_NAMES = [Translator(language).raw(f"language-{language}") for language in LANGUAGES]

RESULT = ["🔁 Again", "📐 Shape", "✏️ Edit", "📎 Original", "☆ Favourite", "↗️ Share", "⋯ More"]


async def _draw(world: World, user: User, prompt: str = "a fox --ar 16:9") -> Message:
    world.telegram.say(user, f"/imagine {prompt}")
    return await world.wait_for_picture(user, len(world.pictures(user)) + 1)


async def test_many_presses_of_again_are_one_request(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    first = await _draw(shared_bot, ann)
    shared_bot.hold_tasks()
    assert buttons(first) == RESULT
    for _ in range(4):
        shared_bot.telegram.press(ann, first, "Again")
    await shared_bot.wait_until_handled()
    toasts = [e.text for e in shared_bot.telegram.chats.events if e.kind == "toast" and e.to == ann.id]
    assert toasts == ["On it!"] + 3 * ["Already drawing it."]
    shared_bot.finish_tasks()
    second = await shared_bot.wait_for_picture(ann, 2)
    await shared_bot.wait_until_closed()
    assert shared_bot.quota_used(ann) == len(shared_bot.pictures(ann)) == 2
    assert second.caption == first.caption
    assert second.photo is not None
    assert first.photo is not None
    assert second.photo[-1].width == first.photo[-1].width
    assert second.reply_to_message is not None
    assert second.reply_to_message.message_id == first.message_id
    shared_bot.telegram.press(ann, first, "Again")  # a new request, because the other has ended
    await shared_bot.wait_for_picture(ann, 3)


async def test_a_picture_is_edited_before_telegram_confirms_it(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    confirmed = asyncio.Event()
    only = f"chat {ann.id}."
    shared_bot.telegram.faults.add(Fault("sendPhoto", until=confirmed, after=True, only=only))
    picture = await _draw(shared_bot, ann, "a fox --ar 1:1")
    shared_bot.telegram.press(ann, picture, "Edit")
    await shared_bot.wait_for_text(ann, "What shall I change")
    confirmed.set()
    shared_bot.telegram.say(ann, "sepia")
    edited = await shared_bot.wait_for_picture(ann, 2)
    assert edited.caption == "sepia"
    await shared_bot.wait_until_closed()
    shared_bot.telegram.press(ann, edited, "Before")
    before = await shared_bot.wait_for_picture(ann, 3)
    assert before.caption == "a fox"


async def test_a_refused_press_shows_the_reason_itself(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    group = shared_bot.add_group(ann)
    shared_bot.telegram.say(ann, "/imagine лиса --ar 1:1", chat_id=group)
    picture = await shared_bot.wait_for_picture_in(group)
    shared_bot.telegram.say(ann, "/settings", chat_id=group)
    settings = await shared_bot.wait_for_text_in(group, "Рисование в этой группе")
    shared_bot.telegram.press(ann, settings, "Никто")
    await shared_bot.wait_for_toast(settings, "Сохранено")
    before = len(shared_bot.messages_in(group))
    for label in ("Ещё раз", "Изменить"):
        press = shared_bot.telegram.press(ann, picture, label)
        await shared_bot.wait_until(lambda: press not in shared_bot.telegram.presses)  # noqa: B023
        last = next(e for e in reversed(shared_bot.telegram.chats.events) if e.kind == "toast")
        assert (last.alert, last.text) == (
            True,
            "В этой группе рисование выключено. Администраторы могут включить его в /settings.",
        )
    await shared_bot.wait_until_handled()
    assert len(shared_bot.messages_in(group)) == before
    assert not any(e.kind == "ephemeral" and e.chat_id == group for e in shared_bot.telegram.chats.events)


async def test_the_shape_button_offers_the_other_ratios(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    drawn = await _draw(shared_bot, ann)
    shared_bot.telegram.press(ann, drawn, "Shape")
    await shared_bot.wait_until(lambda: "« Back" in buttons(shared_bot.current(drawn)))
    assert [label.split()[-1] for label in buttons(shared_bot.current(drawn))] == [
        "1:1",
        "9:16",
        "4:3",
        "3:4",
        "Back",
    ]
    shared_bot.telegram.press(ann, shared_bot.current(drawn), "Back")
    await shared_bot.wait_until(lambda: buttons(shared_bot.current(drawn)) == RESULT)
    shared_bot.telegram.press_data(ann, drawn, _reshape_data(shared_bot, ann, "9x16"))
    reshaped = await shared_bot.wait_for_picture(ann, 2)
    assert reshaped.photo is not None
    assert reshaped.photo[-1].width < reshaped.photo[-1].height
    await shared_bot.wait_until(lambda: buttons(shared_bot.current(drawn)) == RESULT)


def _reshape_data(world: World, user: User, slug: str) -> str:
    """Return the callback data that draws the last request of a user in another ratio."""
    row = world.rows("SELECT max(id) AS id FROM requests WHERE user_id = ?", user.id)[0]
    return f"s:{row['id']}:{slug}:0"


async def test_the_original_is_sent_as_a_document_and_fetched_once(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    drawn = await _draw(shared_bot, ann, "Маяк в шторм --ar 16:9")
    for _ in range(3):
        shared_bot.telegram.press(ann, drawn, "Original")
    await shared_bot.wait_for_toast(drawn, "Fetching the original")
    await shared_bot.wait_until(lambda: any(m.document for m in shared_bot.messages_to(ann)))
    document = next(m.document for m in shared_bot.messages_to(ann) if m.document)
    assert document.file_name == "маяк-в-шторм.webp"
    assert shared_bot.telegram.chats.files[document.file_id] in shared_bot.media.drawn.values()
    await shared_bot.wait_until_handled()
    calls = shared_bot.media.calls["picture"]
    await shared_bot.process.wait_until(
        lambda: shared_bot.rows("SELECT 1 FROM requests WHERE user_id = ? AND original_file_id > ''", ann.id)
    )
    count = len(shared_bot.pictures(ann))
    shared_bot.telegram.press(ann, drawn, "Original")
    await shared_bot.wait_for_picture(ann, count + 1)
    assert shared_bot.media.calls["picture"] == calls  # from Telegram, not from the provider again
    assert not any(m.sticker for m in shared_bot.messages_to(ann))


async def test_an_expired_original_is_reported(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    drawn = await _draw(shared_bot, ann)
    shared_bot.media.faults.add(Fault("picture", times=None, answer=faults.status(404)))
    shared_bot.telegram.press(ann, drawn, "Original")
    await shared_bot.wait_for_text(ann, "kept for about a day, and this one is gone")


async def test_a_ratio_in_reply_redraws_and_the_prompt_command_shows_the_prompt(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    drawn = await _draw(shared_bot, ann, "a <fox> & co --ar 1:1")
    shared_bot.telegram.say(ann, "16×9", reply_to=drawn)
    wide = await shared_bot.wait_for_picture(ann, 2)
    assert wide.photo is not None
    assert wide.photo[-1].width > wide.photo[-1].height
    assert wide.caption == drawn.caption
    shared_bot.telegram.say(ann, "/prompt", reply_to=wide)
    given = await shared_bot.wait_for_text(ann, "a <fox> & co")
    assert given.entities is not None
    assert given.entities[0].type == "pre"
    shared_bot.telegram.say(ann, "/prompt")
    await shared_bot.wait_for_text(ann, "Reply /prompt to one of my pictures")
    shared_bot.telegram.say(ann, "sepia", reply_to=wide)
    edited = await shared_bot.wait_for_picture(ann, 3)
    shared_bot.telegram.say(ann, "16:9", reply_to=edited)
    await shared_bot.wait_for_text(ann, "A changed picture keeps its shape")


async def test_a_refund_is_reported_with_the_remaining_units(shared_bot: World) -> None:
    shared_bot.hold_tasks()
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    status = await shared_bot.wait_for_text(ann, "Drawing")
    shared_bot.telegram.press(ann, status, "Cancel")
    await shared_bot.wait_for_text(ann, "It didn’t count: 6 pictures left today")


async def test_the_history_is_one_message_with_pages(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    shared_bot.telegram.say(ann, "/history")
    await shared_bot.wait_for_text(ann, "No pictures here yet")
    for number in (1, 2, 3):
        await _draw(shared_bot, ann, f"fox {number} --ar 1:1")
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/history")
    page = await shared_bot.wait_for_picture(ann, 4)
    assert page.caption is not None
    assert page.caption.startswith("fox 3\n\n")
    assert page.caption.endswith("· 1 of 3")
    assert buttons(page) == [*RESULT, "·", "·", "▶", "▶▶"]
    assert shared_bot.telegram.press(ben, page, "▶")
    await shared_bot.wait_for_toast(page, "Only the person who asked")
    shared_bot.telegram.press(ann, page, "▶")
    await shared_bot.wait_until(lambda: (shared_bot.current(page).caption or "").endswith("2 of 3"))
    assert buttons(shared_bot.current(page)) == [*RESULT, "◀◀", "◀", "▶", "▶▶"]
    shared_bot.telegram.press(ann, shared_bot.current(page), "▶")
    await shared_bot.wait_until(lambda: (shared_bot.current(page).caption or "").startswith("fox 1\n"))
    assert buttons(shared_bot.current(page)) == [*RESULT, "◀◀", "◀", "·", "·"]
    shared_bot.telegram.press(ann, shared_bot.current(page), "Shape")
    await shared_bot.wait_until(lambda: "« Back" in buttons(shared_bot.current(page)))
    shared_bot.telegram.press(ann, shared_bot.current(page), "Back")
    await shared_bot.wait_until(lambda: buttons(shared_bot.current(page)) == [*RESULT, "◀◀", "◀", "·", "·"])
    assert len(shared_bot.pictures(ann)) == 4
    shared_bot.telegram.say(ann, "make it night", reply_to=shared_bot.current(page))
    edited = await shared_bot.wait_for_picture(ann, 5)
    assert edited.caption == "make it night"
    await shared_bot.wait_until_closed()
    shared_bot.telegram.press(ann, shared_bot.current(page), "◀◀")
    await shared_bot.wait_until(
        lambda: (shared_bot.current(page).caption or "").startswith("make it night\n")
    )
    assert buttons(shared_bot.current(page))[-4:] == ["·", "·", "▶", "▶▶"]
    shared_bot.telegram.press(ann, shared_bot.current(page), "▶▶")
    await shared_bot.wait_until(lambda: (shared_bot.current(page).caption or "").endswith("4 of 4"))


@pytest.mark.long(16)
async def test_taps_on_one_place_of_the_history_go_on_to_its_end(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    for number in range(1, 5):
        await _draw(shared_bot, ann, f"fox {number} --ar 1:1")
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/history")
    page = await shared_bot.wait_for_picture(ann, 5)

    async def tap(place: int) -> str:
        """Press the button in a place of the row of arrows, and return the caption and the answer."""
        now = shared_bot.current(page)
        assert now.reply_markup is not None
        row = now.reply_markup.inline_keyboard[-1]
        assert len(row) == 4
        shared_bot.telegram.press_data(ann, now, row[place].callback_data or "")
        await shared_bot.wait_until_handled()
        toast = next(e for e in reversed(shared_bot.telegram.chats.events) if e.kind == "toast")
        return f"{(shared_bot.current(page).caption or '').split()[1]} {toast.text}".strip()

    assert [await tap(2) for _ in range(4)] == ["3", "2", "1", "1 Это самая старая картинка."]
    assert [await tap(1) for _ in range(4)] == ["2", "3", "4", "4 Это самая новая картинка."]
    assert [await tap(3), await tap(3)] == ["1", "1 Это самая старая картинка."]
    assert [await tap(0), await tap(0)] == ["4", "4 Это самая новая картинка."]
    await _draw(shared_bot, ann, "fox 5 --ar 1:1")
    await shared_bot.wait_until_closed()
    assert await tap(0) == "5", "the end has moved"


async def test_a_button_copies_a_description_that_is_short_enough(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    for prompt in ("a <fox> & co", "y" * 256, "x" * 257):
        drawn = await _draw(shared_bot, ann, f"{prompt} --ar 1:1")
        shared_bot.telegram.press(ann, drawn, "⋯ More")
        await shared_bot.wait_until_handled()
        drawn = shared_bot.current(drawn)
        assert drawn.reply_markup is not None
        assert buttons(drawn)[-1] == "« Back"
        keys = [key for row in drawn.reply_markup.inline_keyboard for key in row if key.copy_text]
        assert [key.copy_text.text for key in keys if key.copy_text] == [prompt][: len(prompt) <= 256]


async def test_the_history_says_when_by_the_reader_s_clock(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    await _draw(shared_bot, ann)
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/history")
    page = await shared_bot.wait_for_picture(ann, 2)
    (time,) = [entity for entity in page.caption_entities or [] if entity.type == "date_time"]
    finished_at = shared_bot.rows("SELECT finished_at FROM requests WHERE user_id = ?", ann.id)[0][
        "finished_at"
    ]
    assert (time.unix_time, time.date_time_format) == (round(finished_at), "r")
    shown = (page.caption or "").encode("utf-16-le")[2 * time.offset : 2 * (time.offset + time.length)]
    assert shown.decode("utf-16-le").endswith("UTC")


async def test_the_history_in_a_group_shows_only_pictures_of_the_group(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    await _draw(shared_bot, ann, "my secret --ar 1:1")
    secret = shared_bot.rows("SELECT max(id) AS id FROM requests WHERE user_id = ?", ann.id)[0]["id"]
    shared_bot.telegram.say(ann, "/history", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ann, "No pictures here yet")
    shared_bot.telegram.say(ann, "/imagine for all --ar 1:1", chat_id=group)
    await shared_bot.wait_for_picture_in(group)
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/history", chat_id=group)
    page = await shared_bot.wait_for_picture_in(group, 2)
    assert (page.caption or "").endswith("1 of 1")
    shared_bot.telegram.press_data(ann, page, f"h:{ann.id}:{secret}")
    await shared_bot.wait_for_toast(page, "")
    await shared_bot.wait_until_closed()
    assert not any("secret" in (m.caption or "") for m in shared_bot.messages_in(group))


async def test_a_chosen_language_overrides_that_of_telegram(shared_bot: World) -> None:
    ann = shared_bot.add_user("en")
    shared_bot.telegram.say(ann, "/language")
    choice = await shared_bot.wait_for_text(
        ann, "Which language shall I speak? Now: the same as in Telegram."
    )
    assert choice.reply_to_message is None
    assert buttons(choice) == [*LANGUAGE_NAMES, "✓ Same as Telegram"]
    menus = shared_bot.telegram.chats.chat_menus
    shared_bot.telegram.press(ann, choice, "Русский")
    await shared_bot.wait_for_text(ann, "Буду говорить с вами по-русски")
    marked = [f"✓ {name}" if name == "Русский" else name for name in LANGUAGE_NAMES]
    assert buttons(shared_bot.current(choice)) == [*marked, "Как в Telegram"]
    await shared_bot.wait_until(lambda: menus.get((ann.id, ""), {}).get("ratio") == "Обычный формат")
    shared_bot.telegram.say(ann, "/queue")
    await shared_bot.wait_for_text(ann, "Ничего не рисуется")
    shared_bot.telegram.say(ann, "/language")
    await shared_bot.wait_for_text(ann, "Сейчас: Русский")
    shared_bot.telegram.press(ann, choice, "Same as Telegram")
    await shared_bot.wait_for_text(ann, "I’ll speak English with you")
    assert buttons(shared_bot.current(choice)) == [*LANGUAGE_NAMES, "✓ Same as Telegram"]
    await shared_bot.wait_until(lambda: (ann.id, "") not in menus)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_language_can_be_chosen(shared_bot: World, language: str) -> None:
    texts = Translator(language)
    ann = shared_bot.add_user("de")
    shared_bot.telegram.say(ann, "/language")
    choice = await shared_bot.wait_for_text(ann, "Which language shall I speak?")
    shared_bot.telegram.press(ann, choice, texts.raw(f"language-{language}"))
    await shared_bot.wait_for_text(ann, texts.raw("language-saved"))
    changed = shared_bot.current(choice)
    assert f"✓ {texts.raw(f'language-{language}')}" in buttons(changed)
    assert changed.reply_markup is not None
    assert all(len(row) <= 2 for row in changed.reply_markup.inline_keyboard)
    menus = shared_bot.telegram.chats.chat_menus
    usual = texts.raw("command-ratio")
    await shared_bot.wait_until(lambda: menus.get((ann.id, ""), {}).get("ratio") == usual)
    shared_bot.telegram.say(ann, "/queue")
    await shared_bot.wait_for_text(ann, texts.raw("queue-empty"))


async def test_forget_deletes_everything_but_the_quota_of_the_day(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    drawn = await _draw(shared_bot, ann)
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/ratio")
    choice = await shared_bot.wait_for_text(ann, "Which shape shall I use")
    assert [label for label in buttons(choice) if label.startswith("✓")] == ["✓ Ask me each time"]
    shared_bot.telegram.press(ann, choice, "4:3")
    await shared_bot.wait_for_text(ann, "From now on I draw in 4:3")
    assert [label for label in buttons(shared_bot.current(choice)) if label.startswith("✓")] == ["✓ 📷 4:3"]
    shared_bot.telegram.say(ann, "/language")
    shared_bot.telegram.press(ann, await shared_bot.wait_for_text(ann, "Now: the same"), "English")
    await shared_bot.wait_until(lambda: (ann.id, "") in shared_bot.telegram.chats.chat_menus)
    shared_bot.hold_tasks()
    shared_bot.telegram.say(ann, "/imagine on the way")
    await shared_bot.wait_for_text(ann, "Drawing")
    shared_bot.telegram.say(ann, "/forget")
    sure = await shared_bot.wait_for_text(ann, "Delete all I keep about you?")
    shared_bot.telegram.press(ann, sure, "Keep it")
    await shared_bot.wait_for_text(ann, "Nothing was deleted")
    assert shared_bot.rows("SELECT 1 FROM requests WHERE user_id = ?", ann.id)
    shared_bot.telegram.press(ann, sure, "Delete it all")
    await shared_bot.wait_for_text(ann, "Done. Only today’s count is left")
    await shared_bot.process.wait_until(
        lambda: not shared_bot.rows("SELECT 1 FROM requests WHERE user_id = ?", ann.id)
    )
    for table in ("drafts", "preferences"):
        column = "user_id" if table == "drafts" else "subject_id"
        assert not shared_bot.rows(f"SELECT 1 FROM {table} WHERE {column} = ?", ann.id)  # noqa: S608
    assert (ann.id, "") not in shared_bot.telegram.chats.chat_menus
    assert not shared_bot.rows("SELECT 1 FROM key_values WHERE name LIKE ?", f"%{ann.id}%")
    assert shared_bot.quota_used(ann) == 1
    shared_bot.telegram.press(ann, drawn, "Again")
    await shared_bot.wait_for_toast(drawn, "too old", alert=True)
    shared_bot.telegram.say(ann, "/history")
    await shared_bot.wait_for_text(ann, "No pictures here yet")


async def test_an_edited_command_changes_a_request_that_still_waits(shared_bot: World) -> None:
    shared_bot.hold_tasks()
    ann = shared_bot.add_user()
    commands = [shared_bot.telegram.say(ann, f"/imagine fox {number} --ar 1:1") for number in range(3)]
    await shared_bot.wait_until(lambda: any("is next" in text for text in shared_bot.texts(ann)))
    shared_bot.telegram.rewrite(commands[2], "/imagine a wolf --ar 16:9")
    shared_bot.telegram.rewrite(commands[0], "/imagine too late --ar 16:9")
    await shared_bot.wait_until_handled()
    shared_bot.finish_tasks()
    await shared_bot.wait_for_picture(ann, 3)
    await shared_bot.wait_until_closed()
    assert sorted(p.caption or "" for p in shared_bot.pictures(ann)) == ["a wolf", "fox 0", "fox 1"]
    wolf = next(p for p in shared_bot.pictures(ann) if p.caption == "a wolf")
    assert wolf.photo is not None
    assert wolf.photo[-1].width > wolf.photo[-1].height
    assert shared_bot.quota_used(ann) == 3


async def test_an_edited_command_changes_its_question(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    command = shared_bot.telegram.say(ann, "/imagine a fox")
    question = await shared_bot.wait_for_text(ann, "Which shape for “a fox”")
    shared_bot.telegram.rewrite(command, "/imagine a wolf")
    await shared_bot.wait_for_text(ann, "Which shape for “a wolf”")
    shared_bot.telegram.press(ann, question, "1:1")
    picture = await shared_bot.wait_for_picture(ann)
    assert picture.caption == "a wolf"


async def test_a_deep_link_asks_for_the_ratio_before_it_draws(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    payload = base64.urlsafe_b64encode("маяк в шторм --ar 1:1".encode()).decode().rstrip("=")
    shared_bot.telegram.say(ann, f"/start {payload}")
    question = await shared_bot.wait_for_text(ann, "В каком формате нарисовать «маяк в шторм»")
    assert shared_bot.quota_used(ann) == 0
    shared_bot.telegram.press(ann, question, "16:9")
    await shared_bot.wait_for_picture(ann)
    for wrong in ("x", "%%%", "AAAA", "a" * 65, "_w"):
        shared_bot.telegram.say(ann, f"/start {wrong}")
    await shared_bot.wait_until(
        lambda: sum("Опишите картинку" in text for text in shared_bot.texts(ann)) == 5
    )


async def test_the_command_menus_are_set_once(own_bot: World) -> None:
    own_bot.add_user(user_id=ADMIN)
    await own_bot.process.start(ADMIN_IDS=str(ADMIN))
    menus = own_bot.telegram.chats.menus
    await own_bot.process.wait_for_log("menus set")
    assert own_bot.telegram.calls["setMyCommands"] == 4 * len(LANGUAGES)
    assert set(menus) == {
        (scope, code)
        for scope in ("all_private_chats", "all_group_chats", "all_chat_administrators", "chat")
        for code in (language_code(language) or "" for language in LANGUAGES)
    }
    assert "settings" in menus["all_chat_administrators", ""]
    assert "settings" not in menus["all_group_chats", ""]
    assert "ban" in menus["chat", ""]
    assert "ban" not in menus["all_private_chats", ""]
    assert menus["all_private_chats", "ru"]["imagine"] == "Нарисовать картинку или изменить"
    assert menus["all_private_chats", "es"]["imagine"] == "Dibujar o editar una imagen"
    assert menus["all_private_chats", "pt"]["imagine"] == "Desenhar ou editar uma imagem"
    await own_bot.process.stop()
    await own_bot.process.start(ADMIN_IDS=str(ADMIN))
    await own_bot.process.wait_for_log("menus set")
    assert own_bot.telegram.calls["setMyCommands"] == 4 * len(LANGUAGES)


async def test_a_menu_in_a_chosen_language_is_set_again_after_a_failure(own_bot: World) -> None:
    ann, admin = own_bot.add_user(), own_bot.add_user(user_id=ADMIN)
    await own_bot.process.start(ADMIN_IDS=str(ADMIN))
    await own_bot.process.wait_for_log("menus set")
    menus = own_bot.telegram.chats.chat_menus
    refusal = faults.telegram(500, "Internal Server Error")
    own_bot.telegram.faults.add(Fault("setMyCommands", times=None, answer=refusal))
    for user in (ann, admin):
        own_bot.telegram.say(user, "/language")
        own_bot.telegram.press(user, await own_bot.wait_for_text(user, "Which language"), "Русский")
        await own_bot.wait_for_text(user, "Буду говорить с вами по-русски")
    await own_bot.process.wait_until(
        lambda: sum(line.get("event") == "menu of a chat not set" for line in own_bot.process.log) == 2
    )
    await own_bot.process.stop()
    own_bot.telegram.faults.clear()
    await own_bot.process.start(ADMIN_IDS=str(ADMIN))
    await own_bot.process.wait_for_log("menus set")
    assert menus[ann.id, ""]["help"] == menus[ADMIN, ""]["help"] == menus[ADMIN, "ru"]["help"] == "Что я умею"
    assert "ban" in menus[ADMIN, ""]
    assert "ban" not in menus[ann.id, ""]
    await own_bot.process.stop()
    await own_bot.process.start(ADMIN_IDS="")
    await own_bot.process.wait_for_log("menus set")
    assert "ban" not in menus[ADMIN, ""]  # no admin any more, but the language stays
    assert (ADMIN, "ru") not in menus


async def test_names_and_prompts_are_never_parsed_as_html(shared_bot: World) -> None:
    ann = shared_bot.add_user(name="<b>Ann</b> & co")
    group = shared_bot.add_group(ann)
    shared_bot.telegram.say(ann, "/imagine <i>x</i> --ar 1:1", chat_id=group)
    picture = await shared_bot.wait_for_picture_in(group)
    shared_bot.telegram.press(ann, picture, "Edit")
    question = await shared_bot.wait_for_text_in(group, "what shall I change")
    assert (question.text or "").startswith("<b>Ann</b> & co, what")
    assert [e.type for e in question.entities or []] == ["text_link"]
    force = [json.loads(call) for call in shared_bot.telegram.seen if "force_reply" in call][-1]
    assert force["reply_markup"]["selective"] is True


async def test_links_have_no_preview(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/help")
    await shared_bot.wait_for_text(ann, "tap an example")
    call = next(json.loads(c) for c in reversed(shared_bot.telegram.seen) if "tap an example" in c)
    assert call["link_preview_options"]["is_disabled"] is True


async def test_a_status_message_changes_at_most_every_five_seconds(shared_bot: World) -> None:
    shared_bot.hold_tasks()
    ann = shared_bot.add_user()

    def changed_at() -> list[float]:
        return [
            event.at
            for event in shared_bot.telegram.chats.events
            if event.chat_id == ann.id and event.kind in {"sent", "edited"} and "Drawing" in event.text
        ]

    shared_bot.telegram.say(ann, "/imagine a slow fox --ar 1:1")
    await shared_bot.wait_until(lambda: len(changed_at()) >= 3)
    # The bot counts from the answer to one change to the next call, so the gap here is never shorter.
    assert all(later - earlier >= 4.9 for earlier, later in itertools.pairwise(changed_at()))
