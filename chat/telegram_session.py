"""The HTTP session of aiogram, with proxies, and with connections for the calls that must not wait for others."""

import asyncio
import copy
import socket
import ssl
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import urlsplit

from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiohttp_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError

from chat.bot_session import BotSession
from chat.errors import NotConnected
from core import json_text
from core.proxies import Proxy

_PROXY_ERRORS = (ProxyError, ProxyConnectionError, ProxyTimeoutError)
"""Errors of aiohttp-socks while a connection is opened. aiogram does not translate them."""
_NOT_CONNECTED = (*_PROXY_ERRORS, ssl.SSLError, socket.gaierror)
"""The same, with TLS behind the proxy and the name of the proxy."""
_UNDELAYED = frozenset({"getUpdates", "answerPreCheckoutQuery"})
"""Methods with connections of their own. A pre-checkout query is worth nothing after ten seconds, and while Telegram is
slow, the other calls may use all of their connections (100 in aiogram) for longer than that."""


class TelegramSession(BotSession):
    """The session for a Bot API server, through a proxy if there is one."""

    def __init__(self, url: str, *, proxy: Proxy | None) -> None:
        super().__init__(api=TelegramAPIServer.from_base(url), json_loads=json_text.loads)
        direct = self._connector_init
        if proxy is not None:
            self._setup_proxy_connector(proxy.url)
        if urlsplit(url).scheme == "https":
            # aiogram trusts the public authorities. Those of this machine may sign the operator's own server or proxy.
            direct["ssl"].load_default_certs()
        # aiogram drops the context and the limits of its connector when it gets a proxy.
        self._connector_init = {**direct, **self._connector_init}
        self._undelayed: TelegramSession | None = None
        self._undelayed = copy.copy(self)

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 - as aiogram declares it
    ) -> TelegramType:
        """Call a method. Raises NotConnected if the proxy did not open a connection."""
        if self._undelayed is not None and method.__api_method__ in _UNDELAYED:
            return await self._undelayed.make_request(bot, method, timeout)
        try:
            return await super().make_request(bot, method, timeout)
        except TelegramNetworkError as error:
            if isinstance(error.__cause__, _NOT_CONNECTED):
                raise NotConnected(method=method, message=f"the proxy: {error.__cause__}") from error
            raise
        except _PROXY_ERRORS as error:
            raise NotConnected(method=method, message=f"the proxy: {error}") from error

    async def close(self) -> None:
        """Close all connections."""
        if self._undelayed is not None:
            await asyncio.gather(super().close(), self._undelayed.close())
        else:
            await super().close()

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,  # noqa: ASYNC109
        chunk_size: int = 65536,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """Yield the content of a file. Raises ConnectionError if the proxy did not open a connection."""
        stream = super().stream_content(url, headers, timeout, chunk_size, raise_for_status)
        try:
            async for chunk in stream:
                yield chunk
        except _PROXY_ERRORS as error:
            raise ConnectionError(str(error)) from error
