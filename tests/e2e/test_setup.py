"""`imagine-bot setup`: a new bot gets its texts, its menu button and its picture, after a question and only once."""

import io
import os
import shlex
import sys
from asyncio.subprocess import PIPE

import pytest
from PIL import Image

from chat.profile_picture import SIDE
from chat.translations import LANGUAGES
from playground import faults, files
from playground.faults import Fault
from playground.profile import description_for
from tests.support.commands import run_to_end
from tests.support.process_launcher import ROOT, started
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

PARTS = 2 + 5 * len(LANGUAGES)
"""The menu button and the picture, and for each language three menus and two descriptions."""

_SETTERS = (
    "setMyDescription",
    "setMyShortDescription",
    "setMyCommands",
    "setChatMenuButton",
    "setMyProfilePhoto",
)


def _set(world: World) -> dict[str, int]:
    """Return the number of calls that changed the profile, by method."""
    return {name: world.telegram.calls[name] for name in _SETTERS if world.telegram.calls[name]}


async def test_setup_asks_first_and_changes_nothing_without_an_answer(sqlite_bot: World) -> None:
    code, out, errors = await run_to_end(sqlite_bot, "setup")  # stdin is empty
    assert (code, errors, _set(sqlite_bot)) == (1, "", {})
    lines = out.splitlines()
    assert lines[0] == "The profile of @imagine_demo_bot:"
    assert "  set   short description (ru): Рисую по описанию и меняю фото." in lines
    assert "  set   commands for groups (any language): imagine: Draw a picture or change one" in lines
    assert "            history: Your pictures here" in lines
    assert "  set   menu button: shows the commands" in lines
    assert "  set   profile picture: a lighthouse at night" in lines
    assert "  keep  name: Imagine (/setname of @BotFather changes it)" in lines
    assert lines[-2].startswith(f"Set these {PARTS}? [y/N]")
    assert lines[-1] == "Nothing was changed."


@pytest.mark.parametrize(("answer", "sets"), [("y", True), ("YES", True), ("n", False), ("", False)])
async def test_only_a_yes_in_the_terminal_sets_anything(
    sqlite_bot: World, answer: str, *, sets: bool
) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | sqlite_bot.process.settings
    command = f"echo {answer} | {shlex.quote(sys.executable)} -m bot setup"
    async with started(
        "sh", "-c", command, env=environment, folder=sqlite_bot.folder, stdout=PIPE
    ) as process:
        assert process.stdout is not None
        out = (await process.stdout.read()).decode()
        assert await process.wait() == (0 if sets else 1)
    assert ("Nothing was changed." in out) is not sets
    assert bool(_set(sqlite_bot)) is sets


async def test_setup_sets_every_part_once_and_the_start_sets_nothing_again(sqlite_bot: World) -> None:
    chats = sqlite_bot.telegram.chats
    code, out, _ = await run_to_end(sqlite_bot, "setup", "--yes")
    assert code == 0
    assert sum(line.startswith("ok    ") for line in out.splitlines()) == PARTS
    first = dict.fromkeys(_SETTERS, 1) | {
        "setMyDescription": len(LANGUAGES),
        "setMyShortDescription": len(LANGUAGES),
        "setMyCommands": 3 * len(LANGUAGES),
    }
    assert _set(sqlite_bot) == first
    assert "маяк в шторм" in description_for(chats, "description", "ru")
    assert chats.menus["all_private_chats", "ru"]["imagine"] == "Нарисовать картинку или изменить"
    assert chats.menu_buttons == {None: {"type": "commands"}}
    with Image.open(io.BytesIO(chats.files[chats.profile_photos[0][-1].file_id])) as picture:
        assert (picture.format, picture.size) == ("JPEG", (SIDE, SIDE))

    code, out, _ = await run_to_end(sqlite_bot, "setup")
    assert (code, out.splitlines()[-1]) == (0, "Everything is as it should be.")
    await sqlite_bot.process.start(until="menus set")
    await sqlite_bot.wait_until(
        lambda: sqlite_bot.telegram.calls["getMyShortDescription"] == 3 * len(LANGUAGES)
    )
    assert await sqlite_bot.process.stop() == 0
    assert _set(sqlite_bot) == first


