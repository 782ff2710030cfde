"""Groups and topics, end to end: quiet for all others, and everything for who asked."""

from typing import Any

import pytest
from aiogram.types import Chat, ChatMemberAdministrator, Message, User

from playground import faults
from playground.chats import BOT
from playground.faults import Fault
from playground.telegram import dump
from tests.support.world import World, buttons, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


def _reaction(world: World, message: Message) -> list[str]:
    """Every reaction the bot had on a message, in order; empty where it was taken away."""
    key = message.chat.id, message.message_id
    return [
        e.text
        for e in world.telegram.chats.events
        if e.kind == "reaction" and (e.chat_id, e.message_id) == key
    ]


def _member(world: World, chat_id: int, by: User, old: str, new: str) -> None:
    """Tell the bot that it was added or removed."""

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
async def test_a_group_sees_eyes_then_the_picture_and_nothing_else(living: World, command: str) -> None:
    ann, ben = living.user(), living.user(name="Ben")
    group = living.group(ann, ben)
    asked = living.telegram.say(ben, f"{command} a fox --ar 1:1", chat_id=group)
    picture = await living.source_in(group)
    assert picture.reply_to_message is not None
    assert picture.reply_to_message.message_id == asked.message_id
    await living.until(lambda: _reaction(living, asked) == ["👀", ""])
    assert living.in_chat(group) == [picture]
    assert any(e.kind == "action" and e.chat_id == group for e in living.telegram.chats.events)
    assert living.used(ben) == 1
    assert living.rows("SELECT used FROM quotas WHERE subject_id = ?", group)[0]["used"] == 1


async def test_where_reactions_are_not_allowed_there_is_a_status(living: World) -> None:
    living.media.duration = lambda: 2.0
    ann = living.user()
    group = living.group(ann)
    living.telegram.chats.no_reactions.add(group)
    living.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    await living.until(lambda: any("Drawing" in (m.text or "") for m in living.in_chat(group)))
    picture = await living.source_in(group)
    await living.until(lambda: living.in_chat(group) == [picture])


async def test_a_topic_keeps_its_own(living: World) -> None:
    ann = living.user()
    forum = living.group(ann, topics={77: "Pictures"})
    living.telegram.say(ann, "/imagine a fox", chat_id=forum, message_thread_id=77, is_topic_message=True)
    await living.until(lambda: living.in_chat(forum))
    question = living.in_chat(forum)[0]
    assert question.message_thread_id == 77
    living.telegram.press(ann, question, "16:9")
    picture = await living.source_in(forum)
    assert picture.message_thread_id == 77


async def test_talk_and_commands_for_others_are_left_alone(living: World) -> None:
    ann = living.user()
    group = living.group(ann)
    for text in ("hello", "/imagine@another_bot a fox", "/draw a fox", "/help@another_bot", "16:9"):
        living.telegram.say(ann, text, chat_id=group)
    living.photo(ann, jpeg(), chat_id=group)
    living.photo(ann, jpeg(), chat_id=group, caption="my cat")
    living.telegram.say(ann, "/imagine the last --ar 1:1", chat_id=group)
    picture = await living.source_in(group)
    assert living.in_chat(group) == [picture]


async def test_a_message_for_one_user_is_ephemeral(living: World) -> None:
    ann = living.user("ru")
    group = living.group(ann)
    living.telegram.say(ann, "/imagine лиса --v 5", chat_id=group)
    await living.gets_ephemeral(group, ann, "Параметра --v я не знаю")
    living.telegram.say(ann, "/quota", chat_id=group)
    await living.gets_ephemeral(group, ann, "Группа сегодня: использовано 0 из 8")
    living.telegram.say(ann, "/help", chat_id=group)
    await living.gets_ephemeral(group, ann, "Рисовать здесь может каждый")
    assert living.in_chat(group) == []


