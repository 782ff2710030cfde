"""Sends single pictures of a grid as messages of their own.

Telegram gives a file an id only when it is sent, so a picture of a grid has none before. For about a day it is fetched
from the provider in full size. Later it is cut out of the grid, which Telegram keeps. While the provider does not
answer it is cut, too, and that file is not stored.
"""

import asyncio
from enum import Enum
from typing import NamedTuple

import structlog
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup

from chat.captions import caption
from chat.errors import Rejected
from chat.picture_sender import PictureSender, SentPicture
from chat.result_keyboards import ResultKeyboards
from chat.telegram_files import FileError, TelegramFiles
from chat.translations import Translator
from core.clock import Clock
from core.model import FileKind, Request, State
from core.reply_target import ReplyTarget
from generation.conversion import Picture, UnusablePicture, extension_of
from generation.file_names import file_name
from generation.hidden_file import picture_file, shown
from generation.picture_fetcher import PictureFetcher, ProviderUnavailable
from storage.batches import Batches
from storage.requests import Requests

log = structlog.get_logger(__name__)

REPEAT_SECONDS = 30.0
"""A second press within this time is taken for the same one."""


class SingleOutcome(Enum):
    """The result of the wish for a single picture."""

    SENT = "sent"
    REPEATED = "repeated"
    """It is being sent, or was sent just now."""
    LOST = "lost"
    """Neither Telegram nor the provider has the picture any more."""


class _Found(NamedTuple):
    """A picture, whether it is cut out of its grid, and whether no better one will be found."""

    picture: Picture
    cut: bool = False
    lasts: bool = True


