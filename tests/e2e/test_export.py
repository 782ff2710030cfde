"""/export: everything kept of a user, in archives of at most 45 MB, once an hour, whatever fails on the way."""

import asyncio
import io
import json
import random
import re
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiogram.types import Document, Message, User

from generation.export_archive import LARGEST_ARCHIVE
from generation.exporter import MOST_TRIES
from playground import faults, files
from playground.faults import Fault
from storage.schema import exports
from tests.support.fleet import open_fleet
from tests.support.ledger import connect
from tests.support.world import World, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

GATHERING = "I’m gathering all I keep about you"


async def _draw(world: World, user: User, prompt: str = "a fox", chat_id: int | None = None) -> Message:
    chat = chat_id or user.id
    count = sum(message.photo is not None for message in world.messages_in(chat))
    world.telegram.say(user, f"/imagine {prompt} --ar 16:9", chat_id=chat)
    picture = await world.wait_for_picture_in(chat, count + 1)
    await world.wait_until_closed()
    return picture


def _documents(world: World, user: User) -> list[Document]:
    return [message.document for message in world.messages_to(user) if message.document]


async def _wait_for_archives(world: World, user: User, count: int = 1) -> list[zipfile.ZipFile]:
    await world.wait_until(lambda: len(_documents(world, user)) >= count)
    files = world.telegram.chats.files
    return [zipfile.ZipFile(io.BytesIO(files[one.file_id])) for one in _documents(world, user)]


async def _wait_until_finished(world: World) -> None:
    unfinished = "SELECT 1 FROM exports WHERE finished_at IS NULL"
    await world.process.wait_until(lambda: not world.rows(unfinished))


def _description(archive: zipfile.ZipFile) -> Any:
    assert archive.testzip() is None
    return json.loads(archive.read("imagine.json"))


def _bytes_of(world: World, picture: Message) -> bytes:
    photo = world.current(picture).photo
    assert photo is not None
    file_id = photo[-1].file_id
    return files.served(world.telegram.chats.files[file_id], file_id)


def _enlarge(world: World, picture: Message, size: int) -> bytes:
    """Let Telegram have a picture of this size in the place of the one in a message."""
    photo = world.current(picture).photo
    assert photo is not None
    data = b"\xff\xd8\xff" + random.Random(size).randbytes(size - 3)
    world.telegram.chats.files[photo[-1].file_id] = data
    return data


async def test_everything_kept_comes_in_one_archive(shared_bot: World) -> None:
    ann, ben = shared_bot.add_user("ru"), shared_bot.add_user(name="Ben")
    group = shared_bot.add_group(ann, ben)
    fox = await _draw(shared_bot, ann, "лиса")
    edit = await _draw_edit(shared_bot, ann, fox)
    drawn = await _draw(shared_bot, ann, "a lake", group)
    await _draw(shared_bot, ben, "Ben's own", group)
    shared_bot.telegram.say(ann, "/imagine nsfw --ar 1:1")
    await shared_bot.wait_for_text(ann, "отказался рисовать")
    shared_bot.telegram.press(ann, fox, "☆ Избранное")
    shared_bot.telegram.say(ann, "/history лиса")
    shared_bot.telegram.say(ann, "/style save набросок набросок _ углём")
    await shared_bot.wait_until_handled()
    shared_bot.telegram.say(ann, "/export")
    await shared_bot.wait_for_text(ann, "Собираю всё, что я о вас храню")
    (archive,) = await _wait_for_archives(shared_bot, ann)
    message = next(one for one in shared_bot.messages_to(ann) if one.document)
    assert message.caption == "📦 3 картинки; описания и даты — в imagine.json."
    assert message.document is not None
    assert (message.document.file_name or "").startswith("imagine_export_20")
    whole = _description(archive)
    assert whole["user"] == ann.id
    assert [search["words"] for search in whole["searches"]] == ["лиса"]
    assert whole["own_styles"] == [{"name": "набросок", "words": "набросок _ углём"}]
    assert (whole["style"], whole["sticker_sets"]) == (None, [])
    first, second, third, failed = whole["requests"]
    assert [one["description"] for one in (first, second, third, failed)] == [
        *("лиса", "make it night", "a lake", "nsfw"),
    ]
    assert [one["chat"] for one in whole["requests"]] == ["private", "private", "group", "private"]
    assert [one["state"] for one in whole["requests"]] == ["delivered"] * 3 + ["failed"]
    assert (first["shape"], second["shape"], second["changes"]) == ("16:9", None, first["link"])
    assert first["favourite_since"] is not None
    assert second["favourite_since"] is None
    assert (failed["failure"], failed["missing"]) == ("moderated", "there is no picture")
    assert first["link"].startswith("https://t.me/imagine_demo_bot?start=r")
    for entry, picture in ((first, fox), (second, edit), (third, drawn)):
        assert archive.read(entry["file"]) == _bytes_of(shared_bot, picture)
    assert first["file"].endswith("-лиса.jpg")
    assert len(archive.namelist()) == 4
    assert "Ben" not in archive.read("imagine.json").decode()


