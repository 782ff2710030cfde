"""Downloads files that users sent. A link to a file contains the bot's token, so no link leaves this module."""

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiohttp import ClientError

LARGEST_FILE = 20 * 1024 * 1024
"""Largest file in bytes that a bot may download (Bot API, getFile)."""
_TIMEOUT = 60


class FileError(Exception):
    """The file could not be downloaded. The message never contains its link."""


class FileGone(FileError):
    """Telegram does not have the file, or does not give it to this bot, for example because it is too large."""


class FileUnavailable(FileError):
    """Telegram cannot be reached, or the connection broke: try again."""


class TelegramFiles:
    """Files of Telegram by their `file_id`."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def download(self, file_id: str) -> bytes:
        """Return the bytes of a file, at most `LARGEST_FILE`. Raises FileGone or FileUnavailable."""
        data = bytearray()
        try:
            file = await self._bot.get_file(file_id)
            if not file.file_path or (file.file_size or 0) > LARGEST_FILE:
                raise FileGone("Telegram gives no path to the file")
            url = self._bot.session.api.file_url(self._bot.token, file.file_path)
            async for chunk in self._bot.session.stream_content(url, timeout=_TIMEOUT, raise_for_status=True):
                data += chunk
                if len(data) > LARGEST_FILE:
                    raise FileGone("the file is larger than Telegram said")
        except TelegramBadRequest as error:
            raise FileGone(error.message) from None
        except (AiogramError, ClientError, TimeoutError, OSError) as error:
            # `from None`: errors of aiohttp contain the link.
            raise FileUnavailable(type(error).__name__) from None
        return bytes(data)
