"""The pictures of batches on their way into a grid, fetched ahead while other pictures are drawn."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

import structlog

from core.model import Request
from generation.conversion import UnusablePicture
from generation.picture_fetcher import PictureFetcher
from provider.errors import DownloadError

log = structlog.get_logger(__name__)

PICTURES_AT_ONCE = 8
"""Pictures in memory at once, each up to 25 MiB while it is fetched."""
KEPT_CELLS = 64
"""Cells in memory, each of about half a megabyte. One that was dropped is fetched again for the grid."""


class CellNotFetched(Exception):
    """The picture of a request could not be fetched, because of the error that is the cause of this one."""

    def __init__(self, request: Request, error: DownloadError | UnusablePicture) -> None:
        super().__init__(str(error))
        self.request = request
        self.error = error


class GridCells:
    """Fetches cells, and keeps them until their grid is sent."""

    def __init__(self, fetcher: PictureFetcher) -> None:
        self._fetcher = fetcher
        self._cells: OrderedDict[int, bytes] = OrderedDict()
        self._tried: set[int] = set()
        self._slots = asyncio.Semaphore(PICTURES_AT_ONCE)

    async def fetch_ahead(self, ready: Sequence[Request]) -> None:
        """Fetch the pictures that are ready, each once. Log errors: they are fetched again for the grid."""
        new = [one for one in ready if one.id not in self._tried]
        self._tried.update(one.id for one in new)
        for result in await asyncio.gather(*map(self._fetch, new), return_exceptions=True):
            if isinstance(result, CellNotFetched):
                log.info("picture not fetched ahead", request=result.request.id, error=str(result))
            elif isinstance(result, BaseException):
                raise result

    async def fetch_all(self, ready: Sequence[Request]) -> list[bytes]:
        """Return the cells of some requests. Raises CellNotFetched for the first one that cannot be fetched."""
        results = await asyncio.gather(*map(self._fetch, ready), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return [result for result in results if isinstance(result, bytes)]

    def drop(self, ids: Sequence[int]) -> None:
        """Drop the cells of requests after the end of their batch, or after their picture is given up."""
        for request_id in ids:
            self._tried.discard(request_id)
            self._cells.pop(request_id, None)

    async def _fetch(self, request: Request) -> bytes:
        if (kept := self._cells.get(request.id)) is not None:
            return kept
        try:
            async with self._slots:
                cell = await self._fetcher.fetch_cell(request)
        except (DownloadError, UnusablePicture) as error:
            raise CellNotFetched(request, error) from error
        self._cells[request.id] = cell
        while len(self._cells) > KEPT_CELLS:
            self._cells.popitem(last=False)
        return cell
