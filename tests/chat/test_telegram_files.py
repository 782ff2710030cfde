"""Files of Telegram: by their link, or from the disk of an own Bot API server in local mode."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot
from aiohttp import web

from chat import telegram_files
from chat.telegram_files import (
    LARGEST_FILE,
    FileRefused,
    FileTooLarge,
    FileUnavailable,
    TelegramFiles,
    size_limit,
)
from chat.telegram_session import TelegramSession
from playground.serve import TOKEN, served

SERVER_PATH = f"/var/lib/telegram-bot-api/{TOKEN}/photos/file_0.jpg"


@asynccontextmanager
async def open_bot(file: dict[str, Any] | None) -> AsyncIterator[Bot]:
    """Yield a client of a server that answers getFile with this file, or with an error."""

    async def get_file(request: web.Request) -> web.Response:
        await request.read()
        if file is None:
            error = {"ok": False, "error_code": 400, "description": "Bad Request: file is too big"}
            return web.json_response(error, status=400)
        result = {"file_id": "x", "file_unique_id": "x", **file}
        return web.Response(text=json.dumps({"ok": True, "result": result}), content_type="application/json")

    async def send_file(_request: web.Request) -> web.Response:
        return web.Response(body=b"by link")

    app = web.Application()
    app.router.add_post("/bot{token}/getFile", get_file)
    app.router.add_get("/file/bot{token}/photos/fox.jpg", send_file)
    async with served(app) as url, Bot(TOKEN, session=TelegramSession(url, proxy=None)) as bot:
        yield bot


async def test_a_relative_path_is_a_link() -> None:
    async with open_bot({"file_path": "photos/fox.jpg"}) as bot:
        assert await TelegramFiles(bot).download("x") == b"by link"
    async with open_bot({"file_path": "photos/none.jpg"}) as bot:
        with pytest.raises(FileUnavailable, match="HTTP 404"):
            await TelegramFiles(bot).download("x")


async def test_an_absolute_path_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file_0.jpg"
    path.write_bytes(b"on the disk")
    async with open_bot({"file_path": str(path), "file_size": LARGEST_FILE + 1}) as bot:
        assert await TelegramFiles(bot).download("x") == b"on the disk"


@pytest.mark.parametrize(
    "server_path", [SERVER_PATH, f"C:\\bot-api\\{TOKEN.replace(':', '~')}\\photos\\file_0.jpg"]
)
@pytest.mark.parametrize("depth", [1, 2, 3])
async def test_the_tail_of_a_path_is_found_in_the_folder(
    tmp_path: Path, server_path: str, depth: int
) -> None:
    here = tmp_path.joinpath(*server_path.replace("\\", "/").split("/")[-depth:])
    here.parent.mkdir(parents=True, exist_ok=True)
    here.write_bytes(b"mounted")
    async with open_bot({"file_path": server_path}) as bot:
        assert await TelegramFiles(bot, folder=tmp_path).download("x") == b"mounted"


@pytest.mark.parametrize("path", [SERVER_PATH, "/etc", "/tmp/../etc/passwd"])  # noqa: S108
async def test_a_file_that_is_not_here_is_unavailable_and_its_path_stays_secret(
    tmp_path: Path, path: str
) -> None:
    async with open_bot({"file_path": path}) as bot:
        with pytest.raises(FileUnavailable, match="TELEGRAM_FILES_DIR") as caught:
            await TelegramFiles(bot, folder=tmp_path).download("x")
    assert TOKEN not in str(caught.value)


async def test_a_file_on_the_disk_has_a_limit_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram_files, "LARGEST_LOCAL_FILE", 10)
    path = tmp_path / "file_0.jpg"
    path.write_bytes(b"larger than ten")
    for size in (None, 15):
        async with open_bot({"file_path": str(path), "file_size": size}) as bot:
            with pytest.raises(FileRefused, match="large"):
                await TelegramFiles(bot).download("x")


async def test_the_limit_of_a_server_shows_in_its_answer() -> None:
    large = 25 * 1024 * 1024
    for file, limit in (
        ({"file_path": SERVER_PATH}, telegram_files.LARGEST_LOCAL_FILE),
        ({"file_path": "photos/fox.jpg"}, LARGEST_FILE),
        (None, LARGEST_FILE),
    ):
        async with open_bot(file) as bot:
            assert await size_limit(bot, "x", large) == limit
            assert await size_limit(bot, "x", 1) == LARGEST_FILE
    official = Bot(TOKEN, session=TelegramSession("https://api.telegram.org", proxy=None))
    assert await size_limit(official, "x", large) == LARGEST_FILE


async def test_a_file_over_the_limit_is_named_too_large_with_the_limit() -> None:
    """A message may come without the size of its file, so only getFile refuses it."""
    async with open_bot(None) as bot:
        with pytest.raises(FileTooLarge) as caught:
            await TelegramFiles(bot).download("x")
    assert caught.value.limit == LARGEST_FILE
    async with open_bot({"file_path": "photos/fox.jpg", "file_size": LARGEST_FILE + 1}) as bot:
        with pytest.raises(FileTooLarge) as caught:
            await TelegramFiles(bot).download("x")
    assert caught.value.limit == LARGEST_FILE
