"""Serves the stand-ins on loopback, on ports chosen by the system."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from playground.media import Media
from playground.telegram import Telegram

TOKEN = "4242:playground-token-playground-token"  # noqa: S105 - valid only at the stand-in
KEY = "playground-key"


@web.middleware
async def _ignore_disconnects(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Log no error for a closed connection: a killed bot and a closed page are expected."""
    try:
        return await handler(request)
    except ConnectionResetError:
        return web.Response(status=400)  # aiohttp needs a response; the connection is closed


@asynccontextmanager
async def served(
    app: web.Application, port: int = 0, *, context: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Serve an application on 127.0.0.1 and yield its address, https with a `context`. Port 0 is a free one."""
    app.middlewares.insert(0, _ignore_disconnects)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def stand_ins(telegram: Telegram, media: Media) -> AsyncIterator[dict[str, str]]:
    """Serve both stand-ins and yield the settings that connect a bot to them."""
    async with served(telegram.app()) as telegram_url, served(media.app()) as media_url:
        media.url = media_url
        yield {
            "BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram_url,
            "GPTUNNEL_API_KEY": media.key,
            "GPTUNNEL_API_URL": f"{media_url}/v1",
        }