@pytest.mark.parametrize("server", ["refused", "unknown"])
async def test_a_server_without_whispers_gets_a_reply_that_goes_by_itself(fresh: World, server: str) -> None:
    fresh.telegram.chats.ephemeral = server
    await fresh.bot.start()
    ann = fresh.user()
    group = fresh.group(ann)
    fresh.telegram.say(ann, "/imagine a fox --v 5", chat_id=group)
    await fresh.until(lambda: fresh.in_chat(group))
    said = fresh.telegram.chats.events[-1]
    await fresh.bot.logged("private reply visible to all, deletion scheduled")
    await fresh.bot.kill()  # the promise to tidy up outlives the process
    await fresh.bot.start()
    await fresh.until(lambda: not fresh.in_chat(group))
    gone = next(e for e in fresh.telegram.chats.events if e.kind == "deleted")
    assert 14 <= gone.at - said.at <= 22
    assert await fresh.bot.stop() == 0
    assert not fresh.rows("SELECT 1 FROM deletions")


async def test_only_who_asked_may_press(living: World) -> None:
    ann, ben = living.user(), living.user(name="Ben")
    group = living.group(ann, ben)
    living.telegram.say(ben, "/imagine a fox", chat_id=group)
    await living.until(lambda: living.in_chat(group))
    question = living.in_chat(group)[0]
    living.telegram.press(ann, question, "1:1")
    await living.toasted(question, "belongs to someone else")
    living.telegram.press(ben, question, "1:1")
    picture = await living.source_in(group)
    for label in ("Again", "Shape", "Edit", "Original"):
        living.telegram.press(ann, picture, label)
        await living.toasted(picture, "belongs to someone else")
    await living.settled()
    assert len(living.in_chat(group)) == 1


async def test_an_anonymous_admin_and_a_channel_count_as_their_chat(living: World) -> None:
    ann, ben = living.user(), living.user(name="Ben")
    group = living.group(ann, ben)
    chats = living.telegram.chats
    anonymous = User(id=1087968824, is_bot=True, first_name="Group", username="GroupAnonymousBot")
    living.telegram.say(anonymous, "/imagine a fox", chat_id=group, sender_chat=chats.chats[group])
    await living.until(lambda: living.in_chat(group))
    question = living.in_chat(group)[0]
    living.telegram.press(ben, question, "1:1")
    await living.toasted(question, "someone else")
    living.telegram.press(ann, question, "1:1")  # she runs the group
    await living.source_in(group)
    await living.settled()
    assert living.rows("SELECT subject_id, used FROM quotas WHERE subject_id = ?", group)[0]["used"] == 1
    channel = Chat(id=-1_009_999_999_999, type="channel", title="News")
    living.telegram.say(
        User(id=136817688, is_bot=True, first_name="Channel"),
        "/imagine a second fox --ar 1:1",
        chat_id=group,
        sender_chat=channel,
    )
    await living.source_in(group, 2)
    assert living.rows("SELECT used FROM quotas WHERE subject_id = ?", channel.id)[0]["used"] == 1
    living.telegram.say(
        User(id=777000, is_bot=False, first_name="Telegram"),
        "/imagine forwarded by itself --ar 1:1",
        chat_id=group,
        sender_chat=channel,
        is_automatic_forward=True,
    )
    living.telegram.say(ann, "/imagine a third fox --ar 1:1", chat_id=group)
    await living.source_in(group, 3)
    assert not any("forwarded" in t.prompt for t in living.media.tasks.values())


async def test_hello_once_and_when_removed_what_waits_is_cancelled(fresh: World) -> None:
    fresh.media.duration = lambda: 30.0
    await fresh.bot.start(USER_CONCURRENCY="1")
    ann = fresh.user("ru")
    group = fresh.group(ann)
    _member(fresh, group, ann, "left", "member")
    await fresh.until(lambda: fresh.in_chat(group))
    assert "Привет! Я рисую картинки" in (fresh.in_chat(group)[0].text or "")
    _member(fresh, group, ann, "member", "administrator")
    for number in range(2):
        fresh.telegram.say(ann, f"/imagine fox {number} --ar 1:1", chat_id=group)
    await fresh.until(lambda: len(fresh.rows("SELECT 1 FROM requests")) == 2)
    fresh.telegram.chats.blocked.add(group)
    _member(fresh, group, ann, "administrator", "kicked")
    await fresh.settled()
    assert {row["state"] for row in fresh.rows("SELECT state FROM requests")} == {"cancelled"}
    assert fresh.used(ann) == 0
    assert fresh.rows("SELECT used FROM quotas WHERE subject_id = ?", group)[0]["used"] == 0
    assert len(fresh.in_chat(group)) == 1


