"""Edits of pictures: every way to send a source, and the form in which it reaches the provider."""

import base64
import io
import json
import socket
from pathlib import Path

import aiohttp
import pillow_heif
import pytest
from PIL import Image

from playground import faults, files
from playground.faults import Fault
from playground.serve import TOKEN
from tests.support.world import World, buttons, jpeg, open_world

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


def _bodies(world: World, prompt: str) -> list[dict[str, object]]:
    """Return the bodies of the creates with a prompt."""
    bodies = [json.loads(body) for body in world.media.bodies]
    return [body for body in bodies if body.get("prompt") == prompt]  # a probe has none


def _sent_source(world: World, prompt: str) -> Image.Image:
    """Return the source picture as the provider received it."""
    task = next(t for t in world.media.tasks.values() if t.prompt == prompt)
    return Image.open(io.BytesIO(world.media.sources[task.id]))


async def test_a_photo_with_a_command_in_its_caption_is_edited(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    photo = shared_bot.send_photo(ann, jpeg(), caption="/imagine make it night --ar 9:16")
    edited = await shared_bot.wait_for_picture(ann)
    assert edited.reply_to_message is not None
    assert edited.reply_to_message.message_id == photo.message_id
    assert edited.caption == "make it night"
    body = _bodies(shared_bot, "make it night")[-1]
    assert "ar" not in body
    assert str(body["images"]).startswith("['data:image/jpeg;base64,")
    before, after = (
        Image.open(io.BytesIO(jpeg())).resize((1, 1)),
        shared_bot.open_picture(edited).resize((1, 1)),
    )
    assert sum(after.getpixel((0, 0))) < sum(before.getpixel((0, 0))) / 2  # type: ignore[arg-type]
    assert not any("Shape" in label for label in buttons(edited))
    assert shared_bot.quota_used(ann) == 1


@pytest.mark.parametrize("kind", ["photo", "JPEG", "PNG", "WEBP", "HEIF", "sticker"])
async def test_a_command_in_reply_to_a_picture_edits_it(shared_bot: World, kind: str) -> None:
    ann = shared_bot.add_user()
    chats = shared_bot.telegram.chats
    out = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(Image.new("RGB", (64, 48), "red")).save(out)
    else:
        Image.new("RGB", (64, 48), "red").save(out, "WEBP" if kind in {"sticker", "photo"} else kind)
    data = out.getvalue()
    if kind == "photo":
        sent = shared_bot.send_photo(ann, jpeg(), caption="just a photo of <mine>")
        await shared_bot.wait_for_picture(ann)
    elif kind == "sticker":
        sent = chats.add(ann.id, ann, sticker=files.sticker(chats, data))
    else:
        document = files.keep_document(chats, data, f"x.{kind.lower()}", f"image/{kind.lower()}")
        sent = chats.add(ann.id, ann, document=document)
    count = len(shared_bot.pictures(ann))
    prompt = f"paint it blue {kind}"
    shared_bot.telegram.say(ann, f"/imagine {prompt}", reply_to=sent)
    await shared_bot.wait_for_picture(ann, count + 1)
    assert _sent_source(shared_bot, prompt).format == "JPEG"


async def test_a_text_in_reply_to_a_result_edits_it(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.say(ann, "/imagine a plain fox --ar 16:9")
    drawn = await shared_bot.wait_for_picture(ann)
    shared_bot.telegram.say(ann, "mirror it", reply_to=drawn)
    edited = await shared_bot.wait_for_picture(ann, 2)
    assert edited.caption == "mirror it"
    assert "↩️ Before" in buttons(edited)
    assert shared_bot.open_picture(edited).size == shared_bot.open_picture(drawn).size
    row = shared_bot.rows("SELECT parent_id, ratio FROM requests WHERE user_id = ? ORDER BY id DESC", ann.id)[
        0
    ]
    assert row["parent_id"] is not None
    assert row["ratio"] is None


async def test_a_private_photo_is_edited_with_its_caption_or_after_a_question(shared_bot: World) -> None:
    ann = shared_bot.add_user("ru")
    shared_bot.send_photo(ann, jpeg(), caption="пусть будет ночь")
    await shared_bot.wait_for_picture(ann)
    shared_bot.send_photo(ann, jpeg())
    question = await shared_bot.wait_for_text(ann, "Что изменить?")
    shared_bot.telegram.say(ann, "зеркально", reply_to=question)
    edited = await shared_bot.wait_for_picture(ann, 2)
    assert edited.caption == "зеркально"
    assert not any("формате нарисовать" in text for text in shared_bot.texts(ann))


@pytest.mark.parametrize("captioned", [0, 1])
async def test_of_an_album_the_first_photo_is_edited_with_a_hint(shared_bot: World, captioned: int) -> None:
    ann = shared_bot.add_user()
    prompt = f"sepia please {captioned}"
    for number, colour in enumerate(("red", "green", "blue")):
        caption = prompt if number == captioned else None
        shared_bot.send_photo(ann, jpeg(colour=colour), caption=caption, media_group_id=f"album {ann.id}")
    await shared_bot.wait_for_picture(ann)
    await shared_bot.wait_for_text(ann, "one photo at a time, so I took the first")
    await shared_bot.wait_until_closed()
    red, _, blue = _sent_source(shared_bot, prompt).getpixel((5, 5))  # type: ignore[misc]
    assert red > 200
    assert blue < 60
    assert len(shared_bot.pictures(ann)) == shared_bot.quota_used(ann) == 1
    assert sum("I took the first" in text for text in shared_bot.texts(ann)) == 1


UNSUPPORTED = {
    "animated": "I can’t change that",
    "video": "I can’t change that",
    "audio": "I work with words and pictures",
    "text file": "I can’t change that",
    "huge": "over 20 MB",
}


@pytest.mark.parametrize("kind", UNSUPPORTED)
async def test_an_unsupported_file_is_answered_with_the_supported_ones(shared_bot: World, kind: str) -> None:
    ann = shared_bot.add_user()
    chats = shared_bot.telegram.chats
    if kind == "animated":
        shared_bot.telegram.send(ann, sticker=files.sticker(chats, b"x", animated=True))
    elif kind == "text file":
        shared_bot.telegram.send(ann, document=files.keep_document(chats, b"x", "x.txt", "text/plain"))
    elif kind == "huge":
        document = files.keep_document(chats, b"x", "x.png", "image/png")
        shared_bot.telegram.send(ann, document=document.model_copy(update={"file_size": 21 * 1024 * 1024}))
    else:
        media = {"file_id": "v", "file_unique_id": "v", "duration": 1}
        media |= {"width": 1, "height": 1} if kind == "video" else {}
        message = chats.add(ann.id, ann, text="x").model_dump(mode="json", exclude_none=True, by_alias=True)
        del message["text"]
        shared_bot.telegram.queue_update({"message": message | {kind: media}})
    await shared_bot.wait_for_text(ann, UNSUPPORTED[kind])


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_a_file_whose_size_only_telegram_knows_is_refused_with_the_limit(
    shared_bot: World, language: str
) -> None:
    ann = shared_bot.add_user(language)
    data = b"x" * (20 * 1024 * 1024 + 1)
    document = files.keep_document(shared_bot.telegram.chats, data, "x.png", "image/png")
    shared_bot.telegram.send(
        ann, document=document.model_copy(update={"file_size": None}), caption="make it night"
    )
    answer = await shared_bot.wait_for_text(ann, "over 20 MB" if language == "en" else "больше 20 МБ")
    assert "It didn’t count" in str(answer.text) or "В счёт не пошло" in str(answer.text)
    await shared_bot.wait_until_closed()
    assert shared_bot.quota_used(ann) == 0
    assert shared_bot.quota_used(ann) == 0


async def test_a_file_that_is_no_picture_is_reported_and_not_counted(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    document = files.keep_document(shared_bot.telegram.chats, b"not a picture", "x.png", "image/png")
    shared_bot.telegram.send(ann, document=document, caption="make it a lie")
    await shared_bot.wait_for_text(ann, "I could not read the picture you want changed")
    assert shared_bot.quota_used(ann) == 0
    assert _bodies(shared_bot, "make it a lie") == []


async def test_a_source_that_telegram_has_deleted_is_reported(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    sent = shared_bot.send_photo(ann, jpeg(colour="navy"))
    question = await shared_bot.wait_for_text(ann, "What shall I change?")
    assert sent.photo is not None
    del shared_bot.telegram.chats.files[sent.photo[-1].file_id]
    shared_bot.telegram.say(ann, "make it bright", reply_to=question)
    await shared_bot.wait_for_text(ann, "Telegram no longer has the picture")
    assert shared_bot.quota_used(ann) == 0


async def test_a_source_is_sent_upright_scaled_down_and_without_metadata(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    exif = Image.Exif()
    exif[0x0112] = 6  # rotated by 90°: the camera was held upright
    exif[0x010F] = "A camera that tells"
    data = jpeg(3_000, 1_500, exif=exif)
    document = files.keep_document(shared_bot.telegram.chats, data, "x.jpg", "image/jpeg")
    shared_bot.telegram.send(ann, document=document, caption="upright please")
    await shared_bot.wait_for_picture(ann)
    sent = _sent_source(shared_bot, "upright please")
    assert sent.size == (1_024, 2_048)
    assert not sent.getexif()
    task = next(t for t in shared_bot.media.tasks.values() if t.prompt == "upright please")
    assert b"camera" not in shared_bot.media.sources[task.id]


class TestLinks:
    """Sources by signed link."""

    @staticmethod
    async def start(world: World, **settings: str) -> str:
        await world.process.start(PUBLIC_URL="http://127.0.0.1:9", **settings)
        return await world.process.address()

    async def test_the_provider_loads_the_source_from_the_bot(
        self, tmp_path: Path, database_url: str
    ) -> None:
        port = _free_port()
        public = f"http://127.0.0.1:{port}"
        settings = {"LISTEN": f"127.0.0.1:{port}", "PUBLIC_URL": public, "DATABASE_URL": database_url}
        async with open_world(tmp_path, **settings) as world:
            await world.process.start()
            ann = world.add_user()
            world.send_photo(ann, jpeg(colour="teal"), caption="by link")
            await world.wait_for_picture(ann)
            link = str(_bodies(world, "by link")[0]["images"][0])  # type: ignore[index]
            assert link.startswith(f"{public}/source/")
            assert TOKEN.partition(":")[2] not in link
            assert _sent_source(world, "by link").format == "JPEG"
            world.send_photo(ann, jpeg(colour="pink"), caption="another")
            await world.wait_for_picture(ann, 2)
            other = str(_bodies(world, "another")[0]["images"][0])  # type: ignore[index]
            async with aiohttp.ClientSession() as http:
                async with http.get(link) as answer:
                    assert answer.status == 200
                    assert answer.headers["Cache-Control"] == "no-store"
                    assert answer.content_type == "image/jpeg"
                    first = await answer.read()
                async with http.get(other) as answer:
                    assert await answer.read() != first
                signed = link.rpartition("/")[2]
                altered = signed[:-9] + ("A" if signed[-9] != "A" else "B") + signed[-8:]
                for wrong in (altered, "x", "", "%2e%2e/bot"):
                    async with http.get(f"{public}/source/{wrong}") as answer:
                        assert answer.status == 404
                # The id of another request with the signature of this one.
                forged = base64.urlsafe_b64encode(b"2").decode().rstrip("=") + "." + signed.partition(".")[2]
                async with http.get(f"{public}/source/{forged}") as answer:
                    assert answer.status == 404

    async def test_a_setting_selects_data_urls(self, own_bot: World) -> None:
        await self.start(own_bot, SOURCE_IMAGES="data")
        ann = own_bot.add_user()
        own_bot.send_photo(ann, jpeg(), caption="by hand")
        await own_bot.wait_for_picture(ann)
        assert str(_bodies(own_bot, "by hand")[0]["images"]).startswith("['data:")


async def test_a_failed_download_from_telegram_is_retried(shared_bot: World) -> None:
    rule = shared_bot.telegram.faults.add(Fault("file", times=2, answer=faults.status(502)))
    ann = shared_bot.add_user()
    shared_bot.send_photo(ann, jpeg(colour="olive"), caption="in the end")
    await shared_bot.wait_for_picture(ann)
    assert rule.hits == 2
    assert shared_bot.quota_used(ann) == 1


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
