"""A file on the disk as an upload, read while it is sent, so that no large file is in memory."""

import asyncio
from collections.abc import AsyncGenerator
from typing import IO

from aiogram import Bot
from aiogram.types import InputFile

_CHUNK = 1024 * 1024


class OpenFile(InputFile):
    """An open file, which is sent from its start and stays open. It may have no name on the disk."""

    def __init__(self, file: IO[bytes], filename: str) -> None:
        super().__init__(filename=filename, chunk_size=_CHUNK)
        self._file = file

    async def read(self, bot: Bot) -> AsyncGenerator[bytes, None]:  # noqa: ARG002 - aiogram's signature
        """Yield the content."""
        await asyncio.to_thread(self._file.seek, 0)
        while chunk := await asyncio.to_thread(self._file.read, self.chunk_size):
            yield chunk