class Singles:
    """Sends single pictures with their own buttons, each to a chat only once at a time."""

    def __init__(
        self,
        *,
        requests: Requests,
        batches: Batches,
        fetcher: PictureFetcher,
        files: TelegramFiles,
        picture_sender: PictureSender,
        keyboards: ResultKeyboards,
        clock: Clock,
    ) -> None:
        self._requests = requests
        self._batches = batches
        self._fetcher = fetcher
        self._files = files
        self._picture_sender = picture_sender
        self._keyboards = keyboards
        self._clock = clock
        self._sent_at: dict[tuple[int, int], float] = {}
        self._sending: dict[tuple[int, int], asyncio.Event] = {}

    async def send(self, request: Request, place: ReplyTarget, translate: Translator) -> SingleOutcome:
        """Send a picture with its own buttons, or wait until an earlier call has sent it.

        Raises a subclass of SendError.
        """
        key, now = (request.id, place.chat_id), self._clock.monotonic()
        self._sent_at = {one: at for one, at in self._sent_at.items() if now - at < REPEAT_SECONDS}
        if key in self._sent_at:
            if (sending := self._sending.get(key)) is not None:
                await sending.wait()
            return SingleOutcome.REPEATED
        self._sent_at[key], self._sending[key] = now, asyncio.Event()
        try:
            return await self._send(request, place, translate)
        finally:
            self._sending.pop(key).set()

    async def _send(self, request: Request, place: ReplyTarget, translate: Translator) -> SingleOutcome:
        key, sent = (request.id, place.chat_id), None
        keyboard = self._keyboards.picture(translate, request)
        try:
            # An earlier press may have stored its file by now.
            request = await self._requests.get(request.id) or request
            sent = await self.show(request, place, caption(request.prompt), keyboard, translate=translate)
        finally:
            if sent is None:
                self._sent_at.pop(key, None)
        if sent is None:
            return SingleOutcome.LOST
        await self._requests.set_message(request.id, sent.message_id)
        log.info("single picture sent", request=request.id)
        return SingleOutcome.SENT

    async def show(
        self,
        request: Request,
        place: ReplyTarget,
        text: str,
        keyboard: InlineKeyboardMarkup,
        *,
        translate: Translator | None = None,
    ) -> SentPicture | None:
        """Send a delivered picture with a caption and buttons. Return None if it is lost.

        With `translate`, the caption says so if the picture is cut out of its grid.
        """
        stored = await self._stored(request, place.chat_id)
        if stored is not None:
            try:
                return await self._picture_sender.send_picture(
                    place, *stored, text, keyboard, spoiler=request.spoiler
                )
            except Rejected as error:
                log.info("stored picture rejected", request=request.id, error=str(error))
        found = await self._find(request)
        if found is None:
            return None
        if found.cut and translate is not None:
            below = translate("cut-from-grid" if found.lasts else "cut-for-now")
            text = caption(request.prompt, below=below)
        sent = await self._send_new(request, found.picture, place, text, keyboard)
        if found.lasts:
            await self._requests.set_file(request.id, sent.file_id, sent.kind)
        return sent

    async def data_of(self, request: Request) -> bytes | None:
        """Return a picture of a grid that has no file of its own. None if it is lost, or was not delivered."""
        found = await self._find(request) if request.state is State.DELIVERED else None
        return None if found is None else found.picture.data

    async def replace(
        self, request: Request, chat_id: int, message_id: int, text: str, keyboard: InlineKeyboardMarkup
    ) -> bool:
        """Show a delivered picture in an existing message. Return False if it is lost."""
        stored = await self._stored(request, chat_id)
        if stored is not None:
            await self._picture_sender.replace_picture(
                chat_id, message_id, *stored, text, keyboard, spoiler=request.spoiler
            )
            return True
        found = await self._find(request)
        if found is None:
            return False
        hidden = await self._hidden(request, chat_id)
        file, kind = _new_file(request, found.picture, as_photo=found.picture.as_photo, hidden=hidden)
        sent = await self._picture_sender.replace_picture(
            chat_id, message_id, file, kind, text, keyboard, spoiler=request.spoiler
        )
        if sent is not None and found.lasts:
            await self._requests.set_file(request.id, sent.file_id, sent.kind)
        return True

    async def _send_new(
        self,
        request: Request,
        picture: Picture,
        place: ReplyTarget,
        text: str,
        keyboard: InlineKeyboardMarkup,
    ) -> SentPicture:
        if picture.as_photo:
            file, kind = _new_file(request, picture, as_photo=True, hidden=request.spoiler)
            try:
                return await self._picture_sender.send_picture(
                    place, file, kind, text, keyboard, spoiler=request.spoiler
                )
            except Rejected as error:
                log.warning("photo rejected, sent as a document", request=request.id, error=str(error))
        hidden = await self._hidden(request, place.chat_id)
        file, kind = _new_file(request, picture, as_photo=False, hidden=hidden)
        return await self._picture_sender.send_picture(place, file, kind, text, keyboard)

    async def _stored(
        self, request: Request, chat_id: int
    ) -> tuple[BufferedInputFile | str, FileKind] | None:
        """Return the file of a picture that Telegram has, as a chat may show it, or None without one.

        A plain document gets into an archive first if the chat covers all its pictures.
        """
        if not request.file_id or request.file_kind is None:
            return None
        plain = request.file_kind is FileKind.DOCUMENT and not request.spoiler
        if not plain or not await self._picture_sender.covers(chat_id):
            return request.file_id, request.file_kind
        try:
            data = shown(await self._files.download(request.file_id))
        except FileError as error:
            log.warning("document not hidden", request=request.id, error=str(error))
            return None
        name = file_name(request.prompt, request.id, extension_of(data))
        return picture_file(data, name, hidden=True), FileKind.DOCUMENT

    async def _hidden(self, request: Request, chat_id: int) -> bool:
        """Return whether a file of a picture is hidden in a chat."""
        return request.spoiler or await self._picture_sender.covers(chat_id)

    async def _find(self, request: Request) -> _Found | None:
        """Return the picture from the provider, or else as the grid shows it."""
        picture, lasts = None, True
        try:
            picture = await self._fetcher.fetch_again(request)
        except ProviderUnavailable:
            lasts = False
        except UnusablePicture as error:
            log.warning("picture of a grid not usable", request=request.id, error=str(error))
        if picture is not None:
            return _Found(picture)
        batch = None if request.batch_id is None else await self._batches.get(request.batch_id)
        if batch is None or not batch.file_id or batch.columns is None or request.id not in batch.cells:
            return None
        index, count = batch.cells.index(request.id), len(batch.cells)
        try:
            grid = await self._files.download(batch.file_id)
            cut = await self._fetcher.cut(grid, index, count, batch.columns)
            return _Found(cut, cut=True, lasts=lasts)
        except (FileError, UnusablePicture) as error:
            log.warning("grid not cut", request=request.id, error=str(error))
            return None


def _new_file(
    request: Request, picture: Picture, *, as_photo: bool, hidden: bool
) -> tuple[BufferedInputFile, FileKind]:
    name = file_name(request.prompt, request.id, picture.extension)
    if as_photo:
        return BufferedInputFile(picture.data, name), FileKind.PHOTO
    return picture_file(picture.data, name, hidden=hidden), FileKind.DOCUMENT
