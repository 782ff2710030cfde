"""Downloads files that users sent. A link to a file contains the bot's token, so no link leaves this module.

An own Bot API server in local mode (`telegram-bot-api --local`) gives the absolute path of a file on its disk instead
of a link, and files of any size (Bot API, "Using a Local Bot API Server"). The path itself is the sign of that mode.
"""

import asyncio
import re
from pathlib import Path, PurePosixPath, PureWindowsPath

from aiogram import Bot
from aiogram.client.telegram import PRODUCTION
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiohttp import ClientError, ClientResponseError

LARGEST_FILE = 20 * 1024 * 1024
"""Largest file in bytes that a bot may download (Bot API, getFile)."""
LARGEST_LOCAL_FILE = 100 * 1024 * 1024
"""Largest file in bytes that is read from the disk: it is decoded in memory."""
_TOO_LARGE = "file is too big"
"""The server's words for a file of more than `LARGEST_FILE` bytes (tdlib/telegram-bot-api, Client.cpp).

A message may come without the size of its file (Bot API, Document: `file_size` is optional).
"""
_TIMEOUT = 60


class FileError(Exception):
    """The file could not be downloaded. The message never contains its link."""


class FileRefused(FileError):
    """Telegram does not have the file, or does not give it to this bot."""


class FileTooLarge(FileRefused):
    """The file is larger than a bot may download. `limit` is in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the file is larger than {limit} bytes")
        self.limit = limit


class FileUnavailable(FileError):
    """Telegram cannot be reached, or the connection broke: try again."""


class TelegramFiles:
    """Files of Telegram by their `file_id`.

    `folder` is the folder in which this machine sees the files of a server in local mode, if its path is another one
    there.
    """

    def __init__(self, bot: Bot, *, folder: Path | None = None) -> None:
        self._bot = bot
        self._folder = folder

    async def download(self, file_id: str) -> bytes:
        """Return the bytes of a file. Raises FileTooLarge, FileRefused or FileUnavailable."""
        try:
            file = await self._bot.get_file(file_id)
            path = file.file_path
            if not path:
                raise FileRefused("Telegram gives no path to the file")
            limit = LARGEST_LOCAL_FILE if _is_absolute(path) else LARGEST_FILE
            if (file.file_size or 0) > limit:
                raise FileTooLarge(limit)
            if _is_absolute(path):
                return await asyncio.to_thread(self._read, path)
            return await self._fetch(path)
        except TelegramBadRequest as error:
            if _TOO_LARGE in error.message.lower():
                raise FileTooLarge(LARGEST_FILE) from None
            raise FileRefused(error.message) from None
        except ClientResponseError as error:
            raise FileUnavailable(f"the file is answered with HTTP {error.status}") from None
        except (AiogramError, ClientError, TimeoutError, OSError) as error:
            # `from None`: errors of aiohttp contain the link.
            raise FileUnavailable(type(error).__name__) from None

    async def _fetch(self, path: str) -> bytes:
        url = self._bot.session.api.file_url(self._bot.token, path)
        data = bytearray()
        async for chunk in self._bot.session.stream_content(url, timeout=_TIMEOUT, raise_for_status=True):
            data += chunk
            if len(data) > LARGEST_FILE:
                raise FileTooLarge(LARGEST_FILE)
        return bytes(data)

    def _read(self, path: str) -> bytes:
        """Return a file of a server in local mode. The errors do not name the path, which contains the token."""
        error: OSError | None = None
        for place in self._places(path):
            try:
                with place.open("rb") as file:
                    data = file.read(LARGEST_LOCAL_FILE + 1)
            except (FileNotFoundError, NotADirectoryError) as missing:
                error = error or missing
            except OSError as unreadable:
                error = unreadable
            else:
                if len(data) > LARGEST_LOCAL_FILE:
                    raise FileTooLarge(LARGEST_LOCAL_FILE)
                return data
        reason = error.strerror if error is not None else "no such file"
        raise FileUnavailable(
            f"a file of the Bot API server in local mode cannot be read here ({reason}): let this process read the "
            "server's folder, and name it by TELEGRAM_FILES_DIR if it has another path here"
        )

    def _places(self, path: str) -> list[Path]:
        """Return the places of a file on this machine: its path, or below the folder the longest tail of the path."""
        if self._folder is None:
            return [Path(path)]
        parts = [part for part in re.split(r"[/\\]", path) if part]
        if ".." in parts:
            return []
        return [self._folder.joinpath(*parts[start:]) for start in range(len(parts))]


async def size_limit(bot: Bot, file_id: str, size: int) -> int:
    """Return the largest size in bytes for a file of this size: only the answer to getFile shows the local mode."""
    if size <= LARGEST_FILE or bot.session.api == PRODUCTION:
        return LARGEST_FILE
    if size > LARGEST_LOCAL_FILE:
        return LARGEST_LOCAL_FILE
    try:
        file = await bot.get_file(file_id)
    except TelegramBadRequest:
        return LARGEST_FILE
    except AiogramError:
        return LARGEST_LOCAL_FILE  # unknown now; the download will show it
    return LARGEST_LOCAL_FILE if _is_absolute(file.file_path or "") else LARGEST_FILE


def _is_absolute(path: str) -> bool:
    return PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()
