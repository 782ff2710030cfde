"""Sources as phones, scanners and browsers make them, end to end, and the reason for which one is refused."""

import io
import json
from typing import Any

import pillow_heif
import pytest
from aiogram.types import Document, LivePhoto
from PIL import Image

from playground import files, pictures
from tests.support.process_launcher import ROOT
from tests.support.world import World, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

CASES = ROOT / "tests" / "cases"


def _encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(out)
    else:
        image.save(out, kind, **options)
    return out.getvalue()


def _sent_source(world: World, prompt: str) -> Image.Image:
    """The picture as the provider got it."""
    task = next(t for t in world.media.tasks.values() if t.prompt == prompt)
    return Image.open(io.BytesIO(world.media.sources[task.id]))


def _document(world: World, data: bytes, name: str | None, mime_type: str | None) -> Document:
    kept = files.keep_document(world.telegram.chats, data, name or "")
    return kept.model_copy(update={"file_name": name, "mime_type": mime_type})


async def test_the_case_of_files_without_a_mime_type_is_edited(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user(user_id=101)
    image = Image.new("RGB", (64, 48), "red")
    for number, update in enumerate(
        json.loads((CASES / "document-octet-stream.json").read_text(encoding="utf-8"))
    ):
        message = update["message"]
        heic = message["document"]["file_name"].endswith(".HEIC")
        data = _encoded(image, "HEIF" if heic else "JPEG")
        own_bot.telegram.chats.files[message["document"]["file_id"]] = data
        own_bot.telegram.queue_update({"message": message})
        await own_bot.wait_for_picture(ann, number + 1)
    for source in own_bot.media.sources.values():
        red, green, blue = Image.open(io.BytesIO(source)).getpixel((30, 20))  # type: ignore[misc]
        assert red > 240
        assert max(green, blue) < 20


@pytest.mark.parametrize(
    ("name", "mime_type"), [(None, None), ("x", "application/octet-stream"), ("x.JPG", "text/plain")]
)
async def test_the_bytes_decide_if_name_and_mime_type_do_not(
    shared_bot: World, name: str | None, mime_type: str | None
) -> None:
    ann = shared_bot.add_user()
    prompt = f"by bytes {name} {mime_type}"
    shared_bot.telegram.send(ann, document=_document(shared_bot, jpeg(), name, mime_type), caption=prompt)
    await shared_bot.wait_for_picture(ann)
    assert _sent_source(shared_bot, prompt).size == (120, 90)


@pytest.mark.parametrize("case", ["grey16.png", "two-pictures.mpo.jpg"])
async def test_a_case_of_the_field_keeps_its_pixels(shared_bot: World, case: str) -> None:
    ann = shared_bot.add_user()
    data = (CASES / case).read_bytes()
    shared_bot.telegram.send(ann, document=_document(shared_bot, data, case, None), caption=f"edit {case}")
    await shared_bot.wait_for_picture(ann)
    source = _sent_source(shared_bot, f"edit {case}").convert("L").resize((8, 4), Image.Resampling.BOX)
    shown: Image.Image = Image.open(io.BytesIO(data))
    if shown.mode == "I;16":
        shown = Image.frombytes("L", shown.size, shown.tobytes()[1::2])
    expected = shown.convert("L").resize((8, 4), Image.Resampling.BOX)
    differences = [abs(a - b) for a, b in zip(source.tobytes(), expected.tobytes(), strict=True)]
    assert max(differences) <= 4


async def test_the_still_picture_of_a_live_photo_is_edited(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    sizes = files.photo_sizes(shared_bot.telegram.chats, jpeg(colour="green"))
    video = {"file_id": "live", "file_unique_id": "live", "width": 120, "height": 90, "duration": 3}
    # `photo` is set as well (Bot API, Message.live_photo).
    live = LivePhoto.model_validate({**video, "photo": sizes})
    shared_bot.telegram.send(ann, live_photo=live, photo=sizes, caption="a still")
    await shared_bot.wait_for_picture(ann)
    assert _sent_source(shared_bot, "a still").size == (120, 90)


async def test_the_provider_s_avif_arrives_as_a_photo(shared_bot: World) -> None:
    ann = shared_bot.add_user()
    avif = _encoded(Image.new("RGB", (160, 120), "navy"), "AVIF")
    shared_bot.media.draw = lambda *_: avif
    try:
        shared_bot.telegram.say(ann, "/imagine an avif --ar 4:3")
        sent = await shared_bot.wait_for_picture(ann)
    finally:
        shared_bot.media.draw = None
    assert sent.photo
    assert shared_bot.open_picture(sent).getpixel((80, 60))[2] > 100  # type: ignore[index]


REFUSED = {
    "too many pixels": (
        _encoded(Image.new("1", (9_000, 7_000)), "PNG"),
        "has 63 megapixels, and I can take up to 50",
    ),
    "moves": (
        _encoded(
            Image.new("RGB", (20, 20)),
            "GIF",
            save_all=True,
            append_images=[Image.new("RGB", (20, 20), "red")],
        ),
        "it moves, and I change still pictures",
    ),
    "broken": (
        pictures.webp(pictures.draw("a fox", "1:1", 40_000))[:900],
        "the file is damaged or incomplete",
    ),
    "a broken JPEG": (jpeg(400, 300)[:900], "the file is damaged or incomplete"),
    "no picture": (b"not a picture", "the file is not a picture of a kind I know"),
}


@pytest.mark.parametrize("reason", REFUSED)
async def test_a_refused_source_is_answered_with_its_own_reason(shared_bot: World, reason: str) -> None:
    ann = shared_bot.add_user()
    data, words = REFUSED[reason]
    prompt = f"refused as {reason}"
    shared_bot.telegram.send(ann, document=_document(shared_bot, data, "x", None), caption=prompt)
    await shared_bot.wait_for_text(ann, words)
    assert shared_bot.quota_used(ann) == 0
    assert not any(prompt in body for body in shared_bot.media.bodies)


@pytest.mark.parametrize(
    ("name", "mime_type", "words"),
    [
        ("x.mp4", None, "it moves, and I change still pictures"),
        ("x", "video/quicktime", "it moves, and I change still pictures"),
        ("x.pdf", "application/octet-stream", "it is not a picture"),
        ("x.txt", "text/plain", "it is not a picture"),
    ],
)
async def test_a_file_that_is_certainly_no_picture_is_refused_at_once(
    shared_bot: World, name: str, mime_type: str | None, words: str
) -> None:
    ann = shared_bot.add_user()
    shared_bot.telegram.send(ann, document=_document(shared_bot, b"x", name, mime_type))
    await shared_bot.wait_for_text(ann, words)
    assert "What shall I change" not in " ".join(shared_bot.texts(ann))