async def test_setup_runs_beside_the_bot_and_sets_what_the_start_leaves(own_bot: World) -> None:
    await own_bot.process.start(until="menus set")
    await own_bot.wait_until(lambda: own_bot.telegram.calls["setMyShortDescription"] == len(LANGUAGES))
    code, out, _ = await run_to_end(own_bot, "setup", "--yes")
    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("ok")] == [
        "ok    menu button",
        "ok    profile picture",
    ]


async def test_a_picture_and_a_mini_app_of_the_owner_stay_unless_asked(sqlite_bot: World) -> None:
    chats = sqlite_bot.telegram.chats
    own = io.BytesIO()
    Image.new("RGB", (640, 640), "teal").save(own, "JPEG")
    chats.profile_photos.append(files.photo_sizes(chats, own.getvalue()))
    app = {"type": "web_app", "text": "Open", "web_app": {"url": "https://example.org"}}
    chats.menu_buttons[None] = app
    _, out, _ = await run_to_end(sqlite_bot, "setup", "--yes")
    assert "  keep  profile picture: there is one; --replace-picture sets the one of this project" in out
    assert "  keep  menu button: it opens a Mini App that you chose" in out
    assert (len(chats.profile_photos), chats.menu_buttons) == (1, {None: app})
    _, out, _ = await run_to_end(sqlite_bot, "setup", "--yes", "--replace-picture")
    assert [line for line in out.splitlines() if line.startswith("ok")] == ["ok    profile picture"]
    assert len(chats.profile_photos) == 2


async def test_a_repeat_sets_the_rest_after_a_refusal(sqlite_bot: World) -> None:
    refusal = faults.telegram(429, "Too Many Requests: retry after 30", retry_after=30)
    sqlite_bot.telegram.faults.add(Fault("setMyShortDescription", answer=refusal))
    code, out, _ = await run_to_end(sqlite_bot, "setup", "--yes")
    assert code == 1
    (line,) = [line for line in out.splitlines() if line.startswith("FAIL")]
    assert line.startswith("FAIL  short description (any language): ")
    assert "asks for a pause of 30 seconds" in line
    assert out.splitlines()[-1] == "Run `imagine-bot setup` again for the rest."
    code, out, _ = await run_to_end(sqlite_bot, "setup", "--yes")
    assert code == 0
    assert sum(line.startswith("ok    ") for line in out.splitlines()) == PARTS - 1
    assert _set(sqlite_bot)["setMyDescription"] == len(LANGUAGES)


@pytest.mark.parametrize(
    ("settings", "expected_code", "sentence"),
    [
        (
            {"BOT_TOKEN": "123456789:AAbbccddeeffgghhiijjkkllmmnnooppqqr"},
            1,
            "BOT_TOKEN: Telegram does not know this token; @BotFather shows the right one\n",
        ),
        (
            {"TELEGRAM_API_URL": "http://127.0.0.1:9"},
            1,
            "TELEGRAM_API_URL: http://127.0.0.1:9 cannot be reached: Connection refused\n",
        ),
        ({"BOT_TOKEN": "-"}, 2, "BOT_TOKEN is missing"),
    ],
)
async def test_a_wrong_token_and_no_network_end_in_a_sentence(
    sqlite_bot: World, settings: dict[str, str], expected_code: int, sentence: str
) -> None:
    code, out, errors = await run_to_end(sqlite_bot, "setup", "--yes", **settings)
    assert (code, out) == (expected_code, "")
    assert errors.startswith(sentence)


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize("guest", [True, False])
async def test_check_says_which_modes_are_off_without_a_failure(
    sqlite_bot: World, *, inline: bool, guest: bool
) -> None:
    sqlite_bot.telegram.chats.inline_mode, sqlite_bot.telegram.chats.guest_mode = inline, guest
    code, out, _ = await run_to_end(sqlite_bot, "check")
    assert code == 0
    told = [line for line in out.splitlines() if line.startswith("info")]
    expected = [] if inline else ["info  inline mode: off, so pictures cannot be shared"]
    expected += [] if guest else ["info  guest mode: off, so a mention in a chat without the bot"]
    assert len(told) == len(expected)
    assert all(line.startswith(start) for line, start in zip(told, expected, strict=True))
    assert all("BotFather" in line for line in told)
