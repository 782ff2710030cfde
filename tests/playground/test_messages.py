"""Messages at the stand-in: kinds of buttons, times, dialogs and ephemeral messages."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import (
    BufferedInputFile,
    CopyTextButton,
    EphemeralMessageParameters,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    SwitchInlineQueryChosenChat,
)

from playground.chats import BOT
from playground.files import photo_sizes
from playground.methods import DELETABLE
from tests.support.stand_in import GROUP, StandIn
from tests.support.world import jpeg


def _keys(**button: Any) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="A key", **button)]])


@pytest.mark.parametrize(
    "button",
    [
        {"callback_data": "x", "style": "danger"},
        {"copy_text": CopyTextButton(text="x" * 256)},
        {"url": "https://t.me/imagine_demo_bot?start=x"},
        {"switch_inline_query_current_chat": ""},
        {"switch_inline_query_chosen_chat": SwitchInlineQueryChosenChat(query="#1", allow_group_chats=True)},
    ],
)
async def test_a_button_has_one_of_the_kinds_of_the_bot_api(
    stand_in: StandIn, button: dict[str, Any]
) -> None:
    sent = await stand_in.bot.send_message(7, "x", reply_markup=_keys(**button))
    assert sent.reply_markup is not None
    assert sent.reply_markup.model_dump() == _keys(**button).model_dump()


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({}, "BUTTON_DATA_INVALID"),
        ({"callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"callback_data": "x", "style": "pink"}, "style"),
        ({"callback_data": "x", "url": "https://t.me/x"}, "more than one type"),
        ({"copy_text": CopyTextButton(text="x" * 257)}, "BUTTON_COPY_TEXT_INVALID"),
        ({"url": "file:///etc/passwd"}, "BUTTON_URL_INVALID"),
        (
            {"switch_inline_query_chosen_chat": SwitchInlineQueryChosenChat(allow_group_chats=False)},
            "at least one chat type must be allowed",
        ),
    ],
)
async def test_other_buttons_are_refused(stand_in: StandIn, button: dict[str, Any], words: str) -> None:
    with pytest.raises(TelegramBadRequest, match=words):
        await stand_in.bot.send_message(7, "x", reply_markup=_keys(**button))


async def test_a_time_is_an_entity_with_its_unix_time(stand_in: StandIn) -> None:
    html = 'New ones at <tg-time unix="1795651200" format="t">00:00</tg-time>.'
    sent = await stand_in.bot.send_message(7, html, parse_mode="HTML")
    assert sent.entities is not None
    (entity,) = sent.entities
    assert (entity.type, entity.offset, entity.length) == ("date_time", 12, 5)
    assert (entity.date_time_format, entity.unix_time) == ("t", 1795651200)
    with pytest.raises(TelegramBadRequest, match="can't parse entities"):
        await stand_in.bot.send_message(7, '<tg-time unix="1" format="x">now</tg-time>', parse_mode="HTML")


async def test_a_press_may_be_answered_with_a_dialog(stand_in: StandIn) -> None:
    sent = await stand_in.bot.send_message(7, "x", reply_markup=_keys(callback_data="x"))
    query = stand_in.telegram.press(stand_in.user, sent, "A key")
    await stand_in.bot.answer_callback_query(query, "No.", show_alert=True)
    answer = stand_in.telegram.chats.events[-1]
    assert (answer.kind, answer.text, answer.alert) == ("toast", "No.", True)


async def test_an_ephemeral_message_keeps_its_form_and_can_be_changed_and_deleted(stand_in: StandIn) -> None:
    bot, kept = stand_in.bot, stand_in.telegram.chats.ephemeral_messages
    to_user = EphemeralMessageParameters(receiver_user_id=7)
    sent = await bot.send_message(
        GROUP,
        "<code>/imagine</code>",
        parse_mode="HTML",
        ephemeral_message_parameters=to_user,
        reply_markup=_keys(callback_data="x"),
    )
    assert sent.message_id == 0
    assert sent.receiver_user is not None
    assert sent.receiver_user.id == 7
    assert sent.entities is not None
    number = sent.ephemeral_message_id
    assert number is not None
    assert kept[GROUP, number].reply_markup == _keys(callback_data="x")
    await bot.edit_ephemeral_message_text(GROUP, 7, number, text="new")
    assert kept[GROUP, number].text == "new"
    await bot.delete_ephemeral_message(GROUP, 7, number)
    assert not kept
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await bot.delete_ephemeral_message(GROUP, 7, number)


async def test_new_buttons_alone_do_not_make_a_message_edited(stand_in: StandIn) -> None:
    sent = await stand_in.bot.send_message(7, "x", reply_markup=_keys(callback_data="x"))
    changed = await stand_in.bot.edit_message_reply_markup(chat_id=7, message_id=sent.message_id)
    assert getattr(changed, "edit_date", None) is None
    changed = await stand_in.bot.edit_message_text("y", chat_id=7, message_id=sent.message_id)
    assert getattr(changed, "edit_date", None) is not None


async def test_an_ephemeral_message_replaces_that_of_an_open_press(stand_in: StandIn) -> None:
    """Bot API, EphemeralMessageParameters."""
    photo = await stand_in.bot.send_photo(GROUP, BufferedInputFile(jpeg(), "a.jpg"), caption="a fox")
    file_id = (photo.photo or [])[-1].file_id
    query_id = stand_in.telegram.press_data(stand_in.user, photo, "x")

    async def replace(query_id: str | None, receiver_id: int = 7) -> Message:
        parameters = EphemeralMessageParameters(
            receiver_user_id=receiver_id, callback_query_id=query_id, replace_callback_query_message=True
        )
        return await stand_in.bot.send_photo(GROUP, file_id, ephemeral_message_parameters=parameters)

    shown = await replace(query_id)
    chats = stand_in.telegram.chats
    assert chats.replaced == {(GROUP, shown.ephemeral_message_id): photo.message_id}
    with pytest.raises(TelegramBadRequest, match="callback_query_id is required"):
        await replace(None)
    in_ephemeral = stand_in.telegram.press_data(stand_in.user, shown, "y")
    with pytest.raises(TelegramBadRequest, match="ephemeral message can't be replaced"):
        await replace(in_ephemeral)
    await stand_in.bot.answer_callback_query(query_id)
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await replace(query_id)
    await stand_in.bot.delete_ephemeral_message(GROUP, 7, shown.ephemeral_message_id or 0)
    assert chats.ephemeral_messages == {}


@pytest.mark.parametrize(("chat_id", "effect_id"), [(GROUP, "5046509860389126442"), (7, "1")])
async def test_an_effect_is_one_of_telegram_s_and_for_private_chats(
    stand_in: StandIn, chat_id: int, effect_id: str
) -> None:
    photo = BufferedInputFile(jpeg(), "a.jpg")
    sent = await stand_in.bot.send_photo(7, photo, message_effect_id="5046509860389126442")
    assert sent.effect_id == "5046509860389126442"
    with pytest.raises(TelegramBadRequest, match="EFFECT_ID_INVALID"):
        await stand_in.bot.send_photo(chat_id, photo, message_effect_id=effect_id)


async def test_a_keyboard_may_open_the_reply_field_and_keeps_that(stand_in: StandIn) -> None:
    """Bot API, InlineKeyboardMarkup, force_reply: its value cannot be changed when the keyboard is edited."""
    plain, opening = (
        _keys(callback_data="x"),
        _keys(callback_data="x").model_copy(update={"force_reply": True}),
    )
    for first, other in ((plain, opening), (opening, plain)):
        sent = await stand_in.bot.send_message(7, "x", reply_markup=first)
        assert sent.reply_markup is not None
        opens = (7, sent.message_id) in stand_in.telegram.chats.reply_placeholders
        assert bool(sent.reply_markup.force_reply) is opens is (first is opening)
        with pytest.raises(TelegramBadRequest, match="force_reply can't be changed"):
            await sent.edit_text("y", reply_markup=other)
        kept = _keys(callback_data="y").model_copy(update={"force_reply": first.force_reply})
        await sent.edit_text("y", reply_markup=kept)
    ephemeral = EphemeralMessageParameters(receiver_user_id=7)
    with pytest.raises(TelegramBadRequest, match="ephemeral"):
        await stand_in.bot.send_message(
            GROUP, "x", reply_markup=opening, ephemeral_message_parameters=ephemeral
        )
    stand_in.telegram.chats.old_buttons = True
    with pytest.raises(TelegramBadRequest, match="reply markup"):
        await stand_in.bot.send_message(7, "x", reply_markup=opening)


async def test_a_message_of_the_bot_is_deleted_within_48_hours(stand_in: StandIn) -> None:
    chats = stand_in.telegram.chats
    for chat_id in (stand_in.user.id, GROUP):
        young, old = [await stand_in.bot.send_message(chat_id, "x") for _ in range(2)]
        kept = chats.messages[chat_id, old.message_id]
        chats.messages[chat_id, old.message_id] = kept.model_copy(
            update={"date": datetime.now(UTC) - DELETABLE}
        )
        assert await stand_in.bot.delete_message(chat_id, young.message_id)
        with pytest.raises(TelegramBadRequest, match="message to delete not found"):
            await stand_in.bot.delete_message(chat_id, young.message_id)
        with pytest.raises(TelegramBadRequest, match="message can't be deleted for everyone"):
            await stand_in.bot.delete_message(chat_id, old.message_id)


async def test_the_bot_deletes_messages_of_users_only_in_private_chats(stand_in: StandIn) -> None:
    """Bot API, deleteMessage: in a group it would have to be an administrator."""
    private = stand_in.telegram.say(stand_in.user, "x")
    assert await stand_in.bot.delete_message(stand_in.user.id, private.message_id)
    in_group = stand_in.telegram.say(stand_in.user, "x", chat_id=GROUP)
    with pytest.raises(TelegramBadRequest, match="message can't be deleted"):
        await stand_in.bot.delete_message(GROUP, in_group.message_id)
    stand_in.telegram.chats.members[GROUP][BOT.id] = "administrator"
    assert await stand_in.bot.delete_message(GROUP, in_group.message_id)


async def test_a_copy_has_the_content_and_only_the_buttons_of_the_call(stand_in: StandIn) -> None:
    photo = photo_sizes(stand_in.telegram.chats, jpeg())
    link = _keys(url="https://t.me/example")
    original = stand_in.telegram.chats.add(7, stand_in.user, photo=photo, caption="News", reply_markup=link)
    copies = [
        await stand_in.bot.copy_message(7, 7, original.message_id, reply_markup=keyboard)
        for keyboard in (None, _keys(callback_data="x"))
    ]
    plain, pressed = (stand_in.telegram.chats.messages[7, copy.message_id] for copy in copies)
    assert (plain.photo, plain.caption, plain.from_user, plain.reply_markup) == (photo, "News", BOT, None)
    assert pressed.reply_markup == _keys(callback_data="x")


async def test_what_cannot_be_copied_is_refused_as_by_the_server(stand_in: StandIn) -> None:
    with pytest.raises(TelegramBadRequest, match="message to copy not found"):
        await stand_in.bot.copy_message(7, 7, 404)
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await stand_in.bot.copy_message(7, 404, 1)
    joined = stand_in.telegram.chats.add(GROUP, stand_in.user, new_chat_members=[BOT])
    with pytest.raises(TelegramBadRequest, match="message can't be copied"):
        await stand_in.bot.copy_message(7, GROUP, joined.message_id)
    original = await stand_in.bot.send_message(7, "News")
    stand_in.telegram.chats.blocked.add(7)
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await stand_in.bot.copy_message(7, 7, original.message_id)
