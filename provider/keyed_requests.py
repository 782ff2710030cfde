"""The header with the key of the media API."""

from collections.abc import Generator

import httpx
from pydantic import SecretStr


class BareKey(httpx.Auth):
    """Adds the bare key (no `Bearer`, docs/media-api.md) to each outgoing request, so that no repr shows it."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._key.get_secret_value()
        yield request