class TestSettings:
    """/settings of a group."""

    @staticmethod
    async def opened(world: World, admin: User, group: int) -> Message:
        before = {m.message_id for m in world.in_chat(group)}
        world.telegram.say(admin, "/settings", chat_id=group)
        await world.until(lambda: [m for m in world.in_chat(group) if m.message_id not in before])
        return next(m for m in world.in_chat(group) if m.message_id not in before)

    async def test_are_for_admins(self, living: World) -> None:
        ann, ben = living.user(), living.user(name="Ben")
        group = living.group(ann, ben)
        living.telegram.say(ben, "/settings", chat_id=group)
        await living.gets_ephemeral(group, ben, "Only this group’s admins")
        menu = await self.opened(living, ann, group)
        living.telegram.press(ben, menu, "Nobody")
        await living.toasted(menu, "Only this group’s admins can change that")
        assert "✓ Everybody" in buttons(living.now(menu))

    async def test_who_may_draw(self, living: World) -> None:
        ann, ben = living.user(), living.user(name="Ben")
        group = living.group(ann, ben)
        menu = await self.opened(living, ann, group)
        living.telegram.press(ann, menu, "Admins")
        await living.until(lambda: "✓ Admins" in buttons(living.now(menu)))
        living.telegram.say(ben, "/imagine a fox --ar 1:1", chat_id=group)
        await living.gets_ephemeral(group, ben, "only admins may draw")
        living.telegram.say(ben, "/help", chat_id=group)
        await living.until(
            lambda: sum("only admins" in e.text for e in living.telegram.chats.events if e.to == ben.id) == 2
        )
        living.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
        await living.source_in(group)
        living.telegram.press(ann, menu, "Nobody")
        await living.until(lambda: "✓ Nobody" in buttons(living.now(menu)))
        living.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
        await living.gets_ephemeral(group, ann, "switched off in this group")
        assert living.used(ben) == 0

    async def test_ratio_language_and_the_group_s_own_limit(self, living: World) -> None:
        ann, ben = living.user(), living.user(name="Ben")
        group = living.group(ann, ben)
        menu = await self.opened(living, ann, group)
        living.telegram.press(ann, menu, "16:9")
        await living.until(lambda: "✓ 16:9" in buttons(living.now(menu)))
        living.telegram.press(ann, menu, "Русский")
        await living.until(lambda: "Рисование в этой группе" in (living.now(menu).text or ""))
        living.telegram.press(ann, living.now(menu), "2 в день")
        await living.until(lambda: "сейчас 2" in (living.now(menu).text or ""))
        living.telegram.say(ann, "/imagine a fox", chat_id=group)
        picture = await living.source_in(group)
        assert picture.photo is not None
        assert picture.photo[-1].width > picture.photo[-1].height
        living.telegram.say(ben, "/imagine a fox", chat_id=group)
        await living.source_in(group, 2)
        used = living.used(ben)
        living.telegram.say(ben, "/imagine one too many", chat_id=group)
        await living.gets_ephemeral(group, ben, "Лимит группы на сегодня исчерпан: 2 картинки")
        assert living.used(ben) == used  # both quotas are reserved, or neither

    async def test_a_limit_above_the_operator_s_counts_as_the_operator_s(self, living: World) -> None:
        ann = living.user()
        group = living.group(ann)
        menu = await self.opened(living, ann, group)
        living.telegram.press_data(ann, menu, "g:daily:100000")
        await living.toasted(menu, "Saved")
        living.telegram.say(ann, "/quota", chat_id=group)
        await living.gets_ephemeral(group, ann, "0 of 8 used")
        for forged in ("g:daily:-1", "g:who:me", "g:ratio:2x1", "g:language:xx", "g:nothing:1"):
            living.telegram.press_data(ann, menu, forged)
        await living.until(
            lambda: (
                sum(
                    e.kind == "toast" and "too old" in e.text and e.to == ann.id
                    for e in living.telegram.chats.events
                )
                == 5
            )
        )

    async def test_follow_the_group_when_it_becomes_a_supergroup(self, fresh: World) -> None:
        fresh.media.duration = lambda: 3.0
        await fresh.bot.start()
        ann = fresh.user()
        group = fresh.group(ann)
        menu = await self.opened(fresh, ann, group)
        fresh.telegram.press(ann, menu, "9:16")
        await fresh.until(lambda: "✓ 9:16" in buttons(fresh.now(menu)))
        asked = fresh.telegram.say(ann, "/imagine a moving fox", chat_id=group)
        await fresh.until(lambda: _reaction(fresh, asked) == ["👀"])
        chats, new = fresh.telegram.chats, -1_001_234_567_890
        chats.add_group(new, "Friends", chats.members[group])
        chats.moved[group] = new
        service: dict[str, Any] = {"migrate_to_chat_id": new}
        fresh.telegram.send(ann, chat_id=group, **service)
        await fresh.source_in(new)
        await fresh.settled()
        fresh.telegram.say(ann, "/imagine another fox", chat_id=new)
        picture = await fresh.source_in(new, 2)
        assert picture.photo is not None
        assert picture.photo[-1].width < picture.photo[-1].height
        assert fresh.rows("SELECT used FROM quotas WHERE subject_id = ?", new)[0]["used"] == 2
        assert not fresh.rows("SELECT 1 FROM quotas WHERE subject_id = ?", group)


