"""Reads files people sent from Telegram. Their links hold the bot's token, so none of them leaves this file."""

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiohttp import ClientError

LARGEST_FILE = 20 * 1024 * 1024
"""What a bot may download (Bot API, getFile)."""
_TIMEOUT = 60


class FileError(Exception):
    """The file could not be read. The text never holds its link."""


class FileGone(FileError):
    """Telegram does not have it, or does not give it to bots: too large, or not this bot's."""


class FileUnavailable(FileError):
    """Telegram cannot be reached, or broke off: try again."""


class TelegramFiles:
    """Files by their `file_id`."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def read(self, file_id: str) -> bytes:
        """Return a file's bytes, at most `LARGEST_FILE`. Raises FileGone or FileTrouble."""
        data = bytearray()
        try:
            file = await self._bot.get_file(file_id)
            if not file.file_path or (file.file_size or 0) > LARGEST_FILE:
                raise FileGone("Telegram gives no path to it")
            url = self._bot.session.api.file_url(self._bot.token, file.file_path)
            async for chunk in self._bot.session.stream_content(url, timeout=_TIMEOUT, raise_for_status=True):
                data += chunk
                if len(data) > LARGEST_FILE:
                    raise FileGone("it is larger than Telegram said")
        except TelegramBadRequest as error:
            raise FileGone(error.message) from None
        except (AiogramError, ClientError, TimeoutError, OSError) as error:
            # `from None`: aiohttp's errors show the link.
            raise FileUnavailable(type(error).__name__) from None
        return bytes(data)
