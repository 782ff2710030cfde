"""Stickers of pictures: into the user's own set, once, whatever fails and however often the button is pressed."""

import asyncio
import io
import re

import pytest
import sqlalchemy as sa
from aiogram.types import Message, User
from PIL import Image

from playground import faults
from playground.faults import Fault
from playground.stickers import MOST_STICKERS
from storage.schema import stickers
from tests.support.ledger import connect
from tests.support.process_launcher import DEADLINE
from tests.support.sticker_failures import STICKER_FAILURES, SeenSticker, StickerFailure
from tests.support.world import World, buttons, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

SET = re.compile(r"i[0-9a-z]+_[0-9a-z]+_\d+_by_imagine_demo_bot")


async def _draw(world: World, user: User, text: str = "a fox --ar 16:9") -> Message:
    count = len(world.pictures(user))
    world.telegram.say(user, f"/imagine {text}")
    drawn = await world.wait_for_picture(user, count + 1)
    closed = "SELECT 1 FROM requests WHERE user_id = ? AND closed_at IS NULL"
    await world.process.wait_until(lambda: not world.rows(closed, user.id))
    return drawn


def _press(world: World, user: User, message: Message) -> None:
    """Press Sticker under a picture, as it stands on the second page of the buttons."""
    rows = world.rows("SELECT id FROM requests WHERE result_message_id = ?", message.message_id)
    world.telegram.press_data(user, message, f"x:{rows[-1]['id']}:k:0")


def _sent(world: World, user: User) -> list[Message]:
    return [message for message in world.messages_to(user) if message.sticker is not None]


def _let_a_minute_pass(world: World, user: User) -> None:
    with connect(world.process.settings["DATABASE_URL"]) as ledger:
        ledger.execute(sa.update(stickers).where(stickers.c.user_id == user.id).values(sent_at=0.0))


async def _sticker(world: World, user: User, message: Message) -> Message:
    count = len(_sent(world, user))
    _press(world, user, message)
    await world.wait_until(lambda: len(_sent(world, user)) > count)
    await world.wait_until_handled()
    return _sent(world, user)[-1]


def _sets(world: World, user: User) -> dict[str, list[str]]:
    """Return the stickers of a user's sets, by the name of the set."""
    kept = world.telegram.chats.sticker_sets.items()
    return {name: [one.file_id for one in own.stickers] for name, own in kept if own.owner == user.id}