async def test_a_group_s_queue_shows_nothing_private(living: World) -> None:
    living.media.duration = lambda: 4.0
    ann = living.user()
    group = living.group(ann)
    living.telegram.say(ann, "/imagine my secret --ar 1:1")
    living.telegram.say(ann, "/imagine for all --ar 1:1", chat_id=group)
    await living.until(lambda: len(living.rows("SELECT 1 FROM requests WHERE user_id = ?", ann.id)) == 2)
    living.telegram.say(ann, "/queue", chat_id=group)
    await living.until(lambda: any("on the way" in (m.text or "") for m in living.in_chat(group)))
    listed = next(m.text or "" for m in living.in_chat(group) if "on the way" in (m.text or ""))
    assert "for all" in listed
    assert "secret" not in listed


async def test_a_failure_in_a_group_is_told_in_reply_and_both_units_come_back(living: World) -> None:
    ann = living.user()
    group = living.group(ann)
    asked = living.telegram.say(ann, "/imagine nsfw --ar 1:1", chat_id=group)
    await living.until(lambda: living.in_chat(group))
    told = living.in_chat(group)[0]
    assert "declined this description" in (told.text or "")
    assert "6 pictures left" in (told.text or "")
    assert told.reply_to_message is not None
    assert told.reply_to_message.message_id == asked.message_id
    await living.settled()
    assert _reaction(living, asked) == ["👀", ""]
    assert living.used(ann) == 0
    assert living.rows("SELECT used FROM quotas WHERE subject_id = ?", group)[0]["used"] == 0


@pytest.mark.parametrize("code", [400, 403])
@pytest.mark.parametrize("files_too", [False, True])
async def test_not_enough_rights_to_send_photos(living: World, files_too: bool, code: int) -> None:
    for method, kind in (("sendPhoto", "photos"), ("sendDocument", "documents"))[: 1 + files_too]:
        refusal = faults.telegram(code, f"Bad Request: not enough rights to send {kind} to the chat")
        living.telegram.faults.add(Fault(method, answer=refusal))
    ann = living.user()
    group = living.group(ann)
    living.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    await living.until(lambda: living.in_chat(group))
    await living.settled()
    (answer,) = living.in_chat(group)
    if files_too:
        assert "I may not send pictures in this group" in (answer.text or "")
        assert "did not count" in (answer.text or "")
    else:
        assert answer.document is not None
    assert living.used(ann) == (not files_too)
