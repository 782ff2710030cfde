"""The picture to edit on its way to the provider: upright, without metadata, small, and never with the bot's token.

Two ways: a signed link that this bot serves for as long as the generation may take, or the bytes in a `data:` address.
"""

import base64
import hashlib
import hmac
from enum import StrEnum
from typing import Any

import itsdangerous
from pydantic import SecretStr

from chat.telegram_files import TelegramFiles
from core.clock import Clock
from generation.conversion import PictureConverter

MARGIN = 120.0
"""Seconds a link outlives the generation's deadline: the provider fetches late when it is busy."""
SOURCE_PATH = "/source"


class SourceImages(StrEnum):
    """How a picture reaches the provider; `auto` is `link` where the bot has a public address."""

    AUTO = "auto"
    LINK = "link"
    DATA = "data"

    def resolved(self, public_url: str | None) -> "SourceImages":
        """Return `link` or `data`."""
        if self is not SourceImages.AUTO:
            return self
        return SourceImages.LINK if public_url else SourceImages.DATA


class LinkRefused(Exception):
    """The link was altered, has expired, or is not one of ours."""


class _Stamped(itsdangerous.TimestampSigner):
    """Stamps links by the bot's steady clock: setting the machine's must not end a link that is being fetched."""

    def __init__(self, secret_key: bytes, *, clock: Clock, **more: Any) -> None:
        super().__init__(secret_key, **more)
        self._clock = clock

    def get_timestamp(self) -> int:
        """Return the seconds a link is stamped and read with."""
        return int(self._clock.now())


class SourceLinks:
    """Signs and reads links: each names one request's picture, and lives `seconds`."""

    def __init__(self, public_url: str | None, token: SecretStr, seconds: float, clock: Clock) -> None:
        self._base = f"{public_url or ''}{SOURCE_PATH}"
        self._seconds = seconds
        # Derived, so links outlive a restart and nothing more has to be kept secret; one way, so none gives the token.
        key = hmac.new(token.get_secret_value().encode(), b"imagine source links", hashlib.sha256)
        self._signer = itsdangerous.URLSafeTimedSerializer(
            key.hexdigest(), salt="source", signer=_Stamped, signer_kwargs={"clock": clock}
        )

    def make(self, request_id: int) -> str:
        """Return the address at which a request's picture can be fetched."""
        return f"{self._base}/{self._signer.dumps(request_id)}"

    def read(self, signed: str) -> int:
        """Return the request a link was made for. Raises LinkRefused."""
        try:
            request_id = self._signer.loads(signed, max_age=int(self._seconds))
        except itsdangerous.BadData as error:
            raise LinkRefused(type(error).__name__) from None
        if not isinstance(request_id, int):
            raise LinkRefused("not a request")
        return request_id


class SourceImageLoader:
    """Pictures to edit, by Telegram's `file_id`."""

    def __init__(
        self, files: TelegramFiles, pictures: PictureConverter, links: SourceLinks, way: SourceImages
    ) -> None:
        self._files = files
        self._pictures = pictures
        self._links = links
        self._way = way

    async def address(self, request_id: int, file_id: str) -> str:
        """Return what to tell the provider. Raises FileGone, FileTrouble, or PictureRefused for no picture.

        The picture is looked at either way: what cannot be edited must not be paid for.
        """
        jpeg = await self.read(file_id)
        if self._way is SourceImages.LINK:
            return self._links.make(request_id)
        return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"

    async def read(self, file_id: str) -> bytes:
        """Return the picture as the JPEG that may leave. Raises like `address`."""
        return await self._pictures.source(await self._files.read(file_id))