async def test_a_picture_becomes_a_sticker_in_a_set_of_the_user(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    drawn = await _draw(shared_bot, ann)
    shared_bot.telegram.press(ann, drawn, "⋯")
    await shared_bot.wait_until(lambda: "🩹 Стикер" in buttons(shared_bot.current(drawn)))
    shared_bot.telegram.press(ann, shared_bot.current(drawn), "Стикер")
    await shared_bot.wait_for_toast(drawn, "Делаю стикер")
    await shared_bot.wait_until(lambda: _sent(shared_bot, ann))
    sent = _sent(shared_bot, ann)[0]
    assert sent.sticker is not None
    (name,) = _sets(shared_bot, ann)
    assert SET.fullmatch(name)
    assert shared_bot.telegram.chats.sticker_sets[name].title == "Мои картинки · @imagine_demo_bot"
    assert sent.sticker.set_name == name
    assert sent.reply_markup is not None
    assert sent.reply_markup.inline_keyboard[0][0].url == f"https://t.me/addstickers/{name}"
    picture = Image.open(io.BytesIO(shared_bot.telegram.chats.files[sent.sticker.file_id]))
    assert (picture.format, picture.size) == ("WEBP", (512, 287))
    await shared_bot.wait_until_handled()
    _let_a_minute_pass(shared_bot, ann)
    again = await _sticker(shared_bot, ann, drawn)
    assert again.sticker == sent.sticker
    await _sticker(shared_bot, ann, await _draw(shared_bot, ann, "a lake --ar 9:16"))
    assert [len(stickers) for stickers in _sets(shared_bot, ann).values()] == [2]


async def test_two_presses_are_one_sticker(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    drawn = await _draw(shared_bot, ann)
    done = asyncio.Event()
    held = shared_bot.telegram.faults.add(Fault("uploadStickerFile", until=done, only=f"user {ann.id}."))
    _press(shared_bot, ann, drawn)
    await asyncio.wait_for(held.begun.wait(), DEADLINE)
    _press(shared_bot, ann, drawn)
    done.set()
    await shared_bot.wait_for_toast(drawn, "I’ve sent it already.")
    await shared_bot.wait_until_handled()
    assert len(_sent(shared_bot, ann)) == 1
    assert [len(stickers) for stickers in _sets(shared_bot, ann).values()] == [1]


async def test_a_full_set_is_followed_by_the_next(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    await _sticker(shared_bot, ann, await _draw(shared_bot, ann))
    (name,) = _sets(shared_bot, ann)
    kept = shared_bot.telegram.chats.sticker_sets[name]
    others = [kept.stickers[0].model_copy(update={"file_unique_id": str(n)}) for n in range(1, MOST_STICKERS)]
    kept.stickers += others
    for text in ("a lake --ar 1:1", "a hill --ar 1:1"):
        await _sticker(shared_bot, ann, await _draw(shared_bot, ann, text))
    sets = _sets(shared_bot, ann)
    assert [len(stickers) for stickers in sets.values()] == [MOST_STICKERS, 2]
    assert shared_bot.telegram.chats.sticker_sets[list(sets)[1]].title == "2. My pictures · @imagine_demo_bot"


async def test_what_the_user_deleted_at_telegram_is_made_anew(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    drawn = await _draw(shared_bot, ann)
    await _sticker(shared_bot, ann, drawn)
    (name,) = _sets(shared_bot, ann)
    shared_bot.telegram.chats.sticker_sets[name].stickers.clear()
    _let_a_minute_pass(shared_bot, ann)
    await _sticker(shared_bot, ann, drawn)
    assert [len(stickers) for stickers in _sets(shared_bot, ann).values()] == [1]
    del shared_bot.telegram.chats.sticker_sets[name]
    shared_bot.telegram.chats.deleted_sets.add(name)
    _let_a_minute_pass(shared_bot, ann)
    await _sticker(shared_bot, ann, drawn)
    assert [len(stickers) for stickers in _sets(shared_bot, ann).values()] == [1]
    assert name not in _sets(shared_bot, ann)


async def test_only_the_owner_makes_a_sticker_in_a_group(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user(), shared_bot.add_user(name="Ben")
    group = shared_bot.add_group(ann, ben)
    shared_bot.telegram.say(ann, "/imagine a fox --ar 1:1", chat_id=group)
    drawn = await shared_bot.wait_for_picture_in(group)
    await shared_bot.wait_until_closed()
    _press(shared_bot, ben, drawn)
    await shared_bot.wait_for_toast(drawn, "Only the person who asked")
    del shared_bot.telegram.chats.chats[ann.id]  # she has never pressed Start
    _press(shared_bot, ann, drawn)
    await shared_bot.wait_for_ephemeral(group, ann, "Please open our private chat, press Start")
    shared_bot.telegram.chats.open_private_chat(ann)
    _press(shared_bot, ann, drawn)
    await shared_bot.wait_until(lambda: any(m.sticker for m in shared_bot.messages_in(group)))
    assert [len(stickers) for stickers in _sets(shared_bot, ann).values()] == [1]
    assert _sets(shared_bot, ben) == {}


async def test_a_picture_under_a_spoiler_becomes_no_sticker(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.send_photo(ann, jpeg(), caption="make it night", has_media_spoiler=True)
    drawn = await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_until_closed()
    _press(shared_bot, ann, drawn)
    await shared_bot.wait_for_toast(drawn, "A sticker can’t be hidden", alert=True)
    assert _sets(shared_bot, ann) == {}


async def test_a_sticker_that_was_not_added_is_never_that_of_another_picture(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    first, second, third = [
        await _draw(shared_bot, ann, f"{what} --ar 1:1") for what in ("fox", "cat", "owl")
    ]
    await _sticker(shared_bot, ann, first)
    refused = faults.telegram(400, "Bad Request: STICKER_FILE_INVALID")
    shared_bot.telegram.faults.add(Fault("addStickerToSet", answer=refused, times=1, only=f"user {ann.id}."))
    _press(shared_bot, ann, second)
    await shared_bot.wait_for_text(ann, "does not take this picture")
    await shared_bot.wait_until_handled()
    other = await _sticker(shared_bot, ann, third)
    own = await _sticker(shared_bot, ann, second)
    assert own.sticker != other.sticker
    assert [len(stickers) for stickers in _sets(shared_bot, ann).values()] == [3]


@pytest.mark.parametrize("same_unique_ids", [True, False])
@pytest.mark.parametrize("method", ["uploadStickerFile", "createNewStickerSet", "addStickerToSet"])
async def test_a_sticker_is_added_once_over_a_kill(
    own_bot: World, method: str, same_unique_ids: bool
) -> None:
    """The process ends while a call is carried out, before it knows the answer.

    The Bot API does not say whether a sticker has the unique id of the uploaded file.
    """
    own_bot.telegram.chats.same_unique_ids = same_unique_ids
    await own_bot.process.start()
    ann = own_bot.add_user()
    first, drawn = await _draw(own_bot, ann), await _draw(own_bot, ann, "a lake --ar 1:1")
    if method == "addStickerToSet":
        await _sticker(own_bot, ann, first)
    never = asyncio.Event()
    held = own_bot.telegram.faults.add(Fault(method, until=never, after=True))
    before = len(_sent(own_bot, ann))
    _press(own_bot, ann, drawn)
    await asyncio.wait_for(held.begun.wait(), DEADLINE)
    await own_bot.process.kill()
    never.set()
    await own_bot.process.start()
    await own_bot.wait_until(lambda: len(_sent(own_bot, ann)) > before)
    await own_bot.wait_until_handled()
    assert len(_sent(own_bot, ann)) == before + 1
    assert [len(stickers) for stickers in _sets(own_bot, ann).values()] == [before + 1]
    last, (files,) = _sent(own_bot, ann)[-1].sticker, _sets(own_bot, ann).values()
    assert last is not None
    assert last.file_id == files[-1]
    _let_a_minute_pass(own_bot, ann)
    assert (await _sticker(own_bot, ann, drawn)).sticker == last
    assert [len(stickers) for stickers in _sets(own_bot, ann).values()] == [before + 1]


async def test_forget_deletes_the_sets_at_telegram_also_after_a_kill(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    await _sticker(own_bot, ann, await _draw(own_bot, ann))
    never = asyncio.Event()
    held = own_bot.telegram.faults.add(Fault("deleteStickerSet", until=never))
    own_bot.telegram.say(ann, "/forget")
    own_bot.telegram.press(ann, await own_bot.wait_for_text(ann, "your sticker sets"), "Delete")
    await asyncio.wait_for(held.begun.wait(), DEADLINE)
    assert own_bot.rows("SELECT 1 FROM stickers") == []
    await own_bot.process.kill()
    own_bot.telegram.faults.clear()
    await own_bot.process.start()
    await own_bot.wait_until(lambda: _sets(own_bot, ann) == {})
    await own_bot.process.wait_until(lambda: own_bot.rows("SELECT 1 FROM sticker_sets") == [])
    await _sticker(own_bot, ann, await _draw(own_bot, ann))
    assert len(_sets(own_bot, ann)) == 1


async def _deviation(world: World, failure: StickerFailure) -> str | None:
    """Let a user press Sticker while a method fails. Return a description of an unexpected end."""
    user = world.add_user()
    drawn = await _draw(world, user)
    before = 0
    if failure.method == "addStickerToSet":
        await _sticker(world, user, drawn)
        drawn, before = await _draw(world, user, "a lake --ar 1:1"), 1
    fault = world.telegram.faults.add(failure.fault(user.id, f"i{_short(user.id)}_"))
    sent = before + {SeenSticker.SENT_TWICE: 2, SeenSticker.ONCE: 1, SeenSticker.NEXT_SET: 1}.get(
        failure.sees, 0
    )
    words = {
        SeenSticker.NO_CHAT: "Please open our private chat",
        SeenSticker.REFUSED: "does not take this picture",
        SeenSticker.NOT_SENT: "may not send stickers here",
    }.get(failure.sees)
    _press(world, user, drawn)
    if words is not None:
        await world.wait_for_text(user, words)
    else:
        await world.wait_until(lambda: len(_sent(world, user)) >= sent)
    await world.wait_until_handled()
    sets = [len(stickers) for stickers in _sets(world, user).values()]
    expected = [before + 1]
    if failure.sees is SeenSticker.NEXT_SET:
        expected = [1, 1]
    elif failure.sees in {SeenSticker.NO_CHAT, SeenSticker.REFUSED}:
        expected = []
    if (sets, len(_sent(world, user))) == (expected, sent) and fault.hits:
        return None
    return f"{failure}: sets {sets}, {len(_sent(world, user))} sent, {fault.hits} failed calls"


def _short(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (_short(number // 36) if number >= 36 else "") + digits[number % 36]


@pytest.mark.long(40)
async def test_each_failure_ends_as_documented(own_bot: World) -> None:
    await own_bot.process.start()

    async def run(failure: StickerFailure) -> str | None:
        try:
            return await asyncio.wait_for(_deviation(own_bot, failure), DEADLINE)
        except TimeoutError:
            return f"{failure} did not end"

    ended = await asyncio.gather(*(run(failure) for failure in STICKER_FAILURES))
    assert [deviation for deviation in ended if deviation is not None] == []
