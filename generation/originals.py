"""The untouched file of a picture, sent as a document: fetched from the provider once, from Telegram ever after."""

import structlog
from aiogram.types import BufferedInputFile

from chat.errors import Rejected, SendError
from chat.limits import Priority
from chat.sender import Sender, SentPicture
from chat.translations import Translator
from core.background import Background
from core.model import Request
from core.reply_target import ReplyTarget
from generation.conversion import extension_of
from provider.client import MediaClient
from provider.downloads import Downloads
from provider.errors import DownloadError, MediaError
from storage.requests import Requests

log = structlog.get_logger(__name__)


class Originals:
    """Sends originals in the background: a press is answered at once, and the same one is not sent twice together."""

    def __init__(self, requests: Requests, media: MediaClient, downloads: Downloads, sender: Sender) -> None:
        self._requests = requests
        self._media = media
        self._downloads = downloads
        self._sender = sender
        self._sending: set[tuple[int, int]] = set()
        self._background = Background()

    def send(self, request: Request, place: ReplyTarget, translate: Translator) -> None:
        """Begin to send a request's original to a place, unless that is under way."""
        key = request.id, place.chat_id
        if key not in self._sending:
            self._sending.add(key)
            self._background.start(self._send(request, place, translate))

    async def stop(self) -> None:
        """Stop: whoever still waits presses again."""
        await self._background.stop()

    async def _send(self, request: Request, place: ReplyTarget, translate: Translator) -> None:
        try:
            # An earlier press may have fetched it by now.
            request = await self._requests.get(request.id) or request
            data = None if request.original_file_id else await self._fetch(request)
            if data is None and not request.original_file_id:
                await self._sender.send_text(place, translate("original-gone"))
                return
            await self._deliver(request, place, data)
        except SendError as error:
            log.info("original not sent", request=request.id, error=str(error))
        finally:
            self._sending.discard((request.id, place.chat_id))

    async def _fetch(self, request: Request) -> bytes | None:
        """Return the file from its link, or from a new one; None where the provider keeps it no more."""
        url = request.picture_url
        for fresh in (False, True):
            try:
                if fresh:
                    url = (await self._media.result(request.task_id or "")).url
                if url:
                    return await self._downloads.fetch(url)
            except (MediaError, DownloadError) as error:
                log.info("original not fetched", request=request.id, error=str(error))
        return None

    async def _deliver(self, request: Request, place: ReplyTarget, data: bytes | None) -> None:
        file = request.original_file_id or "" if data is None else _named(request, data)
        try:
            sent = await self._document(place, file)
        except Rejected:
            again = None if data is not None else await self._fetch(request)
            if again is None:
                raise
            sent = await self._document(place, _named(request, again))  # Telegram forgot its copy
        await self._requests.set_original(request.id, sent.file_id)
        log.info("original sent", request=request.id)

    async def _document(self, place: ReplyTarget, file: BufferedInputFile | str) -> SentPicture:
        async def once() -> SentPicture:
            await self._sender.acquire_slot(place.chat_id, Priority.ANSWER)
            return await self._sender.send_document(place, file)

        return await self._sender.with_retries(once)


def _named(request: Request, data: bytes) -> BufferedInputFile:
    return BufferedInputFile(data, f"imagine-{request.id}.{extension_of(data)}")
