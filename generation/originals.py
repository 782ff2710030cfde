"""Sends originals as documents: fetched from the provider once, and from Telegram ever after.

The original of a picture under a spoiler is in an archive, because a document has no spoiler. So is that of any picture
in a group that covers all of them; there it is fetched each time, because the copy at Telegram may be a plain one.
"""

import contextlib

import structlog

from chat.errors import Rejected, SendError
from chat.picture_sender import PictureSender, SentPicture
from chat.sender import Sender
from chat.translations import Translator
from core.background import Background
from core.model import Request
from core.reply_target import ReplyTarget
from generation.conversion import extension_of, picture_in
from generation.file_names import file_name
from generation.hidden_file import picture_file
from generation.picture_fetcher import PictureFetcher, ProviderUnavailable
from storage.requests import Requests

log = structlog.get_logger(__name__)


class Originals:
    """Sends originals in the background, each to a chat only once at a time."""

    def __init__(
        self, *, requests: Requests, fetcher: PictureFetcher, sender: Sender, picture_sender: PictureSender
    ) -> None:
        self._requests = requests
        self._fetcher = fetcher
        self._sender = sender
        self._picture_sender = picture_sender
        self._sending: set[tuple[int, int]] = set()
        self._background = Background()

    def send(self, request: Request, place: ReplyTarget, translate: Translator) -> None:
        """Start to send the original of a request to a place, unless this is under way."""
        key = request.id, place.chat_id
        if key not in self._sending:
            self._sending.add(key)
            self._background.start(self._send(request, place, translate))

    async def stop(self) -> None:
        """Cancel the sends that are under way. The user can press the button again."""
        await self._background.stop()

    async def _send(self, request: Request, place: ReplyTarget, translate: Translator) -> None:
        try:
            # An earlier press may have fetched it by now.
            request = await self._requests.get(request.id) or request
            covered = not request.spoiler and await self._picture_sender.covers(place.chat_id)
            note = translate("hidden-file") if request.spoiler or covered else None
            sent = None if covered else await self._send_stored(request, place, note)
            sent = sent or await self._send_fetched(request, place, note)
            if sent is None:
                await self._sender.send_text(place, translate("original-expired"))
                return
            if not covered:
                await self._requests.set_original(request.id, sent.file_id)
            log.info("original sent", request=request.id)
        except ProviderUnavailable:
            await self._later(place, translate)
        except SendError as error:
            log.info("original not sent", request=request.id, error=str(error))
        finally:
            self._sending.discard((request.id, place.chat_id))

    async def _later(self, place: ReplyTarget, translate: Translator) -> None:
        with contextlib.suppress(SendError):
            await self._sender.send_text(place, translate("original-later"))

    async def _send_stored(
        self, request: Request, place: ReplyTarget, note: str | None
    ) -> SentPicture | None:
        """Send the copy at Telegram. Return None if there is none or Telegram no longer has it."""
        if request.original_file_id is None:
            return None
        try:
            return await self._picture_sender.send_file(place, request.original_file_id, note)
        except Rejected as error:
            log.info("stored original rejected", request=request.id, error=str(error))
            return None

    async def _send_fetched(
        self, request: Request, place: ReplyTarget, note: str | None
    ) -> SentPicture | None:
        """Fetch the original from the provider and send it. Return None if the provider no longer has it.

        With a `note` about hidden files, it is in an archive. Raises ProviderUnavailable.
        """
        data = await self._fetcher.fetch_original(request)
        if data is None:
            return None
        data = picture_in(data)
        name = file_name(request.prompt, request.id, extension_of(data))
        return await self._picture_sender.send_file(
            place, picture_file(data, name, hidden=note is not None), note
        )
