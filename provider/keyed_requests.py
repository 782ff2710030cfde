"""Requests to the media API for a transport of httpx. The client of httpx would cost as much CPU time as the transport.

That client brings cookies, redirects, authentication by challenge and settings of the environment, none of which is
wanted in a paid call.
"""

import json

import httpx
from pydantic import SecretStr

from provider.connections import COMMON_HEADERS
from provider.fields import Json
from provider.http_answer import ACCEPTED_ENCODINGS


class KeyedRequests:
    """Builds requests with the bare key (no `Bearer`, docs/media-api.md), which no repr shows."""

    def __init__(self, key: SecretStr, timeout: httpx.Timeout) -> None:
        # To read and encode the headers takes half of the time for a request, so that is done once.
        headers = {
            **COMMON_HEADERS,
            "Accept-Encoding": ACCEPTED_ENCODINGS,
            "Authorization": key.get_secret_value(),
        }
        self._headers = httpx.Headers(headers)
        self._headers_of_json = httpx.Headers({**headers, "Content-Type": "application/json"})
        self._extensions = {"timeout": timeout.as_dict()}

    def build(self, verb: str, url: httpx.URL, body: Json | None) -> httpx.Request:
        """Return a request, with a body in JSON unless that is None."""
        if body is None:
            return httpx.Request(verb, url, headers=self._headers, extensions=self._extensions)
        content = json.dumps(body, ensure_ascii=False).encode()
        return httpx.Request(
            verb, url, headers=self._headers_of_json, content=content, extensions=self._extensions
        )
