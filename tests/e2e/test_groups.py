"""Groups and topics: the bot writes only when it is asked, and only the owner of a request may press its buttons."""

from typing import Any

import pytest
from aiogram.types import Chat, ChatMemberAdministrator, Message, User

from playground import faults
from playground.chats import BOT, Event
from playground.faults import Fault
from playground.telegram import dump
from tests.support.world import ADMIN, World, buttons, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


def _reactions(world: World, message: Message) -> list[str]:
    """Return the bot's reactions to a message, in order. An empty string is the removal of the reaction."""
    key = message.chat.id, message.message_id
    return [
        e.text
        for e in world.telegram.chats.events
        if e.kind == "reaction" and (e.chat_id, e.message_id) == key
    ]


def _change_membership(world: World, chat_id: int, by: User, old: str, new: str) -> None:
    """Queue the update about a change of the bot's status in a group."""

    def bot(status: str) -> dict[str, Any]:
        rights: dict[str, Any] = {"until_date": 0} if status == "kicked" else {}
        if status == "administrator":
            fields = ChatMemberAdministrator.model_fields.items()
            rights = {name: False for name, given in fields if given.is_required()}
        return rights | {"status": status, "user": BOT.model_dump(mode="json", exclude_none=True)}

    world.telegram.queue_update(
        {
            "my_chat_member": {
                "chat": world.telegram.chats.chats[chat_id].model_dump(mode="json", exclude_none=True),
                "from": dump(by),
                "date": 1_790_000_000,
                "old_chat_member": bot(old),
                "new_chat_member": bot(new),
            }
        }
    )


@pytest.mark.parametrize("command", ["/imagine", "/imagine@imagine_demo_bot"])
async def test_a_group_sees_a_reaction_then_the_picture_and_nothing_else(
    shared_bot: World, command: str
) -> None:
    shared_bot.hold_tasks()
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    group = shared_bot.add_group(ann, ben)
    message = shared_bot.telegram.say(ben, f"{command} a fox --ar 1:1", chat_id=group)
    await shared_bot.wait_until(lambda: _reactions(shared_bot, message) == ["👀"])
    shared_bot.finish_tasks()
    picture = await shared_bot.wait_for_picture_in(group)
    assert picture.reply_to_message is not None
    assert picture.reply_to_message.message_id == message.message_id
    await shared_bot.wait_until(lambda: _reactions(shared_bot, message) == ["👀", ""])
    assert shared_bot.messages_in(group) == [picture]
    assert any(e.kind == "action" and e.chat_id == group for e in shared_bot.telegram.chats.events)
    assert shared_bot.quota_used(ben) == 1
    assert shared_bot.rows("SELECT used FROM quotas WHERE subject_id = ?", group)[0]["used"] == 1


async def test_a_group_without_reactions_gets_a_status_message(shared_bot: World) -> None:
    shared_bot.hold_tasks()
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    shared_bot.telegram.chats.no_reactions.add(group)
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    await shared_bot.wait_for_text_in(group, "Drawing")
    shared_bot.finish_tasks()
    picture = await shared_bot.wait_for_picture_in(group)
    await shared_bot.wait_until(lambda: shared_bot.messages_in(group) == [picture])


