"""Source pictures on their way to the provider: upright, without metadata, small, and never with the bot's token.

The provider gets either a signed link that this bot serves, or the bytes in a `data:` address.
"""

import base64

from chat.telegram_files import TelegramFiles
from core.options import SourceImages
from generation.conversion import PictureConverter
from generation.source_links import LinkRefused, SourceLinks
from storage.requests import Requests

RECENT = 16
"""Source pictures in memory, each about 1 MB: the provider fetches a link, or a create is repeated, while Telegram may
be unavailable, and that must not look like a fault of the provider."""


class SourceImageLoader:
    """Loads source pictures from Telegram, and makes their addresses for the provider."""

    def __init__(
        self,
        *,
        requests: Requests,
        files: TelegramFiles,
        converter: PictureConverter,
        links: SourceLinks,
        kind: SourceImages,
    ) -> None:
        self._requests = requests
        self._files = files
        self._converter = converter
        self._links = links
        self._kind = kind
        self._recent: dict[str, bytes] = {}

    async def address(self, request_id: int, file_id: str) -> str:
        """Return the address of a source picture. Raises FileGone, FileUnavailable or UnusablePicture.

        The picture is loaded for both kinds of address, because an unusable picture must not be paid for.
        """
        jpeg = await self.load(file_id)
        if self._kind is SourceImages.LINK:
            return self._links.sign(request_id)
        return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"

    async def load(self, file_id: str) -> bytes:
        """Return a source picture as a JPEG. Raises FileGone, FileUnavailable or UnusablePicture."""
        jpeg = self._recent.get(file_id)
        if jpeg is None:
            jpeg = await self._converter.to_source(await self._files.download(file_id))
            self._recent[file_id] = jpeg
            if len(self._recent) > RECENT:
                del self._recent[next(iter(self._recent))]
        return jpeg

    async def load_signed(self, signed: str) -> bytes:
        """Return the JPEG of a signed link. Raises LinkRefused, FileGone, FileUnavailable or UnusablePicture."""
        request = await self._requests.get(self._links.verify(signed))
        if request is None or request.source is None:
            raise LinkRefused("no such picture")
        return await self.load(request.source.file_id)
