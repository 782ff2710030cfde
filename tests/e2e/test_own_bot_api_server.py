"""An own Bot API server (`telegram-bot-api --local`): files are read from its disk, however large."""

import io
import json
from pathlib import Path

import pytest
from aiogram.types import Message, User
from PIL import Image

from playground import faults, files
from playground.faults import Fault
from tests.support.command import run_check
from tests.support.process_launcher import ROOT
from tests.support.world import World, jpeg

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

CASE = json.loads((ROOT / "tests/cases/local-bot-api-getfile.json").read_text(encoding="utf-8"))


def _send_large_file(world: World, user: User, megabytes: int = 25) -> Message:
    """Send a PNG, padded after its end, with a caption."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "red").save(out, "PNG")
    data = out.getvalue().ljust(megabytes * 1024 * 1024, b"\0")
    document = files.keep_document(world.telegram.chats, data, "x.png", "image/png")
    return world.telegram.send(user, document=document, caption="make it night")


async def test_a_photo_is_read_from_the_disk_of_the_server(own_bot: World, tmp_path: Path) -> None:
    own_bot.telegram.local_files = tmp_path / "telegram-bot-api"
    await own_bot.process.start()
    ann = own_bot.add_user()
    own_bot.send_photo(ann, jpeg(), caption="make it night")
    await own_bot.wait_for_picture(ann)
    assert own_bot.telegram.calls["getFile"] == 1


async def test_a_file_over_20_mb_works(own_bot: World, tmp_path: Path) -> None:
    own_bot.telegram.local_files = tmp_path / "telegram-bot-api"
    await own_bot.process.start()
    ann = own_bot.add_user()
    _send_large_file(own_bot, ann)
    await own_bot.wait_for_picture(ann)
    _send_large_file(own_bot, ann, 101)
    await own_bot.wait_for_text(ann, "That file is over 100 MB")
    assert own_bot.quota_used(ann) == 1


async def test_without_local_mode_a_file_over_20_mb_is_refused_at_once(own_bot: World) -> None:
    await own_bot.process.start()
    ann = own_bot.add_user()
    _send_large_file(own_bot, ann)
    await own_bot.wait_for_text(ann, "That file is over 20 MB")
    assert own_bot.quota_used(ann) == 0


async def test_a_folder_that_is_mounted_elsewhere_is_named_by_a_setting(
    own_bot: World, tmp_path: Path
) -> None:
    """The path is that of the case: the server runs in a container, whose volume this machine sees elsewhere."""
    mounted = tmp_path / "volume"
    path = Path(CASE["result"]["file_path"])
    (mounted / Path(*path.parts[-3:-1])).mkdir(parents=True)
    (mounted / Path(*path.parts[-3:])).write_bytes(jpeg())
    own_bot.telegram.faults.add(Fault("getFile", times=None, answer=faults.json(CASE)))
    await own_bot.process.start(TELEGRAM_FILES_DIR=str(mounted))
    ann = own_bot.add_user()
    own_bot.send_photo(ann, jpeg(), caption="make it night")
    await own_bot.wait_for_picture(ann)


async def test_a_file_that_cannot_be_read_is_not_blamed_on_the_picture_service(own_bot: World) -> None:
    own_bot.telegram.faults.add(Fault("getFile", times=None, answer=faults.json(CASE)))
    await own_bot.process.start(GENERATION_TIMEOUT="2")
    ann = own_bot.add_user()
    own_bot.send_photo(ann, jpeg(), caption="make it night")
    await own_bot.wait_for_text(ann, "I could not get the picture you want changed from Telegram")
    line = await own_bot.process.wait_for_log("source not read")
    assert "TELEGRAM_FILES_DIR" in line["error"]
    assert own_bot.quota_used(ann) == own_bot.media.calls["create"] == 0


async def test_check_names_a_folder_that_cannot_be_read(
    own_bot: World, capsys: pytest.CaptureFixture[str]
) -> None:
    good, out = await run_check(own_bot, capsys, TELEGRAM_FILES_DIR="/nowhere")
    assert not good
    assert "FAIL  connections: TELEGRAM_FILES_DIR=/nowhere is not a folder that this user can read" in out