async def test_the_answers_to_a_topic_stay_in_the_topic(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    forum = shared_bot.add_group(ann, topics={77: "Pictures"})
    shared_bot.telegram.say(ann, "/imagine a fox", chat_id=forum, message_thread_id=77, is_topic_message=True)
    question = await shared_bot.wait_for_text_in(forum, "Which shape")
    assert question.message_thread_id == 77
    shared_bot.telegram.press(ann, question, "16:9")
    picture = await shared_bot.wait_for_picture_in(forum)
    assert picture.message_thread_id == 77


async def test_talk_and_commands_for_other_bots_are_ignored(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    for text in ("hello", "/imagine@another_bot a fox", "/weather", "/help@another_bot", "16:9"):
        shared_bot.telegram.say(ann, text, chat_id=group)
    shared_bot.send_photo(ann, jpeg(), chat_id=group)
    shared_bot.send_photo(ann, jpeg(), chat_id=group, caption="my cat")
    shared_bot.telegram.say(ann, "/imagine the last --ar 1:1", chat_id=group)
    picture = await shared_bot.wait_for_picture_in(group)
    assert shared_bot.messages_in(group) == [picture]


async def test_a_command_of_private_chats_leads_there(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user("ru"), shared_bot.add_user(name="Ben")
    group = shared_bot.add_group(ann, ben)
    admin = shared_bot.add_user(user_id=ADMIN)
    shared_bot.telegram.chats.members[group][ADMIN] = "member"

    def answers() -> list[Event]:
        events = shared_bot.telegram.chats.events
        return [e for e in events if e.kind == "ephemeral" and e.chat_id == group]

    for command in ("/forget", "/language@imagine_demo_bot", "/ratio"):
        seen = len(answers())
        shared_bot.telegram.say(ann, command, chat_id=group)
        await shared_bot.wait_until(lambda: len(answers()) > seen)  # noqa: B023
        answer = answers()[-1]
        assert (answer.to, answer.text) == (ann.id, "Это — в личном чате со мной.")
        assert answer.message is not None
        assert [e.url for e in answer.message.entities or []] == ["https://t.me/imagine_demo_bot"]
    shared_bot.telegram.say(admin, "/ban 5", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, admin, "Ask me that in our private chat.")
    shared_bot.telegram.say(ben, "/ban 5", chat_id=group)  # perhaps for a bot that moderates the group
    await shared_bot.wait_until_handled()
    assert not any(e.to == ben.id for e in shared_bot.telegram.chats.events)
    assert shared_bot.messages_in(group) == []


async def test_a_private_reply_in_a_group_is_ephemeral(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    group = shared_bot.add_group(ann)
    shared_bot.telegram.say(ann, "/history", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ann, "Здесь пока нет картинок")
    shared_bot.telegram.say(ann, "/quota", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ann, "Группа сегодня: использовано 0 из 8")
    shared_bot.telegram.say(ann, "/help", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ann, "Рисовать здесь может каждый")
    assert shared_bot.messages_in(group) == []


@pytest.mark.long(16)
@pytest.mark.parametrize("server", ["refused", "unknown"])
async def test_without_ephemeral_messages_a_private_reply_is_deleted_later(
    own_bot: World, server: str
) -> None:
    own_bot.telegram.chats.ephemeral = server
    await own_bot.process.start()
    ann = own_bot.add_user()
    group = own_bot.add_group(ann)
    own_bot.telegram.say(ann, "/history", chat_id=group)
    await own_bot.wait_until(lambda: own_bot.messages_in(group))
    sent = next(e for e in own_bot.telegram.chats.events if e.message in own_bot.messages_in(group))
    await own_bot.process.wait_for_log("private reply visible to all, deletion scheduled")
    await own_bot.process.kill()  # the scheduled deletion survives the process
    await own_bot.process.start()
    await own_bot.wait_until(lambda: not own_bot.messages_in(group))
    deleted = next(e for e in own_bot.telegram.chats.events if e.kind == "deleted")
    assert deleted.at - sent.at >= 14
    await own_bot.wait_until(lambda: not own_bot.rows("SELECT 1 FROM scheduled_deletions"))
    assert await own_bot.process.stop() == 0


async def test_only_the_owner_may_press_a_button(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    group = shared_bot.add_group(ann, ben)
    shared_bot.telegram.say(ben, "/imagine a fox", chat_id=group)
    question = await shared_bot.wait_for_text_in(group, "Which shape")
    shared_bot.telegram.press(ann, question, "1:1")
    await shared_bot.wait_for_toast(question, "Only the person who asked")
    shared_bot.telegram.press(ben, question, "1:1")
    picture = await shared_bot.wait_for_picture_in(group)
    for label in ("Again", "Shape", "Edit", "Original"):
        shared_bot.telegram.press(ann, picture, label)
    await shared_bot.wait_until_handled()
    events = shared_bot.telegram.chats.events
    toasts = [e.text for e in events if (e.kind, e.message_id) == ("toast", picture.message_id)]
    assert [text.startswith("Only the person who asked") for text in toasts] == [True] * 4
    await shared_bot.wait_until_closed()
    assert len(shared_bot.messages_in(group)) == 1


async def test_an_anonymous_admin_and_a_channel_use_the_quota_of_their_chat(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    group = shared_bot.add_group(ann, ben)
    chats = shared_bot.telegram.chats
    anonymous = User(id=1087968824, is_bot=True, first_name="Group", username="GroupAnonymousBot")
    shared_bot.telegram.say(anonymous, "/imagine a fox", chat_id=group, sender_chat=chats.chats[group])
    question = await shared_bot.wait_for_text_in(group, "Which shape")
    shared_bot.telegram.press(ben, question, "1:1")
    await shared_bot.wait_for_toast(question, "Only the person who asked")
    shared_bot.telegram.press(ann, question, "1:1")  # the creator of the group
    await shared_bot.wait_for_picture_in(group)
    await shared_bot.wait_until_closed()
    assert shared_bot.rows("SELECT subject_id, used FROM quotas WHERE subject_id = ?", group)[0]["used"] == 1
    channel = Chat(id=-1_009_999_999_999, type="channel", title="News")
    shared_bot.telegram.say(
        User(id=136817688, is_bot=True, first_name="Channel"),
        "/imagine a second fox --ar 1:1",
        chat_id=group,
        sender_chat=channel,
    )
    await shared_bot.wait_for_picture_in(group, 2)
    assert shared_bot.rows("SELECT used FROM quotas WHERE subject_id = ?", channel.id)[0]["used"] == 1
    shared_bot.telegram.say(
        User(id=777000, is_bot=False, first_name="Telegram"),
        "/imagine forwarded by itself --ar 1:1",
        chat_id=group,
        sender_chat=channel,
        is_automatic_forward=True,
    )
    shared_bot.telegram.say(ann, "/imagine a third fox --ar 1:1", chat_id=group)
    await shared_bot.wait_for_picture_in(group, 3)
    assert not any("forwarded" in t.prompt for t in shared_bot.media.tasks.values())


async def test_the_bot_greets_a_group_once_and_cancels_its_requests_when_removed(own_bot: World) -> None:
    own_bot.hold_tasks()
    await own_bot.process.start(USER_CONCURRENCY="1")
    ann = own_bot.add_user("ru")
    group = own_bot.add_group(ann)
    _change_membership(own_bot, group, ann, "left", "member")
    await own_bot.wait_until(lambda: own_bot.messages_in(group))
    assert "Привет! Я рисую картинки" in (own_bot.messages_in(group)[0].text or "")
    _change_membership(own_bot, group, ann, "member", "administrator")
    for number in range(2):
        own_bot.telegram.say(ann, f"/imagine fox {number} --ar 1:1", chat_id=group)
    await own_bot.wait_until(lambda: len(own_bot.rows("SELECT 1 FROM requests")) == 2)
    own_bot.telegram.chats.blocked.add(group)
    _change_membership(own_bot, group, ann, "administrator", "kicked")
    await own_bot.wait_until_closed()
    assert {row["state"] for row in own_bot.rows("SELECT state FROM requests")} == {"cancelled"}
    assert own_bot.quota_used(ann) == 0
    assert own_bot.rows("SELECT used FROM quotas WHERE subject_id = ?", group)[0]["used"] == 0
    assert len(own_bot.messages_in(group)) == 1


class TestSettings:
    """The /settings of a group."""

    @staticmethod
    async def open_menu(world: World, admin: User, group: int) -> Message:
        before = {m.message_id for m in world.messages_in(group)}
        world.telegram.say(admin, "/settings", chat_id=group)
        await world.wait_until(lambda: [m for m in world.messages_in(group) if m.message_id not in before])
        return next(m for m in world.messages_in(group) if m.message_id not in before)

    async def test_are_for_group_admins_only(self, shared_bot: World) -> None:
        ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
        group = shared_bot.add_group(ann, ben)
        shared_bot.telegram.say(ben, "/settings", chat_id=group)
        await shared_bot.wait_for_ephemeral(group, ben, "Only this group’s admins")
        menu = await self.open_menu(shared_bot, ann, group)
        shared_bot.telegram.press(ben, menu, "Nobody")
        await shared_bot.wait_for_toast(menu, "Only this group’s admins can do that")
        assert "✓ Everybody" in buttons(shared_bot.current(menu))

    async def test_access_can_be_limited_to_admins_or_to_nobody(self, shared_bot: World) -> None:
        ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
        group = shared_bot.add_group(ann, ben)
        menu = await self.open_menu(shared_bot, ann, group)
        shared_bot.telegram.press(ann, menu, "Admins")
        await shared_bot.wait_until(lambda: "✓ Admins" in buttons(shared_bot.current(menu)))
        shared_bot.telegram.say(ben, "/imagine a fox --ar 1:1", chat_id=group)
        await shared_bot.wait_for_ephemeral(group, ben, "only admins may draw")
        shared_bot.telegram.say(ben, "/help", chat_id=group)
        await shared_bot.wait_until(
            lambda: (
                sum("only admins" in e.text for e in shared_bot.telegram.chats.events if e.to == ben.id) == 2
            )
        )
        shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
        await shared_bot.wait_for_picture_in(group)
        shared_bot.telegram.press(ann, menu, "Nobody")
        await shared_bot.wait_until(lambda: "✓ Nobody" in buttons(shared_bot.current(menu)))
        shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
        await shared_bot.wait_for_ephemeral(group, ann, "switched off in this group")
        assert shared_bot.quota_used(ben) == 0

    async def test_ratio_language_and_daily_limit_apply_to_the_group(self, shared_bot: World) -> None:
        ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
        group = shared_bot.add_group(ann, ben)
        menu = await self.open_menu(shared_bot, ann, group)
        shared_bot.telegram.press(ann, menu, "16:9")
        await shared_bot.wait_until(lambda: "✓ 16:9" in buttons(shared_bot.current(menu)))
        shared_bot.telegram.press(ann, menu, "Español")
        await shared_bot.wait_until(
            lambda: "El dibujo en este grupo" in (shared_bot.current(menu).text or "")
        )
        shared_bot.telegram.press(ann, menu, "Русский")
        await shared_bot.wait_until(
            lambda: "Рисование в этой группе" in (shared_bot.current(menu).text or "")
        )
        shared_bot.telegram.press(ann, shared_bot.current(menu), "2 в день")
        await shared_bot.wait_until(lambda: "✓ 2 в день" in buttons(shared_bot.current(menu)))
        shared_bot.telegram.say(ann, "/imagine a fox", chat_id=group)
        picture = await shared_bot.wait_for_picture_in(group)
        assert picture.photo is not None
        assert picture.photo[-1].width > picture.photo[-1].height
        shared_bot.telegram.say(ben, "/imagine a fox", chat_id=group)
        await shared_bot.wait_for_picture_in(group, 2)
        used = shared_bot.quota_used(ben)
        shared_bot.telegram.say(ben, "/imagine one too many", chat_id=group)
        await shared_bot.wait_for_ephemeral(group, ben, "Лимит группы на сегодня исчерпан: 2 картинки")
        assert shared_bot.quota_used(ben) == used  # both quotas are reserved or none

    async def test_a_limit_above_the_operator_s_is_ignored(self, shared_bot: World) -> None:
        ann = shared_bot.add_user()
        group = shared_bot.add_group(ann)
        menu = await self.open_menu(shared_bot, ann, group)
        shared_bot.telegram.press_data(ann, menu, "g:daily:100000")
        await shared_bot.wait_for_toast(menu, "Saved")
        shared_bot.telegram.say(ann, "/quota", chat_id=group)
        await shared_bot.wait_for_ephemeral(group, ann, "0 of 8 used")
        for forged in ("g:daily:-1", "g:who:me", "g:ratio:2x1", "g:language:xx", "g:nothing:1"):
            shared_bot.telegram.press_data(ann, menu, forged)
        await shared_bot.wait_until(
            lambda: (
                sum(
                    e.kind == "toast" and "too old" in e.text and e.to == ann.id
                    for e in shared_bot.telegram.chats.events
                )
                == 5
            )
        )

    async def test_move_with_a_group_that_becomes_a_supergroup(self, own_bot: World) -> None:
        own_bot.hold_tasks()
        await own_bot.process.start()
        ann = own_bot.add_user()
        group = own_bot.add_group(ann)
        menu = await self.open_menu(own_bot, ann, group)
        own_bot.telegram.press(ann, menu, "9:16")
        await own_bot.wait_until(lambda: "✓ 9:16" in buttons(own_bot.current(menu)))
        message = own_bot.telegram.say(ann, "/imagine a moving fox", chat_id=group)
        await own_bot.wait_until(lambda: _reactions(own_bot, message) == ["👀"])
        chats, new = own_bot.telegram.chats, -1_001_234_567_890
        chats.add_group(new, "Friends", chats.members[group])
        chats.moved[group] = new
        service: dict[str, Any] = {"migrate_to_chat_id": new}
        own_bot.telegram.send(ann, chat_id=group, **service)
        await own_bot.wait_until_handled()
        own_bot.finish_tasks()
        await own_bot.wait_for_picture_in(new)
        await own_bot.wait_until_closed()
        own_bot.telegram.say(ann, "/imagine another fox", chat_id=new)
        picture = await own_bot.wait_for_picture_in(new, 2)
        assert picture.photo is not None
        assert picture.photo[-1].width < picture.photo[-1].height
        assert own_bot.rows("SELECT used FROM quotas WHERE subject_id = ?", new)[0]["used"] == 2
        assert not own_bot.rows("SELECT 1 FROM quotas WHERE subject_id = ?", group)


async def test_the_queue_of_a_group_shows_no_private_requests(shared_bot: World) -> None:
    shared_bot.hold_tasks()
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    shared_bot.telegram.say(ann, "/imagine my secret --ar 1:1")
    shared_bot.telegram.say(ann, "/imagine for all --ar 1:1", chat_id=group)
    await shared_bot.wait_until(
        lambda: len(shared_bot.rows("SELECT 1 FROM requests WHERE user_id = ?", ann.id)) == 2
    )
    shared_bot.telegram.say(ann, "/queue", chat_id=group)
    listed = await shared_bot.wait_for_text_in(group, "on the way")
    assert "for all" in (listed.text or "")
    assert "secret" not in (listed.text or "")


async def test_a_failure_in_a_group_is_reported_and_both_units_are_refunded(shared_bot: World) -> None:
    shared_bot.hold_tasks()
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    message = shared_bot.telegram.say(ann, "/imagine nsfw --ar 1:1", chat_id=group)
    await shared_bot.wait_until(lambda: _reactions(shared_bot, message) == ["👀"])
    shared_bot.finish_tasks()
    answer = await shared_bot.wait_for_text_in(group, "won’t draw this description")
    assert "6 pictures left" in (answer.text or "")
    assert answer.reply_to_message is not None
    assert answer.reply_to_message.message_id == message.message_id
    await shared_bot.wait_until_closed()
    assert _reactions(shared_bot, message) == ["👀", ""]
    assert shared_bot.quota_used(ann) == 0
    assert shared_bot.rows("SELECT used FROM quotas WHERE subject_id = ?", group)[0]["used"] == 0


@pytest.mark.parametrize("code", [400, 403])
@pytest.mark.parametrize("files_too", [False, True])
async def test_without_rights_for_photos_a_file_is_sent_or_the_reason(
    shared_bot: World, files_too: bool, code: int
) -> None:
    for method, kind in (("sendPhoto", "photos"), ("sendDocument", "documents"))[: 1 + files_too]:
        refusal = faults.telegram(code, f"Bad Request: not enough rights to send {kind} to the chat")
        shared_bot.telegram.faults.add(Fault(method, answer=refusal))
    ann = shared_bot.add_user()
    group = shared_bot.add_group(ann)
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    await shared_bot.wait_until(lambda: shared_bot.messages_in(group))
    await shared_bot.wait_until_closed()
    (answer,) = shared_bot.messages_in(group)
    if files_too:
        assert "I may not send pictures in this group" in (answer.text or "")
        assert "didn’t count" in (answer.text or "")
    else:
        assert answer.document is not None
    assert shared_bot.quota_used(ann) == (not files_too)
