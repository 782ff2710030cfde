"""Serves drawn pictures by signed links, for inline messages whose picture no chat of Telegram keeps."""

from core.model import State
from generation.conversion import Picture
from generation.picture_fetcher import PictureFetcher
from generation.signed_links import LinkRefused, SignedLinks
from storage.requests import Requests


class LinkedPictures:
    """Loads the picture of a signed link."""

    def __init__(self, *, links: SignedLinks, requests: Requests, fetcher: PictureFetcher) -> None:
        self._links = links
        self._requests = requests
        self._fetcher = fetcher

    async def load_signed(self, signed: str) -> Picture:
        """Return the picture of a link. Raises LinkRefused, DownloadError or UnusablePicture."""
        request = await self._requests.get(self._links.verify(signed))
        if request is None or request.state is not State.DELIVERED or not request.is_visible:
            raise LinkRefused("no such picture")
        return await self._fetcher.fetch(request)