async def _draw_edit(world: World, user: User, picture: Message) -> Message:
    world.telegram.say(user, "make it night", reply_to=picture)
    edited = await world.wait_for_picture(user, len(world.pictures(user)) + 1)
    await world.wait_until_closed()
    return edited


async def test_one_export_an_hour_and_none_of_nothing(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/export")
    await shared_bot.wait_for_text(ann, "I keep no pictures and no descriptions of yours")
    await _draw(shared_bot, ann)
    shared_bot.telegram.say(ann, "/export")
    await _wait_for_archives(shared_bot, ann)
    await _wait_until_finished(shared_bot)
    shared_bot.telegram.say(ann, "/export")
    refused = await shared_bot.wait_for_text(ann, "You had a copy less than an hour ago. The next one is")
    left = re.search(r"possible in (\d+) min\.", refused.text or "")
    assert left is not None
    assert 50 <= int(left[1]) <= 60  # a busy machine may need a minute
    group = shared_bot.add_group(ann)
    shared_bot.telegram.say(ann, "/export", chat_id=group)
    await shared_bot.wait_for_ephemeral(group, ann, "Ask me that in our private chat")
    assert len(_documents(shared_bot, ann)) == 1


async def test_an_export_is_no_picture_to_change(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    await _draw(shared_bot, ann)
    shared_bot.telegram.say(ann, "/export")
    await _wait_for_archives(shared_bot, ann)
    message = next(one for one in shared_bot.messages_to(ann) if one.document)
    shared_bot.telegram.say(ann, "make it night", reply_to=message)
    await shared_bot.wait_for_text(ann, "Shall I draw “make it night”?")


async def test_a_picture_under_a_spoiler_is_a_picture_in_the_archive(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.send_photo(ann, jpeg(), caption="make it night", has_media_spoiler=True)
    shared_bot.telegram.faults.add(
        Fault(
            "sendPhoto",
            times=None,
            answer=faults.telegram(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
            only=f"chat {ann.id}.",
        )
    )
    await shared_bot.wait_until(lambda: _documents(shared_bot, ann))
    await shared_bot.wait_until_closed()
    shared_bot.telegram.say(ann, "/export")
    archives = await _wait_for_archives(shared_bot, ann, 2)
    (entry,) = _description(archives[1])["requests"]
    assert entry["changes"] == "a picture that the user sent"
    assert archives[1].read(entry["file"])[:3] == b"\xff\xd8\xff"


@pytest.mark.long(20)
async def test_many_pictures_come_in_several_archives(own_bot: World) -> None:
    await own_bot.process.start(DAILY_QUOTA="20")
    ann = own_bot.add_user()
    pictures = [await _draw(own_bot, ann, f"fox {number}") for number in range(1, 6)]
    large = [_enlarge(own_bot, picture, 19 * 1024 * 1024) for picture in pictures[:4]]
    _enlarge(own_bot, pictures[4], 20 * 1024 * 1024 + 1)
    own_bot.telegram.say(ann, "/export")
    archives = await _wait_for_archives(own_bot, ann, 2)
    await _wait_until_finished(own_bot)
    assert [one.caption for one in own_bot.messages_to(ann) if one.document] == [
        "📦 2 pictures; descriptions and dates are in imagine.json.\nFile 2 follows.",
        "📦 2 pictures; descriptions and dates are in imagine.json.\n"
        "1 picture could not be fetched from Telegram; imagine.json says why.",
    ]
    sizes = [len(own_bot.telegram.chats.files[one.file_id]) for one in _documents(own_bot, ann)]
    assert max(sizes) <= LARGEST_ARCHIVE
    entries = [entry for archive in archives for entry in _description(archive)["requests"]]
    assert [entry["description"] for entry in entries] == [f"fox {number}" for number in range(1, 6)]
    assert [archives[at // 2].read(entry["file"]) for at, entry in enumerate(entries[:4])] == large
    assert entries[4]["missing"] == "larger than a bot can fetch from Telegram"
    assert [_description(archive)["file"] for archive in archives] == [1, 2]
    assert "user" not in _description(archives[1])


@pytest.mark.long(20)
async def test_an_export_goes_on_after_a_kill(own_bot: World) -> None:
    """The process is killed after the first file was sent, while it fetches pictures for the second one."""
    await own_bot.process.start(DAILY_QUOTA="20")
    ann = own_bot.add_user()
    pictures = [await _draw(own_bot, ann, f"fox {number}") for number in range(1, 4)]
    for picture in pictures:
        _enlarge(own_bot, picture, 19 * 1024 * 1024)
    last = own_bot.current(pictures[2]).photo
    assert last is not None
    killed = asyncio.Event()
    only = f"file {last[-1].file_id}."
    own_bot.telegram.faults.add(Fault("getFile", only=only))  # it does not fit into the first file
    hanging = own_bot.telegram.faults.add(Fault("getFile", until=killed, drop=True, only=only))
    own_bot.telegram.say(ann, "/export")
    await own_bot.wait_until(lambda: hanging.hits)
    assert len(_documents(own_bot, ann)) == 1
    await own_bot.process.kill()
    killed.set()
    await own_bot.process.start()
    archives = await _wait_for_archives(own_bot, ann, 2)
    await _wait_until_finished(own_bot)
    assert len(_documents(own_bot, ann)) == 2
    found = [[entry["description"] for entry in _description(archive)["requests"]] for archive in archives]
    assert found == [["fox 1", "fox 2"], ["fox 3"]]
    assert sum(GATHERING in text for text in own_bot.texts(ann)) == 1


@pytest.mark.parametrize("after", [False, True])
async def test_a_file_is_sent_twice_only_if_its_send_is_unsure(own_bot: World, *, after: bool) -> None:
    """The process is killed inside of the call that sends the file, before or after Telegram carries it out."""
    await own_bot.process.start()
    ann = own_bot.add_user()
    await _draw(own_bot, ann)
    killed = asyncio.Event()
    hanging = own_bot.telegram.faults.add(Fault("sendDocument", until=killed, drop=not after, after=after))
    own_bot.telegram.say(ann, "/export")
    await own_bot.wait_until(lambda: hanging.hits)
    await own_bot.process.kill()
    killed.set()
    await own_bot.process.start()
    await _wait_until_finished(own_bot)
    assert len(_documents(own_bot, ann)) == 1 + after
    await own_bot.process.kill()
    await own_bot.process.start()
    own_bot.telegram.say(ann, "/quota")
    await own_bot.wait_for_text(ann, "Today")
    assert len(_documents(own_bot, ann)) == 1 + after


@pytest.mark.long(30)
async def test_an_export_outlives_a_kill_at_each_commit(own_bot: World) -> None:
    """Each user exports once, in a process that dies after another of its commits, until one dies at none."""
    finished = "SELECT 1 FROM exports WHERE user_id = ? AND finished_at IS NOT NULL"
    sending = "SELECT 1 FROM exports WHERE user_id = ? AND tries > 0 AND finished_at IS NULL"
    died, number = True, 0
    await own_bot.process.start()
    while died:
        number += 1
        user = own_bot.add_user()
        await _draw(own_bot, user)
        await own_bot.process.kill()
        own_bot.process.die_at = f"committed closed {number}"
        await own_bot.process.start(until=None)
        own_bot.telegram.say(user, "/export")
        await own_bot.process.wait_until(
            lambda: own_bot.process.ended or (own_bot.rows(finished, user.id) and own_bot.has_handled_all())  # noqa: B023
        )
        died = await own_bot.process.stop() != 0
        unsure = bool(own_bot.rows(sending, user.id))
        await own_bot.process.start()
        await own_bot.process.wait_until(lambda: own_bot.rows(finished, user.id))  # noqa: B023
        await own_bot.wait_until_handled()
        assert len(_documents(own_bot, user)) in ((1, 2) if unsure else (1,)), number
        assert len(own_bot.rows("SELECT 1 FROM exports WHERE user_id = ?", user.id)) == 1
    assert number > 4


async def test_an_export_that_does_not_get_through_is_given_up(own_bot: World) -> None:
    """Each begun send may have reached the user, so there are no more than three."""
    await own_bot.process.start()
    ann = own_bot.add_user()
    await _draw(own_bot, ann)
    await own_bot.process.kill()
    with connect(own_bot.process.settings["DATABASE_URL"]) as ledger:
        columns = {
            "key": "m:1:1:",
            "user_id": ann.id,
            "language": "en",
            "asked_at": time.time(),
            "last_id": 1,
        }
        ledger.execute(sa.insert(exports), columns | {"tries": MOST_TRIES})
    await own_bot.process.start()
    await own_bot.wait_for_text(ann, "I could not get the copy of your data through to you")
    await own_bot.process.wait_until(lambda: not own_bot.rows("SELECT 1 FROM exports"))
    assert _documents(own_bot, ann) == []
    own_bot.telegram.say(ann, "/export")
    await _wait_for_archives(own_bot, ann)


@pytest.mark.long(30)
async def test_replicas_send_each_export_once(postgres_url: str, tmp_path: Path) -> None:
    """The leader makes them, also those that the other replica began. It is killed during one of them."""
    async with open_fleet(tmp_path, [postgres_url] * 2) as fleet:
        world = fleet.world
        await fleet.start()
        users = [world.add_user() for _ in range(4)]
        for user in users:
            await _draw(world, user)
        for user in users[:3]:  # the replicas take them in turn
            world.telegram.say(user, "/export")
        for user in users[:3]:
            await _wait_for_archives(world, user)
        await _wait_until_finished(world)
        await world.wait_until(lambda: sum(fleet.lines("export sent")) == 3)
        assert fleet.lines("export sent") == [3, 0]
        killed = asyncio.Event()
        hanging = world.telegram.faults.add(Fault("getFile", until=killed, drop=True))
        world.telegram.say(users[3], "/export")
        await world.wait_until(lambda: hanging.hits)
        await fleet.replicas[0].kill()
        killed.set()
        await _wait_for_archives(world, users[3])
        await _wait_until_finished(world)
        assert [len(_documents(world, user)) for user in users] == [1] * 4
        assert fleet.replicas[1].tracebacks == []


async def test_a_picture_that_telegram_no_longer_has_is_named(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    for number in (1, 2):
        picture = await _draw(own_bot, ann, f"fox {number}")
    photo = own_bot.current(picture).photo
    assert photo is not None
    del own_bot.telegram.chats.files[photo[-1].file_id]
    own_bot.telegram.say(ann, "/imagine owls --n 2 --ar 1:1")
    grid = await own_bot.wait_for_picture(ann, 3)
    await own_bot.wait_until_closed()
    del own_bot.telegram.chats.files[(own_bot.current(grid).photo or [])[-1].file_id]
    own_bot.media.faults.add(Fault("picture", answer=faults.status(404), times=None))
    own_bot.telegram.say(ann, "/export")
    (archive,) = await _wait_for_archives(own_bot, ann)
    kept, *gone = _description(archive)["requests"]
    assert "file" in kept
    assert [one["missing"] for one in gone] == ["Telegram no longer has it"] * 3
    own_bot.telegram.say(ann, "/history")
    await own_bot.wait_for_text(ann, "To draw it anew, send its description: owls")


async def test_forget_ends_an_export_on_its_way(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    await _draw(own_bot, ann)
    fetched = asyncio.Event()
    waiting = own_bot.telegram.faults.add(Fault("getFile", until=fetched))
    own_bot.telegram.say(ann, "/export")
    await own_bot.wait_until(lambda: waiting.hits)
    own_bot.telegram.say(ann, "/forget")
    question = await own_bot.wait_for_text(ann, "Delete all I keep about you?")
    own_bot.telegram.press(ann, question, "Delete it all")
    await own_bot.wait_for_text(ann, "Done.")
    fetched.set()
    ben = own_bot.add_user(name="Ben")
    await _draw(own_bot, ben)
    own_bot.telegram.say(ben, "/export")
    await _wait_for_archives(own_bot, ben)
    assert _documents(own_bot, ann) == []
