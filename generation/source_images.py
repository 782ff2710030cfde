"""Source pictures on their way to the provider: upright, without metadata, small, and never with the bot's token.

The provider gets a signed link that this bot serves, a presigned link to an object in a bucket, or the bytes in a
`data:` address.
"""

import base64
from collections.abc import Callable, Collection
from dataclasses import dataclass

import structlog

from chat.telegram_files import TelegramFiles
from core.options import SourceWay
from generation.conversion import PictureConverter
from generation.signed_links import LinkRefused, SignedLinks
from generation.source_bucket import BucketUnavailable, SourceBucket
from generation.source_cleanup import SourceCleanup
from generation.source_ways import SourceWays
from storage.requests import Requests

log = structlog.get_logger(__name__)

RECENT = 16
"""Source pictures in memory, each about 1 MB: the provider fetches a link, or a create is repeated, while Telegram may
be unavailable, and that must not look like a fault of the provider."""


@dataclass(frozen=True, slots=True)
class SourceAddress:
    """The address of a source picture for the provider, and the way that it stands for."""

    way: SourceWay
    url: str


class SourceImageLoader:
    """Loads source pictures from Telegram, and makes their addresses for the provider."""

    def __init__(
        self,
        *,
        requests: Requests,
        files: TelegramFiles,
        converter: PictureConverter,
        links: SignedLinks,
        bucket: SourceBucket | None,
        cleanup: SourceCleanup,
        ways: SourceWays,
        on_bucket_unavailable: Callable[[], None],
    ) -> None:
        self._requests = requests
        self._files = files
        self._converter = converter
        self._links = links
        self._bucket = bucket
        self._cleanup = cleanup
        self._ways = ways
        self._on_bucket_unavailable = on_bucket_unavailable
        self._recent: dict[str, bytes] = {}

    async def address(self, request_id: int, file_id: str, refused: Collection[SourceWay]) -> SourceAddress:
        """Return the address of a source picture in the first way that is not in `refused`.

        Raises the errors of `load`, or BucketUnavailable if the bucket is the only way left. The picture is loaded for
        each way, because an unusable picture must not be paid for.
        """
        jpeg = await self.load(file_id)
        failed: BucketUnavailable | None = None
        for way in await self._ways.in_order():
            if way in refused:
                continue
            try:
                return SourceAddress(way, await self._make(way, request_id, jpeg))
            except BucketUnavailable as error:
                log.error("bucket unavailable", request=request_id, error=str(error))
                self._on_bucket_unavailable()
                failed = error
        raise failed or BucketUnavailable("no way is left")

    async def load(self, file_id: str) -> bytes:
        """Return a source picture as a JPEG. Raises FileTooLarge, FileRefused, FileUnavailable or UnusablePicture."""
        jpeg = self._recent.get(file_id)
        if jpeg is None:
            jpeg = await self._converter.to_source(await self._files.download(file_id))
            self._recent[file_id] = jpeg
            if len(self._recent) > RECENT:
                del self._recent[next(iter(self._recent))]
        return jpeg

    async def load_signed(self, signed: str) -> bytes:
        """Return the JPEG of a signed link. Raises LinkRefused, FileRefused, FileUnavailable or UnusablePicture."""
        request = await self._requests.get(self._links.verify(signed))
        if request is None or request.source is None:
            raise LinkRefused("no such picture")
        return await self.load(request.source.file_id)

    async def _make(self, way: SourceWay, request_id: int, jpeg: bytes) -> str:
        if way is SourceWay.LINK:
            return self._links.sign(request_id)
        if way is SourceWay.BUCKET and self._bucket is not None:
            self._cleanup.expect(request_id)
            return await self._bucket.upload(request_id, jpeg)
        return data_address(jpeg)


def data_address(jpeg: bytes) -> str:
    """Return a JPEG as a `data:` address."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
