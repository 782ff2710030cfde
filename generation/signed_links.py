"""Signed links at which the bot serves pictures: sources to the provider, drawn ones to Telegram."""

import hashlib
import hmac
from typing import Any

import itsdangerous
from pydantic import SecretStr

from core.clock import Clock

LINK_MARGIN_SECONDS = 120.0
"""Time for which a link outlives the deadline of its request: a busy provider fetches late."""
SOURCE_PATH, PICTURE_PATH = "/source", "/picture"
PICTURE_SECONDS = 3600.0
"""Time for which Telegram may load a drawn picture."""


class LinkRefused(Exception):
    """The link was altered, has expired, or was not signed by this bot."""


class SignedLinks:
    """Signs and verifies links below a path. Each names one request and is valid for `seconds`.

    A link below one path is not valid below another.
    """

    def __init__(
        self, *, path: str, public_url: str | None, token: SecretStr, seconds: float, clock: Clock
    ) -> None:
        self._base = f"{public_url or ''}{path}"
        self._seconds = seconds
        # Derived from the token, so links survive a restart; one-way, so no link reveals the token.
        key = hmac.new(token.get_secret_value().encode(), b"imagine source links", hashlib.sha256)
        self._signer = itsdangerous.URLSafeTimedSerializer(
            key.hexdigest(), salt=path.strip("/"), signer=_ClockSigner, signer_kwargs={"clock": clock}
        )

    def sign(self, request_id: int) -> str:
        """Return the link to the picture of a request."""
        return f"{self._base}/{self._signer.dumps(request_id)}"

    def verify(self, signed: str) -> int:
        """Return the request id in the signed part of a link. Raises LinkRefused."""
        try:
            request_id = self._signer.loads(signed, max_age=int(self._seconds))
        except itsdangerous.BadData as error:
            raise LinkRefused(type(error).__name__) from None
        if not isinstance(request_id, int):
            raise LinkRefused("not a request id")
        return request_id


class _ClockSigner(itsdangerous.TimestampSigner):
    """Takes timestamps from the injected clock, so that a change of the machine's clock expires no link."""

    def __init__(self, secret_key: bytes, *, clock: Clock, **options: Any) -> None:
        super().__init__(secret_key, **options)
        self._clock = clock

    def get_timestamp(self) -> int:
        """Return Unix seconds."""
        return int(self._clock.now())
