"""Fetches the picture of a finished task from the provider's store."""

from collections.abc import Sequence

import structlog

from core.model import Request
from core.tracing import traced
from generation.conversion import Picture, PictureConverter
from generation.grids import Grid, cut_cell, to_cell, to_grid
from provider.client import MediaClient
from provider.downloads import Downloads
from provider.errors import (
    DoneWithoutPicture,
    DownloadError,
    LinkUnavailable,
    MediaError,
    OutOfMoney,
    RequestRefused,
    TaskFailed,
    Unauthorised,
)
from storage.requests import Requests

log = structlog.get_logger(__name__)


class ProviderUnavailable(Exception):
    """The provider or its store does not answer now, so it may still have the picture."""


class PictureFetcher:
    """Downloads pictures, converts them for Telegram, and renews links that have expired.

    `webp` is whether plain WebP pictures are sent as they are, until a server refuses one.
    """

    def __init__(
        self,
        *,
        requests: Requests,
        client: MediaClient,
        downloads: Downloads,
        converter: PictureConverter,
        webp: bool,
    ) -> None:
        self._requests = requests
        self._client = client
        self._downloads = downloads
        self._converter = converter
        self._webp = webp

    async def fetch(self, request: Request, *, webp: bool = False) -> Picture:
        """Return the picture as Telegram accepts it. Raises DownloadError or UnusablePicture.

        `webp` is whether it may be a WebP, if that has not been refused before.
        """
        data = await traced("download", self._downloads.fetch(request.require_picture_url()))
        return await traced("convert", self._converter.to_sendable(data, webp=webp and self._webp))

    def note_webp_refusal(self) -> None:
        """Record that the Bot API server accepts a picture only as a JPEG."""
        if self._webp:
            log.warning("the Bot API server takes no WebP photos")
        self._webp = False

    async def fetch_cell(self, request: Request) -> bytes:
        """Return the picture as a cell of a grid. Raises DownloadError or UnusablePicture."""
        data = await traced("download", self._downloads.fetch(request.require_picture_url()))
        return await traced("convert", self._converter.run(to_cell, data))

    async def join(self, cells: Sequence[bytes]) -> Grid:
        """Return the grid of some cells."""
        return await self._converter.run(to_grid, cells)

    async def renew_link(self, request: Request) -> None:
        """Ask the provider for the link again and store a new one. Logs errors instead of raising them."""
        if request.task_id is None:  # the answer to create had a picture and no id
            return
        try:
            task = await self._client.result(request.task_id)
        except MediaError as error:
            log.warning("link not renewed", request=request.id, error=str(error))
            return
        if task.url and task.url != request.picture_url:
            await self._requests.move(request.id, request.state, request.state, picture_url=task.url)

    async def fetch_again(self, request: Request) -> Picture | None:
        """Return a picture as Telegram accepts it, or None if the provider no longer has it.

        Raises ProviderUnavailable or UnusablePicture.
        """
        data = await self.fetch_original(request)
        return None if data is None else await self._converter.to_sendable(data)

    async def cut(self, grid: bytes, index: int, count: int, columns: int) -> Picture:
        """Return one picture of a grid. Raises UnusablePicture."""
        return Picture(await self._converter.run(cut_cell, grid, index, count, columns), "jpg", as_photo=True)

    async def fetch_original(self, request: Request) -> bytes | None:
        """Return the original from its link or from a renewed link. None if the provider no longer has it.

        Raises ProviderUnavailable.
        """
        task_id, unavailable = request.task_id, False
        for renew in (False, True):
            try:
                url = request.picture_url
                if renew:
                    url = (await self._client.result(task_id)).url if task_id is not None else None
                if url:
                    return await self._downloads.fetch(url)
            except (MediaError, DownloadError) as error:
                log.info("original not fetched", request=request.id, error=str(error))
                unavailable |= not _is_final(error)
        if unavailable:
            raise ProviderUnavailable
        return None


def _is_final(error: MediaError | DownloadError) -> bool:
    """Return whether a later try would fail, too."""
    if isinstance(error, DownloadError):
        return not isinstance(error, LinkUnavailable)
    refused = isinstance(error, RequestRefused) and not isinstance(error, Unauthorised | OutOfMoney)
    return refused or isinstance(error, TaskFailed | DoneWithoutPicture)
