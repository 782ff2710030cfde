"""The checks of `imagine-bot check` that concern the network: the way of each connection, and the public address."""

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
from aiogram.exceptions import AiogramError
from aiogram.types import WebhookInfo

from bot.app import telegram_session
from bot.check_failed import CheckFailed
from bot.setting_choices import Updates
from bot.settings import ADMIN_PATH, Settings
from bot.web import NOT_FOUND, WEBHOOK_PATH, WebServer
from bot.webhook import describe_last_error
from chat.sender import make_bot
from core.metrics import Metrics
from core.proxies import Proxy
from core.tls import tls_context
from generation.conversion import Picture
from generation.signed_links import SOURCE_PATH, LinkRefused
from provider.connections import transport_through

_SECONDS = 10.0


async def connections(settings: Settings) -> str:
    """Return the way of each connection. Raises CheckFailed if files or pictures cannot be read this way."""
    folder = settings.telegram_files_dir
    if folder is not None and not os.access(folder, os.R_OK | os.X_OK):
        raise CheckFailed(f"TELEGRAM_FILES_DIR={folder} is not a folder that this user can read")
    provider = settings.proxies.for_url(settings.gptunnel_api_url)
    pictures = settings.proxies.for_host("https", "")
    if pictures is not None and not settings.media_hosts_allow_private:
        await _check_names(settings, pictures)
    ways = {"Telegram": settings.proxy_to_telegram, "provider": provider, "pictures": pictures}
    text = ", ".join(f"{name} {f'through {proxy}' if proxy else 'directly'}" for name, proxy in ways.items())
    return f"{text}; NO_PROXY exempts {settings.no_proxy}" if settings.no_proxy and pictures else text


async def _check_names(settings: Settings, proxy: Proxy) -> None:
    """Check that this machine resolves names, for it vets the addresses of pictures (provider.downloads)."""
    host = urlsplit(settings.gptunnel_api_url).hostname or ""
    try:
        await asyncio.get_running_loop().getaddrinfo(host, 443)
    except (socket.gaierror, UnicodeError):
        raise CheckFailed(
            f"pictures go through {proxy}, but this machine cannot resolve {host}, so it cannot check the address of "
            "a picture; set MEDIA_HOSTS_ALLOW_PRIVATE=true to leave that to the proxy"
        ) from None


async def public_address(settings: Settings) -> str:
    """Call this bot at PUBLIC_URL. Raises CheckFailed unless the bot itself answers.

    While no bot runs, a web server of this check listens on LISTEN.
    """
    server = WebServer(
        address=settings.listen_address,
        public_url=settings.public_url,
        metrics=Metrics(),
        is_ending=lambda: False,
        find_unready=_not_a_bot,
        load_source=_no_source,
        load_picture=_no_picture,
    )
    try:
        await server.start()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise CheckFailed(f"LISTEN={settings.listen} cannot be used: {error.strerror or error}") from None
    try:
        paths = [("GET", f"{SOURCE_PATH}/x")]
        paths += [("POST", f"{WEBHOOK_PATH}/x")] if settings.updates is Updates.WEBHOOK else []
        paths += [("GET", f"{ADMIN_PATH}/x")] if settings.admin_login is not None else []
        for method, path in paths:
            await _call(settings, method, f"{settings.public_url}{path}")
    finally:
        await server.stop()
    return f"{settings.public_url} leads to this bot"


async def _call(settings: Settings, method: str, url: str) -> None:
    through = transport_through(settings.proxies.for_url(url), context=tls_context(), limits=httpx.Limits())
    try:
        async with httpx.AsyncClient(transport=through, trust_env=False, timeout=_SECONDS) as client:
            response = await client.request(method, url)
    except httpx.HTTPError as error:
        raise CheckFailed(
            f"{url} cannot be reached from this machine ({_reason(error)}); try `curl {url}` from outside"
        ) from None
    if response.status_code != HTTPStatus.NOT_FOUND or response.text != NOT_FOUND:
        needed = [
            f"{WEBHOOK_PATH}/",
            f"{SOURCE_PATH}/",
            *([f"{ADMIN_PATH}/"] if settings.admin_login else []),
        ]
        raise CheckFailed(
            f"{url} is answered with {response.status_code} by another server, not by this bot: pass "
            f"{', '.join(needed[:-1])} and {needed[-1]} to LISTEN={settings.listen}"
        )


def _reason(error: httpx.HTTPError) -> str:
    """Return the kind of an error, with the reason of TLS if a handshake failed."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    kind = type(error).__name__
    return f"{kind}: {cause.reason}" if isinstance(cause, ssl.SSLError) and cause.reason else kind


async def webhook_info(settings: Settings) -> str:
    """Return the state of the webhook at Telegram. Raises CheckFailed if Telegram could not deliver an update."""
    bot = make_bot(settings.bot_token.get_secret_value(), telegram_session(settings))
    try:
        info = await bot.get_webhook_info()
    except AiogramError as error:
        raise CheckFailed(f"getWebhookInfo is not answered ({type(error).__name__})") from None
    finally:
        await bot.session.close()
    state = _state(info)
    if info.last_error_message and info.pending_update_count:
        raise CheckFailed(f"{state}; {describe_last_error(info)}")
    return f"{state}; {describe_last_error(info)}" if info.last_error_message else state


def _state(info: WebhookInfo) -> str:
    if not info.url:
        return "Telegram has no webhook yet; the start of the bot sets it"
    # The path of the webhook is not for other eyes.
    return f"Telegram delivers to {urlsplit(info.url).netloc}, {info.pending_update_count} updates wait"


async def _not_a_bot() -> Sequence[str]:
    return ["check"]


async def _no_picture(_signed: str) -> Picture:
    raise LinkRefused("no bot runs")


async def _no_source(_signed: str) -> bytes:
    raise LinkRefused("this is a check")
