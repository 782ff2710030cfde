"""Sends exports, one file after the other and one export at a time. The ledger knows how far each one is."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from typing import IO

import structlog
from aiogram.exceptions import AiogramError

from chat.errors import SendError, TryLater, Unreachable, Unsure
from chat.open_file import OpenFile
from chat.picture_sender import PictureSender
from chat.sender import Sender
from chat.translations import Translations, Translator
from core.clock import Clock
from core.reply_target import ReplyTarget
from generation.export_archive import (
    DESCRIPTION,
    Contents,
    ExportArchives,
    TelegramUnavailable,
    archive_name,
)
from generation.shielded_tasks import ShieldedTasks
from storage.database_errors import StorageUnavailable
from storage.exports import Export, Exports

log = structlog.get_logger(__name__)

UPLOAD_SECONDS = 900
"""Time for one file of 45 MB: a connection with 0.4 Mbit/s is enough."""
MOST_TRIES = 3
"""Times that the send of one file is begun: each may have reached the user without an answer."""
GIVE_UP_SECONDS = 6 * 3600.0
"""Age from which an export is given up."""
_PAUSE_SECONDS = 60.0
_DRAIN_SECONDS = 3.0


class Exporter:
    """Sends the files of all open exports.

    `look_seconds` is the time between two looks for exports that other replicas began, None for a single process.
    `wait_for_lease` returns once no other process can have taken over what is recorded here.
    """

    def __init__(
        self,
        *,
        exports: Exports,
        archives: ExportArchives,
        sender: Sender,
        picture_sender: PictureSender,
        translations: Translations,
        clock: Clock,
        wait_for_lease: Callable[[], Awaitable[None]],
        look_seconds: float | None,
    ) -> None:
        self._exports = exports
        self._archives = archives
        self._sender = sender
        self._picture_sender = picture_sender
        self._translations = translations
        self._clock = clock
        self._wait_for_lease = wait_for_lease
        self._look_seconds = look_seconds
        self._tasks = ShieldedTasks(clock)
        self._begun = asyncio.Event()
        self._resume_at: dict[int, float] = {}
        """The monotonic times before which exports are not tried again, by id."""

    def wake(self) -> None:
        """Look for a new export now."""
        self._begun.set()

    async def run(self) -> None:
        """Send the files of open exports, until cancelled."""
        while True:
            self._begun.clear()
            try:
                pause = await self._send_next()
            except StorageUnavailable:
                pause = _PAUSE_SECONDS
            except Exception:
                log.exception("export failed")
                pause = _PAUSE_SECONDS
            if pause != 0.0:
                await self._wait_for_begun(self._look_seconds if pause is None else pause)

    async def stop(self) -> None:
        """Wait a moment for the file that is being sent."""
        await self._tasks.drain(_DRAIN_SECONDS)

    async def _wait_for_begun(self, seconds: float | None) -> None:
        """Wait until an export is begun, for at most some seconds."""
        begun = asyncio.ensure_future(self._begun.wait())
        late = {asyncio.ensure_future(self._clock.sleep(seconds))} if seconds is not None else set()
        try:
            await asyncio.wait({begun} | late, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiting in (begun, *late):
                waiting.cancel()

    async def _send_next(self) -> float | None:
        """Send one file. Return the pause after it in seconds, or None if no export is open."""
        now = self._clock.monotonic()
        self._resume_at = {number: at for number, at in self._resume_at.items() if at > now}
        export = await self._exports.next_open(without=self._resume_at)
        if export is None:
            return min(self._resume_at.values()) - now if self._resume_at else None
        try:
            pause = await self._send_file_of(export)
        except (TelegramUnavailable, AiogramError, OSError) as error:
            log.warning("export not written", export=export.id, error=str(error) or type(error).__name__)
            pause = _PAUSE_SECONDS
        if pause:
            self._resume_at[export.id] = self._clock.monotonic() + pause
        return 0.0

    async def _send_file_of(self, export: Export) -> float:
        """Send the next file of an export. Return the pause in seconds before the next try."""
        if export.tries >= MOST_TRIES or self._clock.now() - export.asked_at > GIVE_UP_SECONDS:
            return await self._give_up(export)
        file = await asyncio.to_thread(tempfile.TemporaryFile)
        try:
            contents = await self._archives.write(export, file)
        except BaseException:
            file.close()
            raise
        return await self._tasks.run(self._send(export, contents, file))

    async def _send(self, export: Export, contents: Contents, file: IO[bytes]) -> float:
        """Record that a file is sent, send it, and record that it was, as a shielded task. Return the pause after it.

        After a crash in between, the file is sent again.
        """
        with file:
            begun = await self._exports.begin_send(export)
            if begun is None:
                return 0.0
            await self._wait_for_lease()
            translate = self._translations.for_language(export.language)
            try:
                await self._picture_sender.send_file(
                    ReplyTarget(export.user_id),
                    OpenFile(file, archive_name(export)),
                    _caption(export, contents, translate),
                    seconds=UPLOAD_SECONDS,
                )
            except TryLater:
                await self._tasks.retry_until_written(lambda: self._exports.not_sent(begun))
                return _PAUSE_SECONDS
            except Unsure as error:
                log.warning("export perhaps sent", export=export.id, tries=begun.tries, error=str(error))
                return _PAUSE_SECONDS
            except SendError as error:
                log.warning("export refused", export=export.id, error=str(error))
                return await self._give_up(export, tell=not isinstance(error, Unreachable))
            await self._tasks.retry_until_written(
                lambda: self._exports.file_sent(begun, contents.sent_id, last=contents.last)
            )
            log.info("export sent", export=export.id, file=export.files + 1, pictures=contents.pictures)
            return 0.0

    async def _give_up(self, export: Export, *, tell: bool = True) -> float:
        """Delete an export that cannot be sent, after a message about it."""
        if tell:
            try:
                text = self._translations.for_language(export.language)("export-failed")
                await self._sender.send_text(ReplyTarget(export.user_id), text)
            except SendError as error:
                log.info("end of an export not reported", export=export.id, error=str(error))
        await self._exports.drop(export.id)
        return 0.0


def _caption(export: Export, contents: Contents, translate: Translator) -> str:
    lines = [translate("export-file", pictures=contents.pictures, file=DESCRIPTION)]
    if contents.missing:
        lines.append(translate("export-missing", pictures=contents.missing, file=DESCRIPTION))
    if not contents.last:
        lines.append(translate("export-next", number=export.files + 2))
    return "\n".join(lines)
